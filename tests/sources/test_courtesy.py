"""How considerately a source is asked: its hours, its rate, patience, and being left alone after failures."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config.errors import DeferredError, SourceError, TransientError
from config.pull_hours import PullHours
from config.read_once import forget
from config.sources import Source
from tasks.pull import pull, pull_source
from tasks.reconcile import reconcile
from tasks.runtime.circuit_breaker import breaker_state
from tasks.sources.adapters import adapter_for
from tasks.sources.http.rest import RestAdapter
from tasks.sources.http.transport import require_hours, retry_after
from tasks.sources.protocol import Window
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load
from tests.sources.desk import Desk, dossier, handler

Make = Callable[..., Source]
NOW = datetime(2026, 1, 3, 8, 0, tzinfo=UTC)


def pages(source: Source) -> int:
    return len(list(adapter_for(source).pages(Window())))


@given(begin=st.times(), end=st.times(), moment=st.times())
def test_hours_hold_what_walking_minute_by_minute_meets(begin: time, end: time, moment: time) -> None:
    begin, end, moment = (each.replace(second=0, microsecond=0) for each in (begin, end, moment))
    if begin == end:
        with pytest.raises(ValueError, match="empty"):
            PullHours.parse(f"{begin:%H:%M}-{end:%H:%M}")
        return
    met, at = set(), begin
    while at != end:
        met.add(at)
        at = (datetime.combine(datetime.min, at) + timedelta(minutes=1)).time()
    assert PullHours.parse(f"{begin:%H:%M}-{end:%H:%M}").hold(moment) == (moment in met)


@pytest.mark.parametrize("text", ["", "20-06", "24:00-06:00", "20:00", "20:00-06:00 ", "20:60-06:00"])
def test_hours_that_are_none_are_refused_when_the_file_is_read(source_of: Make, text: str) -> None:
    with pytest.raises(ValueError, match="only_between"):
        Source.model_validate(source_of().model_dump() | {"only_between": text})


@pytest.mark.parametrize(
    ("utc", "until"),
    [("2026-01-03T12:59+00:00", "2026-01-03 20:00"), ("2026-01-03T23:00+00:00", "2026-01-04 20:00")],
)
def test_outside_its_hours_a_source_is_not_asked_and_the_sentence_says_until_when(
    desk: Desk, source_of: Make, utc: str, until: str
) -> None:
    source = source_of().model_copy(update={"only_between": "20:00-06:00"})
    with pytest.raises(DeferredError, match=f"between 20:00-06:00 only; it is left alone until {until}"):
        require_hours(source, datetime.fromisoformat(utc))
    require_hours(source, datetime.fromisoformat("2026-01-03T13:00+00:00"))
    require_hours(source, datetime.fromisoformat("2026-01-03T22:59+00:00"))


def shut(source: Source) -> Source:
    """The source with hours that have just ended."""
    now = datetime.now(source.timezone)
    return source.model_copy(update={"only_between": f"{now - timedelta(hours=2):%H:%M}-{now - timedelta(hours=1):%H:%M}"})


def test_no_request_leaves_outside_the_hours(desk: Desk, source_of: Make) -> None:
    with pytest.raises(DeferredError):
        pages(shut(source_of()))
    assert desk.calls == []


@pytest.mark.usefixtures("warehouse")
def test_so_may_a_run_that_was_told_to(desk: Desk, source_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.records = [dossier(1)]
    content = shut(source_of()).model_dump(mode="json", include={"title", "kind", "profile", "rest", "only_between"})
    (tmp_path / "desk.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(tmp_path))
    forget()
    for step in (pull, reconcile):
        with pytest.raises(DeferredError):
            step.fn("desk", NOW.date())
    assert desk.calls == []
    assert pull.fn("desk", NOW.date(), True) is not None


@pytest.mark.usefixtures("warehouse")
def test_an_operator_may_ask_outside_the_hours(desk: Desk, source_of: Make) -> None:
    desk.records = [dossier(1)]
    source = shut(source_of())
    with pytest.raises(DeferredError), breaker_state(source):
        raise AssertionError("it was asked")
    with breaker_state(source, anyway=True) as asked:
        assert pull_source(asked) is not None
    assert fetch_all("SELECT * FROM raw.breakers") == []


def test_a_failure_in_the_middle_is_waited_for_and_asked_again(desk: Desk, source_of: Make) -> None:
    desk.records = [dossier(n) for n in range(4)]
    whole, calls = pages(source_of()), len(desk.calls)
    desk.script = lambda n: (503, {}, b"") if calls + 2 <= n <= calls + 4 else None
    assert pages(source_of()) == whole >= 2
    assert len(desk.calls) == 2 * calls + 3


def test_waits_grow_and_differ_by_chance(desk: Desk, source_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("tasks.sources.http.transport.time.sleep", waits.append)
    desk.script = lambda _: (502, {}, b"")
    for _ in range(2):
        with pytest.raises(TransientError) as caught:
            pages(source_of(retry_seconds=2, tries=4))
    assert (caught.value.failures, caught.value.answered) == (4, True)
    assert all(low <= wait <= 3 * low for wait, low in zip(waits, [1, 2, 4] * 2, strict=True))
    assert waits[:3] != waits[3:]


def test_a_source_that_never_answered_is_left_to_the_retries_of_the_run(desk: Desk, source_of: Make) -> None:
    with pytest.raises(TransientError) as caught:
        pages(source_of(address="http://127.0.0.1:1"))
    assert (caught.value.failures, caught.value.answered) == (1, False)


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("120", None, 120),
        ("-5", None, 0),
        ("Sat, 03 Jan 2026 08:02:00 GMT", None, 120),
        ("Sat, 03 Jan 2026 08:02:00 GMT", "Sat, 03 Jan 2026 08:01:00 GMT", 60),
        ("Sat, 03 Jan 2026 07:00:00 GMT", None, 0),
        ("soon", None, None),
        ("nan", None, None),
    ],
)
def test_patience_is_asked_for_in_seconds_or_by_a_date(value: str, date: str | None, seconds: float | None) -> None:
    headers = {"retry-after": value} | ({"date": date} if date else {})
    assert retry_after(httpx.Headers(headers), NOW) == seconds
    assert retry_after(httpx.Headers(), NOW) is None


@pytest.mark.usefixtures("warehouse")
def test_more_patience_than_a_pull_has_leaves_the_source_alone_for_as_long(desk: Desk, source_of: Make) -> None:
    desk.script = lambda _: (429, {"Retry-After": "3600"}, b"")
    before = datetime.now(UTC)
    for _ in range(2):
        with pytest.raises(DeferredError, match="left alone until"), breaker_state(source_of()) as source:
            pull_source(source)
    assert len(desk.calls) == 1
    ((until, reason),) = fetch_all("SELECT open_until, reason FROM raw.breakers")
    assert timedelta(minutes=59) < until - before < timedelta(minutes=61)
    assert reason == "asked_by_source"


@pytest.mark.usefixtures("warehouse")
def test_after_failures_in_a_row_over_several_runs_nothing_is_asked_for_a_while(desk: Desk, source_of: Make) -> None:
    desk.records = [dossier(1)]
    desk.script = lambda _: (503, {}, b"")
    source = Source.model_validate(source_of(tries=1).model_dump() | {"breaker": {"failures": 3, "minutes": 30}})
    for _ in range(3):
        with pytest.raises(TransientError), breaker_state(source):
            pull_source(source)
    assert fetch_all("SELECT failures, reason FROM raw.breakers") == [(1, "TransientError")], (
        "each pull logged in before it failed"
    )
    with load("test", "desk") as current:
        current.execute("UPDATE raw.breakers SET failures = 2")
    with pytest.raises(SourceError), breaker_state(source):
        raise SourceError("desk", "answered with HTTP 403")
    asked = len(desk.calls)
    with pytest.raises(DeferredError, match="3 requests failed one after the other") as caught, breaker_state(source):
        pull_source(source)
    assert len(desk.calls) == asked
    assert timedelta(minutes=29) < caught.value.until - datetime.now(UTC) <= timedelta(minutes=30)
    with load("test", "desk") as current:
        current.execute("UPDATE raw.breakers SET open_until = now() - interval '1 second'")
    with pytest.raises(SourceError), breaker_state(source):  # one trial, and it is left alone again
        raise SourceError("desk", "answered with HTTP 403")
    assert fetch_all("SELECT failures, open_until > now() FROM raw.breakers") == [(4, True)]
    desk.script = lambda _: None
    with breaker_state(source, anyway=True) as trial:
        assert pull_source(trial) is not None
    assert fetch_all("SELECT * FROM raw.breakers") == []


@pytest.fixture
def forged(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A system whose certificate nobody of the machine's authorities signed: its address, and that certificate."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        (
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
            f"-addext subjectAltName=DNS:localhost -keyout {key} -out {certificate}"
        ).split(),
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(Desk(records=[dossier(1)])))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"https://localhost:{server.server_address[1]}", certificate
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_certificate_that_nobody_vouches_for_is_refused(desk: Desk, source_of: Make, forged: tuple[str, Path]) -> None:
    address, certificate = forged
    with pytest.raises(SourceError, match="certificate is not trusted") as caught:
        pages(source_of(address=address))
    assert not isinstance(caught.value, TransientError)
    assert pages(source_of(address=address, trusted_certificates=str(certificate))) == 1
    other_name = address.replace("localhost", "127.0.0.1")
    with pytest.raises(SourceError, match="certificate is not trusted"):
        pages(source_of(address=other_name, trusted_certificates=str(certificate)))


def test_a_proxy_of_the_machine_is_not_asked(desk: Desk, source_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.records = [dossier(1)]
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert pages(source_of()) == 1


def test_a_question_beside_a_pull_that_is_open_leaves_it_open(desk: Desk, source_of: Make) -> None:
    desk.records = [dossier(n) for n in range(4)]
    adapter = adapter_for(source_of())
    assert isinstance(adapter, RestAdapter)
    whole = [page.records for page in adapter.pages(Window())]
    found = []
    for page in adapter.pages(Window()):
        with adapter.transport:
            found.append(page.records)
    assert found == whole
    assert len(whole) > 1
    assert adapter.control_total(Window()) == 4
