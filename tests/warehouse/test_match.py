"""Matching from the warehouse: what changed against all there is ends where matching everything does."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from config.read_once import forget
from schemas.dossiers import DOSSIERS, MATCHES
from schemas.reference import UNITS
from tasks.judging.rules_digest import rules_digest
from tasks.match import ROW_TYPES, ROWS, match_all
from tasks.rules.linkage.duplicates import NOBODY
from tasks.rules.linkage.matching import match_dossiers
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all, read_frame
from tasks.warehouse.load import load
from tasks.warehouse.partitions import Partition, pending

pytestmark = pytest.mark.usefixtures("office")
TODAY = date(2026, 3, 31)
DIGITS = 40


@pytest.fixture
def office(warehouse: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(tmp_path))
    forget()
    return warehouse


def row(number: int, dice: random.Random) -> dict[str, Any]:
    """A dossier out of a small world, so that keys collide."""
    source = dice.choice(["province", "province", "communes", "land"])
    return {
        "source": source,
        "code": str(number),
        "partition_month": date(2026, 3, 1),
        "role": "evidence" if source == "land" else "primary",
        "alias_code": dice.choice([None, None, str(dice.randrange(DIGITS))]),
        "receipt_number": dice.choice([None, f"R{dice.randrange(DIGITS)}"]),
        "procedure_code": dice.choice(["1.000001", "1.000002"]),
        "unit_code": dice.choice(["H99.12", "H99.13"]),
        "applicant_key": dice.choice([None, f"P{dice.randrange(DIGITS // 4)}"]),
        "status": dice.choice([2, 4, 7, 7, 9]),
        "received_at": datetime(2026, 3, 2, 1, tzinfo=UTC) + timedelta(hours=dice.randrange(60)),
        "done_at": datetime(2026, 3, 3, 1, tzinfo=UTC) + timedelta(hours=dice.randrange(60)),
        "marks": dice.choice([None, None, None, "id_placeholder"]),
    }


def put(*rows: dict[str, Any]) -> None:
    with load("load", "test") as current:
        current.merge(DOSSIERS, DOSSIERS.frame(rows).drop(columns=["changed_in"]))


def stored() -> pd.DataFrame:
    return read_frame("SELECT * FROM core.matches ORDER BY source, code, other_source, other_code", None, MATCHES)


def expected(successors: Mapping[str, str] = NOBODY) -> pd.DataFrame:
    rows = read_frame(ROWS, None, ROW_TYPES)
    return match_dossiers(rows, dict.fromkeys(rows["source"].unique(), "Asia/Ho_Chi_Minh"), successors)


def merge_agencies() -> None:
    agency = {"valid_from": date(2021, 1, 1), "level": "commune", "name": "Xã"}
    old = {**agency, "unit_code": "H99.13", "valid_to": date(2026, 3, 1), "succeeded_by": "H99.12"}
    with load("load", "units") as current:
        current.merge(UNITS, UNITS.frame([old, {**agency, "unit_code": "H99.12"}]).drop(columns=["changed_in"]))


@pytest.mark.parametrize("seed", range(4))
def test_a_days_intake_against_all_history_ends_where_matching_everything_does(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same rows every time
    put(*(row(number, dice) for number in range(25)))
    match_all(TODAY)
    for day in range(12):
        put(*(row(number, dice) for number in dice.sample(range(DIGITS), 3)))  # some new, some changed
        if day == 6:
            merge_agencies()
        match_all(TODAY)
        frame = stored()
        pd.testing.assert_frame_equal(
            frame.drop(columns=["changed_in"]), expected({"H99.13": "H99.12"} if day >= 6 else NOBODY)
        )
    assert len(frame) > 5


def test_a_second_run_writes_nothing() -> None:
    dice = random.Random(1)  # noqa: S311 - the same rows every time
    put(*(row(number, dice) for number in range(DIGITS)))
    assert match_all(TODAY).inserted > 5
    before = stored(), fetch_all("SELECT count(*) FROM audit.ledger")
    again = match_all(TODAY)
    assert (again.inserted, again.updated) == (0, 0)
    pd.testing.assert_frame_equal(stored(), before[0])
    assert fetch_all("SELECT count(*) FROM audit.ledger") == before[1]


def test_who_takes_the_place_of_an_agency_takes_its_applications() -> None:
    put(primary("A", applicant_key="p"), primary("B", applicant_key="p", unit_code="H99.13", status=2))
    match_all(TODAY)
    assert len(stored()) == 0
    merge_agencies()
    assert match_all(TODAY).read == 2
    assert stored()[["code", "other_code", "rule"]].values.tolist() == [["B", "A", "applicant"]]
    assert match_all(TODAY).read == 0


def test_only_what_has_to_do_with_the_change_is_read() -> None:
    put(*(primary(f"{n}", receipt_number=f"R{n}") for n in range(50)))
    match_all(TODAY)
    put(evidence("R7"))
    assert match_all(TODAY).read == 2


def primary(code: str, **fields: Any) -> dict[str, Any]:
    plain = {"source": "province", "role": "primary", "procedure_code": "1.000001", "unit_code": "H99.12", "status": 9}
    moments = {"partition_month": date(2026, 3, 1), "received_at": datetime(2026, 3, 2, 1, tzinfo=UTC)}
    return {**plain, **moments, "code": code, **fields}


def evidence(code: str, **fields: Any) -> dict[str, Any]:
    return primary(code, **{"source": "land", "role": "evidence", "unit_code": None, "receipt_number": code, **fields})


def judged_through_now() -> None:
    with load("judge", "province/2026-03") as current:
        current.progress("judge", "province/2026-03", through=current.change_number, as_of=TODAY, rules_digest=rules_digest())


def waiting() -> list[Partition]:
    return pending("judge", TODAY, rules_digest(), ["province"])


def test_a_dossier_is_judged_again_when_a_match_comes_when_its_evidence_changes_and_when_the_match_goes() -> None:
    month = [Partition("province", date(2026, 3, 1))]
    put(primary("A", receipt_number="R1", done_at=datetime(2026, 3, 5, tzinfo=UTC)))
    match_all(TODAY)
    judged_through_now()
    assert waiting() == []
    put(evidence("R1"))
    match_all(TODAY)
    assert stored()[["code", "other_code", "kind"]].values.tolist() == [["A", "R1", "evidence"]]
    assert waiting() == month
    judged_through_now()
    put(evidence("R1", done_at=datetime(2026, 3, 4, tzinfo=UTC)))
    match_all(TODAY)
    assert waiting() == month
    judged_through_now()
    put(evidence("R1", receipt_number="R2"))
    match_all(TODAY)
    assert len(stored()) == 0
    assert waiting() == month
    judged_through_now()
    match_all(TODAY)
    assert waiting() == []


def test_a_duplicate_that_is_worked_on_after_all_is_counted_again() -> None:
    put(primary("A", applicant_key="p"), primary("B", applicant_key="p", status=2))
    match_all(TODAY)
    assert stored()[["code", "other_code", "kind"]].values.tolist() == [["B", "A", "duplicate_of"]]
    put(primary("B", applicant_key="p", status=4))
    match_all(TODAY)
    assert len(stored()) == 0


def test_a_record_that_two_applications_could_be_is_settled_when_one_of_them_changes() -> None:
    put(primary("A", applicant_key="p"), primary("B", applicant_key="p"), evidence("R", unit_code="H99.12", applicant_key="p"))
    match_all(TODAY)
    assert len(stored()) == 0
    put(primary("B", applicant_key="q"))
    match_all(TODAY)
    assert stored()[["code", "other_code", "rule"]].values.tolist() == [["A", "R", "applicant"]]
