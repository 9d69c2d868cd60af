"""Run of all checks over a partition: one bit a dossier and check, rows only for failures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from config.checks import Check, Checks
from config.errors import ConfigError
from config.language import Bilingual
from tasks.rules.arrays import Mask, arrow
from tasks.rules.checks.facts import COSTLY, CheckFacts
from tasks.rules.checks.registry import OF_DELETED, TESTS, Test, parameters_of
from tasks.rules.clock.working_clock import Clocks
from tasks.rules.frames import DossierFrames

ALONE = 200_000  # below so many dossiers, and months are checked side by side, one thread is as quick
_TEXT = pd.ArrowDtype(pa.string())


@dataclass(frozen=True)
class Findings:
    """What failed: a row of bits a check, a bit a dossier.

    Attributes:
        checks: the checks that ran, in order.
        bits: uint8, shape (checks, ceil(dossiers / 8)); a set bit failed.
        source: source of each dossier; code: its code.
    """

    checks: tuple[Check, ...]
    bits: np.ndarray
    source: pa.Array
    code: pa.Array

    def __len__(self) -> int:
        """Number of dossiers looked at."""
        return len(self.code)

    def failing(self, check_id: str) -> Mask:
        """Return which dossiers fail a check; KeyError where it did not run."""
        place = {check.id: number for number, check in enumerate(self.checks)}[check_id]
        return self._mask(place)

    def counts(self) -> dict[str, int]:
        """Return how many dossiers fail each check."""
        totals = np.bitwise_count(self.bits).sum(axis=1, dtype=np.int64)
        return {check.id: int(total) for check, total in zip(self.checks, totals, strict=True)}

    def by_check(self) -> Iterator[tuple[Check, np.ndarray]]:
        """Yield each check that failed somewhere with the places of the dossiers that fail it."""
        for place, check in enumerate(self.checks):
            failing = np.flatnonzero(self._mask(place))
            if len(failing):
                yield check, failing

    def rows(self) -> pd.DataFrame:
        """Return the failed checks as ``source, code, check_id, severity``, a row each, check by check."""
        found = list(self.by_check())
        places = np.concatenate([places for _, places in found]) if found else np.empty(0, dtype=np.int64)
        times = [len(places) for _, places in found]
        return pd.DataFrame(
            {
                "source": _series(self.source.take(pa.array(places))),
                "code": _series(self.code.take(pa.array(places))),
                "check_id": _series(_repeat([check.id for check, _ in found], times)),
                "severity": _series(_repeat([check.severity for check, _ in found], times)),
            }
        )

    def _mask(self, place: int) -> Mask:
        return np.unpackbits(self.bits[place], count=len(self.code)).view(bool)


def run_checks(frames: DossierFrames, checks: Checks, as_of: date, zone: str, clocks: Clocks, plain: Clocks) -> Findings:
    """Run every check over a partition.

    Args:
        frames: the partition.
        checks: what to run, as configured.
        as_of: day at whose end the dossiers are looked at.
        zone: the office's time zone (IANA).
        clocks: the working clocks of the dossiers' agencies.
        plain: clocks of the same hours that know weekends only, for due dates that were worked out without holidays.

    Returns:
        One bit a dossier and check. Memory is a byte for eight answers, time does not depend on how many fail.

    Raises:
        ConfigError: a check has no function of its name, or parameters that the function does not take.
    """
    facts = CheckFacts(frames, as_of, zone, clocks, plain)
    deleted = facts.is_deleted
    some_deleted = bool(deleted.any())
    bits = np.zeros((len(checks), (len(facts) + 7) // 8), dtype=np.uint8)

    def ask(place: int) -> None:
        check = checks.checks[place]
        failing = bound(check)(facts, **check.parameters)
        if some_deleted and check.id not in OF_DELETED:  # nobody can mend what is no longer there
            failing = failing & ~deleted
        bits[place] = np.packbits(failing if always(check) else failing & in_force(check, facts))

    if len(facts) < ALONE:
        for place in range(len(checks)):
            ask(place)
    else:
        # Arrow and numpy let go of the interpreter while they work, so threads share the cores.
        with ThreadPoolExecutor(min(len(facts) // ALONE + 1, os.cpu_count() or 1)) as pool:
            list(pool.map(facts.prepare, COSTLY))
            list(pool.map(ask, range(len(checks))))
    return Findings(checks.checks, bits, arrow(frames.dossiers["source"]), arrow(frames.dossiers["code"]))


def bound(check: Check) -> Test:
    """Return a check's function.

    Raises:
        ConfigError: there is none of its name, or it takes other parameters.
    """
    if check.id not in TESTS:
        raise ConfigError(
            "checks.yaml",
            Bilingual(f"không có phép kiểm tra {check.id}", f"there is no check {check.id}"),
            Bilingual("các tên trong tasks/rules/checks", "the names of tasks/rules/checks"),
        )
    takes, given = parameters_of(TESTS[check.id]), set(check.parameters)
    if takes != given:
        raise ConfigError(
            "checks.yaml",
            Bilingual(f"{check.id} có các tham số {sorted(given)}", f"{check.id} has parameters {sorted(given)}"),
            str(sorted(takes)),
        )
    return TESTS[check.id]


def always(check: Check) -> bool:
    """Tell whether a check is in force for all dossiers."""
    return check.since is None and check.until is None


def in_force(check: Check, facts: CheckFacts) -> Mask:
    """Tell for which dossiers a check is in force, by their day of receipt."""
    first = np.datetime64(check.since or "0001-01-01", "D")
    last = np.datetime64(check.until or "9999-12-31", "D")
    return (facts.governing_day >= first) & (facts.governing_day <= last)


def _series(array: pa.Array) -> pd.Series:
    return pd.Series(array, dtype=_TEXT)


def _repeat(texts: list[str], times: list[int]) -> pa.Array:
    numbers = np.repeat(np.arange(len(texts)), times)
    return pa.array(texts, pa.string()).take(pa.array(numbers))
