"""Silent feeds, figures too good to be true, changes of due dates, letters: each threshold from both sides."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from config.calendar import load_calendars
from config.errors import ConfigError, MotcuaError
from config.watch import Incident, Silent, SuspiciousMonths, Volume, load_watch
from tasks.judging.clocks import clock_for
from tasks.reports.anomalies import anomalies
from tasks.reports.due_changes import DueChange, expiry, joined_changes, repeated
from tasks.reports.letters import JudgedDossier, lines_of, parse_letters, send_by
from tasks.reports.silence import silences
from tasks.reports.suspicious_months import _jumps, suspicious_months
from tasks.reports.translation import ALL
from tasks.rules.sources.volume import kind_of_days, unusual_days

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


def test_an_earlier_outage_does_not_make_silence_ordinary() -> None:
    days = working_days(59)
    outage = [("A", day) for day in [*days[4:20], *days[32:]]]  # twelve working days without a record
    assert silent_units(outage) == {"A": 4, ALL: 4}
    known = Incident(source="desk", since=days[3], until=days[0], why="moved to a new server")
    assert silences("desk", outage, CLOCK, AS_OF, RULE, (known,)) == [], "days of a known incident count as days off"


# -- a day's volume -----------------------------------------------------------------------------

VOLUME = Volume(look_back=20, least_days=8, least_expected=5, limit=4, settles_after=3, break_days=4, recent=5)
START = date(2025, 3, 3)


def counted(at: dict[date, int], usual: int = 20, until: date = AS_OF) -> dict[date, int]:
    """So many dossiers on every working day, others on some."""
    days = np.arange(np.datetime64(START), np.datetime64(until) + 1)
    return {day.astype(date): usual for day in days[CLOCK.is_working_day(days)]} | at


def unusual(at: dict[date, int], usual: int = 20, incidents: tuple[date, ...] = ()) -> list[tuple[date, str, int, float]]:
    kinds = kind_of_days(CLOCK.hours, START, AS_OF, VOLUME.break_days)
    found = unusual_days(counted(at, usual), kinds, incidents, VOLUME)
    return [(one.day, one.kind, one.count, one.usual) for one in found]


def test_days_are_of_a_kind() -> None:
    kinds = kind_of_days(CLOCK.hours, date(2026, 1, 9), date(2026, 2, 24), 4)
    # 2 January was swapped for Saturday 10 January; Tết 2026: off from 14 to 22 February.
    assert kinds[date(2026, 1, 9)] == "4"
    assert kinds[date(2026, 1, 10)] == "make_up"
    assert kinds[date(2026, 2, 13)] == "before_break"
    assert kinds[date(2026, 2, 23)] == "after_break"
    assert date(2026, 2, 16) not in kinds
    assert kinds[date(2026, 2, 24)] == "1"
    half = replace(CLOCK.hours, worked={date(2026, 3, 6)}, worked_sessions=((450, 690),))
    assert kind_of_days(half, date(2026, 3, 5), date(2026, 3, 6), 4) == {date(2026, 3, 5): "3", date(2026, 3, 6): "half"}


def test_a_day_stands_out_only_beyond_chance() -> None:
    # Twenty on every Tuesday: chance alone gives a spread of 4.47, four of which are 17.9.
    tuesday = date(2026, 3, 17)
    assert unusual({tuesday: 37}) == [] == unusual({tuesday: 3})
    assert unusual({tuesday: 38}) == [(tuesday, "1", 38, 20)]
    assert unusual({tuesday: 2}) == [(tuesday, "1", 2, 20)]
    assert unusual({tuesday: 0}, usual=4) == [], "of four a day nothing can be said"


def test_days_off_tet_and_make_up_days_are_no_alarm() -> None:
    assert unusual({}) == []
    quiet = {date(2026, 1, 10): 0, date(2026, 2, 13): 1, date(2026, 2, 23): 90, date(2025, 4, 26): 0}
    assert unusual(quiet) == [], "too rare to be compared with anything"
    assert unusual({date(2026, 2, 17): 50}) == [], "a record on a day off belongs to no working day"


def test_an_incident_is_no_measure_for_later_days_unless_it_stays() -> None:
    mondays = [date(2026, 3, day) for day in (2, 9, 16, 23)]
    assert [day for day, *_ in unusual({mondays[0]: 90, mondays[3]: 60})] == [mondays[0], mondays[3]]
    moved = unusual(dict.fromkeys(mondays, 60))
    assert [(day, usual) for day, _, _, usual in moved] == [(day, 20) for day in mondays[:3]], "from the fourth on it is so"
    assert unusual({mondays[0]: 90}, incidents=(mondays[0],)) == [], "a known incident is not reported"


def test_anomalies_name_system_and_agency_and_not_what_nobody_knows_yet() -> None:
    watch = load_watch().model_copy(update={"volume": VOLUME})
    tuesday, last = date(2026, 3, 17), date(2026, 3, 27)
    days = {**counted({tuesday: 60}, until=last)}
    rows = [("H99.1", "received", day, count) for day, count in days.items()]
    rows += [(None, "received", day, 20) for day in days] + [("H99.2", "closed", day, 1) for day in days]
    found = list(anomalies("desk", rows, CLOCK.hours, watch))
    assert {(one.unit_code, one.measure, one.day.day, one.day.count) for one in found} == {
        ("H99.1", "received", tuesday, 60),
        ("*", "received", tuesday, 80),
    }
    assert list(anomalies("desk", rows, CLOCK.hours, watch, recent=True)) == [], "the last five days are as ever"
    gone = list(anomalies("desk", rows[: len(days) - 10] + rows[len(days) :], CLOCK.hours, watch, {"H99.1": date(2026, 3, 1)}))
    assert not [one for one in gone if one.unit_code == "H99.1"], "an agency that is dissolved may have none"


# -- too good to be true ---------------------------------------------------------------------

GOOD = SuspiciousMonths(
    least_closings=20,
    least_all_on_time=50,
    same_time=0.5,
    batch=0.25,
    least_batch=10,
    at_once_minutes=10,
    at_once=0.4,
    off_hours=0.3,
    jump=0.2,
    jump_months=6,
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
    found = suspicious_months(
        "desk", np.array(["A"] * count, dtype=object), received.astype("datetime64[us]"), end, flags, CLOCK, GOOD
    )
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


def test_a_month_far_better_than_those_before_it() -> None:
    assert _jumps((100, 95), [(100, 60), (100, 65)], GOOD)
    assert not _jumps((100, 81), [(100, 62)], GOOD), "less than twenty points"
    assert not _jumps((20, 19), [(20, 13)], GOOD), "chance alone can do that"
    assert not _jumps((100, 100), [], GOOD), "nothing to compare with"


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
    found = joined_changes(told, seen)
    assert sorted(one.by for one in found) == ["both", "pull", "pull"]
    assert next(one for one in found if one.by == "both").page_digest == "page of pull"


def test_extensions_are_repeated_when_the_date_moved_on_twice() -> None:
    back = [change(DUE, DUE + WEEK), change(DUE + WEEK, DUE), change(None, DUE)]
    twice = [change(DUE, DUE + WEEK, code="B"), change(DUE + WEEK, DUE + 2 * WEEK, code="B")]
    assert [(one.code, one.new_due, count) for one, count in repeated(back + twice, 1)] == [("B", DUE + 2 * WEEK, 2)]


# -- letters ---------------------------------------------------------------------------------

ON = date(2026, 3, 10)


def kinds(timeliness: str, *sent: date, verdict: str = "late", state: str = "finished") -> list[str]:
    judged = JudgedDossier("desk", "A", "H1", timeliness, verdict, state, ON)
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
