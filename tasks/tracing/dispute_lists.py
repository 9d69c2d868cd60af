"""Lists of dossiers that another body counts: the codes of a file, whatever else stands in it."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

from config.errors import ConfigError
from config.language import Bilingual
from tasks.reports.stated_documents import read_document

_NATIONAL = re.compile(r"[\w.]+-\d{6}-\d{3,}")
_HEADING = re.compile(r"mã(?: số)?(?: của)? (?:hồ sơ|hs)|số hồ sơ|mã hs|số biên nhận|mahoso|(?:dossier )?code", re.IGNORECASE)


def listed_codes(path: Path) -> list[str]:
    """Return the codes of a list in its order: the column with the heading of a code, else the first.

    Args:
        path: CSV, text, .xlsx, .docx or .pdf.

    Raises:
        ConfigError: it cannot be read, or holds none.
    """
    document = read_document(path)
    tables = document.tables or [_rows(document.text)]
    found = [code for table in tables for code in _codes(table)]
    if not found:
        raise ConfigError(
            str(path),
            Bilingual("không có mã hồ sơ nào", "holds no code of a dossier"),
            Bilingual("danh sách có một cột mã hồ sơ", "a list with a column of codes"),
        )
    return found


def _rows(text: str) -> list[list[str]]:
    lines = text.splitlines()
    first = lines[0] if lines else ""
    return list(csv.reader(lines, delimiter=max(",;\t", key=first.count)))


def _codes(table: Sequence[Sequence[str]]) -> list[str]:
    place, below = 0, 0
    for number, row in enumerate(table):
        headings = [column for column, text in enumerate(row) if _HEADING.fullmatch(" ".join(text.split()))]
        if headings:
            place, below = headings[0], number + 1
            break
    return [_whole(row[place].strip()) for row in table[below:] if place < len(row) and row[place].strip()]


def _whole(code: str) -> str:
    """Return a national code that the narrow cell of a PDF broke as it was; others may have spaces."""
    joined = "".join(code.split())
    return joined if _NATIONAL.fullmatch(joined) else code
