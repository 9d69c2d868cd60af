"""Declarations of quality checks: question, severity, owner, legal basis and first day.

File: ``config/checks.yaml``. A check's function of the same name stands in ``tasks/rules/checks``; here
is only what an office may change.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from config.codes import CheckSeverity
from config.files import read_model
from config.language import Bilingual
from config.law import Law, require_known
from config.read_once import read_once
from config.settings import settings
from config.titles import Title

ParameterValue = bool | int | float | str | tuple[int, ...] | tuple[str, ...]
EARLY = "received_implausibly_early"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CheckTitle(Title):
    """Title of a check: a sentence, not a word."""

    vi: str = Field(min_length=5)
    en: str = Field(min_length=5)


class Check(_Strict):
    """One check.

    Attributes:
        id: name of its function.
        severity: fail: the record cannot be right; warn: somebody should look; info: worth knowing.
        owner: who mends what it finds.
        reference: section of docs/law.md that tells of the defect, or a decision.
        law: what it rests on in the legal register.
        about: what a failed one casts doubt on: fields of the dossier, or ``events`` or ``pauses``; a fail names at least one.
        since: first day of receipt that it applies to; None for all before too.
        until: last such day; None while it is in force.
        parameters: keyword arguments of the function.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{2,49}$")
    title: CheckTitle
    severity: CheckSeverity
    owner: Literal["agency", "one_stop_desk", "system_vendor", "land_office", "catalogue_keeper", "steering_office"]
    reference: str = Field(min_length=3)
    law: Law = ()
    about: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    parameters: dict[str, ParameterValue] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _in_order(self) -> Check:
        if self.since and self.until and self.until < self.since:
            raise ValueError(Bilingual(f"{self.id}: until đứng trước since", f"{self.id}: until is before since"))
        if self.severity == "fail" and not self.about:
            raise ValueError(
                Bilingual(
                    f"{self.id}: phép kiểm tra mức fail phải ghi about: nói về trường nào",
                    f"{self.id}: a check of severity fail says what it is about",
                )
            )
        return self


class Checks(_Strict):
    """All checks, in the order of the file."""

    checks: tuple[Check, ...] = Field(min_length=1)

    @field_validator("checks")
    @classmethod
    def _named_once(cls, value: tuple[Check, ...]) -> tuple[Check, ...]:
        ids = [check.id for check in value]
        repeated = sorted({i for i in ids if ids.count(i) > 1})
        if repeated:
            raise ValueError(f"declared twice: {', '.join(repeated)}")
        return value

    def __getitem__(self, check_id: str) -> Check:
        """Return the check of that id; KeyError where there is none."""
        for candidate in self.checks:
            if candidate.id == check_id:
                return candidate
        raise KeyError(check_id)

    @property
    def first_year(self) -> int | None:
        """Year before which nothing can have been received; None without that check.

        It holds where a source does not say its own.
        """
        years = (check.parameters.get("first_year") for check in self.checks if check.id == EARLY)
        return next((year for year in years if isinstance(year, int)), None)

    def with_first_year(self, year: int | None) -> Checks:
        """Return the checks as a source has them whose first year is another one; None changes nothing."""
        if year is None:
            return self
        given = {"first_year": year}
        return Checks(checks=tuple(c.model_copy(update={"parameters": given}) if c.id == EARLY else c for c in self.checks))

    def __len__(self) -> int:
        """How many there are."""
        return len(self.checks)

    def each(self) -> Iterator[Check]:
        """Yield the checks in the order of the file."""
        yield from self.checks


@read_once
def load_checks(path: Path | None = None) -> Checks:
    """Load the checks.

    Raises:
        ConfigError: the file does not follow the model, or names law that the register lacks; names file and key.
    """
    path = path or settings().config_dir / "checks.yaml"
    found = read_model(path, Checks)
    require_known((f"{path.name}: {check.id}", check.law) for check in found.each())
    return found
