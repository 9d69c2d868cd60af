"""Areas for which a procedure may have a limit of its own, and the agencies in them.

File: ``config/areas.yaml``.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from config.files import read_model
from config.law import Law, require_known
from config.read_once import read_once
from config.settings import settings


class Area(BaseModel):
    """An area by the words that limits use for it.

    Attributes:
        units: agencies in it.
        since, until: days of receipt on which it held.
        law: what it rests on in the legal register.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    area: str = Field(min_length=1)
    units: tuple[str, ...]
    since: date
    until: date | None = None
    reference: str
    law: Law = ()


class Areas(BaseModel):
    """All areas.

    Attributes:
        ordinary: words for all agencies that are in no listed area.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    ordinary: tuple[str, ...] = ()
    areas: tuple[Area, ...] = ()


NO_AREAS = Areas()


@read_once
def load_areas(path: Path | None = None) -> Areas:
    """Load the areas.

    Raises:
        ConfigError: the file does not follow the model, or names law that the register lacks; names the key.
    """
    found = read_model(path or settings().config_dir / "areas.yaml", Areas)
    require_known((f"areas.yaml: {area.area}", area.law) for area in found.areas)
    return found
