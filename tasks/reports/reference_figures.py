"""Figures of ours beside reference series: of the same year and agency, each under its own name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from config.indicators import Indicator
from config.language import Bilingual
from tasks.reports.forms.published import PublishedCounters, parts_of
from tasks.rules.indicators.interval import percent
from tasks.rules.indicators.periods import period_named
from tasks.warehouse.rows import fetch_as

_KEPT = """
    SELECT series, unit_code, year, published_by, value, measure, indicator, remarks FROM mart.reference_series
    WHERE %(series)s::text IS NULL OR series = %(series)s ORDER BY series, unit_code, year, published_by
"""
_EVERY = "*"
SERIES_WORDS: Mapping[str, Bilingual] = {
    "par_index": Bilingual("PAR Index", "PAR index"),
    "sipas": Bilingual("SIPAS", "SIPAS"),
    "papi": Bilingual("PAPI", "PAPI"),
    "pci": Bilingual("PCI", "PCI"),
    "target": Bilingual("chỉ tiêu được giao", "target"),
}
MEASURE_WORDS: Mapping[str, Bilingual] = {
    "percent": Bilingual("%", "%"),
    "points": Bilingual("điểm", "points"),
    "rank": Bilingual("hạng", "rank"),
}


@dataclass(frozen=True)
class ReferenceValue:
    """A value of another body, as it was entered; fields as in mart.reference_series."""

    series: str
    unit_code: str
    year: int
    published_by: str
    value: float
    measure: str
    indicator: str | None
    remarks: str | None


@dataclass(frozen=True)
class OurFigure:
    """What we publish of a year.

    Attributes:
        indicator: its name; value: in percent, or dossiers; None where nothing is published of that year and agency.
        is_whole: the year has ended before the day of the figures.
    """

    indicator: str
    value: float | None
    is_whole: bool


def reference_values(series: str | None) -> list[ReferenceValue]:
    """Return the values that were entered, of one series or all, by series, agency and year."""
    return fetch_as(ReferenceValue, _KEPT, {"series": series})


def our_figure(one: ReferenceValue, counters: PublishedCounters, indicators: Mapping[str, Indicator]) -> OurFigure:
    """Return our own figure of the year and agency of a value, from the current publication, after cleaning.

    Args:
        one: the value; nothing is worked out from it.
        counters: the current publication.
        indicators: those in force; the headline stands beside a value that names none of them.

    Raises:
        UnreadableDataError: an identity of the publication does not hold.
    """
    headline = next(name for name, each in indicators.items() if each.shown == "headline")
    name = headline if one.indicator is None or one.indicator not in indicators else one.indicator
    definition, year, as_of = indicators[name], period_named(str(one.year)), counters.publication.as_of
    if year.first > as_of:
        return OurFigure(name, None, is_whole=False)
    rows = counters.agencies(year, None if one.unit_code == _EVERY else one.unit_code)
    rows = rows[(rows["basis"] == "cleaned").to_numpy(dtype=bool)]
    numerator, denominator, _ = (int(np.sum(part)) for part in parts_of(definition, rows))
    if not len(rows):
        value = None
    elif definition.is_share:
        (share,) = percent(np.array([numerator]), np.array([denominator]), definition.digits)
        value = None if np.isnan(share) else float(share)
    else:
        value = float(numerator)
    return OurFigure(name, value, is_whole=year.end <= as_of)
