"""Reception within its limit, by dossier and agency: the first of the two clocks.

This module only reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from config.reception import load_reception
from tasks.judging.offices import split_by_hours
from tasks.rules.clock.reception import NOT_ASKED, OUTCOMES, receptions_of
from tasks.rules.dates.times import end_of_day, minute_text
from tasks.rules.verdict.facts import facts_of
from tasks.rules.verdict.receipt import receipt_of
from tasks.warehouse.batches import Batch, every_batch
from tasks.warehouse.dossiers import Selection, read_batch
from tasks.warehouse.partitions import last_day_of
from tasks.warehouse.rows import fetch_column

RECEPTION_WORDS = {
    "in_time": ("tiếp nhận đúng hạn", "taken in on time"),
    "late": ("chậm tiếp nhận", "taken in late, or not yet and overdue"),
    "waiting": ("chờ tiếp nhận, còn trong hạn", "waiting, with time left"),
    "untold": ("không đủ căn cứ", "cannot be told"),
    "not_asked": ("không áp dụng", "no rule asks for it"),
}
"""Outcomes in Vietnamese and English."""

_ASKED = """
    SELECT code FROM core.dossiers
    WHERE source = %(source)s AND partition_month = ANY(%(months)s) AND role = 'primary' AND channel = ANY(%(channels)s)
        AND coalesce(submitted_at, received_at)::date >= %(since)s::date - 1
    ORDER BY 1
"""


@dataclass(frozen=True)
class DossierReception:
    """The reception of one dossier; times are office time, None where unknown; minutes_over are working minutes."""

    source: str
    code: str
    unit_code: str | None
    submitted: str | None
    due: str | None
    answered: str | None
    outcome: str
    minutes_over: int | None


def read_receptions() -> list[DossierReception]:
    """Work out the reception of every dossier that a rule asks about, as of the day that was judged last.

    Raises:
        DataError: nothing was judged yet.
    """
    as_of = last_day_of()
    return [one for batch in every_batch() for one in _of_batch(batch, as_of)]


def by_unit(rows: list[DossierReception]) -> dict[str | None, Counter[str]]:
    """Count receptions by agency and outcome, the agency with most late ones first."""
    found: dict[str | None, Counter[str]] = {}
    for row in rows:
        found.setdefault(row.unit_code, Counter())[row.outcome] += 1
    return dict(sorted(found.items(), key=lambda each: (-each[1]["late"], each[0] or "")))


def _of_batch(batch: Batch, as_of: date) -> Iterator[DossierReception]:
    rules = load_reception()
    if not rules:
        return
    asked = {
        "source": batch.source,
        "months": list(batch.months),
        "channels": sorted({channel for rule in rules for channel in rule.channels}),
        "since": min(rule.since for rule in rules),
    }
    codes = fetch_column(_ASKED, asked)
    if not codes:
        return
    frames = read_batch(batch, Selection(codes=tuple(codes)))
    for office, part in split_by_hours(frames, batch.source):
        facts, end = facts_of(part, office.zone), end_of_day(as_of)
        found = receptions_of(facts, receipt_of(facts, end, office.first_year), rules, office.clock, end)
        until = np.where(np.isnat(found.answered), end, found.answered)
        over = office.clock.working_minutes_between(found.due, until)
        named = part.dossiers[["source", "code", "unit_code"]].astype(object)
        for place in np.flatnonzero(found.outcome != NOT_ASKED):
            source, code, unit = named.iloc[place]
            outcome = OUTCOMES[found.outcome[place]]
            submitted, due, answered = (minute_text(times[place]) for times in (facts.submitted, found.due, found.answered))
            minutes = int(over[place]) if outcome == "late" and over[place] >= 0 else None
            yield DossierReception(source, code, None if unit is pd.NA else unit, submitted, due, answered, outcome, minutes)
