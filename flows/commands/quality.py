"""Output of `motcua quality`, the score with its trend, and of `motcua cleaned`."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from config.language import counted, decimal, translate
from config.settings import settings
from flows.commands.console_tables import add_figures, console_table
from flows.runs.names import rule_named, source_known
from tasks.warehouse.partitions import last_day_of

_OUT = Console()
_TREND = {"better": ("tốt lên", "better"), "worse": ("xấu đi", "worse"), "same": ("", "")}


def scores(by: str, most: int) -> None:
    """Print the lowest scores, with the last months one by one.

    Raises:
        DataError: nothing was judged yet.
    """
    from tasks.reports.quality import SCORED_MONTHS, months_until, read_scores

    day = last_day_of()
    found = read_scores(by, settings().policy, day)
    months = months_until(day, SCORED_MONTHS)
    table = console_table(
        translate(
            f"Tỷ lệ hồ sơ không phải đính chính (%), đến hết {day:%d/%m/%Y}",
            f"Dossiers with nothing to correct (%), to the end of {day}",
        )
    )
    table.add_column(translate("mã", "code"), overflow="fold")
    add_figures(
        table, [translate("hồ sơ", "dossiers"), translate("điểm", "score"), *(f"{month[5:]}/{month[2:4]}" for month in months)]
    )
    table.add_column(translate("3 tháng", "3 months"), no_wrap=True)
    for one in found[:most]:
        cells = [
            "-" if value is None else decimal(f"{value:.1f}")
            for value in (one.value(), *(one.value(month) for month in months))
        ]
        table.add_row(one.name, str(one.dossiers), *cells, translate(*_TREND[one.trend(day)]))
    _OUT.print(table)
    _OUT.print(
        translate(f"{min(most, len(found))} trong {len(found)}.", f"{min(most, len(found))} of {len(found)}."), highlight=False
    )


def cleaned(source: str | None, rule: str | None, lines: str | None) -> None:
    """Print which rule changed how many values of which source; write every change to a file if one is given."""
    from tasks.reports.cleaned import count_changes, rule_words, write_changes

    found = count_changes(source_known(source), rule_named(rule))
    if lines:
        write_changes(Path(lines), source, rule)
    table = console_table(translate("Các thay đổi khi làm sạch", "What cleaning changed"))
    for heading in (("hệ thống", "source"), ("trường", "field")):
        table.add_column(translate(*heading), no_wrap=True)
    table.add_column(translate("quy tắc", "rule"), overflow="fold")
    add_figures(table, [translate("bản", "v."), translate("tin", "sure"), translate("giá trị", "values"), "%"])
    for one in found:
        share = decimal(f"{100 * one.changed / one.rows:.1f}") if one.rows else "-"
        words = f"{translate(*rule_words(one.rule))} [{one.rule}]"
        cells = (str(one.version), decimal(f"{one.confidence:.2f}"), str(one.changed), share)
        table.add_row(one.source, one.field, escape(words), *cells)
    _OUT.print(table)
    total = sum(one.changed for one in found)
    _OUT.print(translate(f"{total} giá trị đã đổi.", f"{counted(total, 'value was', 'values were')} changed."), highlight=False)
    if lines:
        _OUT.print(translate(f"Từng giá trị: {lines}", f"Each value: {lines}"), highlight=False, markup=False)
