"""The one place that asks the clock which day a run speaks for."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

OFFICE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def last_finished_day(now: datetime | None = None) -> date:
    """Return yesterday, office time: figures speak for the end of a day, and today has not ended.

    >>> last_finished_day(datetime.fromisoformat("2026-04-01T05:00+07:00"))
    datetime.date(2026, 3, 31)
    """
    moment = now or datetime.now(OFFICE_ZONE)
    return moment.astimezone(OFFICE_ZONE).date() - timedelta(days=1)
