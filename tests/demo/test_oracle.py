"""The oracle against facts that were computed elsewhere, and against the words of the rules."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import pytest

from demo.calendar import DAY, DAY_IS_WORKED, date_of, day_number, minute_of, moment_of, worked_between
from demo.oracle import (
    Limit,
    Pause,
    due_in_plain_weeks,
    due_with_pauses,
    is_late,
    plain_due,
    union,
    working_days_after,
)

VECTORS = Path(__file__).parents[1] / "data" / "calendar" / "working_days.csv"
WORKING_DAYS = {
    2024: (22, 16, 21, 19, 23, 20, 23, 22, 19, 23, 21, 22),
    2025: (17, 20, 21, 21, 20, 21, 23, 21, 20, 23, 20, 23),
    2026: (21, 15, 22, 20, 20, 22, 23, 21, 20, 22, 20, 23),
}


def at(text: str) -> int:
    return minute_of(datetime.fromisoformat(text))


def due(limit: Limit, received: str, *pauses: Pause, until: str = "2027-01-01T00:00") -> str:
    found = due_with_pauses(limit, at(received), pauses, at(until))
    assert found is not None
    return f"{moment_of(found):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize("row", list(csv.DictReader(VECTORS.open(encoding="utf-8"))), ids=lambda row: row["why"])
def test_working_day_vectors(row: dict[str, str]) -> None:
    found = working_days_after(day_number(date.fromisoformat(row["received"])), int(row["working_days"]))
    assert date_of(found * DAY).isoformat() == row["due"]


def test_working_days_of_every_month() -> None:
    for year, months in WORKING_DAYS.items():
        for month, expected in enumerate(months, start=1):
            first = day_number(date(year, month, 1))
            last = day_number(date(year + month // 12, month % 12 + 1, 1))
            assert sum(DAY_IS_WORKED[first:last]) == expected, f"{year}-{month:02d}"


@pytest.mark.parametrize(
    ("limit", "received", "expected"),
    [
        (Limit(4, "hour"), "2025-03-10T07:30", "2025-03-10T11:30"),  # the end of a session, not the next one's start
        (Limit(4, "hour"), "2025-03-10T12:10", "2025-03-10T17:00"),
        (Limit(2, "hour"), "2025-03-10T16:30", "2025-03-11T09:00"),
        (Limit(1, "hour"), "2025-03-08T10:00", "2025-03-10T08:30"),  # a Saturday
        (Limit(0, "same_day"), "2025-03-10T14:59", "2025-03-10T17:00"),
        (Limit(0, "same_day"), "2025-03-10T15:00", "2025-03-11T17:00"),
        (Limit(0, "same_day"), "2025-03-08T09:00", "2025-03-10T17:00"),
        (Limit(5, "calendar_day"), "2025-03-10T09:00", "2025-03-17T17:00"),  # 15 March is a Saturday
        (Limit(1, "month"), "2025-01-31T09:00", "2025-02-28T17:00"),
        (Limit(1, "month"), "2025-12-02T09:00", "2026-01-05T17:00"),  # 2 January 2026 was made a day off
    ],
)
def test_units(limit: Limit, received: str, expected: str) -> None:
    assert due(limit, received) == expected


def test_pauses_of_working_days_are_added_up_exactly_and_rounded_once() -> None:
    first = Pause("supplement", at("2025-03-11T16:00"), at("2025-03-12T08:30"))  # two worked hours
    second = Pause("financial", at("2025-03-13T08:00"), at("2025-03-13T13:30"))  # four
    assert due(Limit(5, "working_day"), "2025-03-10T09:00") == "2025-03-17T17:00"
    assert due(Limit(5, "working_day"), "2025-03-10T09:00", first, second) == "2025-03-18T17:00"


def test_a_pause_counts_only_if_it_starts_before_the_due_date() -> None:
    after = Pause("supplement", at("2025-03-18T08:00"), at("2025-04-18T08:00"))
    assert due(Limit(5, "working_day"), "2025-03-10T09:00", after) == "2025-03-17T17:00"
    before = Pause("stop", at("2025-03-17T16:00"), at("2025-03-18T10:00"))
    assert (
        due(
            Limit(5, "working_day"),
            "2025-03-10T09:00",
            before,
            Pause("supplement", at("2025-03-18T16:00"), at("2025-03-19T16:00")),
        )
        == "2025-03-19T17:00"  # 210 + 480 minutes: two days
    )


def test_pauses_of_other_units() -> None:
    pause = Pause("supplement", at("2025-03-11T08:00"), at("2025-03-12T09:00"))  # 25 hours: two calendar days
    assert due(Limit(7, "calendar_day"), "2025-03-10T09:00", pause) == "2025-03-19T17:00"
    assert due(Limit(16, "hour"), "2025-03-10T07:30", pause) == "2025-03-13T08:30"


def test_pauses_of_days_and_months_are_added_up_and_rounded_once() -> None:
    three = [Pause("supplement", at(f"2025-03-{day}T07:30"), at(f"2025-03-{day}T17:30")) for day in (11, 12, 13)]  # 30 hours
    assert due(Limit(15, "calendar_day"), "2025-03-10T09:00", *three) == "2025-03-27T17:00"
    assert due(Limit(1, "month"), "2025-03-03T09:00", *three) == "2025-04-08T17:00"  # the 5th is a Saturday, the 7th off
    assert due(Limit(1, "month"), "2025-03-10T09:00", *three) == "2025-04-14T17:00"  # the 12th is a Saturday


def test_a_longer_period_in_calendar_days_is_pushed_off_days_off_once() -> None:
    first = Pause("supplement", at("2025-03-11T08:00"), at("2025-03-12T08:00"))  # one day: 15 March, a Saturday
    second = Pause("supplement", at("2025-03-13T08:00"), at("2025-03-14T08:00"))  # one more: Sunday the 16th
    assert due(Limit(4, "calendar_day"), "2025-03-10T09:00", first) == "2025-03-17T17:00"
    assert due(Limit(4, "calendar_day"), "2025-03-10T09:00", first, second) == "2025-03-17T17:00"


def test_overlapping_pauses_count_once() -> None:
    joined = union([Pause("stop", 10, 40), Pause("supplement", 20, 30), Pause("posting", 35, None)], 90)
    assert joined == [(10, 90)]


def test_days_are_compared_as_days_and_hours_as_instants() -> None:
    for_days, for_hours, promised = Limit(5, "working_day"), Limit(4, "hour"), at("2025-03-17T17:00")
    evening, morning, now = at("2025-03-17T19:00"), at("2025-03-18T07:40"), at("2025-04-01T00:00")
    assert [is_late(for_days, promised, end, now) for end in (evening, morning)] == [False, True]
    assert is_late(for_hours, promised, evening, now)
    assert is_late(for_days, promised, None, now)
    assert not is_late(for_days, promised, None, at("2025-03-17T16:00"))
    assert not is_late(for_days, None, evening, now)


def test_no_limit_leaves_the_promise() -> None:
    none, received = Limit(0, "none"), at("2025-03-10T09:00")
    assert plain_due(none, received) is None
    assert plain_due(none, received, at("2025-03-20T17:00")) == at("2025-03-20T17:00")
    assert plain_due(none, received, at("2025-03-01T17:00")) is None  # before receipt: no promise


def test_a_system_without_holidays_is_wrong_over_tet() -> None:
    limit, received = Limit(5, "working_day"), at("2025-01-24T09:00")
    plain, law = due_in_plain_weeks(limit, received), plain_due(limit, received)
    assert plain is not None
    assert law is not None
    assert date_of(plain) == date(2025, 1, 31)
    assert date_of(law) == date(2025, 2, 7)


def test_worked_minutes_of_a_day() -> None:
    assert worked_between(at("2025-03-10T00:00"), at("2025-03-11T00:00")) == 480
    assert worked_between(at("2025-03-10T11:00"), at("2025-03-10T13:30")) == 60
    assert worked_between(at("2025-04-26T00:00"), at("2025-04-27T00:00")) == 480  # make-up Saturday
    assert worked_between(at("2026-01-02T00:00"), at("2026-01-03T00:00")) == 0


def test_nothing_runs_out_while_a_pause_goes_on_whose_end_lies_ahead() -> None:
    received, asked, now = "2026-03-17T13:55", "2026-03-23T07:30", "2026-04-01T00:00"
    pause = Pause("supplement", at(asked), at("2026-04-10T09:00"))
    found = due_with_pauses(Limit(5, "calendar_day"), at(received), [pause], at(now))
    assert not is_late(Limit(5, "calendar_day"), found, None, at(now))
