"""Conditions of the gates in words that an official reads, instead of the names of columns."""

from __future__ import annotations

from datetime import date
from typing import Any

from config.policies import load_policies
from schemas.quality import GATE_RESULTS
from tasks.warehouse.engine import read_frame

_GATES = """
    SELECT DISTINCT ON (gate, subject, expectation) gate, subject, expectation, as_of, success, checked, unexpected, tolerance
    FROM quality.gate_results WHERE as_of <= %(as_of)s ORDER BY gate, subject, expectation, as_of DESC
"""
_SHOWN = ("gate", "subject", "expectation", "success", "checked", "unexpected", "tolerance")

COLUMN_WORDS = {
    "as_of": ("tính đến ngày", "day that it speaks for"),
    "at": ("thời điểm", "time"),
    "balance": ("chênh lệch đầu kỳ + tiếp nhận − cuối kỳ", "difference of what came in and what became of it"),
    "added_unshown": ("có tiếp nhận mà hệ thống chưa ghi", "received, not shown by its system"),
    "basis": ("cơ sở tính", "basis"),
    "bridge": ("chênh lệch ghi nhận − bỏ ra + thêm vào − sau làm sạch", "difference of recorded, left out, added and cleaned"),
    "carried_over": ("từ kỳ trước", "carried over"),
    "carry": ("chênh lệch cuối kỳ trước − đầu kỳ này", "difference of closing and next opening"),
    "channel": ("kênh tiếp nhận", "channel"),
    "code": ("mã hồ sơ", "dossier code"),
    "denominator": ("mẫu số", "denominator"),
    "done_at": ("ngày kết thúc xử lý", "day done"),
    "due_at": ("ngày hẹn trả", "due date"),
    "end_origin": ("căn cứ của lúc kết thúc", "origin of the end"),
    "ended_at": ("lúc kết thúc", "end"),
    "fee_amount": ("phí, lệ phí", "fee"),
    "field_code": ("lĩnh vực", "field"),
    "finished_early": ("giải quyết trước hạn", "finished early"),
    "finished_late": ("giải quyết quá hạn", "finished late"),
    "finished_on_time": ("giải quyết đúng hạn", "finished on time"),
    "finished_undetermined": ("đã giải quyết, chưa đủ căn cứ", "finished, undetermined"),
    "in_progress_in_time": ("đang giải quyết, trong hạn", "in progress, within time"),
    "in_progress_overdue": ("đang giải quyết, quá hạn", "in progress, overdue"),
    "in_progress_undetermined": ("đang giải quyết, chưa đủ căn cứ", "in progress, undetermined"),
    "indicator": ("chỉ số", "indicator"),
    "kind": ("loại", "kind"),
    "left_out_by_policy": ("cách tính không tính", "left out by the policy"),
    "left_out_second_entry": ("bỏ ra vì trùng", "left out as second entry"),
    "left_out_test": ("bỏ ra vì là hồ sơ thử", "left out as test"),
    "left_out_unreceived": ("bỏ ra vì chưa tiếp nhận", "left out as never received"),
    "level": ("cấp", "level"),
    "limit_amount": ("độ dài thời hạn", "length of the limit"),
    "limit_shortest": ("thời hạn ngắn nhất", "shortest limit"),
    "limit_text": ("thời hạn như nguồn ghi", "limit as written"),
    "limit_unit": ("đơn vị của thời hạn", "unit of the limit"),
    "lower": ("số dưới của khoảng", "lower end of the interval"),
    "month": ("tháng", "month"),
    "name": ("tên", "name"),
    "numerator": ("tử số", "numerator"),
    "origin": ("căn cứ", "origin"),
    "otherwise": ("chênh lệch rút, từ chối", "difference of withdrawn and refused"),
    "otherwise_late": ("rút, từ chối, quá hạn", "withdrawn or refused late"),
    "otherwise_on_time": ("rút, từ chối, trong hạn", "withdrawn or refused on time"),
    "otherwise_undetermined": ("rút, từ chối, chưa đủ căn cứ", "withdrawn or refused, undetermined"),
    "page_digest": ("mã băm của tệp gốc", "digest of the landing file"),
    "page_position": ("vị trí trong tệp gốc", "place in the landing file"),
    "partition_month": ("tháng tiếp nhận", "month of receipt"),
    "period": ("kỳ", "period"),
    "person_kind": ("loại người nộp", "kind of applicant"),
    "service_level": ("mức độ dịch vụ", "service level"),
    "policy": ("cách tính", "policy"),
    "procedure_code": ("mã thủ tục", "procedure code"),
    "publication_id": ("mã công bố", "publication"),
    "received": ("tiếp nhận", "received"),
    "received_at": ("ngày tiếp nhận", "day received"),
    "refused": ("từ chối, dừng", "refused, stopped"),
    "refused_at": ("ngày từ chối", "day refused"),
    "returned_at": ("ngày trả kết quả", "day returned"),
    "role": ("vai trò của nguồn", "role of the source"),
    "seq": ("số thứ tự", "number in order"),
    "source": ("hệ thống nguồn", "source"),
    "source_flag": ("cờ đúng hạn, trễ hạn của nguồn", "source's own mark of lateness"),
    "started_at": ("lúc bắt đầu", "beginning"),
    "status": ("trạng thái", "status"),
    "submitted_at": ("ngày nộp", "day submitted"),
    "undetermined": ("chưa đủ căn cứ", "undetermined"),
    "unit_code": ("mã cơ quan", "agency code"),
    "upper": ("số trên của khoảng", "upper end of the interval"),
    "valid_from": ("hiệu lực từ", "valid from"),
    "valid_to": ("hiệu lực đến", "valid to"),
    "value": ("giá trị", "value"),
    "withdrawn": ("công dân rút", "withdrawn"),
}
"""What a column is called in a condition, in Vietnamese and in English."""
_PROMISE_WORDS = {
    "given": ("phải có giá trị", "is given"),
    "one of": ("thuộc danh sách cho phép", "is one of those allowed"),
    "pattern": ("đúng dạng", "has its form"),
    "between": ("trong khoảng cho phép", "lies within its bounds"),
    "unique": ("không lặp lại", "stands once"),
    "is 0": ("bằng 0", "is 0"),
}
_LOOKED_AT = {
    "II.06a": ("đẳng thức của biểu II.06a", "identities of form II.06a"),
    "core.dossiers": ("hồ sơ", "dossiers"),
    "core.events": ("nhật ký xử lý", "processing log"),
    "core.pauses": ("thời gian dừng", "pauses"),
    "dossiers": ("hồ sơ", "dossiers"),
    "events": ("nhật ký xử lý", "processing log"),
    "mart.counts": ("số đếm", "counts"),
    "mart.indicators": ("chỉ số", "indicators"),
    "procedures": ("thủ tục", "procedures"),
    "ref.procedures": ("thủ tục", "procedures"),
    "ref.units": ("cơ quan", "agencies"),
    "supplements": ("yêu cầu bổ sung", "requests for a supplement"),
    "units": ("cơ quan", "agencies"),
}


def gates(as_of: date, titles: dict[str, str]) -> dict[str, Any]:
    """Return the newest result of every condition of the gates until a day, ready for JSON.

    Args:
        as_of: the day.
        titles: of sources by name.

    Returns:
        ``rows``: a condition each; ``words``: of each condition and subject that they name, in both languages.
    """
    rows = [
        {name: row[name] for name in _SHOWN} for row in read_frame(_GATES, {"as_of": as_of}, GATE_RESULTS).to_dict("records")
    ]
    words = {row["expectation"]: _both(condition_words(row["expectation"])) for row in rows}
    words |= {row["subject"]: _both(subject_words(row["subject"], titles)) for row in rows}
    return {"rows": rows, "words": words}


def condition_words(name: str) -> tuple[str, str]:
    """Return the words of a condition in both languages; what is unknown stands for itself.

    Args:
        name: as in ``quality.gate_results``.
    """
    columns, _, promise = name.partition(": ")
    named = [COLUMN_WORDS.get(one, (one, one)) for one in columns.split(", ")]
    vi, en = ", ".join(one[0] for one in named), ", ".join(one[1] for one in named)
    if promise.startswith("not before "):
        other = promise.removeprefix("not before ")
        least = COLUMN_WORDS.get(other, (other, other))
        return f"{vi}: không nhỏ hơn {least[0]}", f"{en}: not less than {least[1]}"
    said = _PROMISE_WORDS.get(promise, (promise, promise))
    return f"{vi}: {said[0]}", f"{en}: {said[1]}"


def subject_words(subject: str, titles: dict[str, str]) -> tuple[str, str]:
    """Return the words of what a gate looked at: whose (a source or a policy), and what of it."""
    whose, _, what = subject.rpartition(" ")
    vi, en = _LOOKED_AT.get(what, (what, what))
    policy = load_policies().get(whose)
    of = (policy.title.vi, policy.title.en) if policy else (titles.get(whose, whose),) * 2
    return f"{of[0]}: {vi}", f"{of[1]}: {en}"


def _both(words: tuple[str, str]) -> dict[str, str]:
    return {"vi": words[0], "en": words[1]}
