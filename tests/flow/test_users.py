"""Who uses a server keeps it alive, and nobody else: commands at once, commands that are killed, commands that are told to stop."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator

import pytest

from flows.runtime.users import Users
from tests.faults.place import Place, ended, place_of_its_own, ready
from tests.patience import HANGS, wait_for


@pytest.fixture
def place() -> Iterator[Place]:
    with place_of_its_own() as one:
        yield one


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
    wait_for(lambda: place.left() == [])


def test_who_comes_while_a_server_retires_starts_another(place: Place) -> None:
    starter = place.command()
    ready(starter)
    for pause in (0.2, 0.5, 0.8, 1.1):  # the keeper looks every half second
        starter.kill()
        time.sleep(pause)
        starter = place.command()
        ready(starter)
        wait_for(place.answers)
    assert ended(starter) == 0
    assert place.left() == []


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
    states = place.ask("SELECT state_name FROM task_run WHERE name LIKE 'pull%' OR name = 'match'")
    return ("Running",) in states


@pytest.mark.parametrize("moment", [Place.answers, runs])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_told_to_stop_stops_in_order(place: Place, number: int, moment: Callable[[Place], bool]) -> None:
    refresh = ("refresh", "--as-of", "2026-03-31")
    # While its server starts, a command imports; one that runs has done so, and costs less forked.
    running = place.motcua(*refresh) if moment is runs else place.run("-m", "flows.commands.cli", *refresh)
    wait_for(lambda: moment(place), every=0.1)
    running.send_signal(number)
    _, said = running.communicate(timeout=HANGS)
    assert "motcua: stopped." in said
    assert "Traceback" not in said
    assert running.returncode == 128 + number
    assert place.left() == []


def test_a_server_on_which_up_never_ran_is_no_fault_of_the_doctor(place: Place) -> None:
    command = place.command()
    ready(command)
    asked = place.motcua("doctor")
    said, wrong = asked.communicate(timeout=HANGS)
    assert asked.returncode == 1
    assert "Traceback" not in said + wrong
    assert "!!  worker: not running → motcua up" in said
    assert ended(command) == 0


def test_the_run_after_a_power_cut_waits_for_nobody(place: Place) -> None:
    place.motcua("refresh", "--as-of", "2026-03-31")
    wait_for(place.pulls, every=0.1)
    place.cut_power()
    again = place.motcua("refresh", "--as-of", "2026-03-31")
    said, wrong = again.communicate(timeout=HANGS)
    assert again.returncode == 0, said + wrong
    assert "Waiting for" not in wrong
    assert place.left() == []


@pytest.mark.parametrize("victims", [{"server"}, {"server", "flows.runtime.keeper"}, {"-D"}])  # the last is PostgreSQL
def test_a_run_whose_server_or_database_is_killed_goes_on(place: Place, victims: set[str]) -> None:
    running = place.motcua("refresh", "--as-of", "2026-03-31")
    wait_for(place.pulls, every=0.1)
    for process in [each for each in place.processes() if victims & set(each.cmdline())]:
        process.kill()
    said, wrong = running.communicate(timeout=HANGS)
    if running.returncode and victims == {"-D"}:  # it died under a page that was being written: told, and the next run is good
        assert (running.returncode, "It passes; run it again" in wrong) == (6, True), said + wrong
        running = place.motcua("refresh", "--as-of", "2026-03-31")
        said, wrong = running.communicate(timeout=HANGS)
    assert running.returncode == 0, said + wrong
    assert "60 dossiers" in said
    assert place.left() == []
