"""Page of a day's gates, drawn by Great Expectations' own renderer, which loads nothing.

It shows counts and promises, no cell value. The results are rows of ``quality.gate_results``; the library's frame,
which loads from five hosts, is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from config.language import counted, translate
from schemas.catalogue import TABLES
from schemas.expectations import (
    IDENTITY_EXPECTATIONS,
    INTERVAL,
    Expectation,
    expectations_of,
    source_parts,
)
from schemas.indicators import INDICATORS
from tasks.gates.engine import configurations
from tasks.reports.translation import GATE_WORDS

_LOOKS = Path(__file__).parents[1] / "reports" / "page"
# No script runs and no address is allowed.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True)
class GateResult:
    """A row of ``quality.gate_results``."""

    gate: str
    subject: str
    expectation: str
    success: bool
    checked: int
    unexpected: int


def page(results: Iterable[GateResult], as_of: date) -> str:
    """Return the page of a day's results as HTML: what each gate looked at, then each promise about it."""
    from great_expectations import __version__

    ordered = sorted(results, key=lambda one: (tuple(GATE_WORDS).index(one.gate), one.subject, one.expectation))
    suites = [
        _Suite(gate, subject, tuple(some))
        for (gate, subject), some in groupby(ordered, key=lambda one: (one.gate, one.subject))
    ]
    named = (
        translate("cổng", "gate"),
        translate("đã xem", "looked at"),
        translate("kỳ vọng", "expectations"),
        translate("không đạt", "not met"),
    )
    lines = "".join(suite.line(number) for number, suite in enumerate(suites))
    drawn = "".join(suite.drawn(number) for number, suite in enumerate(suites))
    unknown = sum(len(suite.unknown) for suite in suites)
    note = translate(
        f"{unknown} kết quả của kỳ vọng nay không còn được khai báo thì không vẽ được.",
        f"{counted(unknown, 'result is', 'results are')} of promises that are declared no more, and cannot be drawn.",
    )
    return (
        f'{opening(f"{title()} {as_of}")}<header><p><a href="index.html">← {translate("các ngày khác", "other days")}</a></p>'
        f"<h1>{title()}, {as_of:%d/%m/%Y}</h1><p>{about()}</p></header><main>"
        f"<table><thead>{heads(*named)}</thead><tbody>{lines}</tbody></table>{f'<p>{note}</p>' * bool(unknown)}{drawn}"
        f'</main><footer class="muted">Great Expectations {escape(__version__)}</footer></body></html>\n'
    )


@dataclass(frozen=True)
class _Suite:
    """What one gate found about one thing."""

    gate: str
    subject: str
    results: tuple[GateResult, ...]

    @property
    def unknown(self) -> list[GateResult]:
        return [one for one in self.results if one.expectation not in _promised(self.subject)]

    def line(self, number: int) -> str:
        """Return its line in the table on top."""
        named = f'<th scope="row"><a href="#s{number}">{escape(self.subject)}</a></th>'
        return f"<tr><td>{translate(*GATE_WORDS[self.gate])}</td>{named}{counts(len(self.results), sum(not one.success for one in self.results))}</tr>"

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
        rows = translate(f"nhiều nhất {most} dòng", f"up to {counted(most, 'row')}")
        renderer: Any = ValidationResultsPageRenderer(run_info_at_end=True)
        return str(
            _view().render(renderer.render(suite), anchor=f"s{number}", about=f"{translate(*GATE_WORDS[self.gate])}, {rows}")
        )


@lru_cache
def _promised(subject: str) -> dict[str, tuple[Expectation, Any]]:
    """Return the promises about what a gate looked at, as declared and as the library writes them, by name.

    A subject ends with what was looked at: a table, or a part of what a source sends; before it stands whose.
    """
    declared = promised_parts().get(subject.rpartition(" ")[2], ())
    return {promise.name: (promise, written) for promise, written in zip(declared, configurations(declared), strict=True)}


@lru_cache
def promised_parts() -> dict[str, tuple[Expectation, ...]]:
    """Return what is promised about each table, and about each part of what a source sends."""
    parts = {**source_parts(national=True, received=True), "II.06a": IDENTITY_EXPECTATIONS}
    tables = {table.full_name: expectations_of(table) for table in TABLES}
    return {**parts, **tables, INDICATORS.full_name: (*expectations_of(INDICATORS), *INTERVAL)}


def _validation(one: GateResult, promise: tuple[Expectation, Any]) -> Any:
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


def counts(asked: int, broken: int) -> str:
    """Return two cells: promises, and those not met."""
    return f'<td class="number">{asked}</td><td class="number{" bad" * bool(broken)}">{broken}</td>'


def heads(*texts: str) -> str:
    """Return the headings of a table whose last two columns are numbers."""
    cells = "".join(f'<th scope="col"{" class=number" * (n >= len(texts) - 2)}>{text}</th>' for n, text in enumerate(texts))
    return f"<tr>{cells}</tr>"


def opening(name: str) -> str:
    """Return a page up to its body."""
    style = (_LOOKS / "data_docs.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="{translate("vi", "en")}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{name}</title>'
        f"<style>{style}</style></head><body>"
    )


def title() -> str:
    """Return the heading of all pages."""
    return translate("Kết quả các cổng chất lượng", "Results of the quality gates")


def about() -> str:
    """Return the sentence under it."""
    return translate(
        "Mỗi cổng đối chiếu dữ liệu với khai báo của bảng bằng Great Expectations. Chỉ có số đếm, không có giá trị nào của hồ sơ.",
        "Each gate holds data against the declaration of its table by Great Expectations. Counts only, no value of a dossier.",
    )
