"""Withdrawal of corrections, singly or by package; later ones about the same field stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from config.errors import ConfigError
from config.language import Bilingual
from schemas.quality import CORRECTIONS
from tasks.correcting.loop_events import events_of_corrections, write_events
from tasks.recovery.manifests import keep_package
from tasks.rules.privacy.masking import looks_personal
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import load

_SHORTEST = 8  # characters of an id that are enough to name it
_FOUND = """
    SELECT DISTINCT package, correction_id FROM quality.corrections
    WHERE package = %(reference)s OR (length(%(reference)s) >= %(shortest)s AND starts_with(correction_id, %(reference)s))
    ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Undone:
    """What was taken back.

    Attributes:
        packages: packages whose lines they were.
        changed: corrections that counted or waited, and no longer do.
        applied: of these, the ones that had been applied: their dossiers have to be judged again.
        already: corrections that had been taken back or turned down before.
    """

    packages: tuple[str, ...]
    changed: int
    applied: int
    already: int


def undo(reference: str, by: str) -> Undone:
    """Take back a correction, or all of a package, in one transaction; a second time changes nothing.

    The rows stay, with who took them back and when. What stands afterwards over a field is the newest approved
    correction that is left, else the source's own word.

    Args:
        reference: name of a package, or a correction's id (its first eight characters are enough).
        by: account of who takes it back.

    Raises:
        ConfigError: no correction or several are called so, or ``by`` names nobody.
        WarehouseError: a statement failed; nothing was written.
    """
    if not by.strip() or looks_personal(by):
        raise ConfigError(
            "motcua undo --by",
            Bilingual("không nêu ai, hoặc nêu bằng số cá nhân", "names nobody, or by a personal number"),
            Bilingual("một tài khoản, ví dụ van.thu", "an account such as van.thu"),
        )
    found = fetch_all(_FOUND, {"reference": reference, "shortest": _SHORTEST})
    packages = tuple(sorted({package for package, _ in found}))
    if not found or (reference not in packages and len(found) > 1):
        fact = (
            Bilingual("chỉ đến nhiều đính chính", "names several corrections")
            if found
            else Bilingual("không chỉ đến đính chính nào", "names no correction")
        )
        raise ConfigError(
            f"motcua undo {reference}",
            fact,
            Bilingual("một gói, hoặc mã trong `motcua corrections`", "a package, or an id of `motcua corrections`"),
        )
    chosen = [correction for _, correction in found]
    changed = applied = 0
    for package in packages:
        one, was_applied = _undo_in(package, chosen, by.strip())
        changed, applied = changed + one, applied + was_applied
    return Undone(packages, changed, applied, len(chosen) - changed)


def _undo_in(package: str, chosen: list[str], by: str) -> tuple[int, int]:
    with load("undo", package) as current:
        columns = ", ".join(CORRECTIONS.columns)
        rows = current.read(
            f"SELECT {columns} FROM quality.corrections WHERE package = %(package)s AND correction_id = ANY(%(chosen)s) "
            "AND state IN ('approved', 'proposed') ORDER BY correction_id",
            {"package": package, "chosen": chosen},
            CORRECTIONS,
        )
        if rows.empty:
            return 0, 0
        moment = pd.Timestamp(datetime.now(UTC))
        changed = rows.assign(state="undone", undone_by=by, undone_at=moment).drop(columns=list(CORRECTIONS.managed))
        current.merge(CORRECTIONS, CORRECTIONS.conform(changed))
        keep_package(current, package)
        write_events(current, events_of_corrections(current, changed, package, by))
        failpoint("corrections_undone")
    return len(rows), int((rows["state"] == "approved").sum())
