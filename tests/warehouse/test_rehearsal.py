"""Law that is tried: what a rehearsal says is what comes when it holds, and a notice touches whom it must and nobody else."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from config.calendar import Notice
from config.errors import ConfigError, DataError
from config.indicators import indicators_in_force
from config.notices import keep_notice
from config.policies import load_policies, policies_of_a_run
from config.read_once import forget
from config.settings import ROOT, settings
from flows.commands import law
from schemas.indicators import COUNTS
from schemas.reference import PROCEDURES
from schemas.verdicts import VERDICTS_TABLE
from tasks.check import check_batch
from tasks.correcting.proposal_files import refresh_proposals
from tasks.judge import judge_affected, judge_batch
from tasks.judging.offices import office_of
from tasks.judging.rules_digest import rules_digest
from tasks.measure import measure_policy
from tasks.reports.affected_figures import affected_figures
from tasks.reports.comparison import compare
from tasks.reports.drafts import Draft, draft_of_notice, read_draft
from tasks.reports.lists import read_list
from tasks.reports.rehearsal import rehearse
from tasks.rules.dates.times import end_of_day, local_times
from tasks.rules.indicators.values import indicators_of
from tasks.warehouse.affected import affected_codes
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all, read_frame
from tasks.warehouse.load import load
from tasks.warehouse.partitions import pending
from tests.warehouse.test_judge import DAY_ONE, MONTH, SOURCE_FILE, fill

SWAP = Notice(
    calendar="vn",
    document="77/TB-UBND",
    announced_on=date(2026, 3, 1),
    days=({"day": date(2026, 3, 6), "kind": "off"}, {"day": date(2026, 3, 14), "kind": "worked"}),
)


@pytest.fixture(autouse=True)
def office(warehouse: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A judged desk with a configuration of its own, which a test may change."""
    sources, config = tmp_path / "sources", tmp_path / "config"
    sources.mkdir()
    (sources / "desk.yaml").write_text(SOURCE_FILE, encoding="utf-8")
    config.mkdir()
    for name in ("calendar", "policies", "indicators", "law"):
        shutil.copytree(ROOT / "config" / name, config / name)
    for name in ("checks.yaml", "areas.yaml", "reception.yaml"):
        shutil.copy(ROOT / "config" / name, config)
    for name, value in (("MOTCUA_SOURCES_DIR", sources), ("MOTCUA_CONFIG_DIR", config), ("NOWHERE", tmp_path)):
        monkeypatch.setenv(name, str(value))
    forget()
    hold()
    fill(random.Random(7))  # noqa: S311 - the same rows every time
    judge_batch(MONTH, DAY_ONE)
    yield config
    monkeypatch.undo()
    forget()
    hold()


def hold() -> None:
    """Have the process read its configuration again."""
    forget()


def figures_of(policy: str) -> dict[tuple[str, ...], tuple[float | None, int, int | None]]:
    """Return the figures after cleaning, counted from what is measured now."""
    counts = read_frame("SELECT * FROM mart.counts WHERE policy = %(policy)s AND basis = 'cleaned'", {"policy": policy}, COUNTS)
    rows = indicators_of(counts, indicators_in_force(DAY_ONE)).astype(object)
    rows = rows.where(rows.notna(), None)
    keys, values = ["indicator", "unit_code", "field_code", "channel", "period"], ["value", "numerator", "denominator"]
    return {tuple(row[name] for name in keys): tuple(row[name] for name in values) for row in rows.to_dict("records")}  # type: ignore[misc]


def verdicts(policy: str | None = None) -> pd.DataFrame:
    query = f"SELECT {', '.join(VERDICTS_TABLE.columns)} FROM judged.verdicts ORDER BY source, code, policy"
    rows = read_frame(query, None, VERDICTS_TABLE)
    return rows if policy is None else rows[rows["policy"] == policy].reset_index(drop=True)


def figures(policy: str) -> dict[str | None, Counter[str | None]]:
    """Count the judged table by agency and timeliness."""
    found: dict[str | None, Counter[str | None]] = {}
    rows = verdicts(policy)
    for unit, timeliness, counted in zip(rows["unit_code"], rows["timeliness"], rows["counted"], strict=True):
        found.setdefault(unit, Counter())[timeliness if counted else None] += 1
    return found


def changed(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """Return whose verdict, timeliness, due date or end is another."""
    names = ["verdict", "timeliness", "counted", "due_at", "end_at"]
    one, other = (frame[names].astype(str).fillna("-") for frame in (before, after))
    return before["code"][(one != other).any(axis=1).to_numpy()].tolist()


def test_a_draft_of_nothing_changes_nothing_and_counts_as_the_table_does() -> None:
    for found in rehearse(Draft(), list(policies_of_a_run())):
        assert found.read == 300
        assert found.changed == []
        assert found.figures(0) == found.figures(1) == figures(found.before.policy)
    with pytest.raises(ConfigError, match="qd767"):
        rehearse(Draft(), ["qd767"])
    with load("test", "desk") as current:
        current.execute("DELETE FROM audit.progress")
    with pytest.raises(DataError, match="refresh"):
        rehearse(Draft(), ["qd766"])


@pytest.mark.parametrize("name", ["opencps", "local"])
def test_a_policy_on_request_says_what_it_says_once_it_is_judged_in_every_run(name: str, office: Path) -> None:
    before = verdicts()
    rehearsed = compare("qd766", name)
    pd.testing.assert_frame_equal(verdicts(), before)
    path = office / "policies" / f"{name}.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("judged: on_request", "judged: every_run"), encoding="utf-8")
    hold()
    assert pending("judge", DAY_ONE, rules_digest()) == MONTH.partitions
    judge_batch(MONTH, DAY_ONE)
    judged = compare("qd766", name)
    assert judged.disagreed == rehearsed.disagreed
    assert judged.totals == rehearsed.totals
    assert len(judged.disagreed) > 30


def test_an_on_request_policy_costs_a_run_nothing_unless_it_is_the_offices_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(policies_of_a_run()) == {"bieu06", "qd766", "recorded"}
    digest = rules_digest()
    monkeypatch.setenv("MOTCUA_POLICY", "opencps")
    forget()
    assert set(policies_of_a_run()) == {"bieu06", "opencps", "qd766", "recorded"}
    assert rules_digest() != digest


def test_a_drafted_policy_says_what_it_says_once_it_holds(office: Path) -> None:
    path = office / "policies" / "qd766.yaml"
    text = path.read_text(encoding="utf-8").replace("compare: by_unit", "compare: instant").replace("due: law", "due: recorded")
    draft = office.parent / "draft.yaml"
    draft.write_text(text, encoding="utf-8")
    (found,) = rehearse(read_draft(draft), ["qd766"])
    before = verdicts("qd766")
    assert found.figures(0) == figures("qd766")
    path.write_text(text, encoding="utf-8")
    hold()
    judge_batch(MONTH, DAY_ONE)
    assert found.figures(1) == figures("qd766")
    assert [change.code for change in found.changed] == changed(before, verdicts("qd766"))


def test_a_drafted_limit_says_what_it_says_once_the_catalogue_has_it(office: Path) -> None:
    draft = office.parent / "draft.yaml"
    limit = {"procedure_code": "1.000001", "valid_from": date(2026, 3, 6), "limit": "3 ngày làm việc", "reference": "12/QĐ"}
    draft.write_text(yaml.safe_dump({"limits": [limit]}, allow_unicode=True), encoding="utf-8")
    (found,) = rehearse(read_draft(draft), ["qd766"])
    before = verdicts("qd766")
    row = {
        "procedure_code": "1.000001",
        "channel": "counter",
        "valid_from": date(2026, 3, 6),
        "name": "Thủ tục",
        "field_code": "F1",
    }
    with load("load", "desk") as current:
        current.merge(PROCEDURES, PROCEDURES.frame([row | {"limit_amount": 3.0, "limit_unit": "working_day"}]))
    judge_batch(MONTH, DAY_ONE)
    after = verdicts("qd766")
    assert found.figures(1) == figures("qd766")
    assert [change.code for change in found.changed] == changed(before, after)
    due = [frame["due_at"].astype(str).fillna("-") for frame in (before, after)]
    moved = before.loc[(due[0] != due[1]).to_numpy(), "received_at"]
    assert len(moved) > 20
    assert moved.min() >= pd.Timestamp("2026-03-06", tz="Asia/Ho_Chi_Minh")


_ENDED_ON_A_SATURDAY = """
    SELECT DISTINCT d.unit_code, f.code IS NOT NULL FROM core.dossiers AS d
    LEFT JOIN quality.findings AS f ON f.source = d.source AND f.code = d.code AND f.check_id = 'done_on_day_off'
    WHERE extract(isodow FROM d.done_at AT TIME ZONE 'Asia/Ho_Chi_Minh') = 6
"""
_DUE_AS_JUDGED = """
    SELECT v.unit_code, bool_and(p.new_value::timestamptz = v.due_at) FROM quality.proposals AS p
    JOIN judged.verdicts AS v ON v.source = p.source AND v.code = p.code AND v.policy = 'qd766'
    WHERE p.field = 'due_at' GROUP BY 1
"""


def test_a_drafted_calendar_says_what_it_says_once_it_holds(office: Path) -> None:
    path = office / "calendar" / "vn.yaml"
    text = path.read_text(encoding="utf-8")
    hours = 'offices:\n  - {name: own, units: [H99.13], hours: {weekdays: ["07:00-10:00"], saturday: ["07:00-09:00"]}}\n'
    drafted = text.replace("days:\n", hours + "days:\n", 1)
    draft = office.parent / "draft.yaml"
    draft.write_text(drafted, encoding="utf-8")
    found = rehearse(read_draft(draft), ["qd766", "bieu06"])
    path.write_text(drafted, encoding="utf-8")
    hold()
    judge_batch(MONTH, DAY_ONE)
    for one in found:
        assert one.figures(1) == figures(one.before.policy)
    assert {change.unit_code for change in found[0].changed} == {"H99.13"}
    # Checks and proposals count by the same hours as verdicts do: one agency is open on Saturdays, due dates are those of the law.
    check_batch(MONTH, DAY_ONE)
    refresh_proposals(load_policies()[settings().policy], DAY_ONE)
    assert set(fetch_all(_ENDED_ON_A_SATURDAY)) == {("H99.12", True), ("H99.13", False)}
    assert set(fetch_all(_DUE_AS_JUDGED)) == {("H99.12", True), ("H99.13", True)}
    # So do the lists: a working day of delay takes the agency with three hours a day longer.
    ageing = read_list("ageing", "qd766")
    for unit in ("H99.12", "H99.13"):
        rows, clock = ageing[ageing["unit_code"] == unit], office_of("desk", unit=unit).clock
        due = local_times(rows["due_at"], "Asia/Ho_Chi_Minh")
        over = clock.working_minutes_between(due, np.full(len(due), end_of_day(DAY_ONE)))
        assert rows["days_over"].tolist() == pytest.approx((over / 480).tolist(), abs=0.006)
        assert len(rows)


def test_a_notice_is_judged_for_whom_it_touches_and_nobody_else() -> None:
    before, digest = verdicts(), rules_digest()
    measure_policy("qd766", DAY_ONE)
    counted = figures_of("qd766")
    found = rehearse(
        draft_of_notice(SWAP), list(policies_of_a_run()), {"desk": affected_codes(MONTH, [day.day for day in SWAP.days])}
    )
    (under,) = (one for one in found if one.before.policy == "qd766")
    foretold = affected_figures(under, DAY_ONE)
    assert foretold is not None
    assert len(foretold) > 20
    assert affected_figures(under, DAY_ONE + timedelta(days=1)) is None, "nothing is counted for that day"
    keep_notice(SWAP)
    hold()
    # Killed here, nothing is lost: under the new rules every dossier is to be judged.
    assert pending("judge", DAY_ONE, rules_digest()) == MONTH.partitions
    counts = judge_affected(MONTH, [day.day for day in SWAP.days], digest)
    after = verdicts()
    assert pending("judge", DAY_ONE, rules_digest()) == []
    assert 0 < counts.updated < counts.read * 3
    assert counts.read < 300
    for one in found:
        name = one.before.policy
        sides = [frame[frame["policy"] == name].reset_index(drop=True) for frame in (before, after)]
        assert [change.code for change in one.changed] == changed(*sides)
    measure_policy("qd766", DAY_ONE)
    now = figures_of("qd766")
    after_it = {
        (one.indicator, one.unit_code, one.field_code, one.channel, one.period): (
            one.after.value,
            one.after.numerator,
            one.after.denominator,
        )
        for one in foretold
    }
    assert {key: each for key, each in now.items() if counted.get(key) != each} == {
        key: each for key, each in after_it.items() if key in now
    }
    assert not [key for key in counted.keys() - now.keys() if key not in after_it]
    full = judge_batch(MONTH, DAY_ONE, full=True)
    assert (full.inserted, full.updated) == (0, 0)
    rewritten = after[after["changed_in"] != before["changed_in"]]
    assert len(rewritten) == counts.updated
    assert not judge_affected(MONTH, [day.day for day in SWAP.days], digest).read, "there is nobody left under the rules before"
    # A notice about a calendar that the source does not follow: there is nobody to judge, and nothing is pending.
    digest = rules_digest()
    keep_notice(SWAP.model_copy(update={"calendar": "nl"}))
    hold()
    assert judge_affected(MONTH, [], digest).read == 0
    assert pending("judge", DAY_ONE, rules_digest()) == []
    pd.testing.assert_frame_equal(verdicts(), after)


@pytest.mark.parametrize("seed", range(2))
def test_whatever_a_notice_says_those_touched_are_all_whose_verdict_changes(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311
    days = sorted(dice.sample([date(2026, 3, 1) + timedelta(days=n) for n in range(35)], 3))
    notice = SWAP.model_copy(
        update={"days": tuple(SWAP.days[0].model_copy(update={"day": d, "kind": dice.choice(["off", "worked"])}) for d in days)}
    )
    digest = rules_digest()
    keep_notice(notice)
    hold()
    judge_affected(MONTH, days, digest)
    assert judge_batch(MONTH, DAY_ONE, full=True).updated == 0


def test_a_change_that_came_meanwhile_is_judged_after_the_notice() -> None:
    digest = rules_digest()
    query = "UPDATE core.dossiers SET done_at = %(at)s, status = 9, changed_in = %(n)s WHERE code = %(code)s"
    code = verdicts("qd766").query("state == 'in_progress'")["code"].iloc[0]
    with load("load", "desk") as current:
        current.execute(query, {"at": datetime(2026, 3, 19, 2), "n": current.change_number, "code": code})
    keep_notice(SWAP)
    hold()
    judge_affected(MONTH, [day.day for day in SWAP.days], digest)
    assert pending("judge", DAY_ONE, rules_digest()) == MONTH.partitions
    assert judge_batch(MONTH, DAY_ONE).read == 1
    assert judge_batch(MONTH, DAY_ONE, full=True).updated == 0


def test_the_commands_try_then_hold_and_the_second_time_change_nothing(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notice, lines = office.parent / "notice.yaml", office.parent / "lines.csv"
    notice.write_text(yaml.safe_dump(SWAP.model_dump(mode="json"), allow_unicode=True), encoding="utf-8")
    before = verdicts()
    law.rehearse_file(notice, ["qd766"], None)
    law.add_notice(notice, "vn", apply=False, lines=str(lines))
    pd.testing.assert_frame_equal(verdicts(), before)
    assert not (office / "calendar" / "notices").exists()
    said = capsys.readouterr().out
    assert "chưa có gì được ghi" in said
    assert "--apply" in said
    assert len(lines.read_text(encoding="utf-8-sig").splitlines()) > 10
    law.add_notice(notice, "vn", apply=True, lines=None)
    assert [path.name for path in (office / "calendar" / "notices").iterdir()] == ["2026-03-01-vn-77-tb-ubnd.yaml"]
    after = verdicts()
    assert (after["changed_in"] != before["changed_in"]).any()
    assert judge_batch(MONTH, DAY_ONE, full=True).updated == 0
    capsys.readouterr()
    law.add_notice(notice, "vn", apply=True, lines=None)
    assert "Không có gì mới" in capsys.readouterr().out
    pd.testing.assert_frame_equal(verdicts(), after)
