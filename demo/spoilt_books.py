"""Spoilt text tables as offices really send them, one habit a book (law 6.2).

Each breaks RFC 4180 in another way. What a habit destroys is in the truth: a row that cannot be read may be kept as a
reject (``absent``), never misread.
"""

from __future__ import annotations

import copy
import csv
import html
import io
from collections.abc import Callable, Sequence
from pathlib import Path

from demo.calendar import DAY, DAY_IS_WORKED, date_of, day_number, first_worked_minute, moment_of
from demo.judge import judge
from demo.model import Dossier
from demo.scene import Scene, UnfitError
from demo.workbooks import CHANNEL_WORDS, STATUS_WORDS

HEADINGS = ("Mã hồ sơ", "Mã TTHC", "Đơn vị tiếp nhận", "Hình thức nộp", "Người nộp", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày giải quyết xong", "Ngày trả kết quả", "Trạng thái")  # fmt: skip
BOOKS = ("plain", "stray_quote", "extra_cell", "cut_last", "bad_byte", "semicolons", "sep_line", "title_rows", "utf16", "tabs", "heading_twice", "web_page", "exported_again_shifted")  # fmt: skip
NAME = HEADINGS.index("Người nộp")
SOURCES = ("registers", "villages", "wards")
_HIT = 4  # each so many rows of a book with a habit of single rows
_SAME_FORM = 12  # days that can be months
Row = list[str]


def put_into_book(dossier: Dossier, kind: str, scene: Scene) -> None:
    """Move a dossier into the book of that habit."""
    dossier.source = "registers"
    dossier.view.raw = {"book": kind}
    hit = kind in ("stray_quote", "extra_cell") and scene.rng.randrange(_HIT) == 0
    if hit:
        dossier.view.raw["hit"] = "yes"
        dossier.also = ("absent", "undetermined")
    if kind in ("stray_quote", "semicolons", "tabs", "utf16"):
        dossier.also = ("absent", "undetermined")  # the rest of the file may be refused, if aloud


def put_into_village(dossier: Dossier, scene: Scene) -> None:
    """A book of free codes in which every day is below 13: whether day or month comes first stands nowhere."""
    if not _can_swap(dossier.received) or not _can_swap(scene.due(dossier)):
        raise UnfitError
    first, last = dossier.received // DAY + 1, min(scene.due(dossier) // DAY + 20, scene.now // DAY - 1)
    days = [day for day in range(first, last) if DAY_IS_WORKED[day] and _can_swap(day * DAY)]
    if not days:
        raise UnfitError
    scene.retell(dossier, scene.rng.choice(days) * DAY + 10 * 60)
    dossier.source, dossier.code = "villages", f"HS-{dossier.number}"
    dossier.view.raw = {"book": "villages"}
    other = copy.copy(dossier)
    other.shown = copy.copy(dossier.view)
    own, swapped = dossier.view, other.view
    other.received, other.ended = _swapped(dossier.received), _swapped(dossier.ended)
    swapped.received, swapped.due, swapped.done = (_swapped(at) for at in (own.received, own.due, own.done))
    same = other.ended >= other.received and other.ended < scene.now
    if same and judge(other, scene.now).verdict == judge(dossier, scene.now).verdict:
        dossier.also = ("undetermined",)
    elif not same:
        dossier.also = ("undetermined",)  # the other reading ends before it begins, or after the day: one is left
    else:
        dossier.decidable = False


def put_into_ward(dossier: Dossier, scene: Scene) -> list[Dossier]:
    """A number given out again in the next year's book: two dossiers, the first one late or the second."""
    if moment_of(dossier.received).year != 2025 or date_of(dossier.received).month > 2:
        raise UnfitError
    late = scene.rng.random() < 0.5
    scene.retell(dossier, scene.overdue(dossier) if late else scene.timely(dossier))
    again = copy.copy(dossier)
    received = first_worked_minute((day_number(date_of(dossier.received).replace(year=2026))) * DAY + dossier.received % DAY)
    again.received = again.submitted = received
    again.number = dossier.number + 500_000
    if scene.catalogue.version(again.procedure, again.channel, date_of(received)) is None:
        raise UnfitError
    version = scene.catalogue.version(again.procedure, again.channel, date_of(received))
    if version is None or version.limit != dossier.limit or scene.due(again) >= scene.now - 2 * DAY:
        raise UnfitError
    scene.retell(again, scene.timely(again) if late else scene.overdue(again))
    for one, year in ((dossier, 2025), (again, 2026)):
        one.source, one.code = "wards", f"{dossier.number % 100_000:05d}"
        one.view.raw = {"book": f"wards-{year}"}
    return [again]


def _can_swap(minute: int) -> bool:
    moment = moment_of(minute)
    return moment.day <= _SAME_FORM


def _swapped(minute: int | None) -> int:
    if minute is None:
        raise UnfitError
    day = date_of(minute)
    swapped = minute + (day.replace(month=day.day, day=day.month) - day).days * DAY
    if swapped < 0:
        raise UnfitError
    return swapped


def write_books(dossiers: Sequence[Dossier], folder: Path) -> dict[str, int]:
    """Write all books below a folder; return the number of rows by file, headings and titles not counted."""
    books: dict[tuple[str, str], list[Dossier]] = {}
    for source in SOURCES:
        (folder / source).mkdir(parents=True, exist_ok=True)
    for dossier in dossiers:
        if dossier.source in SOURCES:
            books.setdefault((dossier.source, dossier.view.raw["book"]), []).append(dossier)
    counts: dict[str, int] = {}
    for (source, book), mine in sorted(books.items()):
        ordered = sorted(mine, key=lambda one: (one.received, one.number))
        counts |= {f"{source}/{name}": len(mine) for name in _write(folder / source, book, ordered)}
    return counts


def _row(dossier: Dossier) -> Row:
    shown = dossier.view
    times = (shown.received, shown.due, shown.done, shown.returned)
    when = ("" if at is None else f"{moment_of(at):%d/%m/%Y %H:%M}" for at in times)
    name = dossier.person.name
    return [
        dossier.code,
        shown.procedure,
        shown.unit_name,
        CHANNEL_WORDS[shown.channel],
        name,
        *when,
        STATUS_WORDS[shown.status],
    ]


def _text(rows: Sequence[Row], delimiter: str = ",", headings: Sequence[str] = HEADINGS) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n").writerows([headings, *rows])
    return buffer.getvalue()


def _write(folder: Path, book: str, dossiers: Sequence[Dossier]) -> list[str]:
    """Write one book with its habit; return the names of its files."""
    name = f"so-{book.replace('_', '-')}"
    rows = [_row(dossier) for dossier in dossiers]
    hit = [place for place, dossier in enumerate(dossiers) if "hit" in dossier.view.raw]
    files = {f"{name}.{'xls' if book == 'web_page' else 'csv'}": _HABITS.get(book, _plain)(rows, hit)}
    if book == "exported_again_shifted":
        files[f"{name} (2).csv"] = _plain([[*row[1:], ""] for row in rows], hit)
    for each, content in files.items():
        (folder / each).write_bytes(content)
    return list(files)


def _plain(rows: Sequence[Row], _: Sequence[int]) -> bytes:
    return _text(rows).encode("utf-8-sig")


def _stray_quote(rows: Sequence[Row], hit: Sequence[int]) -> bytes:
    return _with_raw(rows, hit, lambda row: [*row[:NAME], f'"{row[NAME]}', *row[NAME + 1 :]])


def _extra_cell(rows: Sequence[Row], hit: Sequence[int]) -> bytes:
    return _with_raw(rows, hit, lambda row: [*row[:NAME], row[NAME].replace(" ", ", ", 1), *row[NAME + 1 :]])


def _cut_last(rows: Sequence[Row], _: Sequence[int]) -> bytes:
    whole = _text(rows).encode()
    return whole[: len(whole) - 20 - len(rows[-1][-1].encode())]


def _bad_byte(rows: Sequence[Row], _: Sequence[int]) -> bytes:
    name = rows[0][NAME].encode()
    return _text(rows).encode().replace(name, name[:-1] + b"\xe1", 1)


def _heading_twice(rows: Sequence[Row], _: Sequence[int]) -> bytes:
    return _text([[*row, ""] for row in rows], headings=[*HEADINGS, "Ngày hẹn trả"]).encode("utf-8-sig")


def _title_rows(rows: Sequence[Row], _: Sequence[int]) -> bytes:
    title = "SỞ CỦA TỈNH MỘC LAM,,,\r\nSỔ THEO DÕI HỒ SƠ NĂM 2025,,,\r\n\r\n"
    return (title + _text(rows)).encode("utf-8-sig")


def _web_page(rows: Sequence[Row], _: Sequence[int]) -> bytes:
    """Return what many systems call an export to Excel: a table of a web page."""
    lines = ["<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in (HEADINGS, *rows)]
    head = '<html><head><meta charset="utf-8"></head><body><table border="1">'
    return "\n".join([head, *lines, "</table></body></html>", ""]).encode()


def _with_raw(rows: Sequence[Row], hit: Sequence[int], change: Callable[[Row], Row]) -> bytes:
    """Join the rows by hand, so that a changed cell stays as it was typed."""
    lines = [_text([row]).splitlines()[1] for row in rows]
    for place in hit:
        lines[place] = ",".join(change(rows[place]))
    return ("\r\n".join([_text([]).strip(), *lines]) + "\r\n").encode()


_HABITS: dict[str, Callable[[Sequence[Row], Sequence[int]], bytes]] = {
    "stray_quote": _stray_quote,
    "extra_cell": _extra_cell,
    "cut_last": _cut_last,
    "bad_byte": _bad_byte,
    "semicolons": lambda rows, _: _text(rows, ";").encode(),
    "sep_line": lambda rows, _: ("sep=;\r\n" + _text(rows, ";")).encode(),
    "tabs": lambda rows, _: _text(rows, "\t").encode(),
    "heading_twice": _heading_twice,
    "title_rows": _title_rows,
    "web_page": _web_page,
    "utf16": lambda rows, _: _text(rows, "\t").encode("utf-16"),
}
