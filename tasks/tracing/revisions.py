"""Revisions: why a published figure changed, in parts that add up to the change exactly.

Counters are sums over dossiers, and each verdict is kept with why it changed (:mod:`tasks.publishing.verdict_versions`). So what the
dossiers of one cause add and take away is counted by itself, and the figure is worked out after each cause in turn, rounded as
published: the parts are the differences between neighbours, and their sum is the difference between the ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from config.indicators import Indicator
from schemas.verdicts import COUNTED, VERDICT_VERSIONS, VERSION_CAUSES
from tasks.rules.indicators.interval import percent
from tasks.rules.indicators.values import indicators_of
from tasks.tracing.moments import PublicationMoment, moment_of
from tasks.warehouse.engine import read_frame

CELL = ("indicator", "basis", "unit_code", "field_code", "channel", "period")
_NUMBERS = ["numerator", "denominator", "undetermined"]
_MOVED = f"""
    SELECT policy, source, code, cause, said_from, said_until, {", ".join(COUNTED[1:])} FROM judged.verdict_versions
    WHERE policy = %(policy)s AND (said_from > %(before)s AND said_from <= %(after)s
        OR said_until > %(before)s AND said_until <= %(after)s)
"""


@dataclass(frozen=True)
class Revision:
    """A figure that changed between two publications.

    Attributes:
        cell: indicator, basis, agency, field, channel and period.
        before, after: value as published, None where there was none.
        parts: cause to what it did to the value: points of a share, dossiers of a plain count.
    """

    cell: tuple[str, ...]
    before: Decimal | None
    after: Decimal | None
    parts: Mapping[str, Decimal]

    @property
    def change(self) -> Decimal | None:
        """What the value changed by; None where there is no value before or after."""
        return None if self.before is None or self.after is None else self.after - self.before


def revisions(before: str, after: str) -> list[Revision]:
    """Split the change of every figure between two publications of a policy, in the order of cells.

    Facts that changed come first (``data``: what sources told since, and days that passed), then ``corrections``,
    ``reorganisation``, ``calendar_change`` and ``rules``.

    Args:
        before: the publication that was made first.
        after: the later one.

    Raises:
        UnreadableDataError: one was made before verdicts were kept.
    """
    one, other = moment_of(before), moment_of(after)
    definitions, later = one.rules().indicators(one.as_of), other.rules().indicators(other.as_of)
    start = _numbers(one, one.verdicts(), definitions)
    by_cause = {cause: [] for cause in VERSION_CAUSES}  # type: dict[str, list[pd.DataFrame]]
    if one.as_of != other.as_of:
        by_cause["data"] += [_signed(start, -1), _numbers(one, one.verdicts(), definitions, other)]
    for cause, sign, rows in _moved(one, other):
        by_cause[cause].append(_signed(_numbers(one, rows, definitions, other), sign))
    end = _numbers(other, other.verdicts(), later)
    return _split(start, by_cause, end, {**definitions, **later})


def _moved(one: PublicationMoment, other: PublicationMoment) -> list[tuple[str, int, pd.DataFrame]]:
    """Return the rows that the dossiers of each cause left (-1) and entered (1)."""
    given = {"policy": one.policy, "before": one.at, "after": other.at}
    rows = read_frame(_MOVED, given, VERDICT_VERSIONS)
    entered = rows[(rows["said_from"] > one.at).to_numpy(dtype=bool)]
    left = rows[(rows["said_until"].notna() & (rows["said_until"] <= other.at)).to_numpy(dtype=bool)]
    # A row is left for the cause of the one that follows it; where none does, the dossier is gone.
    key = ["source", "code"]
    causes = entered[[*key, "said_from", "cause"]].rename(columns={"said_from": "said_until"})
    left = left.drop(columns="cause").merge(causes, on=[*key, "said_until"], how="left")
    left = left.assign(cause=left["cause"].fillna("data"))
    return [
        (cause, sign, frame[(frame["cause"] == cause).to_numpy(dtype=bool)])
        for cause in VERSION_CAUSES
        for sign, frame in ((-1, left), (1, entered))
        if (frame["cause"] == cause).any()
    ]


def _numbers(
    moment: PublicationMoment,
    verdicts: pd.DataFrame,
    definitions: Mapping[str, Indicator],
    day_of: PublicationMoment | None = None,
) -> pd.DataFrame:
    """Return numerator, denominator and undetermined that some verdicts make, by cell."""
    if not len(verdicts):
        return pd.DataFrame(columns=[*CELL, *_NUMBERS])
    told = indicators_of(moment.counts(verdicts, (day_of or moment).as_of), definitions)
    plain = {name: told[name].fillna(0).to_numpy(dtype=np.int64) for name in _NUMBERS}
    return pd.DataFrame({name: told[name].astype(str).to_numpy(dtype=object) for name in CELL} | plain)


def _signed(numbers: pd.DataFrame, sign: int) -> pd.DataFrame:
    return numbers.assign(**{name: sign * numbers[name] for name in _NUMBERS})


def _split(
    start: pd.DataFrame, by_cause: Mapping[str, list[pd.DataFrame]], end: pd.DataFrame, definitions: Mapping[str, Indicator]
) -> list[Revision]:
    moved = {cause: _added(frames) for cause, frames in by_cause.items()}
    first, last = _added([start]), _added([end])
    cells = first.index.union(last.index)
    for frame in moved.values():
        cells = cells.union(frame.index)
    stages, order = [first.reindex(cells, fill_value=0)], ("data", "corrections", "reorganisation", "calendar_change")
    for cause in order:
        stages.append(stages[-1] + moved[cause].reindex(cells, fill_value=0))
    stages.append(last.reindex(cells, fill_value=0))  # rules: what is left, definitions of indicators too
    values = [_values(stage, definitions) for stage in stages]
    there = [cells.isin(first.index), cells.isin(last.index)]
    names = (*order, "rules")
    found = []
    for place, cell in enumerate(cells):
        worth = [value[place] for value in values]
        before, after = (_as_published(worth[end], bool(is_there[place])) for end, is_there in zip((0, -1), there, strict=True))
        if before != after:
            found.append(Revision(tuple(cell), before, after, _parts(worth, names)))
    return found


def _added(frames: list[pd.DataFrame]) -> pd.DataFrame:
    whole = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*CELL, *_NUMBERS])
    return whole.groupby(list(CELL))[_NUMBERS].sum().astype(np.int64)


def _values(stage: pd.DataFrame, definitions: Mapping[str, Indicator]) -> list[Decimal | None]:
    """Return the value of each cell, rounded as published; None where there is none, or none that could be."""
    names = stage.index.get_level_values("indicator")
    values: np.ndarray = stage["numerator"].to_numpy(dtype=object)
    found: list[Decimal | None] = [Decimal(int(number)) for number in values]
    for name in names.unique():
        one = definitions[name]
        if not one.is_share:
            continue
        places = np.flatnonzero(names == name)
        top, bottom = (stage[column].to_numpy(dtype=np.int64)[places] for column in ("numerator", "denominator"))
        can_be = (bottom > 0) & (top >= 0) & (top <= bottom)
        shares = percent(np.where(can_be, top, 0), np.where(can_be, bottom, 0), one.digits)
        for place, share in zip(places, shares, strict=True):
            found[place] = None if np.isnan(share) else round(Decimal(str(share)), one.digits)
    return found


def _as_published(value: Decimal | None, is_there: bool) -> Decimal | None:
    return value if is_there else None


def _parts(worth: list[Decimal | None], names: tuple[str, ...]) -> dict[str, Decimal]:
    """Return what each cause did to the value; a stage without a value leaves it to the next that has one."""
    parts, last = dict.fromkeys(names, Decimal(0)), worth[0]
    for name, value in zip(names, worth[1:], strict=True):
        if value is not None:
            parts[name] = value - last if last is not None else Decimal(0)
            last = value
    return parts


def as_row(one: Revision) -> dict[str, Any]:
    """Return a revision as a row of a table."""
    cell = dict(zip(CELL, one.cell, strict=True))
    return {**cell, "before": one.before, "after": one.after, "change": one.change, **one.parts}
