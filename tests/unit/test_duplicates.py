"""Duplicates and evidence, case by case: who is counted, what stays apart, what speaks about whom."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from schemas.dossiers import DOSSIERS
from tasks.rules.linkage.duplicates import MANY, NOBODY
from tasks.rules.linkage.matching import MATCH_COLUMNS, match_dossiers
from tasks.rules.reference import successors

ZONES = {
    "postal": "Asia/Ho_Chi_Minh",
    "province": "Asia/Ho_Chi_Minh",
    "communes": "Asia/Ho_Chi_Minh",
    "land": "Asia/Ho_Chi_Minh",
}


def moment(text: str) -> datetime:
    return pd.Timestamp(text, tz="Asia/Ho_Chi_Minh").tz_convert("UTC")


def row(code: str, **fields: Any) -> dict[str, Any]:
    plain = {
        "source": "province",
        "code": code,
        "partition_month": date(2026, 3, 1),
        "role": "primary",
        "procedure_code": "1.000001",
        "unit_code": "H99.12",
        "status": 9,
        "received_at": moment("2026-03-02 08:30"),
    }
    return {**plain, **fields}


def land(code: str, **fields: Any) -> dict[str, Any]:
    return row(code, source="land", role="evidence", unit_code=None, **{"receipt_number": code, **fields})


def found(*rows: dict[str, Any], successors: Mapping[str, str] = NOBODY) -> dict[tuple[str, str], tuple[str, str]]:
    """Matches as {(code, other code): (kind, rule)}; the same for every order of the rows."""
    stated = DOSSIERS.frame(rows)
    frame = stated[list(MATCH_COLUMNS)].assign(withdrawn_at=stated["done_at"].where(stated["status"] == 7))
    answer = match_dossiers(frame, ZONES, successors)
    shuffled = frame.sample(frac=1, random_state=3).reset_index(drop=True)
    pd.testing.assert_frame_equal(match_dossiers(shuffled, ZONES, successors), answer)
    return {(str(r.code), str(r.other_code)): (str(r.kind), str(r.rule)) for r in answer.itertuples(index=False)}


def test_an_abandoned_second_entry_repeats_the_one_that_was_worked_on() -> None:
    first = row("A", applicant_key="p")
    second = row("B", applicant_key="p", status=2, received_at=moment("2026-03-02 09:15"))
    assert found(first, second) == {("B", "A"): ("duplicate_of", "applicant")}


def test_the_one_worked_on_is_counted_even_if_it_came_later() -> None:
    first = row("A", applicant_key="p", status=2)
    second = row("B", applicant_key="p", received_at=moment("2026-03-02 09:15"))
    assert found(first, second) == {("A", "B"): ("duplicate_of", "applicant")}


def test_of_two_untouched_ones_the_earlier_is_counted_then_the_smaller_code() -> None:
    later = row("A", applicant_key="p", status=2, received_at=moment("2026-03-02 10:00"))
    assert found(later, row("B", applicant_key="p", status=2)) == {("A", "B"): ("duplicate_of", "applicant")}
    same = [row(code, applicant_key="p", status=2) for code in "CAB"]
    assert found(*same) == {("B", "A"): ("duplicate_of", "applicant"), ("C", "A"): ("duplicate_of", "applicant")}


@pytest.mark.parametrize(
    "other",
    [
        {"received_at": moment("2026-03-03 00:05")},
        {"procedure_code": "1.000002"},
        {"unit_code": "H99.13"},
        {"applicant_key": "q"},
        {"status": 4},
        {"status": 10},
        {"marks": "id_placeholder"},
        {"marks": "not_nfc test_wording"},
    ],
    ids=str,
)
def test_real_repeats_of_one_person_stay_apart(other: dict[str, Any]) -> None:
    second = row("B", **{"applicant_key": "p", "status": 2, **other})
    assert found(row("A", applicant_key="p"), second) == {}


def test_a_dossier_that_moved_with_its_agency_is_repeated_by_the_entry_forgotten_at_the_old_one() -> None:
    moved, forgotten = (
        row("A", applicant_key="p", unit_code="H99.121"),
        row("B", applicant_key="p", unit_code="H99.26.02", status=2),
    )
    assert found(moved, forgotten) == {}
    answer = {("B", "A"): ("duplicate_of", "applicant")}
    assert found(moved, forgotten, successors={"H99.26.02": "H99.121"}) == answer
    neighbour = row("A", applicant_key="p", unit_code="H99.26.01")
    assert found(neighbour, forgotten, successors={"H99.26.01": "H99.121", "H99.26.02": "H99.121"}) == answer
    # Desks count their receipts apart, before and after.
    counted = [{**each, "receipt_number": "BN-1", "applicant_key": None} for each in (moved, forgotten)]
    assert found(*counted, successors={"H99.26.02": "H99.121"}) == {}


def test_an_agencys_last_successor_stands_in_its_place() -> None:
    units = pd.DataFrame(
        [("A", 1, "B"), ("B", 2, "C"), ("C", 3, None), ("D", 1, "E"), ("E", 1, "D"), ("F", 1, "A"), ("F", 2, None)],
        columns=["unit_code", "valid_from", "succeeded_by"],
    )
    # D and E succeed each other, F's code was given to another agency later.
    assert successors(units) == {"A": "C", "B": "C"}


def test_the_day_is_the_offices_day() -> None:
    # 23:30 UTC on the first is 06:30 on the second in the office.
    first = row("A", applicant_key="p", received_at=pd.Timestamp("2026-03-01 23:30", tz="UTC"))
    second = row("B", applicant_key="p", status=2, received_at=moment("2026-03-02 16:00"))
    assert ("B", "A") in found(first, second)


def test_a_second_code_makes_one_dossier_of_two_whoever_worked_on_them() -> None:
    second = row("B", alias_code="A", received_at=moment("2026-03-09 08:00"))
    both = {("B", "A"): ("duplicate_of", "alias"), ("A", "B"): ("evidence", "alias")}  # a finished repeat is a second word
    assert found(row("A"), second) == both
    assert found(row("A", alias_code="X"), row("B", alias_code="X")) == both
    assert found(row("A", alias_code="A")) == {}


def test_one_code_in_two_primary_systems_is_counted_once() -> None:
    pairs = found(row("A"), row("A", source="communes"))
    assert pairs == {("A", "A"): ("duplicate_of", "code")}


def test_one_receipt_number_within_a_month_is_one_dossier_next_year_it_is_another() -> None:
    first = row("A", receipt_number="7")
    assert found(first, row("B", receipt_number="7", received_at=moment("2026-03-20 08:00"))) == {
        ("B", "A"): ("duplicate_of", "receipt_number")
    }
    assert found(first, row("B", receipt_number="7", received_at=moment("2027-03-02 08:00"))) == {}
    assert found(first, row("B", receipt_number="7", unit_code="H99.13")) == {}


def test_what_very_many_share_says_nothing() -> None:
    crowd = [row(f"A{n:03d}", receipt_number="0", applicant_key="p", status=2) for n in range(MANY + 1)]
    assert found(*crowd) == {}
    assert len(found(*crowd[:-1])) == MANY - 1


def test_evidence_by_receipt_number_by_code_and_by_second_code() -> None:
    assert found(row("A", receipt_number="7"), land("7")) == {("A", "7"): ("evidence", "receipt_number")}
    assert found(row("A"), land("A", receipt_number=None)) == {("A", "A"): ("evidence", "code")}
    assert found(row("A"), land("7", alias_code="A")) == {("A", "7"): ("evidence", "alias")}
    assert found(row("A", alias_code="L"), land("L", receipt_number=None)) == {("A", "L"): ("evidence", "alias")}


def test_the_strongest_key_of_a_record_decides() -> None:
    pairs = found(row("A", receipt_number="7"), row("B", unit_code="H99.13"), land("7", alias_code="B"))
    assert pairs == {("B", "7"): ("evidence", "alias")}


def test_a_receipt_number_of_two_dossiers_decides_with_the_procedure_or_not_at_all() -> None:
    here = row("A", receipt_number="7")
    there = row("B", receipt_number="7", unit_code="H99.13", procedure_code="1.000002")
    assert found(here, there, land("7", procedure_code="1.000002")) == {("B", "7"): ("evidence", "receipt_number")}
    assert found(here, there, land("7", procedure_code=None)) == {}


LONG_BEFORE = {"received_at": pd.Timestamp("2025-01-06 01:00", tz="UTC")}


@pytest.mark.parametrize("key", ["code", "alias", "alias here", "receipt_number"])
def test_a_number_given_out_again_names_the_dossier_of_its_time_alone(key: str) -> None:
    def pair(other: dict[str, Any], code: str = "52") -> dict[Any, Any]:
        if key == "code":
            return found(row(code), land(code, receipt_number=None, **other))
        if key == "alias":
            return found(row(code), land("7", receipt_number=None, alias_code=code, **other))
        if key == "alias here":
            return found(row(code, alias_code="A9"), land("A9", receipt_number=None, **other))
        return found(row(code, receipt_number="9"), land("9", **other))

    assert len(pair({})) == 1
    assert pair(LONG_BEFORE) == {}
    assert len(pair(LONG_BEFORE, "H99.12-260303-0001")) == 1, "a code that carries a date is given once: a year slipped"


def test_one_number_in_two_primary_systems_a_year_apart_is_two_dossiers() -> None:
    here, there = row("52"), row("52", source="communes")
    assert found(here, there)
    assert found(here, {**there, **LONG_BEFORE}) == {}


def test_evidence_speaks_about_a_dossier_and_its_double_entry() -> None:
    pairs = found(row("A", receipt_number="7"), row("B", receipt_number="7", status=2), land("7"))
    assert pairs == {
        ("B", "A"): ("duplicate_of", "receipt_number"),
        ("A", "7"): ("evidence", "receipt_number"),
        ("B", "7"): ("evidence", "receipt_number"),
    }


def test_nobody_repeats_what_is_itself_a_repeat() -> None:
    dice = random.Random(5)  # noqa: S311 - the same rows every time
    rows = [
        row(
            f"A{n:03d}",
            alias_code=dice.choice([None, f"A{dice.randrange(120):03d}"]),
            receipt_number=dice.choice([None, None, str(dice.randrange(40))]),
            applicant_key=dice.choice([None, str(dice.randrange(20))]),
            status=dice.choice([2, 4, 9]),
        )
        for n in range(120)
    ]
    repeats = [pair for pair, (kind, _) in found(*rows).items() if kind == "duplicate_of"]
    assert len(repeats) > 10
    assert len({code for code, _ in repeats}) == len(repeats)
    assert not {code for code, _ in repeats} & {counted for _, counted in repeats}


def test_no_rows_no_matches() -> None:
    assert found() == {}


def register(code: str, **fields: Any) -> dict[str, Any]:
    """A record of another system that has neither the dossier's code nor its receipt number."""
    return row(code, **{"source": "land", "role": "evidence", "applicant_key": "p", **fields})


def test_without_a_common_number_the_applicant_procedure_agency_and_day_together_speak() -> None:
    dossier = row("A", applicant_key="p")
    same_day = register("R1", received_at=moment("2026-03-02 16:59"))
    assert found(dossier, same_day) == {("A", "R1"): ("evidence", "applicant")}
    for other in (
        {"procedure_code": "1.000002"},
        {"unit_code": "H99.13"},
        {"unit_code": None},
        {"received_at": moment("2026-03-03 08:30")},
        {"applicant_key": "q"},
        {"marks": "id_placeholder"},
    ):
        assert found(dossier, register("R1", **other)) == {}, other


def test_two_applications_of_a_person_on_a_day_name_neither() -> None:
    dossiers = [row(code, applicant_key="p") for code in "AB"]
    assert found(*dossiers, register("R1")) == {}
    assert found(dossiers[0], register("R1"), register("R2")) == {}
    assert found(dossiers[0], register("R1"), register("P1", source="postal")) == {
        ("A", "R1"): ("evidence", "applicant"),
        ("A", "P1"): ("evidence", "applicant"),
    }


def test_a_number_is_stronger_than_the_applicant() -> None:
    dossiers = [row("A", applicant_key="p"), row("B", receipt_number="R1", unit_code="H99.13")]
    assert found(*dossiers, register("R1", receipt_number="R1")) == {("B", "R1"): ("evidence", "receipt_number")}
