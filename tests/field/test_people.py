"""Applicants who share a telephone: who is one person, and who is another one mark away."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from schemas.dossiers import DOSSIERS
from tasks.rules.linkage.matching import match_dossiers
from tasks.rules.privacy.pseudonym import names_and_phones, pseudonyms, spellings

KEY = b"k" * 32
PHONE = "0912345678"


def dossier(code: str, name: str, status: int, source: str = "province", **fields: Any) -> dict[str, Any]:
    """A dossier of the desk, or a record of another system, of which the applicant is known by name and telephone only."""
    names, phones = pa.array([name]), pa.array([PHONE])
    return {
        "source": source,
        "code": code,
        "partition_month": date(2026, 3, 1),
        "role": "primary" if source == "province" else "evidence",
        "procedure_code": "1.000001",
        "unit_code": "H99.12",
        "applicant_key": pseudonyms(names_and_phones(names, phones), KEY, "person")[0].as_py(),
        "applicant_spelling": spellings(names, KEY)[0].as_py(),
        "status": status,
        "received_at": datetime(2026, 3, 2, 2, tzinfo=UTC),
        **fields,
    }


def matched(*rows: dict[str, Any]) -> set[tuple[str, str, str]]:
    frame = DOSSIERS.frame(rows).assign(withdrawn_at=[row.get("withdrawn_at") for row in rows])
    frame["withdrawn_at"] = frame["withdrawn_at"].astype(DOSSIERS.dtypes["received_at"])
    found = match_dossiers(frame, {"province": "Asia/Ho_Chi_Minh", "land": "Asia/Ho_Chi_Minh"})
    return set(zip(found["code"], found["other_code"], found["kind"], strict=True))


ONE_PERSON = [
    ("Nguyễn Văn Hùng", "Nguyễn Văn Hùng"),
    ("Nguyễn Văn Hùng", "NGUYỄN VĂN HÙNG"),
    ("Nguyễn Văn Hùng", "Nguyen Van Hung"),
    ("Trần Thị Thuý", "Trần Thị Thúy"),
    ("Lý Văn Ðạt", "Lí Văn Đạt"),
]
TWO_PEOPLE = [("Nguyễn Văn Hùng", "Nguyễn Văn Hưng"), ("Lê Thị Thanh", "Lê Thị Thành"), ("Phạm Thảo Vy", "Phạm Thảo Vi")]


@pytest.mark.parametrize(("one", "other"), ONE_PERSON)
def test_a_second_entry_of_one_person_repeats_the_first(one: str, other: str) -> None:
    assert matched(dossier("A", one, 9), dossier("B", other, 2)) == {("B", "A", "duplicate_of")}
    assert matched(dossier("A", one, 9), dossier("L", other, 9, "land")) == {("A", "L", "evidence")}


@pytest.mark.parametrize(("one", "other"), TWO_PEOPLE)
def test_the_entry_of_another_person_stands_for_itself(one: str, other: str) -> None:
    assert matched(dossier("A", one, 9), dossier("B", other, 2)) == set()
    assert matched(dossier("A", one, 9), dossier("L", other, 9, "land")) == set()


def test_a_name_without_marks_is_nobodys_in_particular_where_two_could_be_meant() -> None:
    both = (dossier("A", "Nguyễn Văn Hùng", 9), dossier("B", "Nguyễn Văn Hưng", 9))
    assert matched(*both, dossier("C", "Nguyen Van Hung", 2)) == set()
    assert matched(*both, dossier("L", "Nguyen Van Hung", 9, "land")) == set()
    assert matched(*both, dossier("L", "Nguyễn Văn Hưng", 9, "land")) == {("B", "L", "evidence")}


@pytest.mark.parametrize(
    ("other", "refiled"), [("Nguyễn Văn Hùng", True), ("Nguyen Van Hung", True), ("Nguyễn Văn Hưng", False)]
)
def test_what_was_filed_again_was_filed_by_the_same_person(other: str, refiled: bool) -> None:
    withdrawn = datetime(2026, 3, 9, 2, tzinfo=UTC)
    first = dossier("A", "Nguyễn Văn Hùng", 7, done_at=withdrawn, withdrawn_at=withdrawn)
    again = dossier("B", other, 4, received_at=datetime(2026, 3, 10, 2, tzinfo=UTC))
    assert matched(first, again) == ({("B", "A", "refiled")} if refiled else set())


def test_a_name_that_bears_no_mark_has_no_spelling_and_none_is_a_name() -> None:
    found = spellings(pa.array(["NGUYEN VAN HUNG", "Nguyễn Văn Hùng", "NGUYỄN VĂN HÙNG", None]), KEY).to_pylist()
    assert found[0] is None
    assert found[3] is None
    assert found[1] == found[2]
    assert len(str(found[1])) == 16
