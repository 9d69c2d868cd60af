"""Words of a work package: fields, values, evidence and remedies as an agency's officers read them.

A workbook is written for officials, so these are Vietnamese only; codes stand beside names where both are needed to find a dossier.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from config.checks import Check
from tasks.correcting.proposal_files import shown
from tasks.reports.explanation.words import CHANNEL_WORDS, LIMIT_UNIT, STATUS_WORDS
from tasks.rules.corrections.proposals import SUCCEEDED, WAITS, rule_words
from tasks.rules.corrections.value_texts import is_instant
from tasks.rules.verdict.reasons import MISSING, REASONS

FIELD_WORDS = {
    "procedure_code": "Thủ tục",
    "unit_code": "Cơ quan giải quyết",
    "channel": "Hình thức nộp",
    "status": "Trạng thái",
    "received_at": "Ngày tiếp nhận",
    "due_at": "Ngày hẹn trả",
    "done_at": "Ngày xử lý xong",
    "returned_at": "Ngày trả kết quả",
    "refused_at": "Ngày từ chối",
    "receipt_number": "Số biên nhận",
    "alias_code": "Mã hồ sơ khác",
}
_HAPPENED = {"done_at": "xử lý xong", "returned_at": "trả kết quả", "refused_at": "từ chối", "received_at": "tiếp nhận"}
_OF_OWNER = {
    "agency": "Đối chiếu hồ sơ gốc, sửa trên hệ thống một cửa",
    "one_stop_desk": "Bộ phận một cửa đối chiếu hồ sơ gốc và sửa trên hệ thống",
    "land_office": "Đối chiếu với phần mềm chuyên ngành và sửa cho khớp",
}
AGENCY_OWNERS = tuple(_OF_OWNER)
"""Owners of checks whose findings an agency itself can settle; the others are told by tickets and lists."""
_TIME = r"(\d{4})-(\d\d)-(\d\d)(?: (\d\d:\d\d))?"
_RULE_REMEDIES = {
    SUCCEEDED: "Chuyển hồ sơ sang cơ quan kế thừa trên hệ thống",
    WAITS: "Ghi phiếu yêu cầu bổ sung hoặc tạm dừng; nếu hồ sơ không chờ, ghi rõ ở ghi chú",
}


@dataclass(frozen=True)
class NameBook:
    """Names of agencies, procedures and systems by code; a code without a name stands for itself."""

    units: Mapping[str, str] = field(default_factory=dict)
    procedures: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)

    def unit(self, code: str | None) -> str:
        """Name an agency."""
        return _named(self.units, code) if code else "Chưa rõ cơ quan"

    def value(self, name: str, text: str | None) -> str:
        """Write a field's value, as corrections hold it, in words; ``trống`` for none."""
        if not text:
            return "trống"
        if is_instant(name):
            return shown(name, text).removesuffix(" 00:00")
        if name == "status" and text.isdigit() and int(text) in STATUS_WORDS:
            return _capital(STATUS_WORDS[int(text)][0])
        if name == "channel" and text in CHANNEL_WORDS:
            return _capital(CHANNEL_WORDS[text][0])
        return _named({"unit_code": self.units, "procedure_code": self.procedures}.get(name, {}), text)

    def change(self, name: str, old: str | None, new: str | None) -> str:
        """Say what stands, and what is proposed instead where something is."""
        stands = f"{FIELD_WORDS[name]}: {self.value(name, old)}"
        return stands if new is None else f"{stands} → {self.value(name, new)}"

    def evidence(self, text: str) -> str:
        """Tell the evidence of a proposal in Vietnamese; a part that no pattern knows stays as it is."""
        return "; ".join(self._fact(part) for part in text.split("; "))

    def _fact(self, part: str) -> str:
        for pattern, says in _FACTS:
            if found := pattern.fullmatch(part):
                return says(self, found)
        return part

    def system(self, named: str) -> str:
        """Name another system and its record: ``land BN01-1``."""
        if named == "another system":
            return "Hệ thống khác"
        source, _, code = named.partition(" ")
        return _capital(self.sources.get(source, source)) + (f" (hồ sơ {code})" if code else "")


def why(kind: str, rule: str) -> str:
    """Say why a row is there, of a proposal, a verdict's reason or missing evidence."""
    if kind == "missing":
        return "Chưa đủ căn cứ kết luận: " + "; ".join(MISSING[name][0] for name in rule.split() if name in MISSING)
    return rule_words(rule)[0]


def remedy(kind: str, rule: str, check: Check | None = None) -> str:
    """Say what the agency does about a row."""
    if check is not None:
        return _OF_OWNER[check.owner]
    if kind == "missing":
        return "Bổ sung hoặc sửa dữ liệu còn thiếu trên hệ thống một cửa"
    return _RULE_REMEDIES.get(rule) or (REASONS[rule].remedy_vi if rule in REASONS else "")


def _named(names: Mapping[str, str], code: str) -> str:
    return f"{names[code]} ({code})" if code in names else code


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _when(text: str) -> str:
    """Write a time of evidence as officials do: ``ngày 17/02/2025, 07:35``."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"ngày {moment:%d/%m/%Y}" + (f", {moment:%H:%M}" if len(text) > 10 else "")


def _status(number: str) -> str:
    return STATUS_WORDS[int(number)][0] if int(number) in STATUS_WORDS else number


def _limit(_book: NameBook, found: re.Match[str]) -> str:
    code, since, amount, unit = found.groups()
    limit = LIMIT_UNIT[unit][0] if float(amount) == 0 else f"{amount} {LIMIT_UNIT[unit][0]}"
    return f"thời hạn của thủ tục {code} (áp dụng từ {_when(since)}): {limit}"


# The sentences of tasks/rules/corrections/proposals.py, part by part.
_FACTS = tuple(
    (re.compile(pattern), says)
    for pattern, says in (
        (
            rf"core\.events seq \d+: status (\d+) at ({_TIME})?",
            lambda _, found: f"Nhật ký tiến độ: {_status(found[1])} {_when(found[2] or '')}".rstrip(),
        ),
        (r"core\.events, last entry: status (\d+)", lambda _, found: f"Mục cuối của nhật ký tiến độ: {_status(found[1])}"),
        (
            rf"core\.dossiers\.(\w+_at) of (.+?): ({_TIME})",
            lambda book, found: f"{book.system(found[2])}: {_HAPPENED.get(found[1], found[1])} {_when(found[3])}",
        ),
        (
            r"core\.dossiers\.status of (.+?): (\d+), and no pause on record",
            lambda book, found: f"{book.system(found[1])}: {_status(found[2])}, chưa ghi thời gian tạm dừng",
        ),
        (
            rf"core\.dossiers\.(\w+_at): ({_TIME})?",
            lambda _, found: f"Hệ thống ghi {_HAPPENED.get(found[1], found[1])} {_when(found[2] or '')}".rstrip(),
        ),
        (rf"date in core\.dossiers\.code: ({_TIME})", lambda _, found: f"Mã hồ sơ cho thấy tiếp nhận {_when(found[1])}"),
        (r"ref\.procedures (\S+) from (\S+): (\S+) (\w+)", _limit),
        (
            r"core\.pauses( of another system)?: (\d+), the first seq \d+",
            lambda _, found: f"trừ {found[2]} lần tạm dừng" + (" ghi ở hệ thống khác" if found[1] else ""),
        ),
        (
            r"ref\.units (\S+) until (\S+), succeeded by (.+)",
            lambda book, found: (
                f"{book.unit(found[1])} hoạt động đến {_when(found[2])}; kế thừa: "
                + ", ".join(book.unit(code) for code in found[3].split(", "))
            ),
        ),
        (r"core\.events names (\S+)", lambda book, found: f"nhật ký nêu {book.unit(found[1])}"),
    )
)
