"""Every check finds its fault and leaves a sound dossier alone; the machine around them keeps rows and bits in step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from config.calendar import Office, load_calendars
from config.checks import Check, Checks, load_checks
from config.errors import ConfigError
from tasks.judging.clocks import clock_for
from tasks.rules.checks import AMONG, BY_END, TESTS, Findings, parameters_of, run_checks
from tasks.rules.checks.daily import DAILY, OPEN_NOW, OVERTAKEN, WHILE_OPEN
from tasks.rules.checks.marks import ASKED_ELSEWHERE
from tasks.rules.clock.working_clock import Clocks
from tasks.rules.frames import DossierFrames
from tasks.rules.marks import MARKS
from tests.unit.check_cases import AS_OF, CASES, ZONE, Case, at, frames_of

GROUPS = {"closed_in_batch", "received_in_bulk", "changed_in_bulk", "receipt_number_repeated", "applicant_repeats"} | {
    "deleted_in_batch",
    "limit_misconfigured",
    "log_missing",  # a partition without any log says that the system keeps none
}


def checked(frames: DossierFrames, checks: Checks | None = None, as_of: date = AS_OF) -> Findings:
    calendar = load_calendars()["vn"]
    return run_checks(
        frames, checks or load_checks(), as_of, ZONE, *(Clocks((clock_for(calendar, plain=plain),)) for plain in (False, True))
    )


def failed(findings: Findings, place: int = 0) -> set[str]:
    return {check.id for check in findings.checks if findings.failing(check.id)[place]}


def only(check_id: str, **changes: object) -> Checks:
    return Checks(checks=(load_checks()[check_id].model_copy(update=changes),))


def test_every_check_has_its_function_its_parameters_and_a_case() -> None:
    declared = {check.id: set(check.parameters) for check in load_checks().each()}
    assert set(declared) == set(TESTS), (
        f"A check is a function in tasks/rules/checks and an entry in config/checks.yaml: {sorted(set(declared) ^ set(TESTS))}"
    )
    assert declared == {name: parameters_of(function) for name, function in TESTS.items()}
    assert set(declared) <= set(CASES), (
        f"Make these checks fail in tests/unit/check_cases.py: {sorted(set(declared) - set(CASES))}"
    )
    assert len(declared) >= 60


def test_every_mark_is_brought_up_once() -> None:
    declared = {check.id for check in load_checks().each()}
    assert declared >= set(MARKS) - set(ASKED_ELSEWHERE)
    assert set(ASKED_ELSEWHERE.values()) <= declared
    assert not declared & set(ASKED_ELSEWHERE)


def test_every_check_says_what_it_asks() -> None:
    silent = [name for name, function in TESTS.items() if not function.__doc__]
    assert not silent
    titles = [check.title.vi for check in load_checks().each()]
    assert len(set(titles)) == len(titles)


def test_months_checked_together_say_what_each_says_alone() -> None:
    march = frames_of(*CASES.values())
    silent = DossierFrames(march.dossiers, march.events.iloc[:0], march.pauses, march.evidence, march.procedures, march.units)
    months = [march, in_month(silent, 4), in_month(march, 5)]
    together = checked(stacked(months)).rows()
    alone = pd.concat([checked(frames).rows() for frames in months])
    assert len(together) > 500
    pd.testing.assert_frame_equal(*(in_order(rows) for rows in (together, alone)))


def in_month(frames: DossierFrames, month: int) -> DossierFrames:
    """The same dossiers in another partition, under keys of their own."""

    def renamed(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(code=frame["code"] + f"x{month}")

    dossiers = renamed(frames.dossiers)
    moved = pd.Series([date(2026, month, 1)] * len(dossiers), dtype=dossiers["partition_month"].dtype)
    rest = [renamed(frame) for frame in (frames.events, frames.pauses, frames.evidence)]
    return DossierFrames(dossiers.assign(partition_month=moved), *rest, frames.procedures, frames.units)


def stacked(months: list[DossierFrames]) -> DossierFrames:
    parts = ("dossiers", "events", "pauses", "evidence")
    frames = [pd.concat([getattr(month, part) for month in months], ignore_index=True) for part in parts]
    return DossierFrames(*frames, months[0].procedures, months[0].units)


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(["check_id", "source", "code"], ignore_index=True)


def test_nothing_is_wrong_with_a_sound_dossier() -> None:
    assert failed(checked(frames_of(Case()))) == set()


def test_nothing_is_wrong_with_an_open_one_in_time() -> None:
    case = Case(
        {
            "code": "H99.12-260330-0001",
            "status": 4,
            **{name: at(text) for name, text in _open_times().items()},
            **dict.fromkeys(("done_at", "returned_at", "result_at", "has_result")),
        },
        log=(("2026-03-30 08:30", 2), ("2026-03-30 09:10", 4)),
    )
    assert failed(checked(frames_of(case))) == set()


def _open_times() -> dict[str, str]:
    return {
        "submitted_at": "2026-03-30 08:20",
        "received_at": "2026-03-30 08:30",
        "due_at": "2026-04-06 17:00",
        "modified_at": "2026-03-30 09:10",
    }


@pytest.mark.parametrize("name", sorted(TESTS))
def test_check_finds_its_fault(name: str) -> None:
    case = CASES[name]
    neighbour = Case() if name == "log_missing" else None
    findings = checked(frames_of(case, neighbour) if neighbour else frames_of(case))
    expected = np.ones(case.crowd, dtype=bool) if neighbour is None else np.array([True, False])
    assert findings.failing(name).tolist() == expected.tolist()


@pytest.mark.parametrize("name", sorted(n for n, case in CASES.items() if case.crowd > 1))
def test_one_fewer_is_no_crowd(name: str) -> None:
    case = CASES[name]
    fewer = Case(case.fields, case.log, case.planned, case.pauses, case.others, case.crowd - 1)
    assert not checked(frames_of(fewer)).failing(name).any()


@lru_cache(maxsize=1)
def whole_partition() -> tuple[list[str], Findings]:
    names = [name for name, case in CASES.items() if case.crowd == 1]
    return names, checked(frames_of(*(CASES[name] for name in names)))


def places() -> Iterator[tuple[int, str]]:
    return ((place, name) for place, name in enumerate(n for n, c in CASES.items() if c.crowd == 1))


@pytest.mark.parametrize(("place", "name"), places(), ids=lambda v: v if isinstance(v, str) else "")
def test_neighbours_change_no_answer(place: int, name: str) -> None:
    _, together = whole_partition()
    alone = checked(frames_of(Case(), CASES[name]))
    assert failed(together, place) - GROUPS == failed(alone, 1) - GROUPS


def test_rows_in_any_order_give_the_same_answers() -> None:
    names, together = whole_partition()
    frames = frames_of(*(CASES[name] for name in names))
    shuffled = DossierFrames(
        dossiers=frames.dossiers.sample(frac=1, random_state=1).reset_index(drop=True),
        events=frames.events.sample(frac=1, random_state=2),
        pauses=frames.pauses.sample(frac=1, random_state=3),
        evidence=frames.evidence.sample(frac=1, random_state=4),
        procedures=frames.procedures.sample(frac=1, random_state=5).reset_index(drop=True),
        units=frames.units.sample(frac=1, random_state=6).reset_index(drop=True),
    )
    first, second = (f.rows().sort_values(["code", "check_id"], ignore_index=True) for f in (together, checked(shuffled)))
    pd.testing.assert_frame_equal(first, second)


def test_rows_bits_and_counts_tell_the_same() -> None:
    names, findings = whole_partition()
    rows = findings.rows()
    assert findings.bits.shape == (len(load_checks()), (len(names) + 7) // 8)
    assert rows["check_id"].value_counts().to_dict() == {k: v for k, v in findings.counts().items() if v}
    severities = {check.id: check.severity for check in load_checks().each()}
    assert all(severities[row.check_id] == row.severity for row in rows.itertuples())
    assert not rows.duplicated(["source", "code", "check_id"]).any()


def test_no_dossiers_no_findings() -> None:
    findings = checked(frames_of())
    assert len(findings.rows()) == 0
    assert set(findings.counts().values()) == {0}


def test_without_reference_data_nothing_is_held_against_it() -> None:
    frames = frames_of(Case(), CASES["procedure_unknown"], CASES["agency_unknown"])
    bare = DossierFrames(
        frames.dossiers, frames.events, frames.pauses, frames.evidence, frames.procedures.iloc[:0], frames.units.iloc[:0]
    )
    assert failed(checked(bare)) == set()
    counts = checked(bare).counts()
    for name in ("procedure_unknown", "agency_unknown", "code_agency_unknown", "procedure_not_in_force", "due_far_shorter"):
        assert counts[name] == 0


@pytest.mark.parametrize(
    ("since", "until", "fails"),
    [
        (None, None, True),
        (date(2026, 3, 2), None, True),
        (date(2026, 3, 3), None, False),
        (None, date(2026, 3, 2), True),
        (None, date(2026, 3, 1), False),
        (date(2026, 3, 1), date(2026, 3, 31), True),
    ],
)
def test_a_check_holds_from_its_first_day_of_receipt_to_its_last(since: date | None, until: date | None, fails: bool) -> None:
    findings = checked(frames_of(CASES["due_missing"]), only("due_missing", since=since, until=until))
    assert findings.failing("due_missing").tolist() == [fails]


def test_without_receipt_the_month_of_the_partition_decides() -> None:
    checks = only("received_missing", since=date(2026, 3, 1))
    assert checked(frames_of(CASES["received_missing"]), checks).failing("received_missing").all()
    checks = only("received_missing", since=date(2026, 3, 2))
    assert not checked(frames_of(CASES["received_missing"]), checks).failing("received_missing").any()


@pytest.mark.parametrize("parameters", [{}, {"minutes": 10, "hours": 1}, {"minute": 10}])
def test_wrong_parameters_are_named(parameters: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match="finished_within_minutes has parameters"):
        checked(frames_of(Case()), only("finished_within_minutes", parameters=parameters))


def test_a_check_without_a_function_is_named() -> None:
    unknown = load_checks()["due_missing"].model_copy(update={"id": "no_such_check"})
    with pytest.raises(ConfigError, match="there is no check no_such_check"):
        checked(frames_of(Case()), Checks(checks=(unknown,)))


def test_a_declaration_cannot_be_half_made() -> None:
    good = load_checks()["due_missing"].model_dump()
    for wrong in ({"severity": "bad"}, {"title": {"vi": "Chỉ tiếng Việt"}}, {"id": "Due-Missing"}, {"colour": "red"}):
        with pytest.raises(ValueError, match="validation error"):
            Check.model_validate({**good, **wrong})
    with pytest.raises(ValueError, match="declared twice"):
        Checks.model_validate({"checks": [good, good]})
    with pytest.raises(ValueError, match="until is before since"):
        Check.model_validate({**good, "since": date(2026, 1, 2), "until": date(2026, 1, 1)})


def test_open_dossiers_grow_older() -> None:
    frames = frames_of(CASES["waiting_for_supplement_long"])
    assert not checked(frames, as_of=date(2026, 3, 6)).failing("waiting_for_supplement_long").any()
    assert checked(frames, as_of=date(2026, 3, 7)).failing("waiting_for_supplement_long").all()


@pytest.mark.parametrize(
    ("check_id", "times"),
    [
        ("received_after_done", {"done_at": "2026-03-02"}),
        ("received_after_returned", {"returned_at": "2026-03-02"}),
        ("done_after_returned", {"returned_at": "2026-03-06"}),
        ("due_before_received", {"due_at": "2026-03-02"}),
        ("submitted_after_received", {"received_at": "2026-03-02"}),
        ("ended_after_last_change", {"modified_at": "2026-03-06"}),
        ("log_work_after_stated_end", {"done_at": "2026-03-02"}),
    ],
)
def test_a_day_without_an_hour_is_not_its_first_minute(check_id: str, times: dict[str, str]) -> None:
    case = Case({name: at(text) for name, text in times.items()})
    assert not checked(frames_of(case)).failing(check_id).any()
    day_before = {name: at(text) - pd.Timedelta(days=1) for name, text in times.items()}
    assert checked(frames_of(Case(day_before))).failing(check_id).all()


def test_a_default_is_met_to_the_minute() -> None:
    due = {text: checked(frames_of(Case({"due_at": at(f"2026-03-02 {text}")}))) for text in ("10:30:59", "10:31:00")}
    assert {text: found.failing("due_after_default_hours").any() for text, found in due.items()} == {
        "10:30:59": True,
        "10:31:00": False,
    }


def test_a_carrier_is_not_held_against_the_desk() -> None:
    letter = {"received_at": "2026-03-09 09:00", "returned_at": "2026-03-11 10:00", "status": 10}
    assert failed(checked(frames_of(Case(others=[letter])))) == set()
    on_its_way = {**letter, "returned_at": None}
    assert failed(checked(frames_of(Case(others=[on_its_way])))) == set()


def test_threads_give_the_answers_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    names, one = whole_partition()
    monkeypatch.setattr("tasks.rules.checks.run.ALONE", 40)
    several = checked(frames_of(*(CASES[name] for name in names)))
    np.testing.assert_array_equal(one.bits, several.bits)


def test_each_agencys_own_hours_count_and_crowds_are_still_seen_whole() -> None:
    calendar = load_calendars()["vn"]
    hours = {"weekdays": ["07:00-10:00"], "saturday": ["07:00-09:00"]}
    own = Office.model_validate({"name": "own", "units": ["H44.12"], "hours": hours})
    kinds = [(calendar, "H99.12"), (calendar.model_copy(update={"offices": (own,)}), "H44.12")]
    cases = [case for case in CASES.values() if case.crowd == 1]
    frames = frames_of(*cases, *cases, Case({"done_at": at("2026-03-06 10:15:07")}, crowd=38))
    place = np.arange(len(frames.dossiers))
    units = np.where(np.where(place < 2 * len(cases), place >= len(cases), place % 2), "H44.12", "H99.12")
    frames = replace(frames, dossiers=frames.dossiers.assign(unit_code=pd.array(units, dtype=pd.ArrowDtype(pa.string()))))
    of = (units == "H44.12").astype(int)
    mixed, plain = (Clocks(tuple(clock_for(*kind, plain=p) for kind in kinds), of) for p in (False, True))
    found = run_checks(frames, load_checks(), AS_OF, ZONE, mixed, plain)
    alone = [
        run_checks(frames, load_checks(), AS_OF, ZONE, *(Clocks((clock_for(*kind, plain=p),)) for p in (False, True)))
        for kind in kinds
    ]
    differ = set()
    for check in load_checks().each():
        if check.id == "limit_misconfigured":  # a share of each agency's, in which a neighbour has no part
            continue
        one, other = (each.failing(check.id) for each in alone)
        np.testing.assert_array_equal(found.failing(check.id), np.where(of, other, one), err_msg=check.id)
        differ |= {check.id} if (one != other).any() else set()
    assert differ >= {"due_on_day_off", "done_on_day_off", "due_differs_from_limit", "pause_begun_just_before_due"}
    assert found.failing("changed_in_bulk").sum() >= 38, "neither agency has so many of its own"


# -- what an answer depends on: the dossier alone, the others of its month, the day ---------------------------------------


def test_every_check_but_those_among_others_asks_of_the_dossier_alone() -> None:
    """Nothing about a dossier changes when the others of its month are taken away: so they need not be asked again."""
    march = frames_of(*CASES.values())
    whole = checked(march)
    for kept in (np.arange(len(march.dossiers)) % 3 == rest for rest in range(3)):
        part = checked(march.part(kept))
        for check in whole.checks:
            if check.id not in AMONG:
                assert (part.failing(check.id) == whole.failing(check.id)[kept]).all(), check.id
    assert AMONG == GROUPS


def test_a_moved_end_concerns_those_who_ended_together_and_no_other_check_among_others() -> None:
    """So a corrected end need not be held against a whole month: what leaves a crowd makes nobody fail who did not."""
    march = frames_of(*CASES.values())
    ends = march.dossiers["done_at"].sample(frac=1, random_state=7).reset_index(drop=True)
    moved = replace(march, dossiers=march.dossiers.assign(done_at=ends))
    one, other = checked(march), checked(moved)
    differ = {check.id for check in one.checks if (one.failing(check.id) != other.failing(check.id)).any()}
    assert differ & AMONG == BY_END == {"closed_in_batch", "changed_in_bulk"}
    for kept in (np.arange(len(march.dossiers)) % 7 != rest for rest in range(7)):
        part = checked(march.part(kept))
        for check_id in BY_END:
            assert not (part.failing(check_id) & ~one.failing(check_id)[kept]).any()


def test_only_the_daily_checks_answer_otherwise_on_another_day() -> None:
    march, moved = frames_of(*CASES.values()), set()
    days = [date(2020, 1, 1), date(2026, 2, 1), AS_OF, date(2026, 4, 1), date(2026, 9, 1), date(2031, 1, 1)]
    answers = [checked(march, as_of=day) for day in days]
    for one, other in pairwise(answers):
        for check in one.checks:
            before, after = one.failing(check.id), other.failing(check.id)
            moved |= {check.id} if (before != after).any() else set()
            assert check.id not in OVERTAKEN or not (after & ~before).any(), f"{check.id} begins to fail on a later day"
            if check.id in WHILE_OPEN:
                assert set(march.dossiers["status"][before | after]) <= set(OPEN_NOW), check.id
    assert moved == set(DAILY), "each of them moves, and no other one"
