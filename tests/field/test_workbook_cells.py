"""Workbook cells that hold no value but an error, and workbooks that are locked: neither is taken for an empty cell or a broken file."""

from __future__ import annotations

from typing import Any

import pytest

from config.errors import SourceError
from schemas.reference import UNITS
from tasks.loading.cleaned_pages import Cleaned, clean
from tasks.sources.pages import read_page
from tasks.sources.protocol import OLD_WORKBOOK, WORKBOOK
from tests.field.test_text_tables import ROWS, codes, refused, source, workbook

LISTED = {"statuses": {"Đã giải quyết": 9}}


def cleaned(rows: list[list[Any]]) -> Cleaned:
    given = source(**LISTED)
    return clean(read_page(workbook(("Sổ", rows)), WORKBOOK, given), given, UNITS.frame(), b"k" * 32)


# The cell, its column, the mark of the dossier; an empty cell is none.
ERRORS: list[tuple[str | None, int, str | None]] = [
    ("#N/A", 2, "due_unreadable"),
    ("#REF!", 2, "due_unreadable"),
    ("#VALUE!", 3, "unknown_status"),
    ("#NAME?", 3, "unknown_status"),
    ("#DIV/0!", 2, "due_unreadable"),
    (None, 2, None),
]


@pytest.mark.parametrize(("error", "place", "mark"), ERRORS)
def test_an_error_says_nothing_certain_and_is_no_empty_cell(error: str | None, place: int, mark: str | None) -> None:
    rows: list[list[Any]] = [list(row) for row in ROWS]
    rows[2][place] = error
    found = cleaned(rows).dossiers.set_index("code")["marks"]
    assert len(found) == 4
    told = found.fillna("")["H99.12-260302-000002"].split()
    assert (mark in told) if mark else not told
    assert found.drop("H99.12-260302-000002").isna().all(), "and no other dossier is doubted"


def test_an_error_in_the_column_of_codes_is_a_reject() -> None:
    rows: list[list[Any]] = [list(row) for row in ROWS]
    rows[2][0] = "#N/A"
    found = read_page(workbook(("Sổ", rows)), WORKBOOK, source())
    assert codes(found) == [1, 3, 4]
    assert refused(found) == [(3, "code_names_nothing")]
    assert found.lines.read == 3


@pytest.mark.parametrize("media_type", [WORKBOOK, OLD_WORKBOOK])
def test_a_locked_workbook_is_named(media_type: str) -> None:
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(2000)
    with pytest.raises(SourceError, match="protected by a password; save it without one"):
        read_page(locked, media_type, source())
