"""Reference series: entered whole or not at all, kept beside our figures, told with ours of the same year, and found again after a loss."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from config.calendar import OFFICE_ZONE_NAME
from config.errors import ConfigError, UnreadableDataError
from config.indicators import indicators_in_force
from config.settings import ROOT
from flows.commands.cli import main
from schemas.reference_series import REFERENCE_SERIES
from tasks.recovery.manifests import RESTORED, read_manifests, values_of
from tasks.reports.forms.published import published_counters
from tasks.reports.reference_figures import our_figure, reference_values
from tasks.reports.reference_series import SERIES_HEADINGS, TakenSeries, take_reference_series
from tasks.reports.site.data import page_data
from tasks.warehouse.engine import fetch_all
from tests.warehouse.test_publish import publish
from tests.warehouse.verdict_rows import AS_OF, verdict_rows

pytestmark = pytest.mark.usefixtures("warehouse")
INDICATORS = sorted(indicators_in_force(AS_OF))
HEAD = "chuỗi;cơ quan;năm;giá trị;đơn vị tính;nguồn;ghi chú;chỉ tiêu của ta\n"
ROWS = [row for row in verdict_rows(300) if row["unit_code"]]
_FIGURES = "SELECT indicator, unit_code, period, basis, numerator, denominator, value FROM mart.indicators ORDER BY 1, 2, 3, 4, 5, 6, 7"


def file_of(folder: Path, *lines: str) -> Path:
    path = folder / "series.csv"
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_example_is_entered_once_and_marked_as_an_example() -> None:
    example = ROOT / "config" / "example-reference-series.csv"
    assert take_reference_series(example, "van.phong", INDICATORS) == TakenSeries(5, 5)
    assert take_reference_series(example, "van.phong", INDICATORS) == TakenSeries(5, 0)
    found = reference_values(None)
    assert [one.series for one in found] == ["papi", "par_index", "pci", "sipas", "target"]
    assert all("VÍ DỤ" in one.published_by and one.year == 2099 for one in found), (
        "no value of anybody stands in the repository"
    )
    assert fetch_all("SELECT count(*) FROM audit.ledger WHERE action = 'reference'") == [(1,)]
    (receipt,) = (one for one in read_manifests() if one.chain == "reference-series")
    told = REFERENCE_SERIES.frame([values_of(RESTORED[name], row) for name, rows in receipt.rows.items() for row in rows])
    assert sorted(told["series"]) == [one.series for one in found], "a warehouse that is built again gets them from receipts"
    assert sorted(told["value"]) == sorted(one.value for one in found)


def test_a_workbook_in_english_is_read_and_a_value_replaces_the_one_before(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    names = [name for name in SERIES_HEADINGS if name not in ("unit_code", "indicator")]
    book.active.append([SERIES_HEADINGS[name][1] for name in names])
    book.active.append(["sipas", "a decision", 2025, "percent", 87.5, "as published"])
    book.save(tmp_path / "series.xlsx")
    assert take_reference_series(tmp_path / "series.xlsx", "van.phong", INDICATORS) == TakenSeries(1, 1)
    mended = file_of(tmp_path, "sipas;;2025;87,25;%;a decision;misread;")
    assert take_reference_series(mended, "van.phong", INDICATORS) == TakenSeries(1, 1)
    assert [(one.value, one.remarks, one.measure) for one in reference_values("sipas")] == [(87.25, "misread", "percent")]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("gdp;;2025;1;%;x;;", "the series is one of"),
        ("pci;;25;1;điểm;x;;", "the year has four figures"),
        ("pci;;2025;1;km;x;;", "the unit is one of"),
        ("pci;;2025;viết;điểm;x;;", "the value is a number"),
        ("sipas;;2025;100,5;%;x;;", "more than 100 %"),
        ("pci;;2025;1;điểm;;;", "lacks its source"),
        ("pci;;2025;1;điểm;x;gọi 0912345678;", "looks like a personal number"),
        ("pci;;2025;1;điểm;x;;nothing_of_ours", "its indicator is none"),
        ("pci;;2025;2;điểm;sound;;", "says again what line 2 says"),
    ],
)
def test_one_wrong_line_keeps_all_out(line: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableDataError, match=why) as told:
        take_reference_series(file_of(tmp_path, "pci;;2025;1;điểm;sound;;", line), "van.phong", INDICATORS)
    assert "line 3" in str(told.value)
    assert reference_values(None) == []


def test_what_is_no_such_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("năm;giá trị\n2025;1\n", encoding="utf-8")
    with pytest.raises(UnreadableDataError, match="lacks columns"):
        take_reference_series(tmp_path / "other.csv", "van.phong", INDICATORS)
    with pytest.raises(UnreadableDataError, match="has no line"):
        take_reference_series(file_of(tmp_path), "van.phong", INDICATORS)
    with pytest.raises(ConfigError, match="names nobody"):
        take_reference_series(file_of(tmp_path), " ", INDICATORS)


def test_ours_stands_beside_and_is_moved_by_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Received in 2025 is counted here from the dossiers."""
    publish(ROWS)
    before = fetch_all(_FIGURES)
    lines = ("target;;2025;97,4;%;a decision;;received", "pci;H99.2;2025;70,1;điểm;a report;;", "target;;2031;99;%;a plan;;")
    assert main(["reference", str(file_of(tmp_path, *lines)), "--by", "van.phong"]) == 0
    assert fetch_all(_FIGURES) == before
    counters, indicators = published_counters("qd766"), indicators_in_force(AS_OF)
    ours = {(one.series, one.year): our_figure(one, counters, indicators) for one in reference_values(None)}
    zone = ZoneInfo(OFFICE_ZONE_NAME)
    received = sum(row["counted"] and row["received_at"].astimezone(zone).year == 2025 for row in ROWS)
    assert ours["target", 2025].value == received
    assert ours["target", 2025].is_whole
    share = ours["pci", 2025]
    assert share.indicator == "on_time_rate"
    assert share.value is not None
    assert 0 < share.value < 100
    assert (ours["target", 2031].value, ours["target", 2031].is_whole) == (None, False)
    names = [one["name"] for one in page_data("qd766", "vi")["indicators"]]
    shown = [
        (one["unit"], one["year"], one["value"], names[one["indicator"]]) for one in page_data("qd766", "vi")["references"]
    ]
    assert sorted(shown) == [
        ("*", "2025", 97.4, "received"),
        ("*", "2031", 99.0, "on_time_rate"),
        ("H99.2", "2025", 70.1, "on_time_rate"),
    ]
    assert "van.phong" not in str(page_data("qd766", "vi")["references"]), "who entered it is nobody's concern there"
    told = " ".join(capsys.readouterr().out.split())
    assert "97,4 %" in told
    assert "không tính chênh lệch" in told
    assert main(["reference", "--series", "pci"]) == 0
    assert "97,4" not in capsys.readouterr().out
