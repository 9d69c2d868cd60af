"""Versions by thing and day: the quick ways of looking them up against one that tries every version."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from tasks.rules.arrays import EncodedText
from tasks.rules.reference import Catalogue, Validity

FIRST = date(2026, 1, 1)
VERSIONS = [
    # name, first day, last day: gaps, spans that overlap, one that never ends, one of a day
    ("a", 0, 9),
    ("a", 12, None),
    ("b", 0, 20),
    ("b", 5, 8),
    ("c", 3, 3),
    ("d", 0, None),
    ("d", 10, None),
]


def day(number: int | None) -> date | None:
    return None if number is None else FIRST + timedelta(days=number)


def frame(versions: list[tuple[str, int, int | None]]) -> Validity:
    first, last = (pd.Series([day(one[place]) for one in versions], dtype="date32[day][pyarrow]") for place in (1, 2))  # type: ignore[call-overload]
    return Validity.of([one[0] for one in versions], first, last)


def slowly(name: str, number: int) -> int:
    """Of the versions that began by the day and had not ended, the one that began last."""
    valid = [
        (since, row)
        for row, (thing, since, until) in enumerate(VERSIONS)
        if thing == name and since <= number and (until is None or number <= until)
    ]
    return max(valid)[1] if valid else -1


def asked(validity: Validity, names: list[str], numbers: list[int | None]) -> list[int]:
    days = np.array(
        [np.datetime64("NaT") if number is None else np.datetime64(day(number)) for number in numbers], "datetime64[D]"
    )
    things = np.array([validity.things.get(name, -1) for name in names], dtype=np.int64)
    found: list[int] = validity.find(things, days).tolist()
    return found


@pytest.mark.parametrize("times", [1, 50])  # once, each is searched for; often, a table of things and days is made
def test_the_newest_version_that_is_valid_on_the_day_is_found(times: int) -> None:
    pairs = [(name, number) for name in "abcd" for number in range(-2, 25)] * times
    found = asked(frame(VERSIONS), *map(list, zip(*pairs, strict=True)))
    assert found == [slowly(name, number) for name, number in pairs]


@pytest.mark.parametrize("times", [1, 50])
def test_an_unknown_thing_or_day_finds_nothing_and_spoils_no_other(times: int) -> None:
    names, numbers = ["a", "x", "b", "x", "d"] * times, [0, 0, None, None, 24] * times
    assert asked(frame(VERSIONS), names, numbers) == [0, -1, -1, -1, 6] * times


def test_without_any_version_or_any_day_nothing_is_found() -> None:
    assert asked(frame([]), ["a", "b"], [0, 1]) == [-1, -1]
    assert asked(frame(VERSIONS), ["a", "b"] * 40, [None, None] * 40) == [-1, -1] * 40


@pytest.mark.parametrize("times", [1, 200])
def test_a_procedure_that_the_catalogue_does_not_have_finds_no_version_however_many_ask(times: int) -> None:
    rows = pd.DataFrame({"procedure_code": ["1.1", "1.2"], "channel": ["counter", "online"]}).assign(
        valid_from=pd.Series([FIRST, FIRST], dtype="date32[day][pyarrow]"),
        valid_to=pd.Series([None, None], dtype="date32[day][pyarrow]"),
    )
    codes = EncodedText(np.array([0, 1, 2, 2, -1] * times), ["1.1", "1.2", "1.3"])
    channels = EncodedText(np.array([0, 1, 0, 1, 0] * times), ["counter", "online"])
    received = np.full(5 * times, np.datetime64(day(3), "D"))
    found = Catalogue.of(rows, codes, channels, received)
    assert found.row.tolist() == [0, 1, -1, -1, -1] * times
    assert found.known.tolist() == [True, True, False, False, False] * times
