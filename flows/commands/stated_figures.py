"""Output of `motcua check-figures`: what a report's own figures say of each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from config.language import Bilingual, counted, decimal, grouped, translate
from flows.commands.console_tables import add_figures, console_table
from flows.runs.names import policy_named, unit_named
from schemas.fields import BASES
from tasks.reports.forms.published import PublishedCounters, published_counters
from tasks.reports.stated_documents import read_document
from tasks.reports.stated_figures import HeldFigure, held_against_ours
from tasks.rules.indicators.periods import Period, period_named
from tasks.rules.stated.consequences import Consequence, CountRange, consequences_of
from tasks.rules.stated.quantities import Quantity, StatedFigure, read_figures
from tasks.rules.stated.tables import StatedRow, broken_totals, read_table

_Ours = tuple[PublishedCounters, Period, str | None]
_OUT = Console(soft_wrap=True)
_WORDS: dict[Quantity, Bilingual] = {
    "handled": Bilingual("tổng số phải giải quyết", "handled in all"),
    "received": Bilingual("tiếp nhận", "received"),
    "carried_over": Bilingual("kỳ trước chuyển sang", "carried over"),
    "received_online": Bilingual("tiếp nhận trực tuyến", "received online"),
    "received_otherwise": Bilingual("tiếp nhận trực tiếp, bưu chính", "received otherwise"),
    "finished": Bilingual("đã giải quyết", "finished"),
    "finished_in_time": Bilingual("giải quyết trước hạn, đúng hạn", "finished early or on time"),
    "finished_early": Bilingual("giải quyết trước hạn", "finished early"),
    "finished_on_time": Bilingual("giải quyết đúng hạn", "finished on time"),
    "finished_late": Bilingual("giải quyết quá hạn", "finished late"),
    "in_progress": Bilingual("đang giải quyết", "in progress"),
    "in_progress_in_time": Bilingual("đang giải quyết trong hạn", "in progress within time"),
    "in_progress_overdue": Bilingual("đang giải quyết quá hạn", "in progress overdue"),
    "withdrawn": Bilingual("công dân rút", "withdrawn"),
    "refused": Bilingual("từ chối, dừng", "refused or stopped"),
}
_STANDING = {
    "holds": Bilingual("khớp", "holds"),
    "cut_off": Bilingual("chỉ khớp nếu cắt bớt thay vì làm tròn", "holds only if cut off instead of rounded"),
    "breaks": Bilingual("KHÔNG KHỚP", "BREAKS"),
    "follows": Bilingual("suy ra", "follows"),
    "if_carried": Bilingual(
        "suy ra, nếu số tiếp nhận gồm cả kỳ trước chuyển sang", "follows, if what was received includes what was carried over"
    ),
}


def check_figures(file: str, period: str | None = None, unit: str | None = None, policy: str | None = None) -> int:
    """Print the figures of a report, whether they agree, and what follows; return 1 where any do not agree.

    Args:
        file: its text, document or workbook.
        period: of which it speaks: ours are shown beside it; None: by itself.
        unit: agency of which it speaks; None: the province.
        policy: by whose published figures; the installation's by default.
    """
    document = read_document(Path(file))
    tables = [table for cells in document.tables for table in read_table(cells)]
    # A table without columns of figures only sets out a page; what stands in it is text.
    laid_out = [text for cells in document.tables if not read_table(cells) for row in cells for text in dict.fromkeys(row)]
    scopes = read_figures("\n".join((document.text, *laid_out)))
    if not scopes and not tables:
        _OUT.print(translate("Không thấy số liệu hồ sơ nào trong văn bản.", "No figure about dossiers was found in the text."))
        return 0
    ours = None if period is None else (published_counters(policy_named(policy)), period_named(period), unit_named(unit))
    breaks = 0
    for scope in scopes:
        found = consequences_of(scope)
        breaks += sum(one.standing == "breaks" for one in found)
        _print_scope(scope, found, held_against_ours(scope, *ours) if ours else [])
    figures = sum(map(len, scopes))
    for number, table in enumerate(tables, start=1):
        breaks += _print_table(number, table, ours)
        figures += sum(len(scope) for row in table for scope in row.scopes)
    _OUT.print(
        translate(
            f"{figures} số liệu, {breaks} chỗ không khớp.",
            f"{counted(figures, 'figure')}, {counted(breaks, 'place does not agree', 'places do not agree')}.",
        ),
        highlight=False,
    )
    return int(breaks > 0)


def _print_table(number: int, rows: Sequence[StatedRow], ours: _Ours | None) -> int:
    """Print what of a table does not agree, its totals whole; return how many places do not."""
    figures = sum(len(scope) for row in rows for scope in row.scopes)
    said = translate(
        f"Bảng {number}: {len(rows)} dòng, {figures} số liệu.", f"Table {number}: {len(rows)} rows, {figures} figures."
    )
    _OUT.print(said, highlight=False)
    breaks = 0
    for row in rows:
        for scope in row.scopes:
            found = consequences_of(scope)
            broken = [one for one in found if one.standing == "breaks"]
            breaks += len(broken)
            if row.is_total or broken:
                _OUT.print(f"{translate('dòng', 'row')} {row.line}: {row.name}", highlight=False, markup=False)
                _print_scope(
                    scope, found if row.is_total else broken, held_against_ours(scope, *ours) if ours and row.is_total else []
                )
    for one in broken_totals(rows):
        name, written, summed = _named(one.figure), one.figure.number.written, grouped(one.summed)
        told = translate(
            f"{_STANDING['breaks'].vi}: {name}, cộng các dòng = {summed}; dòng {one.row.line} ({one.row.name}) = {written}",
            f"{_STANDING['breaks'].en}: {name}, the rows make {summed}; row {one.row.line} ({one.row.name}) = {written}",
        )
        _OUT.print(f"  {told}", style="red", highlight=False, markup=False)
        breaks += 1
    return breaks


def _print_scope(scope: Sequence[StatedFigure], found: Sequence[Consequence], held: Sequence[HeldFigure]) -> None:
    table = console_table()
    table.add_column(translate("số liệu của văn bản", "figure of the text"), overflow="fold")
    add_figures(table, (translate("dòng", "line"), translate("ghi", "stated")))
    if held:
        add_figures(table, (translate("theo hệ thống", "as recorded"), translate("sau làm sạch", "after cleaning")))
    for place, one in enumerate(scope):
        ours = [_ours(held[place], basis) for basis in BASES] if held else []
        table.add_row(_named(one), str(one.line), one.number.written, *ours)
    _OUT.print(table)
    for each in found:
        style = "red" if each.standing == "breaks" else "yellow" if each.standing == "cut_off" else None
        _OUT.print(f"  {_STANDING[each.standing].shown()}: {_sentence(each)}", style=style, highlight=False, markup=False)


def _ours(held: HeldFigure, basis: str) -> str:
    value, number = held.ours[basis], held.figure.number
    if value is None:
        return "-"
    digits = max(len(str((number.step * 100).denominator)) - 1, 1)
    written = decimal(f"{float(100 * value):.{digits}f}%") if number.is_share else grouped(int(value))
    return f"{written} =" if held.agrees(basis) else written


def _named(figure: StatedFigure) -> str:
    name = _WORDS[figure.quantity].shown()
    return name if figure.of is None else translate(f"{name} / {_WORDS[figure.of].vi}", f"{name} / {_WORDS[figure.of].en}")


def _sentence(one: Consequence) -> str:
    name = _WORDS[one.quantity].shown()
    if one.figure is not None and one.standing != "follows":
        return f"{_named(one.figure)} = {one.figure.number.written}; {name} = {_span(one.derived)}"
    if one.stated is None:
        return f"{name} = {_span(one.derived)}" + (f" ({one.figure.number.written})" if one.figure else "")
    parts = " + ".join(_WORDS[part].shown() for part in one.parts)
    return f"{parts} = {_span(one.derived)}; {name} = {_span(one.stated)}"


def _span(span: CountRange) -> str:
    low, high = (grouped(value) for value in (span.low, span.high))
    return low if span.is_exact else f"{low} – {high}"
