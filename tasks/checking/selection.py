"""Selection of what a check stage asks again: what changed, what grew older, months with either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from config.checks import load_checks
from config.codes import Status
from schemas.dossiers import AGEING
from schemas.quality import CORRECTABLE
from tasks.checking.crowds import split_touched
from tasks.rules.checks.daily import LONG_PAUSE, OVERTAKEN, UNCOLLECTED, days_of
from tasks.warehouse.batches import Batch
from tasks.warehouse.dossiers import Selection, affected_selection, progress_of, selection_for
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.rows import fetch_value
from tasks.warehouse.statements import statements_of

_SQL = statements_of(__file__)
_AGED = _SQL["aged"].format(unsettled=AGEING, done=int(Status.DONE))
_CROWDS = _SQL["crowds"]
_MONTHS_OF = (
    "SELECT code, partition_month FROM core.dossiers WHERE source = %(source)s AND role = 'primary' AND code = ANY(%(codes)s)"
)
_STEP = "check"
_SLACK = timedelta(days=2)  # of windows that are asked of times in UTC


@dataclass(frozen=True)
class Asked:
    """Whom a check stage asks.

    Attributes:
        codes: dossiers that are asked all that depends on them alone; None: every dossier is asked everything.
        months: months of receipt whose dossiers are held against each other again, apart from those that are asked everything.
        moved: dossiers of other months of which corrections moved the end alone: their crowds are asked again, not their months.
        seen_until: day of the run before, which saw every finding that is still open; None where there was none.
    """

    codes: tuple[str, ...] | None = None
    months: tuple[date, ...] = ()
    moved: Mapping[str, date] = field(default_factory=dict)
    seen_until: date | None = None


EVERYTHING = Asked()


def asked_of(batch: Batch, rules_digest: str, as_of: date, zone: str) -> Asked:
    """Choose whom to ask of a batch.

    All under new rules or reference data, or for an earlier day; else what was touched or grew older.

    Args:
        batch: source and months of receipt.
        rules_digest: digest of the configuration and rules in force.
        as_of: day of the run.
        zone: the source's time zone (IANA).

    Raises:
        WarehouseError: a statement failed.
    """
    before = [one.as_of for one in progress_of(_STEP, batch) if one.as_of is not None]
    seen_until = min(before, default=None)
    selection = selection_for(_STEP, batch, rules_digest, as_of)
    if selection.since is None:
        return Asked(months=_left_behind(batch, rules_digest, zone), seen_until=seen_until)
    touched = affected_selection(batch, Selection(since=selection.since, heard=False)).codes or ()
    aged = _aged(batch, selection.from_day, as_of) if selection.from_day else set()
    whole, ends = split_touched(batch.source, touched, selection.since)
    months = (
        {month for (month,) in fetch_all(_CROWDS, {"source": batch.source, "codes": whole, "zone": zone})} if whole else set()
    )
    moved = dict(fetch_all(_MONTHS_OF, {"source": batch.source, "codes": ends})) if ends else {}
    others = {code: month for code, month in moved.items() if month not in months}
    return Asked(tuple(sorted(aged.union(touched))), tuple(sorted(months)), others, seen_until)


def _left_behind(batch: Batch, rules_digest: str, zone: str) -> tuple[date, ...]:
    """Return the other months that dossiers of a batch left whose every dossier is asked: a month's first one, say."""
    partitions = [partition.key for partition in batch.partitions]
    given = {"step": _STEP, "rules": rules_digest, "source": batch.source, "months": list(batch.months), "zone": zone}
    if not fetch_value(_SQL["done_beside"], {**given, "partitions": partitions}):
        return ()
    return tuple(month for (month,) in fetch_all(_SQL["left_behind"], given))


def _aged(batch: Batch, from_day: date, as_of: date) -> set[str]:
    """Return the dossiers to which a later day may matter."""
    given: dict[str, Any] = {
        "source": batch.source,
        "months": list(batch.months),
        "fields": list(CORRECTABLE),
        "overtaken": sorted(OVERTAKEN),
    }
    for name, check_id in (("uncollected", UNCOLLECTED), ("pause", LONG_PAUSE)):
        days = days_of(load_checks(), check_id)
        span = None if days is None else timedelta(days=days)
        given[f"{name}_since"] = None if span is None else from_day - span - _SLACK
        given[f"{name}_until"] = None if span is None else as_of - span + _SLACK
    return {code for (code,) in fetch_all(_AGED, given)}
