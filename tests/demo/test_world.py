"""The whole province: the same for a seed, every cause in it, and the truth in agreement with what is recorded."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from demo.calendar import date_of, moment_of
from demo.desk import show
from demo.faults import rates
from demo.judge import VERDICTS, judge
from demo.procedures import Catalogue
from demo.truth import COLUMNS
from demo.units import Directory
from demo.world import World, advance, make_world, read_world, write_world
from tests.demo.conftest import DOSSIERS, SEED, Province

ROOT = Path(__file__).parents[2]


def contents(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_same_seed_same_bytes_in_another_process(province: Province, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "demo", "--seed", str(SEED), "--dossiers", str(DOSSIERS), "--out", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": "7"}, check=True, capture_output=True)
    ours, theirs = contents(province.out), contents(tmp_path)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []


def test_another_seed_is_another_province(province: Province) -> None:
    other = make_world(SEED + 1, 300)
    assert {d.code for d in other.dossiers} != {d.code for d in province.world.dossiers}


def test_every_cause_of_the_rates_file_is_planted(province: Province) -> None:
    planted = Counter(" ".join(row["planted"] for row in province.truth).split())
    wanted = {
        cause for group in ("phantom_late", "uncounted", "hidden_late", "undetermined", "dirt") for cause in rates()[group]
    }
    wanted |= rates()["refiled_honestly"].keys()
    wanted -= {"no_code"}  # records without a code are no dossiers
    assert wanted - planted.keys() == set()
    assert province.world.codeless > 0
    assert {row["missing"] for row in province.truth} >= {
        "limit",
        "receipt",
        "procedure",
        "end",
        "contradiction",
        "ambiguous_date",
    }


def test_planted_causes_lead_to_their_verdicts(province: Province) -> None:
    planned = rates()
    for row in province.truth:
        planted = row["planted"].split()
        for group in ("phantom_late", "hidden_late", "undetermined"):
            for cause in set(planted) & planned[group].keys():
                assert row["verdict"] == (group if row["missing"] != "ambiguous_date" else "undetermined"), (cause, row)
        if planned["refiled_honestly"].keys() & set(planted):
            assert (row["verdict"], row["recorded"]) == ("on_time", "on_time"), row
        if row["verdict"] in ("phantom_late", "hidden_late"):
            assert row["reasons"], row
        if row["verdict"] == "undetermined":
            assert row["missing"], row


def test_verdict_follows_the_matrix(province: Province) -> None:
    for row in province.truth:
        if row["verdict"] not in ("undetermined", "not_received") and row["counted"] == "true":
            assert row["verdict"] == VERDICTS[row["recorded"], row["actual"] == "late"], row
        if "duplicate" in row["planted"].split() or "test_dossier" in row["planted"].split():
            assert row["counted"] == "false"
            assert row["verdict"] == ("phantom_late" if row["recorded"] == "late" else "on_time")


def test_a_province_without_faults_has_none() -> None:
    world = make_world(SEED, 300, clean=True)
    verdicts = {judge(dossier, world.now).verdict for dossier in world.dossiers if dossier.view.status not in ("5", "6", "8")}
    assert verdicts <= {"late", "on_time", "not_received", "undetermined"}
    assert not any(dossier.cause for dossier in world.dossiers)
    honest = {"withdrawn_before_again", *rates()["refiled_honestly"]}
    assert {name for dossier in world.dossiers for name in dossier.planted} == honest


def test_history_comes_first(province: Province) -> None:
    """Faults do not change who applied for what and when: the clean province has the same receipts."""
    clean = make_world(SEED, DOSSIERS, clean=True)
    for spoiled, honest in zip(province.world.dossiers[:DOSSIERS], clean.dossiers[:DOSSIERS], strict=True):
        assert (spoiled.received, spoiled.procedure, spoiled.unit) == (honest.received, honest.procedure, honest.unit)


def test_shares_of_a_larger_province() -> None:
    world = make_world(3, 3000)
    truths = [judge(dossier, world.now) for dossier in world.dossiers if dossier.counted]
    counts = Counter(truth.verdict for truth in truths)
    counted = len(truths) - counts["not_received"]
    recorded_late = sum(truth.recorded == "late" for truth in truths)
    assert 0.78 <= 1 - recorded_late / counted <= 0.86
    assert 0.54 <= counts["phantom_late"] / (counts["phantom_late"] + counts["late"]) <= 0.66
    assert 0.01 <= counts["undetermined"] / counted <= 0.04
    assert 0.007 <= counts["hidden_late"] / counted <= 0.015


def test_notable_days_are_there(province: Province) -> None:
    days = {date_of(dossier.received) for dossier in province.world.dossiers}
    assert {date(2025, 1, 24), date(2025, 4, 26), date(2025, 12, 31), date(2026, 1, 10), date(2026, 2, 12)} <= days
    crossing = [
        dossier
        for dossier in province.world.dossiers
        if dossier.ended and date_of(dossier.received) < date(2025, 7, 1) <= date_of(dossier.ended)
    ]
    assert len(crossing) >= 5


def test_codes_are_unique_and_carry_the_day_of_receipt(province: Province) -> None:
    codes = [(row["source"], row["code"]) for row in province.truth]
    assert len(codes) == len(set(codes))
    for dossier in province.world.dossiers:
        if dossier.missing != "receipt":
            assert f"-{moment_of(dossier.received):%y%m%d}-" in dossier.code


def test_agencies_are_valid_on_the_day_of_receipt(province: Province) -> None:
    directory = Directory()
    for dossier in province.world.dossiers:
        assert directory.at(dossier.unit, date_of(dossier.received)).level in ("department", "branch", "district", "commune")
    levels = Counter(unit.level for unit in directory.all if not unit.valid_to)
    assert levels["district"] == 0
    assert (levels["commune"], levels["department"]) == (25, 13)
    for unit in directory.all:
        if unit.successor:
            assert not directory.at(unit.successor, date(2025, 7, 1)).valid_to


def test_catalogue_has_versions_of_every_unit() -> None:
    catalogue = Catalogue()
    assert {version.unit for version in catalogue.all} >= {
        "working_day",
        "calendar_day",
        "hour",
        "month",
        "same_day",
        "none",
        "unsettled",
    }
    assert len(catalogue.by_code) >= 60
    changed = {version.valid_from for version in catalogue.all}
    assert {"2025-07-01", "2026-01-01"} <= changed
    assert catalogue.expired(date(2026, 1, 15))
    before = catalogue.version("1.990010", "counter", date(2025, 12, 31))
    after = catalogue.version("1.990010", "postal", date(2026, 1, 1))  # no row of its own: the counter's
    assert before is not None
    assert after is not None
    assert (before.limit.amount, after.limit.amount) == (15, 12)


def test_persons_cannot_be_real(province: Province) -> None:
    for dossier in province.world.dossiers:
        if dossier.cause != "test_dossier":
            assert dossier.person.identity.startswith(("999", "99"))
            assert dossier.person.phone.startswith("0300")


def test_days_pass(province: Province, tmp_path: Path) -> None:
    write_world(province.world, tmp_path)
    world = read_world(tmp_path)
    advance(world, 2)
    write_world(world, tmp_path)
    again: World = read_world(tmp_path)
    assert again.as_of == date(2026, 4, 2)
    assert len(again.dossiers) == len(province.world.dossiers) + 80
    before = {dossier.code: dossier.view.status for dossier in province.world.dossiers}
    moved = [dossier for dossier in again.dossiers if before.get(dossier.code, dossier.view.status) != dossier.view.status]
    assert moved
    assert all(not dossier.kept for dossier in moved)
    for dossier in again.dossiers:
        if judge(dossier, again.now).verdict in ("phantom_late", "hidden_late") and not dossier.cause:
            assert dossier.view.status in ("5", "6", "8"), dossier.code  # waiting: nobody's mistake
    assert [judge(d, again.now) for d in again.dossiers] == [judge(d, world.now) for d in world.dossiers]


def test_the_view_never_knows_the_future(province: Province) -> None:
    for dossier in province.world.dossiers:
        if dossier.cause or dossier.planted:
            continue
        show(dossier, province.world.history.directory, province.world.now)
        shown = dossier.view
        known = [
            time
            for time in (shown.done, shown.returned, shown.received, *(entry.at for entry in shown.log))
            if time is not None
        ]
        assert max(known, default=0) < province.world.now


def test_too_small_a_province_is_refused() -> None:
    with pytest.raises(ValueError, match="300 or more"):
        make_world(1, 50)


def test_truth_columns(province: Province) -> None:
    assert tuple(province.truth[0]) == COLUMNS
    for row in province.truth:
        assert row["actual"] in ("late", "on_time")
        assert not row["end_at"] or row["end_at"] < "2026-04-01"


def test_faults_of_whole_systems_strike_where_they_are_and_the_rest_stays() -> None:
    plain, spoiled = make_world(SEED, 900), make_world(SEED, 900, systemic=True)
    struck = {name for fault in spoiled.systemic for name in fault.planted}
    assert len(spoiled.systemic) == 3
    for fault in spoiled.systemic:
        assert 5 <= len(fault.planted) < len(fault.region)
        assert set(fault.planted) <= set(fault.region)
    for one, other in zip(plain.dossiers, spoiled.dossiers, strict=True):
        assert one.code == other.code
        hit = (other.source, other.code.upper()) in struck
        assert (one.planted, one.cause) == (other.planted, other.cause) or (hit and not one.planted)
        assert not hit or judge(other, spoiled.now).verdict == "phantom_late"
