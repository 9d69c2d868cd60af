"""The Prefect server as we run it: nothing without the password, no tracker, the right addresses, retention on."""

from __future__ import annotations

import json
import re

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from flows.runtime.keys import auth_string, key_path
from flows.runtime.server import PrefectServer, answers
from tests.patience import HANGS

# What Prefect leaves open, none of it data.
OPEN = {"/api/health", "/api/ready", "/docs", "/openapi.json", "/ui-settings", "/api/version"}

NOTHING = "00000000-0000-0000-0000-000000000000"


def ask(server: PrefectServer, path: str, method: str = "GET", **given: object) -> httpx.Response:
    return httpx.request(method, f"{server.address}{path}", timeout=HANGS, **given)  # type: ignore[arg-type]


def password(server: PrefectServer) -> tuple[str, str]:
    user, _, secret = auth_string(server.home).partition(":")
    return user, secret


def test_every_route_asks_for_the_password(server: PrefectServer) -> None:
    routes = ask(server, "/openapi.json").json()["paths"]
    asked = [(f"/api{path}", method) for path, methods in routes.items() for method in methods]
    assert len(asked) > 150, "the list of routes is whole"
    with httpx.Client(base_url=server.address, timeout=HANGS) as nobody:
        answered = {
            (path, method): nobody.request(method.upper(), re.sub(r"\{[^}]+\}", NOTHING, path)).status_code
            for path, method in asked
        }
    # What changes something is refused for want of a CSRF token before anybody asks for the password.
    let_in = {path for (path, method), code in answered.items() if code != 401 and (method == "get" or code != 403)}
    assert let_in <= OPEN, f"answered without a password: {sorted(let_in - OPEN)}"


def test_wrong_password_is_refused_and_right_one_taken(server: PrefectServer) -> None:
    assert ask(server, "/api/admin/settings", auth=("motcua", "wrong")).status_code == 401
    assert ask(server, "/api/admin/settings", auth=password(server)).status_code == 200
    assert answers(server.home, server.port)


def greet(address: str, token: str) -> None:
    """Shake hands as Prefect's client does, then listen once more."""
    with connect(address, subprotocols=["prefect"], open_timeout=HANGS) as socket:  # type: ignore[list-item]
        socket.send(json.dumps({"type": "auth", "token": token}))
        socket.recv(timeout=HANGS)
        socket.recv(timeout=HANGS)


@pytest.mark.parametrize(
    "path", ["/api/events/in", "/api/events/out", "/api/logs/out", "/api/task_runs/subscriptions/scheduled"]
)
def test_websockets_ask_for_it_too(server: PrefectServer, path: str) -> None:
    address = f"ws://127.0.0.1:{server.port}{path}"
    with pytest.raises(ConnectionClosed) as refused:
        greet(address, "motcua:wrong")
    assert refused.value.rcvd is not None
    assert refused.value.rcvd.code == 1008


def test_a_post_without_its_token_is_refused(server: PrefectServer) -> None:
    assert ask(server, "/api/flows/filter", "POST", json={}, auth=password(server)).status_code == 403


def test_foreign_pages_get_no_answer(server: PrefectServer) -> None:
    foreign = ask(server, "/api/health", headers={"Origin": "http://example.org"})
    assert "access-control-allow-origin" not in foreign.headers
    own = ask(server, "/api/health", headers={"Origin": server.address})
    assert own.headers["access-control-allow-origin"] == server.address


def test_settings_are_the_measured_block(server: PrefectServer) -> None:
    found = ask(server, "/api/admin/settings", auth=password(server)).json()
    assert found["server"]["analytics_enabled"] is False
    assert found["server"]["ui"]["v2_enabled"] is False
    assert found["server"]["ui"]["show_promotional_content"] is False
    assert found["server"]["api"]["csrf_protection_enabled"] is True
    assert set(found["server"]["services"]["db_vacuum"]["enabled"]) == {"events", "flow_runs"}
    assert found["results"]["persist_by_default"] is False
    assert found["results"]["default_serializer"] == "json"
    assert found["flows"]["heartbeat_frequency"] == 30
    assert found["server"]["ephemeral"]["enabled"] is False
    assert "motcua" not in json.dumps(found["server"]["database"]["connection_url"])


def test_the_page_is_the_quiet_one_and_knows_its_server(server: PrefectServer) -> None:
    assert ask(server, "/ui-settings").json()["api_url"] == "/api", "of whoever served the page: a proxy too"
    page = ask(server, "/").text
    scripts = "".join(ask(server, path).text for path in re.findall(r'src="(/[^"]+\.js)"', page))
    assert "amplitude.com" not in page + scripts


def test_the_password_is_its_owners_only(server: PrefectServer) -> None:
    assert key_path(server.home).stat().st_mode & 0o777 == 0o400
    assert key_path(server.home).parent.stat().st_mode & 0o777 == 0o700
    assert server.log.stat().st_mode & 0o077 == 0
    assert (server.home / "prefect").stat().st_mode & 0o777 == 0o700
    assert password(server)[1] not in server.log.read_text(encoding="utf-8")
