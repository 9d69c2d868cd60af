"""Disputes of quarters, half years, years and shares, against counts that are made here from the dossiers alone."""

from __future__ import annotations

import io
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from config.calendar import OFFICE_ZONE_NAME
from config.errors import ConfigError
from flows.commands.cli import main
from schemas.dossiers import DOSSIERS
from tasks.tracing.contributions import FigureName
from tasks.tracing.dispute_file import dispute_workbook
from tasks.tracing.disputes import Dispute, dispute
from tasks.tracing.share_disputes import ShareDispute, share_dispute
from tasks.tracing.share_letter import share_letter, share_rows
from tasks.warehouse.load import load
from tests.warehouse.test_publish import publish
from tests.warehouse.verdict_rows import AS_OF, verdict_rows

pytestmark = pytest.mark.usefixtures("warehouse")
ROWS = [row for row in verdict_rows(300) if row["unit_code"]]
SPANS = {
    "2025-Q4": (date(2025, 10, 1), date(2025, 12, 31)),
    "2026-Q1": (date(2026, 1, 1), date(2026, 3, 31)),
    "2025-H2": (date(2025, 7, 1), date(2025, 12, 31)),
    "2026": (date(2026, 1, 1), date(2026, 12, 31)),
    "2025-11..2026-02": (date(2025, 11, 1), date(2026, 2, 28)),
}


@pytest.fixture
def published() -> str:
    """A publication whose dossiers are known to the one-stop systems."""
    names = ("source", "code", "unit_code", "received_at")
    known = [
        {name: row[name] for name in names} | {"role": "primary", "partition_month": _day(row["received_at"]).replace(day=1)}
        for row in ROWS
    ]
    with load("load", "province") as current:
        current.merge(DOSSIERS, DOSSIERS.frame(known).drop(columns=list(DOSSIERS.managed)))
    return publish(ROWS)


def _day(at: datetime) -> date:
    return at.astimezone(ZoneInfo(OFFICE_ZONE_NAME)).date()


def _stands(row: dict[str, Any], indicator: str, first: date, last: date) -> bool:
    """Tell by a dossier's own days whether it stands in a count of a span; nothing of it is taken from a month."""
    last = min(last, AS_OF)
    received = _day(row["received_at"])
    ended = _day(row["end_at"]) if row["end_at"] else None
    timely, within = row["timeliness"], ended is not None and first <= ended <= last
    still_open = received <= last and (ended is None or ended > last)
    return {
        "received": first <= received <= last,
        "carried_over": received < first and (ended is None or ended >= first),
        "handled": received <= last and (ended is None or ended >= first),
        "in_progress": still_open,
        "finished_late": within and row["state"] == "finished" and timely == "late",
        "finished_early": within and row["state"] == "finished" and timely == "early",
        "withdrawn": within and row["state"] == "withdrawn",
    }[indicator]


def _expected(indicator: str, span: str, unit: str = "*") -> list[str]:
    rows = [row for row in ROWS if row["counted"] and unit in ("*", row["unit_code"])]
    return sorted(row["code"] for row in rows if _stands(row, indicator, *SPANS[span]))


@pytest.mark.parametrize(
    ("indicator", "span", "unit"),
    [
        ("received", "2025-Q4", "*"),
        ("carried_over", "2026-Q1", "*"),
        ("handled", "2025-11..2026-02", "H99.2"),
        ("in_progress", "2025-H2", "*"),
        ("finished_late", "2026-Q1", "H99.2"),
        ("finished_early", "2026", "*"),
        ("withdrawn", "2025-H2", "*"),
    ],
)
def test_a_longer_period_is_that_of_its_months_and_of_its_dossiers(
    published: str, indicator: str, span: str, unit: str
) -> None:
    wanted = _expected(indicator, span, unit)
    assert len(wanted) > 1
    listed = [*wanted[1:], wanted[-1], "H99-99999"]
    found = dispute(published, FigureName(indicator, unit, span), listed)
    assert (found.published, found.remainder) == (len(wanted), 0)
    assert {one.code for one in found.dossiers if one.kind == "agreed"} == set(wanted[1:])
    assert [one.code for one in found.dossiers if one.line is None] == wanted[:1]
    assert (found.count("unknown"), found.count("repeated")) == (1, 1)


def _walk(found: ShareDispute) -> Fraction:
    assert found.theirs is not None
    return found.theirs + sum((step.points for step in found.steps()), Fraction(0))


@pytest.mark.parametrize("period", ["*", "2026-02", "2025-H2"])
def test_a_share_is_led_to_ours_class_by_class(published: str, period: str) -> None:
    figure = FigureName("on_time_rate", "H99.2", period)
    parts: list[Dispute] = [dispute(published, figure, [], part) for part in ("numerator", "denominator")]
    counted, every = ([one.code for one in part.dossiers] for part in parts)
    assert 0 < len(counted) < len(every)
    assert set(counted) < set(every)
    late = sorted(set(every) - set(counted))
    found = share_dispute(published, figure, [*counted, late[0], "H99-99999"], every[1:], Fraction("97.4"))
    assert (found.remainder, found.numerator.published, found.denominator.published) == (0, len(counted), len(every))
    assert found.ours is not None
    assert abs(float(found.ours) - 100 * len(counted) / len(every)) <= 0.005
    assert _walk(found) == found.ours, "what the classes move adds up to the gap, to the last digit"
    assert {step.kind: (step.numerator, step.denominator) for step in found.steps() if step.numerator or step.denominator}[
        "unknown"
    ] == (-1, 0)
    assert share_dispute(published, figure, counted, every).steps()[-1].points == 0
    book = openpyxl.load_workbook(io.BytesIO(dispute_workbook(found.numerator, found.denominator)))
    assert len(book.worksheets) == 4
    assert share_rows(found)[0][1] == "97,40 %"
    assert "97,40 %" in share_letter(found)


def test_a_share_by_command(published: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "on.csv").write_text("H99-00001\nH99-00002\n", encoding="utf-8")
    (tmp_path / "all.csv").write_text("H99-00001\nH99-00002\nH99-00003\n", encoding="utf-8")
    asked = ["dispute", "on_time_rate/*/2026-Q1", str(tmp_path / "on.csv"), "--publication", published]
    out = tmp_path / "share.xlsx"
    assert main([*asked, "--of", str(tmp_path / "all.csv"), "--claimed", "66,7", "--out", str(out)]) == 0
    assert "danh sách của họ không cho ra tỷ lệ họ nêu" in " ".join(capsys.readouterr().out.split())
    assert out.exists()
    assert out.with_suffix(".txt").exists()
    assert main([*asked, "--claimed", "66,7"]) == ConfigError.exit_code


def test_what_is_not_published_by_month_is_refused(published: str) -> None:
    with pytest.raises(ConfigError, match="unpublished"):
        dispute(published, FigureName("late", channel="online", period="2026-Q1"), [])
    with pytest.raises(ConfigError, match="is no period"):
        dispute(published, FigureName("received", period="2026-Q5"), [])
