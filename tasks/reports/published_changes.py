"""Published changes: which figures a re-run moved, from one publication to the next."""

from __future__ import annotations

from typing import Any

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


def published_changes(before: str, after: str) -> list[FigureChange]:
    """Return the figures after cleaning that differ between two publications, those about all agencies first.

    Args:
        before: a publication.
        after: the one that took its place.
    """
    return [_change(row) for row in fetch_all(_MOVED, {"before": before, "after": after})]


def _change(row: tuple[Any, ...]) -> FigureChange:
    indicator, unit, *figures = row
    return FigureChange(str(indicator), str(unit), "*", "*", "*", Side(*figures[:3]), Side(*figures[3:]))
