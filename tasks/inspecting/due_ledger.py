"""Due-date ledger of an inspection: how the due date of each dossier of the sample is worked out.

What the publication counted stands as it was kept. Limit and pauses are worked out again from the facts of now; where these no longer
lead to what was published, they are left out and the row says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from config.calendar import OFFICE_ZONE_NAME
from config.codes import WORKING_DAY_MINUTES
from config.policies import Policy, load_policies
from tasks.inspecting.sample import InspectionSample
from tasks.judging.offices import settled_parts
from tasks.reports.explanation.dossiers import DossierPlace, judged_for
from tasks.reports.explanation.due_dates import DueDateFacts
from tasks.reports.explanation.text import Entry
from tasks.rules.dates.instant_texts import instant_text
from tasks.rules.verdict.judgement import judgement_of
from tasks.warehouse.batches import MAX_BATCH_ROWS, Batch
from tasks.warehouse.dossiers import Selection, read_batch
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.partitions import Partition

_PLACES = """
    SELECT n.source, n.code, d.partition_month FROM unnest(%(sources)s::text[], %(codes)s::text[]) AS n (source, code)
    JOIN core.dossiers AS d ON d.source = n.source AND d.code = n.code AND d.role = 'primary'
"""
_TIMES = ("received_at", "recorded_due_at", "recorded_end_at", "due_at", "end_at")


@dataclass(frozen=True)
class LedgerLine:
    """A dossier of the sample.

    Attributes:
        said: what the publication counted, column by column of judged.verdict_versions; times as office time to the minute.
        fact: how its due date is worked out (:class:`tasks.reports.explanation.due_dates.DueDateFacts`); None where the facts of now
            lead elsewhere than what was published, or the dossier is gone.
    """

    said: dict[str, Any]
    fact: dict[str, Any] | None

    @property
    def working_days(self) -> float | None:
        """Working days used, pauses left out; a day is eight hours."""
        minutes = self.fact["worked_minutes"] if self.fact else None
        return None if minutes is None else round(minutes / WORKING_DAY_MINUTES, 2)

    @property
    def paused_days(self) -> float | None:
        """Working days within pauses that count."""
        return round(self.fact["paused_minutes"] / WORKING_DAY_MINUTES, 2) if self.fact else None


def due_ledger(sample: InspectionSample, policy: str) -> list[LedgerLine]:
    """Work out the due date of each dossier of a sample, in the order drawn.

    Dossiers of a source are read and judged together, as a run judges them.

    Raises:
        MotcuaError: dossiers were pulled and not judged since; ask again after a run.
    """
    facts = _facts(sample.rows, load_policies()[policy])
    lines = []
    for row in said_of(sample.rows):
        fact = facts.get((row["source"], row["code"]))
        lines.append(LedgerLine(row, fact if fact is not None and _is_as_published(fact, row) else None))
    return lines


def _facts(rows: pd.DataFrame, policy: Policy) -> dict[tuple[str, str], Entry]:
    """Return how the due dates come about, by source and code, of the dossiers that are still there."""
    together: dict[tuple[str, date], list[DossierPlace]] = defaultdict(list)
    days: dict[Partition, date] = {}
    for place in _places(rows):
        if place.partition not in days:
            days[place.partition] = judged_for(place)
        together[place.source, days[place.partition]].append(place)
    found: dict[tuple[str, str], Entry] = {}
    for (source, as_of), places in together.items():
        for first in range(0, len(places), MAX_BATCH_ROWS):
            found |= _judged_together(source, as_of, places[first : first + MAX_BATCH_ROWS], policy)
    return found


def _places(rows: pd.DataFrame) -> list[DossierPlace]:
    given = {"sources": list(rows["source"]), "codes": list(rows["code"])}
    return [DossierPlace(source, code, Partition(source, month)) for source, code, month in fetch_all(_PLACES, given)]


def _judged_together(source: str, as_of: date, places: Sequence[DossierPlace], policy: Policy) -> dict[tuple[str, str], Entry]:
    batch = Batch.of(*{place.partition for place in places})
    frames = read_batch(batch, Selection(codes=tuple(place.code for place in places)))
    found: dict[tuple[str, str], Entry] = {}
    for settled in settled_parts(frames, source, as_of):
        facts = DueDateFacts.of(source, judgement_of(settled, policy))
        for row, code in enumerate(settled.facts.frames.dossiers["code"]):
            found[source, code] = _fact(facts, row)
    return found


def _fact(facts: DueDateFacts, row: int) -> Entry:
    return {
        "verdict": facts.verdict(row),
        "derived": facts.derived(row),
        "limit": facts.limit(row),
        "special_days": facts.special_days(row),
        "pauses": facts.pauses(row),
        "paused_minutes": facts.paused_minutes(row),
        "worked_minutes": facts.worked_minutes(row),
    }


def said_of(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return what a publication counted of some dossiers; times as office time to the minute, nothing as None."""
    plain = rows.astype(object).where(rows.notna(), None).to_dict("records")
    return [{**row, **{name: instant_text(row[name], OFFICE_ZONE_NAME) for name in _TIMES}} for row in plain]


def _is_as_published(fact: dict[str, Any], said: dict[str, Any]) -> bool:
    derived = fact["derived"]
    now = (fact["verdict"], derived["due"], derived["end"], derived["state"], derived["timeliness"], derived["received"])
    return now == tuple(said[name] for name in ("verdict", "due_at", "end_at", "state", "timeliness", "received_at"))
