"""Great Expectations as an engine for plain promises: rows that broke each, no cell value.

Only this module and :mod:`tasks.gates.day_page` know it. It takes seconds to import, so a process that meets no gate
never pays for it.
"""

from __future__ import annotations

import gc
import importlib
import logging
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from config.errors import DataError
from config.language import Bilingual
from schemas.dossiers import DOSSIERS, EVENTS, PAUSES
from schemas.expectations import Expectation, expectations_of, source_parts
from tasks.rules.arrays import arrow
from tasks.rules.checks.promises import broken, spoken_of

if TYPE_CHECKING:
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext

# Counts stay, values do not: measured on planted identity numbers. No expectation that reports an
# observed value is ever used.
RESULT_FORMAT = {"result_format": "SUMMARY", "exclude_unexpected_values": True, "partial_unexpected_count": 0}
_ONE_AT_A_TIME = threading.Lock()  # the context is shared by the threads of a process


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
    with _ONE_AT_A_TIME:
        plan = _plan(tuple(expectations))
        results = _validator()(_engine(plain), _context(), plan).graph_validate([], plan.runtime)
    by_place = {_place(result): result for result in results}
    return [_outcome(expectation, by_place[place]) for place, expectation in enumerate(expectations)]


def at_a_glance(frame: pd.DataFrame, expectations: Sequence[Expectation]) -> list[Outcome]:
    """Count by array operations, and let Great Expectations look only where a promise is broken.

    The counts are the same, which a test holds; to load the library takes seconds, more than all else that a day without news
    does. For frames of our own making, which have every column.
    """
    counted = [Outcome(one, spoken_of(frame, one), int(broken(frame, one).sum())) for one in expectations]
    return counted if all(outcome.success for outcome in counted) else evaluate(frame, expectations)


def is_loaded() -> bool:
    """Tell whether this process has the library already."""
    return "great_expectations" in sys.modules


@dataclass(frozen=True)
class _Plan:
    """What the engine has to find out for some promises, and from what; the same whatever frame it looks at.

    Attributes:
        runtime: the engine's settings of a run.
        graphs, processed: in the engine's words.
    """

    runtime: dict[str, Any]
    graphs: list[Any]
    processed: list[Any]


@lru_cache(maxsize=64)
def _plan(expectations: tuple[Expectation, ...]) -> _Plan:
    """Let the engine make its plan once for equal promises: half the time of a gate is planning (measured, GX 1.24)."""
    from great_expectations.validator.validator import Validator

    runtime: dict[str, Any] = {"result_format": dict(RESULT_FORMAT)}
    asked = list(configurations(expectations))
    validator = Validator(_engine(pd.DataFrame()), data_context=_context())
    graphs, _, processed = validator._generate_metric_dependency_subgraphs_for_each_expectation_configuration(
        asked, [], catch_exceptions=False, runtime_configuration=runtime
    )
    return _Plan(runtime, graphs, processed)


def _engine(frame: pd.DataFrame) -> Any:
    """Return an engine of its own that holds a frame and forgets it.

    That of a data source hashes every frame twice, to name what is looked at once, and that alone takes a quarter of
    the time (measured, GX 1.24).
    """
    from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine

    return PandasExecutionEngine(batch_data_dict={"frame": frame})


@lru_cache(maxsize=1)
def _validator() -> Any:
    """Return the engine's validator, told its plan instead of making one each time."""
    from great_expectations.validator.validator import Validator

    class Planned(Validator):
        def __init__(self, engine: Any, context: Any, plan: _Plan) -> None:
            super().__init__(engine, data_context=context)
            self._plan = plan

        def _generate_metric_dependency_subgraphs_for_each_expectation_configuration(self, *_: Any, **__: Any) -> Any:
            return self._plan.graphs, [], list(self._plan.processed)

    return Planned


@lru_cache(maxsize=64)
def configurations(expectations: tuple[Expectation, ...]) -> tuple[Any, ...]:
    """Return promises as Great Expectations writes them down, in their order."""
    _context()
    return tuple(_engine_form(expectation, place).configuration for place, expectation in enumerate(expectations))


def _place(result: Any) -> int:
    return int(result.expectation_config.meta["place"])


def warm_up() -> None:
    """Import the engine, set up its context, plan what most runs ask.

    It takes several seconds, best spent while others are waited for.
    """
    sent = source_parts(national=True, received=True)
    read = (sent["dossiers"], sent["events"], sent["supplements"])
    for expectations in (*read, *map(expectations_of, (DOSSIERS, EVENTS, PAUSES))):
        _plan(expectations)
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
        raise DataError(
            "the gate",
            Bilingual(
                f"{expectation.name} (không tính được: thiếu cột hoặc cột khác kiểu)",
                f"{expectation.name} could not be evaluated: a column is missing or of another kind;",
            ),
            0,
        )
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
