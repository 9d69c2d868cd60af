"""Refusals of correction lines: why one is not taken, and why one waits although it is signed."""

from __future__ import annotations

from tasks.rules.corrections.answer_reasons import ANSWER_REASONS
from tasks.rules.corrections.known_times import IMPOSSIBLE_REASONS

WAITING_REASONS = {
    "nobody_approves": (
        "chưa có config/people.yaml nên chưa ai duyệt được: vẫn chờ duyệt",
        "there is no config/people.yaml, so nobody can approve: it waits",
    ),
    "no_document": (
        "làm hồ sơ bớt trễ mà thiếu số và ngày văn bản: vẫn chờ duyệt",
        "improves the dossier's lateness without number and date of a document: it waits",
    ),
}
"""Why a signed line waits, in Vietnamese and in English."""

REFUSAL_REASONS = {
    "no_code": ("thiếu mã hồ sơ", "no dossier code"),
    "unknown_dossier": ("không có hồ sơ mang mã này", "no dossier has this code"),
    "several_sources": (
        "mã có ở nhiều hệ thống: thêm cột `nguồn`",
        "several sources have this code: add the column `source`",
    ),
    "unknown_field": ("trường này không đính chính được", "this field cannot be corrected"),
    "no_value": ("thiếu giá trị mới (ghi `trống` để xóa)", "no new value (write `empty` to remove one)"),
    "bad_value": ("giá trị mới không đọc được theo trường này", "the new value does not read as this field"),
    "not_allowed": ("giá trị mới không có trong danh mục", "the new value is not in the directory"),
    "no_evidence": ("thiếu căn cứ", "no evidence"),
    "personal_value": (
        "có số giống giấy tờ, điện thoại, thư điện tử, hoặc tên, địa chỉ của người dân: ghi số hiệu văn bản thay vào",
        "holds what looks like an identity number, telephone, mail, a person's name or address: give a document number instead",
    ),
    "no_proposer": ("thiếu người đề nghị", "nobody proposes it"),
    "same_person": ("người đề nghị và người duyệt là một", "proposed and approved by the same person"),
    "no_approver": ("thiếu người duyệt", "decided, but nobody signed"),
    "unclear_decision": ("cột duyệt: ghi `có` hoặc `không`", "the decision is neither yes nor no"),
    "undecided": ("chưa quyết định: vẫn chờ duyệt", "not decided yet: it still waits"),
    "not_proposed": (
        "motcua không đề nghị giá trị này: ghi tên người đề nghị",
        "motcua does not propose this value: name the person who does",
    ),
    "source_moved": (
        "hệ thống nguồn nay ghi giá trị khác với giá trị cũ trong tệp: xem lại",
        "the source now states another value than the old one in the file: look again",
    ),
    "cell_count": (
        "số ô khác số cột: xem lại dấu phẩy, dấu nháy của dòng",
        "more or fewer cells than headings: look at its commas and quotation marks",
    ),
    "damaged_text": ("có chữ bị hỏng khi lưu tệp", "letters of it were damaged when the file was saved"),
    "date_two_ways": (
        "ngày đọc được hai cách mà tệp viết cả hai: ghi năm-tháng-ngày",
        "the date reads two ways and the file writes both: give year-month-day",
    ),
    "contradicts": ("trái với một dòng trước về cùng trường", "contradicts an earlier line about the same field"),
    "unknown_proposer": (
        "people.yaml không có tài khoản của người đề nghị",
        "the proposer's account is not in people.yaml",
    ),
    "unknown_approver": ("people.yaml không có tài khoản của người duyệt", "the approver's account is not in people.yaml"),
    "account_ended": (
        "theo people.yaml, hôm nay tài khoản chưa hoặc không còn hiệu lực",
        "by people.yaml the account does not count today",
    ),
    "may_not_propose": (
        "người đề nghị không có quyền đề nghị cho cơ quan của hồ sơ này",
        "the proposer may not propose for the dossier's agency",
    ),
    "may_not_approve": (
        "người duyệt không có quyền duyệt cho cơ quan của hồ sơ này",
        "the approver may not approve for the dossier's agency",
    ),
    "no_attachment": (
        "không thấy tệp đính kèm bên cạnh tệp đính chính",
        "the attached file does not lie beside the file of corrections",
    ),
    **ANSWER_REASONS,
    **WAITING_REASONS,
    **IMPOSSIBLE_REASONS,
}
"""Why a line is refused, in Vietnamese and in English."""
