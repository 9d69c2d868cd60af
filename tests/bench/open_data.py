"""Open data attacked: what somebody finds who keeps every release, knows the method and solves all sums.

The attacker reads the rows as the file has them: span, scope, code, numbers, the rate; he knows which columns add up, which agencies
belong together, that what is carried over was in progress the month before, and of two releases which numbers were corrected. The sums
are written here anew; nothing of the product's search is used. Each cell is one unknown, and its least and most are asked of HiGHS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from random import Random

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from config.errors import UnreadableDataError
from tasks.reports.forms.open_data import OpenRelease, decided_release, open_rows
from tasks.rules.disclosure.released_counters import PARTS, RELEASED_COLUMNS, Counts, released_table
from tasks.rules.indicators.periods import period_named
from tests.bench.line import Measured, line

TABLES, THRESHOLD, FAR = 1_000, 5, 10_000
PERIODS = ("2026-01", "2026-02", "2026-01..2026-02", "2026-Q1")
COLUMNS = (
    *("handled", "received", "received_online", "received_otherwise", "carried_over"),
    *("finished", "finished_early", "finished_on_time", "finished_late", "finished_undetermined"),
    *("in_progress", "in_progress_in_time", "in_progress_overdue", "in_progress_undetermined", "withdrawn", "refused"),
)
STOCK = COLUMNS[10:14]
ROW_SUMS = (
    ("received", COLUMNS[2:4]),
    ("handled", ("received", "carried_over")),
    ("finished", COLUMNS[6:10]),
    ("in_progress", COLUMNS[11:14]),
    ("handled", ("finished", "in_progress", "withdrawn", "refused")),
)
MONTHS = {
    "2026-01": ("2026-01",),
    "2026-02": ("2026-02",),
    "2026-01..2026-02": ("2026-01", "2026-02"),
    "2026-Q1": ("2026-01", "2026-02", "2026-03"),
    "2026-03": ("2026-03",),
}
BEFORE = {"2026-01": "2025-12", "2026-02": "2026-01", "2026-03": "2026-02"}
Unknown = tuple[str, str, str, str, int]


def unknown(scope: str, code: str, column: str, months: tuple[str, ...], version: int) -> Unknown:
    """Name a number: stock is that of one evening, so the opening of a month is the closing of the one before."""
    if column == "carried_over":
        return scope, code, "in_progress", BEFORE[months[0]], version
    return scope, code, column, months[-1] if column in STOCK else f"{months[0]} {months[-1]}", version


@dataclass
class Attacker:
    """What he knows: numbers that were told, and sums."""

    told: dict[Unknown, int] = field(default_factory=dict)
    sums: list[tuple[Unknown, list[Unknown]]] = field(default_factory=list)
    truth: dict[Unknown, int] = field(default_factory=dict)

    def read(self, release: OpenRelease, true: Mapping[tuple[str, str, str, str], int]) -> None:
        """Take in a release: its rows, and of each number whether it is the one of an earlier release (its version)."""
        rows = {
            (span, scope, code): dict(zip((*COLUMNS, "rate"), cells, strict=True))
            for span, scope, code, cells in open_rows(release)
        }
        for cells in rows.values():
            rate = cells.pop("rate")
            assert rate is None or None not in [cells[part] for part in COLUMNS[6:9]], "a rate tells a number that is kept back"
        name = {
            (span, scope, code, column): unknown(scope, code, column, MONTHS[span], true[span, scope, code, column])
            for span, scope, code in rows
            for column in COLUMNS
        }
        for (span, scope, code), cells in rows.items():
            for column, number in cells.items():
                self.truth[name[span, scope, code, column]] = true[span, scope, code, column]
                if number is not None:
                    assert number == true[span, scope, code, column], "a release tells a wrong number"
                    self.told[name[span, scope, code, column]] = int(number)
            self.sums += [
                (name[span, scope, code, total], [name[span, scope, code, part] for part in parts]) for total, parts in ROW_SUMS
            ]
            members = [one for one, head in release.department.items() if scope == "province" or head == code]
            if scope != "agency":
                self.sums += [(name[span, scope, code, c], [name[span, "agency", one, c] for one in members]) for c in COLUMNS]
            if len(MONTHS[span]) > 1:
                flows = [c for c in COLUMNS if c not in (*STOCK, "handled", "carried_over")]
                self.sums += [(name[span, scope, code, c], [name[m, scope, code, c] for m in MONTHS[span]]) for c in flows]

    def found(self) -> tuple[int, int, int]:
        """Return how many small counts are kept back, and of these how many he knows exactly or within the interval."""
        at = {one: place for place, one in enumerate(self.truth)}
        equations = [
            (at[total], [at[part] for part in parts]) for total, parts in dict.fromkeys((t, tuple(p)) for t, p in self.sums)
        ]
        rows = [
            (row, place, sign) for row, (t, p) in enumerate(equations) for place, sign in ((t, 1.0), *((q, -1.0) for q in p))
        ]
        sums = csr_matrix((np.array([r[2] for r in rows]), (np.array([r[0] for r in rows]), np.array([r[1] for r in rows]))))
        fixed = np.array([self.told.get(one, -1) for one in at])
        free = np.flatnonzero(fixed < 0)
        right = -(sums[:, fixed >= 0] @ fixed[fixed >= 0])
        hidden = [one for one in at if one not in self.told and 0 < self.truth[one] < THRESHOLD]
        place = {at_of_all: at_of_free for at_of_free, at_of_all in enumerate(free)}
        least, most = np.full(len(free), np.inf), np.full(len(free), -np.inf)
        exactly = within = 0
        for one in hidden:
            here = place[at[one]]
            for sign in (1.0, -1.0):
                if (least[here] <= 1) if sign > 0 else (most[here] >= THRESHOLD):
                    continue  # a table that he found for another cell shows already that this one can be so small, or so large
                aim = np.zeros(len(free))
                aim[here] = sign
                # No bound from above is known; one far away keeps a table at hand where there is none.
                solved = linprog(aim, A_eq=sums[:, free], b_eq=right, bounds=(0, FAR), method="highs")
                assert solved.status == 0, "the attacker's system is not the truth's"
                least, most = np.minimum(least, solved.x), np.maximum(most, solved.x)
            low, high = np.ceil(least[here] - 1e-6), np.floor(most[here] + 1e-6)
            assert low <= self.truth[one] <= high, "what the attacker finds is not the truth"
            exactly += low == high
            within += low != high and (low > 1 or high < THRESHOLD)
        return len(hidden), int(exactly), int(within)


def world(chance: Random) -> tuple[dict[str, str], dict[tuple[str, str], dict[str, int]]]:
    """Draw agencies, some of them branches of one department, and their numbers of three months, mostly small ones."""
    units = [f"H99.{number}" for number in range(1, chance.randint(4, 7))]
    branches = chance.randint(0, 2)
    department = {unit: units[0] if place <= branches else unit for place, unit in enumerate(units)}
    counts = {}
    for unit in units:
        size = chance.choice((3, 10, 40, 150))
        carried = chance.randint(0, size // 2)
        for month in ("2026-01", "2026-02", "2026-03"):
            row = dict.fromkeys(PARTS, 0) | {"carried_over": carried}
            row |= {"received_online": chance.randint(0, size), "received_otherwise": chance.randint(0, size)}
            for _ in range(row["carried_over"] + row["received_online"] + row["received_otherwise"]):
                row[chance.choices(OUTCOMES, WEIGHTS)[0]] += 1
            carried = sum(row[name] for name in STOCK if name in row)
            counts[unit, month] = row
    return department, counts


OUTCOMES = (*COLUMNS[6:10], *COLUMNS[11:14], "withdrawn", "refused")
WEIGHTS = (40, 25, 4, 2, 15, 4, 1, 3, 1)


def corrected(chance: Random, counts: Counts) -> dict[tuple[str, str], dict[str, int]]:
    """Correct some dossiers: finished late becomes on time, on time late, one channel the other."""
    found = {key: dict(row) for key, row in counts.items()}
    pairs = (
        ("finished_late", "finished_on_time"),
        ("finished_on_time", "finished_late"),
        ("received_online", "received_otherwise"),
    )
    for _ in range(chance.randint(1, 6)):
        row, (source, target) = found[chance.choice(list(found))], chance.choice(pairs)
        moved = min(row[source], chance.randint(1, 3))
        row[source] -= moved
        row[target] += moved
    return found


def truth_of(release: OpenRelease) -> dict[tuple[str, str, str, str], int]:
    """Every number of a release, whether it tells it or not."""
    whole = OpenRelease(release.period, release.counts, release.department, _all(release), (0, 0), release.threshold)
    return {
        (span, scope, code, column): int(number)
        for span, scope, code, cells in open_rows(whole)
        for column, number in zip(COLUMNS, cells[:-1], strict=True)
        if number is not None
    }


def _all(release: OpenRelease) -> frozenset[object]:
    return frozenset(released_table(release.counts, release.period, release.department).counts)


def attacked(seed: int, *, protected: bool) -> tuple[int, int, int, int]:
    """Make two releases of a world, the second of corrected data, and attack them; last, how many were refused."""
    assert RELEASED_COLUMNS == COLUMNS, "the columns of a release are others"
    chance, attacker, earlier, refused = Random(seed), Attacker(), [], 0  # noqa: S311 - a seeded generator is the point
    department, counts = world(chance)
    for number in (1, 2):
        period = period_named(chance.choice(PERIODS))
        months = MONTHS[period.name]
        inside = {key: row for key, row in counts.items() if key[1] in months}
        if protected:
            try:
                release = decided_release(period, inside, department, earlier, THRESHOLD)
            except UnreadableDataError:
                refused += 1
                continue
        else:  # small counts alone are kept back: what a release would be without complementary cells
            cells = released_table(inside, period, department).counts
            shown = frozenset(name for name, count in cells.items() if not 0 < count < THRESHOLD)
            release = OpenRelease(period, inside, department, shown, (0, 0), THRESHOLD)
        attacker.read(release, truth_of(release))
        earlier.append(released_table(inside, period, department, release.shown))
        counts = corrected(chance, counts) if number == 1 else counts
    return (*attacker.found(), refused)


@cache
def attacks(*, protected: bool, tables: int) -> tuple[int, ...]:
    """Sum up: small counts kept back, known exactly, known within the interval, releases refused."""
    return tuple(
        int(sum(column)) for column in zip(*(attacked(seed, protected=protected) for seed in range(tables)), strict=True)
    )


@line("open-data-attack", other="small counts", at_most=0.0)
def open_data_attack() -> Measured:
    """Small counts of two releases each of 1,000 tables that the attacker knows exactly, or within the protection interval."""
    hidden, exactly, within, refused = attacks(protected=True, tables=TABLES)
    print(
        f"open-data-attack: {hidden} small counts, {exactly} known exactly, {within} within the interval, {refused} of {2 * TABLES} releases refused"
    )
    return Measured(exactly + within, hidden, unit="")


@line("open-data-attack-unprotected", other="small counts", at_least=0.25)
def open_data_attack_unprotected() -> Measured:
    """The same without complementary cells, 100 tables: the attacker has to find many, or he is none."""
    hidden, exactly, within, _ = attacks(protected=False, tables=TABLES // 10)
    print(f"open-data-attack-unprotected: {hidden} small counts, {exactly} known exactly, {within} within the interval")
    return Measured(exactly + within, hidden, unit="")


def by_hand(tables: Iterable[int]) -> None:
    """Print some attacks, for who changes the method."""
    for seed in tables:
        print(seed, attacked(seed, protected=True), attacked(seed, protected=False))
