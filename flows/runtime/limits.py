"""How many runs may ask a source at the same time: one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.concurrency.sync import concurrency

# Prefect's least. A run that is killed gives its places back after this long, in seconds.
_LEASE = 60.0
_PATIENCE = 1800.0


def limit_name(source: str) -> str:
    """Return the name of a source's global concurrency limit."""
    return f"source-{source}"


def ensure_limits(sources: Iterable[str]) -> None:
    """Create the limit of every source that has none yet; one that an operator changed is left as it is."""
    with get_client(sync_client=True) as client:
        known = {limit.name for limit in client.read_global_concurrency_limits(limit=200)}
        for name in sorted({limit_name(source) for source in sources} - known):
            client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=name, limit=1))


@contextmanager
def sole_reader_of(sources: Iterable[str]) -> Iterator[None]:
    """Hold the one place at each source; wait where another run has it.

    ``strict``: a limit that does not exist stops the run instead of letting two through.

    Raises:
        TimeoutError: another run held a source for half an hour.
    """
    names = sorted({limit_name(source) for source in sources})
    if not names:
        yield
        return
    ensure_limits(sources)
    with concurrency(
        names, occupy=1, strict=True, timeout_seconds=_PATIENCE, lease_duration=_LEASE, raise_on_lease_renewal_failure=False
    ):
        yield
