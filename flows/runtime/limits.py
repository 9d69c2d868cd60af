"""Limits of runs at a source and at a host: one, and as many as its files say.

Several sources may share a host.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate, GlobalConcurrencyLimitUpdate

from config.known_sources import known_sources
from config.sources import Source, crowded_hosts
from tasks.runtime.host_slots import slot_name, slots_of

_PATIENCE = 1800.0  # seconds


def limit_name(source: str) -> str:
    """Return the name of a source's global concurrency limit."""
    return f"source-{source}"


def ensure_limits(sources: Mapping[str, Source]) -> None:
    """Create the limit of every source, and of every crowded host, that has none yet.

    One that an operator changed is left as it is. All sources of the office count, whichever a run asks.
    """
    wanted = {limit_name(name): 1 for name in sources}
    everyone = {**known_sources().usable, **sources}
    wanted |= {slot_name(host): places for host, places in crowded_hosts(everyone.values()).items()}
    with get_client(sync_client=True) as client:
        known = {limit.name for limit in client.read_global_concurrency_limits(limit=200)}
        for name in sorted(set(wanted) - known):
            client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=name, limit=wanted[name]))


@contextmanager
def sole_reader_of(sources: Mapping[str, Source]) -> Iterator[None]:
    """Hold the one place at each source; wait where another run has it, and say which.

    Raises:
        TimeoutError: another run held a source for half an hour.
    """
    names = sorted({limit_name(source) for source in sources})
    if not names:
        yield
        return
    ensure_limits(sources)
    with slots_of(names, _PATIENCE):
        yield


def give_places_back() -> None:
    """Empty all limits, of sources, hosts and deployments.

    To be called where a server was started and no run is alive.

    The count of each is a row and lasts; the leases behind it ended with the server that they lived in.
    """
    with get_client(sync_client=True) as client:
        page = 0
        while limits := client.read_global_concurrency_limits(limit=200, offset=page):
            for limit in limits:
                if limit.active_slots:
                    client.update_global_concurrency_limit(limit.name, GlobalConcurrencyLimitUpdate(active_slots=0))
            page += len(limits)
