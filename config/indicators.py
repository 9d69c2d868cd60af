"""Indicators as dated definitions: numerator, denominator, rounding and first day.

Files: ``config/indicators/*.yaml``, one a document that defines them. Every counter named here is a
column of ``mart.counts``.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.codes import Channel, Counter
from config.errors import ConfigError
from config.files import read_yaml_files
from config.language import Bilingual
from config.law import Basis, Law, require_known
from config.read_once import read_once
from config.settings import settings
from config.titles import Title

Level = Literal["total", "unit", "field", "channel", "unit+field", "unit+channel", "unit+field+channel"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Indicator(_Strict):
    """One indicator.

    Attributes:
        numerator: counters added up.
        numerator_channels: only dossiers of these channels stand in the numerator; empty: all.
        denominator: counters added up; empty makes a plain count of the numerator.
        undetermined: counters whose dossiers stand in neither, because their timeliness cannot be
            derived: the interval counts them all late (lower) and all on time (upper).
        digits: decimals of the published value, rounded half up.
        smallest: below this denominator a value is shown but never ranked.
        law: what it rests on in the legal register, where that is not what the whole document rests on.
        levels: the cuts at which it is published, each by month and for the whole span.
        short: few words for lists and tables; the title where there are none.
        shown: headline: the rate that the page, its chart and the summary are about, one at a time; brief: beside it on the
            page and in the summary; table: only in the page's table of all indicators.
    """

    title: Title
    numerator: tuple[Counter, ...] = Field(min_length=1)
    numerator_channels: tuple[Channel, ...] = ()
    denominator: tuple[Counter, ...] = ()
    undetermined: tuple[Counter, ...] = ()
    digits: int = Field(default=2, ge=0, le=6)
    smallest: int = Field(default=30, ge=1)
    law: Law = ()
    levels: tuple[Level, ...] = ("total", "unit")
    short: Title | None = None
    shown: Literal["headline", "brief", "table"] = "brief"

    @property
    def words(self) -> Title:
        """Words for lists and tables, as short as there are."""
        return self.short or self.title

    @property
    def is_share(self) -> bool:
        """Whether its value is a percentage; else a count of dossiers."""
        return bool(self.denominator)

    @model_validator(mode="after")
    def _parts_of_a_whole(self) -> Indicator:
        if self.denominator and not set(self.numerator) <= set(self.denominator):
            raise ValueError(
                Bilingual("tử số có một số đếm mà mẫu số không có", "the numerator holds a counter that the denominator lacks")
            )
        if set(self.undetermined) & set(self.denominator):
            raise ValueError(
                Bilingual("một số đếm nằm cả ở mẫu số và undetermined", "a counter stands in both denominator and undetermined")
            )
        if self.undetermined and not self.denominator:
            raise ValueError(Bilingual("có undetermined thì phải có mẫu số", "undetermined needs a denominator"))
        if self.numerator_channels and any("channel" in level for level in self.levels):
            raise ValueError(
                Bilingual(
                    "chỉ tiêu chỉ của một số hình thức nộp thì không chia theo hình thức nộp",
                    "an indicator of some channels has no levels by channel",
                )
            )
        if self.shown == "headline" and not (self.denominator and {"total", "unit"} <= set(self.levels)):
            raise ValueError(
                Bilingual(
                    "shown: headline cần có denominator và các mức total, unit",
                    "shown: headline needs a denominator, and the levels total and unit",
                )
            )
        return self


class Definitions(_Strict):
    """The indicators that one document defines.

    Attributes:
        document: name of the file.
        reference: number and place in the document.
        law: what its indicators rest on in the legal register.
        since: first day on which the document is in force.
        until: last such day; None while it is.
    """

    document: str
    title: Title
    reference: str
    law: Law = ()
    since: date
    until: date | None = None
    indicators: dict[str, Indicator] = Field(min_length=1)

    def is_in_force(self, day: date) -> bool:
        """Whether the document holds on a day."""
        return self.since <= day and (self.until is None or day <= self.until)

    @property
    def headlines(self) -> tuple[str, ...]:
        """Names of its indicators that are shown as headline."""
        return tuple(name for name, one in self.indicators.items() if one.shown == "headline")

    def law_of(self, name: str) -> tuple[Basis, ...]:
        """Return what an indicator rests on: its own, or what the whole document does."""
        return self.indicators[name].law or self.law


@read_once
def load_definitions(directory: Path | None = None) -> dict[str, Definitions]:
    """Load every document by name.

    Raises:
        ConfigError: a file does not follow the model, names law that the register lacks, or two files define one indicator.
    """
    found = read_yaml_files(directory or settings().config_dir / "indicators", Definitions, "document")
    owners: dict[str, str] = {}
    for document, definitions in found.items():
        for name in definitions.indicators:
            if name in owners:
                raise ConfigError(
                    f"{document}.yaml: indicators.{name}",
                    Bilingual(f"đã được định nghĩa trong {owners[name]}.yaml", f"is defined in {owners[name]}.yaml already"),
                )
            owners[name] = document
            require_known([(f"indicators/{document}.yaml: {name}", definitions.law_of(name))])
    _require_one_headline(found)
    return found


def _require_one_headline(found: dict[str, Definitions]) -> None:
    """Refuse two headlines on one day: the page and the summary are about one rate."""
    shown = [
        (one.since, one.until or date.max, f"{document}.yaml: {name}")
        for document, one in found.items()
        for name in one.headlines
    ]
    for (_, until, first), (since, _, second) in pairwise(sorted(shown)):
        if since <= until:
            raise ConfigError(
                f"indicators/{second}",
                Bilingual(f"được đặt làm chỉ số chính, và {first} cũng vậy", f"is shown as headline, and so is {first}"),
                Bilingual("một trong hai có shown: brief", "shown: brief for one of them"),
            )


def indicators_in_force(as_of: date, directory: Path | None = None) -> dict[str, Indicator]:
    """Return the indicators of all documents in force on a day, by name."""
    return {
        name: indicator
        for definitions in load_definitions(directory).values()
        if definitions.is_in_force(as_of)
        for name, indicator in definitions.indicators.items()
    }


def headline_in_force(as_of: date, directory: Path | None = None) -> tuple[str, Indicator]:
    """Return name and definition of the rate that page and summary are about on a day.

    Raises:
        ConfigError: no document in force shows one as headline.
    """
    for name, indicator in indicators_in_force(as_of, directory).items():
        if indicator.shown == "headline":
            return name, indicator
    raise ConfigError(
        "indicators",
        Bilingual(
            f"không chỉ số nào có hiệu lực ngày {as_of:%d/%m/%Y} được đặt làm chỉ số chính",
            f"no indicator in force on {as_of} is shown as headline",
        ),
        Bilingual("một chỉ số có shown: headline", "shown: headline for one of them"),
    )
