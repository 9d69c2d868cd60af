"""Due-date ledger of an inspection: how the due date of each dossier of the sample is worked out.

What the publication counted stands as it was kept. Limit and pauses are worked out again from the facts of now; where these no longer
lead to what was published, they are left out and the row says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from config.codes import WORKING_DAY_MINUTES
from config.policies import Policy, load_policies
from tasks.inspecting.sample import InspectionSample
from tasks.reports.explanation.dossiers import DossierPlace, explanation
from tasks.rules.dates.times import instant_text
from tasks.rules.indicators.counters import OFFICE_ZONE_NAME
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
        fact: how its due date is worked out (:func:`tasks.reports.explanation.dossiers.explanation`); None where the facts of now
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

    Raises:
        MotcuaError: dossiers were pulled and not judged since; ask again after a run.
    """
    return list(_lines(sample.rows, load_policies()[policy]))


def _lines(rows: pd.DataFrame, policy: Policy) -> Iterator[LedgerLine]:
    given = {"sources": list(rows["source"]), "codes": list(rows["code"])}
    places = {(source, code): month for source, code, month in fetch_all(_PLACES, given)}
    for row in said_of(rows):
        month = places.get((row["source"], row["code"]))
        fact = (
            None
            if month is None
            else explanation(DossierPlace(row["source"], row["code"], Partition(row["source"], month)), policy)
        )
        yield LedgerLine(row, fact if fact is not None and _is_as_published(fact, row) else None)


def said_of(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return what a publication counted of some dossiers; times as office time to the minute, nothing as None."""
    plain = rows.astype(object).where(rows.notna(), None).to_dict("records")
    return [{**row, **{name: instant_text(row[name], OFFICE_ZONE_NAME) for name in _TIMES}} for row in plain]


def _is_as_published(fact: dict[str, Any], said: dict[str, Any]) -> bool:
    derived = fact["derived"]
    now = (fact["verdict"], derived["due"], derived["end"], derived["state"], derived["timeliness"], derived["received"])
    return now == tuple(said[name] for name in ("verdict", "due_at", "end_at", "state", "timeliness", "received_at"))
