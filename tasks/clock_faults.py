"""Clock faults: agencies whose clock is off, found source by source.

Neither checks nor verdicts rely on their hours then.
"""

from __future__ import annotations

from datetime import date

import pandas as pd
import pyarrow as pa
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.calendar import Calendar
from schemas.quality import CLOCK_FAULTS
from tasks.judging.judged_sources import all_sources, calendar_of, source_named
from tasks.judging.rules_digest import rules_digest
from tasks.rules.sources.clock_faults import (
    END,
    LEAST_OUTSIDE,
    LEAST_TIMES,
    MARGIN,
    NOTHING,
    RECEIPT,
    clock_faults,
    zone_minutes,
)
from tasks.runtime.safe_errors import with_safe_errors
from tasks.runtime.step_result import StepResult
from tasks.warehouse.dossiers import StepProgress
from tasks.warehouse.load import Load, load
from tasks.warehouse.partitions import high_watermark
from tasks.warehouse.rows import fetch_as, fetch_column
from tasks.warehouse.statements import statements_of

_SUBJECT = "*"
_PROGRESS = "SELECT through, rules_digest, as_of FROM audit.progress WHERE step = 'clock_faults' AND partition = '*'"
_SQL = statements_of(__file__)
_SOURCES = _SQL["sources"]
_COUNTS = _SQL["counts"]
_SUSPECT = _SQL["suspect"]
_COUNT_TYPES = {
    "unit_code": pd.ArrowDtype(pa.string()),
    "month": pd.ArrowDtype(pa.date32()),
    **{name: pd.ArrowDtype(pa.int64()) for name in ("kind", "slot", "times")},
}
_STANDING = "SELECT * FROM quality.clock_faults WHERE source = %(source)s"
_BUMP = _SQL["bump"]


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="clock-faults")
@with_safe_errors
def find_clock_faults(as_of: date) -> StepResult:
    """Look for agencies whose clock is off; see :func:`find_faults`."""
    return find_faults(as_of)


def find_faults(as_of: date) -> StepResult:
    """Bring ``quality.clock_faults`` up to date for the sources of which a dossier changed.

    The dossiers of an agency and month of which a fault came, went or changed count as changed: they are checked and
    judged again.

    Args:
        as_of: day of the run, kept with the progress; no fault depends on it.

    Raises:
        WarehouseError: a statement failed; nothing was written.
    """
    digest, mark = rules_digest(), high_watermark()  # before reading: what changes meanwhile is done again
    done = fetch_as(StepProgress, _PROGRESS)
    through = done[0].through if done and done[0].rules_digest == digest else -1
    changed = [name for name in fetch_column(_SOURCES, {"through": through}) if name in all_sources()]
    if not changed:
        return StepResult("clock_faults", _SUBJECT)
    with load("clock_faults", _SUBJECT) as current:
        rows = sum(_of_source(current, name) for name in changed)
        current.progress("clock_faults", _SUBJECT, through=mark, as_of=as_of, rules_digest=digest)
        merged = current.merged
    return StepResult("clock_faults", _SUBJECT, rows, merged.inserted, merged.updated, merged.unchanged)


def _of_source(current: Load, name: str) -> int:
    """Find the faults of one source anew; return of how many agencies and months they are."""
    source = source_named(name)
    opening, of = _opening(calendar_of(name)), {"source": name, "zone": source.zone}
    found = clock_faults(NOTHING, name, 0, opening)
    if opening and current.read_one(_SUSPECT, {**of, **_usual(opening), "least": LEAST_TIMES, "share": LEAST_OUTSIDE}):
        counts = current.read(_COUNTS, {**of, "receipt": RECEIPT, "end": END}, _COUNT_TYPES)
        found = clock_faults(counts, name, zone_minutes(source.zone), opening)
    standing = current.read(_STANDING, {"source": name}, CLOCK_FAULTS)
    touched = sorted({key[:2] for key in _shifts(found) ^ _shifts(standing)})
    if touched:
        units, months = ([key[place] for key in touched] for place in (0, 1))
        current.execute(_BUMP, {"source": name, "units": units, "months": months, "number": current.change_number})
    current.replace(CLOCK_FAULTS, found, {"source": name})
    return len(found)


def _opening(calendar: Calendar) -> dict[str, tuple[int, int]]:
    """Return from when to when on any day of the week an office is open: by agency, "" for those without hours of their own."""
    own = {unit: calendar.week_of(unit) for office in calendar.offices for unit in office.units}
    weeks = {"": calendar.week_of(None), **own}
    spans = {unit: [session for day in week.values() for session in day] for unit, week in weeks.items()}
    return {unit: (min(first for first, _ in some), max(last for _, last in some)) for unit, some in spans.items() if some}


def _usual(opening: dict[str, tuple[int, int]]) -> dict[str, str]:
    """Return between which times of day any agency is open: a time that is odd for one of them lies outside."""
    first, last = max(first for first, _ in opening.values()) - MARGIN, min(last for _, last in opening.values()) + MARGIN
    return {"first": _clock(max(first, 0)), "last": _clock(min(last, 1440))}


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _shifts(faults: pd.DataFrame) -> set[tuple[str, date, int, int]]:
    """Return what decides which dossiers are marked, and how."""
    return set(zip(*(faults[name].tolist() for name in ("unit_code", "month", "receipt_minutes", "end_minutes")), strict=True))
