"""Asking a source at its hours, and not at all for a while after it has failed often: over all runs.

What failed is kept in the warehouse. A source that is left alone is no fault of the run: the run says so and goes
on with the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

from config.errors import DeferredError, SourceError, TransientError
from config.sources import Source
from schemas.breakers import BREAKERS
from tasks.sources.transport import require_hours
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load

_STATE = "SELECT failures, open_until FROM raw.breakers WHERE source = %(source)s"
_ACTION = "pull"  # to the ledger this is part of pulling


# Of the command that an operator gives, not of a run: a schedule never passes over a source's hours.
_ANYWAY: ContextVar[bool] = ContextVar("anyway", default=False)


@contextmanager
def asking_anyway(wanted: bool = True) -> Iterator[None]:
    """Ask sources within this block whatever their hours and failures, in tasks of other threads too."""
    before = _ANYWAY.set(wanted)
    try:
        yield
    finally:
        _ANYWAY.reset(before)


@contextmanager
def courtesy(source: Source) -> Iterator[Source]:
    """Ask a source within its hours and with its breaker closed, and keep whether it answered.

    Yields:
        The source to ask; without hours where an operator asks anyway.

    Raises:
        DeferredError: it is left alone now; says until when and why.
    """
    anyway = _ANYWAY.get()
    if not anyway:
        require_hours(source, datetime.now(UTC))
        _require_closed(source, datetime.now(UTC))
    try:
        yield source.model_copy(update={"only_between": None}) if anyway else source
    except DeferredError as error:
        if error.asked_by_source:
            _keep(source, _failures(source) + 1, error.until, "asked_by_source")
        raise
    except SourceError as error:
        _count(source, error)
        raise
    _forget(source)


def _require_closed(source: Source, now: datetime) -> None:
    rows = fetch_all(_STATE, {"source": source.name})
    if rows and rows[0][1] is not None and rows[0][1] > now:
        raise DeferredError(
            source.name,
            f"{rows[0][0]} requests failed one after the other",
            rows[0][1].astimezone(source.timezone),
            action="The next run after that asks; `motcua refresh --anyway` asks now.",
        )


def _count(source: Source, error: SourceError) -> None:
    """Add failed requests; open the breaker where they are too many."""
    failed, answered = (error.failures, error.answered) if isinstance(error, TransientError) else (1, False)
    failures = failed if answered else failed + _failures(source)
    pause = timedelta(minutes=source.breaker.minutes)
    until = datetime.now(UTC) + pause if failures >= source.breaker.failures else None
    _keep(source, failures, until, type(error).__name__)


def _failures(source: Source) -> int:
    rows = fetch_all(_STATE, {"source": source.name})
    return int(rows[0][0]) if rows else 0


def _keep(source: Source, failures: int, until: datetime | None, reason: str) -> None:
    row = {"source": source.name, "failures": failures, "failed_at": datetime.now(UTC), "open_until": until, "reason": reason}
    with load(_ACTION, source.name) as current:
        current.put(BREAKERS, row)


def _forget(source: Source) -> None:
    """Close the breaker; writes nothing where it was never troubled."""
    if fetch_all(_STATE, {"source": source.name}):
        with load(_ACTION, source.name) as current:
            current.execute("DELETE FROM raw.breakers WHERE source = %(source)s", {"source": source.name})
