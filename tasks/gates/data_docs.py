"""Data Docs: results of the gates, one page a day, and an index of the newest days.

A page costs the same however many there are: the index reads first lines, and old pages are forgotten.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta
from pathlib import Path

from config.language import translate
from tasks.gates.day_page import GateResult, about, counts, heads, opening, page, title
from tasks.gates.engine import is_loaded
from tasks.reports.list_files import write_whole
from tasks.warehouse.rows import fetch_as, fetch_column

NEWEST_PAGES = 60  # days that the index lists
_RESULTS = """
    SELECT gate, subject, expectation, success, checked, unexpected FROM quality.gate_results WHERE as_of = %(as_of)s
"""
_DAYS = """
    SELECT DISTINCT as_of FROM quality.gate_results
    WHERE as_of >= (SELECT max(as_of) FROM quality.gate_results WHERE as_of < now()) - %(days)s ORDER BY as_of
"""
_FILE = re.compile(r"\d{4}-\d\d-\d\d\.html")
# A page's first line: a digest of what it was made of, promises held, all promises. Whoever makes pages otherwise counts up.
_MADE = "1"
_HEAD = re.compile(r"<!-- [0-9a-f]{64} (\d+) (\d+) -->")
_HEAD_LENGTH = 100


def write_data_docs(as_of: date, folder: Path, *, may_wait: bool = False) -> Path | None:
    """Bring the page of a day's gates and the index up to date.

    Args:
        as_of: the day under which the gates kept their results.
        folder: where the pages lie.
        may_wait: leave the page to :func:`draw_missing` where the gate of publication alone looked, all of it held, and the
            library that draws is not loaded: that would take longer than all else that such a run does.

    Returns:
        The page; None where no gate looked at anything, or it waits.

    Raises:
        ConfigError: a file cannot be written.
        WarehouseError: the warehouse does not answer.
    """
    path = folder / f"{as_of}.html"
    while results := _read(as_of):
        head = _head(results)
        if _first_line(path) == head:
            return path
        if may_wait and not is_loaded() and all(one.success and one.gate == "published" for one in results):
            return None
        write_whole(path, f"{head}\n{page(results, as_of)}", private=False)
        write_index(folder)
        # Whoever writes this page at the same time may have read later results: who comes last looks again.
    return None


def draw_missing(days: int, folder: Path) -> int:
    """Draw the pages of the newest days that are missing or tell of earlier results; return how many.

    They are missing after quiet days, and after a replay on another machine.

    Raises:
        ConfigError: a file cannot be written.
        WarehouseError: the warehouse does not answer.
    """
    missing = [day for day in fetch_column(_DAYS, {"days": days}) if _first_line(folder / f"{day}.html") != _head(_read(day))]
    for day in missing:
        write_data_docs(day, folder)
    return len(missing)


def forget_data_docs(days: int, folder: Path) -> int:
    """Delete the pages that are older than so many days before the newest; return how many.

    Raises:
        ConfigError: the index cannot be written.
    """
    pages = _pages(folder)
    if not pages:
        return 0
    since = date.fromisoformat(pages[0].stem) - timedelta(days=days)
    old = [path for path in pages if date.fromisoformat(path.stem) < since]
    for path in old:
        path.unlink(missing_ok=True)
    if old:
        write_index(folder)
    return len(old)


def write_index(folder: Path) -> Path:
    """List the newest pages; only their first lines are read.

    Raises:
        ConfigError: the index cannot be written.
    """
    rows = []
    for path in _pages(folder)[:NEWEST_PAGES]:
        found = _HEAD.fullmatch(_first_line(path))
        held, asked = (int(found[1]), int(found[2])) if found else (0, 0)
        day = f'<th scope="row"><a href="{path.name}">{date.fromisoformat(path.stem):%d/%m/%Y}</a></th>'
        rows.append(f"<tr>{day}{counts(asked, asked - held)}</tr>")
    row = heads(
        translate("đến hết ngày", "to the end of"), translate("kỳ vọng", "expectations"), translate("không đạt", "not met")
    )
    more = translate(
        f"Bảng liệt kê {NEWEST_PAGES} ngày gần nhất; trang của các ngày trước nằm cùng thư mục.",
        f"The newest {NEWEST_PAGES} days are listed; the pages of earlier ones lie in the same folder.",
    )
    text = (
        f"{opening(title())}<header><h1>{title()}</h1><p>{about()}</p></header><main>"
        f'<table><thead>{row}</thead><tbody>{"".join(rows)}</tbody></table><p class="muted">{more}</p></main></body></html>\n'
    )
    return write_whole(folder / "index.html", text, private=False)


def _read(as_of: date) -> list[GateResult]:
    return sorted(fetch_as(GateResult, _RESULTS, {"as_of": as_of}), key=str)


def _head(results: list[GateResult]) -> str:
    told = hashlib.sha256(f"{_MADE} {translate('vi', 'en')} {results}".encode()).hexdigest()
    return f"<!-- {told} {sum(one.success for one in results)} {len(results)} -->"


def _first_line(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_LENGTH).split(b"\n")[0].decode("ascii", "replace")
    except FileNotFoundError:
        return ""


def _pages(folder: Path) -> list[Path]:
    """Return the pages that are there, the newest first."""
    found = [path for path in folder.iterdir() if _FILE.fullmatch(path.name)] if folder.is_dir() else []
    return sorted(found, reverse=True)
