"""Code lists that hold where a source's file declares none of its own (law 2.4 to 2.7)."""

from __future__ import annotations

from typing import Any

from config.codes import CHANNELS, PAUSE_KINDS, STATUSES, UNIT_LEVELS, Status

STATUS_CODES: dict[str, Any] = {
    **{str(code): code for code in STATUSES},
    "Mới đăng ký": Status.REGISTERED,
    "Được tiếp nhận": Status.RECEIVED,
    "Đã tiếp nhận": Status.RECEIVED,
    "Tiếp nhận": Status.RECEIVED,
    "Không được tiếp nhận": Status.REFUSED,
    "Từ chối tiếp nhận": Status.REFUSED,
    "Từ chối": Status.REFUSED,
    "Đang xử lý": Status.PROCESSING,
    "Đang giải quyết": Status.PROCESSING,
    "Yêu cầu bổ sung giấy tờ": Status.SUPPLEMENT,
    "Yêu cầu bổ sung": Status.SUPPLEMENT,
    "Chờ bổ sung": Status.SUPPLEMENT,
    "Yêu cầu thực hiện nghĩa vụ tài chính": Status.FINANCIAL,
    "Chờ thực hiện nghĩa vụ tài chính": Status.FINANCIAL,
    "Công dân yêu cầu rút hồ sơ": Status.WITHDRAWN,
    "Công dân rút hồ sơ": Status.WITHDRAWN,
    "Rút hồ sơ": Status.WITHDRAWN,
    "Dừng xử lý": Status.STOPPED,
    "Tạm dừng xử lý": Status.STOPPED,
    "Đã xử lý xong": Status.DONE,
    "Đã giải quyết": Status.DONE,
    "Đã trả kết quả": Status.RETURNED,
}
LAND_STATUSES: dict[str, Any] = {"0": Status.DONE, "*": Status.WITHDRAWN, "": Status.PROCESSING}
# OpenCPS (DossierTerm, law 2.7). It counts neither waiting nor receiving ones as late. A lock of the clock is no end
# there, while our 8 may be one, so that pausing counts as waiting for the citizen; an office may say otherwise.
OPENCPS_STATUSES: dict[str, Any] = {
    "new": Status.REGISTERED,
    "receiving": Status.RECEIVED,
    "processing": Status.PROCESSING,
    "interoperating": Status.PROCESSING,
    "posting": Status.PROCESSING,
    "correcting": Status.PROCESSING,
    "cancelling": Status.PROCESSING,
    "waiting": Status.SUPPLEMENT,
    "pausing": Status.SUPPLEMENT,
    "denied": Status.REFUSED,
    "unresolved": Status.STOPPED,
    "cancelled": Status.WITHDRAWN,
    "releasing": Status.DONE,
    "done": Status.RETURNED,
}
POSTAL_STATUSES: dict[str, Any] = {
    **STATUS_CODES,
    "Đã phát": Status.RETURNED,
    "Phát thành công": Status.RETURNED,
    "Đã giao": Status.RETURNED,
    "*": None,
    "": None,
}
CHANNEL_CODES: dict[str, Any] = {
    "1": "counter",
    "2": "online",
    "3": "postal",
    "Trực tiếp": "counter",
    "Trực tuyến": "online",
    "Bưu chính": "postal",
    "Bưu chính công ích": "postal",
    "Dịch vụ bưu chính": "postal",
    "BCCI": "postal",
    **{channel: channel for channel in CHANNELS},
    "": "counter",  # QD 766, 3.3: a dossier without a channel counts as direct
}
PERSON_KIND_CODES: dict[str, Any] = {
    "1": "person",
    "2": "business",
    "3": "state_agency",
    "4": "organisation",
    "citizen": "person",
    "Công dân": "person",
    "Cá nhân": "person",
    "Doanh nghiệp": "business",
    "business": "business",
    "Cơ quan nhà nước": "state_agency",
    "Tổ chức": "organisation",
    "Hộ kinh doanh": "household",
}
# TrangThaiBoSung of the national exchange, and what land software calls its pauses.
PAUSE_KIND_CODES: dict[str, Any] = {
    "Yêu cầu công dân bổ sung": "supplement",
    "Yêu cầu bổ sung": "supplement",
    "Yêu cầu bổ sung giấy tờ": "supplement",
    "Yêu cầu bổ sung hồ sơ": "supplement",
    "Chờ bổ sung": "supplement",
    "Đã bổ sung": "supplement",
    "Dừng xử lý hồ sơ": "stop",
    "Dừng xử lý": "stop",
    "Tạm dừng": "stop",
    "Yêu cầu thực hiện nghĩa vụ tài chính": "financial",
    "Nghĩa vụ tài chính": "financial",
    "NVTC": "financial",
    "Thuế": "financial",
    "Chuyển thuế": "financial",
    "Niêm yết": "posting",
    "Niêm yết công khai": "posting",
    "Lấy ý kiến": "opinion",
    "Xin ý kiến": "opinion",
    **{kind: kind for kind in PAUSE_KINDS},
    "": "supplement",
}
LEVEL_CODES: dict[str, Any] = {
    "Tỉnh": "province",
    "Thành phố trực thuộc trung ương": "province",
    "Sở": "department",
    "Sở, ban, ngành": "department",
    "Huyện": "district",
    "Quận": "district",
    "Thị xã": "district",
    "Xã": "commune",
    "Phường": "commune",
    "Đặc khu": "commune",
    "Chi nhánh": "branch",
    **{level: level for level in UNIT_LEVELS},
}
