"""Text files as bytes: the true format whatever the name says, and the text in its encoding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from config.errors import ConfigError
from config.language import Bilingual

What = Literal["text", "archive", "old_workbook", "web_page", "xml", "excel_xml", "web_archive", "pdf"]
VIETNAMESE_BYTES = "cp1258"
NO_TABLE: dict[What, str] = {
    "archive": "it is a workbook or another archive, no text; save it as CSV UTF-8",
    "old_workbook": "it is a workbook of the old form, no text; save it as CSV UTF-8",
    "web_page": "it is a web page without this table (perhaps of a login); open it in Excel and save it as .xlsx",
    "xml": "it is an XML file, neither a workbook nor a table of text; open it in Excel and save it as .xlsx",
    "excel_xml": "it is an XML Spreadsheet 2003, whatever its name says; open it in Excel and save it as .xlsx",
    "web_archive": "it is a web archive (MHTML), whatever its name says; open it in Excel and save it as .xlsx",
    "pdf": "it is a PDF; ask for the table itself, as .xlsx or CSV",
}
"""What to say of a file that is no table of text."""

# By their marks first; then the encodings that Vietnamese offices save in.
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_LOOKED_AT = 20_000  # bytes or letters whose look tells a file's kind, its width of letters, its font
_HIGH = bytes(range(0x80, 0x100))
_REPLACED = "\ufffd"
# The first two bytes of a Vietnamese letter whose third is lost: in no other encoding do they stand so before a plain sign.
_CUT_LETTER = re.compile(rb"\xe1[\xba\xbb](?![\x80-\xbf])")
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WEB = re.compile(
    rb"(?:<!--.*?-->|<\?xml[^>]*>|\s)*<(?:!doctype\s+html|html|head|body|table|meta|script|style|div|form)\b", re.I | re.S
)

_EXCEL_XML = re.compile(rb"\s*<[^\x00]{0,2000}?(?:urn:schemas-microsoft-com:office:spreadsheet|progid=.Excel\.Sheet)")
_WEB_ARCHIVE = re.compile(
    rb"\s*(?:mime-version|from|subject|date|x-document-type|content-type)\s*:[^\x00]{0,2000}?multipart/related", re.I
)


@dataclass(frozen=True)
class Decoded:
    """The text of a file.

    Attributes:
        encoding: in which it was read.
        damaged: places at which bytes are no letter; U+FFFD stands there.
        cut: the last letter of the file is one of them: the file was cut off.
    """

    text: str
    encoding: str
    damaged: int = 0
    cut: bool = False


def read_given(path: Path, wanted: Bilingual) -> bytes:
    """Return the bytes of a file that somebody names.

    Args:
        path: the file.
        wanted: what is to be named, for who named what cannot be read.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        why = error.strerror
        raise ConfigError(str(path), Bilingual(f"không đọc được ({why})", f"cannot be read ({why})"), wanted) from None


def what_is(body: bytes) -> What:
    """Tell by its first bytes what a file is; a name tells little."""
    if body.startswith(b"PK\x03\x04"):
        return "archive"
    if body.startswith(b"\xd0\xcf\x11\xe0"):
        return "old_workbook"
    if body.startswith(b"%PDF-"):
        return "pdf"
    start = _ascii_start(body)
    if _WEB.match(start):
        return "web_page"
    if _EXCEL_XML.match(start):
        return "excel_xml"
    if _WEB_ARCHIVE.match(start):
        return "web_archive"
    return "xml" if start.lstrip().startswith(b"<?xml") else "text"


def _ascii_start(body: bytes) -> bytes:
    start = body[:_LOOKED_AT].removeprefix(b"\xef\xbb\xbf")
    wide = start.startswith((b"\xff\xfe", b"\xfe\xff")) or _wide(start) is not None
    return start.lstrip(b"\xff\xfe").replace(b"\x00", b"") if wide else start


def _wide(body: bytes) -> str | None:
    """Return the order of bytes of text with two bytes a letter and no mark: of its plain signs every other byte is nothing."""
    start = body[: _LOOKED_AT // 2 * 2]
    pairs = len(start) // 2
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if pairs >= 4 and odd > 0.3 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    if pairs >= 4 and even > 0.3 * pairs and odd < 0.05 * pairs:
        return "utf-16-be"
    return None


def decode(
    body: bytes, declared: str | None = None, *, code_pages: bool = True, in_font: Callable[[str], bool] = lambda _: False
) -> Decoded:
    """Decode a text file: by its mark, by its declared encoding, as UTF-8 or UTF-16, else in an older code page.

    A byte that is no letter damages its own place and no other: the file is not read in another encoding because of it.

    Args:
        body: the file.
        declared: its encoding, where somebody says so.
        code_pages: text of one byte a letter is read, as Windows-1258 or in the signs of a legacy font.
        in_font: tells of text read byte by byte whether it is in the signs of a legacy font; it comes back so.

    Raises:
        ValueError: it is in none of them; says what was tried.
    """
    marked = next((name for mark, name in _MARKS if body.startswith(mark)), None)
    if declared is not None and marked is None:
        return _declared(body, declared, in_font)
    found = marked or _wide(body)
    if found is not None:
        return _unicode(body, found)
    whole = _whole(body)
    if whole is not None:
        return whole
    damaged = _damaged_utf8(body)
    if damaged is not None:
        return damaged
    if not code_pages:
        raise ValueError(
            Bilingual("không phải văn bản UTF-8; hãy lưu lại dạng CSV UTF-8", "it is not UTF-8 text; save it as CSV UTF-8")
        )
    return _code_page(body, in_font)


def _declared(body: bytes, declared: str, in_font: Callable[[str], bool]) -> Decoded:
    try:
        text = body.decode(declared)
    except LookupError:
        raise ValueError(Bilingual(f"không có bảng mã {declared!r}", f"there is no encoding {declared!r}")) from None
    except UnicodeDecodeError:
        found = _damaged_utf8(body) if declared.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig") else None
        if found is None:
            raise ValueError(Bilingual(f"văn bản không theo bảng mã {declared}", f"the text is not in {declared}")) from None
        return found
    return _code_page(body, in_font) if declared.lower() == VIETNAMESE_BYTES else Decoded(text, declared)


def _unicode(body: bytes, encoding: str) -> Decoded:
    text = body.decode(encoding, "replace")
    bad = text.count(_REPLACED)
    if bad > len(text) // 2:
        raise ValueError(Bilingual(f"văn bản không theo bảng mã {encoding}", f"the text is not in {encoding}"))
    return Decoded(text, encoding, bad, text.endswith(_REPLACED))


def _whole(body: bytes) -> Decoded | None:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if len(_NO_TEXT.findall(text[:_LOOKED_AT])) > min(len(text), _LOOKED_AT) // 4:
        raise ValueError(Bilingual("không phải văn bản", "it is no text"))
    return Decoded(text, "utf-8")


def _damaged_utf8(body: bytes) -> Decoded | None:
    """Read text most of whose letters are UTF-8, or that has one cut in two as only UTF-8 has it; else None."""
    text = body.decode("utf-8-sig", "replace")
    bad = text.count(_REPLACED)
    good = len(text) - _plain(body) - bad
    if bad <= good or (good == 0 and bad <= 2 and _CUT_LETTER.search(body)):
        return Decoded(text, "utf-8", bad, text.endswith(_REPLACED))
    return None


def _plain(body: bytes) -> int:
    return len(body.translate(None, _HIGH))


def _code_page(body: bytes, in_font: Callable[[str], bool]) -> Decoded:
    signs = body.decode("latin-1")
    if len(_NO_TEXT.findall(signs[:_LOOKED_AT])) > min(len(signs), _LOOKED_AT) // 20:
        raise ValueError(Bilingual("không phải văn bản", "it is no text"))
    if in_font(signs[:_LOOKED_AT]):
        return Decoded(signs, "latin-1")
    text = body.decode(VIETNAMESE_BYTES, "replace")
    bad = text.count(_REPLACED)
    if bad * 20 > len(text) - _plain(body):
        raise ValueError(
            Bilingual("văn bản không theo bảng mã UTF-8 hoặc Windows-1258", "the text is not in UTF-8 or Windows-1258")
        )
    # The code page writes most tones as signs of their own behind the letter.
    return Decoded(unicodedata.normalize("NFC", text), VIETNAMESE_BYTES, bad)
