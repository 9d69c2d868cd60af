"""Who uses a server keeps it alive, and nobody else: commands at once, commands that are killed, commands that are told to stop."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from config.settings import ROOT
from flows.runtime.server import answers
from flows.runtime.users import Users
from tasks.warehouse.cluster import Cluster
from tests.faults import office
from tests.flow.installation import free_port, query, wait_for

_COMMAND = """
import sys
from flows.runtime.session import session
with session():
    print("ready", flush=True)
    sys.stdin.read()
"""


@dataclass
class Place:
    """An installation of its own, and the commands that were started in it."""

    home: Path
    port: int
    environment: dict[str, str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def run(self, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def command(self) -> subprocess.Popen[str]:
        """Start a command that has everything running; it ends in order where its input does."""
        return self.run("-c", _COMMAND)

    def answers(self) -> bool:
        return answers(self.home, self.port)

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


def ready(*commands: subprocess.Popen[str]) -> None:
    for command in commands:
        assert command.stdout is not None
        said = command.stdout.readline().strip()
        assert said == "ready", f"{said!r} {command.stderr.read() if command.stderr else ''}"


def ended(command: subprocess.Popen[str]) -> int:
    command.communicate(timeout=120)
    return int(command.returncode)


@pytest.fixture
def place() -> Iterator[Place]:
    home = Path(tempfile.mkdtemp(prefix="motcua-users-"))
    port = free_port()
    folder = home / "office"
    office.write(folder)
    environment = office.environment(folder, home) | {"MOTCUA_PREFECT_PORT": str(port), "MOTCUA_LANGUAGE": "en"}
    one = Place(home, port, environment)
    yield one
    for process in one.started:
        if process.poll() is None:
            process.kill()
            process.communicate()
    wait_for(lambda: not [each for each in one.processes() if "flows.runtime.keeper" in each.cmdline()], patience=60)
    Cluster(home).stop()
    shutil.rmtree(home)


def test_commands_that_start_together_share_a_server_and_the_last_stops_it(place: Place) -> None:
    first, second, third = (place.command() for _ in range(3))
    ready(first, second, third)
    for command in (first, second):  # one of them has started the server
        assert ended(command) == 0
        assert Users(place.home / "prefect", place.port).keeper() is not None, "somebody still works with it"
        wait_for(place.answers)
    assert ended(third) == 0
    assert place.left() == []


def test_what_a_killed_command_started_ends_with_it(place: Place) -> None:
    command = place.command()
    ready(command)
    command.kill()
    wait_for(lambda: place.left() == [], patience=60)


def test_a_killed_command_takes_nothing_away_from_another(place: Place) -> None:
    starter = place.command()
    ready(starter)
    other = place.command()
    ready(other)
    starter.kill()
    time.sleep(3)  # several glances of the keeper
    assert Users(place.home / "prefect", place.port).keeper() is not None
    wait_for(place.answers)
    assert ended(other) == 0
    assert place.left() == []


def runs(place: Place) -> bool:
    states = query(Cluster(place.home), "SELECT state_name FROM task_run WHERE name LIKE 'pull%' OR name = 'match'", "prefect")
    return ("Running",) in states


@pytest.mark.parametrize("moment", [Place.answers, runs])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_told_to_stop_stops_in_order(place: Place, number: int, moment: Callable[[Place], bool]) -> None:
    running = place.run("-m", "flows.commands.cli", "refresh", "--as-of", "2026-03-31")
    wait_for(lambda: moment(place), patience=120, every=0.05)
    running.send_signal(number)
    _, said = running.communicate(timeout=120)
    assert "motcua: stopped." in said
    assert "Traceback" not in said
    assert running.returncode == 128 + number
    assert place.left() == []


def test_a_server_on_which_up_never_ran_is_no_fault_of_the_doctor(place: Place) -> None:
    command = place.command()
    ready(command)
    asked = place.run("-m", "flows.commands.cli", "doctor")
    said, wrong = asked.communicate(timeout=120)
    assert asked.returncode == 1
    assert "Traceback" not in said + wrong
    assert "!!  worker: not running → motcua up" in said
    assert ended(command) == 0


def test_the_run_after_a_power_cut_waits_for_nobody(place: Place) -> None:
    running = place.run("-m", "flows.commands.cli", "refresh", "--as-of", "2026-03-31")
    taken = "SELECT count(*) FROM concurrency_limit_v2 WHERE active_slots > 0"
    wait_for(lambda: query(Cluster(place.home), taken, "prefect")[0][0] >= 3, patience=120, every=0.02)
    for process in [running, *place.processes()]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    running.communicate()
    again = place.run("-m", "flows.commands.cli", "refresh", "--as-of", "2026-03-31")
    said, wrong = again.communicate(timeout=240)
    assert again.returncode == 0, said + wrong
    assert "Waiting for" not in wrong
    assert place.left() == []
