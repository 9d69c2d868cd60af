"""A one-stop system of a few lines that answers as a script says, faults included."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

Answer = tuple[int, dict[str, str], bytes]


def envelope(records: list[Any], **more: Any) -> bytes:
    """Return an answer of the national exchange."""
    return json.dumps({"error_code": "0", "message": "", "result": records, **more}, ensure_ascii=False).encode()


@dataclass
class Desk:
    """Serves records in pages; ``script`` may answer a call in its own way.

    Attributes:
        records: what is listed, in order.
        session_calls: calls after which a session ends; 0 never.
        script: called with the number of the service call, from 1; None answers as usual.
        calls: requests to the service that came, without the session.
        logins: how many there were.
    """

    records: list[Any] = field(default_factory=list)
    session_calls: int = 0
    script: Callable[[int], Answer | None] = lambda _: None
    calls: list[dict[str, Any]] = field(default_factory=list)
    logins: int = 0
    port: int = 0
    _used: int = 0

    def answer(self, path: str, request: dict[str, Any]) -> Answer:
        if path == "/login":
            return self._login(request)
        self.calls.append({key: value for key, value in request.items() if key != "session"})
        scripted = self.script(len(self.calls))
        if scripted is not None:
            return scripted
        self._used += 1
        if request["session"] != f"s{self.logins}" or (self.session_calls and self._used > self.session_calls):
            return 200, {}, json.dumps({"error_code": "3", "message": "session expired"}).encode()
        return 200, {}, self.page(request["data"])

    def _login(self, request: dict[str, Any]) -> Answer:
        if (request["username"], request["password"]) != ("desk", "open sesame"):
            return 200, {}, json.dumps({"error_code": "1", "message": "wrong"}).encode()
        self.logins, self._used = self.logins + 1, 0
        return 200, {}, json.dumps({"error_code": "0", "session": f"s{self.logins}"}).encode()

    def page(self, data: dict[str, Any]) -> bytes:
        since, until = data["tuThoiDiem"], data.get("denThoiDiem") or "99"
        found = [r for r in self.records if not isinstance(r, dict) or since <= r.get("NgayCapNhat", "9") < until]
        size, number = data["soBanGhi"], data["trang"]
        pages = max(1, -(-len(found) // size))
        return envelope(found[(number - 1) * size : number * size], tongSo=len(found), trang=number, soTrang=pages)


def handler(desk: Desk) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, headers, body = desk.answer(self.path, request)
            if status == 0:  # hang up without a word
                self.connection.close()
                return
            self.send_response_only(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


def dossier(number: int, **fields: Any) -> dict[str, Any]:
    """Return a record of the national exchange."""
    return {
        "MaHoSo": f"H99.12-260103-{number:04d}",
        "MaTTHC": "1.004616",
        "TrangThaiHoSo": "4",
        "NgayTiepNhan": "20260103080000",
        "NgayHenTra": "20260110170000",
        "NgayCapNhat": f"202601031{number % 10}0000",
        **fields,
    }
