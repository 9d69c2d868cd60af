"""Late dossiers of a period, their reasons and the score sheet: one count, read back from the files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from config.errors import UnreadableDataError
from config.formulas import load_formulas
from config.read_once import forget
from flows.commands.cli import main
from flows.commands.forms import report, show_catalogue
from schemas.verdicts import VERDICTS_TABLE
from tasks.judge import judge_batch
from tasks.measure import measure_policy
from tasks.publish import publish_policy
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import read_frame
from tasks.warehouse.load import load
from tests.warehouse.test_judge import DAY_ONE, MONTH, desk  # noqa: F401 - a fixture

POLICY, MARCH = "qd766", "2026-03"
_ALL = "SELECT * FROM judged.verdicts WHERE policy = 'qd766' ORDER BY code"


@pytest.fixture
def office(desk: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[pd.DataFrame]:  # noqa: F811
    """The desk's three hundred dossiers of March, judged, measured and published; returns their verdicts."""
    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    forget()
    judge_batch(MONTH, DAY_ONE)
    measure_policy(POLICY, DAY_ONE)
    publish_policy(POLICY, DAY_ONE)
    yield read_frame(_ALL, None, VERDICTS_TABLE)
    monkeypatch.undo()
    forget()


def filled(name: str, path: Path, unit: str | None = None, sheet: int = 0) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows and the total of a sheet, as its JSON tells them."""
    report(name, MARCH, None, unit, "then", str(path))
    told = json.loads(path.read_text(encoding="utf-8"))["sheets"][sheet]
    rows = [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]
    return rows, dict(zip(told["columns"], told["total"], strict=bool(told["total"])))


def test_the_list_the_reasons_and_the_form_are_one_count(office: pd.DataFrame, tmp_path: Path) -> None:
    late = office[office["counted"].to_numpy(dtype=bool) & (office["timeliness"] == "late").to_numpy(dtype=bool)]
    states = Counter(late["state"])
    assert states["finished"] > 10
    assert states["in_progress"] > 10
    listed, _ = filled("late", tmp_path / "late.json")
    assert sorted(row["code"] for row in listed) == sorted(late["code"])
    assert [row["days_over"] for row in listed] == sorted((row["days_over"] for row in listed), reverse=True)
    assert min(row["days_over"] for row in listed) >= 0
    reasons, total = filled("II.07", tmp_path / "07.json")
    _, form = filled("II.06a", tmp_path / "06a.json")
    assert (total["finished_late"], total["in_progress_overdue"]) == (states["finished"], states["in_progress"])
    assert (form["finished_late"], form["in_progress_overdue"]) == (states["finished"], states["in_progress"])
    assert total["late"] == len(listed)
    assert {row["code"]: row["late"] for row in reasons} == Counter(late["unit_code"])
    held = ("agency", "tax_office", "other_agency", "citizen", "finance", "posting", "stopped", "unknown")
    for row in [*reasons, total]:
        assert sum(row[name] for name in held) == row["late"]
    assert total["agency"] > 0


def test_one_agency_lists_its_own(office: pd.DataFrame, tmp_path: Path) -> None:
    late = office[office["counted"].to_numpy(dtype=bool) & (office["timeliness"] == "late").to_numpy(dtype=bool)]
    listed, _ = filled("late", tmp_path / "late.json", unit="H99.13")
    assert sorted(row["code"] for row in listed) == sorted(late[late["unit_code"] == "H99.13"]["code"])


def test_a_list_of_verdicts_that_are_not_published_is_refused(office: pd.DataFrame, tmp_path: Path) -> None:
    changed = office.drop(columns=list(VERDICTS_TABLE.managed))
    first = changed.index[changed["counted"].to_numpy(dtype=bool) & (changed["timeliness"] == "late").to_numpy(dtype=bool)][0]
    changed.loc[first, "counted"] = False
    with load("judge", "test") as current:
        current.replace(VERDICTS_TABLE, changed, {"policy": POLICY})
    with pytest.raises(UnreadableDataError, match="are published"):
        report("II.07", MARCH, None, None, "then", None)


def test_the_score_sheet_tells_what_data_faults_cost(office: pd.DataFrame, tmp_path: Path) -> None:
    rows, total = filled("QD766", tmp_path / "scores.json")
    assert {row["code"] for row in rows} == {"H99.12", "H99.13"}
    for agency, row in (("*", total), *((row["code"], row) for row in rows)):
        of = office if agency == "*" else office[office["unit_code"] == agency]
        known = of[(of["counted"].to_numpy(dtype=bool)) & (of["timeliness"] != "undetermined").to_numpy(dtype=bool)]
        good = int((known["timeliness"] != "late").sum())
        assert row["rate_cleaned_2_1"] == pytest.approx(100 * good / len(known), abs=0.005)
        assert row["points_cleaned_2_1"] == pytest.approx(20 * good / len(known), abs=0.005)
        received = of[of["recorded_state"] != "not_received"]
        fine = int((received["recorded_timeliness"] != "late").sum())
        assert row["rate_recorded_2_1"] == pytest.approx(100 * fine / len(received), abs=0.005)
        assert row["lost_2_1"] == pytest.approx(row["points_cleaned_2_1"] - row["points_recorded_2_1"])
        assert row["points_cleaned_5_4"] == pytest.approx(min(100, 100 * good / len(known) / 0.9), abs=0.005)
        counted = of[of["counted"].to_numpy(dtype=bool)]
        online = int((counted["channel"] == "online").sum())
        assert row["points_cleaned_3_3"] == pytest.approx(min(100, 100 * online / len(counted) / 0.5), abs=0.005)


def test_the_average_time_by_procedure(office: pd.DataFrame, tmp_path: Path) -> None:
    rows, _ = filled("QD766", tmp_path / "scores.json", sheet=1)
    done = office[office["counted"].to_numpy(dtype=bool) & (office["state"] == "finished").to_numpy(dtype=bool)]
    expected = done.groupby("procedure_code")["worked_minutes"].agg(["size", "mean"])
    assert {row["procedure_code"]: row["finished"] for row in rows} == expected["size"].to_dict()
    for row in rows:
        assert row["working_days"] == pytest.approx(expected.loc[row["procedure_code"], "mean"] / 480, abs=0.006)


def test_the_catalogue_says_of_every_formula_what_answers_it_or_why_nothing_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    show_catalogue(str(tmp_path / "catalogue.csv"))
    rows = {row["formula"]: row for row in pd.read_csv(tmp_path / "catalogue.csv", dtype=str).to_dict("records")}
    wanted = "1.1 1.2 1.3 1.4 2.1 2.2 3.1 3.2 3.3 3.5 3.6 4.1 4.2 4.3 4.4 4.5 5.1 5.2 5.3 5.4"
    assert list(rows) == wanted.split()
    for number, formula in load_formulas()["qd766"].formulas.items():
        assert rows[number]["answer"].startswith("Chưa tính, vì ") == (formula.not_covered is not None)
        assert formula.not_covered is None or formula.indicator is None
    answered = [number for number, row in rows.items() if not row["answer"].startswith("Chưa tính")]
    assert answered == ["2.1", "2.2", "3.3", "3.5", "3.6", "4.1", "4.2", "4.3", "4.4", "4.5", "5.4"]
    assert sum(one.points for one in load_formulas()["qd766"].groups.values()) == 100
    with pytest.raises(SystemExit):
        main(["report", "II.06a"])
    assert "cần --period" in capsys.readouterr().err
