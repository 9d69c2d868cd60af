"""History of the province: who applied for what, when it was interrupted, when it ended."""

from __future__ import annotations

import random
from datetime import date, timedelta

from demo.calendar import DAY, DAY_IS_WORKED, SESSIONS, closing_of, date_of, day_number, first_worked_minute
from demo.model import Dossier
from demo.oracle import Limit, Pause, due_with_pauses, plain_due, working_days_after
from demo.people import CANARIES, canary, person
from demo.procedures import Catalogue, Version
from demo.units import REORGANISED, Directory

FIRST_RECEIPT = date(2025, 1, 2)
LONG_AFTER = 1400 * DAY
# Days that must occur in the smallest province too: Tết, make-up Saturdays, the eve of the reorganisation.
NOTABLE_DAYS = ("2025-01-24", "2025-04-26", "2025-04-29", "2025-06-20", "2025-06-27", "2025-12-31", "2026-01-10", "2026-02-12")
# On these days districts take in what their heirs will have to finish.
EVE_OF_REORGANISATION = tuple(day_number(date.fromisoformat(text)) for text in ("2025-06-20", "2025-06-27"))
_GROUPS = {"department": 40, "commune": 26, "district": 18, "land": 16}
_PAUSABLE = ("working_day", "calendar_day", "month")


class History:
    """Makes dossiers one after another from a seed; the same seed makes the same ones."""

    def __init__(self, directory: Directory, catalogue: Catalogue, seed: str) -> None:
        self.directory = directory
        self.catalogue = catalogue
        self.rng = random.Random(seed)
        self._sequence: dict[str, int] = {}
        self._choices: dict[tuple[str, date], tuple[list[str], list[float]]] = {}

    def between(self, first: date, last: date, count: int, start: int) -> list[Dossier]:
        """Make dossiers received from one day to another, numbered from ``start``."""
        span = range(day_number(first), day_number(last) + 1)
        worked = [day for day in span if DAY_IS_WORKED[day]] or list(span)
        idle = [day for day in span if not DAY_IS_WORKED[day]] or worked
        notable = [day_number(date.fromisoformat(text)) for text in NOTABLE_DAYS]
        notable = [day for day in notable if day in span]
        made = []
        for number in range(start, start + count):
            forced = notable[(number - start) % len(notable)] if notable and number - start < 6 * len(notable) else None
            at_weekend = self.rng.random() < 0.03
            day = forced if forced is not None else self.rng.choice(idle if at_weekend else worked)
            group = "district" if forced in EVE_OF_REORGANISATION else ""
            made.append(self._dossier(number, day, group, online=not DAY_IS_WORKED[day]))
        return made

    def next_code(self, unit: str, day: date, number: int) -> str:
        """Return the next dossier code of an agency on a day; some agencies wrote the old style in 2025."""
        old = self.directory.at(unit, day).old_code
        head = old if old and day < REORGANISED and number % 3 == 0 else unit
        key = f"{head}-{day:%y%m%d}"
        self._sequence[key] = self._sequence.get(key, 0) + 1
        return f"{key}-{self._sequence[key]:04d}"

    def _dossier(self, number: int, day_at: int, group: str, *, online: bool) -> Dossier:
        day = FIRST_RECEIPT + timedelta(days=day_at - day_number(FIRST_RECEIPT))
        drawn = "department" if online else self.rng.choices(list(_GROUPS), list(_GROUPS.values()))[0]
        version, channel = self._procedure(group or drawn, day, online=online, in_days=bool(group))
        group = group or drawn
        unit = self._unit(group, version, day)
        received = day_at * DAY + self._minute(channel, online=online)
        code = self.next_code(unit, day, number)
        dossier = Dossier(
            number=number,
            source="communes" if group == "commune" else "province",
            unit=unit,
            procedure=version.code,
            owner=group,
            channel=channel,
            limit=self._true_limit(version),
            person=person(number) if number > CANARIES else canary(number - 1),
            code=code,
            receipt_number=f"BN{unit[4:].replace('.', '')}-{number:07d}" if group in ("land", "commune") else "",
            received=received,
            submitted=received - self.rng.randint(5, 900) if channel == "online" else received,
            settled=version.unit != "unsettled",
            missing="limit" if version.unit == "unsettled" else "",
        )
        self._live(dossier)
        return dossier

    def _procedure(self, group: str, day: date, *, online: bool, in_days: bool) -> tuple[Version, str]:
        codes, weights = self._in_force(group, day)
        while True:
            code = self.rng.choices(codes, weights)[0]
            channels = self.catalogue.channels(code)
            channel = "online" if online else self.rng.choice(channels)
            if "counter" in channels and self.rng.random() < 0.04:
                channel = "postal"  # a channel without a row of its own falls back on the counter's limit
            version = self.catalogue.version(code, channel, day)
            if version is not None and not (in_days and version.unit == "hour"):
                return version, channel

    def _in_force(self, group: str, day: date) -> tuple[list[str], list[float]]:
        if (group, day) not in self._choices:
            codes = [
                code
                for code in self.catalogue.of_owner(group)
                if any(v.governs(day.isoformat()) for v in self.catalogue.by_code[code])
            ]
            weights = [0.3 if self.catalogue.by_code[code][0].unit == "unsettled" else 1.0 for code in codes]
            self._choices[group, day] = codes, weights
        return self._choices[group, day]

    def _unit(self, group: str, version: Version, day: date) -> str:
        if group == "department":
            return version.owner
        if group == "land":
            return self.rng.choice(self.directory.of_level("branch", day))
        level = "district" if group == "district" and day < REORGANISED else "commune"
        return self.rng.choice(self.directory.of_level(level, day))

    def _minute(self, channel: str, *, online: bool) -> int:
        if online or (channel == "online" and self.rng.random() < 0.1):
            return self.rng.randint(6 * 60, 22 * 60)
        start, end = SESSIONS[self.rng.random() < 0.4]
        return self.rng.randrange(start, end)

    def _true_limit(self, version: Version) -> Limit:
        if version.unit != "unsettled":
            return version.limit
        # The text leaves it open; in truth one of its readings governs.
        return Limit(self.rng.choice((17, 27)), "calendar_day") if version.owner == "land" else Limit(25, "working_day")

    def _live(self, dossier: Dossier) -> None:
        if dossier.source == "province" and self.rng.random() < 0.02:
            dossier.before_receipt = self.rng.choice((1, 3))
            return
        if dossier.limit.unit == "none" and self.rng.random() < 0.5:
            dossier.appointment = closing_of(working_days_after(dossier.received // DAY, self.rng.randint(8, 20)))
        dossier.pauses = self._pauses(dossier)
        due = due_with_pauses(dossier.limit, dossier.received, dossier.pauses, LONG_AFTER, dossier.appointment)
        if any(pause.end is None for pause in dossier.pauses) or self.rng.random() < 0.003:
            return
        dossier.end_status = 9 if dossier.pauses else self.rng.choices((9, 7, 8, 3), (94, 3, 1.5, 1.5))[0]
        late = self.rng.random() < 0.088 * self._slackness(dossier.unit)
        dossier.ended = self._late_end(dossier, due) if late and due is not None else self._timely_end(dossier, due)
        self._hand_over(dossier)

    @staticmethod
    def _slackness(unit: str) -> float:
        return 0.35 + 1.3 * (sum(ord(char) * (place + 3) for place, char in enumerate(unit)) % 17) / 16

    def _pauses(self, dossier: Dossier) -> list[Pause]:
        due = plain_due(dossier.limit, dossier.received)
        if dossier.source != "province" or dossier.limit.unit not in _PAUSABLE or dossier.limit.amount < 3 or due is None:
            return []
        kinds = self._pause_kinds(dossier)
        pauses: list[Pause] = []
        start_from = dossier.received + 60
        for kind in kinds:
            start = first_worked_minute(start_from + int((due - start_from) * self.rng.uniform(0.1, 0.7)))
            days = 30 if kind == "posting" else self.rng.randint(2, 14)
            never = self.rng.random() < 0.03
            pauses.append(
                Pause(kind, start, None if never else first_worked_minute(start + days * DAY + self.rng.randint(0, 300)))
            )
            end = pauses[-1].end
            if end is None:
                break
            start_from = end + 60
            due = due_with_pauses(dossier.limit, dossier.received, pauses, LONG_AFTER) or due
        return pauses

    def _pause_kinds(self, dossier: Dossier) -> list[str]:
        chance = self.rng.random()
        if dossier.procedure in ("1.990001", "1.990010", "1.990009") and chance < 0.35:
            return ["financial"]
        if dossier.procedure == "1.990002" and chance < 0.5:
            return ["posting"]
        if chance < 0.115:
            return ["supplement", "supplement"] if chance < 0.006 else ["supplement"]
        return ["stop"] if chance < 0.13 else []

    def _timely_end(self, dossier: Dossier, due: int | None) -> int:
        earliest = max([dossier.received + 20, *(pause.end or 0 for pause in dossier.pauses)])
        earliest = first_worked_minute(earliest)
        latest = due - 1 if due is not None else earliest + self.rng.randint(2, 30) * DAY
        reach = max(0, latest - earliest)
        return min(first_worked_minute(earliest + int(reach * self.rng.betavariate(2.2, 1.2))), max(earliest, latest))

    def _late_end(self, dossier: Dossier, due: int) -> int:
        if dossier.limit.unit == "hour" and self.rng.random() < 0.5:
            return first_worked_minute(due + self.rng.randint(5, 300))
        day = due // DAY + 1 + int(self.rng.expovariate(1 / 9))
        return first_worked_minute(day * DAY + self.rng.randint(450, 1015))

    def _hand_over(self, dossier: Dossier) -> None:
        if dossier.end_status != 9 or dossier.ended is None or self.rng.random() < 0.12:
            return
        dossier.by_post = dossier.channel == "postal" or self.rng.random() < 0.12
        wait = int(self.rng.expovariate(1 / (1.5 * DAY)))
        dossier.returned = first_worked_minute(dossier.ended + 15 + wait)


def month_of(minute: int) -> int:
    """Return the month (1 to 12) that a minute lies in."""
    return date_of(minute).month
