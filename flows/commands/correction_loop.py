"""Output of `motcua loop`: what became of the work packages, and who has never answered."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from config.language import decimal, translate
from config.watch import load_watch
from flows.commands.console_tables import ConsoleTable, add_figures
from flows.runs.names import unit_named
from tasks.correcting.work_items import name_book
from tasks.correcting.work_words import NameBook
from tasks.reports.correction_loop import LoopLine, audit_results, loop_rows, read_loop, unheard
from tasks.reports.list_files import write_mappings

_OUT = Console()
_MOST = 40  # lines on the screen; the file has all


def print_loop(unit: str | None, lines: str | None) -> None:
    """Print what random audits found, a line an agency and month, then the agencies that never answered.

    Args:
        unit: this agency only.
        lines: file that all lines are written to.
    """
    chosen = unit_named(unit)
    found = [line for line in read_loop() if chosen is None or line.unit_code == chosen]
    if lines:
        write_mappings(Path(lines), loop_rows(found))
    _print_audits()
    if not found:
        _say("Chưa có gói việc nào. `motcua packages make` làm gói việc.", "No work package was made. `motcua packages make`.")
        return
    names = name_book()
    _OUT.print(_table(found, names))
    if len(found) > _MOST:
        rest = len(found) - _MOST
        _say(f"Còn {rest} dòng; dùng --unit hoặc --csv.", f"{rest} more lines; use --unit or --csv.")
    if silent := unheard(found):
        _say("Chưa từng trả lời:", "Have never answered:")
        for code, asked, since in silent:
            _say(
                f"  {names.unit(code)}: {asked} câu hỏi, từ tháng {since:%m/%Y}",
                f"  {names.unit(code)}: {asked} asked since {since:%Y-%m}",
            )
    if lines:
        _say(f"Tất cả: {lines}", f"All of them: {lines}")


def _print_audits() -> None:
    """Print what the random audits of corrections found, a line a month, with the bound on all of them."""
    for one in audit_results():
        most, month = f"{one.at_most_wrong:.1f}", f"{one.month[5:]}/{one.month[:4]}"
        _say(
            f"Kiểm tra ngẫu nhiên tháng {month}: {one.looked_at} trong {one.corrections} đính chính được đối chiếu hồ sơ giấy, "
            f"{one.wrong} sai; nhiều nhất {decimal(most)} % sai (tin cậy 95 %).",
            f"Random audit of {one.month}: {one.looked_at} of {one.corrections} corrections held against the paper, "
            f"{one.wrong} wrong; at most {most} % are wrong (95 % sure).",
        )


def _table(found: list[LoopLine], names: NameBook) -> ConsoleTable:
    days = load_watch().answers.within_days
    title = translate(
        f"Gói việc: hẹn trả lời trong {days} ngày làm việc", f"Work packages: an answer is due in {days} working days"
    )
    table = ConsoleTable(title=title)
    table.add_column(translate("cơ quan", "agency"), overflow="fold")
    table.add_column(translate("tháng", "month"))
    headings = (
        translate("đã hỏi", "asked"),
        translate("đã trả lời", "answered"),
        translate("đúng hẹn", "in time"),
        translate("quá hẹn", "overdue"),
        translate("đã duyệt", "approved"),
        translate("báo đã sửa", "reported fixed"),
        translate("đã xác minh", "verified"),
        translate("mở lại", "reopened"),
        translate("tái diễn", "recurred"),
        translate("giờ (trung vị)", "hours (median)"),
    )
    add_figures(table, headings)
    for one in found[:_MOST]:
        counts = (
            *(one.asked, one.answered, one.in_time, one.overdue, one.approved, one.reported_fixed),
            *(one.verified, one.reopened, one.recurred),
        )
        hours = "-" if one.hours is None else decimal(f"{one.hours}")
        table.add_row(names.unit(one.unit_code), f"{one.month:%m/%Y}", *map(str, counts), hours)
    return table


def _say(vi: str, en: str) -> None:
    _OUT.print(translate(vi, en), highlight=False, markup=False)
