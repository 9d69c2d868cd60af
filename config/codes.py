"""Codes of the one-stop domain, each declared once: statuses, channels, pauses, levels, counters.

Everything else imports them: models of configuration, columns of tables, rules, reports. A house test finds
bare numbers of statuses and second lists.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Annotated, Final, Literal, get_args

from pydantic import AfterValidator

from config.language import Bilingual


class Status(IntEnum):
    """National status of a dossier (law 2.6)."""

    REGISTERED = 1
    """Mới đăng ký."""
    RECEIVED = 2
    """Được tiếp nhận."""
    REFUSED = 3
    """Không được tiếp nhận."""
    PROCESSING = 4
    """Đang xử lý."""
    SUPPLEMENT = 5
    """Yêu cầu bổ sung giấy tờ."""
    FINANCIAL = 6
    """Yêu cầu thực hiện nghĩa vụ tài chính."""
    WITHDRAWN = 7
    """Công dân yêu cầu rút hồ sơ."""
    STOPPED = 8
    """Dừng xử lý."""
    DONE = 9
    """Đã xử lý xong: the result is at the desk."""
    RETURNED = 10
    """Đã trả kết quả: handed over to the citizen."""


STATUSES: Final = tuple(map(int, Status))
"""The numbers themselves."""
FINISHED_STATUSES: Final = (Status.DONE, Status.RETURNED)
"""Ended with a result."""
RESULTLESS_STATUSES: Final = (Status.REFUSED, Status.WITHDRAWN, Status.STOPPED)
"""Ended without a result."""
ENDED_STATUSES: Final = (Status.REFUSED, Status.WITHDRAWN, Status.STOPPED, Status.DONE, Status.RETURNED)
"""Ended in any way (law 2.6): while a dossier stands there its time does not run."""
CLOSED_STATUSES: Final = (Status.REFUSED, Status.WITHDRAWN, Status.DONE, Status.RETURNED)
"""Ended for good: work after it reopens the dossier. A stop is none of them, for work may be taken up again after it (law 4.3)."""
OPEN_STATUSES: Final = (Status.RECEIVED, Status.PROCESSING, Status.SUPPLEMENT, Status.FINANCIAL)
"""Received and not ended."""
WORKING_STATUSES: Final = (Status.RECEIVED, Status.PROCESSING)
"""Open, and waiting for nobody."""
ASKED_STATUSES: Final = (Status.SUPPLEMENT, Status.FINANCIAL)
"""Open, and waiting for what the citizen was asked for."""
PAUSED_STATUSES: Final = (Status.SUPPLEMENT, Status.FINANCIAL, Status.STOPPED)
"""Waiting or stopped: what synchronisation sends on as finished (law 2.10)."""
UNRECEIVED_STATUSES: Final = (Status.REGISTERED, Status.REFUSED)
"""Not taken in, or not yet."""
EndKind = Literal["done", "returned", "stopped", "refused", "withdrawn"]
STATUS_OF_END: Final[dict[str, Status]] = {
    "done": Status.DONE,
    "returned": Status.RETURNED,
    "stopped": Status.STOPPED,
    "refused": Status.REFUSED,
    "withdrawn": Status.WITHDRAWN,
}
"""Kind of end, as policies name it, to the status that shows it."""

Channel = Literal["online", "counter", "postal"]
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
PauseKind = Literal["supplement", "financial", "stop", "posting", "opinion"]
PAUSE_KINDS: Final[tuple[PauseKind, ...]] = get_args(PauseKind)
PersonKind = Literal["person", "business", "state_agency", "organisation", "household"]
PERSON_KINDS: Final[tuple[PersonKind, ...]] = get_args(PersonKind)
ServiceLevel = Literal["full", "partial", "information"]
SERVICE_LEVELS: Final[tuple[ServiceLevel, ...]] = get_args(ServiceLevel)
UnitLevel = Literal["province", "department", "district", "commune", "branch"]
UNIT_LEVELS: Final[tuple[UnitLevel, ...]] = get_args(UnitLevel)
CheckSeverity = Literal["fail", "warn", "info"]
SEVERITIES: Final[tuple[CheckSeverity, ...]] = get_args(CheckSeverity)

COUNTER_MEANINGS: Final = {
    "carried_over": "Received before the month and not ended before it (column 6).",
    "received": "Received in the month (columns 4 and 5).",
    "finished_early": "Ended in the month, before the due date (column 8).",
    "finished_on_time": "Ended in the month, on the due date (column 9).",
    "finished_late": "Ended in the month, after the due date (column 10).",
    "finished_undetermined": "Ended in the month, timeliness not derivable.",
    "in_progress_in_time": "Not ended at the end of the month (or as_of), due date not passed (column 12).",
    "in_progress_overdue": "Not ended then, due date passed (column 13).",
    "in_progress_undetermined": "Not ended then, timeliness not derivable.",
    "withdrawn": "Withdrawn by the citizen in the month.",
    "refused": "Refused or stopped after receipt in the month.",
    "otherwise_on_time": "Of those withdrawn, refused or stopped: ended by the due date.",
    "otherwise_late": "Of those: ended after it.",
    "otherwise_undetermined": "Of those: timeliness not derivable.",
}
"""Counters of form II.06a: what indicators add up, with what each counts."""
COUNTERS: Final = tuple(COUNTER_MEANINGS)
BRIDGE_MEANINGS: Final = {
    "left_out_second_entry": "Recorded as received in the month, not counted after cleaning: repeats another dossier.",
    "left_out_test": "The same: made to try the system.",
    "left_out_by_policy": "The same: ended in a way that the policy does not count.",
    "left_out_unreceived": "The same: never received, or deleted, by the evidence.",
    "added_unshown": "Received in the month and counted after cleaning; its system shows it as not received, or as deleted.",
}
"""Counters of the bridge from recorded to cleaned, by month of receipt: those left out stand in recorded cells, those added in cleaned ones."""
BRIDGE_COUNTERS: Final = tuple(BRIDGE_MEANINGS)
EVERY_COUNTER: Final = (*COUNTERS, *BRIDGE_COUNTERS)
"""All columns of ``mart.counts`` that count dossiers."""


def _known_counter(name: str) -> str:
    if name not in EVERY_COUNTER:
        known = ", ".join(EVERY_COUNTER)
        raise ValueError(Bilingual(f"không phải số đếm nào; các số đếm là {known}", f"is no counter; the counters are {known}"))
    return name


Counter = Annotated[str, AfterValidator(_known_counter)]

WORKING_DAY_MINUTES: Final = 480
"""A working day of eight hours (NĐ 118/2025: eight working hours are one day), in which limits and waits are told."""


def number_list(statuses: Iterable[Status]) -> str:
    """Write statuses as numbers with commas between them, as SQL takes a list."""
    return ", ".join(str(status.value) for status in statuses)


EVENT_KINDS = (
    *("package_made", "due_soon", "overdue", "escalated", "answered", "approved"),
    *("rejected", "undone", "verified", "reopened"),
)
"""What happens to work packages and corrections and is told to whoever subscribes to it."""
