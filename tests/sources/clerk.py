"""A system of a few lines that gives a recorded file out as a plain list, the way its example file declares it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Answer = tuple[int, dict[str, Any]]


@dataclass
class Clerk:
    """Answers questions; ``answer`` says how.

    Attributes:
        answer: called with path, parameters (of the address, of a form or a JSON body) and headers in lower case.
        asked: path and parameters of each request.
    """

    answer: Callable[[str, dict[str, str], dict[str, str]], Answer]
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    port: int = 0


def handler(clerk: Clerk) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET", dict(parse_qsl(urlsplit(self.path).query)))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = "urlencoded" in self.headers["content-type"]
            self._answer("POST", dict(parse_qsl(body)) if form else json.loads(body))

        def _answer(self, method: str, parameters: dict[str, str]) -> None:
            path = urlsplit(self.path).path
            clerk.asked.append((method, path, parameters))
            status, content = clerk.answer(path, parameters, {k.lower(): v for k, v in self.headers.items()})
            body = json.dumps(content, ensure_ascii=False).encode()
            self.send_response_only(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
