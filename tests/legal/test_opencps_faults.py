"""The thirteen faults of OpenCPS v2's statistics and due dates, and the right answer to each.

Each test names the fault (a to m, in the order in which its code was read), and the answer is worked out by hand in the
comment beside it or by walking the minutes one by one.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from config.calendar import Calendar, load_calendars
from config.calendar import Office as OfficeHours
from config.indicators import indicators_in_force
from config.policies import load_policies
from schemas.verdicts import VERDICTS_TABLE
from tasks.judging.clocks import clock_for
from tasks.rules.frames import DossierFrames
from tasks.rules.indicators.counters import count_dossiers, counted_dossiers
from tasks.rules.indicators.identities import broken_identities
from tasks.rules.indicators.values import indicators_of
from tasks.rules.verdict.judgement import judge_frames
from tasks.rules.verdict.timeline import JudgingOffice
from tests.legal import legal_cases

AS_OF = date(2026, 3, 31)
ZONES = {"desk": legal_cases.ZONE}


def judged(**case: Any) -> dict[str, Any]:
    row: dict[str, Any] = legal_cases.judge_case(case)
    return row


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def walk(hours: dict[int, list[tuple[int, int]]], start: datetime, minutes: int) -> datetime:
    """Walk minute by minute through the hours of a week until so many worked ones are over."""
    while minutes:
        minute = start.hour * 60 + start.minute
        minutes -= any(first <= minute < last for first, last in hours.get(start.weekday(), []))
        start += timedelta(minutes=1)
    return start


def frames_of_several(*cases: dict[str, Any]) -> DossierFrames:
    parts = [legal_cases.frames_of(case) for case in cases]
    names = ("dossiers", "events", "pauses", "evidence")
    joined = {name: pd.concat([getattr(part, name) for part in parts], ignore_index=True) for name in names}
    return DossierFrames(**joined, procedures=parts[0].procedures, units=parts[0].units)


def office(clock_of: Calendar) -> JudgingOffice:
    plain = clock_for(clock_of, plain=True)
    return JudgingOffice(legal_cases.ZONE, clock_for(clock_of), plain, legal_cases.OwnRule(), keeps_requests=True)


def counts_of(*rows: dict[str, Any]) -> pd.DataFrame:
    """Count the dossiers of some verdicts the way a publication does, on the cleaned basis."""
    frame = VERDICTS_TABLE.frame(
        [{"source": "desk", "policy": "qd766", "code": f"H99-{n}"} | row for n, row in enumerate(rows)]
    )
    return count_dossiers(counted_dossiers(frame, "cleaned", ZONES, AS_OF), AS_OF).assign(policy="qd766", basis="cleaned")


def verdict_row(received: str, end: str | None, due: str | None, timeliness: str, state: str = "finished") -> dict[str, Any]:
    times = {"received_at": received, "end_at": end, "due_at": due}
    instants = {
        name: None if text is None else pd.Timestamp(text, tz=legal_cases.ZONE).tz_convert("UTC")
        for name, text in times.items()
    }
    recorded = {"recorded_state": state, "recorded_timeliness": "on_time"}
    return {**instants, **recorded, "state": state, "timeliness": timeliness, "counted": True, "unit_code": "H99.12"}


def on_time_rate(counts: pd.DataFrame) -> dict[str, Any]:
    rows = indicators_of(counts, indicators_in_force(AS_OF))
    rows = rows[(rows["indicator"] == "finished_on_time_rate") & (rows["unit_code"] == "*") & (rows["period"] == "*")]
    rows = rows[(rows["field_code"] == "*") & (rows["channel"] == "*")]
    found: dict[str, Any] = rows.iloc[0].to_dict()
    return found


def test_a_what_is_done_on_a_saturday_is_told_by_the_day_of_the_end() -> None:
    """OpenCPS tells it by the day of receipt. Received Monday 2 March, done on Saturday 7 March; and the other way round."""
    hours = {"weekdays": ["07:30-11:30", "13:00-17:00"], "saturday": ["07:30-11:30"]}
    on_saturday = judged(
        hours=hours, received=at("2026-03-02T08:00"), done_recorded=at("2026-03-07T09:00"), log=[[at("2026-03-07T09:00"), 9]]
    )
    on_monday = judged(
        hours=hours, received=at("2026-03-07T09:00"), done_recorded=at("2026-03-09T09:00"), log=[[at("2026-03-09T09:00"), 9]]
    )
    assert (on_saturday["end_at"].weekday(), on_monday["end_at"].weekday()) == (5, 0)
    # Monday 7.5 h left of the day, four whole days, and 1.5 h on Saturday; Saturday 2.5 h left, and 1.5 h on Monday.
    assert on_saturday["worked_minutes"] == (7.5 + 4 * 8 + 1.5) * 60
    assert on_monday["worked_minutes"] == (2.5 + 1.5) * 60


def test_b_without_a_due_date_the_limit_decides_and_every_figure_says_the_same() -> None:
    """OpenCPS has two engines: on time by the one, early by the other. Five working days from 3 March end on the 10th."""
    late = judged(received=at("2026-03-03T08:00"), done_recorded=at("2026-03-11T09:00"), log=[[at("2026-03-11T09:00"), 9]])
    assert (late["due_at"], late["timeliness"], late["verdict"]) == (at("2026-03-10T17:00"), "late", "hidden_late")
    on_time = judged(received=at("2026-03-03T08:00"), done_recorded=at("2026-03-10T09:00"), log=[[at("2026-03-10T09:00"), 9]])
    assert on_time["timeliness"] == "on_time"
    counts = counts_of(verdict_row("2026-03-03T08:00", "2026-03-11T09:00", None, late["timeliness"]))
    assert counts[["finished_early", "finished_on_time", "finished_late"]].sum().tolist() == [0, 0, 1]


@pytest.mark.parametrize(("policy", "timeliness", "counted"), [("qd766", "late", True), ("local", "on_time", False)])
def test_c_a_refusal_is_counted_as_the_policy_says_and_not_as_the_code_happens_to(
    policy: str, timeliness: str, counted: bool
) -> None:
    """OpenCPS: the comment says "not counted", the code counts. Refused on 20 March, due on 10 March."""
    row = judged(
        policy=policy,
        received=at("2026-03-03T08:00"),
        appointed=at("2026-03-10T17:00"),
        status=3,
        done_recorded=at("2026-03-20T08:00"),
        log=[[at("2026-03-03T08:00"), 2], [at("2026-03-20T08:00"), 3]],
    )
    assert (row["state"], row["timeliness"], row["counted"]) == ("refused", timeliness, counted)


def test_d_a_dossier_without_receipt_stops_no_other() -> None:
    """OpenCPS throws on a null date. Here its code has the day (3 March, due the 10th); one without that is undetermined."""
    ended = {"done_recorded": at("2026-03-11T09:00"), "status": 9}
    frames = frames_of_several(
        {"code_day": date(2026, 3, 3), **ended}, {"received": at("2026-03-02T08:00"), **ended}, {"received": None, **ended}
    )
    rows = judge_frames(frames, load_policies()["qd766"], office(load_calendars()["vn"]), AS_OF)
    assert rows["timeliness"].tolist() == ["late", "late", "undetermined"]
    assert rows["missing"].tolist()[2] == "receipt"


def test_e_what_was_waited_for_is_not_the_offices_time() -> None:
    """OpenCPS holds every lateness to be the office's own. 3 March 08:00 to 13 March 09:00 less three days of waiting."""
    row = judged(
        received=at("2026-03-03T08:00"),
        pauses=[{"from": at("2026-03-04T07:30"), "to": at("2026-03-06T17:00")}],
        log=[[at("2026-03-03T08:00"), 2], [at("2026-03-13T09:00"), 9]],
    )
    # All: 7.5 h on the 3rd, 7 days between, 1.5 h on the 13th = 65 h. Waiting: 3 days = 24 h. The office: 41 h, 1 h over 5 days.
    assert (row["worked_minutes"], row["paused_minutes"]) == (41 * 60, 24 * 60)
    assert row["due_at"] == at("2026-03-13T17:00")
    assert row["timeliness"] == "on_time"


def test_f_the_first_instant_of_a_month_belongs_to_it_and_days_are_compared_as_days() -> None:
    """OpenCPS: received at 1 March 00:00 is "carried over", done at 17:01 of the due day is late."""
    counts = counts_of(verdict_row("2026-03-01T00:00", "2026-03-06T10:00", "2026-03-06T17:00", "on_time"))
    march = counts[counts["month"] == date(2026, 3, 1)]
    assert (march["received"].tolist(), march["carried_over"].tolist()) == ([1], [0])
    row = judged(received=at("2026-03-03T08:00"), log=[[at("2026-03-03T08:00"), 2], [at("2026-03-10T17:01"), 9]])
    assert row["timeliness"] == "on_time"


def test_g_nothing_waits_for_ever_unseen() -> None:
    """OpenCPS never counts waiting or receiving as overdue. Due on 10 March, judged at the end of March."""
    receiving = judged(received=at("2026-03-03T08:00"), status=2, log=[[at("2026-03-03T08:00"), 2]])
    unasked = judged(received=at("2026-03-03T08:00"), log=[[at("2026-03-03T08:00"), 2], [at("2026-03-09T08:00"), 5]])
    asked_too_late = judged(
        received=at("2026-03-03T08:00"),
        log=[[at("2026-03-03T08:00"), 2], [at("2026-03-12T08:00"), 5]],
        pauses=[{"from": at("2026-03-12T08:00")}],
    )
    asked_in_time = judged(
        received=at("2026-03-03T08:00"),
        log=[[at("2026-03-03T08:00"), 2], [at("2026-03-09T08:00"), 5]],
        pauses=[{"from": at("2026-03-09T08:00")}],
    )
    found = [row["timeliness"] for row in (receiving, unasked, asked_too_late, asked_in_time)]
    assert found == ["late", "late", "late", "on_time"]


def test_h_no_rate_of_nothing_and_no_percentage_cut_off() -> None:
    """OpenCPS: 100 % of nothing, 97.4 % becomes 97, 99.99 % becomes 99."""
    late = verdict_row("2026-03-02T08:00", "2026-03-30T10:00", "2026-03-09T17:00", "late")
    on_time = verdict_row("2026-03-02T08:00", "2026-03-09T10:00", "2026-03-09T17:00", "on_time")
    running = verdict_row("2026-03-30T08:00", None, "2026-04-06T17:00", "on_time", "in_progress")
    assert on_time_rate(counts_of(*[on_time] * 487, *[late] * 13))["value"] == 97.4
    assert on_time_rate(counts_of(*[on_time] * 9999, late))["value"] == 99.99
    nothing = on_time_rate(counts_of(running))
    assert nothing["denominator"] == 0
    assert pd.isna(nothing["value"])


def test_i_columns_that_do_not_add_up_are_shown_and_not_made_to() -> None:
    """OpenCPS writes max(processed − received, 0). One dossier is taken out of a column: the balance is one short."""
    counts = counts_of(
        verdict_row("2026-02-10T08:00", "2026-03-09T10:00", "2026-02-17T17:00", "late"),
        verdict_row("2026-03-02T08:00", "2026-03-09T10:00", "2026-03-09T17:00", "on_time"),
    )
    assert broken_identities(counts) == []
    tampered = counts.assign(received=counts["received"] - (counts["month"] == date(2026, 3, 1)).astype("int64"))
    assert [(each.identity, each.difference) for each in broken_identities(tampered)] == [("balance", -1)]


OWN_HOURS = {"weekdays": ["07:00-11:00", "14:00-18:00"]}
OWN_WEEK = {weekday: [(420, 660), (840, 1080)] for weekday in range(5)}


@pytest.mark.parametrize(
    "received", ["2026-03-03T06:10", "2026-03-03T10:59", "2026-03-03T12:00", "2026-03-03T17:45", "2026-03-07T09:00"]
)
@pytest.mark.parametrize("hours", [1, 4, 8, 13])
def test_j_the_hours_that_an_office_has_set_are_the_hours_that_count(received: str, hours: int) -> None:
    """OpenCPS splits them at the wrong character and takes its defaults; an afternoon begins at its end's minutes."""
    row = judged(hours=OWN_HOURS, limit=f"{hours} giờ", received=at(received))
    assert row["due_at"] == walk(OWN_WEEK, at(received), hours * 60)


def test_k_two_offices_at_once_keep_their_own_hours_and_half_an_hour_is_thirty_minutes() -> None:
    """OpenCPS keeps one calendar for all threads, and cuts 0.5 hours to 0."""
    calendar = load_calendars()["vn"]
    weeks = [{"weekdays": [f"{7 + n % 3:02}:00-{15 + n % 3:02}:00"]} for n in range(24)]
    offices = [OfficeHours(name=f"o{n}", units=(f"H99.{n}",), hours=week) for n, week in enumerate(weeks)]
    own = calendar.model_copy(update={"offices": tuple(offices)})
    start = np.array([np.datetime64("2026-03-03T06:00")])

    def due(number: int) -> np.ndarray:
        return clock_for(own, f"H99.{number}").after_working_minutes(start, np.array([30]))[0]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(due, range(24)))
    assert found == [np.datetime64(f"2026-03-03T{7 + n % 3:02}:30") for n in range(24)]
    assert judged(limit="0,5 giờ", received=at("2026-03-03T08:00"))["due_at"] == at("2026-03-03T08:30")


def test_l_a_step_has_its_own_limit() -> None:
    """OpenCPS counts every step as due at once. A step of 4 hours from 10:00 is due at 15:30, and over by 1.5 h at 17:00."""
    clock = clock_for(load_calendars()["vn"])
    begun, over = np.array([np.datetime64("2026-03-03T10:00")]), np.array([np.datetime64("2026-03-03T17:00")])
    due = clock.after_working_minutes(begun, np.array([240]))
    assert due[0] == np.datetime64("2026-03-03T15:30")
    assert clock.working_minutes_between(due, over)[0] == 90
    assert clock.working_minutes_between(due, begun)[0] == -240


def test_m_a_due_date_that_begins_anew_from_now_moves_nothing_and_leaves_its_trace() -> None:
    """OpenCPS overwrites it and keeps no history. Due on the 10th; on the 12th it was set to the 19th, and done on that day."""
    row = judged(
        received=at("2026-03-03T08:00"),
        appointed=at("2026-03-19T17:00"),
        done_recorded=at("2026-03-19T10:00"),
        pauses=[
            {
                "from": at("2026-03-12T08:00"),
                "to": at("2026-03-12T08:00"),
                "due_before": at("2026-03-10T17:00"),
                "due_after": at("2026-03-19T17:00"),
            }
        ],
        log=[[at("2026-03-03T08:00"), 2], [at("2026-03-19T10:00"), 9]],
    )
    assert row["due_at"] == at("2026-03-10T17:00")
    assert (row["verdict"], row["reasons"]) == ("hidden_late", "due_moved_after_expiry")
