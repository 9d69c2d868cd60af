"""PDF reports of others: running text outside their ruled tables, and the text of each cell.

A PDF says where letters stand and not what they are. So lines of a page are joined to paragraphs as a reader does, a table is
where lines are drawn, and one that goes on over the next page is one. A page that is a picture says nothing, and that is told.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from config.language import Bilingual

_MOST_PAGES = 300  # a report has ten; a page takes a tenth of a second
_DAMAGED = Bilingual("tệp bị hỏng hoặc có mật khẩu", "the file is damaged or encrypted")
_LONG = Bilingual(f"dài hơn {_MOST_PAGES} trang", f"longer than {_MOST_PAGES} pages")
_SCANNED = Bilingual(
    "bản quét, có trang chỉ là ảnh, không có chữ", "scanned: a page is a picture without text; nothing can be read from it"
)
_ENDS = re.compile(r"[.;:!?]\s*$")  # of a paragraph
_BEGINS = re.compile(r"\s*(?:[-+*•–]\s|\d{1,2}[.)]\s|[IVX]+\.\s|[a-zđ]\)\s)")  # an item of a list
_SYLLABLE = re.compile(r"[aeiouyAEIOUY0-9]|[^\w\s]")  # after marks are taken off: others are half of one
_PICTURE = 0.5  # of a page's area

_Box = tuple[float, float, float, float]  # left, top, right, bottom in points


class PdfReport(NamedTuple):
    """Text of a PDF: paragraphs in order, and tables as rows of cells; one that spans several stands in each."""

    paragraphs: list[str]
    tables: list[list[list[str]]]


def read_pdf(body: bytes) -> PdfReport:
    """Read text and ruled tables.

    Raises:
        ValueError: a :class:`Bilingual` why it cannot be read: damaged, encrypted, scanned or too long.
    """
    lines: list[str] = []
    tables: list[list[list[str]]] = []
    try:
        with pdfplumber.open(io.BytesIO(body), unicode_norm="NFC") as document:
            if len(document.pages) > _MOST_PAGES:
                raise ValueError(_LONG)
            goes_on = False
            for page in document.pages:
                if not page.chars and any(_area(_box(image)) > _PICTURE * page.width * page.height for image in page.images):
                    raise ValueError(_SCANNED)
                text, found, reaches_end = _page(page)
                for table in found:
                    if goes_on and not text.before_tables and len(table[0]) == len(tables[-1][0]):
                        _continue(tables[-1], table)
                    else:
                        tables.append(table)
                    goes_on = False
                lines += text.lines
                goes_on = reaches_end
                page.close()  # what it held of the page is given back
    # Parsers of damaged files end in whatever they stumble over.
    except (
        PdfminerException,
        PDFPasswordIncorrect,
        PDFEncryptionError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        RecursionError,
    ):
        raise ValueError(_DAMAGED) from None
    return PdfReport(_paragraphs(lines), tables)


class _PageText(NamedTuple):
    lines: list[str]
    before_tables: bool  # whether text stands above the first table


def _page(page: Any) -> tuple[_PageText, list[list[list[str]]], bool]:
    """Return the text outside tables, the tables, and whether nothing but the page's number stands below the last."""
    found = sorted(page.find_tables(), key=lambda table: table.bbox[1])
    found = [table for table in found if len(table.cells) > 1]
    boxes = [table.bbox for table in found]
    outside = page.filter(lambda thing: thing["object_type"] != "char" or not any(_within(thing, box) for box in boxes))
    lines = [line for line in outside.extract_text_lines(return_chars=False) if not re.fullmatch(r"[\d\s/]+", line["text"])]
    top = boxes[0][1] if boxes else 0.0
    bottom = boxes[-1][3] if boxes else page.height
    text = _PageText([line["text"] for line in lines], any(line["top"] < top for line in lines))
    return text, [_cells(table) for table in found], bool(boxes) and not any(line["top"] > bottom for line in lines)


def _cells(table: Any) -> list[list[str]]:
    """Return the text of each place of a table's grid: that of the cell which lies there."""
    lefts = sorted({cell[0] for cell in table.cells})
    tops = sorted({cell[1] for cell in table.cells})
    texts = {cell: _text(table.page, cell) for cell in table.cells}
    return [[_at(texts, left, top) for left in lefts] for top in tops]


def _at(texts: dict[_Box, str], left: float, top: float) -> str:
    x, y = left + 0.5, top + 0.5
    return next((text for (x0, y0, x1, y1), text in texts.items() if x0 <= x < x1 and y0 <= y < y1), "")


def _text(page: Any, cell: _Box) -> str:
    """Return the text of the letters whose middle lies in a cell: the next line's accents may reach into it."""
    return _unbroken(page.filter(lambda thing: thing["object_type"] == "char" and _within(thing, cell)).extract_text())


def _unbroken(text: str) -> str:
    """Join the lines of a cell; half of a syllable or of a code at the end or beginning of one belongs to its other half."""
    joined = ""
    for line in text.split("\n"):
        left, right = joined.rsplit(" ", 1)[-1], line.split(" ", 1)[0]
        halves = (len(left) > 1 and left.endswith("-")) or not (_is_whole(left) and _is_whole(right))
        joined += line if halves or not joined else f" {line}"
    return joined.strip()


def _is_whole(word: str) -> bool:
    return bool(_SYLLABLE.search(unicodedata.normalize("NFD", word)))


def _continue(table: list[list[str]], rest: Sequence[list[str]]) -> None:
    """Add the rows of the next page; headings repeated there are left out, and a row cut by the page's end is made whole."""
    same = 0
    while same < min(len(table), len(rest)) and table[same] == rest[same]:
        same += 1
    below = list(rest[same:])
    if below and _is_rest_of(table[-1], below[0]):
        table[-1] = [_unbroken(f"{upper}\n{lower}") for upper, lower in zip(table[-1], below.pop(0), strict=True)]
    table += below


def _is_rest_of(row: Sequence[str], below: Sequence[str]) -> bool:
    """Tell whether a row is the rest of the one above: lines of its longer cells, and none where that one is empty."""
    goes_on = [bool(lower) for lower in below]
    return not below[0] and 2 * sum(goes_on) < sum(map(bool, row)) and all(row[at] for at, cell in enumerate(goes_on) if cell)


def _paragraphs(lines: Sequence[str]) -> list[str]:
    return list(_joined(lines))


def _joined(lines: Sequence[str]) -> Iterator[str]:
    whole = ""
    for line in lines:
        if whole and (_ENDS.search(whole) or _BEGINS.match(line)):
            yield whole
            whole = ""
        whole = f"{whole} {line}".strip()
    if whole:
        yield whole


def _within(thing: dict[str, Any], box: _Box) -> bool:
    x, y = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _box(thing: dict[str, Any]) -> _Box:
    return thing["x0"], thing["top"], thing["x1"], thing["bottom"]


def _area(box: _Box) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)
