"""Agencies across 1 July 2025: one successor is proposed, a split ward only where the log says which part; nothing is guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from config.calendar import load_calendars
from config.policies import load_policies
from schemas.dossiers import EVENTS
from schemas.reference import UNITS
from tasks.judging.clocks import clock_for
from tasks.rules.corrections.proposals import SUCCEEDED, Proposal, propose
from tasks.rules.linkage.crosswalk import Crosswalk
from tasks.rules.verdict.timeline import JudgingOffice
from tests.legal.legal_cases import ZONE, OwnRule, frames_of, instant

OLD, NEW = date(2021, 1, 1), date(2025, 7, 1)
ENDED = {"valid_from": OLD, "valid_to": date(2025, 6, 30), "level": "commune"}
DIRECTORY = UNITS.frame(
    [
        {"unit_code": "H99.12", "name": "UBND phường Cũ", "succeeded_by": "H99.101", **ENDED},
        {"unit_code": "H99.13", "name": "UBND phường Tách", "succeeded_by": "H99.101;H99.102", **ENDED},
        {"unit_code": "H99.14", "name": "UBND xã Chuyển tiếp", "succeeded_by": "H99.15", **ENDED},
        {"unit_code": "H99.15", "name": "UBND xã Tạm", "succeeded_by": "H99.102", "level": "commune"}
        | {"valid_from": NEW, "valid_to": date(2025, 12, 31)},
        {"unit_code": "H99.16", "name": "UBND xã Vòng", "succeeded_by": "H99.16", **ENDED},
        {"unit_code": "H99.101", "name": "UBND phường Mới", "valid_from": NEW, "level": "commune"},
        {"unit_code": "H99.102", "name": "UBND phường Mới Hai", "valid_from": NEW, "level": "commune"},
    ]
)


@pytest.mark.parametrize(
    ("code", "day", "heirs"),
    [
        ("H99.12", date(2025, 6, 30), ()),
        ("H99.12", NEW, ("H99.101",)),
        ("H99.13", NEW, ("H99.101", "H99.102")),
        ("H99.14", date(2025, 9, 1), ("H99.15",)),
        ("H99.14", date(2026, 3, 1), ("H99.102",)),
        ("H99.16", NEW, ()),
        ("H99.101", date(2025, 3, 1), ()),
        ("H99.99", NEW, ()),
    ],
)
def test_who_answers_on_a_day(code: str, day: date, heirs: tuple[str, ...]) -> None:
    assert Crosswalk(DIRECTORY).responsible(code, day) == heirs


def proposed(unit: str, received: datetime, rooms: tuple[str, ...] = (), **case: Any) -> list[Proposal]:
    frames = frames_of({"received": received, "appointed": datetime(2026, 4, 30, 17), "status": 4, **case})
    dossiers = frames.dossiers.assign(unit_code=[unit])
    code = str(dossiers["code"].iloc[0])
    log = [
        {"source": "desk", "code": code, "seq": n, "at": instant(received), "unit_as_given": room}
        for n, room in enumerate(rooms)
    ]
    calendar = load_calendars()["vn"]
    office = JudgingOffice(ZONE, clock_for(calendar), clock_for(calendar, plain=True), OwnRule(), keeps_requests=True)
    frames = replace(
        frames, dossiers=dossiers.astype(frames.dossiers.dtypes.to_dict()), units=DIRECTORY, events=EVENTS.frame(log)
    )
    return [one for one in propose(frames, load_policies()["qd766"], office, date(2026, 3, 31)) if one.rule == SUCCEEDED]


MARCH = datetime(2026, 3, 30, 8)


def test_a_dossier_received_by_an_agency_that_is_gone_goes_to_its_successor() -> None:
    (one,) = proposed("H99.12", MARCH)
    assert (one.field, one.old_value, one.new_value, one.confidence) == ("unit_code", "H99.12", "H99.101", 0.9)
    assert one.evidence == "ref.units H99.12 until 2025-06-30, succeeded by H99.101"
    assert proposed("H99.101", MARCH) == []
    assert proposed("H99.12", datetime(2025, 6, 30, 8)) == [], "it was in force on the day of receipt"


def test_of_a_split_ward_nobody_guesses_which_part() -> None:
    assert proposed("H99.13", MARCH) == []
    (one,) = proposed("H99.13", MARCH, rooms=("UBND phuong moi hai", "Phòng Kinh tế"))
    assert (one.new_value, one.confidence) == ("H99.102", 0.75)
    assert one.evidence.endswith("succeeded by H99.101, H99.102; core.events names H99.102")
    assert proposed("H99.13", MARCH, rooms=("H99.101", "H99.102")) == [], "the log names both"
