"""Working clock: deadlines and elapsed working time on any calendar, a million at a time.

The clock is an index of minutes. For every minute of the calendar's span it knows how many working
minutes lie before it, and for every working minute where it stands. Both questions the law asks,
"when are N working minutes over" and "how many passed between", are then one look-up each.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from config.calendar import Session
from tasks.rules.arrays import DAY_US, MINUTE_US
from tasks.rules.dates.times import LocalTimes

MINUTES_A_DAY = 1440
_MINUTE = np.timedelta64(1, "m")
_DAY = np.timedelta64(1, "D")
_MICROSECONDS = {"m": MINUTE_US, "D": DAY_US}

Minutes = np.ndarray  # int64


@dataclass(frozen=True)
class OfficeHours:
    """When an office works.

    Attributes:
        first: first day of the span.
        last: last day of the span; times outside it have no answer (NaT, or -1 for minutes).
        week: sessions by weekday, Monday 0; a weekday that is absent is not worked.
        off: days off that the week would work.
        worked: days worked that the week would not (make-up Saturdays).
        worked_sessions: sessions of such a day.
        cut_off: minute of the day from which "within the day" means the next working day (15:00).
    """

    first: date
    last: date
    week: Mapping[int, Sequence[Session]]
    off: Collection[date] = ()
    worked: Collection[date] = ()
    worked_sessions: Sequence[Session] = ((450, 690), (780, 1020))
    cut_off: int = 900

    def sessions_of(self, day: date) -> Sequence[Session]:
        """Return the sessions of a day, in order; empty on a day off."""
        if day in self.worked:
            return self.worked_sessions
        if day in self.off:
            return ()
        return self.week.get(day.weekday(), ())


@dataclass(frozen=True)
class WorkingClock:
    """Answers in bulk; build it once per office calendar with :meth:`of`.

    All times are office time, ``datetime64`` of any unit, NaT where unknown; answers are
    ``datetime64[m]``. Seconds are dropped: the law knows no unit below the hour, and systems
    round to the minute.

    Attributes:
        hours: what it was built from.
    """

    hours: OfficeHours
    _origin: np.datetime64 = field(repr=False)
    _before: np.ndarray = field(repr=False)
    _minute_of: np.ndarray = field(repr=False)
    _workdays: np.ndarray = field(repr=False)
    _workdays_through: np.ndarray = field(repr=False)
    _close_of: np.ndarray = field(repr=False)

    @classmethod
    def of(cls, hours: OfficeHours) -> WorkingClock:
        """Build the index: 6 bytes a minute of the span, some 15 MB for five years, in 30 ms."""
        count = (hours.last - hours.first).days + 1
        working = np.zeros(count * MINUTES_A_DAY + 1, dtype=bool)
        close_of = np.zeros(count, dtype=np.int32)
        for index in range(count):
            for start, end in hours.sessions_of(hours.first + timedelta(days=index)):
                working[index * MINUTES_A_DAY + start : index * MINUTES_A_DAY + end] = True
                close_of[index] = min(end, MINUTES_A_DAY - 1)  # an office that works through closes on its day, not on the next
        before = np.zeros(len(working), dtype=np.int32)
        np.cumsum(working[:-1], out=before[1:])
        return cls(
            hours=hours,
            _origin=np.datetime64(hours.first, "m"),
            _before=before,
            _minute_of=np.flatnonzero(working).astype(np.int32),
            _workdays=np.flatnonzero(close_of).astype(np.int32),
            _workdays_through=np.cumsum(close_of > 0, dtype=np.int32),
            _close_of=close_of,
        )

    # -- working minutes -------------------------------------------------------------------

    def working_minutes_between(self, start: LocalTimes, end: LocalTimes) -> Minutes:
        """Count the working minutes from ``start`` to ``end``; negative when ``end`` is earlier.

        Where either is unknown or outside the span the answer is -1.
        """
        first, last = self._index(start), self._index(end)
        known = (first >= 0) & (last >= 0)
        minutes = self._before.take(last).astype(np.int64) - self._before.take(first)
        return np.asarray((minutes + 1) * known - 1)

    def after_working_minutes(self, start: LocalTimes, minutes: Minutes) -> LocalTimes:
        """Return the moment at which ``minutes`` working minutes from ``start`` are over.

        A start outside working hours counts from the next session; a moment at the end of a session
        stays there and does not become the start of the next one. No minutes give ``start`` back.
        """
        first = self._index(start)
        target = self._before[np.maximum(first, 0)].astype(np.int64) + minutes
        known = (first >= 0) & (target <= len(self._minute_of)) & (target >= 1)
        moment = self._minute_of[np.where(known, target - 1, 0)].astype(np.int64) + 1
        answer = self._origin + moment * _MINUTE
        answer = np.where(np.asarray(minutes) == 0, np.asarray(start, dtype="datetime64[m]"), answer)
        return np.where(known | ((np.asarray(minutes) == 0) & (first >= 0)), answer, np.datetime64("NaT", "m"))

    # -- days ------------------------------------------------------------------------------

    def is_working_day(self, day: LocalTimes) -> np.ndarray:
        """Tell for each day whether the office works; False where unknown or outside the span."""
        index = self._day_index(day)
        return np.asarray((index >= 0) & (self._close_of.take(index) > 0))

    def after_working_days(self, start: LocalTimes, days: Minutes) -> LocalTimes:
        """Return the close of the N-th working day after the day of ``start``, which is not counted.

        Civil Code 2015, art. 147: the first day is not counted. N is at least 1; a fraction is cut off.
        """
        index = self._day_index(start)
        place = self._workdays_through.take(index).astype(np.int64) + np.asarray(days, dtype=np.int64) - 1
        known = (index >= 0) & (place < len(self._workdays)) & (np.asarray(days) >= 1)
        return self._close(self._workdays.take(place * known), known)

    def close_on_or_after(self, day: LocalTimes) -> LocalTimes:
        """Return the close of the day if the office works, else of the next day on which it does.

        Civil Code 2015, art. 148: a period that ends on a day off ends with the next working day.
        """
        index = self._day_index(day)
        place = self._workdays_through.take(index).astype(np.int64) - (self._close_of.take(index) > 0)
        known = (index >= 0) & (place < len(self._workdays))
        return self._close(self._workdays.take(place * known), known)

    def after_calendar_days(self, start: LocalTimes, days: Minutes) -> LocalTimes:
        """Return the close of the day N calendar days after ``start``, pushed off days off."""
        day = np.asarray(start, dtype="datetime64[D]") + np.asarray(days, dtype=np.int64) * _DAY
        return self.close_on_or_after(day)

    def after_months(self, start: LocalTimes, months: Minutes) -> LocalTimes:
        """Return the close of the same day N months later (the month's last if it has none), pushed off days off."""
        return self.close_on_or_after(self.months_later(start, months))

    @staticmethod
    def months_later(start: LocalTimes, months: Minutes) -> LocalTimes:
        """Return the same day N months later, or the month's last if it has none, worked or not."""
        day = np.asarray(start, dtype="datetime64[D]")
        month = day.astype("datetime64[M]")
        target = month + np.asarray(months, dtype=np.int64).astype("timedelta64[M]")
        last = (target + np.timedelta64(1, "M")).astype("datetime64[D]") - _DAY
        return np.asarray(np.minimum(target.astype("datetime64[D]") + (day - month.astype("datetime64[D]")), last))

    def within_the_day(self, start: LocalTimes) -> LocalTimes:
        """Return the close of the day of receipt, or of the next working day after the cut-off hour."""
        minute = np.asarray(start, dtype="datetime64[m]")
        day = minute.astype("datetime64[D]")
        too_late = (minute - day.astype("datetime64[m]")) >= np.timedelta64(self.hours.cut_off, "m")
        return self.close_on_or_after(np.where(too_late, day + _DAY, day))

    # -- index -----------------------------------------------------------------------------

    def _index(self, times: LocalTimes) -> np.ndarray:
        """Minutes since the origin; -1 for NaT and for times outside the span."""
        return _inside(_count(times, "m") - self._origin.astype(np.int64), len(self._before))

    def _day_index(self, times: LocalTimes) -> np.ndarray:
        return _inside(_count(times, "D") - self._origin.astype("datetime64[D]").astype(np.int64), len(self._close_of))

    def _close(self, day: np.ndarray, known: np.ndarray) -> LocalTimes:
        minute = day.astype(np.int64) * MINUTES_A_DAY + self._close_of.take(day)
        return np.where(known, self._origin + minute * _MINUTE, np.datetime64("NaT", "m"))


def _count(times: LocalTimes, unit: str) -> np.ndarray:
    """Return times as whole minutes (``m``) or days (``D``) since 1970; of NaT a number outside any span."""
    times = np.asarray(times)
    if times.dtype == "datetime64[us]":
        # A cast asks each time whether it is NaT: a division does not, and leaves it hundreds of millennia ago.
        return np.asarray(times.view(np.int64) // _MICROSECONDS[unit])
    return np.asarray(times, dtype=f"datetime64[{unit}]").view(np.int64)


def _inside(index: np.ndarray, size: int) -> np.ndarray:
    """Return what is an index of so many places; -1 for what is not. No row is asked, all are multiplied: it is twice as quick."""
    inside = index.view(np.uint64) < size  # below 0 is far above any size without its sign
    return np.asarray((index + 1) * inside - 1)


@dataclass(frozen=True)
class Clocks:
    """The working clocks of some dossiers: one, or several where agencies keep hours of their own.

    Attributes:
        each: the clocks, all over one span.
        of: place of each dossier's clock; None where there is only one.
    """

    each: tuple[WorkingClock, ...]
    of: np.ndarray | None = None

    def ask(self, question: Callable[[WorkingClock], np.ndarray], rows: np.ndarray | None = None) -> np.ndarray:
        """Put a question to the clock of each dossier.

        Args:
            question: answers by one clock, for all dossiers or all rows.
            rows: place of each row's dossier, where the answers are one a row.
        """
        answer = question(self.each[0])
        if self.of is None:
            return answer
        of = self.of if rows is None else self.of[rows]
        for place, clock in enumerate(self.each[1:], 1):
            answer = np.where(of == place, question(clock), answer)
        return answer

    def covers(self, day: np.ndarray) -> np.ndarray:
        """Tell which days lie inside the span; False for NaT."""
        hours = self.each[0].hours
        inside = (day >= np.datetime64(hours.first, "D")) & (day <= np.datetime64(hours.last, "D"))
        return np.asarray(inside, dtype=bool)
