"""A place at a source: held by one, free at once when its holder is killed, and told by name to whoever waits."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate, GlobalConcurrencyLimitUpdate

from config.settings import ROOT
from flows.runtime.limits import give_places_back
from tasks.runtime.host_slots import slots_of
from tests.flow.installation import Installation
from tests.patience import HANGS

_HOLDER = """
import sys
from tasks.runtime.host_slots import slots_of
with slots_of(sys.argv[1:], 30.0):
    print("holds", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def name(installation: Installation) -> str:
    made = f"source-{uuid.uuid4().hex[:8]}"
    with get_client(sync_client=True) as client:
        client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=made, limit=1))
    return made


def counted(name: str) -> int:
    with get_client(sync_client=True) as client:
        return client.read_global_concurrency_limit_by_name(name).active_slots


def count(name: str, slots: int) -> None:
    with get_client(sync_client=True) as client:
        client.update_global_concurrency_limit(name, GlobalConcurrencyLimitUpdate(active_slots=slots))


@contextmanager
def held_elsewhere(*names: str) -> Iterator[subprocess.Popen[str]]:
    """Have another process hold the places; it gives them back at the end, if it still can."""
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, *names], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == "holds"
    try:
        yield holder
    finally:
        holder.communicate(timeout=HANGS)


def test_a_place_is_held_by_one_and_whoever_waits_is_told_for_whom(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    with held_elsewhere(name) as holder:
        assert counted(name) == 1
        with pytest.raises(TimeoutError), slots_of([name], 2.0):
            raise AssertionError("two hold one place")
        said = capfd.readouterr().err
        assert said.count(f"({holder.pid})") == 1, "told once"
        assert name in said
    with slots_of([name], 10.0):
        assert counted(name) == 1
    assert counted(name) == 0


def test_the_place_of_a_killed_holder_is_free_at_once(name: str) -> None:
    with held_elsewhere(name) as holder:
        holder.kill()
        holder.wait()
        assert counted(name) == 1, "Prefect holds it until the lease ends"
        began = time.monotonic()
        with slots_of([name], 50.0):
            assert time.monotonic() - began < 45, "not after a lease of a minute"
            assert counted(name) == 1


def test_a_place_that_prefect_has_forgotten_is_still_its_holders(name: str) -> None:
    with held_elsewhere(name):
        count(name, 0)  # as the end of an earlier holder's lease does
        with pytest.raises(TimeoutError), slots_of([name], 1.0):
            raise AssertionError("two hold one place")


def test_places_that_a_dead_server_left_taken_are_given_back(name: str) -> None:
    count(name, 1)
    give_places_back()
    assert counted(name) == 0


def test_a_limit_that_an_operator_closed_stays_closed(name: str) -> None:
    with get_client(sync_client=True) as client:
        client.update_global_concurrency_limit(name, GlobalConcurrencyLimitUpdate(limit=0))
    with pytest.raises(Exception, match=r"greater than the limit|acquire"), slots_of([name], 1.0):
        raise AssertionError


def test_who_waits_for_two_places_holds_none_meanwhile(name: str) -> None:
    other = f"{name}-b"
    with get_client(sync_client=True) as client:
        client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=other, limit=1))
    with held_elsewhere(other):
        with pytest.raises(TimeoutError), slots_of([name, other], 1.0):
            raise AssertionError
        assert counted(name) == 0
        with slots_of([name], 10.0):
            assert os.getpid()
