"""Reasons of verdicts: their codes, in the words that officials and engineers read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """One reason.

    Attributes:
        code: what tables hold.
        verdict: verdict that it explains.
        vi: sentence for officials; en: the same in English.
        remedy_vi: what the agency does about it; remedy_en: the same in English.
    """

    code: str
    verdict: str
    vi: str
    en: str
    remedy_vi: str
    remedy_en: str


_PHANTOM = (
    Reason(
        "test_dossier",
        "phantom_late",
        "Hồ sơ thử nghiệm",
        "Test dossier",
        "Xóa hồ sơ thử nghiệm khỏi hệ thống chính thức",
        "Remove the test dossier from the live system",
    ),
    Reason(
        "duplicate",
        "phantom_late",
        "Hồ sơ trùng với hồ sơ khác",
        "Repeats another dossier",
        "Hủy bản trùng, giữ bản được tiếp nhận trước",
        "Cancel the copy, keep the one received first",
    ),
    Reason(
        "clock_shifted",
        "phantom_late",
        "Giờ kết thúc lệch đúng 7 giờ so với phần mềm chuyên ngành",
        "End shifted by exactly seven hours against the specialised software",
        "Nhà cung cấp sửa múi giờ khi đồng bộ",
        "The vendor corrects the time zone of the synchronisation",
    ),
    Reason(
        "lag_between_systems",
        "phantom_late",
        "Phần mềm chuyên ngành kết thúc đúng hạn, một cửa ghi nhận chậm",
        "Ended in time in the specialised software, which the one-stop desk heard of later",
        "Ghi ngày kết thúc theo phần mềm chuyên ngành, đồng bộ sớm hơn",
        "Enter the end of the specialised software, synchronise sooner",
    ),
    Reason(
        "closed_after_hand_over",
        "phantom_late",
        "Đã trả kết quả đúng hạn, hệ thống ghi kết thúc xử lý sau đó",
        "Handed over in time; the system wrote the end of processing down later",
        "Ghi ngày kết thúc xử lý không muộn hơn ngày trả kết quả",
        "Enter an end of processing that is not after the hand-over",
    ),
    Reason(
        "end_year_slipped",
        "phantom_late",
        "Ngày kết thúc ghi nhầm năm",
        "End written down with the wrong year",
        "Sửa năm của ngày kết thúc",
        "Correct the year of the end",
    ),
    Reason(
        "ended_elsewhere",
        "phantom_late",
        "Phần mềm chuyên ngành đã kết thúc, một cửa còn mở",
        "Ended in the specialised software, still open at the one-stop desk",
        "Đóng hồ sơ trên hệ thống một cửa theo ngày kết thúc của phần mềm chuyên ngành",
        "Close the dossier at the desk with the end of the specialised software",
    ),
    Reason(
        "withdrawn_open",
        "phantom_late",
        "Công dân đã rút hồ sơ nhưng hồ sơ còn mở",
        "Withdrawn by the citizen, still open",
        "Chuyển trạng thái hồ sơ sang đã rút",
        "Set the status to withdrawn",
    ),
    Reason(
        "unit_moved",
        "phantom_late",
        "Đơn vị kế thừa đã giải quyết, hồ sơ ở đơn vị cũ còn mở",
        "Finished by the succeeding agency, still open at the abolished one",
        "Chuyển hồ sơ sang đơn vị kế thừa và kết thúc theo nhật ký",
        "Move the dossier to the succeeding agency and close it by the log",
    ),
    Reason(
        "handed_over_not_closed",
        "phantom_late",
        "Đã trả kết quả nhưng chưa kết thúc trên hệ thống",
        "Result handed over, never closed in the system",
        "Kết thúc hồ sơ trên hệ thống theo ngày trả kết quả",
        "Close the dossier with the day of the hand-over",
    ),
    Reason(
        "counted_by_return",
        "phantom_late",
        "Tính theo ngày trả cho công dân thay vì ngày xử lý xong",
        "Counted by the hand-over to the citizen instead of the end of processing",
        "Ghi ngày kết thúc xử lý theo nhật ký tiến độ",
        "Enter the end of processing from the progress log",
    ),
    Reason(
        "receipt_wrong",
        "phantom_late",
        "Ngày tiếp nhận sai hoặc thiếu",
        "Date of receipt wrong or missing",
        "Sửa ngày tiếp nhận theo mã hồ sơ",
        "Correct the date of receipt by the dossier code",
    ),
    Reason(
        "due_impossible",
        "phantom_late",
        "Ngày hẹn trả không thể có (trước ngày tiếp nhận, năm 0001, mặc định 2 giờ)",
        "Impossible due date (before receipt, year 0001, default of two hours)",
        "Tính lại ngày hẹn trả theo thời hạn của thủ tục",
        "Work out the due date again from the procedure's limit",
    ),
    Reason(
        "pause_recorded_elsewhere",
        "phantom_late",
        "Thời gian dừng chỉ ghi trong phần mềm chuyên ngành",
        "Pause recorded in the specialised software only",
        "Ghi thời gian dừng vào hệ thống một cửa",
        "Enter the pause at the one-stop desk",
    ),
    Reason(
        "pause_not_subtracted",
        "phantom_late",
        "Chưa trừ thời gian chờ bổ sung hoặc nghĩa vụ tài chính",
        "Waiting for a supplement or a payment not subtracted",
        "Gia hạn ngày hẹn trả theo thời gian đã dừng",
        "Move the due date by the time of the pause",
    ),
    Reason(
        "due_wrong_calendar",
        "phantom_late",
        "Ngày hẹn trả tính sai lịch nghỉ, lịch làm bù",
        "Due date computed without holidays and make-up days",
        "Cập nhật lịch nghỉ của hệ thống và tính lại ngày hẹn trả",
        "Load the calendar into the system and compute the due date again",
    ),
    Reason(
        "due_wrong_limit",
        "phantom_late",
        "Ngày hẹn trả ngắn hơn thời hạn của thủ tục",
        "Due date shorter than the procedure's limit",
        "Cấu hình lại thời hạn của thủ tục trên hệ thống",
        "Set the procedure's limit in the system right",
    ),
    Reason(
        "compared_by_instant",
        "phantom_late",
        "Xong trong ngày hẹn nhưng bị tính trễ theo giờ",
        "Done on the due day, counted late by the hour",
        "So sánh theo ngày đối với thời hạn tính bằng ngày",
        "Compare days where the limit is in days",
    ),
    Reason(
        "paused_open",
        "phantom_late",
        "Đang dừng chờ công dân hoặc cơ quan khác, bị tính trễ",
        "Waiting for the citizen or another agency, counted late",
        "Gia hạn ngày hẹn trả khi hồ sơ được tiếp tục",
        "Move the due date when work is taken up again",
    ),
    Reason(
        "no_limit",
        "phantom_late",
        "Thủ tục không quy định thời hạn",
        "The law sets no limit for the procedure",
        "Bỏ ngày hẹn trả tự đặt hoặc hẹn lại",
        "Drop the due date that the system invented",
    ),
    Reason(
        "cleared_by_correction",
        "phantom_late",
        "Không trễ theo đính chính được duyệt, hệ thống nguồn chưa sửa",
        "Not late by an approved correction, the source not corrected yet",
        "Sửa trên hệ thống nguồn theo đính chính đã duyệt",
        "Correct the record in the source as the approved correction says",
    ),
    Reason(
        "otherwise",
        "phantom_late",
        "Nguyên nhân khác",
        "Another cause",
        "Kiểm tra hồ sơ",
        "Look at the dossier",
    ),
)
_HIDDEN = (
    Reason(
        "due_moved_after_expiry",
        "hidden_late",
        "Ngày hẹn trả bị dời sau khi đã quá hạn",
        "Due date moved after it had expired",
        "Giải trình việc dời ngày hẹn trả, gửi thư xin lỗi",
        "Explain the move, write the apology",
    ),
    Reason(
        "limit_restarted",
        "hidden_late",
        "Thời hạn bị tính lại từ đầu sau khi bổ sung hồ sơ",
        "Limit counted anew from the supplement",
        "Sửa ngày hẹn trả: chỉ cộng thời gian chờ bổ sung, gửi thư xin lỗi",
        "Set the due date right: only the wait is added; write the apology",
    ),
    Reason(
        "closed_before_work_ended",
        "hidden_late",
        "Kết thúc trên hệ thống trước khi xử lý xong",
        "Closed in the system before the work ended",
        "Ghi lại ngày kết thúc theo nhật ký, gửi thư xin lỗi",
        "Enter the end from the log, write the apology",
    ),
    Reason(
        "state_lost",
        "hidden_late",
        "Đồng bộ làm mất trạng thái: đang dừng bị ghi là đã xong",
        "State lost in synchronisation: paused, shown as finished",
        "Sửa bảng ánh xạ trạng thái khi đồng bộ",
        "Correct the status map of the synchronisation",
    ),
    Reason(
        "refiled",
        "hidden_late",
        "Rút sát hạn rồi nộp lại nên thời hạn được tính lại từ đầu",
        "Withdrawn just before it was due and filed again, so that the limit began anew",
        "Tính hạn tiếp từ hồ sơ đầu, gửi thư xin lỗi; làm rõ vì sao phải rút",
        "Count on from the first filing, write the apology; find out why it was withdrawn",
    ),
    Reason(
        "pause_before_due",
        "hidden_late",
        "Yêu cầu bổ sung ngay trước hạn trả, không có bổ sung nào được nộp",
        "A supplement asked for just before the due date, and none came in",
        "Ghi ngày nhận bổ sung nếu có, nếu không thì hủy thời gian dừng, gửi thư xin lỗi",
        "Enter when the supplement came, if it did; else cancel the pause and write the apology",
    ),
    Reason(
        "pause_without_evidence",
        "hidden_late",
        "Dừng xử lý không có căn cứ",
        "Pause without evidence",
        "Bổ sung phiếu yêu cầu hoặc hủy thời gian dừng",
        "Add the request form or cancel the pause",
    ),
    Reason(
        "second_supplement",
        "hidden_late",
        "Yêu cầu bổ sung quá một lần",
        "More than one supplement requested",
        "Giải quyết theo hồ sơ đã có",
        "Decide on what is there",
    ),
    Reason(
        "no_due_date",
        "hidden_late",
        "Không có ngày hẹn trả nên không bị tính trễ",
        "No due date, so never counted late",
        "Ghi ngày hẹn trả theo thời hạn của thủ tục",
        "Enter the due date from the procedure's limit",
    ),
    Reason(
        "due_too_generous",
        "hidden_late",
        "Ngày hẹn trả dài hơn thời hạn của thủ tục",
        "Due date longer than the law allows",
        "Sửa ngày hẹn trả theo thời hạn của thủ tục",
        "Set the due date to the procedure's limit",
    ),
    Reason(
        "late_by_correction",
        "hidden_late",
        "Trễ theo đính chính được duyệt, hệ thống nguồn chưa ghi",
        "Late by an approved correction that the source does not state yet",
        "Sửa trên hệ thống nguồn theo đính chính đã duyệt, gửi thư xin lỗi",
        "Correct the record in the source as the approved correction says, write the apology",
    ),
    Reason(
        "end_understated",
        "hidden_late",
        "Ngày kết thúc ghi sớm hơn bằng chứng",
        "End recorded earlier than the evidence shows",
        "Ghi lại ngày kết thúc theo bằng chứng",
        "Enter the end that the evidence shows",
    ),
)

REASONS: dict[str, Reason] = {reason.code: reason for reason in (*_PHANTOM, *_HIDDEN)}
PHANTOM_ORDER: tuple[str, ...] = tuple(reason.code for reason in _PHANTOM)
HIDDEN_ORDER: tuple[str, ...] = tuple(reason.code for reason in _HIDDEN)

MISSING: dict[str, tuple[str, str]] = {
    "receipt": ("không rõ ngày tiếp nhận", "the day of receipt"),
    "procedure": ("thủ tục không có trong danh mục tại ngày tiếp nhận", "the procedure in the catalogue on the day of receipt"),
    "limit": ("thời hạn của thủ tục không xác định được", "a limit that can be settled"),
    "end": ("đã kết thúc nhưng không rõ khi nào", "when it ended"),
    "status": ("không rõ hồ sơ đang ở trạng thái nào", "the status"),
    "end_order": (
        "đã trả kết quả trước khi kết thúc xử lý: chưa rõ mốc nào đúng",
        "whether the hand-over or the later end of processing is right",
    ),
    "night_job": (
        "hệ thống tự kết thúc trong đêm, chưa rõ xử lý xong ngày nào",
        "on which day it was done, of an end that a job wrote in the night",
    ),
    "end_year": ("năm của ngày kết thúc chưa có gì xác nhận", "something that confirms the year of the end"),
    "lag": (
        "hai phần mềm ghi hai ngày kết thúc khác nhau, chưa rõ khi nào xong",
        "which system's end holds, and what was done between the two",
    ),
    "receipt_day": (
        "ngày tiếp nhận và ngày trong mã hồ sơ khác nhau, chưa rõ ngày nào đúng",
        "which day of receipt holds, the stated one or that in the code",
    ),
    "receipt_year": ("năm của ngày tiếp nhận chưa có gì xác nhận", "something that confirms the year of the receipt"),
    "clock": (
        "giờ ghi trên hệ thống bị lệch, mà thời hạn tính theo giờ",
        "the right hour, of a limit that is counted in hours",
    ),
    "unreadable": ("ngày kết thúc có ghi nhưng không đọc được", "an end that can be read: one is stated and cannot"),
    "pause": ("thời gian dừng có mốc không thể có", "when the pause began and ended"),
    "contradiction": ("các mốc thời gian mâu thuẫn", "times that agree with each other"),
    "ambiguous_date": ("ngày đọc được hai cách", "a date that reads one way only"),
    "calendar": ("ngày nằm ngoài lịch làm việc đã khai báo", "a calendar that covers the dates"),
    "no_news": ("hệ thống nguồn không có tin từ trước hạn trả", "news of its source from after it was due"),
}
