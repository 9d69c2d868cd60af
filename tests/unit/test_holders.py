"""Every working minute has exactly one holder: against a walk from minute to minute, and in cases one can read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from config.calendar import load_calendars
from config.policies import load_policies
from schemas.dossiers import EVENTS
from schemas.reference import UNITS
from tasks.judging.clocks import clock_for
from tasks.legal_cases.model import LegalCase
from tasks.rules.clock.working_clock import OfficeHours, WorkingClock
from tasks.rules.verdict.facts import facts_of
from tasks.rules.verdict.holders import AGENCY, HOLDERS, UNKNOWN, Holdings, Spans, Steps, Waits, hold, holders_of
from tasks.rules.verdict.timeline import JudgingOffice, Timeline, build_timeline, resolve_inputs
from tests.legal import legal_cases
from tests.legal.legal_cases import ZONE, OwnRule, all_cases, frames_of

SMALL = OfficeHours(
    first=date(2026, 1, 1),
    last=date(2026, 1, 9),
    week=dict.fromkeys(range(5), ((480, 500), (780, 795))),
    off={date(2026, 1, 1)},
    worked={date(2026, 1, 3)},
    worked_sessions=((480, 490),),
)
CLOCK = WorkingClock.of(SMALL)
ZERO = np.datetime64("2026-01-01T00:00", "m")
NAT = np.datetime64("NaT", "m")
WORKED = [
    index * 1440 + minute
    for index in range(9)
    for first, last in SMALL.sessions_of(date(2026, 1, 1 + index))
    for minute in range(first, last)
]
# Minutes near the sessions, so that few of them fall into the night.
moment = st.builds(
    lambda day, minute: day * 1440 + minute, st.integers(0, 8), st.one_of(st.integers(475, 505), st.integers(775, 800))
)


@st.composite
def dossiers(draw: st.DrawFn) -> dict[str, Any]:
    start, end = sorted((draw(moment), draw(moment)))
    waits = [(*sorted((draw(moment), draw(moment))), draw(st.integers(2, 6))) for _ in range(draw(st.integers(0, 3)))]
    steps = sorted((draw(moment), draw(st.integers(0, 2))) for _ in range(draw(st.integers(0, 4))))
    known = draw(st.booleans()) or draw(st.booleans())
    lost = draw(moment) if draw(st.integers(0, 4)) == 0 else None
    return {"start": start if known else None, "end": end, "due": draw(moment), "waits": waits, "steps": steps, "lost": lost}


def walk(one: dict[str, Any]) -> tuple[list[int], list[int]]:
    """Ask of every working minute who has it; the minutes of each holder, and those after the due date."""
    minutes, over = [0] * len(HOLDERS), [0] * len(HOLDERS)
    for minute in WORKED:
        if one["start"] is None or not one["start"] <= minute < one["end"]:
            continue
        holder = UNKNOWN
        for at, of_step in one["steps"]:
            holder = of_step if at <= minute else holder
        if one["lost"] is not None and minute >= one["lost"]:
            holder = UNKNOWN
        waiting = [of_wait for first, last, of_wait in one["waits"] if first <= minute < last]
        if waiting and not (holder == 1 and waiting[0] == 4):  # a payment that the tax office has on its desk
            holder = waiting[0]
        minutes[holder] += 1
        over[holder] += minute >= one["due"]
    return minutes, over


def held(many: list[dict[str, Any]]) -> Holdings:
    def times(values: list[int | None]) -> np.ndarray:
        return np.array([NAT if value is None else ZERO + value for value in values], dtype="datetime64[m]")

    waits = [
        (row, max(first, one["start"]), min(last, one["end"]), holder)
        for row, one in enumerate(many)
        for first, last, holder in one["waits"]
        if one["start"] is not None and min(last, one["end"]) > max(first, one["start"])
    ]
    steps = [(row, at, holder) for row, one in enumerate(many) for at, holder in one["steps"]]
    columns = [list(column) for column in zip(*waits, strict=True)] or [[], [], [], []]
    entries = [list(column) for column in zip(*steps, strict=True)] or [[], [], []]
    whole = [np.array(column, dtype=np.int64) for column in (columns[0], columns[3], entries[0], entries[2])]
    return hold(
        Spans(
            times([one["start"] for one in many]),
            times([one["end"] for one in many]),
            times([one["due"] for one in many]),
            np.full(len(many), UNKNOWN),
            times([one["lost"] for one in many]),
        ),
        Waits(whole[0], times(columns[1]), times(columns[2]), whole[1]),
        Steps(whole[2], times(entries[1]), whole[3], np.zeros(len(whole[2])), np.full(len(whole[2]), -1)),
        CLOCK,
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(dossiers(), min_size=1, max_size=20))
def test_each_working_minute_has_the_holder_that_a_walk_finds(many: list[dict[str, Any]]) -> None:
    found = held(many)
    walked = [walk(one) for one in many]
    assert found.shares(len(many)).tolist() == [minutes for minutes, _ in walked]
    assert found.shares(len(many), over=True).tolist() == [over for _, over in walked]


def test_of_a_hundred_thousand_dossiers_the_sum_over_holders_is_the_total() -> None:
    dice = np.random.default_rng(5)
    count = 100_000
    clock = clock_for(load_calendars()["vn"])
    start = np.datetime64("2025-06-02T07:30", "m") + dice.integers(0, 200_000, count)
    end = start + dice.integers(0, 60_000, count)
    many = dice.integers(0, count, 3 * count)
    entered = np.sort(dice.integers(0, count, 4 * count))
    at = start[entered] + dice.integers(-3000, 60_000, len(entered))
    order = np.lexsort((at, entered))
    first = start[many] + dice.integers(0, 60_000, len(many))
    last = np.fmin(first + dice.integers(1, 30_000, len(many)), end[many])
    real = last > first
    spans = Spans(start, end, start + 9000, np.full(count, AGENCY), np.full(count, NAT))
    waits = Waits(many[real], first[real], last[real], dice.integers(2, 7, int(real.sum())))
    steps = Steps(entered, at[order], dice.integers(0, 3, len(at)), np.zeros(len(at)), np.full(len(at), -1))
    found = hold(spans, waits, steps, clock)
    assert np.array_equal(found.shares(count).sum(axis=1), clock.working_minutes_between(start, end))
    assert (found.minutes >= 0).all()


def case_of(given_case: dict[str, Any], policy: str = "qd766") -> Timeline:
    log = given_case.get("log", [])
    return built(legal_cases.case_of({**given_case, "log": [entry[:2] for entry in log]}), log, policy)


def built(given_case: LegalCase, log: Sequence[Sequence[Any]] = (), policy: str = "qd766") -> Timeline:
    frames = frames_of(given_case)
    rooms = [entry[2] if len(entry) > 2 else None for entry in log]
    if rooms:
        frames.events["unit_as_given"] = pd.array(rooms, dtype=EVENTS.dtypes["unit_as_given"])
    calendar = load_calendars()[given_case.calendar]
    office = JudgingOffice(ZONE, clock_for(calendar), clock_for(calendar, plain=True), OwnRule(), keeps_requests=True)
    return build_timeline(resolve_inputs(facts_of(frames, ZONE), office, given_case.as_of), load_policies()[policy])


def test_in_legal_cases_the_others_hold_what_the_verdict_leaves_out() -> None:
    tried = 0
    for file, one in all_cases():
        if one.policy_but or one.policy or not one.pauses:
            continue
        case = built(one)
        total = case.office.clock.working_minutes_between(case.receipt.at, case.until)[0]
        shares = dict(zip(HOLDERS, holders_of(case).shares(1)[0].tolist(), strict=True))
        assert sum(shares.values()) == max(total, 0), file
        if total >= 0:
            outside = shares["citizen"] + shares["finance"] + shares["posting"] + shares["stopped"]
            assert outside == case.paused.minutes[0], one
        tried += 1
    assert tried > 10


STORY = {
    "received": datetime(2026, 3, 2, 8, 0),
    "limit": "3 ngày làm việc",
    "log": [
        [datetime(2026, 3, 2, 8, 0), 2, "Bộ phận một cửa"],
        [datetime(2026, 3, 2, 10, 0), 4, "Phòng Đăng ký"],
        [datetime(2026, 3, 4, 8, 0), 4, "Thuế cơ sở 7"],
        [datetime(2026, 3, 6, 8, 0), 4, "Phòng Đăng ký"],
        [datetime(2026, 3, 13, 9, 0), 9, "Phòng Đăng ký"],
    ],
    "pauses": [{"from": datetime(2026, 3, 9, 8, 0), "to": datetime(2026, 3, 11, 8, 0)}],
}


def shares_of(story: dict[str, Any], *, over: bool = False) -> dict[str, int]:
    minutes = holders_of(case_of(story)).shares(1, over=over)[0].tolist()
    return {name: count for name, count in zip(HOLDERS, minutes, strict=True) if count}


def test_the_tax_office_the_citizen_and_the_agency_each_have_their_days() -> None:
    # 2 to 13 March is nine working days and one hour: two at the tax office, two with the citizen.
    assert shares_of(STORY) == {"agency": 5 * 480 + 60, "tax_office": 960, "citizen": 960}


def test_after_the_due_date_only_what_came_later_is_counted() -> None:
    # Due at the close of 5 March; the pause after it moves nothing. The tax office still has it on the 6th from 7:30 to 8:00.
    assert shares_of(STORY, over=True) == {"agency": 3 * 480 + 60, "citizen": 960, "tax_office": 30}


def test_a_payment_that_the_log_gives_to_the_tax_office_is_not_the_citizens() -> None:
    paid = {**STORY, "pauses": [{"kind": "financial", "from": datetime(2026, 3, 4, 8, 0), "to": datetime(2026, 3, 11, 8, 0)}]}
    assert shares_of(paid) == {"agency": 4 * 480 + 60, "tax_office": 960, "finance": 3 * 480}


def test_a_step_at_another_agency_of_the_directory_is_the_others() -> None:
    case = case_of({**STORY, "log": [*STORY["log"][:2], [datetime(2026, 3, 4, 8, 0), 4, "Sở Y tế"], STORY["log"][-1]]})
    units = UNITS.frame(
        {"unit_code": code, "valid_from": date(2020, 1, 1), "name": name, "level": "department", "succeeded_by": heir}
        for code, name, heir in (("H99.12", "Sở Nội vụ", "H99.14"), ("H99.13", "Sở Y tế", None), ("H99.14", "Sở mới", None))
    )
    frames = case.facts.frames
    frames.units.drop(frames.units.index, inplace=True)
    for column in units.columns:
        frames.units[column] = units[column]
    shares = dict(zip(HOLDERS, holders_of(case).shares(1)[0].tolist(), strict=True))
    assert (shares["agency"], shares["other_agency"], shares["citizen"]) == (960, 5 * 480 + 60, 960)


def test_without_log_the_agency_has_it_and_without_agency_nobody_is_known() -> None:
    bare = {"received": datetime(2026, 3, 2, 8, 0), "done_recorded": datetime(2026, 3, 3, 8, 0), "status": 9}
    assert shares_of(bare) == {"agency": 480}
    case = case_of(bare)
    case.facts.frames.dossiers["unit_code"] = pd.array([None], dtype=case.facts.frames.dossiers["unit_code"].dtype)
    assert holders_of(case).shares(1)[0, UNKNOWN] == 480


def test_what_ended_nobody_knows_when_is_held_by_nobody_known_after_the_last_entry() -> None:
    ended = {"received": datetime(2026, 3, 2, 8, 0), "log": [[datetime(2026, 3, 3, 8, 0), 4, "Phòng"]], "status": 9}
    shares = shares_of({**ended, "as_of": date(2026, 3, 4)})
    assert shares == {"agency": 480, "unknown": 450 + 480}
