"""Documents of others with figures in them: text, .docx, .xlsx and .pdf, as running text and tables."""

from __future__ import annotations

import io
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree  # nosec B405

from config.errors import ConfigError
from config.language import Bilingual
from config.text_bytes import NO_TABLE, decode, read_given, what_is
from tasks.sources.tables.workbooks import open_sheets

STATED_WANTED = Bilingual(
    "tệp .docx, .xlsx, .pdf hoặc văn bản .txt; chép nội dung báo cáo vào đó",
    "a .docx, .xlsx, .pdf or .txt file; copy the report into it",
)
"""What is to be named in the place of a file that cannot be read."""
_DOCUMENT = "word/document.xml"
_MOST_BYTES = 50_000_000  # of a document's text; a report of a thousand pages has a tenth
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # says again what stands beside it
_DIGITS = 3  # of a share in percent that a formula made


@dataclass(frozen=True)
class StatedDocument:
    """What a report says.

    Attributes:
        text: its paragraphs, in NFC.
        tables: text of each cell of each table, row by row; one that spans several stands in each of them.
    """

    text: str
    tables: list[list[list[str]]]


def read_document(path: Path) -> StatedDocument:
    """Read a report.

    Raises:
        ConfigError: it cannot be read, or is of another form.
    """
    body = read_given(path, STATED_WANTED)
    kind = what_is(body)
    try:
        if kind == "text":
            return StatedDocument(unicodedata.normalize("NFC", decode(body).text), [])
        if kind == "archive":
            return _of_word(body) if _is_of_word(body) else StatedDocument("", list(_sheets(body)))
        if kind == "pdf":
            return _of_pdf(body)
    except ValueError as error:
        raise _refused(path, error.args[0]) from None
    raise _refused(path, Bilingual("không phải báo cáo đọc được", NO_TABLE[kind]))


def _refused(path: Path, why: object) -> ConfigError:
    told = why if isinstance(why, Bilingual) else Bilingual("không đọc được", str(why))
    return ConfigError(str(path), told, STATED_WANTED)


def _sheets(body: bytes) -> Iterator[list[list[str]]]:
    for sheet in open_sheets(body, None):
        cells = [[_plain(cell) for cell in row] for row in sheet.rows]
        for first, last, left, right in sheet.spans:
            for row in cells[first : last + 1]:
                row += [""] * (right + 1 - len(row))
                row[left : right + 1] = [cells[first][left]] * (right + 1 - left)
        yield cells


def _plain(cell: object) -> str:
    """Write a cell as a report does; a part of one is a share."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return unicodedata.normalize("NFC", cell) if isinstance(cell, str) else ""
    if float(cell).is_integer():
        return str(int(cell))
    value = Decimal(str(cell))
    share = abs(value) < 1
    written = f"{round(value * 100, _DIGITS) if share else value:f}"
    written = (written.rstrip("0").rstrip(".") if "." in written else written).replace(".", ",")
    return f"{written}%" if share else written


def _is_of_word(body: bytes) -> bool:
    try:
        return _DOCUMENT in zipfile.ZipFile(io.BytesIO(body)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False  # whoever opens it as a workbook says what is wrong


def _of_pdf(body: bytes) -> StatedDocument:
    from tasks.reports.stated_pdf import read_pdf  # whose libraries take half a second

    report = read_pdf(body)
    return StatedDocument("\n".join(report.paragraphs), report.tables)


def _of_word(body: bytes) -> StatedDocument:
    """Read a document of a word processor: text as it stands, without what was deleted."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)).open(_DOCUMENT) as stream:
            content = stream.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES or b"!DOCTYPE" in content.replace(b"\0", b""):
            raise ValueError(Bilingual("nở ra nhiều hơn mức cho phép", "grows beyond what is allowed"))
        # Without a document type there is nothing to expand.
        root = ElementTree.fromstring(content)  # noqa: S314  # nosec B314
    # NotImplementedError: packed in a way that Python does not know.
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error, ElementTree.ParseError):
        raise ValueError(Bilingual("tệp bị hỏng hoặc có mật khẩu", "the file is damaged or encrypted")) from None
    texts: list[str] = []
    tables: list[list[list[str]]] = []
    for block in _blocks(root):
        if block.tag == f"{_W}tbl":
            tables.append(_table(block))
        else:
            texts.append(_text(block))
    return StatedDocument(unicodedata.normalize("NFC", "\n".join(texts)), tables)


def _blocks(element: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Yield paragraphs and tables in order, also those that something frames."""
    for child in element:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag != _FALLBACK:
            yield from _blocks(child)


def _text(element: ElementTree.Element) -> str:
    return "".join(_texts(element))


def _texts(element: ElementTree.Element) -> Iterator[str]:
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
            yield " "
        elif child.tag != _FALLBACK:
            yield from _texts(child)
            yield " " if child.tag == f"{_W}p" else ""


def _table(element: ElementTree.Element) -> list[list[str]]:
    rows: list[list[str]] = []
    for line in element.iter(f"{_W}tr"):
        row = [""] * _number(line.find(f"{_W}trPr/{_W}gridBefore"), 0)
        for cell in line.iter(f"{_W}tc"):
            merged = cell.find(f"{_W}tcPr/{_W}vMerge")
            goes_on = merged is not None and merged.get(f"{_W}val") != "restart"
            text = _above(rows, len(row)) if goes_on else unicodedata.normalize("NFC", _text(cell).strip())
            row += [text] * _number(cell.find(f"{_W}tcPr/{_W}gridSpan"), 1)
        rows.append(row)
    return rows


def _above(rows: Sequence[Sequence[str]], place: int) -> str:
    return rows[-1][place] if rows and place < len(rows[-1]) else ""


def _number(element: ElementTree.Element | None, otherwise: int) -> int:
    given = element.get(f"{_W}val", "") if element is not None else ""
    return min(int(given), 200) if given.isdigit() else otherwise
