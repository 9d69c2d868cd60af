"""Web pages named .xls, as systems export them: cells of several rows, tables under one another, cells lost."""

from __future__ import annotations

import pytest

from schemas.raw import SHEET_STRIDE
from tasks.sources.pages import read_page
from tasks.sources.protocol import OLD_WORKBOOK
from tests.field.test_text_tables import FOUR, ROWS, codes, refused, source


def row(cells: list[str], **spans: int) -> str:
    """Write a row; ``spans``: of the cell at a place (``at2``) how many rows it takes."""
    down = {int(name[2:]): count for name, count in spans.items()}
    return "<tr>" + "".join(f"<td rowspan='{down.get(n, 1)}' class=x>{cell}</td>" for n, cell in enumerate(cells)) + "</tr>"


def table(*rows: str) -> str:
    return f"<table border=1>{''.join(rows)}</table>"


H, A, B, C, D = ROWS
# The page; dossiers that come, rows refused, notes; the due date and the agency are always those of the dossier.
CASES: dict[str, tuple[str, list[int], list[tuple[int, str]], set[str]]] = {
    "one agency for two rows": (table(row(H), row(A, at1=2), row([B[0], *B[2:]]), row(C), row(D)), FOUR, [], {"misnamed"}),
    "one status for three, at the right": (
        table(row(H), row(A, at3=3), row(B[:3]), row(C[:3]), row(D)),
        FOUR,
        [],
        {"misnamed"},
    ),
    "agency and due date for two": (
        table(row(H), row(A), row(B, at1=2, at2=2), row([C[0], C[3]]), row(D)),
        FOUR,
        [],
        {"misnamed"},
    ),
    "one code for two rows: a code is one dossier": (
        table(row(H), row(A), row(B, at0=2), row(C[1:]), row(D)),
        [1, 2, 4],
        [(4, "no_code")],
        {"misnamed"},
    ),
    "the next page of print, with headings": (
        table(row(H), row(A), row(B)) + "<p>Trang 2</p>" + table(row(H), row(C), row(D)),
        FOUR,
        [],
        {"misnamed"},
    ),
    "the next page without headings is told": (
        table("<tr><td>Menu</td></tr>") + table(row(H), row(A), row(B)) + table(row(C), row(D)),
        [1, 2],
        [],
        {"misnamed", "sheet_left_out"},
    ),
    "a cell lost, a cell too many": (
        table(row(H), row(A), row([B[0], *B[2:]]), row([*C, "x"]), row(D)),
        [1, 4],
        [(3, "cell_count"), (4, "cell_count")],
        {"misnamed"},
    ),
    "laid out by a table": (
        "<table><tr><td>Menu</td><td>" + table(row(H), row(A), row(B), row(C), row(D)) + "</td></tr></table>",
        FOUR,
        [],
        {"misnamed"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_no_row_of_a_web_page_vanishes_or_takes_anothers_cells(case: str) -> None:
    page, dossiers, rows, notes = CASES[case]
    found = read_page(f"<html><body>{page}</body></html>".encode(), OLD_WORKBOOK, source())
    assert codes(found) == dossiers
    assert [(place % SHEET_STRIDE, why) for place, why in refused(found)] == rows
    assert {note.kind for note in found.notes} == notes
    assert set(found.dossiers["due_at"]) == {"16/03/2026"}
    assert set(found.dossiers["unit"]) == {"UBND xã An Khê"}
    assert found.lines.read == len(dossiers)
