"""Parts of a published figure: its numbers, and the dossiers that stand in each.

A figure of a month or of the whole span is read as it was published; one of a longer period is made of what was published of its
months, as the page and the forms make it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from config.indicators import Indicator
from tasks.rules.indicators.interval import interval
from tasks.tracing.contributions import FigureName, contributions
from tasks.tracing.moments import PublicationMoment
from tasks.tracing.period_counts import PeriodCount, SharePart
from tasks.tracing.published_figures import published_then

_PARTS: tuple[SharePart, ...] = ("numerator", "denominator", "undetermined")


def figure_parts(moment: PublicationMoment, figure: FigureName, definition: Indicator) -> tuple[dict[str, Any], pd.DataFrame]:
    """Return the numbers of a figure, and its dossiers.

    Args:
        moment: of the publication.
        figure: its name.
        definition: its indicator as it was in force.

    Returns:
        ``numerator``, ``denominator``, ``undetermined`` and ``value`` as published; and of each dossier source, code and how
        often it stands in each of the three.

    Raises:
        ConfigError: the publication has no such figure, or lacks what a period has to be worked out from.
    """
    months = PeriodCount.of(moment, figure, definition, "numerator").months
    if len(months) == 1:
        one = replace(figure, period=months[0])
        return published_then(moment, one), contributions(moment, one, definition, moment.verdicts())
    counts = {part: PeriodCount.of(moment, figure, definition, part) for part in _PARTS if getattr(definition, part)}
    published: dict[str, Any] = {"denominator": None, "undetermined": 0}
    published |= {part: count.published() for part, count in counts.items()}
    return published | {"value": _value(published, definition)}, _dossiers(moment, figure, counts)


def _value(published: dict[str, Any], definition: Indicator) -> float | None:
    if not definition.is_share:
        return float(published["numerator"])
    numerator, denominator, undetermined = (np.array([published[part]], np.int64) for part in _PARTS)
    found = float(interval(numerator, denominator, undetermined, definition.digits).value[0])
    return None if np.isnan(found) else found


def _dossiers(moment: PublicationMoment, figure: FigureName, counts: dict[SharePart, PeriodCount]) -> pd.DataFrame:
    verdicts = moment.verdicts()
    standing = {part: count.dossiers(verdicts, figure.basis) for part, count in counts.items()}
    keys = sorted(set().union(*standing.values()))
    found = pd.DataFrame({"source": [source for source, _ in keys], "code": [code for _, code in keys]})
    for part in _PARTS:
        found[part] = np.array([key in standing.get(part, ()) for key in keys], np.int64)
    return found
