"""Indicators as dated definitions: numerator, denominator, rounding and first day.

Files: ``config/indicators/*.yaml``, one a document that defines them. Every counter named here is a
column of ``mart.counts``.
"""

from __future__ import annotations

from datetime import date
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

    @model_validator(mode="after")
    def _parts_of_a_whole(self) -> Indicator:
        if self.denominator and not set(self.numerator) <= set(self.denominator):
            raise ValueError("the numerator holds a counter that the denominator lacks")
        if set(self.undetermined) & set(self.denominator):
            raise ValueError("a counter stands in both denominator and undetermined")
        if self.undetermined and not self.denominator:
            raise ValueError("undetermined needs a denominator")
        if self.numerator_channels and any("channel" in level for level in self.levels):
            raise ValueError("an indicator of some channels has no levels by channel")
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
    return found


def indicators_in_force(as_of: date, directory: Path | None = None) -> dict[str, Indicator]:
    """Return the indicators of all documents in force on a day, by name."""
    return {
        name: indicator
        for definitions in load_definitions(directory).values()
        if definitions.since <= as_of and (definitions.until is None or as_of <= definitions.until)
        for name, indicator in definitions.indicators.items()
    }
