"""The HTTP adapter against a real server that fails in every way a one-stop system has failed."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from config.errors import ConfigError, SourceError, TransientError
from config.sources import Source
from tasks.sources.adapters import adapter_for
from tasks.sources.formats.json_text import parse_json
from tasks.sources.protocol import Page, Window
from tests.sources.desk import Desk, dossier, envelope

Make = Callable[..., Source]


def pages(source: Source, since: datetime | None = None) -> list[Page]:
    return list(adapter_for(source).pages(Window(since=since)))


def codes(found: list[Page]) -> list[str]:
    return [record["MaHoSo"] for page in found for record in parse_json(page.body)["result"]]


def test_every_page_comes_exactly_as_it_was_sent(desk: Desk, source_of: Make) -> None:
    desk.records = [dossier(n, GhiChu="ghi  chú\u00a0cũ") for n in range(5)]
    found = pages(source_of(page_size=3))
    assert [page.records for page in found] == [3, 3]
    # The second question begins at the newest modification that the first answer stated.
    assert found[1].body == desk.page({"tuThoiDiem": "20260103120000", "soBanGhi": 3, "trang": 1})
    assert codes(found) == [f"H99.12-260103-{n:04d}" for n in (0, 1, 2, 2, 3, 4)]
    assert max(page.newest for page in found if page.newest) == datetime(2026, 1, 3, 7, 0, tzinfo=UTC)


def test_the_window_is_asked_for_in_the_sources_own_time(desk: Desk, source_of: Make) -> None:
    desk.records = [dossier(n) for n in range(5)]
    found = pages(source_of(), datetime(2026, 1, 3, 6, 0, tzinfo=UTC))
    assert desk.calls[0]["data"]["tuThoiDiem"] == "20260103130000"
    assert codes(found) == ["H99.12-260103-0003", "H99.12-260103-0004"]


def test_nothing_new_is_one_empty_page(desk: Desk, source_of: Make) -> None:
    found = pages(source_of())
    assert [page.records for page in found] == [0]
    assert len(desk.calls) == 1


def test_the_source_counts_its_records_itself(desk: Desk, source_of: Make) -> None:
    desk.records = [dossier(n) for n in range(5)]
    adapter = adapter_for(source_of())
    list(adapter.pages(Window()))
    assert adapter.control_total(Window()) == 5


def test_a_session_that_ends_in_the_middle_is_renewed(desk: Desk, source_of: Make) -> None:
    desk.records, desk.session_calls = [dossier(n) for n in range(9)], 2
    assert codes(pages(source_of(page_size=3))) == [f"H99.12-260103-{n:04d}" for n in (0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8)]
    assert desk.logins == 2


def test_a_session_that_is_never_good_is_an_error_not_a_loop(desk: Desk, source_of: Make) -> None:
    desk.script = lambda _: (200, {}, b'{"error_code": "3", "message": "expired"}')
    with pytest.raises(SourceError, match="error_code '3'"):
        pages(source_of())
    assert len(desk.calls) == 2


def test_both_spellings_of_success_are_accepted(desk: Desk, source_of: Make) -> None:
    desk.script = lambda _: (200, {}, b'{"Error_Code": "00", "Result": [{"MaHoSo": "A"}], "soTrang": 1}')
    assert [page.records for page in pages(source_of())] == [1]


def test_wrong_credentials_are_an_error_that_names_none_of_them(
    desk: Desk, source_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_PASSWORD", "not this one")
    with pytest.raises(SourceError, match="login was refused") as caught:
        pages(source_of())
    assert "not this one" not in str(caught.value)
    assert not isinstance(caught.value, TransientError)
    assert desk.calls == []


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>Dang bao tri</body></html>",
        envelope([dossier(1)])[:-7],
        b"",
        b"null",
        b"[]",
        b'{"error_code": "0"}',
        b'{"error_code": "0", "result": "nothing"}',
        b'{"error_code": "-3", "message": "Nguyen Van A 001093012345"}',
        b"{}",
        b"[" * 100_000,
    ],
)
def test_a_good_status_with_a_bad_answer_never_passes_for_an_empty_list(desk: Desk, source_of: Make, body: bytes) -> None:
    desk.records = [dossier(n) for n in range(3)]
    desk.script = lambda n: (200, {}, body) if n == 2 else None
    with pytest.raises(SourceError) as caught:
        pages(source_of())
    assert not isinstance(caught.value, TransientError)
    assert "Nguyen" not in str(caught.value)
    assert "001093012345" not in str(caught.value)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 408])
def test_a_status_that_may_pass_is_transient(desk: Desk, source_of: Make, status: int) -> None:
    desk.script = lambda _: (status, {}, b"")
    with pytest.raises(TransientError, match=str(status)):
        pages(source_of())


@pytest.mark.parametrize("status", [400, 401, 403, 404, 501])
def test_a_status_that_stays_is_not(desk: Desk, source_of: Make, status: int) -> None:
    desk.script = lambda _: (status, {}, b"")
    with pytest.raises(SourceError, match=str(status)) as caught:
        pages(source_of())
    assert not isinstance(caught.value, TransientError)


@pytest.mark.parametrize("value", ["0", "0.05", "Sat, 03 Jan 2026 08:00:00 GMT"])
def test_it_waits_when_asked_to(desk: Desk, source_of: Make, value: str) -> None:
    desk.records = [dossier(1)]
    desk.script = lambda n: (429, {"Retry-After": value, "Date": "Sat, 03 Jan 2026 08:00:00 GMT"}, b"") if n < 3 else None
    assert [page.records for page in pages(source_of())] == [1]
    assert len(desk.calls) == 3


def test_a_redirect_is_refused_and_never_followed(desk: Desk, source_of: Make) -> None:
    other = Desk()
    desk.script = lambda _: (302, {"Location": "http://example.invalid/steal"}, b"")
    with pytest.raises(SourceError, match="redirect"):
        pages(source_of())
    assert other.calls == []
    assert len(desk.calls) == 1


def test_a_list_without_an_end_stops(desk: Desk, source_of: Make) -> None:
    desk.script = lambda _: (200, {}, envelope([dossier(1), dossier(2)]))
    with pytest.raises(SourceError, match="does not end"):
        pages(source_of())
    assert len(desk.calls) == 3


def test_a_list_that_grows_for_ever_stops_too(desk: Desk, source_of: Make) -> None:
    desk.script = lambda n: (200, {}, envelope([dossier(n), dossier(n + 1)], soTrang=10**9))
    with pytest.raises(SourceError, match="after 5 pages"):
        pages(source_of(most_pages=5))


def test_an_answer_beyond_the_cap_is_refused(desk: Desk, source_of: Make) -> None:
    desk.script = lambda _: (200, {}, envelope([dossier(1, GhiChu="x" * 2_000_000)]))
    with pytest.raises(SourceError, match="larger than 1 MB"):
        pages(source_of(largest_page_mb=1))


def test_a_connection_that_is_cut_is_transient(desk: Desk, source_of: Make) -> None:
    desk.script = lambda _: (0, {}, b"")
    with pytest.raises(TransientError):
        pages(source_of())


def test_fewer_bytes_than_announced_are_transient(desk: Desk, source_of: Make) -> None:
    desk.script = lambda _: (200, {"Content-Length": "5000", "Connection": "close"}, envelope([dossier(1)]))
    with pytest.raises(TransientError):
        pages(source_of(timeout_seconds=0.5))


def test_nobody_there_is_transient(source_of: Make) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(TransientError):
        pages(source_of(address=f"http://127.0.0.1:{port}"))


def test_an_endless_silence_is_transient(source_of: Make) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        with pytest.raises(TransientError, match="Timeout"):
            pages(source_of(address=f"http://127.0.0.1:{deaf.getsockname()[1]}", timeout_seconds=0.2))


@pytest.mark.parametrize(
    ("address", "fact"),
    [
        ("http://one-stop.example.vn/", "not encrypted"),
        ("ftp://one-stop.example.vn/", "no HTTP address"),
        ("https://user:secret@one-stop.example.vn/", "credentials"),
        ("https://one-stop.example.vn/?token=secret", "credentials"),
    ],
)
def test_addresses_that_are_refused(source_of: Make, address: str, fact: str) -> None:
    with pytest.raises(ConfigError, match=fact) as caught:
        adapter_for(source_of(address=address))
    assert "secret" not in str(caught.value)


def test_only_listed_hosts_are_asked(source_of: Make) -> None:
    with pytest.raises(ConfigError, match="does not list"):
        adapter_for(source_of(address="https://other.example.vn", allowed_hosts=["one-stop.example.vn"]))


def test_a_secret_that_is_not_set_names_its_variable(source_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DESK_PASSWORD")
    with pytest.raises(ConfigError, match="DESK_PASSWORD"):
        pages(source_of())


def test_requests_keep_the_declared_rate(desk: Desk, source_of: Make) -> None:
    desk.records = [dossier(n) for n in range(6)]
    begun = datetime.now(UTC)
    pages(source_of(requests_per_second=20))
    assert (datetime.now(UTC) - begun).total_seconds() >= 3 / 20  # login and three pages: three gaps


def test_the_envelope_names_agency_service_and_parameters(desk: Desk, source_of: Make) -> None:
    pages(source_of(agency="000.00.00.H99", parameters={"maTTHC": "1.004616"}))
    call = desk.calls[0]
    assert (call["madonvi"], call["service"]) == ("000.00.00.H99", "LayDanhSachHoSo")
    assert call["data"]["maTTHC"] == "1.004616"
