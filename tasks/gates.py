"""Gates: the contracts of source, cleaned and published data, kept by Great Expectations; counts only, no cell value.

Only this module and :mod:`tasks.gate_drawing` know Great Expectations. It takes seconds to import, so a process that meets no
gate never pays for it.
"""

from __future__ import annotations

import gc
import importlib
import logging
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from config.errors import DataError
from config.sources import Source
from schemas.expectations import (
    IDENTITIES,
    IDENTITY_COLUMNS,
    INTERVAL,
    SOURCE_EVENTS,
    SOURCE_PROCEDURES,
    SOURCE_SUPPLEMENTS,
    SOURCE_UNITS,
    Expectation,
    expectations_of,
    source_dossiers,
)
from schemas.indicators import COUNTS, INDICATORS
from schemas.quality import GATE_RESULTS
from schemas.table import Table
from tasks.rules.checks.promises import broken
from tasks.rules.columns import arrow
from tasks.rules.identities import broken_identities
from tasks.sources.readings import Readings
from tasks.warehouse.engine import read_frame
from tasks.warehouse.load import load

if TYPE_CHECKING:
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext

# Counts stay, values do not: measured on planted identity numbers (reliability 2). No expectation that reports an
# observed value is ever used.
RESULT_FORMAT = {"result_format": "SUMMARY", "exclude_unexpected_values": True, "partial_unexpected_count": 0}
_ONE_AT_A_TIME = threading.Lock()  # the context is shared by the threads of a process
_STORED = "SELECT * FROM quality.gate_results WHERE gate = %(gate)s AND subject = ANY(%(subjects)s) AND as_of = %(as_of)s"


@dataclass(frozen=True)
class Outcome:
    """How far one promise held.

    Attributes:
        checked: rows that it speaks about.
        unexpected: rows that broke it.
    """

    expectation: Expectation
    checked: int
    unexpected: int

    @property
    def success(self) -> bool:
        """Whether it held, as far as it tolerates."""
        return not self.expectation.stops(self.checked, self.unexpected)


def check_source(readings: Readings, source: Source, as_of: date) -> list[dict[str, Any]]:
    """Hold what a source sent against the source contract: are the columns there, can the dates be read.

    Returns:
        Rows of ``quality.gate_results``, which are stored too.

    Raises:
        DataError: so much is broken that the source has changed; nothing of it may be loaded.
    """
    primary = source.role == "primary"
    dossiers = source_dossiers(national=primary and source.codes == "national", received=primary)
    parts = (
        ("dossiers", readings.dossiers, dossiers),
        ("events", readings.events, SOURCE_EVENTS),
        ("supplements", readings.supplements, SOURCE_SUPPLEMENTS),
        ("procedures", readings.procedures, SOURCE_PROCEDURES),
        ("units", readings.units, SOURCE_UNITS),
    )
    held = [(f"{source.name} {name}", frame, expectations) for name, frame, expectations in parts if len(frame)]
    return _pass_gate("source", held, as_of, "Look at the landed page and at the source's columns and date formats.")


def check_cleaned(frame: pd.DataFrame, table: Table, subject: str, as_of: date) -> list[dict[str, Any]]:
    """Hold cleaned rows against the declaration of their table.

    Args:
        frame: conforms to the table's given columns.
        table: ``core.dossiers``, ``core.events``, ``core.pauses`` or a reference table.
        subject: source or partition, for the results.
        as_of: day of the run.

    Returns:
        Rows of ``quality.gate_results``, which are stored too.

    Raises:
        DataError: a promise is broken beyond its tolerance; the rows may not be loaded.
    """
    held = [(f"{subject} {table.full_name}", frame, expectations_of(table))]
    return _pass_gate("cleaned", held, as_of, "This is a fault of the cleaning rules or of the source's maps.")


def check_published(counts: pd.DataFrame, as_of: date, indicators: pd.DataFrame | None = None) -> list[dict[str, Any]]:
    """Hold figures against their declaration and the identities of form II.06a before anybody reads them.

    Args:
        counts: rows of ``mart.counts`` of one policy, whole groups.
        as_of: day that they speak for.
        indicators: rows of ``mart.indicators`` made from them, if already there.

    Returns:
        Rows of ``quality.gate_results``, which are stored too.

    Raises:
        DataError: a figure contradicts another one; nothing may be published.
    """
    policy = str(counts["policy"].iloc[0]) if len(counts) else "no policy"
    held = [
        (f"{policy} {COUNTS.full_name}", counts, expectations_of(COUNTS)),
        (f"{policy} II.06a", _differences(counts), IDENTITIES),
    ]
    if indicators is not None:
        held.append((f"{policy} {INDICATORS.full_name}", indicators, (*expectations_of(INDICATORS), *INTERVAL)))
    return _pass_gate("published", held, as_of, "Run `motcua refresh --full`; if it stays, report it as a fault of ours.")


def _differences(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the differences of the identities, one a row: 0 where they hold."""
    breaks = broken_identities(counts)
    columns = {}
    for identity in IDENTITY_COLUMNS:
        found = [b.difference for b in breaks if b.identity == identity]
        columns[identity] = np.array(found + [0] * max(len(counts) - len(found), 0), dtype=np.int64)
    length = max(len(values) for values in columns.values())
    return pd.DataFrame({name: np.resize(values, length) for name, values in columns.items()})


Held = tuple[str, pd.DataFrame, tuple[Expectation, ...]]


def _pass_gate(gate: str, held: Sequence[Held], as_of: date, action: str) -> list[dict[str, Any]]:
    """Evaluate, store the results in a transaction of their own, then stop the run if a promise is broken."""
    outcomes = [(subject, frame, evaluate(frame, expectations)) for subject, frame, expectations in held]
    rows = [
        {
            "gate": gate,
            "subject": subject,
            "expectation": outcome.expectation.name,
            "as_of": as_of,
            "success": outcome.success,
            "checked": outcome.checked,
            "unexpected": outcome.unexpected,
            "tolerance": outcome.expectation.tolerance,
        }
        for subject, _, results in outcomes
        for outcome in results
    ]
    _store(gate, rows, as_of)
    for subject, frame, results in outcomes:
        _stop_if_broken(gate, subject, frame, results, action)
    return rows


def _stop_if_broken(gate: str, subject: str, frame: pd.DataFrame, results: Iterable[Outcome], action: str) -> None:
    failed = [o for o in results if not o.success and o.expectation.severity == "fail"]
    if not failed:
        return
    worst = max(failed, key=lambda outcome: outcome.unexpected)
    more = f" (and {len(failed) - 1} more promises)" if len(failed) > 1 else ""
    what = f"the {gate} contract, {worst.expectation.name}{more},"
    raise DataError(subject, what, worst.unexpected, _codes(frame, worst.expectation), action)


def _codes(frame: pd.DataFrame, expectation: Expectation) -> tuple[str, ...]:
    """Name the first dossiers at fault; where the key itself is at fault there is nothing to name."""
    if "code" not in frame.columns or "code" in expectation.columns:
        return ()
    return tuple(frame.loc[broken(frame, expectation), "code"].dropna().astype(str).head(10))


def _store(gate: str, rows: list[dict[str, Any]], as_of: date) -> None:
    """Write the results at once, so that they are seen also where the run stops here; equal ones are not written again."""
    if not rows:
        return
    given = GATE_RESULTS.frame(rows)[list(GATE_RESULTS.given_columns)]
    subjects = sorted({row["subject"] for row in rows})
    stored = read_frame(_STORED, {"gate": gate, "subjects": subjects, "as_of": as_of}, GATE_RESULTS)
    if _same(given, stored[list(given.columns)]):
        return
    with load("gate", f"{gate}/{subjects[0]}") as current:
        current.merge(GATE_RESULTS, given)


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    def rows(frame: pd.DataFrame) -> set[tuple[Any, ...]]:
        return set(frame.itertuples(index=False, name=None))

    return rows(one) <= rows(other)


# -- Great Expectations ----------------------------------------------------------------------------


def evaluate(frame: pd.DataFrame, expectations: Sequence[Expectation]) -> list[Outcome]:
    """Let Great Expectations look at a frame.

    Args:
        frame: any frame with the columns that the promises name.
        expectations: what to look for.

    Returns:
        How far each promise held, in their order.

    Raises:
        DataError: a promise could not be evaluated, as where its column is missing.
    """
    if len(frame) == 0:
        return [Outcome(expectation, 0, 0) for expectation in expectations]
    names = sorted({name for expectation in expectations for name in expectation.columns} & set(frame.columns))
    plain = pd.DataFrame({name: plain_column(frame[name]) for name in names})
    return evaluate_plain(plain, expectations, RESULT_FORMAT)


def evaluate_plain(frame: pd.DataFrame, expectations: Sequence[Expectation], result_format: Any) -> list[Outcome]:
    """Let Great Expectations look at a frame whose columns are of its kinds; see :func:`evaluate`.

    An engine of its own holds the frame and forgets it: that of a data source hashes every frame twice, to name what
    is looked at once, and that alone takes a quarter of the time (measured, GX 1.24).
    """
    with _ONE_AT_A_TIME:
        from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
        from great_expectations.validator.validator import Validator

        engine = PandasExecutionEngine(batch_data_dict={"frame": frame})
        validator = Validator(engine, data_context=_context())
        asked = list(configurations(tuple(expectations)))
        results = validator.graph_validate(asked, runtime_configuration={"result_format": dict(result_format)})
    by_place = {_place(result): result for result in results}
    return [_outcome(expectation, by_place[place]) for place, expectation in enumerate(expectations)]


@lru_cache(maxsize=64)
def configurations(expectations: tuple[Expectation, ...]) -> tuple[Any, ...]:
    """Return promises as Great Expectations writes them down, in their order."""
    _context()
    return tuple(_engine_form(expectation, place).configuration for place, expectation in enumerate(expectations))


def _place(result: Any) -> int:
    return int(result.expectation_config.meta["place"])


def warm_up() -> None:
    """Import the engine and set up its context: several seconds, best spent while something else is waited for."""
    _context()
    gc.freeze()  # what was imported stays: whoever looks for garbage need not look at it each time


@lru_cache(maxsize=1)
def _context() -> EphemeralDataContext:
    """Set up the one context of this process, in memory, silent towards network and terminal."""
    import great_expectations
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = great_expectations.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def _engine_form(expectation: Expectation, place: int) -> Any:
    """Return the promise as Great Expectations writes it, marked with its place in the list."""
    common: dict[str, Any] = {"mostly": 1 - expectation.tolerance, "meta": {"place": place, "name": expectation.name}}
    first, *rest = expectation.columns
    match expectation.kind:
        case "given":
            return _form("ExpectColumnValuesToNotBeNull")(column=first, **common)
        case "one_of":
            return _form("ExpectColumnValuesToBeInSet")(column=first, value_set=list(expectation.values), **common)
        case "pattern":
            return _form("ExpectColumnValuesToMatchRegex")(column=first, regex=expectation.whole, **common)
        case "between":
            return _form("ExpectColumnValuesToBeBetween")(
                column=first, min_value=expectation.low, max_value=expectation.high, **common
            )
        case "not_before":
            return _form("ExpectColumnPairValuesAToBeGreaterThanB")(
                column_A=first, column_B=rest[0], or_equal=True, ignore_row_if="either_value_is_missing", **common
            )
    if rest:
        return _form("ExpectCompoundColumnsToBeUnique")(
            column_list=list(expectation.columns), ignore_row_if="any_value_is_missing", **common
        )
    return _form("ExpectColumnValuesToBeUnique")(column=first, **common)


@lru_cache
def _form(name: str) -> Any:
    """Return a kind of expectation that writes its configuration once.

    The engine asks each for it some 125 times and has it written anew: a third of a gate's time (measured, GX 1.24).
    """
    gx: Any = importlib.import_module("great_expectations.expectations")  # exports its names without saying so
    base = getattr(gx, name)

    def configuration(self: Any) -> Any:
        written = getattr(self, "_written", None)
        if written is None:
            written = base.configuration.fget(self)
            object.__setattr__(self, "_written", written)  # none of the model's fields
        return written

    slots = {"__slots__": ("_written",), "__module__": __name__, "configuration": property(configuration)}
    return type(base)(name, (base,), slots)


def _outcome(expectation: Expectation, result: Any) -> Outcome:
    counts = result.result
    if "unexpected_count" not in counts:
        # The engine's own message may quote a value.
        raise DataError("the gate", f"{expectation.name} could not be evaluated: a column is missing or of another kind;", 0)
    checked = counts["element_count"] - (counts.get("missing_count") or 0)
    return Outcome(expectation, int(checked), int(counts["unexpected_count"]))


def plain_column(series: pd.Series) -> Any:
    """Return a column in numpy's types, texts in pandas' own type of text, which is Arrow's buffers as they are.

    Great Expectations walks through Arrow-backed columns value by value: 10 s an expectation on 200,000 rows,
    against 0.3 s for the same column here (measured, GX 1.24 on pandas 3.1).
    """
    array = arrow(series)
    if pa.types.is_temporal(array.type):
        return np.asarray(array.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False))
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        return pd.array(array, dtype=pd.StringDtype(na_value=np.nan))
    if pa.types.is_boolean(array.type):
        return np.asarray(array.to_numpy(zero_copy_only=False), dtype=object)
    return array.to_numpy(zero_copy_only=False)
