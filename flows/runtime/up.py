"""Service of `motcua up`: warehouse, server, deployments and worker, watched until stopped."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from prefect.client.orchestration import get_client

from config.errors import ConfigError
from config.known_sources import known_sources
from config.language import shown
from config.settings import settings
from flows.runtime import children
from flows.runtime.automations import ensure_heartbeat_automation
from flows.runtime.deployments import PREFECT_YAML, apply
from flows.runtime.limits import ensure_limits
from flows.runtime.notifications import ensure_notifications
from flows.runtime.page_server import PageServer, served_address
from flows.runtime.session import RunningServices, prefect_database, session
from flows.runtime.worker import coalesce_missed, start_worker
from tasks.warehouse.cluster import ensure_cluster

# Between two looks at the children, and the longest wait before a part that keeps ending is started again; seconds.
_GLANCE = 1.0
_LONGEST_REST = 60.0


def run(ready: Callable[[RunningServices, list[str], int], None], prefect_yaml: Path = PREFECT_YAML) -> None:
    """Run everything until SIGINT or SIGTERM.

    Args:
        ready: called once all is running, with the deployments that changed and the slots that were coalesced.
        prefect_yaml: file of the deployments.

    Raises:
        MotcuaError: a part does not start.
    """
    stopped, running = _on_signal()
    with session() as current:
        changed, cancelled = set_up(prefect_yaml)
        keeper = _Keeper(current)
        keeper.worker = start_worker(current.server.home, current.block)
        try:
            keeper.serve_page()
            ready(current, changed, cancelled)
            running.set()
            while not stopped.wait(_GLANCE):
                keeper.look()
        finally:
            keeper.page.stop()
            children.stop(keeper.worker)


def set_up(prefect_yaml: Path = PREFECT_YAML) -> tuple[list[str], int]:
    """Make the server's deployments, automations and limits as declared; coalesce the slots that were missed.

    Returns:
        Deployments that were new or changed; scheduled runs that were cancelled because one catches up for all.
    """
    with get_client(sync_client=True) as client:
        changed = apply(client, prefect_yaml)
        ensure_heartbeat_automation(client)
        ensure_notifications(client)
        cancelled = coalesce_missed(client)
    ensure_limits(known_sources().usable)
    return changed, cancelled


def _page_server() -> PageServer:
    chosen = settings()
    return PageServer(chosen.served_page_port, chosen.home / "log" / "page-server.log")


@dataclass
class _Keeper:
    """Starts again what ended by itself, more and more slowly where it keeps ending."""

    session: RunningServices
    worker: subprocess.Popen[bytes] | None = None
    page: PageServer = field(default_factory=_page_server)
    _rest: float = _GLANCE
    _not_before: float = field(default=0.0)

    def serve_page(self) -> None:
        """Serve the published page; where its port is taken, say so: the runs do not hang on it."""
        if not self.page.port:
            return
        try:
            self.page.start()
            self.session.page = served_address(self.page.port)
        except ConfigError as error:
            self.session.page = shown(error)

    def look(self) -> None:
        """Look at every part once."""
        if all(self._alive()) or time.monotonic() < self._not_before:
            return
        self._rest = min(self._rest * 2, _LONGEST_REST)
        self._not_before = time.monotonic() + self._rest
        if self.session.cluster is not None:
            ensure_cluster(settings().home)
        self._revive_server()
        if self.worker is None or self.worker.poll() is not None:
            # A worker that was killed may have left its runs behind; the heartbeat automation marks those.
            self.worker = start_worker(self.session.server.home, self.session.block)
        if not self.page.lives:
            self.serve_page()

    def _alive(self) -> list[bool]:
        cluster = self.session.cluster
        return [
            cluster is None or cluster.is_running,
            self.session.server.lives,
            self.worker is not None and self.worker.poll() is None,
            self.page.lives,
        ]

    def _revive_server(self) -> None:
        server = self.session.server
        if not server.lives:
            server.start(prefect_database(self.session.cluster))
            server.wait()


def _on_signal() -> tuple[threading.Event, threading.Event]:
    """Turn signals into an event; until ``running`` is set they interrupt, so that a start can be broken off."""
    stopped, running = threading.Event(), threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()
        if not running.is_set():
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return stopped, running
