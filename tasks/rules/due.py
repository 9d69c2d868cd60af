"""When a dossier was due by law: the limit in force on the day of receipt, counted on the office's clock."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tasks.rules.clock import WorkingClock
from tasks.rules.facts import NAT, Facts
from tasks.rules.pauses import Extend
from tasks.rules.receipt import Receipt
from tasks.rules.times import LocalTimes, calendar_days, days

UNITS = ("working_day", "calendar_day", "month", "hour", "same_day", "none", "unsettled", "unknown")
WORKING_DAY, CALENDAR_DAY, MONTH, HOUR, SAME_DAY, NONE, UNSETTLED, UNKNOWN = range(len(UNITS))
_FAR_DAY = np.datetime64("2262-01-01", "D")


@dataclass(frozen=True)
class Limits:
    """Limit of each dossier.

    Attributes:
        unit: place in ``UNITS``; UNKNOWN where the catalogue has no version for the day of receipt.
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


def limits_of(facts: Facts, receipt: Receipt) -> Limits:
    """Find the version of each dossier's procedure that was in force on the day of receipt.

    The channel's own limit counts; where the catalogue gives none for it, the counter's.
    """
    wanted = pd.DataFrame(
        {
            "row": np.arange(len(facts)),
            "procedure_code": facts.frames.dossiers["procedure_code"].astype("string[pyarrow]"),
            "channel": facts.frames.dossiers["channel"].astype("string[pyarrow]").fillna("counter"),
            "day": days(receipt.at),
        }
    )
    versions = _versions(facts.frames.procedures)
    own = _in_force(wanted.merge(versions, on=["procedure_code", "channel"]))
    counter = _in_force(wanted.merge(versions[versions["channel"] == "counter"].drop(columns="channel"), on="procedure_code"))
    rest = counter[~counter["row"].isin(own["row"])]
    found = pd.concat([own.assign(by_channel=True), rest.assign(by_channel=False)]).set_index("row")
    found = found.reindex(np.arange(len(facts)))
    unit = found["unit"].fillna(UNKNOWN).to_numpy(dtype=np.int64)
    return Limits(
        unit=unit,
        amount=found["amount"].fillna(0.0).to_numpy(dtype=np.float64),
        valid_from=found["valid_from"].to_numpy(dtype="datetime64[D]"),
        by_channel=found["by_channel"].fillna(False).to_numpy(dtype=bool),
        field_code=found["field_code"].to_numpy(dtype=object, na_value=None),
    )


def _versions(procedures: pd.DataFrame) -> pd.DataFrame:
    """Bring the catalogue to numpy types, once per partition; it has hundreds of rows, not millions."""
    valid_to = calendar_days(procedures["valid_to"])
    units = procedures["limit_unit"].map({name: place for place, name in enumerate(UNITS)})
    return pd.DataFrame(
        {
            "procedure_code": procedures["procedure_code"].astype("string[pyarrow]"),
            "channel": procedures["channel"].astype("string[pyarrow]"),
            "valid_from": calendar_days(procedures["valid_from"]).astype("datetime64[s]"),
            "valid_to": np.where(np.isnat(valid_to), _FAR_DAY, valid_to).astype("datetime64[s]"),
            "unit": units.astype("float64"),
            "amount": procedures["limit_amount"].astype("float64"),
            "field_code": procedures["field_code"].astype(object),
        }
    )


def _in_force(candidates: pd.DataFrame) -> pd.DataFrame:
    """Keep for each dossier the newest version whose validity holds the day of receipt."""
    held = candidates[(candidates["valid_from"] <= candidates["day"]) & (candidates["day"] <= candidates["valid_to"])]
    return held.sort_values("valid_from", kind="stable").drop_duplicates("row", keep="last")


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
    due[halves] = clock.after_working_minutes(receipt.at[halves], np.rint(limits.amount[halves] * 480).astype(np.int64))
    same = np.flatnonzero(limits.unit == SAME_DAY)
    due[same] = clock.within_the_day(receipt.at[same])
    free = np.flatnonzero((limits.unit == NONE) & (appointment >= receipt.at))
    due[free] = appointment[free]
    return due


def extension(limits: Limits, receipt: Receipt, due: LocalTimes, clock: WorkingClock) -> Extend:
    """Return the function that moves due dates by time lost in pauses.

    A limit in working days or within the day gets back the working minutes lost, and ends with a day;
    one in hours gets them back to the minute; one in calendar days or months is longer by the calendar
    days lost, and only the last day of the longer period is pushed off days off.
    """
    whole = np.floor(limits.amount).astype(np.int64)
    last_day = receipt.at.astype("datetime64[D]") + whole * np.timedelta64(1, "D")
    last_day = np.where(limits.unit == MONTH, clock.months_later(receipt.at, whole), last_day)

    def extend(rows: np.ndarray, minutes: np.ndarray, calendar_days: np.ndarray) -> LocalTimes:
        unit = limits.unit[rows]
        by_minutes = clock.after_working_minutes(due[rows], minutes)
        by_days = clock.after_calendar_days(last_day[rows], calendar_days)
        by_calendar = np.isin(unit, (CALENDAR_DAY, MONTH))
        to_close = np.where(by_calendar, by_days, clock.close_on_or_after(by_minutes))
        return np.where(unit == HOUR, by_minutes, to_close).astype("datetime64[us]")

    return extend
