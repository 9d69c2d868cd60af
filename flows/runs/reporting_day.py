"""Reporting day of a run: closed, and governed by a policy and its indicators.

No other module asks the clock for it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from config.calendar import OFFICE_ZONE_NAME
from config.errors import ConfigError
from config.indicators import headline_in_force, load_definitions
from config.language import Bilingual
from config.policies import load_policies
from config.settings import demonstration_day, settings

OFFICE_ZONE = ZoneInfo(OFFICE_ZONE_NAME)


def last_finished_day(now: datetime | None = None) -> date:
    """Return yesterday, office time: figures speak for the end of a day, and today has not ended.

    In a demonstration it is the day at which its world stands still.

    >>> last_finished_day(datetime.fromisoformat("2026-04-01T05:00+07:00"))
    datetime.date(2026, 3, 31)
    """
    if (standing := demonstration_day()) is not None:
        return standing
    moment = now or datetime.now(OFFICE_ZONE)
    return moment.astimezone(OFFICE_ZONE).date() - timedelta(days=1)


def day_of_run(asked: date | None, usual: date | None = None) -> date:
    """Return the day that a run speaks for. Every flow asks this before it writes anything.

    Args:
        asked: what the operator asked for.
        usual: what the run speaks for where nobody asked, if that has ended; the last finished day by default.

    Raises:
        ConfigError: the day has not ended, or the office's policy or the indicators that it publishes hold on another.
    """
    day = asked or _usual(usual)
    require_ended(day)
    _require_in_force(day)
    return day


def named_day(asked: object, usual: date | None = None) -> object:
    """Return the day that a run is named by: as :func:`day_of_run`, but a run that will be refused has a name too."""
    return asked or _usual(usual)


def _usual(usual: date | None) -> date:
    last = last_finished_day()
    return usual if usual is not None and usual <= last else last


def require_ended(day: date | None, where: str = "as_of") -> None:
    """Refuse a day that has not ended: what happens on it nobody knows yet.

    Args:
        day: None passes.
        where: what the operator gave, as the error names it.

    Raises:
        ConfigError: it has not ended.
    """
    last = last_finished_day()
    if day is None or day <= last:
        return
    fact = Bilingual(f"ngày {day:%d/%m/%Y} chưa kết thúc, nên chưa chạy gì", f"{day} has not ended, so nothing was run")
    if demonstration_day() is not None:
        fact = Bilingual(
            f"{day:%d/%m/%Y} sau ngày mà bản trình diễn dừng lại, nên chưa chạy gì",
            f"{day} lies after the day at which this demonstration stands still, so nothing was run",
        )
    raise ConfigError(where, fact, Bilingual(f"một ngày đến hết {last:%d/%m/%Y}", f"a day up to {last}"))


def _require_in_force(day: date) -> None:
    """Refuse a day on which the office's policy does not hold, or no document defines the rate that is published."""
    policies, own = load_policies(), settings().policy
    if own not in policies:
        raise ConfigError(
            "MOTCUA_POLICY",
            Bilingual(f"không có cách tính {own!r}", f"there is no policy {own!r}"),
            ", ".join(sorted(policies)),
        )
    defining = sorted((one for one in load_definitions().values() if one.headlines), key=lambda one: one.since)
    begun = [one for one in defining if one.since <= day]
    for name, since, until in (
        (f"policies/{own}.yaml", policies[own].since, policies[own].until),
        *((f"indicators/{one.document}.yaml", one.since, one.until) for one in begun[-1:] or defining[:1]),
    ):
        if day < since:
            raise ConfigError(
                name,
                Bilingual(
                    f"bắt đầu từ {since:%d/%m/%Y}, sau {day:%d/%m/%Y}, nên chưa chạy gì",
                    f"begins on {since}, after {day}, so nothing was run",
                ),
                Bilingual(f"một ngày từ {since:%d/%m/%Y} trở đi", f"a day from {since} on"),
            )
        if until is not None and day > until:
            raise ConfigError(
                name,
                Bilingual(
                    f"đã hết hiệu lực {until:%d/%m/%Y}, trước {day:%d/%m/%Y}, nên chưa chạy gì",
                    f"ended on {until}, before {day}, so nothing was run",
                ),
                Bilingual(f"một ngày đến hết {until:%d/%m/%Y}", f"a day up to {until}"),
            )
    headline_in_force(day)
