"""Tickets: one cause each, located by the smallest description of the dossiers it affects.

A thing (a reason of phantom lateness, evidence that is missing, a failed check) that strikes here and there has one
ticket. One that comes from a system, a desk or a rule of theirs strikes more often there: the description is searched
whose dossiers it strikes so much more often than all others that chance does not explain it, with as few conditions as
possible (Kulldorff's scan statistic, less what it costs to name the place). What it explains is set aside, and the rest
is searched again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from tasks.rules.arrays import Mask, Numbers, arrow

TICKET_DIMENSIONS = ("source", "other_source", "unit_code", "field_code", "procedure_code", "channel")
CONDITIONS = 3  # a description with more is not read
LEAST_DOSSIERS = 5  # dossiers; fewer are no pattern
LEAST_SHARE = 0.02  # of the dossiers that suffer from the thing
LIFT = 2.0  # times as often as elsewhere
_DOUBT = 3.0  # nats beyond the price of naming the place: one false description in twenty searches
_MONTHS = "datetime64[M]"
_NOWHERE = -1.0
_TABLE = 1 << 20  # groups up to which a table of all of them is made


@dataclass(frozen=True)
class Where:
    """A description of dossiers.

    Attributes:
        conditions: name and value of each condition, in the order of ``TICKET_DIMENSIONS``; "" stands for no value.
        since: first month of receipt, ``datetime64[M]``; None where it reaches back to the first of all.
        until: last month of receipt; None where it reaches up to the last of all.
    """

    conditions: tuple[tuple[str, str], ...] = ()
    since: np.datetime64 | None = None
    until: np.datetime64 | None = None


@dataclass(frozen=True)
class Ticket:
    """One cause.

    Attributes:
        kind: phantom_late or undetermined, verdicts that are recovered; or finding.
        cause: reason code, missing evidence, or check.
        where: description of the dossiers; without conditions they lie here and there.
        rows: places of the dossiers, ascending.
        among: how many dossiers the description fits, struck or not.
        symptoms: checks that fail on these dossiers because of the same cause, the most frequent first.
        alone: how many of the dossiers have no other cause; the others may need that mended, too.
    """

    kind: str
    cause: str
    where: Where
    rows: Numbers
    among: int
    symptoms: tuple[str, ...] = ()
    alone: int = 0

    @property
    def number(self) -> str:
        """Name that stays from run to run: of cause and place, however many dossiers and months it holds today."""
        text = "\x1f".join((self.kind, self.cause, *(f"{name}={value}" for name, value in self.where.conditions)))
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    @property
    def recovered(self) -> int:
        """How many verdicts can become right when it is mended."""
        return 0 if self.kind == "finding" else len(self.rows)


@dataclass(frozen=True)
class Ground:
    """All dossiers among which causes are looked for.

    Attributes:
        values: for each of ``TICKET_DIMENSIONS`` the texts, sorted.
        index: for each of ``TICKET_DIMENSIONS`` the number of each dossier's text.
        months: months of receipt, ascending, without a hole.
        month: place of each dossier's month, ``len(months)`` where the day of receipt is unknown.
    """

    values: dict[str, list[str]]
    index: dict[str, Numbers]
    months: npt.NDArray[np.datetime64]
    month: Numbers

    @classmethod
    def of(cls, rows: pd.DataFrame, received: npt.NDArray[np.datetime64]) -> Ground:
        """Read dossiers.

        Args:
            rows: the columns of ``TICKET_DIMENSIONS`` as texts; null is a value like any other.
            received: time of receipt in the office, NaT where unknown.
        """
        index, values = {}, {}
        for name in TICKET_DIMENSIONS:
            texts = np.array(arrow(rows[name]).fill_null("").to_pylist(), dtype=object)
            known, places = np.unique(texts, return_inverse=True) if len(texts) else (texts, np.zeros(0, np.int64))
            values[name], index[name] = known.tolist(), places.astype(np.int64)
        month = received.astype(_MONTHS)
        known_months = month[~np.isnat(month)]
        first, last = (known_months.min(), known_months.max()) if len(known_months) else (np.datetime64("2000-01"),) * 2
        months = np.arange(first, last + 1)
        place = np.where(np.isnat(month), len(months), (month - first).astype(np.int64))
        return cls(values, index, months, place)

    def __len__(self) -> int:
        """How many dossiers there are."""
        return len(self.month)

    def fits(self, where: Where) -> Mask:
        """Tell which dossiers a description fits."""
        fitting = np.ones(len(self), dtype=bool)
        for name, value in where.conditions:
            fitting &= self.index[name] == self.values[name].index(value)
        if where.since is not None:
            fitting &= self.months[np.minimum(self.month, len(self.months) - 1)] >= where.since
        if where.until is not None:
            fitting &= self.months[np.minimum(self.month, len(self.months) - 1)] <= where.until
        if where.since is not None or where.until is not None:
            fitting &= self.month < len(self.months)
        return fitting


Cause = tuple[str, str]


def tickets(
    ground: Ground, causes: dict[Cause, Mask], findings: dict[str, Mask], also: dict[Cause, Mask] | None = None
) -> list[Ticket]:
    """Put all dossiers that suffer from something under tickets, ranked by verdicts recovered, then by dossiers.

    A dossier that has several causes goes under the one whose description explains most, be it a weaker one: a fault of a
    system leaves more than one trace, and one ticket is enough. What no description holds stays with its strongest cause.

    Args:
        ground: all dossiers.
        causes: for each kind (phantom_late or undetermined) and cause the dossiers; each dossier has one, its strongest.
        findings: for each check the dossiers that fail it.
        also: for each kind and cause the dossiers that have it besides a stronger one.

    Returns:
        Tickets that hold each dossier of a cause exactly once. A check of which at least half the dossiers have one
        cause is a symptom of that cause and has no ticket of its own.
    """
    all_of = {
        cause: causes.get(cause, _none(ground)) | (also or {}).get(cause, _none(ground)) for cause in {**causes, **(also or {})}
    }
    several = np.sum([_none(ground).astype(np.int64), *all_of.values()], axis=0) > 1
    symptoms: dict[Cause, list[str]] = {}
    alone = {}
    for check, failing in findings.items():
        shared, cause = max(((int((failing & rows).sum()), cause) for cause, rows in causes.items()), default=(0, ("", "")))
        if shared and 2 * shared >= failing.sum():
            symptoms.setdefault(cause, []).append(check)
        else:
            alone["finding", check] = failing
    placed = [
        *assigned(ground, causes, all_of),
        *((key, *one) for key, rows in alone.items() for one in explanations(ground, rows)),
    ]
    found = [
        Ticket(
            *cause,
            where,
            rows,
            int(ground.fits(where).sum()),
            _symptoms(symptoms.get(cause, []), findings, rows),
            int((~several[rows]).sum()),
        )
        for cause, where, rows in placed
    ]
    return sorted(found, key=lambda each: (-each.recovered, -len(each.rows), each.kind, each.cause, each.where.conditions))


def _none(ground: Ground) -> Mask:
    return np.zeros(len(ground), dtype=bool)


def assigned(ground: Ground, causes: dict[Cause, Mask], all_of: dict[Cause, Mask]) -> Iterator[tuple[Cause, Where, Numbers]]:
    """Yield descriptions of the dossiers of all causes, the best one first.

    Each holds those dossiers that no earlier one holds.

    Args:
        ground: all dossiers.
        causes: dossiers by their strongest cause; what no description holds is yielded under it at last.
        all_of: dossiers of each cause, whether another is stronger or not.
    """
    left = {cause: rows.copy() for cause, rows in sorted(all_of.items())}
    least = {cause: max(LEAST_DOSSIERS, int(np.ceil(LEAST_SHARE * rows.sum()))) for cause, rows in left.items()}
    best = {cause: _best(ground, rows, least[cause]) for cause, rows in left.items()}
    taken = _none(ground)
    while any(best.values()):
        # Of equals the first by name; a sum of logarithms is not exact.
        score = max(found[0] for found in best.values() if found)
        cause, where = next((cause, found[1]) for cause, found in best.items() if found and found[0] > score - 1e-6)
        rows = np.flatnonzero(left[cause] & ground.fits(where))
        shared = [other for other, some in left.items() if some[rows].all()]
        # Of causes that all of them have, the one that is the strongest of most.
        cause = max(shared, key=lambda each: (int(causes[each][rows].sum()) if each in causes else 0, each == cause))
        rows = np.flatnonzero(left[cause] & ground.fits(where))
        taken[rows] = True
        yield cause, where, rows
        for other, some in left.items():
            if some[rows].any():
                some[rows] = False
                best[other] = _best(ground, some, least[other])
    for cause, struck in causes.items():
        if (struck & ~taken).any():
            yield cause, Where(), np.flatnonzero(struck & ~taken)


def _symptoms(checks: list[str], findings: dict[str, Mask], rows: Numbers) -> tuple[str, ...]:
    counts = sorted((-int(findings[check][rows].sum()), check) for check in checks)
    return tuple(check for count, check in counts if count)


def explanations(ground: Ground, struck: Mask) -> Iterator[tuple[Where, Numbers]]:
    """Yield descriptions of the dossiers that are struck by one thing, each with those that no earlier one holds.

    The last one has no conditions: what lies here and there.
    """
    left = struck.copy()
    least = max(LEAST_DOSSIERS, int(np.ceil(LEAST_SHARE * struck.sum())))
    while (found := _best(ground, left, least)) is not None:
        where = found[1]
        rows = np.flatnonzero(left & ground.fits(where))
        left[rows] = False
        yield where, rows
    if left.any():
        yield Where(), np.flatnonzero(left)


def _best(ground: Ground, struck: Mask, least: int) -> tuple[float, Where] | None:
    """Return the description that explains most beyond its price, with how much; of equals the one with fewer conditions."""
    best: float = 0.0
    answer = None
    if struck.sum() < least:
        return None
    shapes = [shape for size in range(CONDITIONS + 1) for shape in combinations(TICKET_DIMENSIONS, size)]
    for shape in shapes:
        price = _DOUBT + np.log(len(shapes)) + sum(np.log(max(len(ground.values[name]), 1)) for name in shape)
        found = _best_of_shape(ground, struck, least, shape, price)
        # A sum of logarithms is not exact: what differs by less than this is equal.
        if found is not None and found[0] > best + 1e-6:
            best, answer = found
    return None if answer is None else (best, answer)


def _best_of_shape(
    ground: Ground, struck: Mask, least: int, shape: tuple[str, ...], price: float
) -> tuple[float, Where] | None:
    """Return the best description with conditions on just these columns, and what it explains beyond its price."""
    group = _grouped(ground, shape)
    groups, counts = np.unique(group[struck], return_counts=True)
    groups = groups[counts >= least]
    if not len(groups):
        return None
    width = len(ground.months) + 1
    base = _by_month(group, ground.month, groups, width)
    hit = _by_month(group[struck], ground.month[struck], groups, width)
    whole = _explained(hit.sum(axis=1), base.sum(axis=1), struck, least) - price
    first, last, within = _windows(hit, base, struck, least)
    within = within - price - np.log(max(within.shape[1], 1)) if len(shape) < CONDITIONS else within[:, :0]
    best = int(np.argmax(whole))
    answer = (float(whole[best]), Where(_conditions(ground, shape, groups[best]))) if shape else (_NOWHERE, Where())
    if within.size and within.max() > answer[0] + 1e-6:
        row, place = divmod(int(np.argmax(within)), within.shape[1])
        span = _span(ground, int(first[place]), int(last[place]))
        answer = float(within.max()), Where(_conditions(ground, shape, groups[row]), *span)
    return answer


def _span(ground: Ground, first: int, last: int) -> tuple[np.datetime64 | None, np.datetime64 | None]:
    return ground.months[first] if first else None, ground.months[last] if last < len(ground.months) - 1 else None


def _grouped(ground: Ground, shape: tuple[str, ...]) -> Numbers:
    """Number the combinations of some columns in the order of their texts."""
    group = np.zeros(len(ground), dtype=np.int64)
    for name in shape:
        group = group * len(ground.values[name]) + ground.index[name]
    return group


def _conditions(ground: Ground, shape: tuple[str, ...], group: int) -> tuple[tuple[str, str], ...]:
    """Undo the numbering of one combination."""
    parts = []
    for name in reversed(shape):
        group, part = divmod(int(group), len(ground.values[name]))
        parts.append((name, ground.values[name][part]))
    return tuple(parts[::-1])


def _by_month(group: Numbers, month: Numbers, groups: Numbers, width: int) -> Numbers:
    """Count rows of some groups by month of receipt; the last of ``width`` columns counts those of an unknown month.

    Args:
        group: group of each row.
        month: place of its month.
        groups: the groups asked for, ascending.
        width: columns of the answer.
    """
    size = max(int(group.max(initial=0)), int(groups[-1])) + 1
    if size <= _TABLE:  # looking up takes a tenth of the time of searching
        table = np.full(size, -1, dtype=np.int64)
        table[groups] = np.arange(len(groups))
        place = table[group]
    else:
        place = np.minimum(np.searchsorted(groups, group), len(groups) - 1)
        place[groups[place] != group] = -1
    rows = np.flatnonzero(place >= 0)
    counts = np.bincount(place[rows] * width + month[rows], minlength=len(groups) * width)
    return counts.reshape(len(groups), width)


def _windows(hit: Numbers, base: Numbers, struck: Mask, least: int) -> tuple[Numbers, Numbers, npt.NDArray[np.float64]]:
    """Return first and last month of every window that is not the whole time, and what it explains in each group."""
    months = hit.shape[1] - 1
    first, last = np.triu_indices(months)
    some = last - first < months - 1
    first, last = first[some], last[some]
    sums = [np.concatenate([np.zeros((len(c), 1), np.int64), c[:, :-1].cumsum(axis=1)], axis=1) for c in (hit, base)]
    inside = [total[:, last + 1] - total[:, first] for total in sums]
    return first, last, _explained(inside[0], inside[1], struck, least)


def _explained(hit: Numbers, among: Numbers, struck: Mask, least: int) -> npt.NDArray[np.float64]:
    """Return how much likelier two rates, inside and outside, make what is seen than one rate does (log, base e).

    Args:
        hit: struck dossiers that a description fits.
        among: all dossiers that it fits.
        struck: the struck ones of all.
        least: with fewer it explains nothing, and likewise where it is not ``LIFT`` times as frequent inside.
    """
    all_hit, size = int(struck.sum()), len(struck)
    inside, outside = _share(hit, among), _share(all_hit - hit, size - among)
    better = _likelihood(hit, among) + _likelihood(all_hit - hit, size - among) - _likelihood(np.array(all_hit), np.array(size))
    return np.where((hit >= least) & (inside > LIFT * outside), better, _NOWHERE)


def _share(part: Numbers, whole: Numbers) -> npt.NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=np.asarray(whole) > 0)


def _likelihood(hit: Numbers, among: Numbers) -> npt.NDArray[np.float64]:
    """Return the log likelihood of so many among so many, at the rate that suits them best."""
    rate = _share(hit, among)
    return _times_log(hit, rate) + _times_log(among - hit, 1 - rate)


def _times_log(count: Numbers, rate: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(np.asarray(count) > 0, count * np.log(np.where(rate > 0, rate, 1.0)), 0.0)
