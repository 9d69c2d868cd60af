"""Published changes: which figures a re-run moved, from one publication to the next."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tasks.approving.freezing import told_indicators
from tasks.reports.affected_figures import FigureChange, Side
from tasks.warehouse.engine import fetch_all

# Whole spans, all fields and channels: months, fields and channels follow from them, and the page shows those.
_MOVED = """
    SELECT coalesce(b.indicator, a.indicator), coalesce(b.unit_code, a.unit_code),
        b.value, coalesce(b.numerator, 0), b.denominator, a.value, coalesce(a.numerator, 0), a.denominator
    FROM (SELECT * FROM mart.indicators WHERE publication_id = %(before)s AND {whole}) AS b
    FULL JOIN (SELECT * FROM mart.indicators WHERE publication_id = %(after)s AND {whole}) AS a USING (indicator, unit_code)
    WHERE (b.value, b.numerator, b.denominator) IS DISTINCT FROM (a.value, a.numerator, a.denominator)
    ORDER BY coalesce(b.unit_code, a.unit_code) <> '*', 1, 2
""".format(whole="basis = 'cleaned' AND field_code = '*' AND channel = '*' AND period = '*'")

_KEY = ("indicator", "unit_code")
_SIDE = ("value", "numerator", "denominator")


def published_changes(before: str, after: str) -> list[FigureChange]:
    """Return the figures after cleaning that differ between two publications, those about all agencies first.

    Args:
        before: a publication.
        after: the one that took its place.
    """
    return [_change(row) for row in fetch_all(_MOVED, {"before": before, "after": after})]


def told_changes(before: str, after: str) -> list[FigureChange]:
    """Return what :func:`published_changes` does of any two publications, drafts and withdrawn ones too."""
    one, other = (_whole(told_indicators(name)) for name in (before, after))
    joined = one.merge(other, on=list(_KEY), how="outer", suffixes=("_before", "_after")).astype(object)
    joined = joined.where(joined.notna(), None)
    found = [
        FigureChange(row["indicator"], row["unit_code"], "*", "*", "*", _side(row, "before"), _side(row, "after"))
        for row in joined.to_dict("records")
    ]
    moved = [each for each in found if each.before != each.after]
    return sorted(moved, key=lambda each: (each.unit_code != "*", each.indicator, each.unit_code))


def _whole(told: pd.DataFrame) -> pd.DataFrame:
    """Keep the figures after cleaning of whole spans, all fields and channels."""
    kept = np.ones(len(told), dtype=bool)
    for name, value in (("basis", "cleaned"), ("field_code", "*"), ("channel", "*"), ("period", "*")):
        kept &= (told[name] == value).to_numpy(dtype=bool)
    return told.loc[kept, [*_KEY, *_SIDE]]


def _side(row: dict[str, Any], when: str) -> Side:
    value, numerator, denominator = (row[f"{name}_{when}"] for name in _SIDE)
    return Side(value, int(numerator or 0), None if denominator is None else int(denominator))


def _change(row: tuple[Any, ...]) -> FigureChange:
    indicator, unit, *figures = row
    return FigureChange(str(indicator), str(unit), "*", "*", "*", Side(*figures[:3]), Side(*figures[3:]))
