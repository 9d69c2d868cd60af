"""The correction loop: proposed from evidence, approved by a person, laid over what is pulled again, taken back."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from prefect.logging import disable_run_logger

from config.errors import ConfigError, DataError
from config.policies import load_policies
from config.settings import settings
from flows.refresh import warn_of_conflicts
from flows.runs.outcome import RunFailures
from schemas.dossiers import DOSSIERS
from schemas.quality import CORRECTIONS, PROPOSALS
from schemas.verdicts import VERDICTS_TABLE
from tasks.correcting.packages import Package, receive_corrections
from tasks.correcting.proposal_files import HEADINGS, read_proposals, refresh_proposals, write_proposals
from tasks.correcting.undo import undo
from tasks.judge import judge_batch
from tasks.recovery.manifests import read_manifests
from tasks.reports.corrections import count_waiting, counts, read_statuses
from tasks.rules.corrections.value_texts import same_value
from tasks.warehouse.dossiers import read_batch
from tasks.warehouse.engine import fetch_all, read_frame
from tasks.warehouse.load import load
from tasks.warehouse.merge import Merged
from tests.warehouse.test_judge import DAY_ONE, DAY_TWO, MONTH, at, desk, verdicts

__all__ = ["desk"]
pytestmark = pytest.mark.usefixtures("desk")


def proposed() -> int:
    return int(fetch_all("SELECT count(*) FROM quality.proposals")[0][0])


def send_back(path: Path, unit: str | None = None, decision: str = "có", only: int = 1000) -> Package:
    """Write the proposals, fill in the first of them as an officer does, and take the file in."""
    write_proposals(read_proposals(unit), path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        heading, *rows = csv.reader(file)
    places = [heading.index(HEADINGS[name]) for name in ("decision", "approved_by")]
    for row in rows[:only]:
        row[places[0]], row[places[1]] = decision, "lanh.dao"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([heading, *rows])
    return receive_corrections(path, settings().home / "corrections")


def test_what_is_proposed_is_the_same_every_time_and_costs_nothing_again() -> None:
    with pytest.raises(DataError, match="refresh"):
        refresh_proposals(load_policies()[settings().policy])
    judge_batch(MONTH, DAY_ONE)
    first = proposed()
    assert first > 10, "judging proposes"
    assert refresh_proposals(load_policies()[settings().policy]) == Merged(unchanged=first)
    waiting = count_waiting(DAY_ONE)
    assert (waiting.proposals, waiting.new, waiting.unsigned, count_waiting(DAY_TWO).new) == (first, first, 0, 0)
    assert {row["unit_code"] for row in read_proposals("H99.12")} == {"H99.12"}
    assert len(read_proposals("H99.12")) + len(read_proposals("H99.13")) == len(read_proposals()) == first


def test_a_value_that_stands_keeps_the_day_on_which_it_was_first_proposed() -> None:
    def told(day: date, **values: tuple[str, str]) -> Merged:
        same = {"source": "desk", "code": "D1", "rule": "receipt_wrong", "confidence": 0.9, "proposed_on": day}
        rows = [{**same, "field": name, "new_value": value, "evidence": why} for name, (value, why) in values.items()]
        with load("propose", "proposals") as current:
            return current.replace(PROPOSALS, PROPOSALS.frame(rows).drop(columns="changed_in"), {"source": ["desk"]})

    told(DAY_ONE, status=("9", "seq 1"), done_at=("2026-03-02", "seq 1"), due_at=("2026-03-05", "limit"))
    merged = told(DAY_TWO, status=("9", "seq 1"), done_at=("2026-03-02", "seq 2"), due_at=("2026-03-06", "limit"))
    assert merged == Merged(updated=2, unchanged=1)
    days = dict(fetch_all("SELECT field, proposed_on FROM quality.proposals"))
    assert days == {"status": DAY_ONE, "done_at": DAY_ONE, "due_at": DAY_TWO}


def test_nothing_is_applied_before_a_person_approves(tmp_path: Path) -> None:
    judge_batch(MONTH, DAY_ONE)
    before = verdicts()
    assert send_back(tmp_path / "a.csv", decision="", only=0).approved == 0
    refused = send_back(tmp_path / "b.csv", decision="không", only=3)
    assert (refused.approved, refused.rejected, refused.new) == (0, 3, 3)
    judge_batch(MONTH, DAY_ONE)
    pd.testing.assert_frame_equal(verdicts(), before)
    assert count_waiting(DAY_ONE).proposals == len(read_proposals()) == proposed() - 3, (
        "what was turned down is not asked again"
    )


def test_approved_ones_settle_their_dossiers_and_are_proposed_no_more(tmp_path: Path) -> None:
    judge_batch(MONTH, DAY_ONE)
    package = send_back(tmp_path / "a.csv")
    asked = {(row[0], row[1]) for row in fetch_all("SELECT source, code FROM quality.corrections")}
    again = receive_corrections(tmp_path / "a.csv", settings().home / "corrections")
    assert (package.new, again.new, again.approved) == (package.approved, 0, package.approved)
    assert judge_batch(MONTH, DAY_ONE).read == len(asked)
    settled = of_policy(asked)
    assert "undetermined" not in set(settled["verdict"])
    told = settled["reasons"].str.contains("by_correction")
    assert (told | settled["verdict"].isin(["on_time", "late"])).all(), "what the source still says otherwise is said"
    assert read_proposals() == [], "judging again withdraws them"
    assert refresh_proposals(load_policies()[settings().policy]) == Merged()
    incremental = verdicts()
    assert judge_batch(MONTH, DAY_ONE, full=True).updated == 0
    pd.testing.assert_frame_equal(verdicts(), incremental)


def test_the_figures_as_recorded_move_when_the_source_is_mended_and_not_before(tmp_path: Path) -> None:
    judge_batch(MONTH, DAY_ONE)
    refresh_proposals(load_policies()[settings().policy])
    before = verdicts()
    send_back(tmp_path / "a.csv")
    asked = {(row[0], row[1]) for row in fetch_all("SELECT source, code FROM quality.corrections")}
    judge_batch(MONTH, DAY_ONE)
    recorded = [name for name in VERDICTS_TABLE.columns if name.startswith("recorded_")]
    pd.testing.assert_frame_equal(verdicts()[recorded], before[recorded])
    corrected = read_batch(MONTH).dossiers
    with load("load", "desk") as current:
        current.merge(DOSSIERS, corrected[list(DOSSIERS.given_columns)])
    judge_batch(MONTH, DAY_ONE)
    settled = of_policy(asked)
    assert set(settled["verdict"]) <= {"on_time", "late"}, "record and law agree now"
    assert not settled["reasons"].notna().any()


def of_policy(asked: set[tuple[str, str]]) -> pd.DataFrame:
    rows = verdicts()
    return rows[(rows["policy"] == "qd766") & rows["code"].isin([code for _, code in asked])]


def one_open() -> pd.Series:
    return read_frame("SELECT * FROM core.dossiers WHERE done_at IS NOT NULL ORDER BY code LIMIT 1", None, DOSSIERS).iloc[0]


def correction(path: Path, code: str, value: str, name: str) -> Package:
    path = path / f"{name}.csv"
    path.write_text(
        f"dossier,field,new value,evidence,who,approved by\n{code},due_at,{value},register 4,can.bo,lanh.dao\n",
        encoding="utf-8",
    )
    return receive_corrections(path, settings().home / "corrections")


def pull_again(row: pd.Series, due: datetime) -> None:
    """The source states another due date."""
    frame = DOSSIERS.frame([{**row.to_dict(), "due_at": at(due)}])
    with load("load", "desk") as current:
        current.merge(DOSSIERS, frame[list(DOSSIERS.given_columns)])


def standing_due(code: str) -> str:
    frames = read_batch(MONTH)
    (value,) = frames.dossiers.loc[frames.dossiers["code"] == code, "due_at"]
    return f"{value.tz_convert('Asia/Ho_Chi_Minh'):%Y-%m-%d %H:%M}"


def test_an_approved_one_is_laid_over_what_is_pulled_again_and_checked_against_it(tmp_path: Path) -> None:
    row = one_open()
    correction(tmp_path, row["code"], "30/03/2026", "one")
    assert [one.standing for one in read_statuses()] == ["waiting"]
    pull_again(row, datetime(2026, 3, 27, 17))
    assert standing_due(row["code"]) == "2026-03-30 17:00", "neither the source's third value is taken in silence …"
    (found,) = read_statuses()
    assert found.standing == "conflict", "… nor is it passed over in silence"
    assert found.now is not None
    trouble = RunFailures()
    with disable_run_logger():
        warn_of_conflicts(trouble)
    assert len(trouble.warnings) == 1, "a refresh says so"
    assert same_value("due_at", found.now, "2026-03-27T17:00:00+07:00", "Asia/Ho_Chi_Minh")
    pull_again(row, datetime(2026, 3, 30, 16, 59))
    assert [one.standing for one in read_statuses()] == ["verified"]
    pull_again(row, datetime(2026, 3, 27, 17))
    correction(tmp_path, row["code"], "31/03/2026", "two")
    assert counts(read_statuses()) == {"waiting": 1, "replaced": 1}


def test_one_is_taken_back_and_later_ones_stand(tmp_path: Path) -> None:
    row = one_open()
    judge_batch(MONTH, DAY_ONE)
    before = verdicts()
    first = correction(tmp_path, row["code"], "30/03/2026", "one")
    second = correction(tmp_path, row["code"], "31/03/2026", "two")
    judge_batch(MONTH, DAY_ONE)
    undone = undo(first.name, "van.thu")
    assert (undone.changed, undone.applied, undone.already) == (1, 1, 0)
    assert undo(first.name, "van.thu").changed == 0
    assert standing_due(row["code"]) == "2026-03-31 17:00"
    ((identity,),) = fetch_all("SELECT correction_id FROM quality.corrections WHERE package = %(p)s", {"p": second.name})
    assert undo(identity[:10], "van.thu").applied == 1
    judge_batch(MONTH, DAY_ONE)
    pd.testing.assert_frame_equal(verdicts(), before)
    assert judge_batch(MONTH, DAY_ONE, full=True).updated == 0
    assert fetch_all("SELECT DISTINCT state, undone_by FROM quality.corrections") == [("undone", "van.thu")]
    again = correction(tmp_path, row["code"], "30/03/2026", "one")
    assert (again.new, again.approved, again.undone) == (0, 0, 1), "a file that was taken back stays so, and it is said"
    assert ",undone," in again.result.read_text(encoding="utf-8")
    kept = {
        each["correction_id"]: each["state"] for one in read_manifests() for each in one.rows.get("quality.corrections", ())
    }
    assert set(kept.values()) == {"undone"}, "a replay knows it, too"


def test_the_newest_stands_whatever_the_order_of_loading(tmp_path: Path) -> None:
    row = one_open()
    correction(tmp_path, row["code"], "30/03/2026", "one")
    correction(tmp_path, row["code"], "31/03/2026", "two")
    rows = read_frame("SELECT * FROM quality.corrections ORDER BY received_at", None, CORRECTIONS)
    with load("test", "corrections") as current:
        current.execute("DELETE FROM quality.corrections")
        current.merge(CORRECTIONS, rows.iloc[::-1][list(CORRECTIONS.given_columns)])
    assert standing_due(row["code"]) == "2026-03-31 17:00"


@pytest.mark.parametrize(
    ("reference", "by", "why"), [("nothing", "an", "names no correction"), ("nothing", " ", "names nobody")]
)
def test_what_cannot_be_taken_back_is_said(reference: str, by: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        undo(reference, by)


def test_a_persons_line_waits_for_another(tmp_path: Path) -> None:
    row = one_open()
    path = tmp_path / "waiting.csv"
    path.write_text(f"dossier,field,new value,evidence,who\n{row['code']},status,10,register 4,can.bo\n", encoding="utf-8")
    assert receive_corrections(path, settings().home / "corrections").proposed == 1
    (waiting,) = read_proposals()
    assert (waiting["proposed_by"], waiting["new_value"], waiting["old_value"]) == ("can.bo", "10", str(row["status"]))
    assert send_back(tmp_path / "answer.csv").approved == 1
    assert read_proposals() == []
