"""What `motcua list` prints of changes of due dates, extensions, silent feeds, figures too good to be true, and letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from rich.console import Console

from config.errors import ConfigError
from config.watch import load_watch
from flows.narrow import print_rows
from flows.runtime.words import say
from tasks.known import judged_policy
from tasks.offices import source_named
from tasks.reports import anomalies, due_changes, letters, resubmitted, silence, too_good
from tasks.reports.files import write_frame
from tasks.rules.times import instant_text
from tasks.warehouse.partitions import last_day_of

_OUT = Console()
_FIRST = 20  # lines on the screen; the file has all
_CODE = ("mã hồ sơ", "code")

Rows = list[dict[str, object]]


def show(name: str, policy: str | None, lines: str | None, register: str | None = None) -> None:
    """Print a list with its first lines; write all of them to a file if one is given.

    Args:
        name: a key of :data:`LISTS`.
        policy: by whose verdicts; the installation's by default.
        lines: the file.
        register: the office's register of letters.
    """
    title, read = LISTS[name]
    rows = read(judged_policy(policy), register)
    if lines:
        write_frame(Path(lines), pd.DataFrame(rows))
    _OUT.print(f"{say(*title)}: {len(rows)}", highlight=False)
    if rows:
        print_rows(_OUT, rows[:_FIRST], len(rows))
    if lines:
        _OUT.print(say(f"Tất cả: {lines}", f"All of them: {lines}"), highlight=False, markup=False)


def _due_changes(_policy: str, _register: str | None) -> Rows:
    return [_change(one) for one in due_changes.read_due_changes()]


def _extensions(_policy: str, _register: str | None) -> Rows:
    found = due_changes.repeated(due_changes.read_due_changes(), load_watch().extensions.more_than)
    return [{say("số lần", "times"): count, **_change(one)} for one, count in found]


def _change(one: due_changes.DueChange) -> dict[str, object]:
    zone = source_named(one.source).zone
    return {
        say(*_CODE): one.code,
        say("cơ quan", "agency"): one.unit_code,
        say("hạn cũ", "old"): instant_text(one.old_due, zone),
        say("hạn mới", "new"): instant_text(one.new_due, zone),
        say("lúc đổi", "when"): say(*due_changes.WHEN[one.when]),
        say("thấy lúc", "seen"): instant_text(one.at, zone),
        say("theo", "by"): say(*due_changes.BY[one.by]),
        say("không trước", "not before"): instant_text(one.not_before, zone),
        say("tệp gốc", "landing file"): one.page_digest,
    }


def _silent(_policy: str, _register: str | None) -> Rows:
    return [one.row() for one in silence.read_silences(last_day_of())]


def _anomalies(_policy: str, _register: str | None) -> Rows:
    return [one.row() for one in anomalies.read_anomalies(last_day_of())]


def _too_good(policy: str, _register: str | None) -> Rows:
    return [
        {
            say("tháng", "month"): f"{one.month:%m/%Y}",
            say("hệ thống", "source"): one.source,
            say("cơ quan", "agency"): one.unit_code,
            say("dấu hiệu", "sign"): say(*too_good.SIGNS[one.sign]),
            say("hồ sơ đóng", "closings"): one.closings,
            say("trong đó", "of them"): one.of_them,
            say("lúc", "at"): one.what,
        }
        for one in too_good.read_signs(policy)
    ]


def _resubmitted(policy: str, _register: str | None) -> Rows:
    return [
        {
            say(*_CODE): one.code,
            say("cơ quan", "agency"): one.unit_code,
            say("hạn của lần đầu", "first due date"): instant_text(one.due_at, zone),
            say("trễ nếu tính từ lần đầu", "late if counted from the first"): say("có, trễ ẩn", "yes, hidden late")
            if one.refiled
            else say("có", "yes")
            if one.would_be_late
            else "",
            say("rút lúc", "withdrawn"): instant_text(one.withdrawn_at, zone),
            say("tiếp nhận lại", "received again"): instant_text(one.next_received_at, zone),
            say("nộp lại với mã", "filed again as"): one.next_code,
            say("kết thúc", "ended"): instant_text(one.ended_at, zone),
            say("tiếp nhận lần đầu", "first received"): instant_text(one.received_at, zone),
            say("thủ tục", "procedure"): one.procedure_code,
        }
        for one in resubmitted.read_resubmitted(policy)
        for zone in (source_named(one.source).zone,)
    ]


def _letters(policy: str, register: str | None) -> Rows:
    if register is None:
        raise ConfigError(
            "--register",
            "the sources carry no letters, so the office's own register is needed",
            "a CSV file with columns code, sent",
        )
    read = letters.read_letters(Path(register))
    for number, why in read.refused[:_FIRST]:
        reason = {
            "no_code": say("thiếu mã hồ sơ", "no code"),
            "no_day": say("không đọc được ngày gửi, hoặc ngày đọc được hai cách", "the day cannot be read, or reads two ways"),
            "cell_count": say("số ô khác số cột", "more or fewer cells than headings"),
            "damaged_text": say("có chữ bị hỏng", "letters of it are damaged"),
        }[why]
        _OUT.print(say(f"dòng {number}: {reason}", f"line {number}: {reason}"), style="yellow", highlight=False)
    if len(read.refused) > _FIRST:
        _OUT.print(say(f"{len(read.refused)} dòng bị bỏ qua", f"{len(read.refused)} lines were left out"), style="yellow")
    found = letters.letter_list(read, policy)
    for kind, count in Counter(one.kind for one in found).items():
        _OUT.print(f"  {say(*letters.KINDS[kind])}: {count}", highlight=False)
    return [
        {
            say("việc", "what"): say(*letters.KINDS[one.kind]),
            say(*_CODE): one.code,
            say("cơ quan", "agency"): one.unit_code,
            say("hạn", "due"): one.due,
            say("gửi trước hết ngày", "send by"): one.by,
            say("đã gửi", "sent"): " ".join(str(day) for day in one.sent),
        }
        for one in found
    ]


LISTS: dict[str, tuple[tuple[str, str], Callable[[str, str | None], Rows]]] = {
    "due-changes": (("Hạn hẹn trả đã đổi", "Changes of due dates"), _due_changes),
    "extensions": (("Gia hạn nhiều lần", "Repeated extensions"), _extensions),
    "silent": (("Nguồn, cơ quan im lặng", "Silent sources and agencies"), _silent),
    "anomalies": (("Ngày có số lượng bất thường", "Days out of the ordinary"), _anomalies),
    "too-good": (("Số liệu đẹp bất thường", "Figures too good to be true"), _too_good),
    "resubmitted": (("Rút rồi nộp lại", "Withdrawn and filed again"), _resubmitted),
    "letters": (("Thư xin lỗi", "Letters of apology"), _letters),
}
