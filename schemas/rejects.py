"""Reject reasons: why a record stands in raw.rejected, each code once, in Vietnamese and English."""

from __future__ import annotations

from schemas.worded_codes import WordedCode


class RejectReason(WordedCode):
    """A code of ``raw.rejected.reason`` with what it means."""

    NOT_A_RECORD = (
        "not_a_record",
        "dòng cộng, dòng tiêu đề hay ghi chú, không phải hồ sơ",
        "a total, a heading or a remark, no record",
    )
    CUT_OFF = "cut_off", "tệp bị cắt giữa dòng này", "the file ends within this row"
    CELL_COUNT = (
        "cell_count",
        "số ô khác số tiêu đề, nên ô nào cũng có thể thuộc cột khác",
        "more or fewer cells than headings, so any cell may be another's",
    )
    NO_CODE = "no_code", "thiếu mã hồ sơ (hoặc mã của danh mục)", "no code of a dossier, or of the entry of a catalogue"
    FORMULA = (
        "formula_not_computed",
        "mã là công thức chưa được tính",
        "its code is a formula that no program has computed",
    )
    TWO_CODES = "two_codes", "hai cột mã khác nhau", "two columns have the heading of the code and differ in it"
    CODE_DAMAGED = "code_damaged", "mã có ký tự bị hỏng", "bytes of its code are no letters"
    CODE_ROUNDED = (
        "code_rounded",
        "bảng tính đã làm tròn mã",
        "a spreadsheet made a rounded number of its code, such as 1.2E+12",
    )
    CODE_NAMES_NOTHING = (
        "code_names_nothing",
        "mã không chỉ hồ sơ nào: true, NaN, danh sách, một năm, hoặc mã mà hơn một trăm hồ sơ cùng mang",
        "its code names no dossier: true, NaN, a list, a year, or one that over a hundred dossiers bear",
    )
    CODE_TOO_LONG = "code_too_long", "mã dài hơn 100 ký tự", "its code has more than 100 characters, so it is a text"
    NOT_AN_OBJECT = "not_an_object", "không phải một bản ghi JSON", "there is no JSON object in the record's place"
    NESTED_TOO_DEEPLY = "nested_too_deeply", "lồng nhau quá sâu", "nested more deeply than any record is"
    BROKEN_LINE = "broken_line", "dòng không đọc được là JSON", "its line is no JSON"
    UNKNOWN_CALL = "unknown_call", "loại lời gọi chưa biết", "a call of land software that is not known"
    NO_DOSSIER = "no_dossier", "diễn biến không kèm hồ sơ nào", "an entry of a progress log whose dossier did not come"
    NO_PARENT = (
        "no_parent",
        "dòng con không thuộc hồ sơ nào",
        "a row of a table of pauses or entries that belongs to no dossier",
    )
    UNREADABLE_PAGE = "unreadable_page", "cả tệp hay trang không đọc được", "the page as a whole cannot be read"
    FILE_IS_LINK = "file_is_link", "tệp là liên kết", "the file is a link, which may lead outside the folder"
    FILE_UNREADABLE = "file_unreadable", "không mở được tệp", "the file cannot be opened"
    FILE_NOT_PLAIN = "file_not_plain", "không phải tệp thường", "an entry of the folder is no plain file"
    FILE_TOO_LARGE = "file_too_large", "tệp lớn quá giới hạn", "the file is larger than files.largest_mb of its source"


def reject_words(code: str) -> tuple[str, str]:
    """Say a code in Vietnamese and in English; one that a later or earlier version wrote stays as it is."""
    found = next((reason for reason in RejectReason if reason == code), None)
    return (found.vi, found.en) if found is not None else (code, code)
