"""Contracts of source, cleaned and published data, kept by Great Expectations.

Results are counts only, no cell value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from config.errors import DataError
from config.language import Bilingual, bilingual
from config.sources import Source
from schemas.expectations import (
    IDENTITY_COLUMNS,
    IDENTITY_EXPECTATIONS,
    INTERVAL,
    Expectation,
    expectations_of,
    source_parts,
)
from schemas.indicators import COUNTS, INDICATORS
from schemas.quality import GATE_RESULTS
from schemas.table import Table
from tasks.gates.engine import Outcome, at_a_glance, evaluate
from tasks.rules.checks.promises import broken
from tasks.rules.indicators.identities import broken_bridge, broken_identities
from tasks.sources.parsed_records import ParsedRecords
from tasks.warehouse.engine import read_frame
from tasks.warehouse.load import load

_STORED = "SELECT * FROM quality.gate_results WHERE subject = ANY(%(subjects)s) AND as_of = %(as_of)s"

Contract = tuple[str, pd.DataFrame, tuple[Expectation, ...]]
_Look = Callable[[pd.DataFrame, Sequence[Expectation]], list[Outcome]]


class GateKeeper:
    """The gates of one load: what they find in its parts is added up, so that the results tell of all of them."""

    def __init__(self, as_of: date) -> None:
        """Begin with no result; they will be kept under the day ``as_of``."""
        self._as_of = as_of
        self._found: dict[tuple[str, str, str], dict[str, Any]] = {}

    def check_source(self, readings: ParsedRecords, source: Source) -> None:
        """Hold what a source sent against the source contract: are the columns there, can the dates be read.

        Raises:
            DataError: so much is broken that the source has changed; nothing of it may be loaded. The results are stored.
        """
        self.hold(
            "source", held_at_source(readings, source), "Look at the landed page and at the source's columns and date formats."
        )

    def check_cleaned(self, frame: pd.DataFrame, table: Table, subject: str) -> None:
        """Hold cleaned rows against the declaration of their table.

        Args:
            frame: conforms to the table's given columns.
            table: ``core.dossiers``, ``core.events``, ``core.pauses`` or a reference table.
            subject: source or partition, for the results.

        Raises:
            DataError: a promise is broken beyond its tolerance; the rows may not be loaded. The results are stored.
        """
        self.hold(
            "cleaned", [held_cleaned(frame, table, subject)], "This is a fault of the cleaning rules or of the source's maps."
        )

    def hold(self, gate: str, held: Sequence[Contract], action: str, look: _Look = evaluate) -> None:
        """Hold frames against their promises; where one is broken, store the results and stop the run.

        Args:
            gate: its name: source, cleaned or published.
            held: what is looked at, and what is promised of it.
            action: what to do about a broken promise.
            look: what looks at a frame: :func:`evaluate`, or :func:`at_a_glance`.

        Raises:
            DataError: with ``action``, what to do about it.
        """
        outcomes = [(subject, frame, look(frame, expectations)) for subject, frame, expectations in held]
        for subject, _, results in outcomes:
            for outcome in results:
                self._add(gate, subject, outcome)
        try:
            for subject, frame, results in outcomes:
                _stop_if_broken(gate, subject, frame, results, action)
        except DataError:
            self.store()  # it is seen also where the run stops here
            raise

    def store(self) -> None:
        """Write the results so far in a transaction of their own; equal ones are not written again."""
        if not self._found:
            return
        given = GATE_RESULTS.frame(list(self._found.values()))[list(GATE_RESULTS.given_columns)]
        subjects = sorted({subject for _, subject, _ in self._found})
        stored = read_frame(_STORED, {"subjects": subjects, "as_of": self._as_of}, GATE_RESULTS)
        if _same(given, stored[list(given.columns)]):
            return
        with load("gate", subjects[0]) as current:
            current.merge(GATE_RESULTS, given)

    def _add(self, gate: str, subject: str, outcome: Outcome) -> None:
        name = outcome.expectation.name
        row = {"gate": gate, "subject": subject, "expectation": name, "as_of": self._as_of}
        before = self._found.get((gate, subject, name), {"success": True, "checked": 0, "unexpected": 0})
        self._found[gate, subject, name] = row | {
            "success": before["success"] and outcome.success,
            "checked": before["checked"] + outcome.checked,
            "unexpected": before["unexpected"] + outcome.unexpected,
            "tolerance": outcome.expectation.tolerance,
        }


def held_at_source(readings: ParsedRecords, source: Source) -> list[Contract]:
    """Return what the source contract asks of readings; of kinds of row that did not come, nothing."""
    primary = source.role == "primary"
    parts = source_parts(national=primary and source.codes == "national", received=primary)
    frames = {name: getattr(readings, name) for name in parts}
    return [(f"{source.name} {name}", frames[name], parts[name]) for name in parts if len(frames[name])]


def held_cleaned(frame: pd.DataFrame, table: Table, subject: str) -> Contract:
    """Return what the cleaned contract asks of the rows of a table."""
    return f"{subject} {table.full_name}", frame, expectations_of(table)


def check_published(counts: pd.DataFrame, as_of: date, indicators: pd.DataFrame | None = None) -> None:
    """Hold figures against their declaration and the identities of form II.06a before anybody reads them.

    Args:
        counts: rows of ``mart.counts`` of one policy, whole groups.
        as_of: day that they speak for.
        indicators: rows of ``mart.indicators`` made from them, if already there.

    Raises:
        DataError: a figure contradicts another one; nothing may be published. The results are stored.
    """
    policy = str(counts["policy"].iloc[0]) if len(counts) else "no policy"
    held = [
        (f"{policy} {COUNTS.full_name}", counts, expectations_of(COUNTS)),
        (f"{policy} II.06a", _differences(counts), IDENTITY_EXPECTATIONS),
    ]
    if indicators is not None:
        held.append((f"{policy} {INDICATORS.full_name}", indicators, (*expectations_of(INDICATORS), *INTERVAL)))
    keeper = GateKeeper(as_of)
    action = "Run `motcua refresh --full`; if it stays, report it as a fault of ours."
    keeper.hold("published", held, action, look=at_a_glance)
    keeper.store()


def _differences(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the differences of the identities, one a row: 0 where they hold."""
    breaks = [*broken_identities(counts), *broken_bridge(counts)]
    columns = {}
    for identity in IDENTITY_COLUMNS:
        found = [b.difference for b in breaks if b.identity == identity]
        columns[identity] = np.array(found + [0] * max(len(counts) - len(found), 0), dtype=np.int64)
    length = max(len(values) for values in columns.values())
    return pd.DataFrame({name: np.resize(values, length) for name, values in columns.items()})


def _stop_if_broken(gate: str, subject: str, frame: pd.DataFrame, results: Iterable[Outcome], action: str) -> None:
    failed = [o for o in results if not o.success and o.expectation.severity == "fail"]
    if not failed:
        return
    worst = max(failed, key=lambda outcome: outcome.unexpected)
    more = (
        Bilingual(f" (và {len(failed) - 1} điều kiện khác)", f" (and {len(failed) - 1} more promises)")
        if len(failed) > 1
        else ""
    )
    what = Bilingual(
        f"{worst.expectation.name}{bilingual(more).vi} của cổng kiểm soát {gate}",
        f"the {gate} contract, {worst.expectation.name}{more},",
    )
    raise DataError(subject, what, worst.unexpected, _codes(frame, worst.expectation), action)


def _codes(frame: pd.DataFrame, expectation: Expectation) -> tuple[str, ...]:
    """Name the first dossiers at fault; where the key itself is at fault there is nothing to name."""
    if "code" not in frame.columns or "code" in expectation.columns:
        return ()
    return tuple(frame.loc[broken(frame, expectation), "code"].dropna().astype(str).head(10))


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    def rows(frame: pd.DataFrame) -> set[tuple[Any, ...]]:
        return set(frame.itertuples(index=False, name=None))

    return rows(one) <= rows(other)
