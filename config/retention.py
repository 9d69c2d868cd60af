"""Retention: for how long landing files and rows are kept, and what holds them longer.

File: ``config/retention.yaml``. Without it, and as it is delivered, everything is kept: an office that has to delete by age
writes its own rule there.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.files import read_model
from config.language import Bilingual
from config.read_once import read_once
from config.settings import settings

_MOST = 36_500  # days: a hundred years
GATE_DAYS = 400  # a year and the month before, so that a month can be held against the same one of the year before


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LandingRetention(_Strict):
    """When a landing file is purged.

    Attributes:
        days_after_end: so many days after the last of its dossiers ended, and was told of last; None: never.
        sources: other days for a source by its name, None: never.
    """

    days_after_end: int | None = Field(default=None, ge=30, le=_MOST)
    sources: dict[str, int | None] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _days_are_days(self) -> LandingRetention:
        wrong = sorted(name for name, days in self.sources.items() if days is not None and not 30 <= days <= _MOST)
        if wrong:
            raise ValueError(
                Bilingual(
                    f"số ngày của {', '.join(wrong)} phải từ 30 đến {_MOST}",
                    f"days of {', '.join(wrong)} have to lie between 30 and {_MOST}",
                )
            )
        return self

    def days_of(self, source: str) -> int | None:
        """Return the days of a source; None where its files are kept."""
        return self.sources.get(source, self.days_after_end)


class TableRetention(_Strict):
    """Days for which rows of a table are kept, counted from the newest.

    Attributes:
        gate_results: of ``quality.gate_results``, with the pages drawn of them.
    """

    gate_results: int = Field(default=GATE_DAYS, ge=GATE_DAYS, le=_MOST)


class RetentionHold(_Strict):
    """Dossiers whose files are kept whatever their age: an inspection, a complaint, a lawsuit.

    Attributes:
        source: of which system; None: of all.
        received_from, received_until: first and last day of receipt, whole months are held.
        until: last day of the hold; None while nobody has ended it.
        why: what it is for; names nobody.
    """

    source: str | None = None
    received_from: date
    received_until: date
    until: date | None = None
    why: str = Field(min_length=5)

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> RetentionHold:
        if self.received_until < self.received_from:
            raise ValueError(Bilingual("received_until đứng trước received_from", "received_until lies before received_from"))
        return self

    def holds(self, source: str, day: date) -> bool:
        """Tell whether it holds dossiers of a source on a day."""
        return self.source in (None, source) and (self.until is None or day <= self.until)


class Retention(_Strict):
    """The file."""

    landing: LandingRetention = LandingRetention()
    tables: TableRetention = TableRetention()
    holds: tuple[RetentionHold, ...] = ()


@read_once
def load_retention(path: Path | None = None) -> Retention:
    """Load the rule; everything is kept where an office's own configuration folder has no such file yet.

    Raises:
        ConfigError: the file does not follow the model; names the key.
    """
    place = path or settings().config_dir / "retention.yaml"
    return read_model(place, Retention) if place.is_file() else Retention()
