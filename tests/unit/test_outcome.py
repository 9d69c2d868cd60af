"""What a run ends in: the colour says whether somebody has to act, the name what was published."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest

from config.errors import DataError, DeferredError, MotcuaError, OutOfHoursError, ShrinkageError, SourceError
from config.language import shown
from flows.commands.runs import tell
from flows.runs import outcome
from flows.runs.outcome import RunFailures
from flows.runtime.automations import heartbeat_automation
from flows.runtime.state_names import ENDED

UNTIL = datetime(2026, 4, 1, 20, tzinfo=UTC)


class Ended:
    """A step that has ended, as Prefect hands it out."""

    def __init__(self, result: object) -> None:
        self.ended = result

    def result(self, *, raise_on_failure: bool) -> object:
        assert not raise_on_failure
        return self.ended


# what the steps of a run came to, then type, name and exit code of the command
MORNINGS: list[tuple[str, list[object], str, str, int]] = [
    ("all well", ["pull", None], "COMPLETED", "Completed", 0),
    ("a note", ["a clock is off"], "COMPLETED", "CompletedWithWarnings", 0),
    ("outside its hours", [OutOfHoursError("land", "asked at night only", UNTIL)], "COMPLETED", "CompletedWithWarnings", 0),
    ("left alone after failures", [DeferredError("land", "5 requests failed", UNTIL)], "FAILED", "PublishedWithFailures", 3),
    ("refused", [SourceError("land", "refused the login")], "FAILED", "PublishedWithFailures", 3),
    ("shrunk", [ShrinkageError("land", "", 1, 900, 0.2)], "FAILED", "PublishedWithFailures", 3),
    ("an error that is not ours", [KeyError("x")], "FAILED", "PublishedWithFailures", 3),
    ("a note and a failure", ["a clock is off", SourceError("land", "down")], "FAILED", "PublishedWithFailures", 3),
    ("a gate", [DataError("land", "received_at", 4)], "FAILED", "NotPublished", 5),
    ("a gate and a failure", [SourceError("land", "down"), DataError("land", "at", 4)], "FAILED", "NotPublished", 5),
]


@pytest.fixture(autouse=True)
def _plain_logger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcome, "get_run_logger", lambda: logging.getLogger("motcua.test"))


def failures_of(found: list[object]) -> RunFailures:
    trouble = RunFailures()
    for one in found:
        if isinstance(one, str) and one != "pull":
            trouble.warn(one)
        else:
            trouble.of(Ended(one))  # type: ignore[arg-type]
    return trouble


@pytest.mark.parametrize(("morning", "found", "kind", "name", "code"), MORNINGS, ids=[row[0] for row in MORNINGS])
def test_a_morning_has_its_colour(morning: str, found: list[object], kind: str, name: str, code: int) -> None:
    state = failures_of(found).state("9 dossiers.")
    assert (state.type.value, state.name) == (kind, name), morning
    assert state.message is not None
    assert name == "NotPublished" or "9 dossiers." in state.message
    for error in found:
        if isinstance(error, MotcuaError):
            assert shown(error) in state.message, "every reason is in the sentence"
    assert tell(state) == code


def test_a_back_fill_that_lacks_a_window_has_published_nothing_and_says_so() -> None:
    state = failures_of([SourceError("land", "down")]).state("land: 2 windows read.", publishes=False)
    assert (state.type.value, state.name) == ("FAILED", "Failed")
    assert state.message is not None
    assert "công bố" not in state.message


def test_no_run_that_has_ended_looks_dead() -> None:
    trigger = heartbeat_automation().trigger
    assert {f"prefect.flow-run.{name}" for name in (*ENDED, *{row[3] for row in MORNINGS})} <= set(trigger.expect)  # type: ignore[union-attr]
