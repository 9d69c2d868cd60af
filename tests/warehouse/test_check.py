"""Checking from the warehouse: findings appear, stay, are resolved and come back; a second run changes nothing."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from config.errors import DataError
from config.read_once import forget
from config.settings import settings
from config.sources import Source
from schemas.dossiers import DOSSIERS, EVENTS, PAUSES
from schemas.indicators import COUNTS, INDICATORS
from schemas.quality import FINDINGS, GATE_RESULTS
from schemas.reference import PROCEDURES, UNITS
from tasks.check import check_batch, with_history
from tasks.gates import contracts, day_page
from tasks.gates.data_docs import NEWEST_PAGES, draw_missing, forget_data_docs, write_data_docs
from tasks.gates.day_page import GateResult, promised_parts
from tasks.judging.judged_sources import all_sources
from tasks.judging.rules_digest import rules_digest
from tasks.maintain import forget_gate_results
from tasks.sources.parsed_records import Part, alone, readings
from tasks.warehouse.batches import Batch
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load
from tasks.warehouse.partitions import Partition, pending
from tests.unit.check_cases import CASES, Case, frames_of
from tests.warehouse.test_judge import SOURCE_FILE

pytestmark = pytest.mark.usefixtures("office")
MONTH = Batch.of(Partition("province", date(2026, 3, 1)))
DAY_ONE, DAY_TWO, DAY_THREE = date(2026, 3, 25), date(2026, 3, 26), date(2026, 3, 27)


@pytest.fixture
def office(warehouse: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    (tmp_path / "province.yaml").write_text(SOURCE_FILE, encoding="utf-8")
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(tmp_path))
    forget()
    return warehouse


def put(*cases: Case) -> list[str]:
    """Load cases as the province's dossiers and return their codes."""
    frames = frames_of(*cases)
    dossiers = frames.dossiers.drop(columns=["changed_in", "duplicate_of", "corrected"])
    with load("load", "province") as current:
        current.merge(PROCEDURES, frames.procedures.drop(columns=["changed_in"]))
        current.merge(UNITS, frames.units.drop(columns=["changed_in"]))
        current.merge(DOSSIERS, dossiers)
        current.merge_children(EVENTS, frames.events.drop(columns=["changed_in"]), dossiers)
        current.merge_children(PAUSES, frames.pauses.drop(columns=["changed_in"]), dossiers)
    return [str(code) for code in dossiers["code"]]


def history(check_id: str) -> list[tuple[Any, ...]]:
    query = "SELECT severity, first_seen_on, last_seen_on, resolved_on FROM quality.findings WHERE check_id = %(check)s"
    return fetch_all(query, {"check": check_id})


def test_a_finding_is_seen_stays_is_resolved_and_comes_back() -> None:
    faulty, sound = CASES["finished_without_end"], Case()
    put(faulty, sound)
    counts = check_batch(MONTH, DAY_ONE)
    assert counts.read == 2
    assert counts.inserted == fetch_all("SELECT count(*) FROM quality.findings")[0][0] > 0
    assert history("finished_without_end") == [("fail", DAY_ONE, DAY_ONE, None)]
    check_batch(MONTH, DAY_TWO)
    assert history("finished_without_end") == [("fail", DAY_ONE, DAY_ONE, None)], "that it still holds is not written again"
    put(Case(log=faulty.log), sound)
    check_batch(MONTH, DAY_THREE)
    assert history("finished_without_end") == [("fail", DAY_ONE, DAY_TWO, DAY_THREE)]
    put(faulty, sound)
    check_batch(MONTH, DAY_THREE)
    assert history("finished_without_end") == [("fail", DAY_ONE, DAY_THREE, None)]


def test_a_second_run_changes_no_finding_and_leaves_nothing_to_do() -> None:
    put(*(case for case in CASES.values() if case.crowd == 1))
    first = check_batch(MONTH, DAY_ONE)
    before = fetch_all("SELECT * FROM quality.findings ORDER BY source, code, check_id")
    assert pending("check", DAY_ONE, rules_digest(), ["province"]) == []
    again = check_batch(MONTH, DAY_ONE, full=True)
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, first.inserted)
    assert fetch_all("SELECT * FROM quality.findings ORDER BY source, code, check_id") == before


def test_an_earlier_day_does_not_move_what_was_seen() -> None:
    put(CASES["finished_without_end"])
    check_batch(MONTH, DAY_TWO)
    check_batch(MONTH, DAY_ONE)
    assert history("finished_without_end") == [("fail", DAY_TWO, DAY_TWO, None)]


def test_findings_of_other_months_are_not_touched() -> None:
    put(CASES["finished_without_end"])
    check_batch(MONTH, DAY_ONE)
    check_batch(Batch.of(Partition("province", date(2026, 2, 1))), DAY_TWO)
    assert history("finished_without_end") == [("fail", DAY_ONE, DAY_ONE, None)]


def test_history_is_merged_row_by_row() -> None:
    failed = pd.DataFrame({"source": ["s", "s"], "code": ["A", "B"], "check_id": ["x", "x"], "severity": ["warn", "warn"]})
    seen = {"first_seen_on": DAY_ONE, "last_seen_on": DAY_ONE, "resolved_on": None}
    kept = FINDINGS.frame(
        [
            {"source": "s", "code": "B", "check_id": "x", "severity": "info", **seen},
            {"source": "s", "code": "C", "check_id": "x", "severity": "info", **seen},
            {"source": "s", "code": "D", "check_id": "x", "severity": "info", **seen, "resolved_on": DAY_ONE},
        ]
    )
    rows = with_history(failed.astype("string[pyarrow]"), kept, DAY_TWO).sort_values("code")
    assert rows[["code", "severity", "first_seen_on", "last_seen_on"]].values.tolist() == [
        ["A", "warn", DAY_TWO, DAY_TWO],
        ["B", "warn", DAY_ONE, DAY_TWO],
        ["C", "info", DAY_ONE, DAY_ONE],
    ]
    assert rows["resolved_on"].isna().tolist() == [True, True, False]


# -- gates: what they store, and when they stop ------------------------------------------------------


def stored(gate: str) -> dict[str, tuple[bool, int, int]]:
    query = "SELECT expectation, success, checked, unexpected FROM quality.gate_results WHERE gate = %(gate)s"
    return {name: tuple(rest) for name, *rest in fetch_all(query, {"gate": gate})}


def cleaned(**fields: Any) -> pd.DataFrame:
    rows = [
        {
            "source": "province",
            "code": f"A{number}",
            "partition_month": date(2026, 3, 1),
            "role": "primary",
            "status": 9,
            "received_at": datetime(2026, 3, 2, tzinfo=UTC) + timedelta(hours=number),
            **fields,
        }
        for number in range(30)
    ]
    return DOSSIERS.frame(rows).drop(columns=["changed_in"])


def gate(as_of: date, *parts: pd.DataFrame) -> None:
    """Let the parts of one load pass its gate."""
    keeper = contracts.GateKeeper(as_of)
    for part in parts:
        keeper.check_cleaned(part, DOSSIERS, "province")
    keeper.store()


def test_the_cleaned_gate_passes_what_the_table_promises_and_says_so() -> None:
    gate(DAY_ONE, cleaned())
    assert all(success for success, _, _ in stored("cleaned").values())
    assert stored("cleaned")["status: one of"] == (True, 30, 0)
    assert stored("cleaned")["code, source: unique"] == (True, 30, 0)
    assert stored("cleaned")["channel: one of"] == (True, 0, 0)
    ledger = fetch_all("SELECT count(*) FROM audit.ledger")
    gate(DAY_ONE, cleaned())
    assert fetch_all("SELECT count(*) FROM audit.ledger") == ledger


def test_the_parts_of_a_load_are_added_up() -> None:
    gate(DAY_ONE, cleaned(), cleaned(channel=None, status=None))
    assert stored("cleaned")["status: one of"] == (True, 30, 0)
    assert stored("cleaned")["code, source: unique"] == (True, 60, 0)
    with pytest.raises(DataError):
        gate(DAY_ONE, cleaned(), cleaned(status=12))
    assert stored("cleaned")["status: one of"] == (False, 60, 30)
    assert stored("cleaned")["code, source: unique"] == (True, 60, 0)


def test_the_cleaned_gate_stops_names_codes_and_keeps_the_result() -> None:
    with pytest.raises(DataError) as caught:
        gate(DAY_ONE, cleaned(status=12))
    assert "status: one of" in str(caught.value)
    assert "A0, A1, A2" in str(caught.value)
    assert stored("cleaned")["status: one of"] == (False, 30, 30)


def page(dossiers: int, unreadable: int) -> Any:
    received = ["không rõ"] * unreadable + ["02/03/2026 08:30"] * (dossiers - unreadable)
    columns = {"code": [f"H99.12-260302-{n:04d}" for n in range(dossiers)], "received_at": received}
    return readings(alone("0" * 64), dossiers=Part({k: pa.array(v, pa.string()) for k, v in columns.items()}, range(dossiers)))


def source() -> Source:
    return all_sources()["province"]


def test_old_results_of_gates_are_forgotten_but_for_the_last_of_each_promise() -> None:
    days = [date(2025, 1, 1), date(2025, 1, 2), date(2026, 3, 30), date(2026, 3, 31)]
    promise = {"gate": "cleaned", "subject": "s", "success": True, "checked": 1, "unexpected": 0, "tolerance": 0.0}
    rows = [{**promise, "expectation": "code: given", "as_of": day} for day in days]
    rows += [{**promise, "expectation": "no longer asked", "as_of": day} for day in days[:2]]
    with load("gate", "test") as current:
        current.merge(GATE_RESULTS, GATE_RESULTS.frame(rows).drop(columns=["changed_in"]))
    assert forget_gate_results() == 3
    left = fetch_all("SELECT expectation, as_of FROM quality.gate_results ORDER BY 1, 2")
    assert left == [("code: given", days[2]), ("code: given", days[3]), ("no longer asked", days[1])]
    entries = fetch_all("SELECT count(*) FROM audit.ledger")
    assert forget_gate_results() == 0
    assert fetch_all("SELECT count(*) FROM audit.ledger") == entries, "nothing to forget leaves no trace"


def test_a_slipped_day_far_ahead_makes_no_result_old() -> None:
    promise = {"gate": "cleaned", "subject": "s", "success": True, "checked": 1, "unexpected": 0, "tolerance": 0.0}
    days = [date(2026, 3, 30), date(2026, 3, 31), date(2031, 3, 31)]
    rows = [{**promise, "expectation": "code: given", "as_of": day} for day in days]
    with load("gate", "test") as current:
        current.merge(GATE_RESULTS, GATE_RESULTS.frame(rows).drop(columns=["changed_in"]))
    assert forget_gate_results() == 0
    assert [day for (day,) in fetch_all("SELECT as_of FROM quality.gate_results ORDER BY 1")] == days


def test_a_days_gates_have_a_page_that_asks_nobody_and_holds_no_value() -> None:
    with pytest.raises(DataError):
        gate(DAY_ONE, cleaned(status=12, unit_code="CANARY-7", procedure_code="CANARY-8"))
    written = write_data_docs(DAY_ONE, settings().data_docs)
    assert written is not None
    text, index = (path.read_text(encoding="utf-8") for path in (written, written.with_name("index.html")))
    assert "30 unexpected values found" in text, "great_expectations says how far it was broken"
    assert "CANARY" not in text + index
    assert not re.search(r"https?:|//\w|\bsrc=|<script|<link|<img|@import|url\(", text + index), "it loads from nowhere"
    assert {*re.findall(r'href="([^"]*)"', text + index)} == {"index.html", "#s0", f"{DAY_ONE}.html"}
    before = written.stat().st_mtime_ns
    assert write_data_docs(DAY_ONE, settings().data_docs) == written
    assert written.stat().st_mtime_ns == before, "nothing new, nothing written"
    assert write_data_docs(DAY_TWO, settings().data_docs) is None, "no gate looked at anything"
    assert draw_missing(400, settings().data_docs) == 0
    written.unlink()
    assert draw_missing(400, settings().data_docs) == 1
    assert written.read_text(encoding="utf-8") == text


def test_a_day_on_which_only_figures_were_looked_at_does_not_load_the_library_and_its_page_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = settings().data_docs
    with monkeypatch.context() as patch:
        patch.delitem(sys.modules, "great_expectations", raising=False)
        contracts.check_published(counts(), DAY_ONE, indicators())
        assert write_data_docs(DAY_ONE, folder, may_wait=True) is None
        assert "great_expectations" not in sys.modules
    assert not folder.exists()
    assert draw_missing(400, folder) == 1
    written = folder / f"{DAY_ONE}.html"
    text = written.read_text(encoding="utf-8")
    written.write_text("<!-- of earlier results -->", encoding="utf-8")
    assert draw_missing(400, folder) == 1
    assert written.read_text(encoding="utf-8") == text


def test_old_pages_of_gates_are_forgotten_and_the_index_lists_the_newest() -> None:
    folder = settings().data_docs
    folder.mkdir(exist_ok=True)
    days = [date(2026, 3, 31) - timedelta(days=n) for n in (*range(NEWEST_PAGES), 399, 400, 401, 900)]
    for day in days:
        (folder / f"{day}.html").write_text(f"<!-- {'0' * 64} 8 9 -->\n<p>", encoding="utf-8")
    assert forget_data_docs(400, settings().data_docs) == 2
    assert {path.stem for path in folder.glob("????-*.html")} == {str(day) for day in days[:-2]}
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'href="(.*?).html"', index) == [str(day) for day in days[:NEWEST_PAGES]]
    assert index.count('<td class="number bad">1</td>') == NEWEST_PAGES
    assert forget_data_docs(400, settings().data_docs) == 0


@pytest.mark.parametrize("held", [True, False], ids=["held", "broken"])
def test_the_library_draws_every_declared_promise(held: bool) -> None:
    rows = [
        GateResult("cleaned", f"source {part}", promise.name, held, 9, 0 if held else 2)
        for part, promises in promised_parts().items()
        for promise in promises
    ]
    text = day_page.page(rows, DAY_ONE)
    assert text.count("fas fa-check-circle" if held else "fas fa-times") == len(rows)
    assert text.count("2 unexpected values found") == (0 if held else len(rows))
    assert "không còn được khai báo" not in text
    assert "không còn được khai báo" in day_page.page([replace(rows[0], expectation="once asked")], DAY_ONE)


def test_the_source_gate_tells_a_changed_format_from_a_few_bad_rows() -> None:
    keeper = contracts.GateKeeper(DAY_ONE)
    keeper.check_source(page(100, 20), source())
    keeper.store()
    assert stored("source")["received_at: pattern"] == (True, 100, 20)
    with pytest.raises(DataError, match="received_at: pattern"):
        contracts.GateKeeper(DAY_TWO).check_source(page(100, 21), source())
    contracts.GateKeeper(DAY_THREE).check_source(page(15, 15), source())  # too few to say that the format changed


def counts(**changes: int) -> pd.DataFrame:
    """Two months of one agency: ten received, none of which its system shows, six finished, four carried over, all finished then."""
    zero = {field.name: 0 for field in COUNTS.fields if field.kind.value == "integer"}
    group = {"policy": "qd766", "basis": "cleaned", "unit_code": "H99.12", "field_code": "G01", "channel": "counter"}
    first = {**zero, **group, "month": date(2026, 2, 1), "received": 10, "finished_early": 6, "in_progress_in_time": 4}
    first["added_unshown"] = 10
    second = {**zero, **group, "month": date(2026, 3, 1), "carried_over": 4, "finished_late": 4}
    rows = [{**row, "as_of": DAY_ONE} for row in (first, {**second, **changes})]
    return COUNTS.frame(rows)


def indicators(**changes: float) -> pd.DataFrame:
    key = {"publication_id": "p", "indicator": "on_time_rate", "basis": "cleaned", "period": "2026-02", "source": "*"}
    group = {"unit_code": "*", "field_code": "*", "channel": "*"}
    figures = {"numerator": 6, "denominator": 10, "undetermined": 0, "value": 60.0, "lower": 50.0, "upper": 70.0}
    return INDICATORS.frame([{**key, **group, **figures, **changes}])


def test_the_published_gate_passes_figures_that_agree() -> None:
    contracts.check_published(counts(), DAY_ONE, indicators())
    assert all(success for success, _, _ in stored("published").values())
    assert stored("published")["carry: is 0"] == (True, 2, 0)
    assert stored("published")["upper: not before value"] == (True, 1, 0)


@pytest.mark.parametrize(
    ("figures", "broken"),
    [
        ((counts(finished_late=5), indicators()), "balance: is 0"),
        ((counts(withdrawn=1, finished_late=3), indicators()), "otherwise: is 0"),
        ((counts(carried_over=3, finished_late=3), indicators()), "carry: is 0"),
        ((counts(added_unshown=1), indicators()), "bridge: is 0"),
        ((counts(finished_late=-1, finished_early=5), indicators()), "finished_late: between"),
        ((counts(), indicators(numerator=11)), "denominator: not before numerator"),
        ((counts(), indicators(lower=61)), "value: not before lower"),
        ((counts(), indicators(upper=59)), "upper: not before value"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_published_gate_stops_figures_that_contradict_each_other(figures: Any, broken: str) -> None:
    with pytest.raises(DataError, match="Nothing was published"):
        contracts.check_published(figures[0], DAY_ONE, figures[1])
    success, _, unexpected = stored("published")[broken]
    assert not success
    assert unexpected == 1
    assert [name for name, (held, *_) in stored("published").items() if not held] == [broken]
