"""Small tables made by hand, in whatever form they were saved: text, workbook or web page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from config.language import Bilingual
from config.small_tables import IsHeading, SmallTable, table_of, text_table
from config.text_bytes import NO_TABLE, decode, what_is
from tasks.sources.formats.records import text
from tasks.sources.tables.web_tables import tables_of
from tasks.sources.tables.workbooks import open_sheets

MAX_TABLE_ROWS = 100_000


def small_table(body: bytes, is_heading: IsHeading, *, code_pages: bool = False, skip_spaces: bool = False) -> SmallTable:
    """Read a file; of a workbook or a web page the one table with the headings.

    Args:
        body: the file.
        is_heading: tells the row of headings.
        code_pages: text that is not Unicode is read too.
        skip_spaces: in text, spaces behind a delimiter do not count.

    Raises:
        ValueError: it is no table, which says what it is; or several sheets have these headings and rows below them.
    """
    kind = what_is(body)
    if kind not in ("archive", "old_workbook", "web_page"):
        return text_table(body, is_heading, code_pages=code_pages, skip_spaces=skip_spaces)
    sheets = _web_rows(body) if kind == "web_page" else _sheet_rows(body)
    tables = [table_of(enumerate(rows, 1), is_heading) for rows in sheets]
    with_headings = [table for table in tables if table.found]
    filled = [table for table in with_headings if table.rows]
    if len(filled) > 1:
        raise ValueError(_several(len(filled)))
    if not with_headings and kind == "web_page":
        raise ValueError(NO_TABLE[kind])
    return next(iter((*filled, *with_headings, *tables)), SmallTable((), (), found=False))


def _several(count: int) -> Bilingual:
    return Bilingual(
        f"{count} trang tính (hoặc bảng) cùng có các tiêu đề này và có dòng bên dưới, không dòng nào được đọc; "
        "hãy gộp thành một trang tính hoặc gửi mỗi trang một tệp",
        f"{count} sheets (or tables) have these headings and rows below them, and none was read; "
        "put them into one sheet or send a file for each",
    )


def _web_rows(body: bytes) -> Iterator[Sequence[Sequence[str]]]:
    yield from (table.rows for table in tables_of(decode(body).text))


def _sheet_rows(body: bytes) -> Iterator[Sequence[Sequence[str]]]:
    for sheet in open_sheets(body, None):
        yield [[text(cell) or "" for cell in row] for row in islice(sheet.rows, MAX_TABLE_ROWS)]
