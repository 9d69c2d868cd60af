"""Counting: cells of ``mart.counts`` anew, or by what changed since they were counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from config.errors import DataError
from config.language import Bilingual
from schemas.fields import BASES
from schemas.indicators import COUNTS
from schemas.verdicts import COUNTED, LAST_MOMENT, VERDICTS_TABLE
from tasks.judging.judged_sources import zones
from tasks.rules.indicators.by_difference import is_emptied, moved_cells
from tasks.rules.indicators.counters import count_dossiers, counted_dossiers
from tasks.rules.indicators.identities import (
    IDENTITIES,
    Break,
    broken_bridge,
    broken_carries,
    broken_identities,
    broken_recount,
)
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import Load
from tasks.warehouse.merge import Merged
from tasks.warehouse.statements import statements_of

_SQL = statements_of(__file__)
_FIELDS = ", ".join(f"v.{name}" for name in COUNTED)
_SIZES, _OF_AGENCIES = _SQL["sizes"], _SQL["of_agencies"].format(counted=_FIELDS)
_HELD, _NOW = _SQL["held"].format(counted=_FIELDS), _SQL["now"].format(counted=_FIELDS)
_LIVING = _SQL["living"].format(counted=_FIELDS, last_moment=LAST_MOMENT)
_CELLS = _SQL["cells"].format(columns=", ".join(COUNTS.given_columns))
_EMPTIED = _SQL["emptied"]
_ALWAYS = (date(1, 1, 1), date(9999, 12, 31))
_BATCH = 250_000  # verdicts; some 300 MB while they are counted


@dataclass(frozen=True)
class Counting:
    """Counters of one policy for one day, in an open load that holds the verdicts still."""

    current: Load
    policy: str
    as_of: date

    def verdicts(self, query: str, **more: Any) -> pd.DataFrame:
        """Read the counted fields of some verdicts of the policy."""
        return self.current.read(query, {"policy": self.policy, **more}, VERDICTS_TABLE)

    def agencies(self, codes: list[str]) -> pd.DataFrame:
        """Read the counted fields of all verdicts of some agencies, ``?`` for those of none."""
        return self.verdicts(_OF_AGENCIES, units=codes)

    def cells(self, since: date = _ALWAYS[0], until: date = _ALWAYS[1], units: list[str] | None = None) -> pd.DataFrame:
        """Read the cells that stand, of the months from a day on and before another."""
        given = {"policy": self.policy, "since": since, "until": until, "every": units is None, "units": units or []}
        return self.current.read(_CELLS, given, COUNTS)

    def count(self, verdicts: pd.DataFrame) -> pd.DataFrame:
        """Return the cells that verdicts of the policy make; see :func:`counts_of`."""
        return counts_of(verdicts, self.policy, self.as_of, zones())

    def everything(self) -> tuple[int, Merged]:
        """Count all verdicts; return how many, and what became of the cells."""
        read, counts = self.whole()
        failpoint("measured")
        return read, self.current.replace(COUNTS, counts, {"policy": self.policy})

    def whole(self) -> tuple[int, pd.DataFrame]:
        """Return how many verdicts there are and the cells of all of them.

        A cell is of one agency, so some agencies at a time are read while those before are counted: memory hangs on the batch, or
        on the largest agency, and not on how many verdicts there are.
        """
        read, parts = 0, [self.count(self.agencies([]))]
        with ThreadPoolExecutor(1) as beside:
            counting: list[Future[pd.DataFrame]] = []
            for units in batches(self.current.fetch(_SIZES, {"policy": self.policy}), _BATCH):
                verdicts = self.agencies(units)
                read += len(verdicts)
                parts += [one.result() for one in counting]
                counting = [beside.submit(self.count, verdicts)]
            parts += [one.result() for one in counting]
        return read, pd.concat(parts, ignore_index=True)

    def difference(self, before: date) -> tuple[int, Merged]:
        """Bring the cells from an earlier day, or from this one, to what the verdicts say now.

        What changed leaves the cells in which it was counted and enters others. On a new day the cells of its month, and of
        the months since the day before, are counted anew from the dossiers that live in them; those of earlier months hang on
        no day.

        Returns:
            How many verdicts were read, and what became of the cells.
        """
        since = before.replace(day=1) if before < self.as_of else _ALWAYS[1]
        held, now = self.verdicts(_HELD), self.verdicts(_NOW)
        read, merged = len(now), self._move(self.count(held), self.count(now), since)
        if before < self.as_of:
            living = self.verdicts(_LIVING, since=datetime(since.year, since.month, since.day) - timedelta(days=1))
            read, merged = read + len(living), merged + self._renew(self.count(living), since)
        failpoint("measured")
        return read, merged

    def _move(self, held: pd.DataFrame, now: pd.DataFrame, until: date) -> Merged:
        """Take what was counted out of the cells of months before a day, and put what is counted now into them."""
        units = sorted({*held["unit_code"], *now["unit_code"]})
        moved = moved_cells(self.cells(until=until, units=units), held, now, until)
        emptied = is_emptied(moved)
        gone = {name: moved.loc[emptied, name].tolist() for name in COUNTS.key}
        removed = self.current.execute(_EMPTIED, {**gone, "policy": self.policy}) if emptied.any() else 0
        return self.current.merge(COUNTS, moved[~emptied]) + Merged(deleted=removed)

    def _renew(self, counts: pd.DataFrame, since: date) -> Merged:
        """Replace the cells of the months from a day on by what the dossiers that live in them make."""
        cells = counts[(counts["month"] >= since).to_numpy(dtype=bool)]
        month_before = (since - timedelta(days=1)).replace(day=1)
        standing = self.cells(month_before, since)
        require_identities(broken_carries(pd.concat([standing, cells], ignore_index=True), since), self.policy)
        months = sorted({since, *self.cells(since)["month"], *cells["month"]})
        return self.current.replace(COUNTS, cells, {"policy": self.policy, "month": months})


def batches(sizes: Iterable[tuple[str, int]], most: int) -> Iterator[list[str]]:
    """Put agencies together, in their order, up to ``most`` verdicts a batch; a larger agency stands alone."""
    some: list[str] = []
    held = 0
    for code, verdicts in sizes:
        if some and held + verdicts > most:
            yield some
            some, held = [], 0
        some.append(code)
        held += verdicts
    if some:
        yield some


def counts_of(verdicts: pd.DataFrame, policy: str, as_of: date, zones: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows of ``mart.counts`` that verdicts of one policy make, on both bases.

    Raises:
        DataError: an identity does not hold.
    """
    parts = []
    for basis in BASES:
        cases = counted_dossiers(verdicts, basis, zones, as_of)
        counts = count_dossiers(cases, as_of)
        require_identities([*broken_identities(counts), *broken_recount(counts, cases, as_of)], f"{policy} {basis}")
        parts.append(counts.assign(policy=policy, basis=basis))
    both = pd.concat(parts, ignore_index=True)
    require_identities(broken_bridge(both), policy)
    return COUNTS.conform(both)


def require_identities(broken: list[Break], of: str) -> None:
    """Pass if no identity is broken.

    Raises:
        DataError: names the identity and the first three rows; holds no dossier.
    """
    if not broken:
        return
    first = broken[0].identity
    where = "; ".join(f"{found.where} (by {found.difference})" for found in broken[:3])
    raise DataError(
        f"mart.counts, {of}",
        Bilingual(f"về đẳng thức {first} ({IDENTITIES[first]})", f"identity {first} ({IDENTITIES[first]})"),
        len(broken),
        action=Bilingual(f"Các dòng: {where}.", f"Rows: {where}."),
    )
