"""Hours at which a source may be asked, and how long it is left alone after failures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from pydantic import Field

from config.connections import Strict
from config.language import Bilingual

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")


@dataclass(frozen=True)
class PullHours:
    """Hours of every day in which a source may be asked; over midnight where the end is earlier than the beginning."""

    begin: time
    end: time

    @classmethod
    def parse(cls, text: str) -> PullHours:
        """Read ``20:00-06:00``, or ``08:00-24:00``; ValueError where it is none.

        >>> Hours.parse("20:00-06:00").hold(time(23, 30))
        True
        """
        found = _HOURS.fullmatch(text)
        if found is None:
            raise ValueError(
                Bilingual(
                    f"{text!r} không phải khoảng giờ như 20:00-06:00", f"{text!r} is no span of hours such as 20:00-06:00"
                )
            )
        midnight = found[3] is None
        first, second, third, fourth = (int(group or 0) for group in found.groups())
        if not midnight and (first, second) == (third, fourth):
            raise ValueError(
                Bilingual(
                    f"{text!r} là khoảng rỗng; bỏ only_between để cho phép mọi giờ",
                    f"{text!r} is empty; leave only_between out to allow every hour",
                )
            )
        return cls(time(first, second), time(third, fourth))

    def hold(self, moment: time) -> bool:
        """Tell whether a time of day lies within; the end does not."""
        if self.begin < self.end:
            return self.begin <= moment < self.end
        return moment >= self.begin or moment < self.end

    def next_begin(self, moment: datetime) -> datetime:
        """Return the next instant, in the zone of ``moment``, at which the hours begin."""
        today = moment.replace(hour=self.begin.hour, minute=self.begin.minute, second=0, microsecond=0)
        return today if today > moment else today + timedelta(days=1)


class Breaker(Strict):
    """When a source that fails is left alone.

    Attributes:
        failures: so many failed requests one after the other, over all runs, open the breaker.
        minutes: how long nothing is asked then; one request that fails afterwards opens it again.
    """

    failures: int = Field(5, ge=1)
    minutes: float = Field(30, gt=0, le=7 * 24 * 60)
