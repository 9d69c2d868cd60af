"""The words of an explanation, in Vietnamese and English."""

from __future__ import annotations

from typing import Final

STATUS: Final = {
    1: ("mới đăng ký", "registered"),
    2: ("được tiếp nhận", "received"),
    3: ("không được tiếp nhận", "refused"),
    4: ("đang xử lý", "being processed"),
    5: ("yêu cầu bổ sung giấy tờ", "supplement requested"),
    6: ("yêu cầu thực hiện nghĩa vụ tài chính", "financial obligation"),
    7: ("công dân rút hồ sơ", "withdrawn by the citizen"),
    8: ("dừng xử lý", "stopped"),
    9: ("đã xử lý xong", "processed"),
    10: ("đã trả kết quả", "result handed over"),
}
PAUSE: Final = {
    "supplement": ("chờ bổ sung", "waiting for a supplement"),
    "financial": ("chờ nghĩa vụ tài chính", "waiting for a payment"),
    "stop": ("tạm dừng", "stopped"),
    "posting": ("niêm yết", "posting"),
    "opinion": ("lấy ý kiến cơ quan khác", "opinion of another agency"),
}
ORIGIN: Final = {
    "supplement_record": ("phiếu yêu cầu bổ sung", "supplement record"),
    "progress_log": ("nhật ký tiến độ", "progress log"),
    "land_software": ("phần mềm chuyên ngành", "specialised software"),
}
VERDICT: Final = {
    "on_time": ("ĐÚNG HẠN", "ON TIME"),
    "late": ("TRỄ THẬT", "LATE"),
    "phantom_late": ("TRỄ ẢO", "PHANTOM LATE"),
    "hidden_late": ("TRỄ ẨN", "HIDDEN LATE"),
    "undetermined": ("CHƯA ĐỦ CĂN CỨ", "UNDETERMINED"),
    "not_received": ("CHƯA TIẾP NHẬN", "NOT RECEIVED"),
}
TIMELINESS: Final = {
    "early": ("trước hạn", "early"),
    "on_time": ("đúng hạn", "on time"),
    "late": ("trễ hạn", "late"),
    "undetermined": ("chưa xác định", "undetermined"),
}
STATE: Final = {
    "finished": ("đã giải quyết", "finished"),
    "in_progress": ("đang giải quyết", "in progress"),
    "withdrawn": ("đã rút", "withdrawn"),
    "refused": ("từ chối hoặc dừng", "refused or stopped"),
    "not_received": ("chưa tiếp nhận", "not received"),
}
CHANNEL: Final = {
    "online": ("trực tuyến", "online"),
    "counter": ("trực tiếp", "counter"),
    "postal": ("bưu chính", "postal"),
}
LIMIT_UNIT: Final = {
    "working_day": ("ngày làm việc", "working days"),
    "calendar_day": ("ngày", "calendar days"),
    "hour": ("giờ làm việc", "working hours"),
    "month": ("tháng", "months"),
    "same_day": ("trong ngày làm việc", "within the working day"),
    "none": ("không quy định", "no limit by law"),
    "unsettled": ("không xác định được", "cannot be settled"),
    "unknown": ("không có trong danh mục tại ngày tiếp nhận", "not in the catalogue on the day of receipt"),
}
TEXT: Final = {
    "dossier": ("Hồ sơ", "Dossier"),
    "procedure": ("Thủ tục", "Procedure"),
    "unit": ("Đơn vị", "Agency"),
    "channel": ("Hình thức nộp", "Channel"),
    "source": ("Hệ thống nguồn", "Source"),
    "policy": ("Cách tính", "Policy"),
    "as_of": ("Tính đến hết ngày", "As of the end of"),
    "verdict": ("KẾT LUẬN", "VERDICT"),
    "why": ("Vì sao", "Why"),
    "missing": ("Còn thiếu", "Missing"),
    "remedy": ("Cần làm", "To do"),
    "compare": ("So sánh", "Side by side"),
    "recorded": ("Hệ thống ghi", "As recorded"),
    "derived": ("Tính lại", "Derived"),
    "received": ("Tiếp nhận", "Received"),
    "due": ("Hẹn trả", "Due"),
    "end": ("Kết thúc", "Ended"),
    "result": ("Kết quả", "Result"),
    "timeline": ("Diễn biến", "Timeline"),
    "counted": ("Cách tính thời hạn", "How the limit was counted"),
    "reception": ("Tiếp nhận đúng hạn hay không", "Reception"),
    "submitted": ("nộp", "submitted"),
    "reception_due": ("hạn tiếp nhận", "to be taken in by"),
    "answered": ("trả lời lần đầu", "first answer"),
    "limit": ("Thời hạn", "Limit"),
    "version": ("hiệu lực từ", "in force from"),
    "first_day": ("Không tính ngày tiếp nhận.", "The day of receipt is not counted."),
    "to_minute": ("Tính theo giờ làm việc, đến từng phút.", "Counted in working hours, to the minute."),
    "days_off": ("Ngày nghỉ không tính", "Days off not counted"),
    "worked_days": ("Ngày làm bù có tính", "Make-up days counted"),
    "pause_counted": ("Dừng có trừ", "Pause left out of the limit"),
    "pause_after_due": ("Dừng không trừ vì bắt đầu sau hạn", "Pause not left out: it began after the due date"),
    "pause_unproved": ("Dừng không trừ vì không có phiếu yêu cầu", "Pause not left out: there is no request for it"),
    "pause_not_by_policy": ("Dừng không trừ theo cách tính này", "Pause not left out under this policy"),
    "pause_total": ("Thời gian làm việc trong lúc dừng", "Working time in pauses"),
    "worked_total": ("Thời gian làm việc đã dùng", "Working time used"),
    "until_now": ("còn tiếp tục", "still lasts"),
    "findings": ("Lỗi dữ liệu", "Failed checks"),
    "corrections": ("Đã chỉnh sửa theo phiếu", "Corrected fields"),
    "trace": ("Bản ghi gốc", "Landed record"),
    "elsewhere": ("hệ thống khác", "another system"),
    "appointed": ("hạn hẹn trả theo hệ thống", "due by the source"),
    "due_by_law": ("HẠN THEO QUY ĐỊNH", "DUE BY LAW"),
    "ended_by_evidence": ("KẾT THÚC THEO BẰNG CHỨNG", "ENDED BY THE EVIDENCE"),
    "none": ("không có", "none"),
    "hours": ("giờ", "h"),
    "minutes": ("phút", "min"),
    "working_days_of_8h": ("ngày làm việc", "working days"),
}
EVIDENCE: Final = {
    "none": ("", ""),
    "log": ("nhật ký tiến độ", "progress log"),
    "record": ("bản ghi hồ sơ", "dossier record"),
    "other_system": ("hệ thống chuyên ngành", "specialised system"),
    "hand_over": ("danh sách trả kết quả", "hand-over list"),
}
