"""Data Docs: what the gates found on a day, drawn by Great Expectations' own renderer, and an index of the newest days.

A page is made of the rows of ``quality.gate_results``, which are counts: no page can hold a cell value. It loads nothing
from anywhere, because the library's frame, which does, is left out. It costs the same however many pages there are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from config.settings import settings
from schemas.catalogue import TABLES
from schemas.expectations import (
    IDENTITIES,
    INTERVAL,
    SOURCE_EVENTS,
    SOURCE_PROCEDURES,
    SOURCE_SUPPLEMENTS,
    SOURCE_UNITS,
    Expectation,
    expectations_of,
    source_dossiers,
)
from schemas.indicators import INDICATORS
from tasks.gate_engine import configurations
from tasks.reports.files import write_whole
from tasks.reports.words import GATE_WORDS, say
from tasks.warehouse.engine import fetch_all

NEWEST = 60  # days that the index lists
_LOOKS = Path(__file__).parent / "reports" / "page"
_RESULTS = """
    SELECT gate, subject, expectation, success, checked, unexpected FROM quality.gate_results WHERE as_of = %(as_of)s
"""
_FILE = re.compile(r"\d{4}-\d\d-\d\d\.html")
# A page's first line: a digest of what it was made of, promises held, all promises. Whoever made the page otherwise counts up.
_MADE = "1"
_HEAD = re.compile(r"<!-- [0-9a-f]{64} (\d+) (\d+) -->")
_HEAD_LENGTH = 100
# No script runs and no address is allowed.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True)
class Result:
    """A row of ``quality.gate_results``."""

    gate: str
    subject: str
    expectation: str
    success: bool
    checked: int
    unexpected: int


def write_data_docs(as_of: date) -> Path | None:
    """Bring the page of a day's gates and the index up to date.

    Args:
        as_of: the day under which the gates kept their results.

    Returns:
        The page; None where no gate looked at anything.

    Raises:
        ConfigError: a file cannot be written.
        WarehouseError: the warehouse does not answer.
    """
    path = settings().data_docs / f"{as_of}.html"
    while results := _read(as_of):
        head = _head(results)
        if _first_line(path) == head:
            return path
        write_whole(path, f"{head}\n{page(results, as_of)}")
        write_index()
        # Whoever writes this page at the same time may have read later results: who comes last looks again.
    return None


def forget_data_docs(days: int) -> int:
    """Delete the pages that are older than so many days before the newest; return how many.

    Raises:
        ConfigError: the index cannot be written.
    """
    pages = _pages()
    if not pages:
        return 0
    since = date.fromisoformat(pages[0].stem) - timedelta(days=days)
    old = [path for path in pages if date.fromisoformat(path.stem) < since]
    for path in old:
        path.unlink(missing_ok=True)
    if old:
        write_index()
    return len(old)


def write_index() -> Path:
    """List the newest pages; only their first lines are read.

    Raises:
        ConfigError: the index cannot be written.
    """
    rows = []
    for path in _pages()[:NEWEST]:
        found = _HEAD.fullmatch(_first_line(path))
        held, asked = (int(found[1]), int(found[2])) if found else (0, 0)
        day = f'<th scope="row"><a href="{path.name}">{date.fromisoformat(path.stem):%d/%m/%Y}</a></th>'
        rows.append(f"<tr>{day}{_counts(asked, asked - held)}</tr>")
    heads = _heads(say("đến hết ngày", "to the end of"), say("kỳ vọng", "expectations"), say("không đạt", "not met"))
    more = say(
        f"Bảng liệt kê {NEWEST} ngày gần nhất; trang của các ngày trước nằm cùng thư mục.",
        f"The newest {NEWEST} days are listed; the pages of earlier ones lie in the same folder.",
    )
    text = (
        f"{_opening(_title())}<header><h1>{_title()}</h1><p>{_about()}</p></header><main>"
        f'<table><thead>{heads}</thead><tbody>{"".join(rows)}</tbody></table><p class="muted">{more}</p></main></body></html>\n'
    )
    return write_whole(settings().data_docs / "index.html", text)


def page(results: Iterable[Result], as_of: date) -> str:
    """Return the page of a day's results as HTML: what each gate looked at, then each promise about it."""
    from great_expectations import __version__

    ordered = sorted(results, key=lambda one: (tuple(GATE_WORDS).index(one.gate), one.subject, one.expectation))
    suites = [
        _Suite(gate, subject, tuple(some))
        for (gate, subject), some in groupby(ordered, key=lambda one: (one.gate, one.subject))
    ]
    heads = (say("cổng", "gate"), say("đã xem", "looked at"), say("kỳ vọng", "expectations"), say("không đạt", "not met"))
    lines = "".join(suite.line(number) for number, suite in enumerate(suites))
    drawn = "".join(suite.drawn(number) for number, suite in enumerate(suites))
    unknown = sum(len(suite.unknown) for suite in suites)
    note = say(
        f"{unknown} kết quả của kỳ vọng nay không còn được khai báo thì không vẽ được.",
        f"{unknown} results are of promises that are declared no more, and cannot be drawn.",
    )
    return (
        f'{_opening(f"{_title()} {as_of}")}<header><p><a href="index.html">← {say("các ngày khác", "other days")}</a></p>'
        f"<h1>{_title()}, {as_of:%d/%m/%Y}</h1><p>{_about()}</p></header><main>"
        f"<table><thead>{_heads(*heads)}</thead><tbody>{lines}</tbody></table>{f'<p>{note}</p>' * bool(unknown)}{drawn}"
        f'</main><footer class="muted">Great Expectations {escape(__version__)}</footer></body></html>\n'
    )


@dataclass(frozen=True)
class _Suite:
    """What one gate found about one thing."""

    gate: str
    subject: str
    results: tuple[Result, ...]

    @property
    def unknown(self) -> list[Result]:
        return [one for one in self.results if one.expectation not in _promised(self.subject)]

    def line(self, number: int) -> str:
        """Return its line in the table on top."""
        named = f'<th scope="row"><a href="#s{number}">{escape(self.subject)}</a></th>'
        return f"<tr><td>{say(*GATE_WORDS[self.gate])}</td>{named}{_counts(len(self.results), sum(not one.success for one in self.results))}</tr>"

    def drawn(self, number: int) -> str:
        """Let the library draw it."""
        from great_expectations.core import ExpectationSuiteValidationResult
        from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

        promised = _promised(self.subject)
        results = [_validation(one, promised[one.expectation]) for one in self.results if one.expectation in promised]
        held = sum(bool(one.success) for one in results)
        statistics = {
            "evaluated_expectations": len(results),
            "successful_expectations": held,
            "unsuccessful_expectations": len(results) - held,
            "success_percent": 100 * held / max(len(results), 1),
        }
        suite = ExpectationSuiteValidationResult(
            success=held == len(results),
            results=results,
            suite_name=self.subject,
            statistics=statistics,
            meta={},
        )
        most = max(one.checked for one in self.results)
        rows = say(f"nhiều nhất {most} dòng", f"up to {most} rows")
        renderer: Any = ValidationResultsPageRenderer(run_info_at_end=True)
        return str(_view().render(renderer.render(suite), anchor=f"s{number}", about=f"{say(*GATE_WORDS[self.gate])}, {rows}"))


@lru_cache
def _promised(subject: str) -> dict[str, tuple[Expectation, Any]]:
    """Return the promises about what a gate looked at, as declared and as the library writes them, by name.

    A subject ends with what was looked at: a table, or a part of what a source sends; before it stands whose.
    """
    declared = promised_parts()[subject.rpartition(" ")[2]]
    return {promise.name: (promise, written) for promise, written in zip(declared, configurations(declared), strict=True)}


@lru_cache
def promised_parts() -> dict[str, tuple[Expectation, ...]]:
    """Return what is promised about each table, and about each part of what a source sends."""
    parts = {
        "dossiers": source_dossiers(national=True, received=True),
        "events": SOURCE_EVENTS,
        "supplements": SOURCE_SUPPLEMENTS,
        "procedures": SOURCE_PROCEDURES,
        "units": SOURCE_UNITS,
        "II.06a": IDENTITIES,
    }
    tables = {table.full_name: expectations_of(table) for table in TABLES}
    return {**parts, **tables, INDICATORS.full_name: (*expectations_of(INDICATORS), *INTERVAL)}


def _validation(one: Result, promise: tuple[Expectation, Any]) -> Any:
    """Return a result as the library holds it, of counts alone."""
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    written = promise[1]
    share = 100 * one.unexpected / max(one.checked, 1)
    counts = {
        "element_count": one.checked,
        "missing_count": 0,
        "missing_percent": 0.0,
        "unexpected_count": one.unexpected,
        "unexpected_percent": share,
        "unexpected_percent_total": share,
        "unexpected_percent_nonmissing": share,
    }
    # The renderer may write into what it is given, and the gates ask by the written ones.
    own = ExpectationConfiguration(type=written.type, kwargs=dict(written.kwargs))
    return ExpectationValidationResult(success=one.success, expectation_config=own, result=counts)


@lru_cache
def _view() -> Any:
    """Return the library's view with a frame of ours instead of its own, which loads from five hosts."""
    from great_expectations.render.view.view import DefaultJinjaPageView

    class View(DefaultJinjaPageView):
        _template = "data_docs.html"

    return View(custom_views_directory=str(_LOOKS))


def _read(as_of: date) -> list[Result]:
    return sorted((Result(*row) for row in fetch_all(_RESULTS, {"as_of": as_of})), key=str)


def _head(results: list[Result]) -> str:
    told = hashlib.sha256(f"{_MADE} {settings().language} {results}".encode()).hexdigest()
    return f"<!-- {told} {sum(one.success for one in results)} {len(results)} -->"


def _first_line(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_LENGTH).split(b"\n")[0].decode("ascii", "replace")
    except FileNotFoundError:
        return ""


def _pages() -> list[Path]:
    """Return the pages that are there, the newest first."""
    folder = settings().data_docs
    found = [path for path in folder.iterdir() if _FILE.fullmatch(path.name)] if folder.is_dir() else []
    return sorted(found, reverse=True)


def _counts(asked: int, broken: int) -> str:
    return f'<td class="number">{asked}</td><td class="number{" bad" * bool(broken)}">{broken}</td>'


def _heads(*texts: str) -> str:
    cells = "".join(f'<th scope="col"{" class=number" * (n >= len(texts) - 2)}>{text}</th>' for n, text in enumerate(texts))
    return f"<tr>{cells}</tr>"


def _opening(title: str) -> str:
    style = (_LOOKS / "data_docs.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="{settings().language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        f"<style>{style}</style></head><body>"
    )


def _title() -> str:
    return say("Kết quả các cổng chất lượng", "Results of the quality gates")


def _about() -> str:
    return say(
        "Mỗi cổng đối chiếu dữ liệu với khai báo của bảng bằng Great Expectations. Chỉ có số đếm, không có giá trị nào của hồ sơ.",
        "Each gate holds data against the declaration of its table by Great Expectations. Counts only, no value of a dossier.",
    )
