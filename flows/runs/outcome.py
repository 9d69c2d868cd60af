"""Outcome of a run: failures that did not stop it, and the final state they cause."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from config.errors import DataError, MachineError, MotcuaError, WarehouseError
from config.language import translate
from tasks.rules.privacy.masking import mask

WARNED = "CompletedWithWarnings"


@dataclass
class RunFailures:
    """Sentences about failed sources and failed gates.

    Attributes:
        warnings: a source failed; the others went on and figures are published without its news.
        stops: a gate failed; nothing is published.
    """

    warnings: list[str] = field(default_factory=list)
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
        sentence = mask(str(outcome)) if isinstance(outcome, MotcuaError) else f"{type(outcome).__name__} in a step."
        said = self.stops if isinstance(outcome, DataError) else self.warnings
        if sentence in said:
            return None  # two steps were turned away by the same source
        said.append(sentence)
        get_run_logger().warning(sentence)
        return None

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
        return [*self.stops, *self.warnings]

    def state(self, done: str) -> State[None]:
        """Return the state that the run ends in.

        Args:
            done: what the run did, in counts.
        """
        if self.stops:
            return Failed(message=" ".join([translate("Không công bố.", "Nothing was published."), *self.notes]))
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
