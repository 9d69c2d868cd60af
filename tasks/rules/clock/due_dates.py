"""Due dates by law: the limit in force on the day of receipt, on the office's clock."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from config.codes import WORKING_DAY_MINUTES
from tasks.rules.arrays import arrow, as_codes
from tasks.rules.clock.pauses import Extend
from tasks.rules.clock.working_clock import WorkingClock
from tasks.rules.dates.times import LocalTimes, calendar_days, days
from tasks.rules.reference import Catalogue
from tasks.rules.verdict.facts import NAT, DossierFacts
from tasks.rules.verdict.receipt import Receipt

ALL_LIMIT_UNITS = ("working_day", "calendar_day", "month", "hour", "same_day", "none", "unsettled", "unknown")
WORKING_DAY, CALENDAR_DAY, MONTH, HOUR, SAME_DAY, NONE, UNSETTLED, UNKNOWN = range(len(ALL_LIMIT_UNITS))


@dataclass(frozen=True)
class Limits:
    """Limit of each dossier.

    Attributes:
        unit: place in ``ALL_LIMIT_UNITS``; UNKNOWN where the catalogue has no version for the day of receipt.
        amount: limit in that unit; 0 where the unit has none.
        valid_from: first day of the version used; NaT without one.
        by_channel: the version is for the dossier's channel (else the counter's was used).
        field_code: procedure field of the version, or None.
    """

    unit: np.ndarray
    amount: np.ndarray
    valid_from: np.ndarray
    by_channel: np.ndarray
    field_code: np.ndarray

    @property
    def in_days(self) -> np.ndarray:
        """Tell which limits end with a day, not at a minute."""
        return np.asarray(self.unit != HOUR)

    def take(self, places: np.ndarray) -> Limits:
        """Return the limits of some dossiers."""
        return Limits(*(getattr(self, field.name)[places] for field in fields(self)))


def limits_of(facts: DossierFacts, receipt: Receipt) -> tuple[Limits, np.ndarray]:
    """Find the version of each dossier's procedure that was in force on the day of receipt.

    The channel's own limit counts; where the catalogue gives none for it, the counter's.

    Returns:
        The limits, and each as the catalogue writes it.
    """
    dossiers, procedures = facts.frames.dossiers, facts.frames.procedures
    codes, channels = (as_codes(arrow(dossiers[name])) for name in ("procedure_code", "channel"))
    catalogue = Catalogue.of(procedures, codes, channels, days(receipt.at))
    found = catalogue.row  # -1, the last place below, where there is no version
    starts = np.append(calendar_days(procedures["valid_from"]), np.datetime64("NaT", "D"))
    unit, amount = catalogue.place("limit_unit", ALL_LIMIT_UNITS), np.nan_to_num(catalogue.number("limit_amount"))
    limits = Limits(
        # No law gives an office no time at all: a zero is a field that nobody filled in.
        unit=np.where((amount == 0) & np.isin(unit, (WORKING_DAY, CALENDAR_DAY, MONTH, HOUR)), UNSETTLED, unit),
        amount=amount,
        valid_from=starts[found],
        by_channel=(catalogue.own_channel >= 0),
        field_code=np.array(catalogue.texts("field_code"), dtype=object)[found],
    )
    return limits, np.array(catalogue.texts("limit_text"), dtype=object)[found]


def due_without_pauses(limits: Limits, receipt: Receipt, appointment: LocalTimes, clock: WorkingClock) -> LocalTimes:
    """Work out the due date as if the clock had never stopped.

    Args:
        limits: limit of each dossier.
        receipt: receipt of each dossier.
        appointment: due date as the source states it, which binds where the law sets no limit.
        clock: the office's clock.

    Returns:
        Office time; NaT where there is no limit, or where it cannot be derived.
    """
    due = np.full(len(limits.unit), NAT)
    whole = np.floor(limits.amount).astype(np.int64)
    part = limits.amount - whole
    for unit, rule in (
        (WORKING_DAY, clock.after_working_days),
        (CALENDAR_DAY, clock.after_calendar_days),
        (MONTH, clock.after_months),
    ):
        rows = np.flatnonzero((limits.unit == unit) & (part == 0))
        due[rows] = rule(receipt.at[rows], whole[rows])
    # Half a working day is four hours (OpenCPS counts 8 hours a day and allows fractions).
    hours = np.flatnonzero((limits.unit == HOUR) & ~receipt.day_only)
    due[hours] = clock.after_working_minutes(receipt.at[hours], np.rint(limits.amount[hours] * 60).astype(np.int64))
    halves = np.flatnonzero((limits.unit == WORKING_DAY) & (part > 0))
    due[halves] = clock.after_working_minutes(
        receipt.at[halves], np.rint(limits.amount[halves] * WORKING_DAY_MINUTES).astype(np.int64)
    )
    same = np.flatnonzero(limits.unit == SAME_DAY)
    due[same] = clock.within_the_day(receipt.at[same])
    free = np.flatnonzero((limits.unit == NONE) & (appointment >= receipt.at))
    due[free] = appointment[free]
    return due


def in_office_hours(limits: Limits) -> Limits:
    """Return limits in days as hours, eight a day, the way OpenCPS stores them; months stay months."""
    day = np.isin(limits.unit, (WORKING_DAY, CALENDAR_DAY))
    same = limits.unit == SAME_DAY
    return replace(
        limits,
        unit=np.where(day | same, HOUR, limits.unit),
        amount=np.where(same, 8.0, np.where(day, limits.amount * 8, limits.amount)),
    )


def to_quarter_hours(due: LocalTimes) -> LocalTimes:
    """Round moments up to the next quarter of an hour."""
    minute = due.astype("datetime64[m]")
    over = (minute - minute.astype("datetime64[h]")).astype(np.int64) % 15
    return np.asarray(minute + np.where(over > 0, 15 - over, 0).astype("timedelta64[m]"), dtype="datetime64[us]")


def extension(limits: Limits, receipt: Receipt, due: LocalTimes, clock: WorkingClock) -> Extend:
    """Return the function that moves due dates by time lost in pauses.

    A limit in working days or within the day gets back the working minutes lost, and ends with a day;
    one in hours gets them back to the minute; one in calendar days or months is longer by the calendar
    days lost, and only the last day of the longer period is pushed off days off.
    """
    whole = np.floor(limits.amount).astype(np.int64)
    last_day = receipt.at.astype("datetime64[D]") + whole * np.timedelta64(1, "D")
    last_day = np.where(limits.unit == MONTH, clock.months_later(receipt.at, whole), last_day)
    return extension_from(limits, last_day, due, clock)


def extension_from(limits: Limits, last_day: LocalTimes, due: LocalTimes, clock: WorkingClock) -> Extend:
    """Return what :func:`extension` does, from the last days of the periods on.

    Those are the days before they are pushed off days off.
    """

    def extend(rows: np.ndarray, minutes: np.ndarray, calendar_days: np.ndarray) -> LocalTimes:
        unit = limits.unit[rows]
        by_minutes = clock.after_working_minutes(due[rows], minutes)
        by_days = clock.after_calendar_days(last_day[rows], calendar_days)
        by_calendar = np.isin(unit, (CALENDAR_DAY, MONTH))
        to_close = np.where(by_calendar, by_days, clock.close_on_or_after(by_minutes))
        return np.where(unit == HOUR, by_minutes, to_close).astype("datetime64[us]")

    return extend
