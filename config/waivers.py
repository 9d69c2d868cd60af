"""Waivers: a check set aside for a dossier, agency or procedure, with author, reason and end.

File: ``config/waivers.yaml``. A waived finding stays in ``quality.findings`` and is left out of the counts, which
say how many were.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.checks import load_checks
from config.errors import ConfigError
from config.files import read_model
from config.language import Bilingual
from config.settings import settings

LONGEST_WAIVER = timedelta(days=366)


class Waiver(BaseModel):
    """One waiver.

    Attributes:
        check: the check that does not count.
        dossiers: codes of the dossiers it is for; unit: the agency; procedure: the procedure. At least one of them;
            of several all have to fit.
        source: only dossiers of this source.
        reason: why, in a sentence that holds nobody's name or number.
        approved_by: account of who answers for it; approved_on: when. It begins on that day.
        expires_on: its last day; at most a year later.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    check: str
    dossiers: tuple[str, ...] = ()
    unit: str | None = None
    procedure: str | None = None
    source: str | None = None
    reason: str = Field(min_length=10)
    approved_by: str = Field(min_length=2)
    approved_on: date
    expires_on: date

    @model_validator(mode="after")
    def _fits_together(self) -> Waiver:
        if not (self.dossiers or self.unit or self.procedure):
            raise ValueError(
                Bilingual(
                    f"{self.check}: không nêu hồ sơ, cơ quan hay thủ tục nào; phép kiểm tra áp dụng cho tất cả thì sửa trong checks.yaml",
                    f"{self.check}: names neither dossiers nor unit nor procedure; a check for all is changed in checks.yaml",
                )
            )
        if self.expires_on < self.approved_on:
            raise ValueError(
                Bilingual(f"{self.check}: expires_on đứng trước approved_on", f"{self.check}: expires_on is before approved_on")
            )
        if self.expires_on - self.approved_on > LONGEST_WAIVER:
            raise ValueError(
                Bilingual(
                    f"{self.check}: expires_on muộn hơn approved_on quá một năm; khi đó hãy duyệt lại",
                    f"{self.check}: expires_on is more than a year after approved_on; approve it again then",
                )
            )
        return self

    def in_force(self, as_of: date) -> bool:
        """Tell whether it holds on a day, its first and last included."""
        return self.approved_on <= as_of <= self.expires_on


class Waivers(BaseModel):
    """All waivers, in the order of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    waivers: tuple[Waiver, ...]


def load_waivers(path: Path | None = None) -> tuple[Waiver, ...]:
    """Load the waivers; none where there is no file.

    Raises:
        ConfigError: the file does not follow the model, or a waiver is about a check that is not declared.
    """
    path = path or waivers_path()
    if not path.exists():
        return ()
    found = read_model(path, Waivers).waivers
    declared = {check.id for check in load_checks().each()}
    unknown = sorted({waiver.check for waiver in found} - declared)
    if unknown:
        raise ConfigError(
            path.name,
            Bilingual(f"không có phép kiểm tra {', '.join(unknown)}", f"there is no check {', '.join(unknown)}"),
            Bilingual("các mã trong checks.yaml", "the ids of checks.yaml"),
        )
    return found


def waivers_path() -> Path:
    """Return where the office's waivers are declared."""
    return settings().config_dir / "waivers.yaml"
