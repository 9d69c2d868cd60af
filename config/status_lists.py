"""Statuses by what systems call them: words and codes to the national status (law 2.6 and 2.7).

They hold where a source's file gives none of its own; a profile names the list that is its own.
"""

from __future__ import annotations

from typing import Any

from config.codes import STATUSES, Status

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
