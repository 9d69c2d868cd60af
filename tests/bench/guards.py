"""Guards under personal values: what both nets take of a load, by the processor's time of the process that loads.

The share is of our own process alone; the warehouse's would make it smaller. A first load, where nothing is known and most
is written, of a one-stop system's dossiers with log and pauses.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Any

import pytest

from config.sources import Source
from tasks.gates import engine
from tasks.gates.contracts import GateKeeper
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.sources.privacy_guard import PrivacyGuard
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.net import Net
from tests.bench.line import Measured, line
from tests.bench.pulling import AS_OF, DOSSIERS_MADE, one_stop_system, pull_and_load
from tests.warehouse.emptying import empty_warehouse

ROUNDS = 3
_NETS = ((PrivacyGuard, "guarded"), (Net, "guarded"), (Net, "row"))


class Clock:
    """Seconds of the processor that wrapped functions took, in whichever thread."""

    def __init__(self) -> None:
        self.seconds, self.calls = 0.0, 0
        self._lock = Lock()

    def wrapped(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **more: Any) -> Any:
            began = time.thread_time()
            try:
                return function(*given, **more)
            finally:
                with self._lock:
                    self.seconds += time.thread_time() - began
                    self.calls += 1

        return run


@line("guards-of-load", other="a load, processor time", at_most=0.05)
def bench_guards() -> Measured:
    """Both nets against the whole load that they are part of; of some rounds the one with the smallest share."""
    engine.warm_up()
    with one_stop_system(DOSSIERS_MADE) as sources:
        rounds = [_round(sources) for _ in range(ROUNDS)]
    return min(rounds, key=lambda one: one.ours / one.other)


def _round(sources: dict[str, Source]) -> Measured:
    empty_warehouse()
    for name in ("units", "catalogue"):
        pull_and_load(sources[name])
    pull_source(sources["province"])
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in _NETS:
            patch.setattr(owner, name, clock.wrapped(getattr(owner, name)))
        began = time.process_time()
        load_source(sources["province"], gates=GateKeeper(AS_OF))
        whole = time.process_time() - began
    ((held,),) = fetch_all("SELECT count(*) FROM core.dossiers WHERE source = 'province'")
    assert held > DOSSIERS_MADE / 2
    assert clock.calls > 0
    return Measured(clock.seconds, whole)
