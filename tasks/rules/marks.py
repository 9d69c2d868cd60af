"""Marks: names of defects met in reading and cleaning, kept with the dossier as ``marks``.

A mark is derived before personal values are dropped, so that checks can speak about an identity number
that the warehouse never sees. A mark never holds a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

NOT_NFC = "not_nfc"
LEGACY_FONT = "legacy_font"
TEXT_DAMAGED = "text_damaged"
CODE_FOLDED = "code_folded"
CODE_UNREADABLE = "code_unreadable"
NO_CODE_DATE = "no_code_date"
DATE_AMBIGUOUS = "date_ambiguous"
DATE_UNREADABLE = "date_unreadable"
DUE_UNREADABLE = "due_unreadable"
END_UNREADABLE = "end_unreadable"
DATE_SERIAL = "date_serial"
DATE_TWO_FORMATS = "date_two_formats"
YEAR_ZERO = "year_zero"
UNKNOWN_STATUS = "unknown_status"
UNKNOWN_CHANNEL = "unknown_channel"
UNKNOWN_PERSON_KIND = "unknown_person_kind"
UNKNOWN_LOG_STATUS = "unknown_log_status"
UNKNOWN_PAUSE_KIND = "unknown_pause_kind"
PAUSE_UNDATED = "pause_undated"
ID_MISSING = "id_missing"
ID_MALFORMED = "id_malformed"
ID_PLACEHOLDER = "id_placeholder"
PHONE_MALFORMED = "phone_malformed"
PHONE_PLACEHOLDER = "phone_placeholder"
TEST_WORDING = "test_wording"
NUMBER_AS_TEXT = "number_as_text"
UNIT_UNKNOWN = "unit_unknown"
UNIT_FOLDED = "unit_folded"
UNIT_AMBIGUOUS = "unit_ambiguous"
DUPLICATE_RECORD = "duplicate_record"
PERSONAL_MASKED = "personal_masked"
RECEIPT_CLOCK_BEHIND = "receipt_clock_behind"
RECEIPT_CLOCK_AHEAD = "receipt_clock_ahead"
END_CLOCK_BEHIND = "end_clock_behind"
END_CLOCK_AHEAD = "end_clock_ahead"
CODE_REUSED = "code_reused"  # the last one: it may be added once a record meets what is known
# A date is not in the form that its source declares.
OF_DATES = (DATE_AMBIGUOUS, DATE_TWO_FORMATS, DATE_UNREADABLE, DATE_SERIAL, YEAR_ZERO)


@dataclass(frozen=True)
class Mark:
    """What a mark means, in the two languages of those who read it."""

    vi: str
    en: str


MARKS: dict[str, Mark] = {
    NOT_NFC: Mark("Chữ tổ hợp rời (không phải NFC)", "Text in decomposed characters (not NFC)"),
    LEGACY_FONT: Mark("Dấu vết phông chữ cũ (TCVN3, VNI)", "Trace of a legacy font (TCVN3, VNI)"),
    TEXT_DAMAGED: Mark("Có chữ bị hỏng khi xuất tệp", "Letters were damaged when the file was written"),
    CODE_FOLDED: Mark(
        "Mã hồ sơ viết khác chuẩn, đã đưa về chuẩn", "Dossier code written otherwise, brought to the standard form"
    ),
    CODE_UNREADABLE: Mark("Mã hồ sơ không theo mẫu quốc gia", "Dossier code does not follow the national pattern"),
    NO_CODE_DATE: Mark("Ngày trong mã hồ sơ không có thật", "The date inside the dossier code does not exist"),
    DATE_AMBIGUOUS: Mark("Ngày đọc được hai cách (ngày/tháng, tháng/ngày)", "A date reads two ways (day/month or month/day)"),
    DATE_UNREADABLE: Mark("Có ô ngày không đọc được", "A date field cannot be read"),
    DUE_UNREADABLE: Mark("Ngày hẹn trả có ghi nhưng không đọc được", "A due date is stated and cannot be read"),
    END_UNREADABLE: Mark("Ngày kết thúc có ghi nhưng không đọc được", "An end is stated and cannot be read"),
    DATE_SERIAL: Mark("Ngày ghi bằng số sê-ri của Excel", "A date is written as an Excel serial number"),
    DATE_TWO_FORMATS: Mark(
        "Ngày viết ngược thứ tự với quy ước của hệ thống", "A date is written in the other order than the system's own"
    ),
    YEAR_ZERO: Mark("Ngày rỗng kiểu 0001 hoặc 1900", "An empty date stored as year 0001 or 1900"),
    UNKNOWN_STATUS: Mark("Mã trạng thái không có trong bảng mã", "Status code is not in the source's map"),
    UNKNOWN_CHANNEL: Mark("Mã kênh không có trong bảng mã", "Channel code is not in the source's map"),
    UNKNOWN_PERSON_KIND: Mark("Mã loại đối tượng không có trong bảng mã", "Kind of applicant is not in the source's map"),
    UNKNOWN_LOG_STATUS: Mark(
        "Nhật ký có mã trạng thái không có trong bảng mã", "A status in the progress log is not in the source's map"
    ),
    UNKNOWN_PAUSE_KIND: Mark("Loại tạm dừng không có trong bảng mã", "A kind of pause is not in the source's map"),
    PAUSE_UNDATED: Mark("Có lần tạm dừng không rõ bắt đầu khi nào", "A pause is recorded and nothing says when it began"),
    ID_MISSING: Mark("Thiếu số định danh", "Identity number is missing"),
    ID_MALFORMED: Mark("Số định danh sai cấu trúc", "Identity number is malformed"),
    ID_PLACEHOLDER: Mark("Số định danh giả, điền cho đủ", "Identity number is a placeholder"),
    PHONE_MALFORMED: Mark("Số điện thoại sai cấu trúc", "Telephone number is malformed"),
    PHONE_PLACEHOLDER: Mark("Số điện thoại giả, điền cho đủ", "Telephone number is a placeholder"),
    TEST_WORDING: Mark("Có chữ cho thấy là hồ sơ thử", "Wording shows a test dossier"),
    NUMBER_AS_TEXT: Mark("Số viết kiểu 1.234", "A number is written as text, 1.234"),
    UNIT_UNKNOWN: Mark("Cơ quan không có trong danh mục", "Agency is not in the directory"),
    UNIT_FOLDED: Mark(
        "Tên hoặc mã cơ quan viết khác danh mục", "Name or code of the agency is written otherwise than in the directory"
    ),
    UNIT_AMBIGUOUS: Mark(
        "Tên cơ quan ứng với nhiều cơ quan trong danh mục", "Several agencies of the directory share the name as it is written"
    ),
    DUPLICATE_RECORD: Mark(
        "Một mã xuất hiện nhiều lần trong cùng một tệp", "The code occurs more than once in one page or file"
    ),
    PERSONAL_MASKED: Mark(
        "Có dữ liệu cá nhân nằm sai ô, đã che ([che])",
        "A personal value stood in a field of another kind; it is masked ([che])",
    ),
    RECEIPT_CLOCK_BEHIND: Mark(
        "Cơ quan ghi giờ tiếp nhận sớm hơn giờ thật (máy chủ chạy giờ UTC)",
        "The agency writes receipts hours too early (clock in UTC)",
    ),
    RECEIPT_CLOCK_AHEAD: Mark(
        "Cơ quan ghi giờ tiếp nhận muộn hơn giờ thật (đổi múi giờ hai lần)",
        "The agency writes receipts hours too late (converted twice)",
    ),
    END_CLOCK_BEHIND: Mark(
        "Cơ quan ghi giờ kết thúc sớm hơn giờ thật (máy chủ chạy giờ UTC)",
        "The agency writes ends hours too early (clock in UTC)",
    ),
    END_CLOCK_AHEAD: Mark(
        "Cơ quan ghi giờ kết thúc muộn hơn giờ thật (đổi múi giờ hai lần)",
        "The agency writes ends hours too late (converted twice)",
    ),
    CODE_REUSED: Mark(
        "Số hồ sơ đã cấp cho hồ sơ khác của năm khác; lưu kèm năm tiếp nhận (~NĂM)",
        "The number was used for another dossier in another year; kept with the year of receipt (~YEAR)",
    ),
}
_ORDER = {name: place for place, name in enumerate(MARKS)}


def joined_marks(flags: Mapping[str, np.ndarray], length: int) -> pa.Array:
    """Join flags into one text a row.

    Args:
        flags: mark to a boolean array of ``length``.
        length: number of rows.

    Returns:
        Names space-separated in the order of ``MARKS``; null where a row has none.
    """
    packed = np.zeros(length, dtype=np.int64)
    for name, flag in flags.items():
        packed |= flag.astype(np.int64) << _ORDER[name]
    distinct, places = np.unique(packed, return_inverse=True)
    texts = [" ".join(name for name, place in _ORDER.items() if value >> place & 1) or None for value in distinct.tolist()]
    return pa.array(texts, pa.string()).take(pa.array(places))
