"""Facts that checks ask about: one partition's dossiers as arrays, each made on demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from threading import Lock

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.codes import ENDED_STATUSES, FINISHED_STATUSES, OPEN_STATUSES
from tasks.rules.arrays import (
    EncodedText,
    Mask,
    Numbers,
    Times,
    arrow,
    as_codes,
    booleans,
    group_numbers,
    minute_of_day,
    one_of,
    statuses,
    valid,
)
from tasks.rules.checks.code_parts import CodeParts
from tasks.rules.checks.rows import EntryRows, Item, places_of
from tasks.rules.clock.due_dates import ALL_LIMIT_UNITS, CALENDAR_DAY, MONTH, WORKING_DAY, Limits, due_without_pauses
from tasks.rules.clock.working_clock import Clocks, WorkingClock
from tasks.rules.dates.times import calendar_days, days, end_of_day, local_times
from tasks.rules.frames import DossierFrames
from tasks.rules.marks import MARKS
from tasks.rules.reference import AgencyDirectory, Catalogue
from tasks.rules.verdict.facts import deletions
from tasks.rules.verdict.receipt import Receipt

COSTLY = ("code_parts", "events", "pauses", "limits")


@dataclass
class CheckFacts:
    """One partition, ready for questions.

    Attributes:
        frames: dossiers with everything that speaks about them.
        as_of: day at whose end the checks look.
        zone: the office's time zone (IANA).
        clocks: the working clocks of the dossiers' agencies.
        plain: clocks of the same hours that know weekends only, as some systems do.
    """

    frames: DossierFrames
    as_of: date
    zone: str
    clocks: Clocks
    plain: Clocks
    _made: dict[str, np.ndarray] = field(default_factory=dict, repr=False)
    _locks: dict[str, Lock] = field(default_factory=dict, repr=False)
    _codes: dict[str, EncodedText] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.frames.dossiers)

    def once(self, name: str, make: Callable[[], npt.NDArray[Item]]) -> npt.NDArray[Item]:
        """Return what several checks need, made the first time, by one thread while others wait for just that."""
        if name not in self._made:
            with self._locks.setdefault(name, Lock()):
                if name not in self._made:
                    self._made[name] = make()
        return self._made[name]

    def prepare(self, name: str) -> None:
        """Make one of the costly facts now, so that several can be made at a time."""
        getattr(self, name)

    # -- columns -----------------------------------------------------------------------------

    def at(self, name: str) -> Times:
        """Return an instant of the dossiers as office time, ``datetime64[us]``; NaT where null."""
        return self.once(name, lambda: local_times(self.frames.dossiers[name], self.zone))

    def day(self, name: str) -> Times:
        """Return an instant of the dossiers as office day, ``datetime64[D]``; NaT where null."""
        return self.once(f"{name}/day", lambda: days(self.at(name)))

    def minute(self, name: str) -> Numbers:
        """Return the minute of its day of an instant of the dossiers; a very negative number where null."""
        return self.once(f"{name}/minute", lambda: minute_of_day(self.at(name), self.day(name)))

    @cached_property
    def month(self) -> Numbers:
        """Number of the month of receipt: dossiers are compared with those of their own partition only."""
        return group_numbers(calendar_days(self.frames.dossiers["partition_month"]).view(np.int64))[0]

    def given(self, name: str) -> Mask:
        """Tell where a column of the dossiers has a value."""
        return self.once(f"{name}/given", lambda: self._given(name))

    def _given(self, name: str) -> Mask:
        if name.endswith("_at"):
            return ~np.isnat(self.at(name))
        return valid(arrow(self.frames.dossiers[name]))

    def codes(self, name: str) -> EncodedText:
        """Return a text column of the dossiers as numbers."""
        if name not in self._codes:
            self._codes[name] = as_codes(arrow(self.frames.dossiers[name]))
        return self._codes[name]

    def matching(self, name: str, pattern: str) -> Mask:
        """Tell where a text column holds a pattern (RE2, case ignored); False where null."""
        codes = self.codes(name)
        found = pc.match_substring_regex(pa.array(codes.texts, pa.string()), pattern, ignore_case=True)
        return codes.where(found.to_pylist())

    def flag(self, name: str) -> Mask:
        """Return a boolean column of the dossiers; False where null."""
        return self.once(f"{name}/flag", lambda: booleans(self.frames.dossiers[name]))

    def is_text(self, name: str, value: str) -> Mask:
        """Tell where a text column of the dossiers is this; False where null."""
        codes = self.codes(name)
        return codes.where(text == value for text in codes.texts)

    def none(self) -> Mask:
        """Return the answer that no dossier fails."""
        return np.zeros(len(self), dtype=bool)

    # -- states ------------------------------------------------------------------------------

    @cached_property
    def status(self) -> npt.NDArray[np.uint16]:
        """National status 1 to 10; 0 where null."""
        return statuses(self.frames.dossiers["status"])

    def status_in(self, wanted: tuple[int, ...]) -> Mask:
        """Tell where the status is one of these."""
        return one_of(self.status, wanted)

    @cached_property
    def is_open(self) -> Mask:
        """Received and not ended: status 2, 4, 5 or 6."""
        return self.status_in(OPEN_STATUSES)

    @cached_property
    def is_finished(self) -> Mask:
        """Finished: status 9 or 10."""
        return self.status_in(FINISHED_STATUSES)

    @cached_property
    def is_ended(self) -> Mask:
        """Ended in any way: status 3, 7, 8, 9 or 10."""
        return self.status_in(ENDED_STATUSES)

    @cached_property
    def deleted_on(self) -> Times:
        """Day on which its system deleted each dossier; NaT where it stands there."""
        return days(deletions(self.frames.dossiers, self.zone))

    @property
    def is_deleted(self) -> Mask:
        """Deleted at its system, by what that says now: a day of the past is looked at as the record stands."""
        return ~np.isnat(self.deleted_on)

    @property
    def now(self) -> np.datetime64:
        """The end of the day that the checks look at."""
        return end_of_day(self.as_of)

    @property
    def today(self) -> np.datetime64:
        """The day itself."""
        return np.datetime64(self.as_of, "D")

    @cached_property
    def governing_day(self) -> Times:
        """Day of receipt, else the first day of the partition: what ``since`` and ``until`` are held against."""
        month = calendar_days(self.frames.dossiers["partition_month"])
        return np.where(self.given("received_at"), self.day("received_at"), month)

    def closed_on(self, day: Times) -> Mask:
        """Tell on which of these days, one a dossier, its agency is closed; False where the calendar says nothing."""
        return np.asarray(self.clocks.covers(day) & ~self.clocks.ask(lambda clock: clock.is_working_day(day)), dtype=bool)

    # -- marks and codes ---------------------------------------------------------------------

    @property
    def code_gap(self) -> npt.NDArray[np.timedelta64]:
        """Days between the date inside the code and the day of receipt; NaT where either is unknown."""
        return self.once("code_gap", lambda: np.abs(self.day("received_at") - self.code_parts.day))

    @cached_property
    def _marks(self) -> npt.NDArray[np.uint64]:
        """The marks of the cleaning that each dossier carries, a bit each."""
        codes = self.codes("marks")
        of_text = [sum(1 << place for place, mark in enumerate(MARKS) if mark in text.split()) for text in codes.texts]
        return np.array([*of_text, 0], dtype=np.uint64).take(codes.index)

    def marked(self, mark: str) -> Mask:
        """Tell which dossiers carry a mark of the cleaning."""
        bit = np.uint64(1 << list(MARKS).index(mark))
        return np.asarray((self._marks & bit) != 0)

    @cached_property
    def code_parts(self) -> CodeParts:
        """The dossier codes taken apart; of codes that are mere names there are no parts."""
        codes = arrow(self.frames.dossiers["code"])
        return CodeParts.of(codes if self.frames.coded else pa.nulls(len(codes), pa.string()))

    # -- what speaks about the dossiers ------------------------------------------------------

    @cached_property
    def _few_places(self) -> tuple[Numbers, Numbers]:
        """Places of pauses and evidence, looked up together: finding the dossiers is what costs."""
        pauses, evidence = self.frames.pauses, self.frames.evidence
        both = pd.concat([pauses[["source", "code"]], evidence[["source", "code"]]], ignore_index=True)
        places = places_of(self.frames.dossiers, both)
        return places[: len(pauses)], places[len(pauses) :]

    @cached_property
    def events(self) -> EntryRows:
        """The progress logs, each dossier's in order."""
        places = places_of(self.frames.dossiers, self.frames.events)
        return EntryRows.of(self.frames.events, places, len(self), self.zone, "seq")

    @cached_property
    def pauses(self) -> EntryRows:
        """The pauses, each dossier's by start."""
        return EntryRows.of(self.frames.pauses, self._few_places[0], len(self), self.zone, "started_at")

    @cached_property
    def evidence(self) -> EntryRows:
        """The matched records of other systems."""
        return EntryRows.of(self.frames.evidence, self._few_places[1], len(self), self.zone, "received_at")

    # -- reference ---------------------------------------------------------------------------

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue of procedures, with each dossier's version."""
        return Catalogue.of(
            self.frames.procedures, self.codes("procedure_code"), self.codes("channel"), self.day("received_at")
        )

    @cached_property
    def directory(self) -> AgencyDirectory:
        """The directory of agencies."""
        return AgencyDirectory.of(self.frames.units)

    @cached_property
    def limits(self) -> Limits:
        """Limit of each dossier by the catalogue, in the form in which the law of deadlines takes it."""
        unit = self.catalogue.place("limit_unit", ALL_LIMIT_UNITS)
        amount = np.nan_to_num(self.catalogue.number("limit_amount"))
        nothing = np.empty(0)
        return Limits(unit, amount, nothing, nothing, nothing)

    @cached_property
    def limit_in_days(self) -> Mask:
        """The limit by the catalogue is one in days or months."""
        return one_of(self.limits.unit.astype(np.uint16), (WORKING_DAY, CALENDAR_DAY, MONTH))

    def worked(self, name: str, times: Times | None = None) -> npt.NDArray[np.int64]:
        """Return the working minutes from the calendar's first day to a time; -1 where unknown or outside.

        Two of them tell the working time between two times, and each is looked up once.

        Args:
            name: an instant of the dossiers, or a name for ``times``.
            times: other times than the dossiers' own.
        """
        end = self.at(name) if times is None else times

        def worked(clock: WorkingClock) -> np.ndarray:
            return clock.working_minutes_between(np.array(clock.hours.first, dtype="datetime64[m]"), end)

        return self.once(f"{name}/worked", lambda: self.clocks.ask(worked))

    @property
    def lawful_due(self) -> Times:
        """The due date by the catalogue as if nothing had stopped the clock; NaT where there is none.

        The receipt is taken as stated: these checks compare what one system says with itself.
        """
        return self.once("lawful", lambda: self.clocks.ask(self._lawful_due))

    @property
    def lawful_day(self) -> Times:
        """The day of the due date by the catalogue; NaT where there is none."""
        return self.once("lawful/day", lambda: days(self.lawful_due))

    @property
    def due_without_days_off(self) -> Times:
        """The same by a clock that knows weekends only."""
        return self.once("lawful/plain", lambda: self.plain.ask(self._lawful_due))

    def _lawful_due(self, clock: WorkingClock) -> Times:
        receipt = Receipt(self.at("received_at"), self.none(), self.none())
        nothing = np.full(len(self), np.datetime64("NaT", "us"))
        return due_without_pauses(self.limits, receipt, nothing, clock)
