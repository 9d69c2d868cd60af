"""Sources of an office: one YAML file a one-stop system in ``config/sources``, no code.

The name of a source is the name of its file. Files called ``example-*.yaml`` are passed over: copy one,
give it the system's name, set addresses and secrets by environment.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator, model_validator

from config.codes import CHANNELS, PAUSE_KINDS, PERSON_KINDS, STATUSES, UNIT_LEVELS
from config.connections import EVENT_FIELDS, Files, Rest, Sql, Strict, given
from config.errors import ConfigError
from config.files import read_model
from config.language import Bilingual
from config.profiles import DOSSIER_FIELDS, PROFILES, Headings, Profile, ProfileName
from config.pull_hours import Breaker, PullHours
from config.read_once import read_once

OTHER = "*"  # key of a map that stands for any value not listed
BLANK = ""  # key of a map that stands for no value


class RecordedRule(Strict):
    """The source's own rule of what counts as late (law 5.4); policies compare our verdicts with it.

    Attributes:
        end: fields of ``core.dossiers`` whose first given one is the end of processing.
        compare: whether end and due date are compared as instants or as days.
        no_due: what a dossier without a due date counts as.
        paused_statuses: statuses (1 to 10) in which an open dossier is not counted late.
    """

    end: tuple[Literal["done_at", "returned_at", "refused_at", "result_at"], ...] = ("done_at", "returned_at")
    compare: Literal["instant", "date"] = "instant"
    no_due: Literal["on_time", "late", "undetermined"] = "on_time"
    paused_statuses: tuple[int, ...] = ()


class Dates(Strict):
    """How the source writes dates.

    Attributes:
        order: order of day, month and year where a date is written with slashes.
        settle_by_code: day and month are exchanged where only that agrees with the date inside the dossier code.
        first_year: year before which it can have received nothing; null: that of received_implausibly_early in checks.yaml.
        stated: a date field, to the field whose text states the same time in words; `motcua source diagnose` compares them.
    """

    order: Literal["dmy", "mdy"] = "dmy"
    settle_by_code: bool = True
    first_year: int | None = Field(None, ge=1900, le=2100)
    stated: dict[
        Literal["submitted_at", "received_at", "due_at", "done_at", "returned_at", "refused_at", "result_at"],
        Literal["summary"],
    ] = Field(default_factory=dict)


DriftAction = Literal["accept", "warn", "stop"]


class DriftRules(Strict):
    """What a change of the source's shape means; each change is noted in ``quality.drift`` whatever it means.

    accept: it is loaded; warn: it is loaded and the run says so; stop: nothing of it is loaded until an office has looked
    and written accept or warn here. The landed bytes are kept in any case.

    Attributes:
        new_field: a field that never came before.
        missing_field: one that every record had has gone.
        changed_type: its values are of another kind, or its dates of another form.
        renamed_heading: a field of ours is now read from another name of it.
        moved_heading: the row of headings stands at another place.
        displaced_cells: a page's values stand under other headings than their own: a column was put in, left out or
            exchanged. stop holds that page back and loads the others.
    """

    new_field: DriftAction = "accept"
    missing_field: DriftAction = "warn"
    changed_type: DriftAction = "warn"
    renamed_heading: DriftAction = "warn"
    moved_heading: DriftAction = "accept"
    displaced_cells: DriftAction = "stop"


class Shrinkage(Strict):
    """How much a source may shrink from one pull to the next before somebody has to look.

    Attributes:
        share: of the records known that may be missing, 0 to 1; null lets everything go.
        least: below so many records known nothing is concluded.
    """

    share: float | None = Field(0.2, ge=0, le=1)
    least: int = Field(50, ge=1)


class Source(Strict):
    """One system.

    Attributes:
        name: name of the file, filled in by ``load_sources``.
        title: what officials call the system.
        kind: how it is reached; the section of that name must be there.
        profile: which field names it uses; ``table`` names them in ``columns``.
        role: primary: its dossiers are counted and judged; evidence: it speaks about dossiers of
            others; reference: procedures or agencies.
        zone: IANA zone of the times it writes without an offset.
        calendar: name of a file in ``config/calendar``.
        recorded: the source's own rule of lateness.
        dates: how it writes dates.
        columns: canonical field to the headings (or columns) that may hold it, first given one counts.
        optional: fields whose heading may be lacking in a file.
        events: the same for a table in which a row is an event and the dossier's fields are repeated.
        constants: canonical field to a fixed value, for what the source does not state.
        codes: national: dossier codes follow law 3.1 and carry a date; free: any text names a dossier.
        statuses, channels, person_kinds, pause_kinds, flags, levels: the source's codes to ours; ``""`` stands for no
            value, ``"*"`` for any other. The same integer means other things elsewhere (law 2.7).
        presumed: status of a dossier that has an end, and of one that has none, where the source
            states no status (keys ``ended``, ``open``).
        font: how text is written: unicode; tcvn3 (ABC) or vni, which are turned into Unicode; detect turns it only where
            that is certain.
        statements: whole: each record tells all that is known of its dossier; partial: only what changed, and all of
            them together are the dossier (messages, calls). Then a new page is read beside all earlier ones about its dossiers.
        drift: what a change of its shape means; one word stands for all kinds of change but displaced cells.
        overlap_minutes: a pull asks again for records modified so long before the last one seen,
            for rows that were committed late.
        ended: last day of a system that was closed down: it is not asked any more, and its dossiers stay counted, judged and
            published.
        begins: day on which the system's records begin; null asks for everything before the first pull at once.
        shrinkage: how much it may shrink before a gate stops it. Of a folder: a file that comes again under its name, and files
            that are taken away while none comes under a new name; null for a folder that is emptied as it is read.
        proof_days: how many days of receipt before the day of a run are compared with the source's own counts.
        window_days: a span longer than this is asked for in windows of so many days, each a unit of progress.
        only_between: hours of the source's own zone in which it may be asked, ``20:00-06:00``; null allows every hour.
        breaker: how many failures in a row leave it alone, and for how long.
        rest, sql, files: how it is reached; the section of its kind.
    """

    name: str = ""
    title: str
    kind: Literal["rest", "sql", "files"]
    profile: ProfileName
    role: Literal["primary", "evidence", "reference"] = "primary"
    zone: str = "Asia/Ho_Chi_Minh"
    calendar: str = "vn"
    codes: Literal["national", "free"] = "national"
    recorded: RecordedRule = RecordedRule()
    dates: Dates = Dates()
    columns: dict[str, Headings] = Field(default_factory=dict)
    optional: tuple[str, ...] = ()
    events: dict[str, Headings] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    statuses: dict[str, int | None] = Field(default_factory=dict)
    channels: dict[str, str] = Field(default_factory=dict)
    person_kinds: dict[str, str] = Field(default_factory=dict)
    pause_kinds: dict[str, str] = Field(default_factory=dict)
    flags: dict[str, Literal["on_time", "late"]] = Field(default_factory=dict)
    levels: dict[str, str] = Field(default_factory=dict)
    presumed: dict[Literal["ended", "open"], int] = Field(default_factory=dict)
    font: Literal["detect", "unicode", "tcvn3", "vni"] = "detect"
    statements: Literal["whole", "partial"] = "whole"
    drift: DriftRules = DriftRules()
    overlap_minutes: int = Field(60, ge=0)
    ended: date | None = None
    begins: date | None = None
    window_days: int = Field(31, ge=1)
    shrinkage: Shrinkage = Shrinkage()
    proof_days: int = Field(62, ge=1)
    only_between: str | None = None
    breaker: Breaker = Breaker()
    rest: Rest | None = None
    sql: Sql | None = None
    files: Files | None = None

    @property
    def timezone(self) -> ZoneInfo:
        """Zone of the times that the source writes without an offset."""
        return ZoneInfo(self.zone)

    @property
    def overlap(self) -> timedelta:
        """How far back before the last modification seen a pull asks again."""
        return timedelta(minutes=self.overlap_minutes)

    def has_ended(self, now: datetime) -> bool:
        """Tell whether it was closed down, at an aware instant."""
        return self.ended is not None and now.astimezone(self.timezone).date() > self.ended

    @property
    def beginning(self) -> datetime | None:
        """Instant at which its records begin, where the file tells."""
        return None if self.begins is None else datetime.combine(self.begins, datetime.min.time(), self.timezone)

    @property
    def tells_totals(self) -> bool:
        """Whether it is asked for its own counts by agency and day."""
        return bool((self.rest and self.rest.totals) or (self.sql and self.sql.totals))

    @property
    def hours(self) -> PullHours | None:
        """Hours in which it may be asked; None for every hour."""
        return None if self.only_between is None else PullHours.parse(self.only_between)

    @property
    def host(self) -> str | None:
        """Machine and port that are asked; None for files of this machine and where the address is not set yet."""
        section = self.rest or self.sql
        try:
            parts = urlsplit(given(section.address)) if section else None
            return f"{parts.hostname}:{parts.port or parts.scheme}" if parts and parts.hostname else None
        except (ConfigError, ValueError):
            return None  # whoever asks it will say what is wrong with the address

    @property
    def connections(self) -> int:
        """How many of our sources may ask its host at the same time."""
        section = self.rest or self.sql
        return section.connections if section else 1

    @property
    def own_profile(self) -> Profile:
        """What its profile declares."""
        return PROFILES[self.profile]

    @property
    def is_reference(self) -> bool:
        """Whether it brings procedures or agencies instead of dossiers."""
        return self.own_profile.brings != "dossiers"

    @property
    def is_land(self) -> bool:
        """Whether it is land software, which names a dossier by its receipt number."""
        return self.own_profile.is_land

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(
                Bilingual(
                    "không phải múi giờ trong bảng IANA, ví dụ Asia/Ho_Chi_Minh",
                    "not a zone of the IANA table, e.g. Asia/Ho_Chi_Minh",
                )
            )
        return zone

    @field_validator("only_between")
    @classmethod
    def _hours_are_readable(cls, text: str | None) -> str | None:
        if text is not None:
            PullHours.parse(text)
        return text

    @field_validator("drift", mode="before")
    @classmethod
    def _one_word_for_all(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        # What no reading can be right about is held unless the file says so by name.
        return {**dict.fromkeys(DriftRules.model_fields, value), "displaced_cells": "stop"}

    @field_validator("columns", "events", mode="before")
    @classmethod
    def _one_heading_is_a_list(cls, value: object) -> object:
        if isinstance(value, dict):
            return {key: (entry,) if isinstance(entry, str) else entry for key, entry in value.items()}
        return value

    @field_validator("statuses", "channels", "person_kinds", "pause_kinds", "flags", "levels", mode="before")
    @classmethod
    def _codes_are_text(cls, value: object) -> object:
        if isinstance(value, dict):
            return {"" if key is None else str(key): entry for key, entry in value.items()}
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Source:
        if getattr(self, self.kind) is None:
            raise ValueError(
                Bilingual(f"kind {self.kind} cần mục {self.kind}", f"kind {self.kind} needs the section {self.kind}")
            )
        _only(self.columns, self.own_profile.fields, "columns")
        _only(self.events, EVENT_FIELDS, "events")
        _only(self.constants, DOSSIER_FIELDS, "constants")
        _values(self.statuses, STATUSES, "statuses")
        _values(self.levels, UNIT_LEVELS, "levels")
        _values(self.channels, CHANNELS, "channels")
        _values(self.person_kinds, PERSON_KINDS, "person_kinds")
        _values(self.pause_kinds, PAUSE_KINDS, "pause_kinds")
        if self.own_profile.needs_columns and not {"code", "receipt_number"} & set(self.columns):
            raise ValueError(
                Bilingual(
                    f"profile {self.profile} cần columns.code (hoặc columns.receipt_number)",
                    f"profile {self.profile} needs columns.code (or columns.receipt_number)",
                )
            )
        if self.own_profile.tells_events and self.statements != "partial":
            raise ValueError(
                Bilingual(
                    f"profile {self.profile} cần statements: partial, vì mỗi lần báo chỉ nêu việc vừa xảy ra",
                    f"profile {self.profile} needs statements: partial, for a call tells only what happened",
                )
            )
        if self.begins and self.rest and self.rest.listing and self.rest.listing.since is None:
            raise ValueError(
                Bilingual(
                    "begins cần rest.listing.since: không có thì không hỏi được danh sách theo khoảng thời gian",
                    "begins needs rest.listing.since: without it a list cannot be asked for by windows of time",
                )
            )
        if self.begins and self.ended and self.ended < self.begins:
            raise ValueError(Bilingual("ended đứng trước begins", "ended is before begins"))
        if self.is_reference != (self.role == "reference"):
            raise ValueError(
                Bilingual(
                    "role reference chỉ đi với profile catalogue và units",
                    "role reference goes with the profiles catalogue and units",
                )
            )
        return self


def _only(mapping: dict[str, object] | dict[str, Headings] | dict[str, str], allowed: tuple[str, ...], where: str) -> None:
    unknown = sorted(set(mapping) - set(allowed))
    if unknown:
        raise ValueError(f"{where}: unknown {', '.join(unknown)}; allowed: {', '.join(allowed)}")


def _values(mapping: dict[str, int | None] | dict[str, str], allowed: tuple[object, ...], where: str) -> None:
    unknown = sorted({str(v) for v in mapping.values() if v is not None and v not in allowed})
    if unknown:
        raise ValueError(f"{where}: unknown {', '.join(unknown)}; allowed: {', '.join(map(str, allowed))}")


def load_source(path: Path) -> Source:
    """Read one source file; its name becomes the source's name.

    Raises:
        ConfigError: a key is unknown, missing or of the wrong kind.
    """
    try:
        written = path.read_bytes()
    except OSError:
        written = b""  # reading it as a source says why
    return _source_as(path, written).model_copy(update={"name": path.stem})


@read_once
def _source_as(path: Path, _written: bytes) -> Source:
    """Read a source file that says this: a run asks for its sources dozens of times, and a file that was changed is another."""
    source = read_model(path, Source)
    if source.name not in ("", path.stem):
        raise ConfigError(path.name, Bilingual(f"name là {source.name!r}", f"name is {source.name!r}"), repr(path.stem))
    return source


def load_sources(directory: Path) -> dict[str, Source]:
    """Read all source files of a folder, by name; ``example-*.yaml`` are passed over.

    Raises:
        ConfigError: a file cannot be used.
    """
    return {path.stem: load_source(path) for path in source_files(directory)}


def source_files(directory: Path) -> list[Path]:
    """Return the source files of a folder in order, without the examples; none where there is no folder."""
    return [path for path in sorted(directory.glob("*.yaml")) if not path.name.startswith("example-")]


def crowded_hosts(sources: Iterable[Source]) -> dict[str, int]:
    """Return the hosts that more sources ask than may do so at the same time, with how many may.

    Elsewhere nothing has to be limited: no two runs ask one source at the same time.
    """
    by_host: dict[str, list[int]] = {}
    for source in sources:
        if source.host is not None:
            by_host.setdefault(source.host, []).append(source.connections)
    return {host: min(allowed) for host, allowed in by_host.items() if len(allowed) > min(allowed)}
