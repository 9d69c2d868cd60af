"""Rules by which cleaning changes a field: effect, version and confidence of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CleaningRule:
    """One rule.

    Attributes:
        vi, en: what it does.
        confidence: how far the cleaned value, or leaving it empty, is to be trusted, 0 to 1. A judgement, not a measurement.
        version: counts up when the rule gives another answer than before, so that old and new answers can be told apart.
    """

    vi: str
    en: str
    confidence: float
    version: int = 1


CLEANING_RULES: dict[str, CleaningRule] = {
    "trimmed": CleaningRule("Bỏ khoảng trắng, ký tự ẩn thừa", "Needless white space and invisible signs are gone", 1.0),
    "composed": CleaningRule("Đưa về Unicode dựng sẵn (NFC)", "Brought to composed Unicode (NFC)", 1.0),
    "code_form": CleaningRule("Đưa mã về một cách viết", "The code is brought to its one form", 1.0),
    "look_alike": CleaningRule(
        "Thay chữ cái giống chữ Latinh của bảng chữ khác", "Look-alike letters of another alphabet became Latin ones", 0.95
    ),
    "procedure_suffix": CleaningRule(
        "Bỏ hậu tố của đơn vị sau mã thủ tục", "The owner's suffix of the procedure is cut off", 0.95
    ),
    "procedure_number": CleaningRule(
        "Mã thủ tục bị bảng tính đổi thành số: thêm lại các số 0 ở cuối",
        "A spreadsheet made a number of the procedure's code: its last zeros are put back",
        0.95,
    ),
    "agency_old_code": CleaningRule(
        "Đổi mã cũ của cơ quan sang mã hiện hành", "The agency's old code became its code today", 0.95
    ),
    "agency_name": CleaningRule(
        "Tìm cơ quan theo tên trong danh mục", "The agency was found by its name in the directory", 0.98
    ),
    "agency_spelling": CleaningRule(
        "Tìm cơ quan theo tên viết cách khác: chữ hoa, vị trí dấu thanh, i hay y, viết tắt",
        "The agency was found by another spelling of its name: capitals, place of the tone mark, i or y, short forms",
        0.98,
    ),
    "agency_name_folded": CleaningRule(
        "Tìm cơ quan theo tên, bỏ qua dấu, viết tắt và loại đơn vị; chỉ khi còn đúng một cơ quan",
        "The agency was found by its name without accents, short forms and kind of place, which one agency alone has",
        0.9,
        version=2,
    ),
    "agency_likeness": CleaningRule(
        "Tìm cơ quan theo tên gần giống", "The agency was found by a name nearly the same", 0.85, version=2
    ),
    "agency_by_day": CleaningRule(
        "Nhiều cơ quan cùng tên: lấy cơ quan có hiệu lực vào ngày tiếp nhận",
        "Several agencies had the name: the one in force on the day of receipt was taken",
        0.9,
    ),
    "agency_of_code": CleaningRule("Lấy cơ quan từ mã hồ sơ", "The agency was taken from the dossier's code", 0.7),
    "agency_unknown": CleaningRule(
        "Cơ quan không có trong danh mục: để trống", "No such agency in the directory: left empty", 0.9
    ),
    "date_order": CleaningRule(
        "Đọc tháng trước ngày, trái quy ước của hệ thống", "Month before day, against the system's way", 0.95
    ),
    "date_guessed": CleaningRule(
        "Ngày đọc được hai cách, không có căn cứ: lấy cách thường gặp", "The date reads two ways and nothing settles it", 0.5
    ),
    "date_serial": CleaningRule("Đọc số sê-ri của Excel thành ngày", "A serial number of Excel became a date", 0.95),
    "date_empty": CleaningRule("Ngày rỗng kiểu 0001, 1900: để trống", "An empty date stored as 0001 or 1900: left empty", 0.95),
    "date_unreadable": CleaningRule("Không đọc được thành ngày: để trống", "No date in any reading: left empty", 0.9),
    "number_form": CleaningRule(
        "Đọc số viết kiểu 1.234 hoặc cộng dồn", "A number written as 1.234, or as a sum, was read", 0.95
    ),
    "number_unreadable": CleaningRule("Không đọc được thành số: để trống", "No number: left empty", 0.9),
    "not_listed": CleaningRule("Mã không có trong bảng mã: để trống", "The value is in no code list: left empty", 0.9),
    "by_default": CleaningRule("Nguồn để trống: lấy theo quy định chung", "The source gives none: what holds without one", 0.8),
    "presumed": CleaningRule("Trạng thái suy ra từ ngày kết thúc", "The status follows from the end that is given or not", 0.7),
    "pause_presumed": CleaningRule(
        "Loại tạm dừng không có trong bảng mã: lấy là chờ bổ sung",
        "The kind of pause is in no code list: taken for a supplement",
        0.6,
    ),
    "end_from_log": CleaningRule(
        "Bản ghi tạm dừng thiếu ngày kết thúc: lấy theo nhật ký xử lý",
        "The record of a pause lacks its end: the log's was taken",
        0.9,
    ),
    "identity_refused": CleaningRule(
        "Số định danh sai hoặc giả: nhận người nộp theo tên và điện thoại",
        "The identity number is malformed or made up: name and telephone stand for the applicant",
        0.6,
    ),
}
