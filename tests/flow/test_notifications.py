"""Notifications, received: what `motcua up` makes at a real server is sent to a real address, and nothing where none is named."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from prefect import flow
from prefect.blocks.core import Block
from prefect.client.orchestration import get_client
from prefect.events.worker import EventsWorker
from prefect.states import Completed, Crashed, Failed

from config.errors import ConfigError
from config.read_once import forget
from flows.runtime.correction_events import announce
from flows.runtime.notifications import NOTIFICATIONS, PREFIX, ensure_notifications
from flows.runtime.silence_events import announce_silence
from flows.runtime.state_names import PUBLISHED
from tasks.reports.silence import Silence
from tasks.reports.translation import ALL
from tests.patience import wait_for
from tests.warehouse.relays import smtp


@dataclass
class Receiver:
    """A chat system of an office: it takes what is posted to it."""

    address: str = ""
    received: list[dict[str, str]] = field(default_factory=list)

    def about(self, word: str) -> list[dict[str, str]]:
        return [one for one in self.received if word in one["text"]]

    def once(self, word: str) -> dict[str, str]:
        """Return a message about it; none of them may have come twice."""
        told = self.about(word)
        assert len({one["text"] for one in told}) == len(told), told
        return told[0]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            one.received.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_given: object) -> None:
            """Say nothing."""

    serving = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    one.address = f"http://127.0.0.1:{serving.server_port}/hook"
    yield one
    serving.shutdown()


def set_up() -> tuple[int, set[str]]:
    forget()
    with get_client(sync_client=True) as client:
        made = ensure_notifications(client)
        return made, {one.name.removeprefix(PREFIX) for one in client.read_automations() if one.name.startswith(PREFIX)}


# state of a run, then the subject and a piece of what is to be done; None: nobody is told
STATES = [
    (Failed(message="Kho không trả lời."), "motcua: lượt chạy hỏng", "chạy lại"),
    (Failed(name="PublishedWithFailures", message="Nguồn land bị lỗi."), "motcua: đã công bố, thiếu tin", "`today`"),
    (Failed(name="NotPublished", message="land: 4 dòng."), "motcua: cổng chặn", "Sửa nguồn"),
    (Completed(name="CompletedWithWarnings", message="Đồng hồ chậm."), "motcua: đã công bố, có điều", "`today`"),
    (Crashed(message="mất tiến trình"), "motcua: lượt chạy bị ngắt", "không gì bị nạp hai lần"),
]


@flow
def morning() -> None:
    """Stand for any flow: states are what is told, whichever flow they are of."""


def tell(missing: Iterable[str], number: int) -> None:
    """Let runs end in states, and events be announced, under names that end in a number."""
    states = {f"refresh-{state.name}-": state for state, _subject, _action in STATES} | {"refresh-well-": Completed()}
    with get_client(sync_client=True) as client:
        for name in [one for one in missing if one in states]:
            run = client.create_flow_run(morning, name=f"{name}{number}")
            client.set_flow_run_state(run.id, states[name], force=True)
    if "goi-" in missing:
        announce(f"goi-{number}", 3, 2)
    if "im lặng" in missing:
        silent = [Silence("communes", unit, date(2026, 3, number), 12, 3, 90) for unit in (ALL, "H99.1")]
        announce_silence(silent)
    EventsWorker.drain_all(timeout=120)


def tell_until_heard(receiver: Receiver) -> None:
    """Tell everything; what was not heard of, again under another name.

    The server takes automations over a while after they were made, by a notice of its database, and meanwhile passes over events that
    they are for; nothing tells when it has. What a notification says, and that no event is told twice, does not depend on it.
    """
    expected = [*(f"refresh-{state.name}-" for state, _subject, _action in STATES), "goi-", "im lặng"]
    missing = [*expected, "refresh-well-"]
    for number in range(1, 31):
        tell(missing, number)
        with suppress(AssertionError):
            wait_for(lambda: all(receiver.about(one) for one in expected), patience=20)
        missing = [one for one in expected if not receiver.about(one)]
        if not missing:
            return
    with get_client(sync_client=True) as client:
        events = client.request("POST", "/events/filter", json={"limit": 50}).json()["events"]
    raise AssertionError(
        f"nobody was told of {missing}; the server's events: {[(one['event'], one['payload']) for one in events]}"
    )


@pytest.mark.usefixtures("installation")
def test_each_morning_is_told_once_with_what_to_do(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_NOTIFY", receiver.address)
    monkeypatch.setenv("MOTCUA_LANGUAGE", "vi")
    every = {notice.name for notice in NOTIFICATIONS}
    assert set_up() == (len(every), every)
    assert set_up() == (0, every), "made once"

    tell_until_heard(receiver)
    for state, subject, action in STATES:
        one = receiver.once(f"refresh-{state.name}-")
        assert one["subject"].startswith(subject)
        assert state.message is not None
        assert state.message in one["body"]
        assert action in one["body"]
        assert one["text"] == f"{one['subject']}\n{one['body']}"
    assert "3 đính chính được duyệt, 2 chờ duyệt" in receiver.once("goi-")["body"]
    silent = receiver.once("im lặng")["body"]
    assert re.search(r"communes không có bản ghi nào từ [0-3]\d/03/2026 \(12 ngày làm việc\)", silent)
    assert not receiver.about("refresh-well"), "nobody is told that all is well"

    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    assert set_up() == (len(every), every), "the messages are in the language of the installation"
    monkeypatch.setenv("MOTCUA_NOTIFY", f"{receiver.address}/other {receiver.address}")
    assert set_up() == (len(every), every), "a second address is told too"

    monkeypatch.delenv("MOTCUA_NOTIFY")
    assert set_up() == (0, set()), "without the variable nothing is left"
    with get_client(sync_client=True) as client:
        left = client.request("POST", "/block_documents/filter", json={"limit": 200}).json()
        assert not [one["name"] for one in left if str(one["name"]).startswith("motcua-notify")], "nor is the address"
        before = len(receiver.received)
        run = client.create_flow_run(morning, name="refresh-unheard")
        client.set_flow_run_state(run.id, Failed(message="x"), force=True)
        announce("goi-13", 1)
    EventsWorker.drain_all(timeout=120)
    threading.Event().wait(3.0)
    assert len(receiver.received) == before, "and nothing is sent"


def test_a_missing_run_is_one_that_has_not_published() -> None:
    (missing,) = [notice for notice in NOTIFICATIONS if notice.name == "missing run"]
    assert set(missing.events) == {f"prefect.flow-run.{name}" for name in PUBLISHED}
    assert missing.flow == "refresh"


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize("query", ["", "&format=text"])
def test_an_address_of_apprise_is_written_to(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with smtp() as relay:
        address = f"mailto://127.0.0.1:{relay.port}?mode=insecure&from=motcua@example.org&to=office@example.org{query}"
        monkeypatch.setenv("MOTCUA_NOTIFY", address)
        assert set_up()[1] == {notice.name for notice in NOTIFICATIONS}
        # As the server does when an automation acts: the block that was saved, and what it is given to say.
        with get_client(sync_client=True) as client:
            (saved,) = (one for one in client.read_block_documents() if str(one.name).startswith("motcua-notify"))
            block = Block._from_block_document(client.read_block_document(saved.id, include_secrets=True))
        block.notify("Nguồn land bị lỗi.", subject="motcua: lượt chạy hỏng")
        (said,) = relay.bodies
        assert said.startswith("motcua: lượt chạy hỏng\n")
        assert "Nguồn land bị lỗi." in said


@pytest.mark.usefixtures("installation")
def test_an_address_that_nothing_can_be_sent_to_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_NOTIFY", "nowhere")
    with pytest.raises(ConfigError, match="MOTCUA_NOTIFY") as refused:
        set_up()
    assert "nowhere" not in str(refused.value), "an address is a secret"
