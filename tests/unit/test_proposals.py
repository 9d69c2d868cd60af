"""Proposals: what the evidence speaks for, how lines about them are answered, how corrections stand later."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.calendar import load_calendars
from config.files import read_yaml
from config.policies import load_policies
from tasks.correcting.proposal_files import HEADINGS, shown, write_proposals
from tasks.judging.clocks import clock_for
from tasks.legal_cases.model import LegalCase
from tasks.rules.corrections.lines import Accepted, Known, Refused, read_lines, sort_lines
from tasks.rules.corrections.proposals import PROPOSAL_RULES, Proposal, propose
from tasks.rules.corrections.status import status_of
from tasks.rules.corrections.value_texts import same_value
from tasks.rules.verdict.reasons import REASONS
from tasks.rules.verdict.timeline import JudgingOffice
from tests.legal.legal_cases import ZONE, OwnRule, all_cases, case_of, frames_of, heard, judge_case

CODE = "H99.12-250401-0001"
DUE = ("desk", CODE, "due_at")


def proposed(case: LegalCase) -> dict[str, Proposal]:
    calendar = load_calendars()["vn"]
    office = JudgingOffice(
        ZONE, clock_for(calendar), clock_for(calendar, plain=True), OwnRule(), keeps_requests=True, heard_until=heard(case)
    )
    found = propose(frames_of(case), load_policies()["qd766"], office, case.as_of)
    return {one.field: one for one in found}


def yaml(text: str, tmp_path: Path) -> LegalCase:
    (tmp_path / "case.yaml").write_text(text, encoding="utf-8")
    return case_of(read_yaml(tmp_path / "case.yaml"))


def test_what_ended_elsewhere_is_closed_by_the_land_record(tmp_path: Path) -> None:
    case = """
received: 2026-03-02 08:00:00
appointed: 2026-03-09 17:00:00
status: 4
elsewhere: {done: 2026-03-06 09:30:00}
"""
    found = proposed(yaml(case, tmp_path))
    assert set(found) == {"status", "done_at"}
    assert (found["status"].old_value, found["status"].new_value) == ("4", "9")
    assert (found["done_at"].old_value, found["done_at"].new_value) == (None, "2026-03-06T09:30:00+07:00")
    assert found["done_at"].rule == "ended_elsewhere"
    assert "core.dossiers.done_at of " in found["done_at"].evidence
    assert "2026-03-06 09:30" in found["done_at"].evidence
    assert 0.5 <= found["done_at"].confidence <= 1


def test_a_slip_of_the_year_is_put_right_by_the_date_in_the_code(tmp_path: Path) -> None:
    case = """
received: 2025-03-02 08:00:00
code_day: 2026-03-02
appointed: 2025-03-10 17:00:00
log: [[2026-03-05 09:00:00, 9]]
done_recorded: 2026-03-05 09:00:00
"""
    found = proposed(yaml(case, tmp_path))
    assert found["received_at"].new_value == "2026-03-02T08:00:00+07:00"
    assert found["received_at"].evidence == "date in core.dossiers.code: 2026-03-02"


def test_a_wrong_due_date_is_worked_out_from_the_law(tmp_path: Path) -> None:
    case = """
received: 2026-03-02 08:00:00
appointed: 2026-03-04 17:00:00
log: [[2026-03-06 09:00:00, 9]]
done_recorded: 2026-03-06 09:00:00
"""
    found = proposed(yaml(case, tmp_path))
    assert set(found) == {"due_at"}
    assert found["due_at"].new_value == "2026-03-09T17:00:00+07:00"
    assert "ref.procedures 1.000001 from 2020-01-01: 5 working_day" in found["due_at"].evidence


def test_a_pause_that_is_inferred_from_another_system_is_proposed_and_stops_no_clock(tmp_path: Path) -> None:
    case = """
received: 2026-03-02 08:00:00
appointed: 2026-03-09 17:00:00
log: [[2026-03-02 08:00:00, 2], [2026-03-03 09:00:00, 4]]
elsewhere: {status: 6}
"""
    found = proposed(yaml(case, tmp_path))
    assert set(found) == {"status"}
    assert (found["status"].rule, found["status"].old_value, found["status"].new_value) == ("waiting_elsewhere", "4", "6")
    assert found["status"].evidence == "core.dossiers.status of land L1: 6, and no pause on record"
    assert judge_case(yaml(case, tmp_path))["verdict"] == "late"
    recorded = "pauses: [{kind: financial, from: 2026-03-03 09:00:00, origin: land_software}]"
    assert proposed(yaml(case + recorded, tmp_path)) == {}
    assert proposed(yaml(case + "as_of: 2026-03-05", tmp_path)) == {}


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{file}: {case.en}") for file, case in all_cases()])
def test_proposals_follow_from_a_reason_and_change_something(case: LegalCase) -> None:
    case = case.model_copy(update={"policy": None, "policy_but": {}, "calendar": "vn"})
    reasons = str(judge_case(case)["reasons"] or "").split()
    for one in proposed(case).values():
        assert one.rule in reasons
        assert not same_value(one.field, one.old_value, one.new_value, ZONE)
        assert one.evidence


def test_every_rule_is_a_reason() -> None:
    assert set(PROPOSAL_RULES) <= set(REASONS)


KNOWN = Known(
    {CODE: ("desk",)},
    {"desk": ZONE},
    {},
    {DUE: "2026-03-04T17:00:00+07:00"},
    {},
    {DUE: ("2026-03-09T17:00:00+07:00",)},
)
ROW = {
    "source": "desk",
    "code": CODE,
    "unit_code": "H99.12",
    "field": "due_at",
    "old_value": "2026-03-04T17:00:00+07:00",
    "new_value": "2026-03-09T17:00:00+07:00",
    "rule": "due_wrong_limit",
    "confidence": 0.75,
    "evidence": "=ref.procedures",
    "proposed_by": "motcua",
}


def answer(tmp_path: Path, known: Known = KNOWN, **filled: str) -> Accepted | Refused:
    """Send a proposal back, filled in as an officer would."""
    body = write_proposals([{**ROW, **filled}], tmp_path / "out.csv").read_bytes()
    (one,) = sort_lines(read_lines(body), known)
    return one


def test_the_file_that_goes_out_is_one_that_comes_back(tmp_path: Path) -> None:
    approved = answer(tmp_path, decision="có", approved_by="lanh.dao")
    assert isinstance(approved, Accepted)
    assert (approved.source, approved.field, approved.new_value, approved.state) == (
        *("desk", "due_at"),
        ROW["new_value"],
        "approved",
    )
    turned_down = answer(tmp_path, decision="Không", approved_by="lanh.dao")
    assert isinstance(turned_down, Accepted)
    assert turned_down.state == "rejected"
    text = (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == ",".join(HEADINGS.values())
    assert "'=ref" in text, "no cell is run by a spreadsheet"
    assert (tmp_path / "out.csv").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("filled", "reason"),
    [
        ({}, "undecided"),
        ({"decision": "có"}, "no_approver"),
        ({"decision": "có lẽ", "approved_by": "lanh.dao"}, "unclear_decision"),
        ({"approved_by": "Motcua"}, "same_person"),
        ({"new_value": "2026-12-31T17:00:00+07:00", "approved_by": "lanh.dao"}, "not_proposed"),
    ],
)
def test_a_proposal_counts_only_when_a_person_has_decided(tmp_path: Path, filled: dict[str, str], reason: str) -> None:
    refused = answer(tmp_path, **filled)
    assert isinstance(refused, Refused)
    assert refused.reason == reason


def test_a_line_about_what_the_source_has_changed_meanwhile_is_refused(tmp_path: Path) -> None:
    moved = Known(KNOWN.sources_of, KNOWN.zones, {}, {DUE: "2026-03-20T17:00:00+07:00"}, {}, KNOWN.proposed)
    refused = answer(tmp_path, moved, approved_by="lanh.dao")
    assert isinstance(refused, Refused)
    assert refused.reason == "source_moved"
    corrected = Known(moved.sources_of, moved.zones, {}, moved.stated, {DUE: str(ROW["old_value"])}, KNOWN.proposed)
    assert isinstance(answer(tmp_path, corrected, approved_by="lanh.dao"), Accepted), "a correction had put it there"


def test_a_line_cannot_be_approved_and_turned_down(tmp_path: Path) -> None:
    rows = [{**ROW, "decision": decision, "approved_by": "lanh.dao"} for decision in ("có", "không")]
    answers = sort_lines(read_lines(write_proposals(rows, tmp_path / "out.csv").read_bytes()), KNOWN)
    assert [getattr(one, "reason", "accepted") for one in answers] == ["accepted", "contradicts"]


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        ("2026-03-04T17:00:00+07:00", "waiting"),
        ("2026-03-04T10:00:00+00:00", "waiting"),
        ("2026-03-09T10:00:30+00:00", "verified"),
        ("2026-03-09T16:30:00+07:00", "verified"),
        ("2026-03-20T17:00:00+07:00", "conflict"),
        (None, "conflict"),
    ],
)
def test_how_a_correction_stands_against_its_source(now: str | None, standing: str) -> None:
    assert status_of("due_at", "2026-03-04T17:00:00+07:00", "2026-03-09T17:00:00+07:00", now, ZONE) == standing


def test_standing_without_an_old_value() -> None:
    assert status_of("status", "", "9", None, ZONE) == "waiting"
    assert status_of("status", "", "9", "4", ZONE) == "conflict"
    assert status_of("status", None, "9", "4", ZONE) == "waiting", "taken in before old values were kept"
    assert status_of("due_at", "2026-03-04T17:00:00+07:00", None, None, ZONE) == "verified"


def test_values_as_officials_write_them() -> None:
    assert shown("due_at", "2026-03-09T17:00:00+07:00") == "09/03/2026 17:00"
    assert shown("done_at", "2026-03-09T17:00:05+07:00") == "09/03/2026 17:00:05"
    assert shown("status", "9") == "9"
    assert shown("status", None) == shown("due_at", "") == "trống"
