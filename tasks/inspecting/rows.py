"""Rows of an inspection's sheets, in the words of the language in force; they name no person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from config.language import language, translate
from tasks.inspecting.due_ledger import LedgerLine
from tasks.inspecting.file import InspectionFile
from tasks.reports.explanation.text import ExplanationText, day, moment
from tasks.reports.explanation.words import ORIGIN, PAUSE, STATE, TEXT, TIMELINESS_WORDS
from tasks.reports.suspicious_months import SIGNS
from tasks.reports.translation import VERDICT_WORDS
from tasks.rules.verdict.reasons import MISSING, REASONS

InspectionCell = str | int | float | None
"""What a cell holds; None: nothing."""
MOST_ROWS = 100_000
"""Rows of a sheet; what lies beyond is counted on the first sheet and said there."""


@dataclass(frozen=True)
class InspectionSheet:
    """A sheet of the workbook.

    Attributes:
        tab: its name, in Vietnamese and English.
        columns: heading in both languages and width of each.
        rows: its cells.
        answers: how many of the last columns the inspectors fill in.
    """

    tab: tuple[str, str]
    columns: tuple[tuple[str, str, int], ...]
    rows: Callable[[InspectionFile], Iterator[Sequence[InspectionCell]]]
    answers: int = 0


def _ledger(file: InspectionFile) -> Iterator[Sequence[InspectionCell]]:
    said_by = ExplanationText(language())
    for number, line in enumerate(file.ledger, start=1):
        said, fact = line.said, line.fact
        yield (
            number,
            *_who(said, file),
            moment(said["received_at"]),
            said_by.limit(fact["limit"]) if fact else None,
            moment(fact["limit"]["due_without_pauses"]) if fact else None,
            _pauses_that_count(fact) if fact else None,
            line.paused_days,
            line.working_days,
            *(moment(said[name]) for name in ("due_at", "end_at", "recorded_due_at", "recorded_end_at")),
            translate(*STATE[said["state"]]),
            *(translate(*TIMELINESS_WORDS[said[name]]) for name in ("timeliness", "recorded_timeliness")),
            translate(*VERDICT_WORDS[said["verdict"]]),
            _why(said),
            translate("như đã công bố", "as published") if fact else translate("nay đã khác", "other facts by now"),
            None,
            None,
        )


def _pauses_that_count(fact: dict[str, Any]) -> int:
    return sum(one["made_of_it"] == "pause_counted" for one in fact["pauses"])


def _pauses(file: InspectionFile) -> Iterator[Sequence[InspectionCell]]:
    for number, line in enumerate(file.ledger, start=1):
        for one in _of_fact(line, "pauses"):
            yield (
                number,
                line.said["code"],
                translate(*PAUSE[one["kind"]]),
                moment(one["from"]),
                moment(one["to"]) or translate(*TEXT["until_now"]),
                translate(*ORIGIN[one["origin"]]),
                translate(*TEXT[one["made_of_it"]]),
            )


def _days(file: InspectionFile) -> Iterator[Sequence[InspectionCell]]:
    for number, line in enumerate(file.ledger, start=1):
        for one in _of_fact(line, "special_days"):
            kind = translate(*TEXT["days_off" if one["kind"] == "off" else "worked_days"])
            yield number, line.said["code"], day(one["day"]), kind, one["note"][language()]


def _of_fact(line: LedgerLine, name: str) -> list[dict[str, Any]]:
    return list(line.fact[name]) if line.fact else []


def _hidden(file: InspectionFile) -> Iterator[Sequence[InspectionCell]]:
    drawn = {(line.said["source"], line.said["code"]): number for number, line in enumerate(file.ledger, start=1)}
    for said in file.hidden[:MOST_ROWS]:
        yield (
            drawn.get((said["source"], said["code"])),
            *_who(said, file),
            *(moment(said[name]) for name in ("received_at", "due_at", "end_at", "recorded_due_at", "recorded_end_at")),
            translate(*TIMELINESS_WORDS[said["recorded_timeliness"]]),
            _why(said),
            None,
            None,
        )


def _months(file: InspectionFile) -> Iterator[Sequence[InspectionCell]]:
    for one in file.months[:MOST_ROWS]:
        yield (
            one.source,
            one.unit_code,
            file.agencies.get(one.unit_code),
            f"{one.month:%m/%Y}",
            translate(*SIGNS[one.sign]),
            one.of_them,
            one.closings,
            round(100 * one.share, 1),
            one.what or None,
            None,
        )


def _who(said: dict[str, Any], file: InspectionFile) -> Sequence[InspectionCell]:
    unit = said["unit_code"]
    return said["source"], said["code"], unit, file.agencies.get(unit) if unit else None, said["procedure_code"]


def _why(said: dict[str, Any]) -> str | None:
    reasons = [REASONS[code] for code in (said["reasons"] or "").split() if code in REASONS]
    lacks = [MISSING[code] for code in (said["missing"] or "").split() if code in MISSING]
    return "; ".join((*(translate(one.vi, one.en) for one in reasons), *(translate(*one) for one in lacks))) or None


_NUMBER = ("số", "number", 6)
_DOSSIER = (
    ("nguồn", "source", 11),
    ("mã hồ sơ", "dossier", 24),
    ("mã cơ quan", "agency", 12),
    ("cơ quan", "its name", 24),
    ("thủ tục", "procedure", 11),
)
_ANSWERS = (("kết quả kiểm tra (đúng/sai)", "found (right/wrong)", 14), ("ghi chú của đoàn", "inspectors' note", 24))
_RECEIVED = ("tiếp nhận", "received", 16)
_WHY = ("nguyên nhân, còn thiếu", "reasons, what is missing", 40)
_AS_RECORDED = (("hẹn trả hệ thống ghi", "due as recorded", 16), ("kết thúc hệ thống ghi", "end as recorded", 16))
INSPECTION_SHEETS = (
    InspectionSheet(
        ("Sổ tính hạn", "Due-date ledger"),
        (
            _NUMBER,
            *_DOSSIER,
            _RECEIVED,
            ("thời hạn, căn cứ", "limit and its basis", 36),
            ("hạn khi chưa trừ tạm dừng", "due without pauses", 16),
            ("số lần tạm dừng được trừ", "pauses that count", 9),
            ("ngày làm việc tạm dừng", "working days paused", 9),
            ("ngày làm việc đã dùng", "working days used", 9),
            ("hạn theo quy định", "due by law", 16),
            ("kết thúc theo bằng chứng", "end by the evidence", 16),
            *_AS_RECORDED,
            ("trạng thái", "state", 13),
            ("tính lại", "derived", 11),
            ("hệ thống ghi", "as recorded", 11),
            ("kết luận", "verdict", 14),
            _WHY,
            ("dữ kiện", "facts", 13),
            *_ANSWERS,
        ),
        _ledger,
        answers=2,
    ),
    InspectionSheet(
        ("Tạm dừng", "Pauses"),
        (
            _NUMBER,
            _DOSSIER[1],
            ("loại", "kind", 22),
            ("từ", "from", 16),
            ("đến", "to", 16),
            ("theo", "by", 24),
            ("được tính thế nào", "what was made of it", 44),
        ),
        _pauses,
    ),
    InspectionSheet(
        ("Ngày nghỉ và làm bù", "Days off and made up"),
        (
            _NUMBER,
            _DOSSIER[1],
            ("ngày", "day", 12),
            ("loại", "kind", 24),
            ("lý do", "reason", 36),
        ),
        _days,
    ),
    InspectionSheet(
        ("Trễ ẩn", "Hidden lateness"),
        (
            ("số trong mẫu", "number in the sample", 9),
            *_DOSSIER,
            _RECEIVED,
            ("hạn theo quy định", "due by law", 16),
            ("kết thúc theo bằng chứng", "end by the evidence", 16),
            *_AS_RECORDED,
            ("hệ thống ghi", "as recorded", 11),
            _WHY,
            *_ANSWERS,
        ),
        _hidden,
        answers=2,
    ),
    InspectionSheet(
        ("Tháng đẹp bất thường", "Too-good months"),
        (
            _DOSSIER[0],
            *_DOSSIER[2:4],
            ("tháng", "month", 10),
            ("dấu hiệu", "sign", 40),
            ("hồ sơ có dấu hiệu", "dossiers that show it", 12),
            ("hồ sơ đóng trong tháng", "closed in the month", 12),
            ("%", "%", 8),
            ("giờ hoặc lúc", "time or moment", 18),
            ("ghi chú của đoàn", "inspectors' note", 30),
        ),
        _months,
        answers=1,
    ),
)
"""Sheets behind the first, in order."""
