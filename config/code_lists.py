"""Code lists that hold where a source's file declares none of its own (law 2.4 to 2.7)."""

from __future__ import annotations

from typing import Any

from config.codes import CHANNELS, PAUSE_KINDS, SERVICE_LEVELS, UNIT_LEVELS

SERVICE_LEVEL_CODES: dict[str, Any] = {
    "4": "full",
    "3": "partial",
    "2": "information",
    "Toàn trình": "full",
    "Một phần": "partial",
    "Cung cấp thông tin": "information",
    **{level: level for level in SERVICE_LEVELS},
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
