"""Lists that end otherwise than they promise: all of it is read, or it is said that it is not; never less in silence."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from config.errors import RefusedError, SourceError
from config.sources import Source
from tasks.preview.source_check import look_at
from tasks.sources.adapters import adapter_for
from tasks.sources.pages import read_page
from tasks.sources.protocol import Window

Rows = list[dict[str, Any]]
Reply = tuple[int, Any]
ALL: Rows = [
    {
        "MaHoSo": f"H99.12-260302-{number:04d}",
        "MaTTHC": "1.000001",
        "NgayTiepNhan": "20260302080000",
        "NgayCapNhat": f"{datetime(2026, 3, 2) + timedelta(minutes=number):%Y%m%d%H%M%S}",
    }
    for number in range(1, 251)
]
CAP = 100


class Server:
    """Answers a question (page, size, since) with what ``answer`` makes of the rows that were modified since."""

    def __init__(self, answer: Callable[[Rows, int, int], Any]) -> None:
        self.answer, self.asked, self.logins = answer, 0, 0

    def reply(self, path: str, asked: dict[str, Any], proof: str) -> Reply:
        if path.endswith("token"):
            self.logins += 1
            return 200, {"data": {"access_token": f"t{self.logins}"}}
        if path.endswith("login"):
            self.logins += 1
            return 200, {"error_code": "0", "session": f"s{self.logins}"}
        self.asked += 1
        data = asked.get("data", asked)
        rows = [row for row in ALL if row["NgayCapNhat"] >= data.get("tuThoiDiem", "")]
        return self.shown(self.answer(rows, int(data["trang"]), int(data["soBanGhi"])), asked, proof)

    def shown(self, found: Any, asked: dict[str, Any], proof: str) -> Reply:  # noqa: ARG002 - as its kinds need it
        return 200, found


@pytest.fixture
def serve() -> Iterator[Callable[[Server], str]]:
    running: list[ThreadingHTTPServer] = []

    def start(server: Server) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(dict(parse_qsl(urlsplit(self.path).query)))

            def do_POST(self) -> None:
                self._send(json.loads(self.rfile.read(int(self.headers["content-length"]))))

            def _send(self, asked: dict[str, Any]) -> None:
                proof = asked.get("session") or (self.headers.get("Authorization") or "").removeprefix("Bearer ")
                status, content = server.reply(urlsplit(self.path).path, asked, proof)
                body = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response_only(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        running.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=running[-1].serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return f"http://127.0.0.1:{running[-1].server_address[1]}"

    yield start
    for each in running:
        each.shutdown()
        each.server_close()


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELD_USER", "field-user")
    monkeypatch.setenv("FIELD_PASSWORD", "not to be shown")


def listing(address: str, *, by_time: bool = False, token: bool = False, size: int = 200, **more: Any) -> Source:
    declared: dict[str, Any] = {
        "path": "list",
        "paging": {"style": "page", "place": "trang", "size": "soBanGhi"},
        "records": "data.items",
        "total": "data.total",
        **({"since": "tuThoiDiem", "until": "denThoiDiem", "moments": "%Y%m%d%H%M%S"} if by_time else {}),
        **more,
    }
    if token:
        declared["token"] = {"path": "token", "fields": {"username": "u"}, "answer": "data.access_token"}
    return _source({"address": address, "page_size": size, "listing": declared})


def envelope(address: str, size: int = 200, *, login: bool = False) -> Source:
    who = {"user": {"env": "FIELD_USER"}, "password": {"env": "FIELD_PASSWORD"}} if login else {}
    return _source({"address": address, "page_size": size, **who})


def _source(rest: dict[str, Any]) -> Source:
    options = {**rest, "retry_seconds": 0.01, "most_pages": 400}
    return Source.model_validate({"name": "field", "title": "Field", "kind": "rest", "profile": "dvcqg", "rest": options})


def codes(source: Source, since: datetime | None = None) -> set[str]:
    """Return the codes of all records that the adapter gives."""
    pages = [page for page in adapter_for(source).pages(Window(since)) if page.records]
    return {code for page in pages for code in read_page(page.body, page.media_type, source).dossiers["code"]}


def capped(rows: Rows, page: int, size: int) -> Rows:
    """Give no more than the cap, in pages of the cap."""
    cap = min(size, CAP)
    return rows[(page - 1) * cap : page * cap]


def strided(rows: Rows, page: int, size: int) -> Rows:
    """Give no more than the cap, each page from where one of the size asked for would begin."""
    return rows[(page - 1) * size :][: min(size, CAP)]


def holed(rows: Rows, page: int, size: int) -> Rows:
    """Leave one record out of each full page, as who filters behind his paging does: it is nobody's."""
    return [row for row in rows[(page - 1) * size : page * size] if row is not ALL[7]]


def last_again(rows: Rows, page: int, size: int) -> Rows:
    """Give the last page for every one beyond it."""
    page = min(page, max(1, -(-len(rows) // size)))
    return rows[(page - 1) * size : page * size]


def first_again(rows: Rows, page: int, size: int) -> Rows:
    """Give the first page for every one beyond the last."""
    return rows[(page - 1) * size : page * size] or rows[:size]


def items(shown: Callable[[Rows, int, int], Rows], **more: Callable[[Rows], Any]) -> Callable[[Rows, int, int], Any]:
    return lambda rows, page, size: {
        "data": {"items": shown(rows, page, size), **{name: made(rows) for name, made in more.items()}}
    }


def result(shown: Callable[[Rows, int, int], Rows], **more: Callable[[Rows], Any]) -> Callable[[Rows, int, int], Any]:
    return lambda rows, page, size: {
        "error_code": "0",
        "result": shown(rows, page, size),
        **{name: made(rows) for name, made in more.items()},
    }


@pytest.mark.parametrize("by_time", [False, True], ids=["by number", "by time"])
@pytest.mark.parametrize(
    ("answer", "size"),
    [
        (items(capped), 200),
        (items(strided), 200),
        (items(capped, hasMore=lambda _: True), 200),
        (items(capped, next=lambda _: "/list?trang=2"), 200),
        (items(last_again), 50),
        (items(last_again), 300),
        (items(first_again), 50),
        (items(lambda rows, page, size: rows[(page - 1) * size : page * size]), 50),
        (items(lambda rows, page, size: rows[(page - 1) * size : page * size], total=lambda rows: f"{len(rows)}"), 50),
        (items(lambda rows, page, size: rows[(page - 1) * size : page * size], total=lambda rows: float(len(rows))), 70),
        (items(lambda rows, page, size: rows[(page - 1) * size : page * size], total=lambda _: "many"), 70),
    ],
)
def test_a_plain_list_is_read_to_its_end(
    serve: Callable[[Server], str], answer: Callable[[Rows, int, int], Any], size: int, by_time: bool
) -> None:
    assert codes(listing(serve(Server(answer)), by_time=by_time, size=size)) == {row["MaHoSo"] for row in ALL}


@pytest.mark.parametrize(
    "answer",
    [
        result(capped),
        result(strided),
        result(capped, tongso=len),
        result(capped, tongSo=lambda rows: str(len(rows))),
        result(capped, tongso=len, soTrang=lambda rows: -(-len(rows) // 200)),
        result(capped, soTrang=lambda rows: -(-len(rows) // CAP)),
        result(lambda rows, *_: rows[:CAP]),
        result(lambda rows, *_: rows[:CAP], tongso=lambda rows: min(CAP, len(rows))),
    ],
    ids=["", "strided", "total", "total as text", "total and pages", "pages", "no pages at all", "counts its page"],
)
def test_an_envelope_is_read_to_its_end(serve: Callable[[Server], str], answer: Callable[[Rows, int, int], Any]) -> None:
    assert codes(envelope(serve(Server(answer)))) == {row["MaHoSo"] for row in ALL}


def test_pages_from_which_the_source_leaves_something_out_are_gone_through_to_the_end(serve: Callable[[Server], str]) -> None:
    for by_time in (False, True):
        found = codes(listing(serve(Server(items(holed))), by_time=by_time, size=100))
        assert found == {row["MaHoSo"] for row in ALL if row is not ALL[7]}


@pytest.mark.parametrize(
    ("answer", "size", "fact"),
    [
        (items(lambda rows, *_: rows[:CAP]), 200, "page 2 is page 1 again"),
        (items(lambda rows, *_: rows[:50]), 50, "page 2 is page 1 again"),
        (items(lambda rows, _, size: rows[:size]), 50, "page 2 is page 1 again"),
        (items(capped, total=len), 200, "page 1 holds 100 records where 200 of 250 are due"),
        (
            items(lambda rows, page, _: rows[(page - 1) * 50 : page * 50][: 200 if page < 4 else 0], total=len),
            50,
            "ends after 150",
        ),
    ],
)
def test_what_is_not_proved_to_be_all_is_told(
    serve: Callable[[Server], str], answer: Callable[[Rows, int, int], Any], size: int, fact: str
) -> None:
    with pytest.raises(SourceError, match=fact):
        codes(listing(serve(Server(answer)), size=size))


@pytest.mark.parametrize("count", [1, 37, 50])
def test_a_short_list_is_whole_where_its_pages_are_heeded_or_its_number_is_no_cap(
    serve: Callable[[Server], str], count: int
) -> None:
    assert len(codes(listing(serve(Server(items(lambda rows, page, size: last_again(rows[:count], page, size))))))) == count
    if count % 10:
        assert len(codes(envelope(serve(Server(result(lambda *_: ALL[:count])))))) == count
    server = Server(lambda rows, *_: {"data": {"items": rows[:count], "more": False}})
    assert len(codes(listing(serve(server), more="data.more"))) == count
    assert server.asked == 1


NEWS = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (204, b""),
        (200, b""),
        (200, b"null"),
        (200, {"data": None}),
        (200, {"status": "200", "message": "Khong co du lieu", "data": None}),
        (200, {"status": 404, "message": "Không tìm thấy dữ liệu", "data": {"items": None}}),
        (200, {"data": {"items": None}}),
        (200, {"data": {"items": []}}),
    ],
)
def test_nothing_new_in_any_words_is_nothing_new(serve: Callable[[Server], str], status: int, content: Any) -> None:
    class Quiet(Server):
        def shown(self, found: Any, asked: dict[str, Any], proof: str) -> Reply:  # noqa: ARG002 - as the server's
            return (200, found) if found["data"]["items"] else (status, content)

    source = listing(serve(Quiet(items(capped))), by_time=True)
    assert codes(source, NEWS) == set()
    assert len(codes(source)) == len(ALL)
    assert look_at(source, NEWS + timedelta(days=2)).records == CAP


@pytest.mark.parametrize(
    "content",
    [b"", b"null", {"error_code": "0", "result": None}, {"error_code": "1", "message": "Không có dữ liệu", "result": None}],
)
def test_so_it_is_in_the_envelope(serve: Callable[[Server], str], content: Any) -> None:
    class Quiet(Server):
        def shown(self, found: Any, asked: dict[str, Any], proof: str) -> Reply:  # noqa: ARG002 - as the server's
            return 200, found if found["result"] else content

    source = envelope(serve(Quiet(result(capped))))
    assert codes(source, NEWS) == set()
    assert look_at(source, NEWS + timedelta(days=2)).records == CAP


@pytest.mark.parametrize(
    "content",
    [
        {"status": 500, "data": None},
        {"success": False, "data": {"items": []}},
        {"code": -5, "message": "Lỗi hệ thống", "data": None},
        {"error": "database is down", "data": None},
        {"message": "maintenance"},
        {},
    ],
)
def test_a_failure_inside_a_good_answer_is_not_nothing_new(serve: Callable[[Server], str], content: Any) -> None:
    with pytest.raises(SourceError) as caught:
        codes(listing(serve(Server(lambda *_: content)), by_time=True), NEWS)
    assert "hệ thống" not in str(caught.value)
    assert "database" not in str(caught.value)


ANY_ENDED: list[Reply] = [(401, b""), (403, {"message": "Forbidden"}), (419, b""), (440, b"")]
LIST_ENDED: list[Reply] = [
    (200, {"status": "401", "message": "token expired", "data": None}),
    (200, {"code": 403, "data": {"items": []}}),
    (200, {"code": -1, "message": "token expired"}),
    (200, {"error": {"code": 440}}),
    (200, {"success": False, "message": "Phiên làm việc đã hết hạn", "data": None}),
]
ENVELOPE_ENDED: list[Reply] = [
    (200, {"error_code": "3"}),
    (200, {"error_code": "403"}),
    (200, {"error_code": "-1", "message": "Token không hợp lệ"}),
]


class Ending(Server):
    """Ends what proves who asks after two questions."""

    def __init__(self, answer: Callable[[Rows, int, int], Any], ended: Reply, *, never: bool = False) -> None:
        super().__init__(answer)
        self.ended, self.never, self.used = ended, never, dict[str, int]()

    def shown(self, found: Any, asked: dict[str, Any], proof: str) -> Reply:  # noqa: ARG002 - as the server's
        self.used[proof] = self.used.get(proof, 0) + 1
        good = proof.lstrip("ts") == str(self.logins) and self.used[proof] <= 2
        return (200, found) if good and not self.never else self.ended


@pytest.mark.parametrize("ended", [*ANY_ENDED, *LIST_ENDED])
def test_a_token_that_has_ended_is_renewed_once_however_that_is_said(serve: Callable[[Server], str], ended: Reply) -> None:
    plain = items(lambda rows, page, size: rows[(page - 1) * size : page * size])
    assert len(codes(listing(serve(Ending(plain, ended)), token=True, size=50))) == len(ALL)
    refusing = Ending(plain, ended, never=True)
    with pytest.raises(RefusedError):
        codes(listing(serve(refusing), token=True))
    assert refusing.logins == 2, "no more than one new login"


@pytest.mark.parametrize("ended", [*ANY_ENDED, *ENVELOPE_ENDED])
def test_so_is_a_session(serve: Callable[[Server], str], secrets: None, ended: Reply) -> None:
    plain = result(lambda rows, page, size: rows[(page - 1) * size : page * size])
    assert len(codes(envelope(serve(Ending(plain, ended)), 50, login=True))) == len(ALL)
    refusing = Ending(plain, ended, never=True)
    with pytest.raises(RefusedError) as caught:
        codes(envelope(serve(refusing), login=True))
    assert refusing.logins == 2, "no more than one new login"
    assert "not to be shown" not in str(caught.value)


@pytest.mark.parametrize("reply", [(401, b""), (403, b""), (200, {"error_code": "1", "code": 401, "message": "Sai mật khẩu"})])
@pytest.mark.parametrize("token", [True, False])
def test_a_wrong_password_at_login_is_final_and_names_the_user(
    serve: Callable[[Server], str],
    secrets: None,
    reply: Reply,
    token: bool,
) -> None:
    class Locked(Server):
        def reply(self, path: str, asked: dict[str, Any], proof: str) -> Reply:  # noqa: ARG002 - as the server's
            self.logins += 1
            return reply

    server = Locked(items(capped))
    address = serve(server)
    with pytest.raises(RefusedError, match=r"user '(field-user|u)'") as caught:
        codes(listing(address, token=True) if token else envelope(address, login=True))
    assert server.logins == 1
    assert "not to be shown" not in str(caught.value)
