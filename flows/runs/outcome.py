"""Outcome of a run: failures that did not stop it, and the final state they cause.

Prefect colours and counts by the type of a state, so a run that lacks the news of a source is of type FAILED however much of
it was published (decision 0020).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from config.errors import DataError, MachineError, MotcuaError, OutOfHoursError, WarehouseError
from config.language import shown, translate
from flows.runtime.state_names import ENDED_IN_ERROR, NOT_PUBLISHED, SOURCE_FAILED, WARNED
from tasks.rules.privacy.masking import mask


@dataclass
class RunFailures:
    """Sentences about failed sources and failed gates.

    Attributes:
        warnings: something to look at; every source was heard, or is asked later on purpose.
        failures: a source failed; the others went on and figures are published without its news.
        stops: a gate failed; nothing is published.
    """

    warnings: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)

    def of(self, future: PrefectFuture[Any]) -> Any:
        """Wait for a source's task; keep what went wrong with it and return its result, or None.

        Raises:
            WarehouseError: no source can help that.
            MachineError: nor that.
        """
        outcome = future.result(raise_on_failure=False)
        if isinstance(outcome, (WarehouseError, MachineError)):
            raise outcome
        if not isinstance(outcome, BaseException):
            return outcome
        # An error that is not ours may quote a record.
        sentence = mask(shown(outcome)) if isinstance(outcome, MotcuaError) else f"{type(outcome).__name__} in a step."
        said = self._list_for(outcome)
        if sentence in said:
            return None  # two steps were turned away by the same source
        said.append(sentence)
        get_run_logger().warning(sentence)
        return None

    def _list_for(self, error: BaseException) -> list[str]:
        if isinstance(error, DataError):
            return self.stops
        return self.warnings if isinstance(error, OutOfHoursError) else self.failures

    def fail(self, sentence: str) -> None:
        """Keep why the news of a source is missing; the others go on."""
        self.failures.append(sentence)
        get_run_logger().warning(sentence)

    def warn(self, sentence: str) -> None:
        """Keep a sentence that the run ends with, though everything was done."""
        self.warnings.append(sentence)
        get_run_logger().warning(sentence)

    def stop(self, sentence: str) -> None:
        """Keep a reason not to publish."""
        self.stops.append(sentence)
        get_run_logger().warning(sentence)

    @property
    def notes(self) -> list[str]:
        """All sentences, what stopped the run first."""
        return [*self.stops, *self.failures, *self.warnings]

    def state(self, done: str, *, publishes: bool = True) -> State[None]:
        """Return the state that the run ends in.

        Args:
            done: what the run did, in counts.
            publishes: whether a run of this kind publishes figures.
        """
        if self.stops:
            said = " ".join([translate("Không công bố.", "Nothing was published."), *self.notes])
            return Failed(name=NOT_PUBLISHED, message=said)
        if self.failures and publishes:
            heard = translate("Đã công bố, nhưng thiếu tin của nguồn bị lỗi.", "Published, without the news of what failed.")
            return Failed(name=SOURCE_FAILED, message=" ".join([heard, *self.notes, done]))
        if self.failures:
            return Failed(name=ENDED_IN_ERROR, message=" ".join([*self.notes, done]))
        if self.warnings:
            return Completed(name=WARNED, message=" ".join([*self.warnings, done]))
        return Completed(message=done)


def results(futures: list[PrefectFuture[Any]]) -> list[Any]:
    """Wait for all, then return their results or raise the first error: what has begun is finished first."""
    outcomes = [future.result(raise_on_failure=False) for future in futures]
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return outcomes
