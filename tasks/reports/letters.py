"""Letters of apology: owed, sent too late, or to be withdrawn.

No source carries the letters: the national exchange has no field for them (form 04 of TT 03/2025 is a paper of the office). So the
office's own register is read beside the verdicts: a CSV file with the dossier's code and the day on which the letter was sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from config.errors import MotcuaError
from config.language import Bilingual, bilingual
from config.small_tables import SmallTable, table_of_text
from config.watch import load_watch
from tasks.judging.offices import office_of
from tasks.rules.clock.working_clock import WorkingClock
from tasks.rules.dates.file_dates import read_file_dates
from tasks.rules.text.codes import fold_codes
from tasks.rules.text.normal_form import fold
from tasks.sources.privacy_guard import code_as_kept
from tasks.sources.tables.small_tables import small_table
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.rows import fetch_column

LETTER_KINDS: Final = {
    "missing": ("trễ thật, chưa có thư xin lỗi", "truly late without a letter"),
    "withdraw": ("có thư nhưng không trễ: thu hồi", "a letter although not late: withdraw it"),
    "overdue": ("thư gửi muộn", "the letter was sent too late"),
    "repeated": ("xin lỗi nhiều lần", "more than one letter"),
    "undetermined": ("có thư, chưa đủ căn cứ kết luận", "a letter, and no verdict yet"),
    "no_dossier": ("thư không thuộc hồ sơ nào", "a letter about no dossier"),
}
"""What a line of the list says, in Vietnamese and in English."""

MAX_REGISTER_BYTES = 50_000_000
_HEADINGS = {"code": ("code", "ma ho so", "ma hs", "so ho so"), "sent": ("sent", "sent on", "ngay gui", "ngay thu", "ngay ky")}
_VERDICTS = """
    SELECT v.source, v.code, d.alias_code, v.unit_code, v.timeliness, v.verdict, v.state, v.due_at AT TIME ZONE %(zone)s
    FROM judged.verdicts AS v JOIN core.dossiers AS d ON d.source = v.source AND d.code = v.code
    WHERE v.policy = %(policy)s AND v.source = %(source)s AND (v.counted OR v.verdict = 'phantom_late') ORDER BY v.code
"""


@dataclass(frozen=True)
class LetterRegister:
    """The office's register.

    Attributes:
        sent: days on which letters were sent, by folded code of the dossier.
        refused: lines that cannot be used: number in the file, and what is wrong with it.
    """

    sent: Mapping[str, tuple[date, ...]]
    refused: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class JudgedDossier:
    """What the list needs to know of a dossier; ``due`` is the day on which it was due by law."""

    source: str
    code: str
    unit_code: str | None
    timeliness: str
    verdict: str
    state: str
    due: date | None


@dataclass(frozen=True)
class LetterLine:
    """One line of the list; ``kind`` is a key of :data:`KINDS`."""

    kind: str
    source: str
    code: str
    unit_code: str | None
    due: date | None
    by: date | None
    sent: tuple[date, ...]


def read_letters(path: Path) -> LetterRegister:
    """Read the register.

    Raises:
        MotcuaError: it cannot be read, is too large, or lacks the columns for code and day.
    """
    try:
        body = path.read_bytes()
    except OSError as error:
        raise MotcuaError(
            Bilingual(
                f"Không đọc được {path} ({error.strerror}). Chưa xem thư nào. Hãy chỉ tệp khác.",
                f"{path} cannot be read ({error.strerror}). No letter was looked at. Name another file.",
            )
        ) from None
    if len(body) > MAX_REGISTER_BYTES:
        raise MotcuaError(
            Bilingual(
                f"{path} lớn hơn {MAX_REGISTER_BYTES} byte. Chưa xem thư nào. Hãy chia nhỏ tệp.",
                f"{path} is larger than {MAX_REGISTER_BYTES} bytes. No letter was looked at. Divide it.",
            )
        )
    try:
        return _letters(small_table(body, _is_heading), path.name)
    except ValueError as error:
        raise MotcuaError(
            Bilingual(
                f"Không đọc được {path}: {bilingual(error).vi}. Chưa xem thư nào. Hãy lưu lại tệp dạng CSV mã UTF-8.",
                f"{path} cannot be read: {error}. No letter was looked at. Save it again as CSV in UTF-8.",
            )
        ) from None


def parse_letters(text: str, name: str) -> LetterRegister:
    """Read the text of a register; see :func:`read_letters`."""
    return _letters(table_of_text(text, _is_heading), name)


def _places(cells: Sequence[str]) -> dict[str, int | None]:
    headings = [fold(cell) for cell in cells]
    return {
        field: next((headings.index(word) for word in words if word in headings), None) for field, words in _HEADINGS.items()
    }


def _is_heading(cells: Sequence[str]) -> bool:
    return None not in _places(cells).values()


def _letters(table: SmallTable, name: str) -> LetterRegister:
    places = _places(table.headings)
    code_at, sent_at = places["code"], places["sent"]
    if code_at is None or sent_at is None:
        raise MotcuaError(
            Bilingual(
                f"{name} thiếu cột `code` và `sent`. Chưa xem thư nào. Hãy ghi tên cột ở dòng đầu.",
                f"{name} lacks the columns `code` and `sent`. No letter was looked at. Name them in its first line.",
            )
        )
    rows = table.rows
    codes_written, days_written = (
        pa.array([row.cells[at] if at < len(row.cells) else "" for row in rows], pa.string()) for at in (code_at, sent_at)
    )
    codes = [code and code_as_kept(code) for code in fold_codes(codes_written).to_pylist()]
    read = read_file_dates(days_written)
    days = read.times.astype("datetime64[D]").astype(object)
    sent: dict[str, list[date]] = defaultdict(list)
    refused = []
    for row, code, day, doubtful in zip(rows, codes, days, read.doubtful, strict=True):
        fault = row.fault or ("no_code" if not code else "no_day" if day is None or doubtful else "")
        if fault:
            refused.append((row.line, fault))
        elif day not in sent[code]:  # the same line twice is one letter
            sent[code].append(day)
    return LetterRegister({code: tuple(sorted(each)) for code, each in sent.items() if each}, tuple(refused))


def letter_list(letters: LetterRegister, policy: str) -> list[LetterLine]:
    """Compare the register of letters with the verdicts under a policy.

    In the order of :data:`KINDS`, then by due date.
    """
    found: list[LetterLine] = []
    known: set[str] = set()
    for source in fetch_column("SELECT DISTINCT source FROM judged.verdicts ORDER BY 1"):
        office = office_of(source)
        rows = fetch_all(_VERDICTS, {"zone": office.zone, "policy": policy, "source": source})
        for own, code, alias, unit, timeliness, verdict, state, due in rows:
            written = code if code in letters.sent else alias if alias in letters.sent else None
            known |= {written} if written else set()
            judged = JudgedDossier(own, code, unit, timeliness, verdict, state, due.date() if due else None)
            found += lines_of(judged, letters.sent.get(written or "", ()), office.clock, load_watch().letters.days_before_due)
    found += [
        LetterLine("no_dossier", "", code, None, None, None, days) for code, days in letters.sent.items() if code not in known
    ]
    order = list(LETTER_KINDS)
    return sorted(found, key=lambda one: (order.index(one.kind), one.due or date.max, one.source, one.code))


def lines_of(judged: JudgedDossier, sent: tuple[date, ...], clock: WorkingClock, days_before: int) -> list[LetterLine]:
    """Tell what is to be said of one dossier and its letters.

    A letter about an open dossier whose due date has not passed is none to withdraw: it announces the delay, as it should. But
    one about a dossier that is late in the data only is.
    """
    by = send_by(judged.due, clock, days_before)
    late = judged.timeliness == "late" and judged.verdict != "phantom_late"
    ended = judged.state != "in_progress"
    kinds = {
        "missing": late and not sent,
        "withdraw": bool(sent)
        and not late
        and judged.timeliness != "undetermined"
        and (ended or judged.verdict == "phantom_late"),
        "overdue": late and bool(sent) and by is not None and sent[0] > by,
        "repeated": len(sent) > 1,
        "undetermined": bool(sent) and judged.timeliness == "undetermined" and judged.verdict != "phantom_late",
    }
    return [
        LetterLine(kind, judged.source, judged.code, judged.unit_code, judged.due, by, sent)
        for kind, said in kinds.items()
        if said
    ]


def send_by(due: date | None, clock: WorkingClock, days_before: int) -> date | None:
    """Return the last day on which a letter is sent in time: so many working days before the due date."""
    if due is None:
        return None
    days = np.datetime64(due) - np.arange(days_before + 1 + 31)
    worked = days[clock.is_working_day(days)]
    earlier = worked[worked < np.datetime64(due)]
    if not days_before:
        return due
    found: date | None = earlier[days_before - 1].astype(date) if len(earlier) >= days_before else None
    return found
