"""The communes' workbooks, read back by another library than the one that wrote them."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from demo.calendar import minute_of
from demo.model import Shown
from demo.recorded import recorded_state
from demo.workbooks import HEADINGS, STATUS_WORDS, write_workbooks
from demo.world import make_world
from tests.demo.conftest import Province

FIELDS = (
    "number",
    "code",
    "receipt",
    "procedure",
    "name",
    "unit",
    "channel",
    "person",
    "identity",
    "phone",
    "received",
    "due",
    "done",
    "returned",
    "status",
)
STATUSES = {word: code for code, word in STATUS_WORDS.items()}


def folded(cell: Any) -> Any:
    return unicodedata.normalize("NFC", cell) if isinstance(cell, str) else cell


def table(path: Path) -> tuple[int, list[dict[str, Any]]]:
    """Return the row of the headings and the rows that hold a dossier."""
    cells = [
        [folded(cell) for cell in row]
        for row in openpyxl.load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True)
    ]
    place = next(n for n, row in enumerate(cells) if any(tuple(filter(None, row)) == names for names in HEADINGS))
    first = next(n for n, cell in enumerate(cells[place]) if cell)
    rows = [dict(zip(FIELDS, row[first:], strict=False)) for row in cells[place + 1 :]]
    return place, [row for row in rows if isinstance(row.get("code"), str) and row["code"].strip()[:1] in "0Hh"]


def minute(cell: Any) -> int | None:
    if cell is None or cell in ("", "01/01/1900 00:00"):
        return None
    if isinstance(cell, datetime):
        return minute_of(cell + timedelta(seconds=30))
    if isinstance(cell, int | float):
        return minute_of(datetime(1899, 12, 30) + timedelta(days=cell, seconds=30))
    return minute_of(datetime.strptime(cell, "%d/%m/%Y %H:%M"))


@pytest.fixture(scope="session")
def books(province: Province) -> dict[str, tuple[int, list[dict[str, Any]]]]:
    return {path.stem: table(path) for path in sorted((province.out / "files" / "communes").glob("*.xlsx"))}


def test_every_dossier_of_the_communes_has_one_row(books: dict[str, Any], province: Province) -> None:
    found = [re.sub(r"\s", "", row["code"]).replace("–", "-").upper() for _, rows in books.values() for row in rows]
    assert sorted(found) == sorted(row["code"] for row in province.truth if row["source"] == "communes")


def test_recorded_state_of_a_row_is_that_of_the_truth_table(books: dict[str, Any], province: Province) -> None:
    truth = {row["code"]: row for row in province.truth if row["source"] == "communes"}
    checked = 0
    for _, rows in books.values():
        for row in rows:
            known = truth[re.sub(r"\s", "", row["code"]).replace("–", "-").upper()]
            if "mixed_workbook" in known["planted"]:
                continue
            shown = Shown(
                status=STATUSES[row["status"] or ""],
                unit="",
                unit_name="",
                procedure="",
                channel="",
                received=minute(row["received"]),
                submitted=None,
                due=minute(row["due"]),
                done=minute(row["done"]),
                returned=minute(row["returned"]),
            )
            assert recorded_state(shown, "communes", province.world.now) == known["recorded"], known
            checked += 1
    assert checked > 80


def test_an_empty_due_date_may_be_the_year_1900(tmp_path: Path) -> None:
    world = make_world(1, 300)
    dossier = next(d for d in world.dossiers if d.source == "communes" and not d.planted)
    dossier.view.raw["NgayHenTra"] = "00010101000000"
    write_workbooks([dossier], world.history.directory, world.history.catalogue, tmp_path)
    _, rows = table(next(tmp_path.glob("*.xlsx")))
    assert [row["due"] for row in rows] == ["01/01/1900 00:00"]


def test_the_habits_are_there(books: dict[str, Any]) -> None:
    rows = [row for _, table_rows in books.values() for row in table_rows]
    assert len({place for place, _ in books.values()}) >= 3  # headings at varying offset
    assert {type(row["received"]) for row in rows} >= {str, datetime, float}
    assert {type(row["identity"]) for row in rows} == {str, int}
    assert len({row["unit"].split()[0] for row in rows}) >= 4


def test_mixed_columns_show_both_orders(books: dict[str, Any], province: Province) -> None:
    mixed = {row["code"] for row in province.truth if "mixed_workbook" in row["planted"]}
    for _, rows in books.values():
        texts = [row["done"] for row in rows if row["code"] in mixed and row["done"]]
        if texts:
            assert any(int(text[:2]) > 12 for text in texts)
            assert any(int(text[3:5]) > 12 for text in texts)


def test_totals_and_numbers_of_columns(province: Province) -> None:
    path = next((province.out / "files" / "communes").glob("*.xlsx"))
    cells = [cell for row in openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True) for cell in row]
    assert "Tổng cộng" in cells
    assert "(2)" in cells
