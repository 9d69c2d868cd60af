"""Commands about approval: what waits, what a file would move, and who improves lateness most."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from config.language import decimal, translate
from flows.commands.console_tables import ConsoleTable, console_table
from flows.commands.figure_changes import figures_table
from flows.runs.reporting_day import OFFICE_ZONE

if TYPE_CHECKING:
    from tasks.correcting.impact import Impact
    from tasks.correcting.preview import Preview

_OUT = Console()
_MOST = 20


def waiting() -> None:
    """Print the packages of which lines wait for a second person."""
    from tasks.correcting.decisions import waiting_packages

    found = waiting_packages()
    if not found:
        _OUT.print(translate("Không có dòng nào chờ duyệt.", "No line waits for approval."))
        return
    table = console_table(translate("Chờ duyệt", "Waiting for approval"))
    table.add_column(translate("gói", "package"), overflow="fold")
    table.add_column(translate("số dòng", "lines"), justify="right")
    table.add_column(translate("từ", "since"))
    for one in found:
        table.add_row(one.package, str(one.lines), f"{one.since.astimezone(OFFICE_ZONE):%d/%m/%Y %H:%M}")
    _OUT.print(table)
    _OUT.print(
        translate(
            "Xem trước: `motcua corrections preview GÓI`. Duyệt: `motcua corrections approve GÓI --by TÀI-KHOẢN`, hoặc biểu mẫu approve.",
            "Look first: `motcua corrections preview PACKAGE`. Approve: `motcua corrections approve PACKAGE --by ACCOUNT`, or the form.",
        ),
        style="dim",
    )


def preview(references: Sequence[str]) -> None:
    """Print what a file, or lines that wait, would move; nothing is written.

    Raises:
        ConfigError: there is no such file and nothing waits under that name.
        DataError: the file cannot be read.
    """
    from tasks.correcting.decisions import waiting_lines
    from tasks.correcting.preview import preview_file, preview_lines

    path = Path(references[0])
    is_file = len(references) == 1 and path.is_file()
    found = preview_file(path) if is_file else preview_lines(references[0], waiting_lines(references))
    _print_lines(found)
    show_impact(found.impact)


def _print_lines(found: Preview) -> None:
    from tasks.rules.corrections.refusals import REFUSAL_REASONS

    told = found.stopped
    _OUT.print(
        translate(
            f"{found.impact.corrections} dòng được áp dụng nếu duyệt, {len(found.waits)} vẫn chờ, {len(found.refused)} bị từ chối.",
            f"{found.impact.corrections} lines count once approved, {len(found.waits)} would go on waiting, "
            f"{len(found.refused)} are refused.",
        ),
        highlight=False,
    )
    for number, reason in told[:_MOST]:
        _OUT.print(
            f"  {translate('dòng', 'line')} {number}: {translate(*REFUSAL_REASONS[reason])}", markup=False, highlight=False
        )
    if len(told) > _MOST:
        _OUT.print(translate(f"  … và {len(told) - _MOST} dòng nữa", f"  … and {len(told) - _MOST} more"))


def show_impact(found: Impact) -> None:
    """Print what corrections would move: dossiers, figures and ranks by agency."""
    _OUT.print(
        translate(
            f"{found.dossiers} hồ sơ được kết luận lại; {found.verdicts.total()} đổi kết luận; "
            f"{len(found.improved)} được tính tốt hơn về thời hạn.",
            f"{found.dossiers} dossiers are judged again; {found.verdicts.total()} get another verdict; "
            f"{len(found.improved)} count better.",
        ),
        highlight=False,
    )
    if found.verdicts:
        _OUT.print(_verdicts_table(found))
    if found.as_of is None:
        _OUT.print(
            translate(
                "Chưa có số liệu cho ngày này nên không nêu tỷ lệ: chạy `motcua refresh`.",
                "No figures were counted for that day, so no rate is told: run `motcua refresh`.",
            )
        )
        return
    whole = [one for one in found.figures if one.period == "*"]
    if whole:
        _OUT.print(figures_table(whole[:_MOST]))
    else:
        _OUT.print(translate("Không số liệu công bố nào đổi.", "No published figure moves."))
    if found.ranks:
        _OUT.print(_ranks_table(found))


def _verdicts_table(found: Impact) -> ConsoleTable:
    from tasks.reports.translation import VERDICT_WORDS

    table = console_table(translate("Kết luận đổi", "Verdicts that change"))
    for heading in (translate("cơ quan", "agency"), translate("trước → sau", "before → after")):
        table.add_column(heading)
    table.add_column(translate("hồ sơ", "dossiers"), justify="right")
    for unit, old, new, count in found.moves()[:_MOST]:
        table.add_row(unit, f"{translate(*VERDICT_WORDS[old])} → {translate(*VERDICT_WORDS[new])}", str(count))
    return table


def _ranks_table(found: Impact) -> ConsoleTable:
    table = console_table(translate("Thứ hạng theo tỷ lệ đúng hạn", "Rank by the on-time rate"))
    table.add_column(translate("cơ quan", "agency"))
    table.add_column(translate("trước → sau", "before → after"), justify="right")
    for one in found.ranks[:_MOST]:
        table.add_row(one.unit_code, f"{one.before or '-'} → {one.after or '-'}")
    return table


def watch() -> None:
    """Print agencies and accounts by how far their corrections improve lateness more than the others' do."""
    from tasks.correcting.guard import half_years_that_stand_out, suspicions

    for heading, shares in suspicions():
        table = console_table(translate(*heading))
        table.add_column(translate("ai", "who"))
        for name in (
            translate("đính chính", "corrections"),
            translate("làm bớt trễ", "improving"),
            translate("không văn bản", "undocumented"),
            translate("sát ngày chốt", "before closing"),
            translate("mức khác thường", "strength"),
        ):
            table.add_column(name, justify="right")
        for one in shares[:_MOST]:
            row = (one.corrections, one.improving, one.undocumented, one.burst)
            table.add_row(
                one.group, *map(str, row), decimal(f"{one.strength:.1f}"), style="yellow" if one.is_suspicious else ""
            )
        _OUT.print(table)
    for (vi, en), half, one in half_years_that_stand_out()[:_MOST]:
        _OUT.print(
            translate(
                f"Riêng {'6 tháng đầu' if half.endswith('1') else '6 tháng cuối'} năm {half[:4]}, {vi[:1].lower()}{vi[1:]}: {one.group}, mức {decimal(f'{one.strength:.1f}')}.",
                f"In {half} alone, {en.lower()}: {one.group}, strength {one.strength:.1f}.",
            ),
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    _OUT.print(
        translate(
            "Mức từ 3 là nơi nên kiểm tra trước; không phải kết luận. `motcua corrections audit THÁNG` rút mẫu để đối chiếu hồ sơ giấy.",
            "From 3 on: look there first; it proves nothing. `motcua corrections audit MONTH` draws the sample to hold against the paper.",
        ),
        style="dim",
    )


def audit(month: str, path: str | None) -> None:
    """Draw the random sample of a month's approved corrections, or tell what a filled-in one proves.

    Raises:
        ConfigError: it is no month, or has not ended.
    """
    from tasks.correcting.guard import audit_rows, audit_sample_of
    from tasks.reports.list_files import write_rows

    found = audit_sample_of(month)
    _OUT.print(
        translate(
            f"Tháng {month}: {found.corrections} đính chính được duyệt, kiểm tra {len(found.drawn)} (sai số ±10 điểm, tin cậy 95 %). "
            f"Rút theo mục {found.entry} của sổ cái: ai cũng rút ra đúng mẫu này.",
            f"{month}: {found.corrections} corrections approved, {len(found.drawn)} to be looked at (±10 points, 95 % sure). "
            f"Drawn by entry {found.entry} of the ledger: anybody draws the same.",
        ),
        highlight=False,
    )
    if path:
        write_rows(Path(path), audit_rows(found), private=True)
        _OUT.print(translate(f"Đã ghi: {path}", f"Written: {path}"), soft_wrap=True)
    if found.drawn:
        none, one, three = (f"{found.bound(wrong):.1f}" for wrong in (0, 1, 3))
        _OUT.print(
            translate(
                f"Nếu không thấy dòng nào sai: nhiều nhất {decimal(none)} % sai; thấy 1: {decimal(one)} %; thấy 3: {decimal(three)} %.",
                f"If none is found wrong, at most {none} % are; with 1: {one} %; with 3: {three} %.",
            ),
            highlight=False,
        )


def record_audit(month: str, path: str, by: str) -> None:
    """Record the result of a filled-in sample, and print what it proves.

    Raises:
        ConfigError: it is no month, has not ended, or the file or account is missing.
        DataError: it is another sample, or not every line is answered.
    """
    from tasks.correcting.audit_result import take_audit

    row = take_audit(month, Path(path), by)
    most = f"{row['at_most_wrong']:.1f}"
    _OUT.print(
        translate(
            f"Tháng {month}: kiểm tra {row['looked_at']} trong {row['corrections']} đính chính, {row['wrong']} sai. "
            f"Nhiều nhất {decimal(most)} % sai (tin cậy 95 %). Đã ghi sổ cái và mart.audits.",
            f"{month}: {row['looked_at']} of {row['corrections']} corrections looked at, {row['wrong']} wrong. "
            f"At most {most} % are wrong (95 % sure). Recorded in the ledger and mart.audits.",
        ),
        highlight=False,
    )
