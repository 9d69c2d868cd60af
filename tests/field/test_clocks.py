"""Agencies whose clock is off: what their times show, and what they do not show."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

import pandas as pd
import pytest

from config.settings import settings
from schemas.dossiers import DOSSIERS
from schemas.quality import CLOCK_FAULTS, FINDINGS
from tasks.check import check_bundle
from tasks.clock_faults import find_faults
from tasks.offices import all_sources
from tasks.rules.clock_faults import END, RECEIPT, clock_faults, clock_shifts, with_clock_marks, zone_minutes
from tasks.rules.facts import facts_of
from tasks.warehouse.bundles import Bundle
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.dossiers import read_bundle
from tasks.warehouse.engine import fetch_all, read_table
from tasks.warehouse.load import load
from tasks.warehouse.partitions import Partition

VIETNAM = 420
OFFICE = {"": (450, 1020), "H99.77": (0, 1440)}
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def desk(count: int, seed: int = 1) -> list[float]:
    """Hours of the day at which a desk receives: mostly mornings, never at noon."""
    dice = Random(seed)  # noqa: S311 - the same hours every time
    return [dice.choice([7.6, 8.2, 8.7, 9.1, 9.6, 10.3, 10.9, 13.6, 14.2, 14.9, 15.5, 16.4]) for _ in range(count)]


def moved(hours: list[float], by: float) -> list[float]:
    return [(hour + by) % 24 for hour in hours]


ROUND_THE_CLOCK = [place * 24 / 200 + 0.01 for place in range(200)]
EVENINGS = [8.5, 9.5, 10.5, 14.5, 15.5] * 10 + [19.0, 20.0, 21.0] * 9

# What an agency's receipts and ends show: by how many minutes each is to be moved.
SHOWN: list[tuple[str, list[float], list[float], int, int]] = [
    ("office hours", desk(60), desk(60, 2), 0, 0),
    ("a server in UTC", moved(desk(60), -7), moved(desk(60, 2), -7), 420, 420),
    ("a server in UTC, every receipt at 03:16", [3.27] * 12, moved(desk(12), -7), 420, 420),
    ("receipts in UTC, ends right", moved(desk(60), -7), desk(60, 2), 420, 0),
    ("receipts right, ends in UTC", desk(60), moved(desk(60, 2), -7), 0, 420),
    ("office time converted twice", moved(desk(60), 7), moved(desk(60, 2), 7), -420, -420),
    ("half of the desks in UTC", desk(40) + moved(desk(60), -7), desk(60, 2), 420, 0),
    ("no ends yet", moved(desk(30), -7), [], 420, 420),
    ("ends written by a nightly job", desk(60), [2.1, 2.2] * 20, 0, 0),
    ("received whenever they are sent", ROUND_THE_CLOCK, desk(60), 0, 0),
    ("a desk that works in the evening", EVENINGS, EVENINGS, 0, 0),
    ("a few late nights", [*desk(60), 3.2, 4.1], [*desk(60), 3.2, 4.1, 5.5], 0, 0),
    ("too few to tell", moved(desk(3), -7), [], 0, 0),
]


def counted(agency: str, month: date, receipts: list[float], ends: list[float]) -> list[dict[str, object]]:
    return [
        {"unit_code": agency, "month": month, "kind": kind, "slot": int(hour * 2), "times": 1}
        for kind, hours in ((RECEIPT, receipts), (END, ends))
        for hour in hours
    ]


def found(rows: list[dict[str, object]], minutes: int = VIETNAM) -> dict[tuple[str, date], tuple[int, int]]:
    faults = clock_faults(pd.DataFrame(rows), "province", minutes, OFFICE)
    shifts = zip(faults["receipt_minutes"], faults["end_minutes"], strict=True)
    return dict(zip(zip(faults["unit_code"], faults["month"], strict=True), shifts, strict=True))


@pytest.mark.parametrize(("what", "receipts", "ends", "receipt", "end"), SHOWN, ids=[row[0] for row in SHOWN])
def test_what_the_times_of_an_agency_show(what: str, receipts: list[float], ends: list[float], receipt: int, end: int) -> None:
    expected = {("H99.12", MARCH): (receipt, end)} if receipt or end else {}
    assert found(counted("H99.12", MARCH, receipts, ends)) == expected


def test_each_agency_is_asked_by_itself_and_a_month_that_was_mended_is_left_alone() -> None:
    rows = counted("H99.12", MARCH, moved(desk(40), -7), moved(desk(40), -7)) + counted("H99.12", APRIL, desk(40), desk(40))
    rows += counted("H99.13", MARCH, desk(40), desk(40))
    assert found(rows) == {("H99.12", MARCH): (420, 420)}


def test_few_dossiers_go_with_their_agency_and_a_small_agency_with_its_source() -> None:
    rows = [row for unit in range(9) for row in counted(f"H99.{unit}", MARCH, moved(desk(3, unit), -7), [])]
    rows += counted("H99.50", MARCH, moved(desk(30), -7), []) + counted("H99.50", APRIL, moved(desk(2), -7), [])
    assert set(found(rows)) == {*((f"H99.{unit}", MARCH) for unit in range(9)), ("H99.50", MARCH), ("H99.50", APRIL)}


def test_an_agency_that_is_open_round_the_clock_has_no_hour_outside() -> None:
    assert not found(counted("H99.77", MARCH, moved(desk(60), -7), moved(desk(60), -7)))


def test_a_zone_of_half_hours_and_one_behind_utc() -> None:
    assert [zone_minutes(zone) for zone in ("Asia/Ho_Chi_Minh", "Asia/Kolkata", "America/New_York", "UTC")] == [
        420,
        330,
        -300,
        0,
    ]
    assert found(counted("X", MARCH, moved(desk(60), -5.5), []), 330) == {("X", MARCH): (330, 330)}
    assert found(counted("X", MARCH, moved(desk(60), 5), moved(desk(60), 5)), -300) == {("X", MARCH): (-300, -300)}
    assert not found(counted("X", MARCH, moved(desk(60), -7), []), 0)


SOURCE_FILE = """
title: Một cửa thử nghiệm
kind: files
profile: table
columns: {code: [code], received_at: [received]}
files: {folder: {env: NOWHERE}, pattern: "*.csv"}
"""
BUNDLE = Bundle.of(Partition("province", MARCH))


@pytest.fixture
def office(warehouse: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    (tmp_path / "province.yaml").write_text(SOURCE_FILE, encoding="utf-8")
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(tmp_path))
    settings.cache_clear()
    all_sources.cache_clear()
    return warehouse


def put(unit: str, hours: list[float], first: int = 0) -> None:
    """Load dossiers of an agency, received and ended at these hours of the day, office time."""
    rows = []
    for number, hour in enumerate(hours, first):
        at = datetime.combine(date(2026, 3, 2 + number % 20), time(), UTC) + timedelta(hours=hour - 7)
        dossier = {"source": "province", "code": f"{unit}-{number}", "partition_month": MARCH, "role": "primary", "status": 9}
        rows.append({**dossier, "unit_code": unit, "received_at": at, "done_at": at + timedelta(hours=48), "marks": "not_nfc"})
    with load("load", "province") as current:
        current.merge(DOSSIERS, DOSSIERS.frame(rows).drop(columns=list(DOSSIERS.managed)))


def failing() -> dict[str, int]:
    query = "SELECT check_id, count(*) FROM quality.findings WHERE resolved_on IS NULL AND check_id LIKE '%%clock%%' GROUP BY 1"
    return dict(fetch_all(query))


@pytest.mark.usefixtures("office")
def test_the_dossiers_of_such_an_agency_are_marked_until_its_clock_is_right() -> None:
    put("H99.12", moved(desk(30), -7))
    put("H99.13", desk(30))
    assert find_faults(APRIL).inserted == 1
    marks = read_bundle(BUNDLE).dossiers.set_index("code")["marks"]
    assert marks["H99.12-0"] == "not_nfc receipt_clock_behind end_clock_behind"
    assert marks["H99.13-0"] == "not_nfc"
    check_bundle(BUNDLE, APRIL)
    assert failing() == {"receipt_clock_behind": 30, "end_clock_behind": 30}
    before = fetch_all("SELECT count(*) FROM audit.ledger")
    assert find_faults(APRIL).read == 0, "nothing changed, so nothing is looked at"
    assert fetch_all("SELECT count(*) FROM audit.ledger") == before
    put("H99.12", desk(30))  # the source set its clock right and told its dossiers again
    find_faults(APRIL)
    assert not len(read_table(CLOCK_FAULTS))
    check_bundle(BUNDLE, APRIL)
    assert not failing()
    assert len(read_table(FINDINGS))


@pytest.mark.usefixtures("office")
def test_the_second_reading_is_the_stated_time_set_right() -> None:
    put("H99.12", moved(desk(30), -7))
    find_faults(APRIL)
    facts = facts_of(read_bundle(BUNDLE), "Asia/Ho_Chi_Minh")
    shifts = clock_shifts(facts)
    hours = (facts.received + shifts.receipt).astype("datetime64[h]").astype(int) % 24
    assert set(hours.tolist()) <= {*range(7, 11), *range(13, 17)}
    assert (shifts.receipt == shifts.end).all()


def test_a_time_that_was_corrected_is_no_longer_the_clocks() -> None:
    row = {
        "source": "province",
        "code": "1",
        "partition_month": MARCH,
        "unit_code": "H99.12",
        "received_at": datetime(2026, 3, 2, tzinfo=UTC),
    }
    dossiers = DOSSIERS.frame([{**row, "done_at": row["received_at"]}]).assign(
        corrected=pd.array(["received_at"], dtype=DOSSIERS.dtypes["code"])
    )
    fault = {"source": "province", "unit_code": "H99.12", "month": MARCH, "receipt_minutes": 420, "end_minutes": 420}
    assert with_clock_marks(dossiers, CLOCK_FAULTS.frame([fault]))["marks"].tolist() == ["end_clock_behind"]
