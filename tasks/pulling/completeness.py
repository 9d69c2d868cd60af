"""Completeness: dossiers of each agency and day, by the source's count and as held here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.sources import Source
from schemas.quality import COMPLETENESS
from schemas.reference import UNITS
from tasks.cleaning.agencies import AgencyLookup
from tasks.sources.adapters import adapter_for
from tasks.sources.privacy_guard import agency_shown
from tasks.sources.protocol import DayTotal
from tasks.warehouse.engine import read_frame, read_table
from tasks.warehouse.load import load

_KEY = ["unit", "day"]
_HELD = """
    SELECT unit_as_given, unit_code, (received_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS held FROM core.dossiers
    WHERE source = %(source)s AND (received_at AT TIME ZONE %(zone)s)::date BETWEEN %(first)s AND %(last)s GROUP BY 1, 2, 3
"""
_BEFORE = "SELECT unit, day FROM quality.completeness WHERE source = %(source)s AND day BETWEEN %(first)s AND %(last)s"
_TEXT, _NUMBER, _DAY = (pd.ArrowDtype(kind) for kind in (pa.string(), pa.int64(), pa.date32()))


@dataclass(frozen=True)
class Gap:
    """Dossiers of an agency and day that the source counts and that are not held here."""

    unit: str
    day: date
    stated: int
    held: int


@dataclass(frozen=True)
class Completeness:
    """What a comparison found.

    Attributes:
        pairs: agency-days compared.
        stated: dossiers by the source's count.
        gaps: agency-days that lack dossiers, by day.
    """

    source: str
    pairs: int
    stated: int
    gaps: tuple[Gap, ...]

    @property
    def missing(self) -> int:
        """How many dossiers are lacking in all."""
        return sum(gap.stated - gap.held for gap in self.gaps)


def check_completeness(source: Source, first: date, last: date) -> Completeness | None:
    """Ask a source for its own counts, compare, and keep every agency-day in ``quality.completeness``.

    Args:
        source: its file.
        first: first day of receipt compared.
        last: last day, included.

    Returns:
        What was found; None where the source tells no counts.

    Raises:
        TransientError: the source could not be asked.
        SourceError: its answer cannot be used.
    """
    totals = adapter_for(source).day_totals(first, last)
    if totals is None:
        return None
    totals = [replace(total, unit=agency_shown(total.unit)) for total in totals]
    given = {"source": source.name, "zone": source.zone, "first": first, "last": last}
    held = read_frame(_HELD, given, {"unit_as_given": _TEXT, "unit_code": _TEXT, "day": _DAY, "held": _NUMBER})
    before = read_frame(_BEFORE, given, {"unit": _TEXT, "day": _DAY})
    units = read_table(UNITS)
    rows = compare_totals(totals, held, before, AgencyLookup(units)).assign(source=source.name)
    with load("prove", source.name) as current:
        current.merge(COMPLETENESS, COMPLETENESS.conform(rows))
    lacking = rows[(rows["held"] < rows["stated"]).to_numpy(dtype=bool)].sort_values(["day", "unit"])
    gaps = tuple(Gap(*row) for row in lacking[["unit", "day", "stated", "held"]].itertuples(index=False, name=None))
    return Completeness(source.name, len(rows), int(rows["stated"].sum()), gaps)


def compare_totals(totals: list[DayTotal], held: pd.DataFrame, before: pd.DataFrame, directory: AgencyLookup) -> pd.DataFrame:
    """Return ``unit, day, stated, held`` of every agency-day that either side knows, or that was compared before.

    An agency is named by its code where the directory knows it. A dossier belongs to the agency that its source
    named, as the source counts it: not to the one that its code names in the end.

    Args:
        totals: by the source.
        held: ``unit_as_given, unit_code, day, held``.
        before: ``unit, day`` of earlier comparisons.
        directory: agencies.
    """
    names = pa.array([total.unit for total in totals], pa.string())
    days = np.array([total.day for total in totals], dtype="datetime64[D]")
    nobody = pa.nulls(len(names), pa.string())
    found = directory.resolve(names, names, nobody, days).codes if directory.entries else names
    keys = pc.coalesce(found, names).to_pylist()
    stated = pd.DataFrame(
        {
            "unit": pd.array(keys, dtype=_TEXT),
            "day": pd.array([total.day for total in totals], dtype=_DAY),
            "stated": pd.array([total.count for total in totals], dtype=_NUMBER),
        }
    )
    key_of = dict(zip(((total.unit, total.day) for total in totals), keys, strict=True))
    at_hand = zip(held["unit_as_given"].fillna(""), held["unit_code"].fillna(""), held["day"], strict=True)
    own = [key_of.get((as_given, day), code or as_given) for as_given, code, day in at_hand]
    here = held.assign(unit=pd.array(own, dtype=_TEXT))[[*_KEY, "held"]]
    parts = [stated.assign(held=0), here.assign(stated=0), before.assign(stated=0, held=0)]
    together = pd.concat([part.astype({"stated": _NUMBER, "held": _NUMBER})[[*_KEY, "stated", "held"]] for part in parts])
    return together.groupby(_KEY, as_index=False, dropna=False).sum()
