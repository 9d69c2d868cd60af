"""One count: a word has the same number on the page, in the status, in the lists, in the tickets and in the forms."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.read_once import forget
from flows.commands.forms import report
from flows.commands.status import dossiers
from schemas.dossiers import MATCHES
from schemas.quality import FINDINGS
from tasks.judge import judge_batch
from tasks.measure import measure_policy
from tasks.publish import publish_policy
from tasks.reports.lists import DOSSIER_LISTS, LATE_LISTS, days_words, read_list
from tasks.reports.site.data import page_data
from tasks.reports.summary import read_summary
from tasks.reports.tickets import read_tickets
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load
from tests.warehouse.test_judge import DAY_ONE, MONTH, desk  # noqa: F401 - a fixture

POLICY = "qd766"
SECOND_ENTRIES = 40
SURELY_WRONG = 15  # right as judged, and a check says that their record cannot be
BY_VERDICT = {
    "truly-late": "late",
    "phantom": "phantom_late",
    "hidden": "hidden_late",
    "on-time": "on_time",
    "undetermined": "undetermined",
}


@pytest.fixture
def office(desk: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:  # noqa: F811
    """The desk's dossiers, some of them second entries of others, judged, measured and published."""
    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    forget()
    codes = [code for (code,) in fetch_all("SELECT code FROM core.dossiers ORDER BY code")]
    random.Random(5).shuffle(codes)  # noqa: S311 - the same ones every time
    pairs = zip(codes[:SECOND_ENTRIES], codes[SECOND_ENTRIES:], strict=False)
    found = {"source": "desk", "other_source": "desk", "kind": "duplicate_of", "rule": "applicant", "confidence": 1.0}
    with load("match", "desk") as current:
        rows = [found | {"code": code, "other_code": other} for code, other in pairs]
        current.merge(MATCHES, MATCHES.frame(rows).drop(columns=list(MATCHES.managed)))
    judge_batch(MONTH, DAY_ONE)
    right = fetch_all(
        "SELECT code FROM judged.verdicts WHERE policy = 'qd766' AND verdict IN ('on_time', 'late') ORDER BY code"
    )
    seen = {"source": "desk", "first_seen_on": DAY_ONE, "last_seen_on": DAY_ONE, "check_id": "code_date_differs"}
    doubted = [seen | {"code": code, "severity": "fail" if at % 2 else "warn"} for at, (code,) in enumerate(right[:30])]
    with load("check", "desk") as current:
        current.merge(FINDINGS, FINDINGS.frame(doubted).drop(columns=list(FINDINGS.managed)))
    measure_policy(POLICY, DAY_ONE)
    publish_policy(POLICY, DAY_ONE)
    yield desk
    monkeypatch.undo()
    forget()


@pytest.mark.usefixtures("office")
def test_every_figure_leads_to_a_list_of_as_many_dossiers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lists = {name: len(read_list(name, POLICY)) for name in DOSSIER_LISTS}
    assert all(lists[name] for name in ("late", "phantom", "undetermined", "ageing", "truly-late", "on-time", "to-correct"))
    page, summary, tickets = page_data(POLICY, "en"), read_summary(POLICY), read_tickets(POLICY, "en")
    second = "SELECT count(*) FROM judged.verdicts WHERE policy = 'qd766' AND verdict = 'phantom_late' AND NOT counted"
    assert fetch_all(second)[0][0] > 0, "second entries are among the false alarms: the lists hold them, too"

    verdicts: Counter[str] = Counter()
    for _, _, verdict, _, count, _, _ in page["verdicts"]:
        verdicts[verdict] += count
    assert summary.verdicts == verdicts
    for name, verdict in BY_VERDICT.items():
        assert lists[name] == verdicts[verdict], name
    assert (
        lists["to-correct"]
        == sum(correct for *_, correct in page["verdicts"])
        == sum(line.to_correct for line in summary.units)
    )
    surely_wrong = lists["to-correct"] - sum(verdicts[one] for one in ("phantom_late", "hidden_late", "undetermined"))
    assert surely_wrong == SURELY_WRONG
    for verdict in ("phantom_late", "undetermined"):
        assert tickets.total(verdict) == verdicts[verdict]

    recorded = dict(zip([one["name"] for one in page["indicators"]], page["figures"]["*"]["recorded"], strict=True))
    assert recorded["late"] == sum(late for *_, late, _ in page["verdicts"]), "what the page calls recorded late is the form's"
    figures = dict(zip([one["name"] for one in page["indicators"]], page["figures"]["*"]["cleaned"], strict=True))
    assert lists["late"] == figures["late"] == verdicts["late"] + verdicts["hidden_late"]
    assert lists["ageing"] == figures["in_progress_overdue"]
    assert lists["second-entries"] == recorded["bridge_second_entries"] == SECOND_ENTRIES
    assert lists["not-shown"] == figures["bridge_not_shown"]
    left_out = {name: lists[name] for name in ("second-entries", "tests", "by-policy", "never-received")}
    assert recorded["received"] - sum(left_out.values()) + lists["not-shown"] == figures["received"]
    report("II.07", "2026-03", None, None, "then", str(tmp_path / "07.json"))
    form = json.loads((tmp_path / "07.json").read_text(encoding="utf-8"))["sheets"][0]
    assert dict(zip(form["columns"], form["total"], strict=True))["late"] == lists["late"]
    report("late", "2026-03", None, None, "then", str(tmp_path / "late.json"))
    assert len(json.loads((tmp_path / "late.json").read_text(encoding="utf-8"))["sheets"][0]["rows"]) == lists["late"]
    month = page["spans"]["figures"]["*"]["2026-03"]["cleaned"]
    assert dict(zip(figures, month, strict=True))["late"] == lists["late"]

    for name, count in lists.items():
        capsys.readouterr()
        dossiers(name, POLICY)
        assert f": {count} dossier" in capsys.readouterr().out


@pytest.mark.usefixtures("office")
def test_every_count_of_an_agency_and_a_reason_leads_to_its_list(capsys: pytest.CaptureFixture[str]) -> None:
    page = page_data(POLICY, "en")
    units, names = list(page["units"]), {verdict: name for name, verdict in BY_VERDICT.items()}
    counts: Counter[tuple[str, str | None, str | None]] = Counter()
    for _, unit, verdict, reason, dossiers_of_row, _, correct in page["verdicts"]:
        for one in (None, units[unit]):
            counts["to-correct", one, None] += correct
            for why in (None, reason):
                counts[names[verdict], one, why] += dossiers_of_row
    assert len(counts) > 20, "there are figures to be followed"
    assert {asked: len(read_list(asked[0], POLICY, *asked[1:])) for asked in counts} == counts
    (name, unit, reason), count = next((asked, n) for asked, n in counts.items() if None not in asked)
    dossiers(name, POLICY, None, unit, reason)
    assert f": {count} dossier" in capsys.readouterr().out
    with pytest.raises(ConfigError, match="no such reason"):
        dossiers("phantom", POLICY, None, None, "weather")


@pytest.mark.usefixtures("office")
def test_no_dossier_is_over_its_due_date_by_less_than_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    for name in LATE_LISTS:
        over = read_list(name, POLICY)["days_over"].dropna().astype(float)
        assert (over >= 0).all(), name
    rows = read_list("phantom", POLICY)
    standing = rows[rows["waits"].to_numpy(dtype=bool) & rows["days_over"].notna().to_numpy(dtype=bool)]
    asked = fetch_all("SELECT code FROM core.pauses WHERE ended_at IS NULL")
    assert set(standing["code"]) <= {code for (code,) in asked}
    assert len(standing) > 0
    dossiers("phantom", POLICY)
    assert " -" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("over", "state", "waits", "vi"),
    [
        (3.25, "finished", False, "quá 3,25 ngày"),
        (0.0, "in_progress", False, "quá 0 ngày"),
        (-1.0, "finished", False, "sớm 1 ngày"),
        (-1.5, "in_progress", False, "còn 1,5 ngày"),
        (-6.0, "in_progress", True, "còn 6 ngày sau khi bổ sung"),
        (None, "in_progress", True, ""),
    ],
)
def test_days_are_told_in_words(over: float | None, state: str, waits: bool, vi: str) -> None:
    assert days_words(over, state, waits=waits) == vi
