"""Thresholds of the watch lists: ``config/watch.yaml``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.files import read_model
from config.language import Bilingual
from config.read_once import read_once
from config.settings import settings


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Silent(_Strict):
    """When a source or an agency is silent.

    Attributes:
        look_back: working days before the last record, whose rhythm counts.
        least_active: days with a record among them, below which there is no rhythm.
        times_longest: a silence longer than so many times the longest one in that span.
        least_days: and of more than so many working days.
    """

    look_back: int = Field(ge=5, le=500)
    least_active: int = Field(ge=2)
    times_longest: float = Field(ge=1)
    least_days: int = Field(ge=1)


class Volume(_Strict):
    """When a day's receipts or closings are out of the ordinary, of a source or an agency.

    Attributes:
        look_back: earlier days of the same kind that it is compared with, at most; least_days: at least.
        least_expected: below so many dossiers, expected and counted, nothing is said.
        limit: distances from the median, in the days' own spread, beyond which a day stands out.
        settles_after: so many days of a kind in a row that stand out the same way are no incident but how it is now.
        break_days: days off in a row beside which a working day is a kind of its own.
        recent: working days before the day judged that a run speaks about.
    """

    look_back: int = Field(ge=5, le=250)
    least_days: int = Field(ge=3)
    least_expected: int = Field(ge=1)
    limit: float = Field(ge=2)
    settles_after: int = Field(ge=2)
    break_days: int = Field(ge=3, le=20)
    recent: int = Field(ge=1, le=60)


class Incident(_Strict):
    """Days that are known to have been out of the ordinary, and are no measure for others.

    Attributes:
        source: the system; unit: an agency in it, all by default.
        since, until: first and last day; why: what happened.
    """

    source: str
    unit: str | None = None
    since: date
    until: date
    why: str = Field(min_length=5)

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> Incident:
        if self.until < self.since:
            raise ValueError(Bilingual("until đứng trước since", "until lies before since"))
        return self

    def about(self, source: str, unit: str | None) -> bool:
        """Tell whether it is about a source, or an agency in it."""
        return self.source == source and self.unit in (None, unit)


class SuspiciousMonths(_Strict):
    """When an agency's closings of a month are too good to be true; shares are between 0 and 1.

    Attributes:
        least_closings: below this number nothing is said.
        least_all_on_time: so many, and not one late.
        same_time: share at the same minute of the day; batch: share in one and the same minute.
        least_batch: size of such a batch.
        at_once_minutes: working minutes from receipt to closing that count as at once; at_once: share of them.
        off_hours: share closed while the office was.
        jump: on time more often than in the months before, by so much and by more than chance; of so many jump_months.
    """

    least_closings: int = Field(ge=1)
    least_all_on_time: int = Field(ge=1)
    same_time: float = Field(gt=0, le=1)
    batch: float = Field(gt=0, le=1)
    least_batch: int = Field(ge=2)
    at_once_minutes: int = Field(ge=0)
    at_once: float = Field(gt=0, le=1)
    off_hours: float = Field(gt=0, le=1)
    jump: float = Field(gt=0, le=1)
    jump_months: int = Field(ge=1, le=24)


class Extensions(_Strict):
    """When extensions are repeated: a due date was moved on more than so many times."""

    more_than: int = Field(ge=0)


class LetterRule(_Strict):
    """By when a letter of apology has to be sent: so many working days before the due date."""

    days_before_due: int = Field(ge=0, le=30)


class ResubmissionRule(_Strict):
    """How many days after a withdrawal a new dossier takes the place of the old one.

    It is of the same applicant and procedure; matching keeps a month.
    """

    within_days: int = Field(ge=0, le=31)


class AnswerRule(_Strict):
    """Within how many working days an agency answers what a work package asks, and who is told when it does not.

    Attributes:
        within_days: working days to answer.
        remind_days: it is reminded so many working days before they are over.
        escalate_days: so many working days after, the agency above it is told.
    """

    within_days: int = Field(ge=1, le=60)
    remind_days: int = Field(1, ge=1, le=30)
    escalate_days: int = Field(5, ge=1, le=60)


class Watch(_Strict):
    """All thresholds of the watching lists."""

    silent: Silent
    volume: Volume
    incidents: tuple[Incident, ...] = ()
    too_good: SuspiciousMonths
    extensions: Extensions
    letters: LetterRule
    resubmitted: ResubmissionRule
    answers: AnswerRule = AnswerRule(within_days=5, remind_days=1, escalate_days=5)


@read_once
def load_watch(path: Path | None = None) -> Watch:
    """Load the thresholds.

    Raises:
        ConfigError: the file does not follow the model; names file and key.
    """
    return read_model(path or settings().config_dir / "watch.yaml", Watch)
