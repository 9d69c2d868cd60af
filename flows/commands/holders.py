"""Output of `motcua holders`: who held the dossiers, how long, and how long after the due date."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from config.codes import WORKING_DAY_MINUTES
from config.language import decimal, translate
from flows.commands.console_tables import ConsoleTable
from flows.runs.names import policy_named, unit_named
from flows.runtime.words import each_dossier
from tasks.reports.explanation.words import HOLDER, STATUS_WORDS
from tasks.reports.holders import Sum, by_holder, by_step, read_holders
from tasks.reports.list_files import write_frame
from tasks.reports.translation import or_all

_OUT = Console()
_MOST = 40  # lines on the screen; the file has all


def print_holders(policy: str | None, unit: str | None, *, late: bool, steps: bool, lines: str | None) -> None:
    """Print working days by agency and holder, or by step; write each dossier's minutes to a file if one is given."""
    found = read_holders(policy_named(policy), unit_named(unit), late=late)
    if lines:
        write_frame(Path(lines), found)
    table = ConsoleTable(
        title=translate("Ai giữ hồ sơ: ngày làm việc (8 giờ)", "Who held the dossiers: working days (of 8 hours)")
    )
    for heading in (translate("cơ quan", "agency"), translate("người giữ", "holder")):
        table.add_column(heading)
    for heading in (translate("hồ sơ", "dossiers"), translate("ngày giữ", "days held"), translate("sau hạn", "after due")):
        table.add_column(heading, justify="right")
    sums = by_step(found) if steps else by_holder(found)
    for one in sums[:_MOST]:
        table.add_row(
            or_all(one.unit_code),
            _who(one),
            str(one.dossiers),
            decimal(f"{one.minutes / WORKING_DAY_MINUTES:.1f}"),
            decimal(f"{one.over / WORKING_DAY_MINUTES:.1f}"),
        )
    _OUT.print(table)
    if len(sums) > _MOST:
        rest = len(sums) - _MOST
        _OUT.print(
            translate(f"Còn {rest} dòng; dùng --unit hoặc --out.", f"{rest} more lines; use --unit or --out."), highlight=False
        )
    if lines:
        _OUT.print(translate(*each_dossier(lines)), highlight=False, markup=False)


def _who(one: Sum) -> str:
    step = ", ".join(filter(None, (one.room, translate(*STATUS_WORDS[one.status]) if one.status else None)))
    return translate(*HOLDER[one.holder]) + (f": {step}" if step else "")
