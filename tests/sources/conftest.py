"""Fixtures of the adapters' tests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from typing import Any

import pytest

from config.sources import Source
from tests.sources.desk import Desk, handler


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A running system; user and password are in the environment."""
    running = Desk()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(running))
    running.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    monkeypatch.setenv("DESK_USER", "desk")
    monkeypatch.setenv("DESK_PASSWORD", "open sesame")
    yield running
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def source_of(desk: Desk) -> Callable[..., Source]:
    """Make a source file for the running system."""

    def make(profile: str = "dvcqg", **rest: Any) -> Source:
        role = "reference" if profile in ("catalogue", "units") else "primary"
        options = {
            "address": f"http://127.0.0.1:{desk.port}",
            "user": {"env": "DESK_USER"},
            "password": {"env": "DESK_PASSWORD"},
            "page_size": 2,
            "timeout_seconds": 5,
            "retry_seconds": 0.001,
            **rest,
        }
        return Source.model_validate(
            {"name": "desk", "title": "Desk", "kind": "rest", "profile": profile, "role": role, "rest": options}
        )

    return make
