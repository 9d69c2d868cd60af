"""Reasons for refusing a row of a returned work package, in Vietnamese and in English."""

from __future__ import annotations

ANSWER_REASONS = {
    "formula": (
        "ô trả lời là công thức: gõ giá trị vào ô, hoặc dán chỉ giá trị",
        "a cell that counts is a formula: type the value, or paste values only",
    ),
    "no_key": (
        "dòng không có khóa của gói (dòng thêm vào, hoặc cột khóa bị xóa): trả lời trên dòng của gói",
        "the row has no key of a package (added, or the key's column is gone): answer on a row of the package",
    ),
    "unknown_row": (
        "khóa của dòng không thuộc gói nào đã gửi từ đây: lấy lại gói rồi trả lời",
        "the row's key belongs to no package that was made here: take the package again and answer on it",
    ),
    "row_changed": (
        "mã hồ sơ hoặc nội dung đề nghị trên dòng đã bị sửa: lấy lại gói; ý khác thì ghi vào cột Giá trị khác",
        "the dossier code or the proposal on the row was changed: take the package again; another value has its own column",
    ),
    "no_decision": (
        "có giá trị hoặc văn bản nhưng chưa chọn quyết định",
        "a value or document is given, and no decision chosen",
    ),
    "unclear_answer": (
        "quyết định không rõ: chọn Đồng ý, Không, Giá trị khác, Đã sửa hoặc Cần xem lại",
        "the decision is not clear: choose one of the list",
    ),
    "no_answerer": (
        "thiếu tài khoản người trả lời ở đầu trang Việc cần làm",
        "nobody is named as answering at the top of the sheet",
    ),
    "decision_and_value": (
        "có ghi giá trị khác nhưng quyết định không phải Giá trị khác: sửa một trong hai",
        "another value is given, and the decision is not that: correct one of them",
    ),
    "unreadable_date": (
        "ngày không có thật hoặc không đọc được: ghi ngày/tháng/năm, năm đủ bốn chữ số",
        "the date does not exist or cannot be read: give day/month/year, the year in four digits",
    ),
    "bad_document_date": (
        "ngày văn bản không đọc được, hoặc chưa đến: ghi ngày/tháng/năm",
        "the document's date cannot be read, or lies in the future: give day/month/year",
    ),
    "no_field": (
        "dòng này không gắn với một giá trị: sửa ở hệ thống nguồn, chọn Đồng ý khi sẽ sửa",
        "the row is about no single value: correct the source, and choose that you agree",
    ),
    "answered_twice": (
        "cùng một dòng của gói được trả lời hai cách trong tệp: giữ một",
        "one row of the package is answered in two ways in this file: keep one",
    ),
}
