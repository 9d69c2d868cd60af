"""Page as `motcua up` serves it: opened in Chromium, its tables taken, and nothing but page and tables given to anybody."""

from __future__ import annotations

import http.client
import os
import signal
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from config.errors import ConfigError
from config.read_once import forget
from config.settings import settings
from flows.runtime.page_server import PageServer, page_address, served_address
from tests.browser.conftest import Published, drawn
from tests.patience import HANGS, wait_for
from tests.ports import free_port


@pytest.fixture
def server(published: Published, monkeypatch: pytest.MonkeyPatch) -> Iterator[PageServer]:
    """A server of the published page, as its own process."""
    port = free_port()
    monkeypatch.setenv("MOTCUA_PAGE_DIR", str(published.path.parent))
    monkeypatch.setenv("MOTCUA_PAGE_PORT", str(port))
    forget()
    served = PageServer(settings().served_page_port, settings().home / "log" / "page-server.log")
    served.start()
    wait_for(lambda: page_address(port) is not None, HANGS)
    yield served
    served.stop()
    assert page_address(port) is None
    monkeypatch.undo()
    forget()


def asked(port: int, method: str, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=HANGS)
    connection.putrequest(method, path, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


def test_it_is_opened_and_its_tables_are_taken(server: PageServer, chromium: Browser, published: Published) -> None:
    page = chromium.new_page()
    messages: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    address = served_address(server.port)
    page.goto(f"{address}#unit=H99.3")
    drawn(page, "vi H99.3")
    with page.expect_download() as taken:
        page.click('#units [data-take="units"] a')
    name = taken.value.suggested_filename
    assert taken.value.path().read_bytes() == (published.path.parent / "tables" / name).read_bytes()
    assert messages == []
    assert {url for url in requests if not url.startswith(("data:", address))} == set()
    page.close()


def test_nothing_but_page_and_tables_is_given_and_nothing_is_taken(server: PageServer, published: Published) -> None:
    folder = published.path.parent
    (folder / ".index.html.77").write_bytes(b"half a page")
    (folder / "tables" / "own.xlsx").write_bytes(b"of the office")
    link = folder / "tables" / "units-2026-03-31-00000000.xlsx"
    link.symlink_to("/etc/passwd")
    table = next(path.name for path in (folder / "tables").iterdir() if path.name.startswith("units-") and path != link)
    cases = {
        ("GET", "/"): 200,
        ("HEAD", "/"): 200,
        ("GET", "/index.html"): 200,
        ("GET", f"/tables/{table}"): 200,
        ("HEAD", f"/tables/{table}"): 200,
        ("GET", "/tables"): 404,
        ("GET", "/tables/"): 404,
        ("GET", "/tables/own.xlsx"): 404,
        ("GET", f"/tables/{link.name}"): 404,
        ("GET", "/.index.html.77"): 404,
        ("GET", "/stale.html"): 404,
        ("GET", "/../../etc/passwd"): 404,
        ("GET", "/tables/..%2findex.html"): 404,
        ("GET", "/tables/%2e%2e/index.html"): 404,
        ("GET", "/api/admin/version"): 404,
        ("POST", "/"): 405,
        ("PUT", "/index.html"): 405,
        ("DELETE", f"/tables/{table}"): 405,
        ("OPTIONS", "/"): 405,
    }
    found = {case: asked(server.port, *case) for case in cases}
    for made in (link, folder / "tables" / "own.xlsx", folder / ".index.html.77"):
        made.unlink()
    assert {case: answer.status for case, (answer, _) in found.items()} == cases
    for (method, path), (answer, content) in found.items():
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert answer.headers["content-security-policy"] == "frame-ancestors 'none'"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["server"] == "motcua-page", "and neither the program nor its version"
        if method == "HEAD":
            assert content == b""
    assert found["GET", "/"][1] == published.path.read_bytes()
    tag = found["GET", "/"][0].headers["etag"]
    assert asked(server.port, "GET", "/", If_None_Match=tag)[0].status == 304, "it is not sent twice"


def test_a_page_that_is_published_meanwhile_is_given(server: PageServer, published: Published) -> None:
    was = published.path.read_bytes()
    tag = asked(server.port, "GET", "/")[0].headers["etag"]
    published.path.unlink()
    assert asked(server.port, "GET", "/")[0].status == 404
    published.path.write_bytes(was + b"\n")
    answer, content = asked(server.port, "GET", "/", If_None_Match=tag)
    assert (answer.status, content) == (200, was + b"\n")
    published.path.write_bytes(was)


def test_a_taken_port_is_refused_with_its_setting(server: PageServer, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="MOTCUA_PAGE_PORT"):
        PageServer(server.port, tmp_path / "log").start()
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGKILL)
    wait_for(lambda: not server.lives, HANGS)
    server.start()
    wait_for(lambda: page_address(server.port) is not None, HANGS)


@pytest.mark.parametrize(
    ("given", "port"), [({}, 4201), ({"MOTCUA_PREFECT_PORT": "4300"}, 4301), ({"MOTCUA_PAGE_PORT": "0"}, 0)]
)
def test_the_port_is_the_one_after_prefects(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], port: int) -> None:
    for name in ("MOTCUA_PREFECT_PORT", "MOTCUA_PAGE_PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    forget()
    assert settings().served_page_port == port
    monkeypatch.undo()
    forget()
