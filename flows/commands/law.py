"""Commands that try a legal change before it takes effect: a draft, a notice, the package.

The package is `holidays`, which the calendar is compared with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from config.calendar import Notice, load_calendars
from config.holidays_diff import package_differences
from config.language import counted, translate
from config.law import cited
from config.lookup import look_up
from config.notices import Remark, check_notice, keep_notice, read_notice
from config.policies import policies_of_a_run
from config.read_once import forget
from config.settings import settings
from flows.commands.console_tables import ConsoleTable
from flows.commands.figure_changes import show_figures
from flows.runtime.words import each_dossier
from tasks.judging.judged_sources import source_named
from tasks.reports.list_files import write_rows
from tasks.reports.translation import ALL, or_all
from tasks.rules.dates.instant_texts import instant_text

if TYPE_CHECKING:
    from tasks.reports.rehearsal import Rehearsal

_OUT = Console()
_REMARKS = {
    "known": ("lịch đã có dòng này", "the calendar has this row already"),
    "superseded": ("văn bản công bố sau đang có hiệu lực", "a later announcement holds"),
    "no_change": ("ngày này vốn đã như vậy", "the day is that already"),
}
_MOST = 12


def rehearse_file(path: Path, policies: Sequence[str] | None, lines: str | None) -> None:
    """Print what a draft of a policy, a calendar, a notice or limits would change, and write nothing.

    Raises:
        MotcuaError: the draft cannot be read or does not fit, or nothing was judged yet.
    """
    from tasks.reports.drafts import read_draft
    from tasks.reports.rehearsal import rehearse

    found = rehearse(read_draft(path), list(policies or [settings().policy]))
    _show(found, lines)
    _OUT.print(translate("Chỉ thử: chưa có gì được ghi.", "A rehearsal: nothing was written."))


def add_notice(path: Path, calendar: str, apply: bool, lines: str | None, figures: str | None = None) -> None:
    """Check a notice about days off and make-up days; with ``apply`` put it in force.

    Prints whom and which figures it touches.

    In force, exactly the dossiers whose time spans one of its days are judged again.

    Raises:
        MotcuaError: the notice cannot be read or does not fit the calendar.
    """
    from tasks.judging.rules_digest import rules_digest
    from tasks.reports.drafts import draft_of_notice
    from tasks.reports.rehearsal import rehearse

    notice = read_notice(path, calendar)
    draft = draft_of_notice(notice)
    remarks = check_notice(notice, load_calendars()[notice.calendar])
    _tell(notice, remarks)
    if len([remark for remark in remarks if remark.what == "known"]) == len(notice.days):
        _OUT.print(translate("Không có gì mới: không ghi gì.", "Nothing is new: nothing was written."))
        return
    touched = _touched(notice)
    count = sum(map(len, touched.values()))
    _OUT.print(
        translate(
            f"{count} hồ sơ có thời gian xử lý trùng các ngày này.",
            f"The time of {counted(count, 'dossier')} spans these days.",
        )
    )
    if count:
        found = rehearse(draft, list(policies_of_a_run()), touched)
        _show(found, lines)
        show_figures(found, figures)
    if not apply:
        _OUT.print(translate("Chưa ghi gì; thêm --apply để áp dụng.", "Nothing was written; add --apply to put it in force."))
        return
    before = rules_digest()
    kept = keep_notice(notice)
    forget()
    _judge_again(notice, before)
    _OUT.print(translate(f"Đã ghi {kept.name}.", f"Written: {kept.name}."), highlight=False, markup=False)
    _OUT.print(
        translate(
            "Chạy `motcua rerun` để tính và công bố lại số liệu.",
            "Run `motcua rerun` to count and publish again.",
        )
    )


def show_differences(name: str) -> None:
    """Print the days on which a calendar and the package `holidays` disagree.

    Raises:
        ConfigError: there is no such calendar, or it names no country of the package.
    """
    calendars = load_calendars()
    look_up("calendar", name, calendars)
    table = ConsoleTable(
        translate("ngày", "day"),
        translate("lịch ở đây", "kept here"),
        translate("gói holidays", "package holidays"),
        translate("văn bản, công bố ngày", "document, announced on"),
    )
    words = {True: translate("làm việc", "worked"), False: translate("nghỉ", "off")}
    rows = package_differences(calendars[name])
    for row in rows:
        cites = calendars[name].documents.get(row.document)
        document = f"{cited(cites).shown() if cites else row.document}, {row.announced_on}" if row.document else "-"
        mark = "" if row.verified else translate(" (chưa đối chiếu văn bản)", " (not checked against the document)")
        table.add_row(str(row.day), words[row.worked], f"{words[not row.worked]} {row.package_says}".strip(), document + mark)
    if rows:
        _OUT.print(table)
    first, last = calendars[name].covers
    total = len(rows)
    _OUT.print(
        translate(
            f"{total} ngày khác nhau từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}.",
            f"{counted(total, 'day differs', 'days differ')} from {first} to {last}.",
        )
    )


def _tell(notice: Notice, remarks: list[Remark]) -> None:
    said = {remark.day: translate(*_REMARKS[remark.what]) for remark in remarks}
    words = {"off": translate("nghỉ", "off"), "worked": translate("làm bù", "worked")}
    _OUT.print(
        translate(
            f"{notice.document}, công bố ngày {notice.announced_on:%d/%m/%Y}:",
            f"{notice.document}, announced on {notice.announced_on}:",
        ),
        highlight=False,
        markup=False,
    )
    for day in notice.days:
        remark = f" ({said[day.day]})" if day.day in said else ""
        _OUT.print(f"  {day.day} {words[day.kind]} {day.note}{remark}", highlight=False, markup=False)


def _touched(notice: Notice) -> dict[str, list[str]]:
    from tasks.judging.rules_digest import rules_digest
    from tasks.warehouse.affected import affected_codes, judged_under
    from tasks.warehouse.batches import batched

    digest, days = rules_digest(), [each.day for each in notice.days]
    partitions = [one.partition for one in judged_under(digest)]
    if not partitions:
        _OUT.print(
            translate(
                "Kho chưa kết luận theo lịch và quy định đang có: lần chạy tới sẽ kết luận lại tất cả.",
                "Nothing was judged under the rules in force yet: the next run judges all.",
            )
        )
    found: dict[str, list[str]] = {}
    for batch in batched("judge", partitions, digest):
        if _follows(batch.source, notice.calendar):
            found.setdefault(batch.source, []).extend(affected_codes(batch, days))
    return found


def _follows(source: str, calendar: str) -> bool:
    from tasks.judging.judged_sources import source_named

    return source_named(source).calendar == calendar


def _judge_again(notice: Notice, before: str) -> None:
    from tasks.judge import judge_affected
    from tasks.warehouse.affected import judged_under
    from tasks.warehouse.batches import batched

    read = changed = 0
    for batch in batched("judge", [one.partition for one in judged_under(before)], before):
        days = [each.day for each in notice.days] if _follows(batch.source, notice.calendar) else []
        counts = judge_affected(batch, days, before)
        read, changed = read + counts.read, changed + counts.updated
    _OUT.print(
        translate(
            f"Đã kết luận lại {read} hồ sơ; {changed} dòng kết luận thay đổi.",
            f"{counted(read, 'dossier was', 'dossiers were')} judged again; {counted(changed, 'verdict')} changed.",
        )
    )


def _show(found: Sequence[Rehearsal], lines: str | None) -> None:
    if lines:
        _write(found, Path(lines))
    for one in found:
        if one.changed:
            _OUT.print(_table(one))
        flipped = sum(change.verdict[0] != change.verdict[1] for change in one.changed)
        due = sum(change.due_at[0] != change.due_at[1] for change in one.changed)
        _OUT.print(
            translate(
                f"{one.after.policy}: {one.read} hồ sơ; {due} đổi hạn, {flipped} đổi kết luận.",
                f"{one.after.policy}: {counted(one.read, 'dossier')}; {due} have another due date, {flipped} another verdict.",
            )
        )
    if lines:
        _OUT.print(translate(*each_dossier(lines)), highlight=False, markup=False)


def _table(one: Rehearsal) -> ConsoleTable:
    names = one.before.policy if one.before == one.after else f"{one.before.policy} → {one.after.policy}"
    table = ConsoleTable(title=names)
    table.add_column(translate("cơ quan", "agency"), no_wrap=True)
    for heading in (
        translate("được tính", "counted"),
        translate("quá hạn", "late"),
        translate("chưa đủ căn cứ", "undetermined"),
        translate("hồ sơ thay đổi", "dossiers changed"),
    ):
        table.add_column(heading, justify="right")
    sides, changed = (one.figures(0), one.figures(1)), Counter(change.unit_code for change in one.changed)
    units = sorted(sides[0], key=lambda unit: (-changed[unit], unit or ""))
    for unit in units[:_MOST]:
        table.add_row(unit or "-", *_cells(sides[0][unit], sides[1][unit], changed[unit]))
    all_units = [sum(side.values(), Counter[str | None]()) for side in sides]
    table.add_row(or_all(ALL), *_cells(all_units[0], all_units[1], len(one.changed)), style="bold")
    return table


def _cells(before: Counter[str | None], after: Counter[str | None], changed: int) -> list[str]:
    counted = sum(count for word, count in after.items() if word is not None)
    late, undetermined = (f"{before[word]} → {after[word]}" for word in ("late", "undetermined"))
    return [str(counted), late, undetermined, str(changed)]


def _write(found: Sequence[Rehearsal], path: Path) -> None:
    sides = ("before", "after")
    heads = [f"{what}_{side}" for what in ("policy", "verdict", "timeliness", "due_at", "end_at") for side in sides]
    rows: list[tuple[object, ...]] = [("source", "code", "unit_code", *heads)]
    for one in found:
        for each in one.changed:
            words = (one.before.policy, one.after.policy, *each.verdict, *(word or "not_counted" for word in each.timeliness))
            zone = source_named(each.source).zone
            times = (instant_text(at, zone) or "" for at in (*each.due_at, *each.end_at))
            rows.append((each.source, each.code, each.unit_code or "", *words, *times))
    write_rows(path, rows)
