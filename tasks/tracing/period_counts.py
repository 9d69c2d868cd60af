"""Published counts of periods longer than a month, and which dossiers stand in them.

Months are what is published. Flows of a period are those of its months; what was carried over is that of the first, what is in
progress that of the last one: a dossier that lives through five months is in progress once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from config.errors import ConfigError
from config.indicators import Indicator
from config.language import Bilingual
from tasks.rules.indicators.identities import IN_PROGRESS_COUNTERS
from tasks.rules.indicators.periods import months_of, period_named
from tasks.tracing.contributions import EVERY, FigureName, contributions
from tasks.tracing.moments import PublicationMoment
from tasks.tracing.published_figures import published_then
from tasks.warehouse.rows import fetch_as
from tasks.warehouse.statements import statements_of

SharePart = Literal["numerator", "denominator", "undetermined"]
"""Which count of a share is meant; a plain count has a numerator alone."""
_SQL = statements_of(__file__)
_OPENING = ("carried_over",)


@dataclass(frozen=True)
class PeriodCount:
    """A published count of one month, of all or of several months.

    Attributes:
        counted: its indicator as a plain count.
        months: its months, as figures name them; one where the figure is of one month or of all.
    """

    moment: PublicationMoment
    figure: FigureName
    counted: Indicator
    part: SharePart
    months: tuple[str, ...]

    @classmethod
    def of(cls, moment: PublicationMoment, figure: FigureName, definition: Indicator, part: SharePart) -> PeriodCount:
        """Name the count that a figure is of.

        Args:
            moment: of the publication.
            figure: its period is a month, a quarter, a half year, a year, a span of months, or all.
            definition: its indicator as it was in force.
            part: which count of a share.

        Raises:
            ConfigError: the period is none.
        """
        counters = getattr(definition, part)
        changed = {"numerator": counters, "denominator": (), "undetermined": ()}
        channels = definition.numerator_channels if part == "numerator" else ()
        counted = definition.model_copy(update={**changed, "numerator_channels": channels})
        return cls(moment, figure, counted, part, _months(figure.period, moment))

    def published(self) -> int:
        """Return the count as it was published, or as what was published of its months adds up.

        Raises:
            ConfigError: the publication has no such figure, or lacks what a period has to be worked out from.
        """
        if len(self.months) == 1:
            return int(published_then(self.moment, replace(self.figure, period=self.months[0]))[self.part] or 0)
        told = self._monthly(self.figure.indicator, self.part)
        if not told:
            published_then(self.moment, self.figure)  # says that there is none
        repeated = 0
        for stock, kept in ((IN_PROGRESS_COUNTERS, self.months[-1]), (_OPENING, self.months[0])):
            for name, sign in self._indicators_of([one for one in self.counted.numerator if one in stock]):
                repeated += sign * sum(number for month, number in self._monthly(name, "numerator").items() if month != kept)
        return sum(told.values()) - repeated

    def dossiers(self, verdicts: pd.DataFrame, basis: str) -> frozenset[tuple[str, str]]:
        """Return source and code of the dossiers that stand in it.

        Args:
            verdicts: of the moment.
            basis: as recorded, or cleaned.
        """
        found: set[tuple[str, str]] = set()
        figure = replace(self.figure, basis=basis)
        if len(self.months) == 1:
            parts: list[tuple[tuple[str, ...], tuple[str, ...]]] = [(self.counted.numerator, self.months)]
        else:
            stock, opening = (
                tuple(one for one in self.counted.numerator if one in of) for of in (IN_PROGRESS_COUNTERS, _OPENING)
            )
            flows = tuple(one for one in self.counted.numerator if one not in (*stock, *opening))
            parts = [(flows, self.months), (stock, self.months[-1:]), (opening, self.months[:1])]
        for counters, months in parts:
            if counters:
                definition = self.counted.model_copy(update={"numerator": counters})
                rows = contributions(self.moment, figure, definition, verdicts, months)
                rows = rows[(rows["numerator"] > 0).to_numpy(dtype=bool)]
                found.update(zip(rows["source"], rows["code"], strict=True))
        return frozenset(found)

    def _monthly(self, indicator: str, part: SharePart) -> dict[str, int]:
        rows = fetch_as(dict[str, Any], _SQL["monthly"], self._asked(indicator))
        return {str(row["period"]): int(row[part] or 0) for row in rows}

    def _asked(self, indicator: str) -> dict[str, object]:
        named = replace(self.figure, indicator=indicator)
        cut = {"unit": named.unit_code, "field": named.field_code, "channel": named.channel}
        return {"publication": self.moment.publication_id, "indicator": indicator, "basis": named.basis} | {
            **cut,
            "months": list(self.months),
        }

    def _indicators_of(self, counters: Sequence[str]) -> list[tuple[str, int]]:
        """Return the plain indicators whose numbers, added or taken away, make some counters: one for all, or some for each."""
        plain = {
            frozenset(one.numerator): name
            for name, one in self.moment.rules().indicators(self.moment.as_of).items()
            if not one.is_share and not one.numerator_channels and self._level in one.levels
        }
        if frozenset(counters) in plain:
            return [(plain[frozenset(counters)], 1)]
        solved = {counter: _solved(counter, plain) for counter in counters}
        lacking = [counter for counter, found in solved.items() if not found]
        if lacking:
            names = ", ".join(lacking)
            raise ConfigError(
                str(self.figure),
                Bilingual(
                    f"kỳ nhiều tháng cần {names} từng tháng, chưa công bố",
                    f"a longer period needs {names} by month, unpublished",
                ),
                Bilingual("một tháng, hoặc cả tỉnh, cơ quan, lĩnh vực", "a month, or the total, an agency, a field"),
            )
        return [one for found in solved.values() for one in found]

    @property
    def _level(self) -> str:
        cuts = {"unit": self.figure.unit_code, "field": self.figure.field_code, "channel": self.figure.channel}
        return "+".join(name for name, value in cuts.items() if value != EVERY) or "total"


def _solved(counter: str, plain: Mapping[frozenset[str], str]) -> list[tuple[str, int]]:
    """Return a counter as its own indicator, or as a sum less its other parts; nothing where no indicator tells it."""
    for counters, name in plain.items():
        others = [frozenset([one]) for one in counters if one != counter]
        if counter in counters and all(one in plain for one in others):
            return [(name, 1), *((plain[one], -1) for one in others)]
    return []


def _months(period: str, moment: PublicationMoment) -> tuple[str, ...]:
    if period == EVERY:
        return (EVERY,)
    named = period_named(period)
    months = tuple(one.name for one in months_of(named) if one.first <= moment.as_of)
    return months or (f"{named.first:%Y-%m}",)
