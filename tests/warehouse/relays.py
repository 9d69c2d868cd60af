"""Relays on loopback that fail on demand: a webhook, and the few commands of SMTP that a client speaks."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_string, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


class Relay:
    """What a relay took, and how it answers next.

    Attributes:
        taken: number of each message that it took, as often as it took it.
        bodies: their texts.
        answers: for the next messages: take, refuse, or take and cut the line before it answers.
    """

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.bodies: list[str] = []
        self.answers: list[str] = []
        self.port = 0

    def next_answer(self) -> str:
        return self.answers.pop(0) if self.answers else "take"

    def take(self, number: str, body: str) -> None:
        self.taken.append(number)
        self.bodies.append(body)


@contextmanager
def webhook() -> Iterator[Relay]:
    relay = Relay()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = relay.next_answer()
            if answer != "refuse":
                relay.take(self.headers["X-Motcua-Message"], f"{said['title']}\n{said['message']}")
            if answer == "cut":
                self.close_connection = True
                return
            self.send_response(200 if answer == "take" else 500)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *told: Any) -> None:
            pass

    yield from _serving(HTTPServer(("127.0.0.1", 0), Handler), relay)


class _Mail(socketserver.StreamRequestHandler):
    relay: Relay

    def handle(self) -> None:
        self._say("220 relay")
        while line := self.rfile.readline().decode().strip():
            command = line.split(" ", 1)[0].upper()
            if command == "DATA" and not self._data():
                return
            if command == "QUIT":
                self._say("221 bye")
                return
            if command != "DATA":
                self._say("250 relay")

    def _data(self) -> bool:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
            lines.append(line)
        said, answer = message_from_string("\n".join(lines), policy=policy.default), self.relay.next_answer()
        if answer != "refuse":
            body = said.get_body(("plain", "html"))
            self.relay.take(said["X-Motcua-Message"], f"{said['Subject']}\n{body.get_content() if body else ''}")
        if answer == "cut":
            return False
        self._say("250 taken" if answer == "take" else "451 later")
        return True

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def smtp() -> Iterator[Relay]:
    relay = Relay()
    handler = type("Handler", (_Mail,), {"relay": relay})
    yield from _serving(socketserver.TCPServer(("127.0.0.1", 0), handler), relay)


def _serving(server: socketserver.TCPServer, relay: Relay) -> Iterator[Relay]:
    relay.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield relay
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
