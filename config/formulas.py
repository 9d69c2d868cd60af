"""Formulas of an index of offices: what each divides, its points, and what answers it.

Files: ``config/formulas/*.yaml``, one a document. A formula is answered by an indicator of ``config/indicators`` or by a sheet of
a form, or it is not covered, with the reason.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.errors import ConfigError
from config.files import read_yaml_files
from config.indicators import load_definitions
from config.language import Bilingual
from config.law import Law, require_known
from config.read_once import read_once
from config.settings import settings
from config.titles import Title


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FormulaGroup(_Strict):
    """A group of formulas and the most points that it gives."""

    title: Title
    points: int = Field(ge=1)


class Formula(_Strict):
    """One formula.

    Attributes:
        numerator: what is counted; denominator: of what.
        digits: decimals of the rate, rounded half up.
        full_at: rate in percent from which all points are given; below it they fall in proportion.
        points: the most that it gives; None where that could not be read.
        fields: fields of the national exchange that it is worked out from and that are read.
        lacking: fields that it needs and that no format brings yet.
        indicator: indicator that answers it; shown_in: sheet of a form that does; not_covered: why nothing does.
        but: what the answer leaves out.
    """

    group: str
    title: Title
    numerator: Title
    denominator: Title
    digits: int = Field(default=2, ge=0, le=6)
    full_at: int = Field(default=100, ge=1, le=100)
    points: int | None = Field(default=None, ge=1)
    fields: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    indicator: str | None = None
    shown_in: Title | None = None
    not_covered: Title | None = None
    but: Title | None = None

    @model_validator(mode="after")
    def _answered_once(self) -> Formula:
        if sum(one is not None for one in (self.indicator, self.shown_in, self.not_covered)) != 1:
            raise ValueError(
                Bilingual(
                    "phải có đúng một trong indicator, shown_in, not_covered",
                    "needs exactly one of indicator, shown_in, not_covered",
                )
            )
        return self


class FormulaCatalogue(_Strict):
    """The formulas that one document defines."""

    document: str
    title: Title
    law: Law
    since: date
    groups: dict[str, FormulaGroup]
    formulas: dict[str, Formula]


@read_once
def load_formulas(directory: Path | None = None) -> dict[str, FormulaCatalogue]:
    """Load every catalogue by its document.

    Raises:
        ConfigError: a file does not follow the model, or names a group, an indicator or law that is not there.
    """
    found = read_yaml_files(directory or settings().config_dir / "formulas", FormulaCatalogue, "document")
    indicators = {name for one in load_definitions().values() for name in one.indicators}
    for document, catalogue in found.items():
        require_known([(f"formulas/{document}.yaml", catalogue.law)])
        for number, formula in catalogue.formulas.items():
            where = f"formulas/{document}.yaml: {number}"
            _require(where, "group", formula.group, set(catalogue.groups))
            if formula.indicator is not None:
                _require(where, "indicator", formula.indicator, indicators)
    return found


def _require(where: str, key: str, name: str, known: set[str]) -> None:
    if name not in known:
        allowed = ", ".join(sorted(known))
        raise ConfigError(f"{where}: {key}", Bilingual(f"không có {name}", f"there is no {name}"), Bilingual(allowed, allowed))
