"""Facts of due dates, dossier by dossier: limit, days off, pauses and what they make of the due date.

`motcua explain` asks them of one dossier, an inspection of a thousand that were judged together.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property

import numpy as np

from config.calendar import CalendarDay, load_calendars
from schemas.fields import STATES, TIMELINESS, VERDICTS
from tasks.judging.judged_sources import source_named
from tasks.reports.explanation.text import Entry
from tasks.rules.clock.due_dates import ALL_LIMIT_UNITS
from tasks.rules.clock.pauses import empty_requests
from tasks.rules.dates.times import LocalTimes, local_times, minute_text
from tasks.rules.verdict.facts import sorted_rows_of
from tasks.rules.verdict.judgement import Judgement
from tasks.rules.verdict.timeline import Timeline


@dataclass(frozen=True)
class DueDateFacts:
    """How the due dates of judged dossiers come about; each dossier is named by its row in the judgement.

    Attributes:
        source: whose dossiers they are.
        judged: the judgement; all of them follow one clock.
    """

    source: str
    judged: Judgement
    _days: list[CalendarDay] = field(repr=False)

    @classmethod
    def of(cls, source: str, judged: Judgement) -> DueDateFacts:
        """Prepare what is the same for every dossier."""
        days = load_calendars()[source_named(source).calendar].in_force().values()
        unusual = [row for row in days if row.kind == "worked" or row.day.weekday() < 5]
        return cls(source, judged, sorted(unusual, key=lambda row: row.day))

    @property
    def case(self) -> Timeline:
        """All that is derived of them."""
        return self.judged.case

    def verdict(self, row: int) -> str:
        """Return the code of a dossier's verdict."""
        return str(VERDICTS[self.judged.verdict[row]])

    def recorded(self, row: int) -> Entry:
        """Return what the source itself says: receipt, due date, end, state and timeliness."""
        stated, recorded = self.case.stated, self.case.recorded
        return _side(row, stated.received, stated.due, recorded.end, recorded.state, recorded.timeliness)

    def derived(self, row: int) -> Entry:
        """Return what is derived from the evidence, named as in :meth:`recorded`."""
        case = self.case
        return _side(row, case.receipt.at, case.due, case.ends.at, case.ends.state, self.judged.timely)

    def limit(self, row: int) -> Entry:
        """Return the limit: unit, amount, version of the catalogue and its document, and where it alone leads."""
        case = self.case
        procedures, start = case.facts.frames.procedures, case.limits.valid_from[row]
        versions = self._versions[case.facts.frames.dossiers["procedure_code"].iat[row], str(start)]
        references = procedures["reference"].iloc[versions].dropna().tolist()
        return {
            "unit": ALL_LIMIT_UNITS[case.limits.unit[row]],
            "amount": float(case.limits.amount[row]),
            "version": None if np.isnat(start) else str(start),
            "reference": references[0] if references else None,
            "due_without_pauses": minute_text(case.bare_due[row]),
        }

    def special_days(self, row: int) -> list[Entry]:
        """List the days off on weekdays, and the make-up days, between receipt and due date."""
        case = self.case
        start, end = case.receipt.at[row], np.fmax(case.due[row], np.datetime64(case.until[row]))
        if np.isnat(start) or np.isnat(end):
            return []
        first, last = start.astype("datetime64[D]").astype(date), end.astype("datetime64[D]").astype(date)
        return [
            {"day": one.day.isoformat(), "kind": one.kind, "note": asdict(one.said), "document": one.document}
            for one in self._days
            if first < one.day <= last
        ]

    def pauses(self, row: int) -> list[Entry]:
        """List every pause that a system records, with what was made of it."""
        case, frame = self.case, self.case.facts.frames.pauses
        starts, ends = self._pause_times
        accepted, empty = self._accepted[row], self._empty[row]
        entries: list[Entry] = []
        for place in self._pause_places[row]:
            kind, origin = frame["kind"].iat[place], frame["origin"].iat[place]
            told = (starts[place].item(), origin == "land_software")
            if kind not in case.policy.pauses:
                made_of_it = "pause_not_by_policy"
            elif told not in accepted:
                made_of_it = "pause_unproved"
            elif told in empty:
                made_of_it = "pause_empty"
            else:
                made_of_it = "pause_counted" if not starts[place] >= case.due[row] else "pause_after_due"
            times = {"from": minute_text(starts[place]), "to": minute_text(ends[place])}
            entries.append({"kind": kind, "origin": origin, **times, "made_of_it": made_of_it})
        return sorted(entries, key=lambda entry: str(entry["from"]))

    def paused_minutes(self, row: int) -> int:
        """Return the working minutes within pauses that count."""
        return int(self.case.paused.minutes[row])

    def worked_minutes(self, row: int) -> int | None:
        """Return the working minutes from receipt to end, or to the day that is judged, pauses left out; None: unknown."""
        minutes = int(self._elapsed[row])
        return None if minutes < 0 else max(minutes - self.paused_minutes(row), 0)

    @cached_property
    def _elapsed(self) -> np.ndarray:
        return self.case.office.clock.working_minutes_between(self.case.receipt.at, self.case.until)

    @cached_property
    def _versions(self) -> defaultdict[tuple[object, str], list[int]]:
        """Rows of the catalogue by procedure and first day."""
        procedures = self.case.facts.frames.procedures
        found: defaultdict[tuple[object, str], list[int]] = defaultdict(list)
        for place, key in enumerate(zip(procedures["procedure_code"], procedures["valid_from"].astype(str), strict=True)):
            found[key].append(place)
        return found

    @cached_property
    def _pause_places(self) -> defaultdict[int, list[int]]:
        """Rows of the frame of pauses by dossier, in its order."""
        frames = self.case.facts.frames
        found: defaultdict[int, list[int]] = defaultdict(list)
        for place, row in enumerate(sorted_rows_of(frames.dossiers, frames.pauses).tolist()):
            found[row].append(place)
        return found

    @cached_property
    def _pause_times(self) -> tuple[LocalTimes, LocalTimes]:
        frame, zone = self.case.facts.frames.pauses, self.case.facts.zone
        return local_times(frame["started_at"], zone), local_times(frame["ended_at"], zone)

    @cached_property
    def _accepted(self) -> defaultdict[int, set[tuple[object, bool]]]:
        return _told(self.case, np.ones(len(self.case.pauses.rows), dtype=bool))

    @cached_property
    def _empty(self) -> defaultdict[int, set[tuple[object, bool]]]:
        return _told(self.case, empty_requests(self.case.pauses, self.case.paused))


def _told(case: Timeline, wanted: np.ndarray) -> defaultdict[int, set[tuple[object, bool]]]:
    """Return, by dossier, start and origin (another system's) of the wanted pauses."""
    table = case.pauses.take(wanted)
    found: defaultdict[int, set[tuple[object, bool]]] = defaultdict(set)
    for row, start, elsewhere in zip(table.rows.tolist(), table.start.tolist(), table.elsewhere.tolist(), strict=True):
        found[row].add((start, elsewhere))
    return found


def _side(row: int, received: LocalTimes, due: LocalTimes, end: LocalTimes, state: np.ndarray, timely: np.ndarray) -> Entry:
    return {
        "received": minute_text(received[row]),
        "due": minute_text(due[row]),
        "end": minute_text(end[row]),
        "state": STATES[state[row]],
        "timeliness": TIMELINESS[timely[row]],
    }
