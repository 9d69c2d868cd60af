"""Output of `motcua list`: due dates, extensions, silent feeds, suspicious months, letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from config.errors import ConfigError
from config.language import Bilingual, counted, decimal, translate, written_day
from config.watch import load_watch
from flows.commands.console_tables import print_rows
from flows.runs.names import judged_policy
from tasks.judging.judged_sources import source_named
from tasks.reports import anomalies, deletions, due_changes, letters, resubmitted, silence, suspicious_months
from tasks.reports.explanation.words import TIMELINESS_WORDS
from tasks.reports.list_files import write_mappings
from tasks.rules.dates.instant_texts import instant_text
from tasks.warehouse.partitions import last_day_of

_OUT = Console()
_FIRST = 20  # lines on the screen; the file has all
_CODE = ("mã hồ sơ", "code")

ListRows = list[dict[str, object]]


def show(name: str, policy: str | None, lines: str | None, register: str | None = None) -> None:
    """Print a list with its first lines; write all of them to a file if one is given.

    Args:
        name: a key of :data:`LISTS`.
        policy: by whose verdicts; the installation's by default.
        lines: the file.
        register: the office's register of letters.
    """
    title, read = WATCH_LISTS[name]
    rows = read(judged_policy(policy), register)
    if lines:
        write_mappings(Path(lines), rows)
    _OUT.print(f"{translate(*title)}: {len(rows)}", highlight=False)
    if rows:
        print_rows(_OUT, rows[:_FIRST], len(rows))
    if lines:
        _OUT.print(translate(f"Tất cả: {lines}", f"All of them: {lines}"), highlight=False, markup=False)


def _due_changes(_policy: str, _register: str | None) -> ListRows:
    return [_change(one) for one in due_changes.read_due_changes()]


def _extensions(_policy: str, _register: str | None) -> ListRows:
    found = due_changes.repeated(due_changes.read_due_changes(), load_watch().extensions.more_than)
    return [{translate("số lần", "times"): count, **_change(one)} for one, count in found]


def _change(one: due_changes.DueChange) -> dict[str, object]:
    zone = source_named(one.source).zone
    return {
        translate(*_CODE): one.code,
        translate("cơ quan", "agency"): one.unit_code,
        translate("hạn cũ", "old"): instant_text(one.old_due, zone),
        translate("hạn mới", "new"): instant_text(one.new_due, zone),
        translate("lúc đổi", "when"): translate(*due_changes.WHEN[one.when]),
        translate("thấy lúc", "seen"): instant_text(one.at, zone),
        translate("theo", "by"): translate(*due_changes.BY[one.by]),
        translate("không trước", "not before"): instant_text(one.not_before, zone),
        translate("tệp gốc", "landing file"): one.page_digest,
    }


def _silent(_policy: str, _register: str | None) -> ListRows:
    return [one.row() for one in silence.read_silences(last_day_of())]


def _anomalies(_policy: str, _register: str | None) -> ListRows:
    return [one.row() for one in anomalies.read_anomalies(last_day_of())]


def _too_good(policy: str, _register: str | None) -> ListRows:
    return [
        {
            translate("tháng", "month"): f"{one.month:%m/%Y}",
            translate("hệ thống", "source"): one.source,
            translate("cơ quan", "agency"): one.unit_code,
            translate("dấu hiệu", "sign"): translate(*suspicious_months.SIGNS[one.sign]),
            translate("hồ sơ đóng", "closings"): one.closings,
            translate("trong đó", "of them"): one.of_them,
            translate("lúc", "at"): one.what,
        }
        for one in suspicious_months.read_suspicious_months(policy)
    ]


def _resubmitted(policy: str, _register: str | None) -> ListRows:
    return [
        {
            translate(*_CODE): one.code,
            translate("cơ quan", "agency"): one.unit_code,
            translate("hạn của lần đầu", "first due date"): instant_text(one.due_at, zone),
            translate("trễ nếu tính từ lần đầu", "late if counted from the first"): translate("có, trễ ẩn", "yes, hidden late")
            if one.refiled
            else translate("có", "yes")
            if one.would_be_late
            else "",
            translate("rút lúc", "withdrawn"): instant_text(one.withdrawn_at, zone),
            translate("tiếp nhận lại", "received again"): instant_text(one.next_received_at, zone),
            translate("nộp lại với mã", "filed again as"): one.next_code,
            translate("kết thúc", "ended"): instant_text(one.ended_at, zone),
            translate("tiếp nhận lần đầu", "first received"): instant_text(one.received_at, zone),
            translate("thủ tục", "procedure"): one.procedure_code,
        }
        for one in resubmitted.read_resubmitted(policy)
        for zone in (source_named(one.source).zone,)
    ]


def _deleted(policy: str, _register: str | None) -> ListRows:
    _show_shares(deletions.read_deleted_shares(policy))
    return [
        {
            translate(*_CODE): one.code,
            translate("cơ quan", "agency"): one.unit_code,
            translate("khi bị xóa", "when deleted"): translate(*TIMELINESS_WORDS[one.timeliness]),
            translate("xóa lúc", "deleted"): instant_text(one.deleted_at, zone),
            translate("lý do", "reason"): one.reason,
            translate("hạn", "due"): instant_text(one.due_at, zone),
            translate("tiếp nhận", "received"): instant_text(one.received_at, zone),
            translate("thủ tục", "procedure"): one.procedure_code,
        }
        for one in deletions.read_deletions(policy)
        for zone in (source_named(one.source).zone,)
    ]


def _show_shares(shares: list[deletions.DeletedShare]) -> None:
    """Say of each agency and day which part of its open dossiers was deleted, and how many of these were late."""
    for one in shares[:_FIRST]:
        share, unit = decimal(f"{100 * one.share:.1f}"), one.unit_code or "?"
        said = translate(
            f"{unit}: ngày {written_day(one.day)} xóa {one.deleted} trong {one.open} hồ sơ đang giải quyết ({share}%), "
            f"{one.late} hồ sơ đã quá hạn khi bị xóa",
            f"{unit}: on {written_day(one.day)} {one.deleted} of {counted(one.open, 'open dossier was', 'open dossiers were')} deleted "
            f"({share} %), {one.late} of them late by then",
        )
        _OUT.print(said, style="yellow" if one.late else None, highlight=False, markup=False)
    if len(shares) > _FIRST:
        more = len(shares) - _FIRST
        _OUT.print(translate(f"… và {more} ngày khác", f"… and {more} more"), highlight=False)


def _letters(policy: str, register: str | None) -> ListRows:
    if register is None:
        raise ConfigError(
            "--register",
            Bilingual(
                "các nguồn không có thư xin lỗi, nên cần sổ của cơ quan",
                "the sources carry no letters, so the office's own register is needed",
            ),
            Bilingual("tệp CSV có cột code, sent", "a CSV file with columns code, sent"),
        )
    read = letters.read_letters(Path(register))
    for number, why in read.refused[:_FIRST]:
        reason = {
            "no_code": translate("thiếu mã hồ sơ", "no code"),
            "no_day": translate(
                "không đọc được ngày gửi, hoặc ngày đọc được hai cách", "the day cannot be read, or reads two ways"
            ),
            "cell_count": translate("số ô khác số cột", "more or fewer cells than headings"),
            "damaged_text": translate("có chữ bị hỏng", "letters of it are damaged"),
        }[why]
        _OUT.print(translate(f"dòng {number}: {reason}", f"line {number}: {reason}"), style="yellow", highlight=False)
    if len(read.refused) > _FIRST:
        _OUT.print(
            translate(
                f"{len(read.refused)} dòng bị bỏ qua", f"{counted(len(read.refused), 'line was', 'lines were')} left out"
            ),
            style="yellow",
        )
    found = letters.letter_list(read, policy)
    for kind, count in Counter(one.kind for one in found).items():
        _OUT.print(f"  {translate(*letters.LETTER_KINDS[kind])}: {count}", highlight=False)
    return [
        {
            translate("việc", "what"): translate(*letters.LETTER_KINDS[one.kind]),
            translate(*_CODE): one.code,
            translate("cơ quan", "agency"): one.unit_code,
            translate("hạn", "due"): one.due,
            translate("gửi trước hết ngày", "send by"): one.by,
            translate("đã gửi", "sent"): " ".join(str(day) for day in one.sent),
        }
        for one in found
    ]


WATCH_LISTS: dict[str, tuple[tuple[str, str], Callable[[str, str | None], ListRows]]] = {
    "due-changes": (("Hạn hẹn trả đã đổi", "Changes of due dates"), _due_changes),
    "extensions": (("Gia hạn nhiều lần", "Repeated extensions"), _extensions),
    "silent": (("Nguồn, cơ quan im lặng", "Silent sources and agencies"), _silent),
    "anomalies": (("Ngày có số lượng bất thường", "Days out of the ordinary"), _anomalies),
    "too-good": (("Số liệu đẹp bất thường", "Figures too good to be true"), _too_good),
    "resubmitted": (("Rút rồi nộp lại", "Withdrawn and filed again"), _resubmitted),
    "deleted": (("Bị xóa ở hệ thống nguồn", "Deleted at their system"), _deleted),
    "letters": (("Thư xin lỗi", "Letters of apology"), _letters),
}
