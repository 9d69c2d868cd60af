"""Circuit breaker: a source is asked at its hours, and left alone after repeated failures.

What failed is kept in the warehouse. A source that is left alone is no fault of the run: the run says so and goes
on with the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from config.errors import ConfigError, DeferredError, SourceError, TransientError
from config.known_sources import known_sources
from config.language import Bilingual, counted
from config.sources import Source
from schemas.breakers import BREAKERS
from tasks.runtime.host_slots import host_slot
from tasks.sources.http.transport import require_hours
from tasks.warehouse.load import load
from tasks.warehouse.rows import fetch_as

_STATE = "SELECT failures, open_until FROM raw.breakers WHERE source = %(source)s"
_ACTION = "pull"  # to the ledger this is part of pulling


class _BreakerState(NamedTuple):
    """How many requests failed one after the other, and until when the source is left alone."""

    failures: int
    open_until: datetime | None


@contextmanager
def breaker_state(source: Source, *, anyway: bool = False) -> Iterator[Source]:
    """Ask a source within its hours and with its breaker closed, and keep whether it answered.

    Args:
        source: about to be asked.
        anyway: whatever its hours and failures: the word of an operator, never of a schedule.

    Yields:
        The source to ask; without hours where it is asked anyway.

    Raises:
        DeferredError: it is left alone now; says until when and why.
    """
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


@contextmanager
def permitted_source(name: str, *, anyway: bool = False) -> Iterator[Source]:
    """Lend a configured source within its hours, with its breaker closed.

    It holds a place at its host; see :func:`breaker_state`.

    Raises:
        ConfigError: there is no such source, or it was closed down.
        DeferredError: it is left alone now.
        TransientError: others held all places at its host for too long.
    """
    everyone = sources_with(name)
    if everyone[name].has_ended(datetime.now(UTC)):
        where, fact = (
            f"sources/{name}.yaml ended",
            Bilingual(
                f"ghi rằng hệ thống đã ngừng hoạt động ngày {everyone[name].ended:%d/%m/%Y}",
                f"says that the system was closed down on {everyone[name].ended}",
            ),
        )
        raise ConfigError(where, fact, Bilingual("bỏ `ended` để hỏi lại nguồn", "take `ended` out to ask it again"))
    with host_slot(everyone[name], everyone), breaker_state(everyone[name], anyway=anyway) as source:
        yield source


def sources_with(name: str) -> dict[str, Source]:
    """Load all sources, as the files say now; those whose file cannot be used are left out.

    Raises:
        ConfigError: this one is not among them.
    """
    known = known_sources()
    known.named(name)
    return known.usable


def _require_closed(source: Source, now: datetime) -> None:
    state = _state(source)
    if state and state.open_until is not None and state.open_until > now:
        raise DeferredError(
            source.name,
            Bilingual(
                f"{state.failures} yêu cầu liên tiếp không thành công",
                f"{counted(state.failures, 'request')} failed one after the other",
            ),
            state.open_until.astimezone(source.timezone),
            action=Bilingual(
                "Lần chạy sau thời điểm đó sẽ lấy tiếp; `motcua refresh --anyway` lấy ngay bây giờ.",
                "The next run after that asks; `motcua refresh --anyway` asks now.",
            ),
        )


def _count(source: Source, error: SourceError) -> None:
    """Add failed requests; open the breaker where they are too many."""
    failed, answered = (error.failures, error.answered) if isinstance(error, TransientError) else (1, False)
    failures = failed if answered else failed + _failures(source)
    pause = timedelta(minutes=source.breaker.minutes)
    until = datetime.now(UTC) + pause if failures >= source.breaker.failures else None
    _keep(source, failures, until, type(error).__name__)


def _failures(source: Source) -> int:
    state = _state(source)
    return state.failures if state else 0


def _state(source: Source) -> _BreakerState | None:
    return next(iter(fetch_as(_BreakerState, _STATE, {"source": source.name})), None)


def _keep(source: Source, failures: int, until: datetime | None, reason: str) -> None:
    row = {"source": source.name, "failures": failures, "failed_at": datetime.now(UTC), "open_until": until, "reason": reason}
    with load(_ACTION, source.name) as current:
        current.put(BREAKERS, row)


def _forget(source: Source) -> None:
    """Close the breaker; writes nothing where it was never troubled."""
    if _state(source):
        with load(_ACTION, source.name) as current:
            current.execute("DELETE FROM raw.breakers WHERE source = %(source)s", {"source": source.name})
