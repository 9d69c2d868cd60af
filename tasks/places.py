"""A place at a host that several sources are at: held while one of them asks, over all runs and machines.

Prefect's global limits count the places; ``flows/runtime/limits.py`` makes them. What runs on no server of the
orchestrator, such as `motcua source check`, holds none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from prefect.concurrency.sync import concurrency

from config.errors import TransientError
from config.sources import Source, crowded_hosts

_LEASE = 60.0  # seconds after which the place of a step that was killed is free again; Prefect's least
_PATIENCE = 1800.0  # seconds; afterwards the step is tried again as after any failure that may pass


def place_name(host: str) -> str:
    """Return the name of a host's global concurrency limit."""
    return f"host-{host.replace(':', '-')}"


@contextmanager
def place_at_host(source: Source, everyone: Mapping[str, Source]) -> Iterator[None]:
    """Hold one of the places at a source's host; asks nobody where no other source is there.

    ``strict``: a limit that does not exist stops the step instead of letting everybody through.

    Args:
        source: that is about to be asked.
        everyone: all sources of the office.

    Raises:
        TransientError: others held all places for half an hour.
    """
    if source.host is None or source.host not in crowded_hosts(everyone.values()):
        yield
        return
    with ExitStack() as held:
        try:
            held.enter_context(
                concurrency(
                    place_name(source.host),
                    occupy=1,
                    strict=True,
                    timeout_seconds=_PATIENCE,
                    lease_duration=_LEASE,
                    raise_on_lease_renewal_failure=False,
                )
            )
        except TimeoutError:
            raise TransientError(source.name, "other sources have been asking its host for half an hour") from None
        yield
