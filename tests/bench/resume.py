"""A first pull of a one-stop system over HTTP that is killed again and again: how many finished pages it asks for twice."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from datetime import datetime, timedelta
from http.server import ThreadingHTTPServer
from itertools import chain

from config.read_once import forget
from config.settings import settings
from config.sources import Source
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.warehouse.engine import fetch_all, reset_engine
from tests.bench.line import Measured, line
from tests.bench.load import scratch_warehouse
from tests.sources.desk import Desk, dossier, handler

DOSSIERS = 2_000
PAGE = 50
# Right after a page was recorded, before it was, after the window was done, at the commit of some small transaction.
KILLS = ("page_recorded:5", "page_landed:6", "before_commit:9", "page_recorded:1", "page_recorded:12", "window_done:1")
_PAGES = "SELECT coalesce(sum(pages), 0)::int FROM raw.windows"


@line("resume-asks-again", other="pages in all", at_most=0.0)
def bench_resume() -> Measured:
    """Finished pages that were asked for again by a pull that was killed at every turn, against all its pages."""
    begin = datetime(2026, 1, 1)
    records = [
        dossier(n, MaHoSo=f"H99.12-260101-{n:05d}", NgayCapNhat=f"{begin + timedelta(hours=2 * n):%Y%m%d%H%M%S}")
        for n in range(DOSSIERS)
    ]
    desk = Desk(records=records)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(desk))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    rest = {"address": f"http://127.0.0.1:{server.server_address[1]}", "page_size": PAGE}
    rest |= {"user": {"env": "DESK_USER"}, "password": {"env": "DESK_PASSWORD"}}
    given = {"name": "desk", "title": "Desk", "kind": "rest", "profile": "dvcqg", "rest": rest}
    source = Source.model_validate({**given, "statuses": {"4": 4}})
    try:
        with scratch_warehouse():
            again, pages = _killed_until_it_ends(desk, source)
            load_source(source)
            assert fetch_all("SELECT count(*) FROM core.dossiers") == [(DOSSIERS,)]
            assert fetch_all("SELECT DISTINCT state FROM raw.windows") == [("done",)]
    finally:
        server.shutdown()
        server.server_close()
    return Measured(again, pages, unit="pages")


def _killed_until_it_ends(desk: Desk, source: Source) -> tuple[int, int]:
    """Pull in processes that are killed until one lives; return how many finished pages came again, and all pages."""
    forked = multiprocessing.get_context("forkserver")
    forked.set_forkserver_preload(["tasks.pull"])
    finished: set[tuple[str, int]] = set()
    again = 0
    for kill in chain(KILLS, [""]):
        pages, calls = _pages(), len(desk.calls)
        process = forked.Process(target=pull_and_die, args=(str(settings().home), kill, source))
        process.start()
        process.join()
        assert process.exitcode == (-signal.SIGKILL if kill else 0), f"{kill}: {process.exitcode}"
        asked = [call["data"] for call in desk.calls[calls:] if call["data"]["soBanGhi"] == PAGE]
        questions = [(data["tuThoiDiem"], data["trang"]) for data in asked]
        again += sum(question in finished for question in questions)
        finished |= set(questions[: _pages() - pages])
    return again, _pages()


def _pages() -> int:
    return int(fetch_all(_PAGES)[0][0])


def pull_and_die(home: str, kill: str, source: Source) -> None:
    """Pull in a process of its own that is killed at a point."""
    os.environ.update({"MOTCUA_HOME": home, "MOTCUA_KILL_AT": kill, "DESK_USER": "desk", "DESK_PASSWORD": "open sesame"})
    forget()
    reset_engine()
    pull_source(source)
