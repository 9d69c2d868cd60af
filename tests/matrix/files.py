"""Files with damaged bytes, lines or cells: each line is a record, a reject, blank or above the table; or the file is refused."""

from __future__ import annotations

import io
import random
import re
import time
import unicodedata
import zipfile
from collections.abc import Callable
from functools import cache

import pandas as pd
import xlsxwriter

from config.errors import MotcuaError
from config.language import bilingual
from config.sources import Source
from schemas.reference import UNITS
from tasks.loading.cleaned_pages import clean
from tasks.sources.pages import read_page
from tasks.sources.parsed_records import ParsedRecords, concatenated
from tasks.sources.protocol import CSV, JSON, JSON_LINES, WORKBOOK
from tests.matrix.row import Outcome, chance_of, row

KEY = b"k" * 32
ROWS_OF_FILE = 30
_SLOWEST = 1.0  # seconds
_TOGETHER = 50  # files that are cleaned together
_HEADINGS = ("Mã hồ sơ", "Thủ tục", "Ngày nhận", "Chủ hồ sơ", "Ghi chú")
_COLUMNS = {"code": "Mã hồ sơ", "procedure_code": "Thủ tục", "received_at": "Ngày nhận", "applicant_name": "Chủ hồ sơ"}
_SPLICES = (
    b'"',
    b'""',
    b";",
    b",",
    b"\t",
    b"\r",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"=1+1",
    b"\x1a",
    b"\xc3",
    b"<",
    b"&x;",
)
_LINE = re.compile(rb"\r\n|\r|\n")


def _cells(number: int) -> list[str]:
    return [
        f"H99.12-260303-{number:04d}",
        f"1.{number:06d}",
        f"{1 + number % 28:02d}/03/2026 08:00",
        "Nguyễn Thị Canary",
        "x",
    ]


def _text(delimiter: str, end: str = "\n", encoding: str = "utf-8") -> bytes:
    lines = [delimiter.join(cells) for cells in (_HEADINGS, *map(_cells, range(ROWS_OF_FILE)))]
    return (end.join(lines) + end).encode(encoding)


def _workbook() -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    for place, cells in enumerate((_HEADINGS, *map(_cells, range(ROWS_OF_FILE)))):
        sheet.write_row(place, 0, cells)
    book.close()
    return buffer.getvalue()


def _objects() -> list[str]:
    found = [dict(zip(("ma", "tthc", "nhan"), _cells(number), strict=False)) for number in range(ROWS_OF_FILE)]
    return [str(one).replace("'", '"') for one in found]


@cache
def bases() -> tuple[tuple[str, bytes], ...]:
    """Return sound files: media type and bytes."""
    texts = (_text(","), _text(";", "\r\n", "utf-8-sig"), _text("\t"), _text("|", "\r"), _text(",", encoding="utf-16"))
    objects = _objects()
    return (
        *((CSV, text) for text in texts),
        (CSV, "\n".join(f'"{cell}"' for cell in _cells(1)).encode()),
        *[(WORKBOOK, _workbook())] * 3,
        (JSON, f"[{','.join(objects)}]".encode()),
        (JSON_LINES, "\n".join(objects).encode()),
    )


@cache
def _source(media_type: str) -> Source:
    columns = {"code": "ma", "procedure_code": "tthc", "received_at": "nhan"} if media_type in (JSON, JSON_LINES) else _COLUMNS
    given = {"name": "odd", "title": "Odd", "kind": "files", "profile": "table", "files": {"folder": "/x"}}
    return Source.model_validate({**given, "columns": columns})


def _damaged(chance: random.Random, body: bytes) -> bytes:
    """Change bytes anywhere."""
    changed = bytearray(body)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(len(changed) or 1)
        match chance.randrange(6):
            case 0:
                changed[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del changed[at : at + chance.choice((1, 2, 100))]
            case 2:
                changed[at:at] = chance.choice(_SPLICES)
            case 3:
                changed[at:at] = changed[at : at + chance.choice((10, 500))]
            case 4:
                changed[at : at + 50] = bytes(len(changed[at : at + 50]))
            case _:
                del changed[chance.randrange(at, len(changed) + 1) :]
    return bytes(changed)


def _other_lines(chance: random.Random, body: bytes) -> bytes:
    """Drop, repeat, empty, part or join lines."""
    lines = body.splitlines(keepends=True)
    for _ in range(chance.choice((1, 2, 5))):
        at = chance.randrange(len(lines) or 1)
        match chance.randrange(5):
            case 0:
                del lines[at : at + 1]
            case 1:
                lines[at:at] = lines[at : at + 1]
            case 2:
                lines[at:at] = [chance.choice((b"\n", b" \n", b";;;;\n", b",,,,\n", b"\r\n"))]
            case 3:
                lines[at : at + 1] = [line.rstrip() for line in lines[at : at + 1]]
            case _:
                chance.shuffle(lines)
    return b"".join(lines)


def _inside(chance: random.Random, body: bytes) -> bytes:
    """Damage one part of a workbook and pack it again, so that what reads it gets that far."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as before, zipfile.ZipFile(packed, "w") as after:
        names = before.namelist()
        chosen = chance.choice(
            [name for name in names if "sheet" in name or "shared" in name] if chance.random() < 0.7 else names
        )
        for name in names:
            part = before.read(name)
            after.writestr(name, chance.choice((_damaged, _other_lines))(chance, part) if name == chosen else part)
    return packed.getvalue()


@row("files", count=10_000)
def files(outcome: Outcome, seed: int, count: int) -> None:
    """Make damaged files and read each."""
    waiting = _Waiting()
    for part in range(count):
        chance = chance_of(seed, part)
        media_type, body = chance.choice(bases())
        ways: list[Callable[[random.Random, bytes], bytes]] = [_damaged, _other_lines]
        if media_type == WORKBOOK:
            ways = [_damaged, _inside, _inside, _inside]
        _read(outcome, waiting, media_type, chance.choice(ways)(chance, body), f"part {part}, {media_type}")
    waiting.clean_all(outcome)


def _read(outcome: Outcome, waiting: _Waiting, media_type: str, body: bytes, where: str) -> None:
    source, began = _source(media_type), time.process_time()
    kind, good = "read", True
    try:
        found = read_page(body, media_type, source)
        _judge(outcome, found, media_type, body)
        waiting.add(outcome, media_type, found, body)
    except _MisplacedError as error:
        kind, good = "wrong", False
        outcome.lost += 1
        outcome.tell(f"{where}: {error}")
    except MotcuaError as error:
        said = bilingual(error)
        kind, good = "refused", bool(said.vi and said.en and said.vi != said.en)
        outcome.leaked += "Canary" in said.en
    except Exception as error:
        kind, good = "traceback", False
        outcome.tell(f"{where}: {type(error).__name__}: {error!s:.200}")
    seconds = time.process_time() - began
    outcome.slowest = max(outcome.slowest, seconds)
    if seconds > _SLOWEST:
        good = False
        outcome.tell(f"{where}: it took {seconds:.1f} s")
    outcome.note(kind, recovered=good)


class _MisplacedError(Exception):
    """Something of a file is neither read nor rejected, or is both."""


def _judge(outcome: Outcome, found: ParsedRecords, media_type: str, body: bytes) -> None:
    dossiers, rejected = found.dossiers["page_position"].tolist(), found.rejected["page_position"].tolist()
    twice = len(dossiers) + len(rejected) - len({*dossiers, *rejected})
    if twice:
        outcome.twice += twice
        raise _MisplacedError(f"{twice} places are both read and rejected, or are read twice")
    lines = found.lines
    if media_type in (CSV, WORKBOOK) and (lines.read != len(dossiers) or lines.rejected < len(rejected)):
        raise _MisplacedError(f"{lines}, and {len(dossiers)} were read, {len(rejected)} rejected")
    if media_type == CSV and b"\0" not in body and lines.physical != (counted := _counted(body)):
        raise _MisplacedError(f"the file has {counted} lines and not {lines.physical}")


class _Waiting:
    """Files that were read and wait to be cleaned together; of each kind those of one source."""

    def __init__(self) -> None:
        self._found: dict[str, list[ParsedRecords]] = {}
        self._met: set[bytes] = set()

    def add(self, outcome: Outcome, media_type: str, found: ParsedRecords, body: bytes) -> None:
        """Keep what a file says, and clean when there are many; the landing zone keeps the same bytes once."""
        if body in self._met:
            return
        self._met.add(body)
        self._found.setdefault(media_type, []).append(found)
        if len(self._found[media_type]) == _TOGETHER:
            self._clean(outcome, media_type)

    def clean_all(self, outcome: Outcome) -> None:
        """Clean the rest."""
        for media_type in list(self._found):
            self._clean(outcome, media_type)

    def _clean(self, outcome: Outcome, media_type: str) -> None:
        read = concatenated(self._found.pop(media_type))
        cleaned = clean(read, _source(media_type), UNITS.frame(), KEY)
        loaded, rejected = _places(cleaned.dossiers), _places(cleaned.rejected)
        codes = {code.partition("~")[0] for code in cleaned.dossiers["code"]}
        places = zip(read.dossiers["page_digest"], read.dossiers["page_position"], strict=True)
        given = zip(places, read.dossiers["code"].tolist(), strict=True)
        lost = [code for place, code in given if place not in loaded | rejected and _plain(code) not in codes]
        outcome.lost += len(lost)
        outcome.twice += len(loaded & rejected)
        leaked = [
            line for line in (cleaned.dossiers.to_csv() + cleaned.rejected.to_csv()).splitlines() if "canary" in line.lower()
        ]
        outcome.leaked += len(leaked)
        if leaked:
            outcome.tell(f"{media_type}: a planted person goes on: {leaked[0]:.200}")
        if lost:
            outcome.tell(f"{media_type}: {len(lost)} records are nowhere once cleaned, such as {lost[0]!r}")


def _places(frame: pd.DataFrame) -> set[tuple[str, int]]:
    return set(zip(frame["page_digest"], frame["page_position"], strict=True))


def _plain(code: object) -> str:
    """Return a code as it is compared: upper case, without what does not print."""
    text = unicodedata.normalize("NFKC", str(code)).upper()
    return "".join(sign for sign in text if unicodedata.category(sign)[0] not in "ZC").replace("_", "-")


def _counted(body: bytes) -> int:
    ends = len(_LINE.findall(body))
    return ends + bool(body and body[-1:] not in (b"\r", b"\n"))
