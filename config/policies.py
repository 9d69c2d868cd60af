"""Policies: dated files that answer the questions on which systems disagree about what is late.

Files: ``config/policies/*.yaml``. The questions are those of domain 5.4. Every verdict and every
indicator names its policy.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from config.files import read_yaml_files
from config.settings import settings

EndKind = Literal["done", "returned", "stopped", "refused", "withdrawn"]
PauseKind = Literal["supplement", "financial", "stop", "posting", "opinion"]


class Title(BaseModel):
    """A title in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    vi: str
    en: str


class Policy(BaseModel):
    """One definition of late.

    Attributes:
        due: law: derived from the procedure's limit, the calendar and the pauses; recorded: the
            appointment that the source states.
        end: which end counts, the first that is there; ``done`` is status 9, ``returned`` 10,
            ``stopped`` 8, ``refused`` 3, ``withdrawn`` 7.
        own_rule: ends, comparison and missing due dates as the source itself handles them.
        other_systems: evidence of other systems counts as an end, and their pauses as pauses.
        compare: date: calendar days; instant: to the minute; by_unit: days for limits in days,
            minutes for limits in hours.
        without_due: a dossier without a due date is on_time, late or undetermined; derive: as its
            limit says, and undetermined without one.
        pauses: kinds of waiting that stop the clock.
        second_supplement: what a dossier that waits for its second supplement is.
        withdrawn: what a withdrawn dossier is: compared like any other, or always on time.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: str
    title: Title
    since: date
    until: date | None = None
    reference: str
    due: Literal["law", "recorded"]
    end: tuple[EndKind, ...]
    own_rule: bool = False
    other_systems: bool
    compare: Literal["by_unit", "date", "instant"]
    without_due: Literal["derive", "on_time", "late", "undetermined"]
    pauses: tuple[PauseKind, ...]
    second_supplement: Literal["late", "paused"]
    withdrawn: Literal["compared", "on_time"]


@lru_cache
def load_policies(directory: Path | None = None) -> dict[str, Policy]:
    """Load every policy by name.

    Raises:
        ConfigError: a file does not follow the model; names file and key.
    """
    return read_yaml_files(directory or settings().config_dir / "policies", Policy, "policy")
