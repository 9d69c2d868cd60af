"""Server of the provincial one-stop system, in the national exchange's envelope (law 2.3).

``POST /login`` gives a session; ``POST /service`` answers ``LayDanhSachHoSo`` (records by modification
time, page by page), ``LayThuTuc``, ``LayDanhMucCoQuan`` and ``ThongKeTiepNhan`` (its own counts by agency and day). A session ends after some calls: the answer
is then error code 3, and the caller logs in again.
"""

from __future__ import annotations

import json
import re
import secrets
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, overload

import uvicorn
from fastapi import FastAPI, Request, Response

from demo.world import DOSSIERS, HABITS

GOOD, REFUSED, EXPIRED, UNKNOWN = "0", "1", "3", "-3"
COUNTED = "ThongKeTiepNhan"
LARGEST_PAGE = 5000


@dataclass(frozen=True)
class Copies(Sequence[bytes]):
    """Records told several times, each time as another dossier of another person, made when they are asked for.

    A large system in little memory.
    """

    lines: Sequence[bytes]
    times: int

    def __len__(self) -> int:
        return len(self.lines) * self.times

    @overload
    def __getitem__(self, place: int) -> bytes: ...

    @overload
    def __getitem__(self, place: slice) -> list[bytes]: ...

    def __getitem__(self, place: int | slice) -> bytes | list[bytes]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        line, copy = self.lines[place // self.times], place % self.times
        return _copied(line, copy) if copy else line


def _copied(line: bytes, copy: int) -> bytes:
    """Return a record under other numbers: of the dossier, of its receipt, of the applicant and of the telephone.

    Two entries of one dossier stay two entries of one, and two dossiers of one person two of one.
    """
    changed = {given: made for pattern, make in _NUMBERS if (given := _found(pattern, line)) and (made := make(given, copy))}
    for given, made in changed.items():
        line = line.replace(b'"%s"' % given, b'"%s"' % made)
    return line


def _found(pattern: re.Pattern[bytes], line: bytes) -> bytes:
    found = pattern.search(line)
    return found[1] if found else b""


def _other_code(given: bytes, copy: int) -> bytes:
    head, dash, number = given.rpartition(b"-")
    return b"%s%s%d%s" % (head, dash, copy, number) if dash else b""


def _other_person(given: bytes, copy: int) -> bytes:
    return b"%s%03d%s" % (given[:3], (int(given[3:6]) + 37 * copy) % 1000, given[6:])


def _other_line(given: bytes, copy: int) -> bytes:
    return b"%s%02d%s" % (given[:2], copy % 100, given[4:])


_NUMBERS = (
    (re.compile(rb'"MaHoSo": "([^"]+)"'), _other_code),
    (re.compile(rb'"MaHoSoKhac": "([^"]+)"'), _other_code),
    (re.compile(rb'"SoBienNhan": "([^"]+)"'), _other_code),
    (re.compile(rb'"SoGiayToChuHoSo": "(999\d{9})"'), _other_person),  # what is no number stays none
    (re.compile(rb'"SoDienThoai": "(0300\d{6})"'), _other_line),
)


@dataclass
class Shelf:
    """One list of records as JSON lines, read again whenever its file changes."""

    path: Path
    stamp_field: str = ""
    copies: int = 1
    lines: list[bytes] = field(default_factory=list)
    stamps: list[str] = field(default_factory=list)
    seen: tuple[int, int] = (0, 0)

    def refresh(self) -> None:
        """Read the file again if it is another one than before."""
        stat = self.path.stat()
        if (stat.st_mtime_ns, stat.st_ino) == self.seen:
            return
        content = self.path.read_bytes()
        if self.stamp_field:
            lines = content.splitlines()
            self.stamps = [self._stamp(line) for line in lines]
        else:
            lines = [json.dumps(each, ensure_ascii=False).encode() for each in json.loads(content)]
        # Last, because it says that the rest is there: the counts are made in another thread.
        self.lines, self.seen = lines, (stat.st_mtime_ns, stat.st_ino)

    def between(self, since: str, until: str) -> Sequence[bytes]:
        """Return the records modified from one time to another, both included; empty means no bound."""
        if not self.stamp_field:
            return self.lines
        first = bisect_left(self.stamps, since) if since else 0
        last = bisect_right(self.stamps, until) if until else len(self.lines)
        found = self.lines[first:last]
        return found if self.copies == 1 else Copies(found, self.copies)

    def _stamp(self, line: bytes) -> str:
        # The stamp stands before any nested list; parsing every record would take ten times as long.
        key = f'"{self.stamp_field}": "'.encode()
        start = line.index(key) + len(key)
        return line[start : start + 14].decode("ascii")


@dataclass
class Counts:
    """How many dossiers each agency received on each day, as the system counts its own table."""

    shelf: Shelf
    _counted: tuple[tuple[int, int], str] | None = None
    _rows: list[tuple[str, str, int]] = field(default_factory=list)

    def between(self, first: str, last: str, until: str) -> list[bytes]:
        """Return the counts of days from one to another (``yyyyMMdd``), both included; empty means no bound."""
        self.shelf.refresh()
        if self._counted != (self.shelf.seen, until):
            self._counted, self._rows = (self.shelf.seen, until), self._count(until)
        chosen = [row for row in self._rows if (not first or row[1] >= first) and (not last or row[1] <= last)]
        keys = ("DonViXuLy", "NgayTiepNhan", "TongSo")
        return [json.dumps(dict(zip(keys, row, strict=True)), ensure_ascii=False).encode() for row in chosen]

    def _count(self, until: str) -> list[tuple[str, str, int]]:
        told = self.shelf.between("", until)
        lines, times = (told.lines, told.times) if isinstance(told, Copies) else (told, 1)
        latest = {record["MaHoSo"]: record for record in map(_own_fields, lines) if record.get("MaHoSo")}
        found: Counter[tuple[str, str]] = Counter()
        for code, record in latest.items():
            # What bears no number that could be another one is told again as the same dossier.
            found[record.get("DonViXuLy") or "", _day(record.get("NgayTiepNhan") or "")] += times if "-" in code else 1
        return [(unit, day, count) for (unit, day), count in sorted(found.items()) if day]


@dataclass
class Desk:
    """The system's memory: its lists, who may log in, and the calls left to each session."""

    shelves: dict[str, Shelf]
    credentials: tuple[str, str]
    session_calls: int
    counts: Counts
    until: str = ""
    capped: int = LARGEST_PAGE
    sessions: dict[str, int] = field(default_factory=dict)

    def log_in(self, given: dict[str, Any], destination: str | None) -> dict[str, str]:
        """Answer a login: a session, or a refusal."""
        known = (str(given.get("username")), str(given.get("password"))) == self.credentials
        if not known or destination is None:
            return {"error_code": REFUSED, "message": "Sai tài khoản, mật khẩu hoặc thiếu dstcode"}
        session = secrets.token_hex(16)
        self.sessions[session] = self.session_calls
        return {"error_code": GOOD, "message": "", "session": session}

    def answer(self, given: dict[str, Any]) -> bytes:
        """Answer a call of a service."""
        left = self.sessions.get(str(given.get("session")), 0)
        if left <= 0:
            self.sessions.pop(str(given.get("session")), None)
            return _ENDED
        self.sessions[str(given.get("session"))] = left - 1
        data = given.get("data") or {}
        if given.get("service") == COUNTED:
            counted = self.counts.between(str(data.get("tuNgay") or ""), str(data.get("denNgay") or ""), self.until)
            return _page(counted, data, self.capped)
        shelf = self.shelves.get(str(given.get("service")))
        if shelf is None:
            return _refusal(UNKNOWN, "service is not known")
        shelf.refresh()
        until = min(filter(None, (str(data.get("denThoiDiem") or ""), self.until)), default="")
        return _page(shelf.between(str(data.get("tuThoiDiem") or ""), until), data, self.capped)


def _page(lines: Sequence[bytes], data: dict[str, Any], capped: int = LARGEST_PAGE) -> bytes:
    number = max(1, int(data.get("trang") or 1))
    size = min(capped, max(1, int(data.get("soBanGhi") or 500)))
    pages = max(1, -(-len(lines) // size))
    head = {"error_code": GOOD, "message": "", "tongSo": len(lines), "trang": number, "soTrang": pages}
    body = b",".join(lines[(number - 1) * size : number * size])
    return json.dumps(head).encode()[:-1] + b', "result": [' + body + b"]}"


def _own_fields(line: bytes) -> dict[str, Any]:
    """Read a record without its lists, which stand behind its own fields and are most of it."""
    lists = line.find(b": [")
    return dict(json.loads(line if lists < 0 else line[: line.rindex(b", ", 0, lists)] + b"}"))


def _day(text: str) -> str:
    """Return the day of a time that begins with its year, in either way of writing it."""
    digits = "".join(filter(str.isdigit, text))
    return digits[:8] if len(digits) >= 8 else ""


def _refusal(code: str, message: str) -> bytes:
    return json.dumps({"error_code": code, "message": message}).encode()


_ENDED = _refusal(EXPIRED, "session expired")


def make_app(out: Path, credentials: tuple[str, str], *, session_calls: int = 20, until: str = "", copies: int = 1) -> FastAPI:
    """Return the application.

    Args:
        out: folder of the province.
        credentials: user name and password that may log in.
        session_calls: calls after which a session ends.
        until: ``yyyyMMddHHmmss``; records modified later do not exist yet.
        copies: how often each dossier is told, each time as another's, under other numbers.
    """
    served = out / "served"
    shelves = {
        "LayDanhSachHoSo": Shelf(served / DOSSIERS, "NgayCapNhat", copies),
        "LayThuTuc": Shelf(served / "procedures.json"),
        "LayDanhMucCoQuan": Shelf(served / "units.json"),
    }
    habits = json.loads((served / HABITS).read_text(encoding="utf-8")) if (served / HABITS).exists() else {}
    capped, refusal = habits.get("capped_pages", LARGEST_PAGE), habits.get("session_ends_with", 200)
    desk = Desk(shelves, credentials, session_calls, Counts(shelves["LayDanhSachHoSo"]), until, capped)
    app = FastAPI(title="Một cửa điện tử tỉnh Mộc Lam (H99, giả định)", openapi_url=None)

    @app.post("/login")
    async def login(request: Request) -> dict[str, str]:
        return desk.log_in(await request.json(), request.headers.get("dstcode"))

    @app.post("/service")
    async def service(request: Request) -> Response:
        answer = desk.answer(await request.json())
        return Response(answer, refusal if answer == _ENDED else 200, media_type="application/json")

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    app.state.count = partial(desk.counts.between, "", "", until)
    return app


def serve(app: FastAPI, port: int) -> None:
    """Serve on this machine only, until stopped."""
    # A system of record has its counts at hand; this one counts its file once, while nobody asks yet.
    Thread(target=app.state.count, daemon=True).start()
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)
