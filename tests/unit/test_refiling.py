"""Withdrawn and filed again: which pairs are certain, which stay in doubt, and which are none."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from schemas.dossiers import DOSSIERS
from tasks.rules.linkage.matching import MATCH_COLUMNS, match_dossiers
from tasks.rules.linkage.refiling import CERTAIN, IN_DOUBT

ZONE = "Asia/Ho_Chi_Minh"


def filed(code: str, received: str, withdrawn: str | None = None, **fields: Any) -> dict[str, Any]:
    plain = {"source": "province", "role": "primary", "procedure_code": "1.000001", "unit_code": "H99.12", "applicant_key": "p"}
    over = {"status": 7, "done_at": at(withdrawn)} if withdrawn else {"status": 9}
    return {**plain, "code": code, "received_at": at(received), **over, **fields}


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(f"2026-{text}", tz=ZONE).tz_convert("UTC")


def pairs(*rows: dict[str, Any], successors: dict[str, str] | None = None) -> dict[str, float]:
    """Pairs as {"again first": how sure}; the same for every order of the rows."""
    stated = DOSSIERS.frame(rows)
    frame = stated[list(MATCH_COLUMNS)].assign(withdrawn_at=stated["done_at"].where(stated["status"] == 7))
    found = match_dossiers(frame, {"province": ZONE, "communes": ZONE}, successors or {})
    shuffled = frame.sample(frac=1, random_state=3).reset_index(drop=True)
    pd.testing.assert_frame_equal(match_dossiers(shuffled, {"province": ZONE, "communes": ZONE}, successors or {}), found)
    found = found[found["kind"] == "refiled"]
    return {f"{one.code} {one.other_code}": one.confidence for one in found.itertuples()}


FIRST = filed("A", "03-03 08:00", "03-10 10:00")
AGAIN = filed("B", "03-10 14:00")


def test_the_next_dossier_of_the_same_person_for_the_same_thing_took_the_place_of_the_withdrawn_one() -> None:
    assert pairs(FIRST, AGAIN) == {"B A": CERTAIN}
    assert pairs(FIRST, {**AGAIN, "unit_code": "H99.13"}, successors={"H99.12": "H99.13"}) == {"B A": CERTAIN}


@pytest.mark.parametrize(
    "other",
    [
        {"applicant_key": "q"},
        {"applicant_key": None},
        {"procedure_code": "1.000002"},
        {"unit_code": "H99.13"},
        {"source": "communes"},
        {"received_at": at("03-10 09:59")},  # before the withdrawal
        {"received_at": at("04-10 10:01")},  # more than 31 days after it
        {"marks": "id_placeholder"},
        {"role": "evidence"},
    ],
)
def test_whatever_differs_is_another_dossier(other: dict[str, Any]) -> None:
    assert pairs(FIRST, {**AGAIN, **other}) == {}


def test_a_row_of_filings_leads_back_to_the_first() -> None:
    second, third = filed("B", "03-10 14:00", "03-11 15:00"), filed("C", "03-12 14:00")
    assert pairs(FIRST, second, third) == {"B A": CERTAIN, "C B": CERTAIN, "C A": CERTAIN}


def test_who_files_several_replaced_none_for_certain() -> None:
    assert pairs(FIRST, AGAIN, filed("C", "03-20 08:00")) == {"B A": IN_DOUBT, "C A": IN_DOUBT}
    assert pairs(FIRST, AGAIN, filed("C", "03-10 14:00")) == {"B A": IN_DOUBT, "C A": IN_DOUBT}
    at_once = filed("Z", "03-04 08:00", "03-10 11:00")  # withdrawn too, and not before the first was filed
    assert pairs(FIRST, at_once, AGAIN) == {"B A": IN_DOUBT, "B Z": IN_DOUBT}


def test_an_entry_made_twice_is_one() -> None:
    copy = filed("C", "03-10 14:20", status=2)
    assert pairs(FIRST, AGAIN, copy) == {"B A": CERTAIN}
