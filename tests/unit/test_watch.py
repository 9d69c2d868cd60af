"""Silent feeds, figures too good to be true, changes of due dates, letters: each threshold from both sides."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from config.calendar import load_calendars
from config.errors import ConfigError, MotcuaError
from config.watch import Silent, TooGood, load_watch
from tasks.clocks import clock_for
from tasks.reports.due_changes import DueChange, expiry, joined, repeated
from tasks.reports.letters import Judged, lines_of, parse_letters, send_by
from tasks.reports.silence import ALL, silences
from tasks.reports.too_good import signs

CLOCK = clock_for(load_calendars()["vn"])
AS_OF = date(2026, 3, 31)


def working_days(count: int, until: date = AS_OF) -> list[date]:
    days = np.datetime64(until) - np.arange(count * 2 + 20)
    return [day.astype(date) for day in days[CLOCK.is_working_day(days)][:count]]


# -- silence ---------------------------------------------------------------------------------

RULE = Silent(look_back=60, least_active=10, times_longest=2, least_days=3)


def silent_units(rows: list[tuple[str | None, date]]) -> dict[str, int]:
    return {one.unit_code: one.silent_days for one in silences("desk", rows, CLOCK, AS_OF, RULE)}


def test_who_had_a_record_every_day_is_silent_after_the_fourth_day_without() -> None:
    days = working_days(40)
    assert silent_units([("A", day) for day in days[4:]]) == {"A": 4, ALL: 4}
    assert silent_units([("A", day) for day in days[3:]]) == {}


def test_who_has_a_record_once_a_week_is_silent_after_twice_as_long() -> None:
    days = working_days(140)
    others = [(None, day) for day in days]
    assert silent_units([("B", day) for day in days[10::5]] + others) == {}
    assert silent_units([("B", day) for day in days[11::5]] + others) == {"B": 11}
    assert silent_units([("B", day) for day in days[30::10]] + others) == {}, "six days of sixty are no rhythm"


def test_tet_is_no_silence() -> None:
    # Tết 2026: days off from 14 to 22 February.
    rows = [("A", day) for day in working_days(40, until=date(2026, 2, 13))]
    assert silences("desk", rows, CLOCK, date(2026, 2, 24), RULE) == []
    assert {one.unit_code for one in silences("desk", rows, CLOCK, date(2026, 2, 27), RULE)} == {"A", ALL}


def test_a_record_on_a_day_off_is_a_sign_of_life() -> None:
    days = working_days(40)[5:]
    assert silent_units([("A", day) for day in [*days, date(2026, 3, 29)]]) == {}


# -- too good to be true ---------------------------------------------------------------------

GOOD = TooGood(
    least_closings=20,
    least_all_on_time=50,
    same_time=0.5,
    batch=0.25,
    least_batch=10,
    at_once_minutes=10,
    at_once=0.4,
    off_hours=0.3,
)


def month(count: int, minutes: list[int], *, late: int = 1, worked: int = 600, batch_of: int = 1) -> dict[str, tuple[int, str]]:
    """Closings of March 2026 at these minutes of the day, in turn; ``batch_of`` of them on the same day."""
    days = working_days(21)
    end = np.array(
        [np.datetime64(days[n // batch_of % 20], "us") + np.timedelta64(minutes[n % len(minutes)], "m") for n in range(count)]
    )
    received = CLOCK.after_working_minutes(end.astype("datetime64[D]") - np.timedelta64(9, "D"), np.full(count, 600))
    if worked < 600:
        received = end - np.timedelta64(worked, "m")
    flags = np.arange(count) < late
    found = signs("desk", np.array(["A"] * count, dtype=object), received.astype("datetime64[us]"), end, flags, CLOCK, GOOD)
    assert all((one.month, one.unit_code, one.closings) == (date(2026, 3, 1), "A", count) for one in found)
    return {one.sign: (one.of_them, one.what) for one in found}


VARIED = [480 + 7 * n for n in range(25)] + [800 + 7 * n for n in range(25)]


def test_an_ordinary_month_is_not_conspicuous() -> None:
    assert month(49, VARIED, late=0) == {}
    assert month(50, VARIED, late=1) == {}
    assert month(19, [1020]) == {}, "too few to say anything"


def test_fifty_closings_and_not_one_late() -> None:
    assert month(50, VARIED, late=0) == {"all_on_time": (50, "")}


def test_half_of_them_at_five_o_clock() -> None:
    assert month(40, [1019, *VARIED[:1], 1019, *VARIED[1:2]])["same_time"] == (20, "16:59")
    assert "same_time" not in month(42, [1019, *VARIED[:20]])


def test_a_batch_in_one_minute() -> None:
    assert month(40, [900], batch_of=10)["batch"][0] == 10
    assert "batch" not in month(40, [900], batch_of=9)


def test_closed_within_minutes_of_receipt_and_at_night() -> None:
    assert month(20, VARIED, worked=5)["at_once"] == (20, "")
    assert month(20, [1200 + n for n in range(20)]) == {"off_hours": (20, "")}


# -- due dates -------------------------------------------------------------------------------

DUE = datetime(2026, 3, 10, 10, tzinfo=UTC)
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)


def change(old: datetime | None, new: datetime | None, by: str = "pull", code: str = "A") -> DueChange:
    return DueChange("desk", code, "H1", old, new, None, None, "unclear", by, f"page of {by}")


@pytest.mark.parametrize(
    ("old", "not_before", "at", "when"),
    [
        (DUE, None, DUE, "before_expiry"),
        (DUE, DUE - HOUR, DUE + HOUR, "unclear"),
        (DUE, DUE, DUE + HOUR, "after_expiry"),
        (DUE, None, DUE + HOUR, "unclear"),
        (None, DUE, DUE + HOUR, "before_expiry"),
    ],
)
def test_a_due_date_had_expired_only_where_it_was_still_seen_afterwards(
    old: datetime | None, not_before: datetime | None, at: datetime, when: str
) -> None:
    assert expiry(old, not_before, at) == when


def test_what_a_request_tells_and_pulls_show_is_one_change() -> None:
    told, seen = (
        [change(DUE, DUE + WEEK, "request")],
        [change(DUE, DUE + WEEK), change(DUE + WEEK, DUE), change(DUE, DUE + WEEK)],
    )
    found = joined(told, seen)
    assert sorted(one.by for one in found) == ["both", "pull", "pull"]
    assert next(one for one in found if one.by == "both").page_digest == "page of pull"


def test_extensions_are_repeated_when_the_date_moved_on_twice() -> None:
    back = [change(DUE, DUE + WEEK), change(DUE + WEEK, DUE), change(None, DUE)]
    twice = [change(DUE, DUE + WEEK, code="B"), change(DUE + WEEK, DUE + 2 * WEEK, code="B")]
    assert [(one.code, one.new_due, count) for one, count in repeated(back + twice, 1)] == [("B", DUE + 2 * WEEK, 2)]


# -- letters ---------------------------------------------------------------------------------

ON = date(2026, 3, 10)


def kinds(timeliness: str, *sent: date, verdict: str = "late", state: str = "finished") -> list[str]:
    judged = Judged("desk", "A", "H1", timeliness, verdict, state, ON)
    return [line.kind for line in lines_of(judged, sent, CLOCK, 1)]


def test_a_truly_late_dossier_needs_a_letter_by_the_working_day_before_it_is_due() -> None:
    assert send_by(ON, CLOCK, 1) == date(2026, 3, 9)
    assert send_by(date(2026, 2, 23), CLOCK, 1) == date(2026, 2, 13), "Tết lies between"
    assert send_by(ON, CLOCK, 0) == ON
    assert kinds("late") == ["missing"]
    assert kinds("late", date(2026, 3, 9)) == []
    assert kinds("late", date(2026, 3, 10)) == ["overdue"]
    assert kinds("late", date(2026, 3, 9), date(2026, 3, 20)) == ["repeated"]


def test_a_letter_about_what_was_not_late_is_withdrawn_and_one_in_advance_is_not() -> None:
    assert kinds("on_time", ON, verdict="on_time") == ["withdraw"]
    assert kinds("on_time", verdict="on_time") == []
    assert kinds("on_time", ON, verdict="on_time", state="in_progress") == []
    assert kinds("on_time", ON, verdict="phantom_late", state="in_progress") == ["withdraw"]
    assert kinds("undetermined", ON, verdict="undetermined") == ["undetermined"]


def test_a_duplicate_that_is_late_in_the_data_only_gets_no_letter() -> None:
    assert kinds("late", verdict="phantom_late") == []
    assert kinds("late", ON, verdict="phantom_late") == ["withdraw"]


def test_a_register_is_read_as_offices_write_it_and_bad_lines_are_named() -> None:
    read = parse_letters(
        "Mã hồ sơ;Ngày gửi\n h99.1-260310-0001 ;09/03/2026\nH99.1-260310-0001;2026-03-09\n;1/1/2026\nX-1;hôm qua\n", "r.csv"
    )
    assert read.sent == {"H99.1-260310-0001": (date(2026, 3, 9),)}
    assert read.refused == ((4, "no_code"), (5, "no_day"))
    with pytest.raises(MotcuaError, match="columns"):
        parse_letters("a,b\n1,2\n", "r.csv")
    with pytest.raises(MotcuaError, match="columns"):
        parse_letters("", "r.csv")


def test_the_thresholds_are_declared_and_a_wrong_one_is_named(tmp_path) -> None:
    text = load_watch().model_dump_json()
    path = tmp_path / "watch.yaml"
    path.write_text(text.replace('"off_hours":0.3', '"off_hours":3'), encoding="utf-8")
    with pytest.raises(ConfigError, match="off_hours"):
        load_watch(path)
