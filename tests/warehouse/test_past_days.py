"""Standing of past days: what makes a day failed, and what does not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from schemas.expectations import SOURCE_WARNINGS
from schemas.indicators import PUBLICATIONS
from schemas.quality import GATE_RESULTS
from tasks.judging.rules_digest import figures_digest
from tasks.publishing.past_days import past_days
from tasks.warehouse.load import load

DAY = date(2026, 3, 30)
WARNING = ("source", SOURCE_WARNINGS[0])
PROMISE = ("source", "code: given")
CLEANED = ("cleaned", SOURCE_WARNINGS[0])

# what was asked of the day, in the order of its pulls, and whether it held; how the day stands
STANDINGS = {
    "nothing was asked": ([], "current"),
    "all held": ([(PROMISE, True), (WARNING, True)], "current"),
    "it was only warned": ([(PROMISE, True), (WARNING, False)], "current"),
    "a promise was broken": ([(PROMISE, False)], "failed"),
    "a broken promise beside a warning": ([(PROMISE, False), (WARNING, False)], "failed"),
    "a warning's name at another gate": ([(CLEANED, False)], "failed"),
    "the last pull of the day was good": ([(PROMISE, False), (PROMISE, True)], "current"),
    "the last pull of the day was bad": ([(PROMISE, True), (PROMISE, False)], "failed"),
}


def ask(gate: str, expectation: str, held: bool) -> None:
    row = {
        "gate": gate,
        "subject": "province",
        "expectation": expectation,
        "as_of": DAY,
        "success": held,
        "checked": 10,
        "unexpected": int(not held),
        "tolerance": 0.0,
    }
    with load("gate", "province") as current:
        current.merge(GATE_RESULTS, GATE_RESULTS.frame([row]).drop(columns=list(GATE_RESULTS.managed)))


def publish(rules: str) -> None:
    row = {
        "publication_id": "0" * 32,
        "policy": "qd766",
        "as_of": DAY,
        "published_at": datetime(2026, 3, 31, tzinfo=UTC),
        "current_since": datetime(2026, 3, 31, tzinfo=UTC),
        "counts_digest": "0",
        "rules_digest": rules,
        "dossiers": 1,
        "rows": 1,
    }
    with load("publish", "figures/qd766") as current:
        current.merge(PUBLICATIONS, PUBLICATIONS.frame([row]))


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize(("asked", "standing"), STANDINGS.values(), ids=STANDINGS)
def test_a_day_stands_as_its_last_pull_left_it(asked: list[tuple[tuple[str, str], bool]], standing: str) -> None:
    publish(figures_digest())
    for (gate, expectation), held in asked:
        ask(gate, expectation, held)
    (day,) = past_days("qd766", DAY, DAY)
    assert day.standing == standing
    assert day.is_chosen("missing-and-failed") is (standing == "failed")


@pytest.mark.usefixtures("warehouse")
def test_other_rules_and_no_figures() -> None:
    publish("of another version")
    assert [day.standing for day in past_days("qd766", date(2026, 3, 29), DAY)] == ["missing", "outdated"]
