"""Calendars as dated law: which days are off or worked, by which document, announced when.

Files: ``config/calendar/*.yaml``, and one file a notice in ``config/calendar/notices``. A day's row holds from its
announcement on; a later announcement about the same day replaces an earlier one, and both are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from config.errors import ConfigError
from config.files import read_model, read_yaml_files
from config.language import Bilingual, bilingual
from config.law import Law, require_known
from config.read_once import read_once
from config.settings import settings
from config.titles import Title

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Session = tuple[int, int]  # first minute of the day worked, first minute no longer worked
OFFICE_ZONE_NAME = "Asia/Ho_Chi_Minh"  # of the offices, and of a source whose file is gone
_TIME = re.compile(r"(\d\d?):([0-5]\d)")
NOTICES = "notices"
"""Folder of the notices, beside the calendars."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CalendarDay(_Strict):
    """A day that differs from the plain week.

    Attributes:
        note: what day it is; a plain text, as a package or a notice has it, stands for both languages.
        verified: False while the number or date of the document was taken from a secondary source.
    """

    day: date
    kind: Literal["off", "worked"]
    document: str
    announced_on: date
    note: Title | str = ""
    verified: bool = True

    @property
    def said(self) -> Bilingual:
        """What day it is, in both languages."""
        return bilingual(self.note) if isinstance(self.note, str) else Bilingual(self.note.vi, self.note.en)


class NoticeDay(_Strict):
    """A day of a notice."""

    day: date
    kind: Literal["off", "worked"]
    note: str = ""

    @field_validator("kind", mode="before")
    @classmethod
    def _read_kind(cls, value: object) -> object:
        return "off" if value is False else value  # YAML 1.1 reads an unquoted off as no


class Notice(_Strict):
    """What one document says about some days of a calendar."""

    calendar: str
    document: str = Field(min_length=1)
    announced_on: date
    verified: bool = True
    days: tuple[NoticeDay, ...] = Field(min_length=1)

    def rows(self) -> tuple[CalendarDay, ...]:
        """Return the notice as rows of the calendar."""
        common = {"document": self.document, "announced_on": self.announced_on, "verified": self.verified}
        return tuple(CalendarDay(**each.model_dump(), **common) for each in self.days)


class Seed(_Strict):
    """Holidays taken from the `holidays` package, for places whose law is not kept here."""

    country: str
    subdivision: str | None = None
    first_year: int
    last_year: int


class Office(_Strict):
    """An agency, or several, whose hours differ from the calendar's."""

    name: str
    units: tuple[str, ...]
    hours: dict[str, tuple[Session, ...]]

    @field_validator("hours", mode="before")
    @classmethod
    def _read_hours(cls, value: object) -> dict[str, tuple[Session, ...]]:
        return read_week(value)


class Calendar(_Strict):
    """One calendar.

    Attributes:
        covers: first and last day for which the rows are complete; nothing is derived outside.
        hours: sessions by weekday, minutes of the day.
        make_up_hours: sessions of a make-up day.
        same_day_cut_off: minute of the day from which "within the day" means the next one.
        law: what its week, its hours and its way of counting rest on in the legal register.
        documents: what the documents of its days are in the register, by the words of the rows.
        package: country in the package holidays whose table is held against this calendar, to list what differs.
    """

    calendar: str
    title: str
    zone: str
    covers: tuple[date, date]
    hours: dict[str, tuple[Session, ...]]
    make_up_hours: tuple[Session, ...]
    same_day_cut_off: int = 15 * 60
    days: tuple[CalendarDay, ...] = ()
    seed: Seed | None = None
    package: str | None = None
    law: Law = ()
    documents: dict[str, Law] = Field(default_factory=dict)
    offices: tuple[Office, ...] = Field(default=())

    @field_validator("hours", mode="before")
    @classmethod
    def _read_hours(cls, value: object) -> dict[str, tuple[Session, ...]]:
        return read_week(value)

    @field_validator("make_up_hours", mode="before")
    @classmethod
    def _read_make_up_hours(cls, value: object) -> tuple[Session, ...]:
        return _sessions(value)

    @field_validator("same_day_cut_off", mode="before")
    @classmethod
    def _read_cut_off(cls, value: object) -> int:
        return read_minute(value if isinstance(value, int) else str(value))

    def __hash__(self) -> int:
        """Calendars of one name compare whole; the hash only has to agree."""
        return hash(self.calendar)

    def all_days(self) -> tuple[CalendarDay, ...]:
        """Return the rows of the file and, before them, those of the seed."""
        return (*self._seeded(), *self.days)

    def in_force(self, known_on: date | None = None) -> dict[date, CalendarDay]:
        """Return for each special day the newest row announced by ``known_on`` (all where None)."""
        newest: dict[date, CalendarDay] = {}
        for row in sorted(self.all_days(), key=lambda r: r.announced_on):
            if known_on is None or row.announced_on <= known_on:
                newest[row.day] = row
        return newest

    def week_of(self, unit: str | None) -> dict[int, tuple[Session, ...]]:
        """Return the sessions by weekday (Monday 0) of an agency, its own where it has any."""
        own = next((o.hours for o in self.offices if unit is not None and unit in o.units), self.hours)
        return {WEEKDAYS.index(name): sessions for name, sessions in own.items()}

    def _seeded(self) -> Iterable[CalendarDay]:
        if self.seed is None:
            return ()
        years = range(self.seed.first_year, self.seed.last_year + 1)
        import holidays  # of many countries: a tenth of a second that only a new calendar pays

        table = holidays.country_holidays(self.seed.country, subdiv=self.seed.subdivision, years=years)
        document = f"package holidays {version('holidays')}"
        return [
            CalendarDay(
                day=day, kind="off", document=document, announced_on=date(day.year - 1, 1, 1), note=name, verified=False
            )
            for day, name in sorted(table.items())
        ]


def read_minute(text: str | int) -> int:
    """Read ``HH:MM``, from ``00:00`` to ``24:00``, as a minute of the day; ValueError otherwise."""
    if isinstance(text, int):  # YAML 1.1 reads an unquoted 15:00 as 900, the same minute
        value = text
    else:
        found = _TIME.fullmatch(text.strip())
        value = -1 if found is None else int(found[1]) * 60 + int(found[2])
    if not 0 <= value <= 1440:
        raise ValueError(
            Bilingual(
                f"{text} không phải giờ trong ngày như 07:30, từ 00:00 đến 24:00",
                f"{text} is not a time of day such as 07:30, from 00:00 to 24:00",
            )
        )
    return value


def read_session(text: str) -> Session:
    """Read ``07:30-11:30`` as (450, 690); ValueError where it is none, or the end is not after the start."""
    first, dash, last = text.partition("-")
    if not dash:
        raise ValueError(
            Bilingual(f"{text} không phải buổi làm việc như 07:30-11:30", f"{text} is no session such as 07:30-11:30")
        )
    start, end = read_minute(first), read_minute(last)
    if end <= start:
        raise ValueError(Bilingual(f"buổi {text} kết thúc trước khi bắt đầu", f"session {text} ends before it starts"))
    return start, end


def read_week(value: object) -> dict[str, tuple[Session, ...]]:
    """Read sessions by weekday; ``weekdays`` stands for Monday to Friday."""
    week: dict[str, tuple[Session, ...]] = {}
    if not isinstance(value, dict):
        raise ValueError(
            Bilingual("phải là ca làm việc của từng ngày", "has to be sessions by weekday, such as weekdays: [...]")
        )
    for name, sessions in value.items():
        names = WEEKDAYS[:5] if name == "weekdays" else (name,)
        for weekday in names:
            if weekday not in WEEKDAYS:
                raise ValueError(Bilingual(f"{weekday} không phải ngày trong tuần", f"{weekday} is not a weekday"))
            week[weekday] = tuple(sorted(_sessions(sessions)))
    return week


def _sessions(value: object) -> tuple[Session, ...]:
    if not isinstance(value, list):
        raise ValueError(Bilingual("phải là danh sách ca như 07:30-11:30", "has to be a list of sessions such as 07:30-11:30"))
    return tuple(read_session(str(text)) for text in value)


@read_once
def load_calendars(directory: Path | None = None) -> dict[str, Calendar]:
    """Load every calendar by name, with the notices beside it.

    Raises:
        ConfigError: a file does not follow the model, names law that the register lacks, or a notice is about no calendar;
            names file and key.
    """
    folder = directory or settings().config_dir / "calendar"
    found = read_yaml_files(folder, Calendar, "calendar")
    for name, calendar in found.items():
        require_known((f"calendar/{name}.yaml", bases) for bases in (calendar.law, *calendar.documents.values()))
    return with_kept_notices(found, folder)


def with_kept_notices(calendars: Mapping[str, Calendar], folder: Path | None = None) -> dict[str, Calendar]:
    """Return calendars with the notices of a folder in them.

    Raises:
        ConfigError: a notice does not follow the model, or is about no calendar.
    """
    found = dict(calendars)
    folder = folder or settings().config_dir / "calendar"
    for path in sorted((folder / NOTICES).glob("*.yaml")):
        notice = read_model(path, Notice)
        if notice.calendar not in found:
            raise ConfigError(
                f"{path.name}: calendar",
                Bilingual(f"không có lịch {notice.calendar!r}", f"there is no {notice.calendar!r}"),
                ", ".join(sorted(found)),
            )
        found[notice.calendar] = with_notice(found[notice.calendar], notice)
    return found


def with_notice(calendar: Calendar, notice: Notice) -> Calendar:
    """Return the calendar with the rows of a notice; those it has already are not doubled."""
    new = tuple(row for row in notice.rows() if row not in calendar.days)
    return calendar.model_copy(update={"days": (*calendar.days, *new)})
