"""Plain lists over HTTP as their example files declare them, against a real server that gives out recorded files."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from config.connections import Listing
from config.errors import ShrinkageError, SourceError, TransientError
from config.sources import Shrinkage, Source
from schemas.reference import UNITS
from tasks.loading.cleaned_pages import Cleaned, clean
from tasks.loading.pages import load_source
from tasks.preview.source_check import look_at
from tasks.pull import pull_source
from tasks.sources.adapters import adapter_for
from tasks.sources.pages import read_page
from tasks.sources.parsed_records import concatenated
from tasks.sources.protocol import Page, Window
from tasks.warehouse.engine import fetch_all
from tests.sources.clerk import Answer, Clerk, handler
from tests.sources.test_profiles import KEY, WIRE, example, local

Make = Callable[..., Source]
OPENCPS = orjson.loads((WIRE / "opencps-list.json").read_bytes())["data"]
HUB = orjson.loads((WIRE / "hub-2026.json").read_bytes())["data"]["items"]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Clerk]]:
    """Start a system that answers as it is told; the variables of the example files lead to it."""
    running: list[ThreadingHTTPServer] = []

    def start(answer: Callable[[str, dict[str, str], dict[str, str]], Answer]) -> Clerk:
        clerk = Clerk(answer)
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler(clerk))
        running.append(server)
        clerk.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        for name in ("OPENCPS", "HUB"):
            monkeypatch.setenv(f"{name}_URL", f"http://127.0.0.1:{clerk.port}")
            for part in ("USER", "PASSWORD", "TOKEN", "GROUP"):
                monkeypatch.setenv(f"{name}_{part}", f"{name.lower()}-{part.lower()}")
        return clerk

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def opencps(path: str, parameters: dict[str, str], headers: dict[str, str]) -> Answer:
    """Answer as OpenCPS does: 203 to strangers; a range of the list, the end not included."""
    assert path == "/o/rest/v2/dossiers"
    if (headers.get("groupid"), headers.get("token")) != ("opencps-group", "opencps-token"):
        return 203, {"code": 203, "message": "Non-Authoritative Information."}
    start, end = int(parameters["start"]), int(parameters["end"])
    found = OPENCPS[start:end]
    return 200, {"total": len(OPENCPS), **({"data": found} if found else {})}


class Hub:
    """Answers as the hub does: a login by form, a token that ends after some calls, pages by time of modification."""

    def __init__(self, calls: int = 2) -> None:
        self.calls, self.used, self.logins = calls, 0, 0

    def __call__(self, path: str, parameters: dict[str, str], headers: dict[str, str]) -> Answer:
        if path == "/api/v1/token":
            assert parameters == {"username": "hub-user", "password": "hub-password", "grant_type": "password"}
            self.logins, self.used = self.logins + 1, 0
            return 200, {"data": {"access_token": f"t{self.logins}"}}
        self.used += 1
        if headers.get("authorization") != f"Bearer t{self.logins}" or self.used > self.calls:
            return 401, {"status": 401}
        since, until = parameters.get("tuThoiDiem", ""), parameters.get("denThoiDiem", "9")
        found = [record for record in HUB if since <= record["NgayCapNhat"] < until]
        size, number = int(parameters["soBanGhi"]), int(parameters["trang"])
        page = found[(number - 1) * size : number * size]
        return 200, {"status": 200, "data": {"total": len(found), "items": page}}


def source(name: str, page_size: int = 2, **listing: Any) -> Source:
    found = example(name).model_copy(update={"name": name, "only_between": None})
    assert found.rest is not None
    assert found.rest.listing is not None
    given = Listing.model_validate({**found.rest.listing.model_dump(exclude_unset=True), **listing})
    changes = {"page_size": page_size, "requests_per_second": None, "retry_seconds": 0.001, "listing": given}
    return found.model_copy(update={"rest": found.rest.model_copy(update=changes)})


def cleaned(given: Source, pages: list[Page]) -> Cleaned:
    return clean(concatenated([read_page(p.body, p.media_type, given) for p in pages]), given, UNITS.frame(), KEY)


def test_opencps_is_asked_by_ranges_with_group_and_token(serve: Callable[..., Clerk]) -> None:
    clerk = serve(opencps)
    given = source("opencps-rest", page_size=6)
    pages = list(adapter_for(given).pages(Window()))
    assert [page.records for page in pages] == [6, 6, 3]
    asked = [(parameters["start"], parameters["end"], parameters["sort"]) for _, _, parameters in clerk.asked]
    assert asked == [("0", "6", "createDate"), ("6", "12", "createDate"), ("12", "18", "createDate")]
    assert {page.newest for page in pages} == {None}, "it cannot be asked for what is new, so nothing is taken for a cursor"
    dossiers = cleaned(given, pages).dossiers
    assert dossiers["status"].tolist() == [1, 2, 4, 4, 5, 4, 4, 4, 5, 6, 3, 8, 7, 9, 10]
    assert dossiers["marks"].isna().all()
    assert (local(dossiers["received_at"][1]), local(dossiers["due_at"][1])) == ("2026-01-06 08:10", "2026-01-15 17:00")
    assert dossiers["channel"].tolist()[:3] == ["online", "postal", "counter"]


def test_a_pull_that_was_cut_off_goes_on_behind_the_last_page(serve: Callable[..., Clerk]) -> None:
    clerk = serve(opencps)
    first = next(iter(adapter_for(source("opencps-rest", page_size=6)).pages(Window())))
    clerk.asked.clear()
    rest = list(adapter_for(source("opencps-rest", page_size=6)).pages(Window(), first.mark))
    assert [page.records for page in rest] == [6, 3]
    assert clerk.asked[0][2]["start"] == "6"


def test_opencps_counts_its_dossiers_and_a_look_says_what_it_would_read(serve: Callable[..., Clerk]) -> None:
    serve(opencps)
    given = source("opencps-rest")
    assert adapter_for(given).count(Window()) == 15
    look = look_at(given, datetime(2026, 2, 1, tzinfo=UTC))
    assert (look.records, look.kept, look.unknown) == (15, {"dossiers": 15}, [])


def test_a_stranger_is_told_so_and_no_secret(serve: Callable[..., Clerk], monkeypatch: pytest.MonkeyPatch) -> None:
    serve(opencps)
    monkeypatch.setenv("OPENCPS_TOKEN", "not-this-one")
    with pytest.raises(SourceError, match="HTTP 203") as caught:
        list(adapter_for(source("opencps-rest")).pages(Window()))
    assert "not-this-one" not in str(caught.value)


def test_the_hub_is_asked_with_a_token_that_is_renewed_and_by_time_of_modification(serve: Callable[..., Clerk]) -> None:
    hub = Hub()
    clerk = serve(hub)
    given = source("dvcqg-hub")
    pages = list(adapter_for(given).pages(Window(since=datetime(2026, 6, 1, tzinfo=UTC))))
    assert hub.logins == 2
    moments = [parameters["tuThoiDiem"] for _, path, parameters in clerk.asked if path.endswith("danhsach")]
    # The second page began where the first ended; the question that was refused was asked again.
    assert moments == ["2026-06-01T07:00:00", "2026-06-10T09:31:00", "2026-06-18T10:00:01", "2026-06-18T10:00:01"]
    assert max(page.newest for page in pages if page.newest) == datetime(2026, 6, 19, 1, 0, tzinfo=UTC)
    found = cleaned(given, pages)
    dossiers = found.dossiers.set_index("code")
    assert dossiers["person_kind"].to_dict() == {
        "G09.20-20260609-0092637": "person",
        "G09.20-20260610-0092638": "household",
        "G09.20-20260611-0092639": "business",
    }
    assert local(dossiers.loc["G09.20-20260609-0092637", "due_at"]) == "2026-06-19 17:00"
    assert found.events["status"].tolist() == [9]
    assert len(found.rejected) == 0


def test_a_token_that_is_never_good_is_an_error_not_a_loop(serve: Callable[..., Clerk]) -> None:
    hub = Hub(calls=0)
    serve(hub)
    with pytest.raises(SourceError, match="HTTP 401") as caught:
        list(adapter_for(source("dvcqg-hub")).pages(Window()))
    assert hub.logins == 2
    assert not isinstance(caught.value, TransientError)
    assert "hub-password" not in str(caught.value)


def test_a_good_status_that_the_answer_itself_denies_is_refused(serve: Callable[..., Clerk]) -> None:
    serve(
        lambda path, *_: (200, {"data": {"access_token": "t"}} if "token" in path else {"status": 500, "data": {"items": []}})
    )
    with pytest.raises(SourceError, match="status '500'"):
        list(adapter_for(source("dvcqg-hub")).pages(Window()))


def test_user_and_password_of_a_list_are_http_basic(serve: Callable[..., Clerk]) -> None:
    def answer(_: str, parameters: dict[str, str], headers: dict[str, str]) -> Answer:
        assert headers["authorization"] == "Basic " + base64.b64encode(b"opencps-user:opencps-password").decode()
        begin = int(parameters["from"])
        return 200, {"hits": {"found": 15, "rows": OPENCPS[begin : begin + int(parameters["count"])]}}

    clerk = serve(answer)
    given = source(
        "opencps-rest",
        page_size=8,
        method="POST",
        headers={},
        paging={"style": "offset", "place": "from", "size": "count"},
        records="hits.rows",
        total="hits.found",
    )
    assert given.rest is not None
    user = {"user": {"env": "OPENCPS_USER"}, "password": {"env": "OPENCPS_PASSWORD"}}
    rest = type(given.rest).model_validate({**given.rest.model_dump(exclude_unset=True), **user})
    pages = list(adapter_for(given.model_copy(update={"rest": rest})).pages(Window()))
    assert [(method, parameters["from"], parameters["count"]) for method, _, parameters in clerk.asked] == [
        ("POST", 0, 8),
        ("POST", 8, 8),
    ]
    assert len(cleaned(given, pages).dossiers) == 15


def test_a_whole_list_and_milliseconds(serve: Callable[..., Clerk]) -> None:
    stamped = [{**record, "modifiedDate": 1_768_000_000_000 + 1000 * n} for n, record in enumerate(OPENCPS)]
    clerk = serve(lambda *_: (200, {"data": stamped}))
    given = source("opencps-rest", paging={"style": "whole"}, since="from", until="to", moments="epoch_ms")
    pages = list(adapter_for(given).pages(Window(since=datetime(2026, 1, 1, tzinfo=UTC))))
    assert [parameters["from"] for _, _, parameters in clerk.asked] == ["1767225600000"]
    assert [page.records for page in pages] == [15]
    assert pages[0].newest == datetime.fromtimestamp(1_768_000_014, UTC)


def test_a_source_that_gives_less_than_asked_for_is_refused_before_records_are_skipped(serve: Callable[..., Clerk]) -> None:
    serve(lambda _, parameters, __: (200, {"total": 15, "data": OPENCPS[int(parameters["start"]) :][:3]}))
    with pytest.raises(SourceError, match="page 1 holds 3 records where 6 of 15 are due"):
        list(adapter_for(source("opencps-rest", page_size=6)).pages(Window()))


@pytest.mark.parametrize(
    ("wrong", "fact"),
    [
        ({"headers": {"Token": "abc"}}, "env"),
        ({"headers": {"X-Api-Key": "abc"}}, "env"),
        ({"since": "from"}, "together"),
        ({"since": "from", "until": "to", "moments": "%d/%m/%Y"}, "seconds"),
        ({"paging": {"style": "cursor"}}, "range"),
    ],
)
def test_declarations_that_would_lose_records_or_show_secrets_are_refused(wrong: dict[str, Any], fact: str) -> None:
    with pytest.raises(ValidationError, match=fact):
        Listing.model_validate({"path": "list", **wrong})


def test_a_list_that_cannot_be_asked_by_time_takes_no_beginning() -> None:
    given = example("opencps-rest").model_dump(exclude_unset=True)
    with pytest.raises(ValidationError, match="since"):
        Source.model_validate({**given, "begins": "2026-01-01"})


@pytest.mark.usefixtures("warehouse")
def test_a_list_read_whole_each_time_changes_what_has_changed_and_nothing_else(serve: Callable[..., Clerk]) -> None:
    records = [dict(record) for record in OPENCPS]
    serve(lambda _, p, __: (200, {"total": len(records), "data": records[int(p["start"]) : int(p["end"])]}))
    given = source("opencps-rest", page_size=6)
    assert pull_source(given) is not None
    assert load_source(given).read == 15
    assert pull_source(given) is None, "the same bytes are not landed twice"
    records[3] |= {"dossierStatus": "releasing", "releaseDate": "20/01/2026 15:00:00"}
    records.append({**records[0], "dossierNo": "260120-0016-BXD"})
    assert pull_source(given) is not None
    load_source(given)
    assert fetch_all("SELECT count(*) FROM core.dossier_versions") == [(17,)], "one is new, one has another version"
    statuses = fetch_all("SELECT status, count(*) FROM core.dossiers WHERE status IN (1, 9) GROUP BY status ORDER BY status")
    assert statuses == [(1, 2), (9, 2)]
    records[2:] = []
    with pytest.raises(ShrinkageError):
        pull_source(given.model_copy(update={"shrinkage": Shrinkage(share=0.2, least=5)}))
    assert fetch_all("SELECT count(*) FROM core.dossiers") == [(16,)]
