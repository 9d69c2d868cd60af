"""Commands that only look: status, rejected records."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

from config.errors import ConfigError
from config.known_sources import known_sources
from config.language import Bilingual, counted, translate
from config.settings import settings
from flows.commands.console_tables import ConsoleTable, add_figures, console_table, print_rows
from flows.commands.corrections import sums
from flows.commands.summary import print_summary
from flows.runs.names import judged_policy, policy_named, source_known
from flows.runs.reporting_day import OFFICE_ZONE, last_finished_day
from flows.runtime.words import each_dossier
from schemas.raw import SHEET_STRIDE
from schemas.rejects import reject_words
from tasks.auditing.seals import seal_head
from tasks.reports.explanation.words import TIMELINESS_WORDS
from tasks.reports.list_files import write_frame, write_mappings
from tasks.reports.translation import ALL, or_all
from tasks.rules.dates.instant_texts import instant_text
from tasks.rules.verdict.reasons import MISSING, REASONS
from tasks.warehouse.freshness import all_heard
from tasks.warehouse.rows import fetch_as, fetch_column

_OUT = Console()
_FIRST = 20  # dossiers on the screen; a file holds all
_DOSSIER = ("code", "unit_code", "due_at", "days_over", "state", "waits", "reasons", "missing")
_TICKETS = 15  # of each kind on the screen; a file holds all

_PULLS = """
    SELECT DISTINCT ON (source) source, state, started_at, records, rejected FROM raw.pulls
    WHERE shrinkage_accepted IS NOT TRUE ORDER BY source, started_at DESC
"""
_FAILED = """
    SELECT error FROM (
        SELECT DISTINCT ON (source) source, error FROM raw.pulls WHERE shrinkage_accepted IS NOT TRUE
        ORDER BY source, started_at DESC
    ) AS newest WHERE error IS NOT NULL ORDER BY source
"""
_STATES = {
    "running": ("đang lấy hoặc bị ngắt", "running or cut off"),
    "landed": ("đã lấy, chưa nạp", "pulled, not loaded yet"),
    "loaded": ("đã nạp", "loaded"),
    "unchanged": ("không có gì mới", "nothing new"),
    "failed": ("lỗi", "failed"),
    "-": ("chưa lấy lần nào", "never pulled"),
}
_REJECTED = """
    SELECT source, code, reason, fields, page_digest, page_position FROM raw.rejected
    WHERE %(source)s::text IS NULL OR source = %(source)s ORDER BY rejected_at DESC, source, page_position LIMIT %(limit)s
"""


def status() -> None:
    """Print what was pulled, judged and published last, and how old the news of each source is."""
    from tasks.reports.summary import read_summary

    _OUT.print(_pulls())
    for error in fetch_column(_FAILED):
        _OUT.print(error, style="yellow", markup=False, highlight=False)
    print_summary(read_summary(settings().policy), _OUT)
    _seal()
    sums()


def _seal() -> None:
    """Print what an operator keeps outside: with it, a ledger whose end was cut off is told."""
    head = seal_head()
    if head is not None:
        vi, en = f"Niêm phong: mục {head[0]} của sổ ghi vết, {head[1]}", f"Seal: entry {head[0]} of the ledger, {head[1]}"
        _OUT.print(translate(vi, en), highlight=False, soft_wrap=True)


def _pulls() -> ConsoleTable:
    """Return the last pull of each source, and when it was last heard: pulled well, and loaded."""
    table = console_table(translate("Lần lấy dữ liệu gần nhất", "Last pulls"))
    for heading in (translate("hệ thống", "source"), translate("kết quả", "state"), translate("lúc", "at")):
        table.add_column(heading, overflow="fold")
    add_figures(table, (translate("bản ghi", "records"), translate("bị loại", "rejected")))
    table.add_column(translate("có tin đến", "heard until"))
    table.add_column(translate("cách nay", "age"), justify="right")
    pulls = {row["source"]: row for row in fetch_as(dict[str, Any], _PULLS)}
    sources, heard, today = known_sources().judged, all_heard(), last_finished_day() + timedelta(days=1)
    for name in sorted({*pulls, *sources}):
        zone = sources[name].zone if name in sources else OFFICE_ZONE.key
        pull = pulls.get(name, {"state": "-", "started_at": None, "records": 0, "rejected": 0})
        known = heard.get(name)
        days = None if known is None else max((today - known.astimezone(ZoneInfo(zone)).date()).days, 0)
        age = "-" if days is None else translate(f"{days} ngày", counted(days, "day"))
        shown = (instant_text(moment, zone) or "-" for moment in (pull["started_at"], known))
        table.add_row(
            name, translate(*_STATES[pull["state"]]), next(shown), str(pull["records"]), str(pull["rejected"]), next(shown), age
        )
    return table


def rejected(source: str | None, limit: int) -> None:
    """Print records that could not be used, newest first, with the reason; never their values."""
    table = ConsoleTable(title=translate("Bản ghi bị loại", "Rejected records"))
    for heading in (
        translate("hệ thống", "source"),
        translate("mã hồ sơ", "code"),
        translate("lý do", "reason"),
        translate("trường", "fields"),
        translate("tệp gốc, vị trí", "landing file, position"),
    ):
        table.add_column(heading, overflow="fold")
    for row in fetch_as(dict[str, Any], _REJECTED, {"source": source_known(source), "limit": limit}):
        sheet, line = divmod(row["page_position"], SHEET_STRIDE)
        place = f"#{line}" if not sheet else translate(f"trang tính {sheet + 1} #{line}", f"sheet {sheet + 1} #{line}")
        where, why = f"{row['page_digest'][:12]} {place}", f"{translate(*reject_words(row['reason']))} ({row['reason']})"
        table.add_row(row["source"], row["code"] or "-", why, row["fields"] or "", where)
    _OUT.print(table)


def dossiers(
    name: str, policy: str | None = None, lines: str | None = None, unit: str | None = None, reason: str | None = None
) -> None:
    """Print a list by age and agency with its first dossiers; write all of them to a file if one is given.

    Raises:
        ConfigError: there is no such reason.
    """
    from tasks.reports.lists import DOSSIER_LISTS, LATE_LISTS, ages, by_unit, in_office_time, read_list

    known = sorted({*REASONS, *MISSING, "-"})
    if reason is not None and reason not in known:
        raise ConfigError(
            f"--reason {reason}",
            Bilingual("không có lý do này", "there is no such reason"),
            Bilingual(*(", ".join(known),) * 2),
        )
    rows = in_office_time(read_list(name, judged_policy(policy), unit, reason))
    if lines:
        write_frame(Path(lines), rows)
    title = translate(DOSSIER_LISTS[name].vi, DOSSIER_LISTS[name].en)
    _OUT.print(translate(f"{title}: {len(rows)} hồ sơ", f"{title}: {counted(len(rows), 'dossier')}"), highlight=False)
    if name in LATE_LISTS:
        _OUT.print(_ranking([*ages(rows).items()], translate("ngày làm việc quá hạn", "working days over")))
    _OUT.print(_ranking(by_unit(rows)[:10], translate("cơ quan", "agency")))
    first = [_dossier(*values) for values in zip(*(rows.head(_FIRST)[column] for column in _DOSSIER), strict=True)]
    if first:
        print_rows(_OUT, first, len(rows))
    if lines:
        _OUT.print(translate(f"Tất cả: {lines}", f"All of them: {lines}"), highlight=False, markup=False)


def _dossier(
    code: object, unit: object, due: object, over: Any, state: str, waits: bool, reasons: object, missing: object
) -> dict[str, object]:
    import pandas as pd

    from tasks.reports.lists import days_words

    return {
        translate("mã hồ sơ", "code"): code,
        translate("cơ quan", "agency"): _shown(unit),
        translate("hạn", "due"): _shown(due),
        translate("ngày làm việc", "working days"): days_words(
            None if pd.isna(over) else float(over), state, waits=bool(waits)
        ),
        translate("lý do", "why"): "; ".join(_why(reasons, missing)),
    }


def _why(reasons: object, missing: object) -> list[str]:
    words = [translate(REASONS[code].vi, REASONS[code].en) for code in _shown(reasons).split()]
    return words + [translate(*MISSING[code]) for code in _shown(missing).split()]


def tickets(policy: str | None = None, language: str | None = None, lines: str | None = None) -> None:
    """Print the causes of false alarms and undetermined dossiers, ranked.

    With a file, every dossier is written to it.
    """
    from tasks.reports.tickets import RECOVERED, read_tickets, write_lines

    found = read_tickets(judged_policy(policy), language or settings().language)
    if lines:
        write_lines(found, Path(lines))
    sure = [each for each in found.tickets if each.kind in RECOVERED]
    headings = (("hồ sơ", "dossiers"), ("nguyên nhân", "cause"), ("ở đâu, trong số", "where, among"), ("việc cần làm", "to do"))
    table = ConsoleTable("#", *(found.say(heading) for heading in headings), show_lines=True)
    for rank, each in enumerate(sure[:_TICKETS], start=1):
        size = f"{len(each.rows)} = {found.share(each)}"
        if each.alone < len(each.rows):
            size += found.say((f", {each.alone} chỉ vì điều này", f", {each.alone} by this alone"))
        cause = " · ".join(filter(None, (found.cause(each), found.step(each))))
        table.add_row(str(rank), size, cause, f"{found.where(each)} ({each.among})", found.remedy(each))
    _OUT.print(table)
    alarms, most = found.total("phantom_late"), found.explaining(0.9)
    vietnamese = f"{most} phiếu giải thích 90 % của {alarms} hồ sơ trễ ảo; {len(found.tickets)} phiếu tất cả."
    english = f"{counted(most, 'ticket explains', 'tickets explain')} 90 % of {alarms} phantom late dossiers; {counted(len(found.tickets), 'ticket')} in all."
    _OUT.print(found.say((vietnamese, english)), highlight=False)
    others = ConsoleTable(
        found.say(("dữ liệu phải sửa, không đổi kết luận", "data to correct, no verdict changes")), found.say(headings[0])
    )
    for each in [each for each in found.tickets if each.kind not in RECOVERED][:_TICKETS]:
        others.add_row(f"{found.cause(each)} · {found.where(each)}", str(len(each.rows)))
    _OUT.print(others)
    if lines:
        _OUT.print(found.say(each_dossier(lines)), highlight=False, markup=False)


def table(file: str, rules: str, lines: str | None = None) -> None:
    """Print how many cells of a file break which rule, and how many rows repeat others.

    Their places go to a file, the values nowhere.
    """
    from tasks.reports.checked_tables import check_table, write_lines

    found = check_table(Path(file), Path(rules))
    if lines:
        write_lines(found, Path(lines))
    wrong = ConsoleTable(
        translate("cột", "column"), translate("quy tắc", "rule"), translate("ô sai", "wrong cells"), translate("vì", "because")
    )
    for broken in found.broken:
        wrong.add_row(broken.column, broken.rule.kind, str(int(broken.rows.sum())), broken.rule.why)
    _OUT.print(wrong)
    cells = sum(int(broken.rows.sum()) for broken in found.broken)
    _OUT.print(
        translate(
            f"{found.size} bản ghi; {cells} lỗi ô.", f"{counted(found.size, 'record')}; {counted(cells, 'fault')} of cells."
        ),
        highlight=False,
    )
    if found.left_out:
        lines_told = ", ".join(map(str, found.left_out[:_FIRST]))
        count = len(found.left_out)
        _OUT.print(
            translate(
                f"{count} dòng có số ô khác số cột, không xét (dòng {lines_told}).",
                f"{counted(count, 'line has', 'lines have')} more or fewer cells than headings and left out (line {lines_told}).",
            ),
            style="yellow",
            highlight=False,
        )
    if found.repeated is not None:
        pairs = len(found.repeated)
        _OUT.print(
            translate(
                f"{pairs} cặp bản ghi nói về cùng một đối tượng.",
                f"{counted(pairs, 'pair of records speaks', 'pairs of records speak')} about one thing.",
            )
        )
    if lines:
        _OUT.print(translate(f"Từng chỗ: {lines}", f"Each place: {lines}"), highlight=False, markup=False)


def receptions(lines: str | None = None) -> None:
    """Print by agency who was taken in in time and who was not; write each dossier to a file if one is given."""
    from tasks.reports.receptions import RECEPTION_WORDS, by_unit, read_receptions

    rows = read_receptions()
    if lines:
        write_mappings(Path(lines), [vars(row) for row in rows])
    outcomes = ("in_time", "late", "waiting", "untold")
    table = ConsoleTable(title=translate("Tiếp nhận trong hạn", "Reception within its limit"))
    table.add_column(translate("cơ quan", "agency"), no_wrap=True)
    for outcome in outcomes:
        table.add_column(translate(*RECEPTION_WORDS[outcome]), justify="right")
    units = by_unit(rows)
    for unit, counts in list(units.items())[:20]:
        table.add_row(unit or "-", *(str(counts[outcome]) for outcome in outcomes))
    total = sum(units.values(), Counter[str]())
    table.add_row(or_all(ALL), *(str(total[outcome]) for outcome in outcomes), style="bold")
    _OUT.print(table)
    if lines:
        _OUT.print(translate(*each_dossier(lines)), highlight=False, markup=False)


def _shown(value: object) -> str:
    return "" if value is None or str(value) == "<NA>" else str(value)


def comparison(one: str, other: str, lines: str | None = None) -> None:
    """Print how many dossiers two policies see otherwise, why and where; write them to a file if one is given."""
    from tasks.reports.comparison import WHY, compare, write_lines

    found = compare(policy_named(one), policy_named(other))
    if lines:
        write_lines(found, Path(lines))
    sums = ConsoleTable(title=translate("Theo từng cách tính", "By policy"))
    for heading in ("", one, other):
        sums.add_column(heading, justify="right" if heading else "left")
    for name, counts in found.sums().items():
        sums.add_row(translate(*TIMELINESS_WORDS[name]), *map(str, counts))
    _OUT.print(sums)
    total = len(found.disagreed)
    _OUT.print(
        translate(
            f"{total} hồ sơ bị nhìn nhận khác nhau, vì:",
            f"{counted(total, 'dossier is', 'dossiers are')} seen otherwise, because of:",
        )
    )
    _OUT.print(
        _ranking([(translate(*WHY[why]), count) for why, count in found.reasons().most_common()], translate("lý do", "reason"))
    )
    _OUT.print(
        _ranking([(unit or "-", count) for unit, count in found.units().most_common(10)], translate("cơ quan", "agency"))
    )
    if lines:
        _OUT.print(translate(*each_dossier(lines)), highlight=False, markup=False)


def _ranking(rows: list[tuple[str, int]], heading: str) -> ConsoleTable:
    table = ConsoleTable(heading)
    table.add_column(translate("hồ sơ", "dossiers"), justify="right")
    for name, count in rows:
        table.add_row(name, str(count))
    return table


def windows(name: str | None) -> None:
    """Print the windows that sources were asked, and the gaps.

    Raises:
        ConfigError: there is no such source.
    """
    from tasks.reports.window_lists import window_rows

    known = known_sources()
    for source in known.usable.values() if name is None else [known.named(name)]:
        rows = window_rows(source)
        headings = list(dict.fromkeys(heading for row in rows for heading in row))
        table = ConsoleTable(title=source.name)
        for heading in headings:
            table.add_column(heading)
        for row in rows:
            table.add_row(*(str(row.get(heading, "")) for heading in headings))
        if rows:
            _OUT.print(table)
        else:
            _OUT.print(f"{source.name}: {translate('chưa đọc khoảng nào', 'no window was read yet')}")


def bridge(left: str, right: str) -> None:
    """Print the classes of the differences between two systems, and the total."""
    from tasks.reports.bridge import bridge_table, read_bridge

    rows = bridge_table(left, right, read_bridge(left, right))
    table = ConsoleTable(title=translate(f"Từ {left} đến {right}", f"From {left} to {right}"))
    for number, heading in enumerate(rows[0]):
        table.add_column(heading, justify="right" if number else "left")
    for number, row in enumerate(rows, start=1):
        table.add_row(*(str(cell) for cell in row.values()), style="bold" if number == len(rows) else "")
    _OUT.print(table)
