"""Server of the published page: a child of `motcua up` that gives page and tables, and nothing else.

It listens on the loopback, and reads them as the operator does, so that a page in the operator's own home can be looked at from a browser, too.
"""

from __future__ import annotations

import http.client
import mimetypes
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from config.language import translate
from config.settings import settings
from flows.runtime import children
from flows.runtime.environment import without_prefect
from flows.runtime.server import refuse_taken
from tasks.reports.site.files import TABLES_FOLDER, is_table

_HOST = "127.0.0.1"
_MODULE = "flows.runtime.page_server"
_NAME = "motcua-page"  # what the server calls itself: whoever links the page asks for it first
_HEADERS = {
    "Server": _NAME,
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def page_app(page: Path) -> Starlette:
    """Return the application that gives a page at ``/`` and its tables; only GET and HEAD, no list of a folder.

    Args:
        page: file of the page; it need not be there yet.
    """

    def give_page(request: Request) -> Response:
        return _given(page, request)

    def give_table(request: Request) -> Response:
        name = request.path_params["name"]
        return _given(page.parent / TABLES_FOLDER / name, request) if is_table(name) else _absent()

    routes = [
        Route("/", give_page),
        Route(f"/{page.name}", give_page),
        Route(f"/{TABLES_FOLDER}/{{name}}", give_table),
    ]
    refused = {404: lambda _request, _error: _absent(), 405: _not_allowed}
    return Starlette(routes=routes, exception_handlers=refused)


def _given(path: Path, request: Request) -> Response:
    """Read a file in one go: one that is replaced meanwhile is the old one or the new one, never half of each."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            facts = os.fstat(file.fileno())
            tag = f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
            if request.headers.get("if-none-match") == tag:
                return Response(status_code=304, headers={**_HEADERS, "ETag": tag})
            content = file.read()
    except OSError:
        return _absent()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Response(content, media_type=kind, headers={**_HEADERS, "ETag": tag})


def _absent() -> Response:
    return PlainTextResponse(
        translate(
            "Không có gì ở địa chỉ này. Chưa công bố lần nào thì chưa có trang.",
            "Nothing is here. There is no page before the first publication.",
        ),
        404,
        _HEADERS,
    )


def _not_allowed(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse(
        translate("Trang chỉ để đọc.", "The page is for reading only."), 405, {**_HEADERS, "Allow": "GET, HEAD"}
    )


@dataclass
class PageServer:
    """The server as a child of this process.

    Attributes:
        port: on the loopback.
        log: file of its output.
        process: the child; None before it was started.
    """

    port: int
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def lives(self) -> bool:
        """Whether the child is alive, or was never started."""
        return self.process is None or self.process.poll() is None

    def start(self) -> None:
        """Start the child; call it in the main thread.

        Raises:
            ConfigError: another program has the port.
        """
        refuse_taken(self.port, "MOTCUA_PAGE_PORT")
        environment = {**without_prefect(os.environ), "PYTHONSAFEPATH": "1"}
        self.process = children.start([sys.executable, "-m", _MODULE], environment, self.log)

    def stop(self) -> None:
        """End the child."""
        children.stop(self.process)


def served_address(port: int) -> str:
    """Return the address of a page that is served on a port."""
    return f"http://{_HOST}:{port}/"


def page_address(port: int) -> str | None:
    """Return the address of the page where a server of it answers on a port; None where none does."""
    connection = http.client.HTTPConnection(_HOST, port, timeout=2.0)
    try:
        connection.request("HEAD", "/")
        served = connection.getresponse().headers.get("server") == _NAME
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return served_address(port) if served else None


def main() -> None:
    """Serve the installation's page until told to stop."""
    import uvicorn  # every run asks this module for the page's address, and only the server needs it

    chosen = settings()
    uvicorn.run(
        page_app(chosen.page),
        host=_HOST,
        port=chosen.served_page_port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
        limit_concurrency=200,
    )


if __name__ == "__main__":
    main()
