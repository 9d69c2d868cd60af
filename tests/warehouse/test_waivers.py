"""Waivers: what a person has waived for a time is kept, marked and counted apart; bad ones are refused."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from config.checks import load_checks
from config.errors import ConfigError
from config.read_once import forget
from config.settings import ROOT, settings
from config.waivers import load_waivers
from schemas.quality import FINDINGS
from tasks.judge import judge_batch
from tasks.judging.rules_digest import figures_digest, rules_digest
from tasks.judging.waivers import waiver_lines
from tasks.publishing.figures import read_figures
from tasks.reports.check_trial import try_checks, write_flips
from tasks.reports.explanation.dossiers import explain
from tasks.reports.quality import read_scores
from tasks.reports.summary import read_summary
from tasks.rules.checks.trial import FAILS, PASSES
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load
from tests.warehouse.test_judge import DAY_ONE, MONTH, desk

__all__ = ["desk"]
CHECK = "id_missing"
GOOD = {
    "check": CHECK,
    "unit": "H99.12",
    "reason": "Theo biên bản đối chiếu số 12",
    "approved_by": "lanh.dao",
    "approved_on": "2026-01-05",
    "expires_on": "2026-03-31",
}


def file_of(folder: Path, *waivers: dict[str, object]) -> Path:
    lines = [f"  - {{{', '.join(f'{key}: {value}' for key, value in waiver.items())}}}" for waiver in waivers]
    path = folder / "waivers.yaml"
    path.write_text("\n".join(["waivers:", *lines]) if lines else "waivers: []", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"approved_by": None}, "approved_by"),
        ({"reason": None}, "reason"),
        ({"expires_on": None}, "expires_on"),
        ({"expires_on": "2027-03-31"}, "more than a year"),
        ({"expires_on": "2026-01-04"}, "before approved_on"),
        ({"check": "no_such_check"}, "no_such_check"),
        ({"unit": None}, "neither dossiers nor unit nor procedure"),
        ({"approver": "an"}, "approver"),
    ],
)
def test_a_bad_waiver_is_refused(tmp_path: Path, change: dict[str, object], why: str) -> None:
    given = {key: value for key, value in {**GOOD, **change}.items() if value is not None}
    with pytest.raises(ConfigError, match=why):
        load_waivers(file_of(tmp_path, given))


def test_a_good_one_holds_from_its_first_to_its_last_day(tmp_path: Path) -> None:
    (waiver,) = load_waivers(file_of(tmp_path, GOOD))
    days = (date(2026, 1, 4), date(2026, 1, 5), date(2026, 3, 31), date(2026, 4, 1))
    assert [waiver.in_force(day) for day in days] == [False, True, True, False]
    assert load_waivers(tmp_path / "none.yaml") == ()


@pytest.fixture
def office(desk: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A judged desk of which every dossier fails a check, and a configuration of its own."""
    judge_batch(MONTH, DAY_ONE)
    codes = [code for (code,) in fetch_all("SELECT code FROM core.dossiers ORDER BY code")]
    row = {"source": "desk", "check_id": CHECK, "severity": "fail", "first_seen_on": DAY_ONE, "last_seen_on": DAY_ONE}
    findings = FINDINGS.frame([{**row, "code": code} for code in codes])
    with load("check", "test") as current:
        current.merge(FINDINGS, findings[list(FINDINGS.given_columns)])
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "config", folder, ignore=shutil.ignore_patterns("*.py", "sources", "__pycache__"))
    monkeypatch.setenv("MOTCUA_CONFIG_DIR", str(folder))
    forget()
    return folder


def figures(as_of: date = DAY_ONE) -> tuple[int, int, int]:
    """Dossiers with a finding, those with a waived one, and dossiers to correct."""
    with load("publish", "test") as current:
        found = read_figures(current, "qd766", as_of)
    return int(found.findings["dossiers"].sum()), int(found.findings["waived"].sum()), int(found.verdicts["to_correct"].sum())


def test_what_is_waived_is_kept_and_counted_apart(office: Path) -> None:
    ((held,),) = fetch_all("SELECT count(*) FROM core.dossiers WHERE unit_code = 'H99.12'")
    ((first,),) = fetch_all("SELECT min(code) FROM core.dossiers WHERE unit_code = 'H99.13'")
    assert figures() == (300, 0, 300)
    before, judged = figures_digest(), rules_digest()
    file_of(office, GOOD, {**GOOD, "unit": "H99.13", "dossiers": f"[{first}]"})
    assert (len(load_waivers()), rules_digest()) == (2, judged), "nothing is judged again for a waiver"
    assert figures_digest() != before, "but it is published again"
    dossiers, waived, to_correct = figures()
    assert (dossiers, waived) == (300 - held - 1, held + 1)
    assert 300 - held - 1 <= to_correct < 300, "one that is waived may be wrong for another reason"
    assert figures(date(2026, 4, 1)) == (300, 0, 300), "it has expired"
    assert fetch_all("SELECT count(*) FROM quality.findings WHERE resolved_on IS NULL") == [(300,)]
    assert [(line.in_force, line.findings) for line in waiver_lines(DAY_ONE)] == [(True, held), (True, 1)]
    assert "(waived)" in explain(first, "en", policy=settings().policy)
    assert "được miễn" in explain(first, "vi", policy=settings().policy)


def test_the_summary_says_how_many_are_waived(office: Path) -> None:
    file_of(office, GOOD)
    with load("publish", "test") as current:
        current.execute(
            "INSERT INTO mart.publications SELECT 'p', 'qd766', %(day)s, now(), now(), 'c', 'r', 300, 1", {"day": DAY_ONE}
        )
    (line,) = read_summary("qd766").sources
    ((held,),) = fetch_all("SELECT count(*) FROM core.dossiers WHERE unit_code = 'H99.12'")
    assert (line.findings, line.waived) == (300 - held, held)


@pytest.mark.usefixtures("office")
def test_a_changed_check_is_tried_without_a_trace(tmp_path: Path) -> None:
    with load("check", "desk/2026-03") as current:
        current.progress("check", "desk/2026-03", through=1, as_of=DAY_ONE, rules_digest=rules_digest())
    path = tmp_path / "checks.yaml"
    with pytest.raises(ConfigError, match="nothing otherwise"):
        try_checks(ROOT / "config" / "checks.yaml")
    declared = load_checks()["due_differs_from_limit"]
    new = declared.model_dump(mode="json", exclude_none=True) | {"until": "2026-03-05"}
    path.write_text(f"checks: [{new}]".replace("'", '"'), encoding="utf-8")
    rows = fetch_all("SELECT count(*), max(entry) FROM audit.ledger")
    day, (trial,) = try_checks(path)
    assert day == DAY_ONE
    assert trial.now == declared
    assert 0 < trial.failing_then < trial.failing_now
    assert trial.by_unit(FAILS) == {}
    assert sum(trial.by_unit(PASSES).values()) == trial.failing_now - trial.failing_then
    assert set(trial.by_unit(PASSES)) <= {"H99.12", "H99.13"}
    assert {flip.becomes for flip in trial.flips} == {PASSES}
    assert fetch_all("SELECT count(*), max(entry) FROM audit.ledger") == rows
    write_flips([trial], tmp_path / "flips.csv")
    assert len((tmp_path / "flips.csv").read_text(encoding="utf-8-sig").splitlines()) == len(trial.flips) + 1
    path.write_text(f"checks: [{new | {'id': 'nobody_wrote_this'}}]".replace("'", '"'), encoding="utf-8")
    with pytest.raises(ConfigError, match="nobody_wrote_this"):
        try_checks(path)


def test_a_score_is_the_share_that_the_figures_leave_uncorrected(office: Path) -> None:
    file_of(office, GOOD)
    _, _, to_correct = figures()
    for by, names in (
        ("unit", {"H99.12", "H99.13"}),
        ("source", {"desk"}),
        ("procedure", {"1.000001", "1.000002", "1.999999"}),
    ):
        scores = read_scores(by, "qd766", DAY_ONE)
        assert {one.name for one in scores} == names
        assert sum(one.dossiers for one in scores) == 300
        assert {month for one in scores for month in one.months} == {"2026-03"}
        assert sum(right for one in scores for _, right in one.months.values()) == 300 - to_correct
    assert [one.name for one in read_scores("unit", "qd766", DAY_ONE)] == ["H99.13", "H99.12"], "the lowest first"
