"""Format of legal cases: YAML that an official writes, with strict keys and office time.

Files: ``tests/legal/cases/*.yaml``, and an office's own, run by ``motcua law test FILE``.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import pyarrow as pa
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from config.areas import Areas
from config.calendar import read_week
from config.codes import Status
from config.errors import ConfigError
from config.files import read_yaml
from config.language import Bilingual
from config.law import Law
from config.model_errors import faults
from config.sources import RecordedRule
from schemas.quality import CORRECTABLE
from tasks.legal_cases.basis import article_of
from tasks.legal_cases.words import (
    ChannelWord,
    OriginWord,
    PauseWord,
    StateWord,
    StatusWord,
    TimelinessWord,
    VerdictWord,
    read_status,
)
from tasks.rules.corrections.values import read_values
from tasks.rules.marks import MARKS
from tasks.rules.verdict.reasons import MISSING, REASONS

_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d\d)(?::(\d\d))?)?")
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _read_time(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo is not None:
        raise ValueError(
            Bilingual(
                "ghi múi giờ; giờ ở đây là giờ cơ quan, không ghi múi giờ",
                "bears a time zone; times are office time, written without one",
            )
        )
    if not isinstance(value, str):
        return value
    found = _DAY.fullmatch(value.strip())
    if found is None:
        return date.fromisoformat(value) if _ISO_DAY.fullmatch(value) else value
    day, month, year, hour, minute, second = (int(part) if part else 0 for part in found.groups())
    return datetime(year, month, day, hour, minute, second) if found[4] else date(year, month, day)


CaseMoment = Annotated[datetime | date, BeforeValidator(_read_time)]
"""A time, or a day that stands for its noon; as officials write it (03/03/2026 08:00) or by ISO 8601 (2026-03-03 08:00)."""
Day = Annotated[date, BeforeValidator(_read_time)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LimitVersion(_Strict):
    """A limit of the procedure, as the catalogue writes it, and on which days of receipt it is in force."""

    limit: str
    channel: ChannelWord = "counter"
    since: Day = Field(default=date(2020, 1, 1), alias="from")
    until: Day | None = Field(default=None, alias="to")


class PauseOfCase(_Strict):
    """A time in which the dossier waited.

    Attributes:
        due_before, due_after: the due date before and after the source moved it on, where it did.
        origin: what proves the pause; end_origin: what proves its end.
    """

    kind: PauseWord = "supplement"
    since: CaseMoment = Field(alias="from")
    until: CaseMoment | None = Field(default=None, alias="to")
    due_before: CaseMoment | None = None
    due_after: CaseMoment | None = None
    origin: OriginWord = "supplement_record"
    end_origin: OriginWord | None = None


class OtherRecord(_Strict):
    """What another system, such as the land software, says about the same dossier."""

    status: StatusWord = Status.DONE
    received: CaseMoment | None = None
    done: CaseMoment | None = None
    returned: CaseMoment | None = None


class Carried(_Strict):
    """When the postal service took the result, and when it delivered it."""

    taken: CaseMoment
    delivered: CaseMoment | None = None


class DossierOfCase(_Strict):
    """One dossier as its source states it.

    Attributes:
        received: receipt; code_day: the day in the dossier's code (that of the receipt, where none is given; null: none).
        log: steps of the progress log, each ``[time, status]``.
        status: national status of the record; the last of the log where none is given, else 4.
        agency: code of the agency; agency_until: the day on which it was abolished.
        limit: the procedure's limit, or its versions; no_procedure: the catalogue does not know the procedure.
        appointed: due date of the record; done_recorded, returned_recorded: its end of processing and hand-over.
        modified: when the source changed the record last.
        marks: marks of cleaning, space-separated; duplicate_of: code of the dossier that it is a copy of.
        corrections: approved corrections, field of the dossier to new value.
        elsewhere: what another system says; carried: what the postal service says.
        first: the withdrawn dossier that this one was filed again after.
    """

    received: CaseMoment | None = None
    code_day: Day | None = None
    log: tuple[tuple[CaseMoment, StatusWord], ...] = ()
    status: StatusWord = None
    channel: ChannelWord = "counter"
    agency: str = Field(default="H99.12", pattern=r"^[A-Za-z0-9.]{1,30}$")
    agency_until: Day | None = None
    limit: str | tuple[LimitVersion, ...] = "5 ngày làm việc"
    no_procedure: bool = False
    appointed: CaseMoment | None = None
    done_recorded: CaseMoment | None = None
    returned_recorded: CaseMoment | None = None
    modified: CaseMoment | None = None
    marks: str | None = None
    duplicate_of: str | None = None
    pauses: tuple[PauseOfCase, ...] = ()
    corrections: dict[str, Any] = {}
    elsewhere: OtherRecord | None = None
    carried: Carried | None = None
    first: DossierOfCase | None = None

    @field_validator("marks")
    @classmethod
    def _known_marks(cls, value: str | None) -> str | None:
        if value is not None and set(value.split()) - set(MARKS):
            raise ValueError(
                Bilingual(
                    f"nêu dấu hiệu không có; GLOSSARY.md liệt kê: {', '.join(MARKS)}",
                    f"names a mark that does not exist; GLOSSARY.md lists them: {', '.join(MARKS)}",
                )
            )
        return value

    @field_validator("corrections", mode="before")
    @classmethod
    def _correctable(cls, value: object) -> object:
        if not isinstance(value, dict):
            raise ValueError(
                Bilingual(
                    "không phải các trường với giá trị mới, như {status: đã xử lý xong}",
                    "are no fields with their new values, such as {status: đã xử lý xong}",
                )
            )
        unknown = [str(field) for field in value if field not in CORRECTABLE]
        if unknown:
            raise ValueError(
                Bilingual(
                    f"{', '.join(unknown)}: không có trường này; chọn một trong {', '.join(CORRECTABLE)}",
                    f"{', '.join(unknown)}: no such field; it is one of {', '.join(CORRECTABLE)}",
                )
            )
        read = {field: _read_time(read_status(new) if field == "status" else new) for field, new in value.items()}
        for field, new in read.items():
            _check_readable(field, new)
        return read

    @property
    def days_of_code(self) -> date | None:
        """Return the day that the dossier's code bears."""
        if "code_day" in self.model_fields_set:
            return self.code_day
        return self.received

    @property
    def stated_status(self) -> int | None:
        """Return the status of the record."""
        if "status" in self.model_fields_set:
            return self.status
        return self.log[-1][1] if self.log else 4


def _check_readable(field: str, new: object) -> None:
    if not isinstance(new, str | int | date):
        raise ValueError(
            Bilingual(
                f"{field}: giá trị mới không phải chữ, số hay thời điểm",
                f"{field}: the new value is neither a text nor a number nor a time",
            )
        )
    text = new.isoformat() if isinstance(new, date) else str(new)
    try:
        read_values(pa.array([text]), field)
    except pa.ArrowInvalid:
        raise ValueError(
            Bilingual(
                f"{field}: giá trị mới không đọc được theo loại của trường",
                f"{field}: the new value cannot be read as the field's kind",
            )
        ) from None


class ExpectedVerdict(_Strict):
    """What has to come out; only what is named is compared. A day is compared with the day of a time."""

    verdict: VerdictWord | None = None
    reasons: tuple[str, ...] | None = None
    missing: tuple[str, ...] | None = None
    state: StateWord | None = None
    timeliness: TimelinessWord | None = None
    counted: bool | None = None
    received_at: CaseMoment | None = None
    due_at: CaseMoment | None = None
    end_at: CaseMoment | None = None
    worked_minutes: int | None = None
    paused_minutes: int | None = None
    recorded_state: StateWord | None = None
    recorded_timeliness: TimelinessWord | None = None

    @field_validator("reasons", "missing")
    @classmethod
    def _known(cls, value: tuple[str, ...] | None, info: Any) -> tuple[str, ...] | None:
        known = REASONS if info.field_name == "reasons" else MISSING
        if set(value or ()) - set(known):
            raise ValueError(
                Bilingual(
                    f"nêu mã không có; chọn một trong {', '.join(known)}",
                    f"names a code that does not exist; it is one of {', '.join(known)}",
                )
            )
        return value

    @model_validator(mode="after")
    def _something(self) -> ExpectedVerdict:
        if not self.model_fields_set:
            raise ValueError(
                Bilingual(
                    "không nêu kết quả nào; ghi kết luận hoặc kết quả khác",
                    "expects nothing; name a verdict or another outcome",
                )
            )
        return self

    def named(self) -> dict[str, Any]:
        """Return what is expected, by name."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


class LegalCase(DossierOfCase):
    """A dossier, the rules it is judged by, and what has to come out.

    Attributes:
        vi, en: a sentence that says what is tried; one of them at least.
        article: the article of law that the outcome rests on, in words; law: the same by its name in the legal register
            (``config/law``), such as ``qd-766-2022 art. 2.1``. One of them at least.
        near: reasons and missing evidence that it looks like and must not be given.
        policy: policy that it is judged by; the configured one where none is given. policy_but: answers given otherwise.
        calendar: calendar of the configuration; hours: sessions by weekday of the agency, where the calendar's do not hold.
        areas: areas with limits of their own; those of the configuration where none are given.
        recorded: how the source itself tells late from on time, as the block of that name in a source's file.
        heard: when the source was last heard. as_of: day at whose end it is judged.
    """

    vi: str | None = Field(default=None, min_length=1)
    en: str | None = Field(default=None, min_length=1)
    article: str | None = Field(default=None, min_length=1)
    law: Law = ()
    near: tuple[str, ...] = ()
    policy: str | None = None
    policy_but: dict[str, Any] = {}
    calendar: str = "vn"
    hours: dict[str, tuple[tuple[int, int], ...]] | None = None
    areas: Areas | None = None
    recorded: RecordedRule = RecordedRule()
    heard: Annotated[datetime, BeforeValidator(_read_time)] | None = None
    as_of: Day = date(2026, 3, 31)
    expect: ExpectedVerdict

    @field_validator("hours", mode="before")
    @classmethod
    def _read_hours(cls, value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, dict) or not all(isinstance(sessions, list) for sessions in value.values()):
            raise ValueError(
                Bilingual(
                    'không phải các buổi theo ngày trong tuần, như {weekdays: ["07:30-11:30", "13:00-17:00"]}',
                    'are no sessions by weekday, such as {weekdays: ["07:30-11:30", "13:00-17:00"]}',
                )
            )
        return read_week(value)

    @field_validator("near")
    @classmethod
    def _known_codes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if set(value) - {*REASONS, *MISSING}:
            raise ValueError(
                Bilingual(
                    "nêu lý do không có; GLOSSARY.md liệt kê các lý do",
                    "names a reason that does not exist; GLOSSARY.md lists them",
                )
            )
        return value

    @model_validator(mode="after")
    def _has_a_sentence(self) -> LegalCase:
        if self.vi is None and self.en is None:
            raise ValueError(
                Bilingual(
                    "không có câu nào nói tình huống thử điều gì; ghi ở vi hoặc en",
                    "says in no sentence what it tries; write it under vi or en",
                )
            )
        if self.article is None and not self.law:
            raise ValueError(
                Bilingual(
                    "không nêu điều luật nào; ghi ở article, hoặc tên trong config/law ở law",
                    "names no article of law; write it under article, or its name in config/law under law",
                )
            )
        return self

    def basis(self, language: Literal["vi", "en"]) -> str:
        """Return the article of law that it rests on, cited in a language where the legal register knows it."""
        return article_of(self.law, language) if self.law else self.article or ""

    def sentence(self, language: Literal["vi", "en"]) -> str:
        """Return the sentence in a language, or in the other where it has only that."""
        vietnamese, english = self.vi or self.en or "", self.en or self.vi or ""
        return vietnamese if language == "vi" else english


def read_cases(path: Path) -> tuple[LegalCase, ...]:
    """Read a file of legal cases: a key ``cases`` with a list of them.

    Raises:
        ConfigError: it cannot be read, or a case is not written as the format asks; names file, case and key.
    """
    content = read_yaml(path)
    cases = content.get("cases") if isinstance(content, dict) and set(content) == {"cases"} else None
    if not isinstance(cases, list) or not cases:
        raise ConfigError(
            path.name,
            Bilingual("không phải tệp tình huống pháp lý", "is no file of legal cases"),
            Bilingual("một khóa cases với danh sách tình huống", "one key, cases, with a list of cases"),
        )
    return tuple(_read_case(f"{path.name}, case {number}", case) for number, case in enumerate(cases, 1))


def _read_case(where: str, content: object) -> LegalCase:
    try:
        return LegalCase.model_validate(content)
    except ValidationError as error:
        unknown = any(each["type"] == "extra_forbidden" for each in error.errors())
        allowed = ", ".join(LegalCase.model_fields) if unknown else ""
        raise ConfigError(where, faults(error, Bilingual("tình huống", "the case")), allowed) from None
