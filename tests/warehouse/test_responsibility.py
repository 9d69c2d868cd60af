"""Who held what, how due dates were moved and who fell silent, from the warehouse."""

from __future__ import annotations

import json
import random
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from config.errors import DataError, MotcuaError
from config.policies import policies_of_a_run
from config.settings import settings
from flows.commands.holders import print_holders
from flows.commands.lists import WATCH_LISTS, show
from schemas.dossiers import DOSSIERS, PAUSES
from schemas.verdicts import VERDICTS_TABLE
from tasks.judge import judge_batch
from tasks.judging.offices import settled_parts
from tasks.reports.anomalies import read_anomalies
from tasks.reports.due_changes import read_due_changes
from tasks.reports.explanation.dossiers import explain, write_explanation
from tasks.reports.holders import by_holder, by_step, read_holders
from tasks.reports.letters import letter_list, parse_letters
from tasks.reports.silence import read_conspicuous, read_silences
from tasks.reports.suspicious_months import read_suspicious_months
from tasks.reports.translation import ALL
from tasks.rules.verdict.judgement import judgement_of
from tasks.warehouse.dossiers import EVERY_DOSSIER, read_batch
from tasks.warehouse.engine import read_frame
from tasks.warehouse.load import load
from tests.warehouse.test_judge import DAY_ONE, MONTH, at, desk, dossier  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("desk")


def judged() -> pd.DataFrame:
    judge_batch(MONTH, DAY_ONE)
    rows = read_frame("SELECT * FROM judged.verdicts WHERE policy = 'qd766' AND counted ORDER BY code", None, VERDICTS_TABLE)
    assert len(rows) > 200
    return rows


def used() -> pd.Series:
    """Working minutes from receipt to the end, or to the day judged, by code."""
    found = []
    for part in settled_parts(read_batch(MONTH, EVERY_DOSSIER), MONTH.source, DAY_ONE):
        case = judgement_of(part, policies_of_a_run()["qd766"]).case
        worked = case.office.clock.working_minutes_between(case.receipt.at, case.until)
        found.append(pd.Series(np.maximum(worked, case.paused.minutes), case.facts.frames.dossiers["code"]))
    return pd.concat(found)


def test_of_every_dossier_the_minutes_of_all_holders_are_those_of_its_verdict(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = judged()
    found = read_holders(settings().policy)
    total = used()[rows["code"]]
    held = found.groupby("code")["minutes"].sum()
    assert held.to_dict() == total[total > 0].to_dict()
    ended = (rows["worked_minutes"] + rows["paused_minutes"]).set_axis(rows["code"]).dropna()
    assert len(ended) > 100
    assert total[ended.index].to_dict() == ended.to_dict(), "a verdict tells the minutes of what has ended"
    paused = rows["paused_minutes"].set_axis(rows["code"])
    citizen = found[found["holder"] == "citizen"].set_index("code")["minutes"]
    assert citizen.to_dict() == paused[paused > 0].to_dict()
    late = read_holders(settings().policy, late=True)
    assert set(late["code"]) <= set(rows[rows["timeliness"] == "late"]["code"])
    assert late["minutes_over"].sum() > 0
    one = read_holders(settings().policy, unit="H99.12")
    sums = {(each.unit_code, each.holder): each.minutes for each in by_holder(found)}
    assert sums["H99.12", "agency"] == one[one["holder"] == "agency"]["minutes"].sum()
    assert sums["*", "agency"] == sums["H99.12", "agency"] + sums["H99.13", "agency"]
    assert (
        sum(each.minutes for each in by_step(found))
        == found["minutes"].sum()
        == sum(count for (unit, _), count in sums.items() if unit == "*")
    )
    people = {(each.unit_code, each.holder): each.dossiers for each in by_holder(found)}
    assert people["*", "citizen"] == found[found["holder"] == "citizen"]["code"].nunique()
    print_holders(None, None, late=False, steps=False, lines=str(tmp_path / "all.csv"))
    assert "công dân" in capsys.readouterr().out
    assert len((tmp_path / "all.csv").read_text(encoding="utf-8-sig").splitlines()) == len(found) + 1


def test_nothing_judged_is_said() -> None:
    with pytest.raises(DataError, match="refresh"):
        read_holders(settings().policy)


def test_an_explanation_adds_up_and_its_page_is_written_whole(tmp_path: Path) -> None:
    rows = judged()
    code = rows[(rows["paused_minutes"] > 0) & (rows["timeliness"] == "late")]["code"].iloc[0]
    (fact,) = json.loads(explain(code, as_json=True, policy=settings().policy))
    assert sum(fact["held_minutes"].values()) == fact["worked_minutes"] + fact["paused_minutes"]
    assert sum(one["minutes"] for one in fact["held"]) == sum(fact["held_minutes"].values())
    assert fact["held_minutes"]["citizen"] == fact["paused_minutes"]
    assert all(one["to"] == other["from"] for one, other in zip(fact["held"], fact["held"][1:], strict=False))
    assert "Ai giữ hồ sơ" in explain(code, "vi", policy=settings().policy)
    path = write_explanation(code, tmp_path / "new" / "one.html", "en", policy=settings().policy)
    assert "Who held it" in path.read_text(encoding="utf-8")
    assert [file.name for file in path.parent.iterdir()] == ["one.html"]
    with pytest.raises(MotcuaError, match="cannot be written"):
        write_explanation(code, path / "below-a-file.html", policy=settings().policy)


def reload(frame: pd.DataFrame) -> None:
    with load("load", "desk") as current:
        current.merge(DOSSIERS, frame)


def test_every_pull_that_shows_another_due_date_is_a_line_of_the_ledger() -> None:
    row = dossier(999, random.Random(1)) | {"code": "H99.12-260302-0999", "status": 4, "done_at": None}  # noqa: S311
    due = at(datetime(2026, 3, 10, 17, 0))
    for number, moved in enumerate((due, due, due + timedelta(days=7), None)):
        # The third pull is of a record changed the day after: nobody can tell whether before or after the due date.
        changed = at(datetime(2026, 3, 9, 8, 0)) + timedelta(days=number)
        reload(DOSSIERS.frame([row | {"due_at": moved, "modified_at": changed, "page_digest": f"{number}" * 64}]))
    one, two = read_due_changes("desk", "H99.12-260302-0999")
    assert (one.old_due, one.new_due, one.page_digest) == (due, due + timedelta(days=7), "2" * 64)
    assert one.at is not None
    assert one.at > due
    assert one.when in ("unclear", "after_expiry")
    assert (two.old_due, two.new_due, two.later) == (due + timedelta(days=7), None, False)
    assert read_due_changes("desk", "H99.12-260302-0999") == [one, two]
    pause = {"source": "desk", "code": row["code"], "seq": 0, "kind": "supplement", "origin": "supplement_record"}
    told = pause | {
        "started_at": due - timedelta(days=2),
        "ended_at": due,
        "due_before_at": due,
        "due_after_at": due + timedelta(days=7),
    }
    with load("load", "desk") as current:
        frame = DOSSIERS.frame([row])
        current.merge_children(PAUSES, PAUSES.frame([told]), parents=frame)
    by_request = [each for each in read_due_changes() if each.code == row["code"]]
    assert [(each.by, each.when, each.page_digest) for each in by_request if each.later] == [
        ("both", "before_expiry", "2" * 64)
    ]
    assert len(by_request) == 2


def test_lists_read_what_was_judged(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = judged()
    assert read_silences(DAY_ONE) == []
    later = date(2026, 5, 20)
    assert {one.unit_code for one in read_silences(later)} == {ALL, "H99.12", "H99.13"}
    assert read_conspicuous(later) == (read_anomalies(later, recent=True), read_silences(later)), "one look sees the same"
    assert [one.row()["cơ quan"] for one in read_silences(later)].count("tất cả") == 1
    assert {one.sign for one in read_suspicious_months("qd766")} == {"off_hours"}, "dossiers of the test end on weekends too"
    late = rows[rows["timeliness"] == "late"]
    on_time = rows[(rows["timeliness"] == "on_time") & (rows["state"] == "finished")]
    register = f"code,sent\n{late['code'].iloc[0]},2026-03-01\n{on_time['code'].iloc[0]},2026-03-01\nNOBODY,2026-03-01\n"
    found = letter_list(parse_letters(register, "r.csv"), "qd766")
    by_kind = {kind: {one.code for one in found if one.kind == kind} for kind in ("missing", "withdraw", "no_dossier")}
    assert by_kind["missing"] == set(late["code"]) - {late["code"].iloc[0]}
    assert by_kind["withdraw"] == {on_time["code"].iloc[0]}
    assert by_kind["no_dossier"] == {"NOBODY"}
    (tmp_path / "r.csv").write_text(register, encoding="utf-8")
    for name in WATCH_LISTS:
        show(name, None, str(tmp_path / f"{name}.csv"), str(tmp_path / "r.csv"))
    assert "Thư xin lỗi: " in capsys.readouterr().out
    assert len((tmp_path / "letters.csv").read_text(encoding="utf-8-sig").splitlines()) == len(found) + 1
    with pytest.raises(MotcuaError, match="register"):
        show("letters", None, None)
