"""Place of an installation of its own, and the commands started in it: what is killed, cut off and counted afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from config.settings import ROOT
from flows.runtime.server import answers
from flows.runtime.session import session
from tasks.warehouse.cluster import Cluster
from tests.faults import office
from tests.flow.installation import query
from tests.forked import ForkedProcess, as_main, start_forked
from tests.patience import HANGS, wait_for
from tests.ports import free_port
from tests.prepared_home import new_home


def hold_session() -> None:
    """Have everything running until the end of the input."""
    with session():
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()


def heed_hang_up() -> None:
    """Have a command take the end of its terminal as one that is started there does, also where the tests run under nohup."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


Command = subprocess.Popen[str] | ForkedProcess
"""A process that was started in a place."""


@dataclass
class Place:
    """An installation of its own, and the commands that were started in it."""

    home: Path
    port: int
    environment: dict[str, str]
    started: list[Command] = field(default_factory=list)

    def run(self, *arguments: str) -> subprocess.Popen[str]:
        """Start Python with a command line, as somebody who types it."""
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=heed_hang_up,
        )
        self.started.append(process)
        return process

    def fork(self, target: Callable[..., object], *arguments: object) -> ForkedProcess:
        """Start a process of its own that has its imports behind it."""
        process = start_forked(target, *arguments, environment={**os.environ, **self.environment})
        self.started.append(process)
        return process

    def motcua(self, *arguments: str) -> ForkedProcess:
        """Start a command of the product; where its first seconds are the subject, ``run`` does."""
        return self.fork(as_main, "flows.commands.cli", *arguments)

    def command(self) -> ForkedProcess:
        """Start a command that has everything running; it ends in order where its input does."""
        return self.fork(hold_session)

    def answers(self) -> bool:
        return answers(self.home, self.port)

    def cut_power(self) -> None:
        """Kill all that runs of the installation at once, as a power cut does."""
        for process in [*self.started, *self.processes()]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for command in self.started:
            command.communicate()

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the Prefect server's database."""
        return query(Cluster(self.home), statement, "prefect")

    def pulls(self) -> bool:
        """Tell whether a run holds places at its sources."""
        return bool(self.ask("SELECT count(*) FROM concurrency_limit_v2 WHERE active_slots > 0")[0][0] >= 3)

    def left(self) -> list[str]:
        """What still runs of the installation: the server, its keeper, the database."""
        return [str(process) for process in self.processes()]

    def processes(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            try:
                if process.status() == psutil.STATUS_ZOMBIE or process.pid in (one.pid for one in self.started):
                    continue
                if str(self.home) in " ".join(process.cmdline()) or self.environment.items() <= process.environ().items():
                    found.append(process)
            except psutil.Error:
                continue
        return found


def ready(*commands: Command) -> None:
    for command in commands:
        assert command.stdout is not None
        said = command.stdout.readline().strip()
        assert said == "ready", f"{said!r} {command.stderr.read() if command.stderr else ''}"


def ended(command: Command) -> int:
    command.communicate(timeout=HANGS)
    assert command.returncode is not None
    return command.returncode


@contextmanager
def place_of_its_own(home: Path | None = None) -> Iterator[Place]:
    """Make an installation with the small office as its sources; nothing of it is left at the end.

    Args:
        home: where it lies, made before; a new temporary folder by default.
    """
    home = home or new_home("motcua-users-")
    port = free_port()
    folder = home / "office"
    office.write(folder)
    environment = office.environment(folder, home) | {"MOTCUA_PREFECT_PORT": str(port), "MOTCUA_LANGUAGE": "en"}
    one = Place(home, port, environment)
    try:
        yield one
    finally:
        for process in one.started:
            if process.poll() is None:
                process.kill()
                process.communicate()
        wait_for(lambda: not [each for each in one.processes() if "flows.runtime.keeper" in each.cmdline()])
        Cluster(home).stop()
        shutil.rmtree(home)
