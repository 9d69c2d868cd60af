"""Signatures under corrections: an account may propose and approve for its agencies and those below, never its own lines."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.people import Documents, People, load_people
from config.read_once import forget
from config.settings import ROOT
from tasks.rules.corrections.documents import document_of, suffices
from tasks.rules.corrections.lines import Known, Refused, read_lines, sort_lines
from tasks.rules.corrections.refusals import REFUSAL_REASONS
from tasks.rules.corrections.signatures import Rights, held_against_rights

CODE, SOURCE = "H99.12-260303-0001", "province"
KEY = (SOURCE, CODE)
KNOWN = Known(
    {CODE: (SOURCE,)},
    {SOURCE: "Asia/Ho_Chi_Minh"},
    {"unit_code": frozenset({"H99.12", "H99.13"})},
    proposed={(*KEY, "status"): ("9",)},
)
TODAY = date(2026, 4, 1)
PEOPLE = People.model_validate(
    {
        "people": [
            {"account": "desk.12", "propose": ["H99.12"]},
            {"account": "desk.13", "propose": ["H99.13"]},
            {"account": "lead.12", "propose": ["H99.12"], "approve": ["H99.12"], "also": ["lead.12b"]},
            {"account": "lead.13", "approve": ["H99.13"]},
            {"account": "lead.both", "approve": ["H99.12", "H99.13"]},
            {"account": "province", "propose": ["*"], "approve": ["*"]},
            {"account": "district", "approve": ["D1"]},
            {"account": "former", "approve": ["*"], "until": "2026-03-31"},
            {"account": "coming", "approve": ["*"], "since": "2026-04-02"},
            {"account": "today", "approve": ["*"], "since": "2026-04-01", "until": "2026-04-01"},
        ]
    }
)


def answer(line: str, agency: str | None, people: People | None = PEOPLE, decision: str = "") -> str:
    body = f"dossier,field,new value,evidence,who,approved by,decision\n{CODE},{line},{decision}".encode()
    rights = Rights(people, TODAY, {"H99.12": "D1", "D1": "P1"}, {KEY: agency})
    (found,) = held_against_rights(sort_lines(read_lines(body), KNOWN), rights)
    if isinstance(found, Refused):
        assert all(REFUSAL_REASONS[found.reason])
        return found.reason
    return found.waits or found.state


@pytest.mark.parametrize(
    ("agency", "who", "signed", "right"),
    [
        ("H99.12", "desk.12", "lead.12", "approved"),
        ("H99.12", "DESK.12 ", "Lead.12", "approved"),  # case and blanks are no other account
        ("H99.12.05", "desk.12", "lead.12", "approved"),  # a branch below, by its code
        ("H99.12", "desk.12", "district", "approved"),  # the agency above, by the directory
        ("H99.120", "desk.12", "lead.12", "may_not_propose"),  # another code that begins alike
        ("H99", "desk.12", "province", "may_not_propose"),  # the agency above is not below
        ("H99.12", "desk.13", "lead.12", "may_not_propose"),
        ("H99.12", "desk.12", "lead.13", "may_not_approve"),
        ("H99.12", "desk.12", "desk.12", "same_person"),
        ("H99.12", "lead.12", "lead.12b", "same_person"),  # two accounts of one person
        ("H99.12", "province", "province", "same_person"),
        ("H99.12", "desk.12", "desk.13", "may_not_approve"),  # who proposes only, approves nothing
        ("H99.12", "invented", "lead.12", "unknown_proposer"),
        ("H99.12", "desk.12", "invented", "unknown_approver"),
        ("H99.12", "invented", "", "unknown_proposer"),
        ("H99.12", "desk.12", "", "proposed"),
        ("H99.12", "desk.12", "former", "account_ended"),
        ("H99.12", "desk.12", "coming", "account_ended"),
        ("H99.12", "desk.12", "today", "approved"),
        ("H99.12", "motcua", "lead.12", "approved"),  # the evidence proposes
        ("H99.12", "motcua", "lead.13", "may_not_approve"),
        (None, "desk.12", "lead.12", "may_not_propose"),  # whose dossier it is, nobody knows
        (None, "province", "lead.both", "may_not_approve"),
        (None, "motcua", "province", "approved"),
    ],
)
def test_who_may_sign(agency: str | None, who: str, signed: str, right: str) -> None:
    assert answer(f"status,9,sổ 4,{who},{signed}", agency) == right


@pytest.mark.parametrize(
    ("signed", "right"), [("lead.12", "may_not_approve"), ("lead.13", "may_not_approve"), ("lead.both", "approved")]
)
def test_a_dossier_that_goes_to_another_agency_is_a_matter_of_both(signed: str, right: str) -> None:
    assert answer(f"unit_code,H99.13,sổ 4,desk.12,{signed}", "H99.12") == right


@pytest.mark.parametrize(
    ("who", "signed", "decision", "right"),
    [
        ("anybody", "lead", "", "nobody_approves"),
        ("anybody", "lead", "không", "nobody_approves"),
        ("anybody", "", "", "proposed"),
        ("motcua", "lead", "có", "nobody_approves"),
    ],
)
def test_without_people_everything_waits(who: str, signed: str, decision: str, right: str) -> None:
    assert answer(f"status,9,sổ 4,{who},{signed}", "H99.12", None, decision) == right


def test_a_line_turned_down_needs_the_right_as_well() -> None:
    assert answer("status,9,sổ 4,desk.12,lead.13", "H99.12", decision="không") == "may_not_approve"
    assert answer("status,9,sổ 4,desk.12,lead.12", "H99.12", decision="không") == "rejected"


@pytest.mark.parametrize(
    ("evidence", "document", "day", "number", "found"),
    [
        ("sổ trả kết quả số 12 ngày 09/03/2026", "", "", "số 12", date(2026, 3, 9)),
        ("Biên bản 12/BB-MC 2026-03-09", "", "", "12/BB-MC", date(2026, 3, 9)),
        ("", "123/2026/QĐ-UBND", "9-3-2026", "123/2026/QĐ-UBND", date(2026, 3, 9)),
        ("công văn 45/CV-UBND ngày 9 tháng 3 năm 2026", "", "", "45/CV-UBND", date(2026, 3, 9)),
        ("sổ ghi sai 7/CV", "8/CV", "08.03.2026", "8/CV", date(2026, 3, 8)),  # columns of their own come first
        ("Sổ số 4 trang 12", "", "", "số 4", None),
        ("ngày 09/03/2026", "", "", None, date(2026, 3, 9)),
        ("văn bản số 4 ngày 31/02/2026", "", "", "số 4", None),  # no such day
        ("văn bản số 4 ngày 02/04/2026", "", "", "số 4", None),  # not yet
        ("văn bản số 4 ngày 09/03/1926", "", "", "số 4", None),
        ("gọi điện cho dân 10/03/2026", "", "", None, date(2026, 3, 10)),
        ("", "", "", None, None),
    ],
)
def test_number_and_day_of_a_document(evidence: str, document: str, day: str, number: str | None, found: date | None) -> None:
    cells = f"{CODE},status,9,{evidence},desk.12,lead.12,{document},{day}"
    (line,) = read_lines(f"dossier,field,new value,evidence,who,approved by,số văn bản,ngày văn bản\n{cells}".encode())
    named = document_of(line, Documents(), TODAY)
    assert (named.number, named.day) == (number, found)
    assert suffices(named, Documents()) == (number is not None and found is not None)
    assert suffices(named, Documents(date_needed=False)) == (number is not None)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("people: [{account: a.b}, {account: A.B}]", "given twice"),
        ("people: [{account: a.b, also: [c.d]}, {account: c.d}]", "given twice"),
        ("people: [{account: a.b, approves: [x]}]", "approves"),
        ("people: [{propose: [x]}]", "account"),
        ("documents: {numbers: ['(']}\npeople: []", "regular expression"),
        ("documents: {numbers: ['.*']}\npeople: []", "empty cell"),
        ("documents: {numbers: []}\npeople: []", "at least 1"),
    ],
)
def test_a_file_that_is_wrong_names_the_key(text: str, word: str, tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=word):
        load_people(tmp_path / "people.yaml")


def test_the_examples_load_and_a_missing_file_is_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("config/example-people.yaml", "demo/people.yaml"):
        found = load_people(ROOT / name)
        assert found
        assert any("*" in person.approve for person in found.people)
    assert load_people(tmp_path / "none.yaml") is None
    assert load_people() is None, "the repository names nobody: people are an office's own"
    monkeypatch.setenv("MOTCUA_PEOPLE_FILE", str(tmp_path / "none.yaml"))
    forget()
    with pytest.raises(ConfigError, match="no file"):
        load_people()
