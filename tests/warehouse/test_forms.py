"""Forms from what is published, read back from their files and held against the dossiers themselves."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pypdf
import pytest

from config.errors import ConfigError, NothingYetError, UnreadableDataError
from config.read_once import forget
from flows.commands.forms import report
from flows.commands.stated_figures import check_figures
from schemas.reference import UNITS
from schemas.verdicts import VERDICTS_TABLE
from tasks.measure import measure_policy
from tasks.publish import publish_policy
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.load import load
from tests.pdf_rows import pdf_lines, pdf_numbers
from tests.warehouse.verdict_rows import AS_OF, frame, verdict_rows

pytestmark = pytest.mark.usefixtures("warehouse")
POLICY = "qd766"
ROWS = verdict_rows(400)
QUARTER = (datetime(2026, 1, 1), datetime(2026, 3, 31, 23, 59, 59, 999999))
BRANCH = "H99.2"  # a branch of H99.1; H99.4 ended and its dossiers are H99.5's


@pytest.fixture
def published(warehouse: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    forget()
    with load("judge", "test") as current:
        current.replace(VERDICTS_TABLE, frame(ROWS), {"policy": POLICY})
        current.merge(UNITS, UNITS.frame(_directory()).drop(columns=list(UNITS.managed)))
    measure_policy(POLICY, AS_OF)
    publish_policy(POLICY, AS_OF)
    yield
    monkeypatch.undo()
    forget()


def _directory() -> list[dict[str, Any]]:
    of = {
        "H99": ("province", None, None),
        "H99.1": ("department", "H99", None),
        BRANCH: ("branch", "H99.1", None),
        "H99.3": ("commune", "H99", None),
        "H99.4": ("commune", "H99", "H99.5"),
        "H99.5": ("commune", "H99", None),
    }
    return [
        {"unit_code": code, "valid_from": date(2021, 1, 1), "name": f"Agency {code}", "level": level}
        | {"parent_code": parent, "succeeded_by": heir}
        for code, (level, parent, heir) in of.items()
    ]


def by_hand(rows: list[dict[str, Any]], side: str = "") -> Counter[str]:
    """The form's columns of some dossiers: each looked at once."""
    found: Counter[str] = Counter()
    since, until = QUARTER
    for row in rows:
        if row[f"{side}state"] == "not_received" or not (side or row["counted"]):
            continue
        came, ended, due = (_office(row[name]) for name in ("received_at", f"{side}end_at", f"{side}due_at"))
        gone = None if row[f"{side}state"] == "in_progress" else max(ended, came)
        if gone is not None and gone < since:
            continue
        if came > until:
            continue
        found["handled"] += 1
        way = "received_online" if row["channel"] == "online" else "received_otherwise"
        found["carried_over" if came < since else way] += 1
        word = row[f"{side}timeliness"]
        if gone is None:
            found["in_progress"] += 1
            found[f"in_progress_{ {'late': 'overdue', 'undetermined': 'undetermined'}.get(word, 'in_time') }"] += 1
        elif row[f"{side}state"] == "finished":
            found["finished"] += 1
            found[f"finished_{word}"] += 1
        else:
            found[row[f"{side}state"]] += 1
        assert due is not None
    return found


def _office(moment: datetime | None) -> datetime | None:
    return None if moment is None else (moment + timedelta(hours=7)).replace(tzinfo=None)


def agency(row: dict[str, Any]) -> str:
    return row["unit_code"] or "?"


def read_sheet(path: Path, tab: str) -> tuple[list[str], dict[str, Counter[str]], Counter[str]]:
    """Return the lines of the title, the figures by code, and the totals, by the numbers of the columns."""
    sheet = openpyxl.load_workbook(path)[tab]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(at for at, line in enumerate(lines) if "(3)" in line)
    numbers = {name: at for at, name in enumerate(lines[head]) if name}
    figures: dict[str, Counter[str]] = {}
    total: Counter[str] = Counter()
    for line in lines[head + 1 :]:
        if not isinstance(line[3], int):
            break
        cells = Counter({name: line[at] for name, at in numbers.items() if at >= 3 and line[at]})
        if line[1] is None:
            total = cells
        else:
            figures[str(line[1])] = cells
    return [str(line[0]) for line in lines[: head - 2] if line[0]], figures, total


COLUMNS = {
    "handled": "(3)",
    "received_online": "(4)",
    "received_otherwise": "(5)",
    "carried_over": "(6)",
    "finished": "(7)",
    "finished_early": "(8)",
    "finished_on_time": "(9)",
    "finished_late": "(10)",
    "in_progress": "(11)",
    "in_progress_in_time": "(12)",
    "in_progress_overdue": "(13)",
    "withdrawn": "(14)",
    "refused": "(15)",
    "finished_undetermined": "(16)",
    "in_progress_undetermined": "(17)",
}


def numbered(counts: Counter[str]) -> Counter[str]:
    return Counter({COLUMNS[name]: count for name, count in counts.items() if count})


@pytest.mark.usefixtures("published")
def test_form_06a_of_a_quarter_is_what_the_dossiers_say(tmp_path: Path) -> None:
    path = tmp_path / "06a.xlsx"
    report("II.06a", "2026-Q1", None, None, "then", str(path))
    title, figures, total = read_sheet(path, "By agency")
    assert title[0] == "II.06a/VPCP/KSTT"
    assert "Period: quarter 1 of 2026" in title
    assert "Whole province" in title
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in ROWS:
        groups.setdefault("H99.1" if agency(row) == BRANCH else agency(row), []).append(row)
    assert figures == {code: numbered(by_hand(rows)) for code, rows in groups.items()}
    assert total == numbered(by_hand(ROWS))
    assert BRANCH in read_sheet(path, "Branches apart")[1]
    assert read_sheet(path, "As recorded")[2] == numbered(by_hand(ROWS, "recorded_"))
    fields = read_sheet(path, "By field")
    assert fields[2] == total
    assert set(fields[1]) == {row["field_code"] or "?" for row in ROWS}


@pytest.mark.usefixtures("published")
def test_sheets_of_all_agencies_add_up_to_the_province(tmp_path: Path) -> None:
    path = tmp_path / "all.xlsx"
    report("II.06a", "2026-Q1", None, None, "then", str(path), each=True)
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in ROWS:
        groups.setdefault("H99.1" if agency(row) == BRANCH else agency(row), []).append(row)
    for code, rows in groups.items():
        title, figures, total = read_sheet(path, "_" if code == "?" else code)
        assert any(f"({code})" in line for line in title), "the sheet says whose it is"
        assert total == numbered(by_hand(rows)), code
        assert len(figures) == (2 if code == "H99.1" else 1), "a branch stands in the sheet of its department"
    for name, unit in (("II.07", None), ("II.06a", "H99.1")):
        with pytest.raises(ConfigError, match="whole province"):
            report(name, "2026-Q1", None, unit, "then", str(path), each=True)


@pytest.mark.usefixtures("published")
def test_an_agency_that_ended_counts_with_its_heir_and_the_total_stays(tmp_path: Path) -> None:
    path = tmp_path / "06a.xlsx"
    report("II.06a", "2026-Q1", None, None, "now", str(path))
    _, figures, total = read_sheet(path, "By agency")
    assert "H99.4" not in figures
    assert figures["H99.5"] == numbered(by_hand([row for row in ROWS if agency(row) in ("H99.4", "H99.5")]))
    assert total == numbered(by_hand(ROWS))


OPENCPS = {
    "totalCount": "handled",
    "remainingCount": "carried_over",
    "onlineCount": "received_online",
    "onegateCount": "received_otherwise",
    "releaseCount": "finished",
    "betimesCount": "finished_early",
    "ontimeCount": "finished_on_time",
    "overtimeCount": "finished_late",
    "processingCount": "in_progress",
    "undueCount": "in_progress_in_time",
    "overdueCount": "in_progress_overdue",
    "cancelledCount": "withdrawn",
    "deniedCount": "refused",
}


@pytest.mark.usefixtures("published")
def test_the_words_of_opencps_tell_the_same_dossiers(tmp_path: Path) -> None:
    path = tmp_path / "opencps.json"
    report("OpenCPS", "2026-Q1", None, None, "then", str(path))
    sheets = json.loads(path.read_text(encoding="utf-8"))["sheets"]
    for sheet, side in zip(sheets, ("", "recorded_"), strict=True):
        rows = [dict(zip(sheet["columns"], row, strict=True)) for row in sheet["rows"]]
        groups: dict[str, list[dict[str, Any]]] = {}
        for row in ROWS:
            groups.setdefault("H99.1" if agency(row) == BRANCH else agency(row), []).append(row)
        assert {row["code"] for row in rows} == set(groups)
        for row in rows:
            of = by_hand(groups[row["code"]], side)
            assert {theirs: row[theirs] for theirs in OPENCPS} == {theirs: of[ours] for theirs, ours in OPENCPS.items()}
            assert row["receivedCount"] == of["received_online"] + of["received_otherwise"]
            in_time, decided = of["finished_early"] + of["finished_on_time"], of["finished"] - of["finished_undetermined"]
            share = round(100 * in_time / decided, 2) if decided else None
            assert row["ontimePercentage"] == share, "to the hundredth, and nothing where nothing was released"
        assert dict(zip(sheet["columns"], sheet["total"], strict=True))["totalCount"] == by_hand(ROWS, side)["handled"]


@pytest.mark.usefixtures("published")
def test_one_agency_has_its_branches_and_the_same_figures_in_every_format(tmp_path: Path) -> None:
    paths = [tmp_path / f"form{ending}" for ending in (".xlsx", ".csv", ".parquet", ".json")]
    for path in paths:
        report("II.06a", "2026-Q1", None, "H99.1", "then", str(path))
    of = by_hand([row for row in ROWS if agency(row) in ("H99.1", BRANCH)])
    assert read_sheet(paths[0], "By agency")[1] == {"H99.1": numbered(of)}
    told = json.loads(paths[3].read_text(encoding="utf-8"))
    sheet = told["sheets"][0]
    machines = [
        pd.read_csv(paths[1]).to_dict("records"),
        pd.read_parquet(paths[2]).to_dict("records"),
        [dict(zip(sheet["columns"], row, strict=True)) for row in sheet["rows"]],
    ]
    for rows in machines:
        assert [(row["code"], row["name"]) for row in rows] == [("H99.1", "Agency H99.1")]
        assert {name: rows[0][name] for name in COLUMNS} == {name: of[name] for name in COLUMNS}


@pytest.mark.usefixtures("published")
def test_the_pdf_has_the_numbers_of_the_workbook_and_of_the_dossiers(tmp_path: Path) -> None:
    book, pages = tmp_path / "06a.xlsx", tmp_path / "06a.pdf"
    for path in (book, pages):
        report("II.06a", "2026-Q1", None, None, "then", str(path))
    shown = pdf_numbers(pages, least=len(COLUMNS))
    tables = openpyxl.load_workbook(book)
    written = [[cell for cell in line if isinstance(cell, int)] for tab in tables for line in tab.iter_rows(values_only=True)]
    assert shown == [line for line in written if len(line) >= len(COLUMNS)], "every row of every sheet, in its order"
    of = numbered(by_hand(ROWS))
    assert [of[name] for name in COLUMNS.values()] in shown, "the total is what the dossiers say"
    lines = pdf_lines(pages)
    for said in ("II.06a/VPCP/KSTT", "Period: quarter 1 of 2026", "Whole province", "HEAD OF THE AGENCY", "(17)"):
        assert [said] in lines or any(said in line for line in lines), said
    assert sum(line[-1:] == ["Page 1/4"] for line in lines) == 1, "a page a sheet, each with its number"


@pytest.mark.usefixtures("published")
def test_a_pdf_is_the_same_whenever_it_is_made_and_carries_its_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / f"{number}.pdf" for number in range(3)]
    report("II.06a", "2026-Q1", None, None, "then", str(paths[0]))
    time.sleep(1.1)  # a time stamp would be another one
    report("II.06a", "2026-Q1", None, None, "then", str(paths[1]))
    assert paths[0].read_bytes() == paths[1].read_bytes()
    monkeypatch.setenv("MOTCUA_LANGUAGE", "vi")
    forget()
    report("II.06a", "2026-Q1", None, None, "then", str(paths[2]))
    read = pypdf.PdfReader(paths[2])
    assert read.trailer["/Root"]["/Lang"] == "vi"
    assert read.metadata is not None
    assert (read.metadata.title, read.metadata.creation_date) == ("Tình hình, kết quả giải quyết thủ tục hành chính", None)
    lines = pdf_lines(paths[2])
    for said in (
        "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH",
        "Kỳ báo cáo: quý 1 năm 2026",
        "THỦ TRƯỞNG CƠ QUAN, ĐƠN VỊ",
    ):
        assert any(said in line for line in lines), said


@pytest.mark.usefixtures("published")
def test_the_form_says_what_was_published_whatever_was_measured_since(tmp_path: Path) -> None:
    with load("judge", "test") as current:
        current.replace(VERDICTS_TABLE, frame(ROWS[:100]), {"policy": POLICY})
    measure_policy(POLICY, AS_OF)
    path = tmp_path / "06a.csv"
    report("II.06a", "2026-Q1", None, None, "then", str(path))
    assert pd.read_csv(path)["handled"].sum() == by_hand(ROWS)["handled"]


def test_what_cannot_be_filled_in_is_refused(published: None, tmp_path: Path) -> None:
    for period, out, words in (
        ("2027-Q1", None, "has not begun"),
        ("2026-Q9", None, "is no period"),
        ("2026-Q1", str(tmp_path / "form.doc"), "tells no format"),
    ):
        with pytest.raises(ConfigError, match=words):
            report("II.06a", period, None, None, "then", out)


def test_before_the_first_publication_there_is_no_form() -> None:
    with pytest.raises(NothingYetError):
        report("II.06a", "2026-Q1", POLICY, None, "then", None)


@pytest.mark.usefixtures("published")
def test_figures_that_break_an_identity_fill_in_no_form() -> None:
    with load("test", "test") as current:
        current.execute(
            "UPDATE mart.stored_indicators SET numerator = numerator + 1 "
            "WHERE indicator = 'received' AND period = '2026-02' AND unit_code = 'H99.3' AND basis = 'cleaned' "
            "AND field_code = '*' AND channel = '*'",
            {},
        )
    with pytest.raises(UnreadableDataError, match="break balance"):
        report("II.06a", "2026-Q1", None, None, "then", None)
    report("II.06a", "2026-03", None, None, "then", None)


@pytest.mark.usefixtures("published")
def test_the_screen_shows_the_first_sheet(capsys: pytest.CaptureFixture[str]) -> None:
    report("II.06a", "2026-Q1", None, None, "then", None)
    shown = capsys.readouterr().out
    assert "TOTAL" in shown
    assert str(by_hand(ROWS)["handled"]) in shown


@pytest.mark.usefixtures("published")
def test_a_report_is_held_against_what_is_published(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    true = by_hand(ROWS)
    report = tmp_path / "report.txt"
    report.write_text(
        f"Quý I năm 2026: đã giải quyết {true['finished']} hồ sơ, quá hạn {true['finished_late'] + 1} hồ sơ.", encoding="utf-8"
    )
    assert check_figures(str(report), "2026-Q1") == 0, "by itself it agrees"
    shown = {line.split("  ")[0].strip(): line.split() for line in capsys.readouterr().out.splitlines()}
    assert shown["finished"][-2:] == [str(true["finished"]), "="], "ours is the same, and marked so"
    assert shown["finished late"][-1] == str(true["finished_late"]), "ours stands beside theirs, and is not marked"
