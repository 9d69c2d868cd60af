"""Archive of rules: the configuration under which figures were made, so that they can be made again.

The rules' code is not kept, only its digest: whoever makes an old figure again can tell whether the code is another by now.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from config.files import read_model, read_yaml_files
from config.indicators import Definitions, Indicator
from config.policies import Policy
from config.waivers import Waiver, Waivers, waivers_path
from schemas.publications import RULES_ARCHIVE
from tasks.judging.judged_sources import zones
from tasks.judging.rules_digest import (
    CONFIGURATION_FILES,
    calendar_digest,
    code_digest,
    configuration,
    figures_digest,
    rest_digest,
)
from tasks.warehouse.load import Load
from tasks.warehouse.rows import fetch_as

_WAIVERS = "waivers.yaml"
_KNOWN = "SELECT EXISTS (SELECT FROM audit.rules_archive WHERE rules_digest = %(rules)s)"
_FOUND = "SELECT rules_digest, code_digest, files, zones FROM audit.rules_archive WHERE rules_digest = %(rules)s"
_DIFFERS = "SELECT calendar_digest, rest_digest FROM audit.rules_archive WHERE rules_digest = %(rules)s"


@dataclass(frozen=True)
class ArchivedRules:
    """Configuration of a past publication.

    Attributes:
        files: text by name below the configuration.
        zones: IANA zone by source.
    """

    rules_digest: str
    code_digest: str
    files: Mapping[str, str]
    zones: Mapping[str, str]

    @property
    def is_code_of_today(self) -> bool:
        """Whether the rules' code is what it was."""
        return self.code_digest == code_digest()

    def indicators(self, day: date) -> dict[str, Indicator]:
        """Return the indicators that were in force on a day, by name."""
        return {name: one for each in self.definitions(day) for name, one in each.indicators.items()}

    def definitions(self, day: date) -> list[Definitions]:
        """Return the documents that defined indicators on a day."""
        with tempfile.TemporaryDirectory(prefix="motcua-rules-") as folder:
            self._write(Path(folder), "indicators/")
            found = read_yaml_files(Path(folder) / "indicators", Definitions, "document")
        return [each for each in found.values() if each.is_in_force(day)]

    def policy(self, name: str) -> Policy:
        """Return a policy as it was."""
        with tempfile.TemporaryDirectory(prefix="motcua-rules-") as folder:
            self._write(Path(folder), f"policies/{name}.yaml")
            return read_model(Path(folder) / "policies" / f"{name}.yaml", Policy)

    def waivers(self, day: date) -> list[Waiver]:
        """Return the waivers that were in force on a day."""
        if _WAIVERS not in self.files:
            return []
        with tempfile.TemporaryDirectory(prefix="motcua-rules-") as folder:
            self._write(Path(folder), _WAIVERS)
            return [one for one in read_model(Path(folder) / _WAIVERS, Waivers).waivers if one.in_force(day)]

    def _write(self, folder: Path, prefix: str) -> None:
        for name, text in self.files.items():
            if name.startswith(prefix):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text, encoding="utf-8")


def archive_rules(current: Load) -> None:
    """Keep the configuration in force, once for each digest."""
    if current.read_one(_KNOWN, {"rules": figures_digest()}):
        return
    folder = configuration().config
    files = {
        path.relative_to(folder).as_posix(): _text(path)
        for pattern in CONFIGURATION_FILES
        for path in sorted(folder.glob(pattern))
    }
    if waivers_path().exists():
        files[_WAIVERS] = _text(waivers_path())
    row: dict[str, Any] = {
        "rules_digest": figures_digest(),
        "calendar_digest": calendar_digest(folder / "calendar"),
        "code_digest": code_digest(),
        "rest_digest": rest_digest(),
        "files": json.dumps(files, ensure_ascii=False),
        "zones": json.dumps(zones()),
    }
    current.merge(RULES_ARCHIVE, RULES_ARCHIVE.frame([row]))


def archived(rules_digest: str) -> ArchivedRules | None:
    """Return the configuration of a digest; None where it was not kept."""
    found = fetch_as(ArchivedRules, _FOUND, {"rules": rules_digest})
    return found[0] if found else None


def cause_of_rules(current: Load, before: str | None) -> str:
    """Say why a verdict changes whose facts have not.

    ``calendar_change`` or ``rules``, where both are others in one step ``rules``; ``data`` where neither is another.

    Args:
        current: the open load.
        before: digest of the rules under which it was counted before.
    """
    then = None if before is None else current.fetch(_DIFFERS, {"rules": before})
    if not then or before == figures_digest():
        return "data"
    calendar, rest = then[0]
    if rest != rest_digest():
        return "rules"
    return "calendar_change" if calendar != calendar_digest(configuration().config / "calendar") else "data"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
