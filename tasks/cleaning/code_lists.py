"""Code lists that hold where a source's file declares none of its own (law 2.4 to 2.7)."""

from __future__ import annotations

from typing import Any

STATUS_CODES: dict[str, Any] = {
    **{str(code): code for code in range(1, 11)},
    "Mới đăng ký": 1,
    "Được tiếp nhận": 2,
    "Đã tiếp nhận": 2,
    "Tiếp nhận": 2,
    "Không được tiếp nhận": 3,
    "Từ chối tiếp nhận": 3,
    "Từ chối": 3,
    "Đang xử lý": 4,
    "Đang giải quyết": 4,
    "Yêu cầu bổ sung giấy tờ": 5,
    "Yêu cầu bổ sung": 5,
    "Chờ bổ sung": 5,
    "Yêu cầu thực hiện nghĩa vụ tài chính": 6,
    "Chờ thực hiện nghĩa vụ tài chính": 6,
    "Công dân yêu cầu rút hồ sơ": 7,
    "Công dân rút hồ sơ": 7,
    "Rút hồ sơ": 7,
    "Dừng xử lý": 8,
    "Tạm dừng xử lý": 8,
    "Đã xử lý xong": 9,
    "Đã giải quyết": 9,
    "Đã trả kết quả": 10,
}
LAND_STATUSES: dict[str, Any] = {"0": 9, "*": 7, "": 4}
# OpenCPS (DossierTerm, law 2.7). It counts neither waiting nor receiving ones as late. A lock of the clock is no end
# there, while our 8 may be one, so that pausing counts as waiting for the citizen; an office may say otherwise.
OPENCPS_STATUSES: dict[str, Any] = {
    "new": 1,
    "receiving": 2,
    "processing": 4,
    "interoperating": 4,
    "posting": 4,
    "correcting": 4,
    "cancelling": 4,
    "waiting": 5,
    "pausing": 5,
    "denied": 3,
    "unresolved": 8,
    "cancelled": 7,
    "releasing": 9,
    "done": 10,
}
POSTAL_STATUSES: dict[str, Any] = {**STATUS_CODES, "Đã phát": 10, "Phát thành công": 10, "Đã giao": 10, "*": None, "": None}
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
    "counter": "counter",
    "online": "online",
    "postal": "postal",
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
    "supplement": "supplement",
    "Dừng xử lý hồ sơ": "stop",
    "Dừng xử lý": "stop",
    "Tạm dừng": "stop",
    "stop": "stop",
    "Yêu cầu thực hiện nghĩa vụ tài chính": "financial",
    "Nghĩa vụ tài chính": "financial",
    "NVTC": "financial",
    "Thuế": "financial",
    "Chuyển thuế": "financial",
    "financial": "financial",
    "Niêm yết": "posting",
    "Niêm yết công khai": "posting",
    "posting": "posting",
    "Lấy ý kiến": "opinion",
    "Xin ý kiến": "opinion",
    "opinion": "opinion",
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
    **{level: level for level in ("province", "department", "district", "commune", "branch")},
}
