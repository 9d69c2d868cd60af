"""Limit of reception as dated law: how soon an online or postal submission must be accepted.

File: ``config/reception.yaml``.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from config.codes import Channel
from config.files import read_model
from config.language import Bilingual
from config.law import Law, require_known
from config.read_once import read_once
from config.settings import settings


class ReceptionRule(BaseModel):
    """One limit.

    Attributes:
        since, until: days of submission that it governs; without ``until`` it is in force.
        amount: working hours, or working days after the day of submission.
        channels: of dossiers that came this way.
        reference: how an explanation cites it where it names no law.
        law: what it rests on in the legal register.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    since: date
    until: date | None = None
    amount: int = Field(gt=0)
    unit: Literal["hour", "working_day"]
    channels: tuple[Channel, ...]
    reference: str = ""
    law: Law = ()


class ReceptionLimits(BaseModel):
    """All limits of reception, oldest first."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    rules: tuple[ReceptionRule, ...]

    @field_validator("rules")
    @classmethod
    def _apart(cls, rules: tuple[ReceptionRule, ...]) -> tuple[ReceptionRule, ...]:
        for one, following in pairwise(rules):
            if one.until is None or one.until >= following.since:
                raise ValueError(
                    Bilingual(
                        f"quy tắc từ {one.since} phải kết thúc trước {following.since}",
                        f"the rule since {one.since} has to end before {following.since}",
                    )
                )
        return rules


@read_once
def load_reception(path: Path | None = None) -> tuple[ReceptionRule, ...]:
    """Load the limits of reception.

    Raises:
        ConfigError: the file does not follow the model, or names law that the register lacks; names the key.
    """
    rules = read_model(path or settings().config_dir / "reception.yaml", ReceptionLimits).rules
    require_known((f"reception.yaml: rule since {rule.since}", rule.law) for rule in rules)
    return rules
