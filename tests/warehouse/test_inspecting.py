"""File of an inspection: drawn by seed and formula, the same bytes each time, and a ledger that is what was judged."""

from __future__ import annotations

import hashlib
import io
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from config.calendar import OFFICE_ZONE_NAME
from config.errors import ConfigError
from config.policies import load_policies
from flows.commands.cli import main
from schemas.quality import CORRECTIONS
from schemas.reference import UNITS
from tasks.inspecting.file import InspectionFile, inspection_file
from tasks.inspecting.record import record_inspection
from tasks.inspecting.sample import counted_dossiers, draw_sample, error_of
from tasks.inspecting.workbook import inspection_workbook
from tasks.publishing.current import current_publication
from tasks.reports.explanation.dossiers import DossierPlace, explanation
from tasks.rules.dates.instant_texts import instant_text
from tasks.tracing.moments import moment_of
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load
from tasks.warehouse.partitions import Partition
from tests.faults import office
from tests.warehouse.test_publish import POLICY, publish
from tests.warehouse.test_seals import correction
from tests.warehouse.verdict_rows import verdict_rows

pytestmark = pytest.mark.usefixtures("warehouse")
SIZE = 20
_JUDGED = "SELECT code, received_at, due_at, end_at, verdict, paused_minutes, worked_minutes FROM judged.verdicts WHERE policy = 'qd766'"


@pytest.fixture
def desk(warehouse: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An office with real files."""
    office.enter(monkeypatch, tmp_path, warehouse.home)
    office.write(tmp_path)


@pytest.fixture
def published(desk: None) -> str:
    """What the office published at the end of a run."""
    office.run()
    found = current_publication(POLICY)
    assert found is not None
    return found


def drawn_codes(file: InspectionFile) -> list[str]:
    return [str(line.said["code"]) for line in file.ledger]


def ledger_cells(workbook: bytes) -> list[tuple[object, ...]]:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook))["Sổ tính hạn"]
    return list(sheet.iter_rows(min_row=2, values_only=True))


def test_the_same_seed_is_the_same_file(published: str) -> None:
    file = inspection_file(published, "doan-1", size=SIZE)
    first, again, other = (
        inspection_workbook(inspection_file(published, seed, size=SIZE)) for seed in ("doan-1", "doan-1", "doan-2")
    )
    assert first == again
    assert ledger_cells(first) != ledger_cells(other)
    assert [row[2] for row in ledger_cells(first)] == drawn_codes(file)
    recorded, before = record_inspection(file, first)
    assert (recorded.digest, before) == (hashlib.sha256(first).hexdigest(), None)
    assert record_inspection(file, first) == (recorded, None), "the very same file has the entry that it has"
    assert fetch_all("SELECT count(*) FROM audit.ledger WHERE action = 'inspect'") == [(1,)]


def test_the_ledger_is_what_was_judged(published: str) -> None:
    file = inspection_file(published, "doan-1", size=SIZE)
    judged = {code: facts for code, *facts in fetch_all(_JUDGED)}
    for line in file.ledger:
        received, due, end, verdict, paused, worked = judged[line.said["code"]]
        told = (line.said["received_at"], line.said["due_at"], line.said["end_at"])
        assert told == tuple(instant_text(at, OFFICE_ZONE_NAME) for at in (received, due, end))
        assert line.fact is not None
        assert (line.said["verdict"], line.fact["paused_minutes"]) == (verdict, paused)
        assert worked == (line.fact["worked_minutes"] if end else None), "a verdict tells the minutes of what has ended"
    assert sum(len(line.fact["pauses"]) for line in file.ledger if line.fact), "no dossier of the sample has a pause"
    assert {line.fact["limit"]["unit"] for line in file.ledger if line.fact} >= {"working_day"}


def test_dossiers_judged_together_are_as_each_is_explained_alone(published: str) -> None:
    policy = load_policies()[POLICY]
    file = inspection_file(published, "doan-1", size=60)
    months = {
        (source, code): month for source, code, month in fetch_all("SELECT source, code, partition_month FROM core.dossiers")
    }
    assert len({months[line.said["source"], line.said["code"]] for line in file.ledger}) > 1, (
        "one month alone has one clock anyway"
    )
    for line in file.ledger:
        assert line.fact is not None
        key = (line.said["source"], line.said["code"])
        alone = explanation(DossierPlace(*key, Partition(key[0], months[key])), policy)
        assert line.fact == {name: alone[name] for name in line.fact}


def test_what_changed_since_is_said_and_the_rest_stays(published: str) -> None:
    before = inspection_file(published, "doan-1", size=SIZE)
    first = inspection_workbook(before)
    record_inspection(before, first)
    place, line = next((place, one) for place, one in enumerate(before.ledger) if one.said["end_at"])
    named = {"source": line.said["source"], "code": line.said["code"]}
    fixed = correction(0) | named | {"field": "received_at", "new_value": "2026-02-01T10:00:00+07:00"}
    with load("correct", "p1") as current:
        current.merge(CORRECTIONS, CORRECTIONS.frame([fixed]))
    office.derive()
    after = inspection_file(published, "doan-1", size=SIZE)
    assert [number for number, one in enumerate(after.ledger) if one.fact is None] == [place]
    assert [one.said for one in after.ledger] == [one.said for one in before.ledger], "what was published stands"
    second = inspection_workbook(after)
    differing = [
        number for number, pair in enumerate(zip(*map(ledger_cells, (first, second)), strict=True)) if pair[0] != pair[1]
    ]
    assert differing == [place]
    recorded, other = record_inspection(after, second)
    assert other is not None
    assert (other.digest, recorded.digest) == (hashlib.sha256(first).hexdigest(), hashlib.sha256(second).hexdigest())


def test_how_many_follows_from_the_error(desk: None) -> None:
    """Cochran: 384.15 of endlessly many for five points; of 291 counted ones 384.15 / (1 + 383.15 / 291)."""
    rows = [row | {"source": "desk"} for row in verdict_rows(300)]
    publication = publish(rows)
    counted = [row for row in rows if row["counted"]]
    file = inspection_file(publication, "s", error=0.05)
    assert len(file.sample.counted) == len(counted)
    assert len(file.ledger) == -(-384.1459 // (1 + 383.1459 / len(counted)))
    assert 0.0 < file.sample.error <= 0.05 < error_of(len(file.ledger) - 1, len(counted))
    assert {row["code"] for row in file.hidden} == {row["code"] for row in counted if row["verdict"] == "hidden_late"}
    assert sum(one.in_all for one in file.shares()) == len(counted)
    assert sum(one.in_sample for one in file.shares()) == len(file.ledger)
    of_unit = inspection_file(publication, "s", size=10_000, unit="H99.2")
    assert sorted(drawn_codes(of_unit)) == sorted(row["code"] for row in counted if row["unit_code"] == "H99.2")
    assert of_unit.sample.error == 0.0
    with pytest.raises(ConfigError, match="no dossier that this publication counts"):
        inspection_file(publication, "s", unit="H00")


def test_an_agency_comes_with_those_that_stood_below_it_when_each_dossier_was_received(desk: None) -> None:
    """H99.2 is a branch of H99.1, and of it H99.3; H99.2 goes to H99.4 in 2026, so H99.3 goes with it."""
    moved, rows = date(2026, 1, 1), [row | {"source": "desk"} for row in verdict_rows(300)]
    above = {"H99": (None,), "H99.1": ("H99",), "H99.2": ("H99.1", "H99.4"), "H99.3": ("H99.2",), "H99.4": ("H99",)}
    directory = [
        {"unit_code": code, "valid_from": day, "name": code, "parent_code": parent}
        | {"level": "branch" if parent and "." in parent else "department" if parent else "province"}
        for code, parents in above.items()
        for day, parent in zip((date(2025, 10, 1), moved), parents, strict=False)
    ]
    with load("load", "directory") as current:
        current.merge(UNITS, UNITS.frame(directory).drop(columns=list(UNITS.managed)))
    publication = publish(rows)
    counted = [row for row in rows if row["counted"]]
    early = {row["code"]: row["received_at"].astimezone(ZoneInfo(OFFICE_ZONE_NAME)).date() < moved for row in counted}
    expected = {
        "H99.1": {"H99.1": (True, False), "H99.2": (True,), "H99.3": (True,)},
        "H99.4": {"H99.4": (True, False), "H99.2": (False,), "H99.3": (False,)},
        "H99.2": {"H99.2": (True, False), "H99.3": (True, False)},
    }
    for unit, parts in expected.items():
        wanted = {row["code"] for row in counted if early[row["code"]] in parts.get(row["unit_code"], ())}
        file = inspection_file(publication, "s", size=10_000, unit=unit)
        assert set(drawn_codes(file)) == wanted
        assert file.below == len(parts) - 1
        assert {row["code"] for row in file.hidden} == {
            row["code"] for row in counted if row["verdict"] == "hidden_late"
        } & wanted
    assert len(inspection_file(publication, "s", size=10_000, unit="H99").ledger) == len(counted), "a province has all"


def test_every_dossier_is_drawn_as_often_as_every_other() -> None:
    """400 seeds, 60 of some 290: each is drawn some 83 times; 5 standard deviations are 41."""
    publication = publish(verdict_rows(300))
    counted = counted_dossiers(moment_of(publication), None)
    times = dict.fromkeys(counted["code"], 0)
    for seed in range(400):
        for code in draw_sample(counted, str(seed), 60, None).rows["code"]:
            times[code] += 1
    expected = 400 * 60 / len(counted)
    assert max(abs(count - expected) for count in times.values()) < 5 * (expected * (1 - 60 / len(counted))) ** 0.5


@pytest.mark.parametrize(
    "wrong", [["--seed", "a b"], ["--seed", "1", "--error", "0"], ["--seed", "1", "--size", "3", "--error", "3%"]]
)
def test_arguments_that_mean_nothing_are_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as told:
        main(["audit", "sample", *wrong])
    assert told.value.code == 2
    assert "motcua audit" in capsys.readouterr().err
