"""Duties of privacy: what is done about personal data, each with the articles that it rests on.

File: ``config/privacy.yaml``. Nothing is steered by it: it lets the legal register tell what has to be looked at again when
a document ends, and it is the legal part of docs/privacy.md.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from config.files import read_model
from config.law import Law, require_known
from config.read_once import read_once
from config.settings import settings
from config.titles import Title


class PrivacyDuty(BaseModel):
    """One duty.

    Attributes:
        title: what officials read.
        since, until: days for which it holds; without ``until`` it is in force.
        law: what it rests on in the legal register.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: Title
    since: date
    until: date | None = None
    law: Law


class PrivacyDuties(BaseModel):
    """All duties by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    duties: dict[str, PrivacyDuty]


@read_once
def load_privacy_duties(path: Path | None = None) -> dict[str, PrivacyDuty]:
    """Load the duties; none where an office's own configuration folder has no such file yet.

    Raises:
        ConfigError: the file does not follow the model, or names law that the register lacks; names the key.
    """
    place = path or settings().config_dir / "privacy.yaml"
    duties = read_model(place, PrivacyDuties).duties if place.is_file() else {}
    require_known((f"privacy.yaml: {name}", duty.law) for name, duty in duties.items())
    return duties
