"""Commands about checks: waivers, and the effect of a changed check."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rich.console import Console

from config.checks import load_checks
from config.language import counted, translate
from config.settings import settings
from flows.commands.console_tables import ConsoleTable, console_table
from flows.runs.reporting_day import last_finished_day
from flows.runtime.words import each_dossier
from tasks.publishing.current import published_day

_OUT = Console()
_ERR = Console(stderr=True)
_MOST = 10


def waivers() -> None:
    """Print every declared waiver, whether it holds on the day of the figures, and how many findings it is about.

    Raises:
        ConfigError: config/waivers.yaml is not well formed.
    """
    from tasks.judging.waivers import waiver_lines

    day = published_day(settings().policy) or last_finished_day()
    lines = waiver_lines(day)
    if not lines:
        _OUT.print(translate("Không có miễn trừ nào (config/waivers.yaml).", "There are no waivers (config/waivers.yaml)."))
        return
    table = ConsoleTable(title=translate(f"Miễn trừ, tính đến hết {day:%d/%m/%Y}", f"Waivers, to the end of {day}"))
    for heading in (
        translate("phép kiểm tra", "check"),
        translate("cho", "for"),
        translate("lý do", "reason"),
        translate("người duyệt", "approved by"),
        translate("đến hết", "until"),
        translate("hiệu lực", "in force"),
        translate("lỗi đang mở", "open findings"),
    ):
        table.add_column(heading, overflow="fold")
    for line in lines:
        one = line.waiver
        dossiers = translate(f"{len(one.dossiers)} hồ sơ", f"{counted(len(one.dossiers), 'dossier')}") if one.dossiers else None
        subject = ", ".join(filter(None, (one.source, one.unit, one.procedure, dossiers)))
        holds = translate("có", "yes") if line.in_force else translate("không", "no")
        table.add_row(one.check, subject, one.reason, one.approved_by, str(one.expires_on), holds, str(line.findings))
    _OUT.print(table)


def trial(file: str, since: date | None, lines: str | None) -> None:
    """Print what a changed file of checks would flip, by check and agency; write each dossier where asked.

    Raises:
        ConfigError: the file is not well formed, or changes nothing.
        DataError: nothing was checked yet.
    """
    from tasks.reports.check_trial import try_checks, write_flips
    from tasks.rules.checks.trial import FAILS, PASSES

    with _ERR.status(translate("Đang thử trên mọi hồ sơ", "Trying on every dossier")):
        day, trials = try_checks(Path(file), since)
    if lines:
        write_flips(trials, Path(lines))
    _OUT.print(
        translate(
            f"Thử trên dữ liệu đến hết {day:%d/%m/%Y}; không ghi gì vào kho.",
            f"Tried on the data to the end of {day}; nothing was written.",
        ),
        highlight=False,
    )
    table = ConsoleTable()
    headings = (
        translate("phép kiểm tra", "check"),
        translate("mức độ", "severity"),
        translate("nay sai", "failing now"),
        translate("sẽ sai", "then"),
    )
    for heading in (*headings, translate("mới sai", "newly failing"), translate("hết sai", "no longer")):
        table.add_column(heading)
    for one in trials:
        was = translate("mới", "new") if one.now is None else one.now.severity
        severity = was if one.now is not None and was == one.then.severity else f"{was} → {one.then.severity}"
        flips = [sum(one.by_unit(kind).values()) for kind in (FAILS, PASSES)]
        table.add_row(one.then.id, severity, str(one.failing_now), str(one.failing_then), *map(str, flips))
    _OUT.print(table)
    units = sorted({unit for one in trials for kind in (FAILS, PASSES) for unit in one.by_unit(kind)})
    counts = {unit: tuple(sum(one.by_unit(kind)[unit] for one in trials) for kind in (FAILS, PASSES)) for unit in units}
    if counts:
        whose = ConsoleTable(
            translate("cơ quan", "agency"), translate("mới sai", "newly failing"), translate("hết sai", "no longer")
        )
        for unit in sorted(units, key=lambda name: (-sum(counts[name]), name))[:_MOST]:
            whose.add_row(unit, *map(str, counts[unit]))
        _OUT.print(whose)
    if lines:
        _OUT.print(translate(*each_dossier(lines)), highlight=False, markup=False)


def declared() -> None:
    """Print the checks in force: severity, title, who corrects what they find."""
    table = console_table()
    table.add_column(translate("phép kiểm tra", "check"), no_wrap=True)
    for heading in (translate("mức độ", "severity"), translate("nội dung", "title"), translate("ai sửa", "owner")):
        table.add_column(heading)
    for check in load_checks().each():
        table.add_row(check.id, check.severity, translate(check.title.vi, check.title.en), check.owner)
    _OUT.print(table)
