"""Making of work packages: one workbook an agency, recorded so that its answers are known again."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from config.checks import load_checks
from config.policies import Policy
from config.watch import load_watch
from schemas.packages import PACKAGE_ROWS, PACKAGES
from tasks.correcting.answer_times import answer_due
from tasks.correcting.loop_events import LoopEvent, write_events
from tasks.correcting.work_items import WorkItem, name_book, read_items, row_key
from tasks.correcting.work_words import AGENCY_OWNERS
from tasks.correcting.workbooks import WorkPackage, write_workbook
from tasks.recovery.manifests import keep_made_packages
from tasks.reports.list_files import write_whole
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import load
from tasks.warehouse.partitions import last_day_of

_OTHERS = """
    SELECT d.unit_code, count(*) FROM quality.findings AS f
    JOIN core.dossiers AS d ON d.source = f.source AND d.code = f.code AND d.role = 'primary'
    WHERE f.resolved_on IS NULL AND f.severity IN ('fail', 'warn') AND f.check_id = ANY(%(checks)s) GROUP BY 1
"""
_THERE = "SELECT package, due_at FROM quality.packages WHERE package = ANY(%(names)s)"


@dataclass(frozen=True)
class MadePackage:
    """One package and its file."""

    package: WorkPackage
    file: Path


def make_packages(folder: Path, policy: Policy, unit: str | None = None) -> list[MadePackage]:
    """Make the work package of every agency, or of one, write their workbooks and record what is asked.

    The same questions on the same day are the same package: its file is written again and nothing else.

    Args:
        folder: where the workbooks go; it is made. Each is readable by the owner only.
        policy: by whose verdicts; MOTCUA_POLICY.
        unit: code of an agency; None: all that are asked anything.

    Raises:
        DataError: nothing was judged yet.
        ConfigError: a file cannot be written; packages that were recorded before stand.
        WarehouseError: a statement failed.
    """
    as_of = last_day_of()
    made = _packages(read_items(policy, as_of), as_of)
    asked = [one for one in made if unit is None or one.unit_code == unit]
    due = _record(asked)
    failpoint("packages_recorded")
    chosen = [replace(one, due_at=due[one.name]) for one in asked]
    return [MadePackage(one, write_whole(folder / file_name(one), write_workbook(one), private=True)) for one in chosen]


def file_name(package: WorkPackage) -> str:
    """Name the workbook of a package by agency and day."""
    return f"viec-can-lam-{_safe(package.unit_code)}-{package.as_of:%Y-%m-%d}.xlsx"


def _packages(items: Sequence[WorkItem], as_of: date) -> list[WorkPackage]:
    others = Counter(dict(fetch_all(_OTHERS, {"checks": [c.id for c in load_checks().checks if c.owner not in AGENCY_OWNERS]})))
    names = name_book()
    by_unit = groupby(sorted(items, key=lambda item: item.unit_code or ""), key=lambda item: item.unit_code)
    return [_package(code, names.unit(code), as_of, list(some), others[code]) for code, some in by_unit]


def _package(code: str | None, unit: str, as_of: date, items: list[WorkItem], others: int) -> WorkPackage:
    asked = "\x1e".join(row_key("", item.question, item.says) for item in items)
    digest = hashlib.sha256(asked.encode()).hexdigest()[:8]
    return WorkPackage(f"{as_of:%Y%m%d}-{_safe(code)}-{digest}", code, unit, as_of, items, others)


def _safe(code: str | None) -> str:
    return re.sub(r"[^\w.-]", "_", code or "") or "khong-ro"


def _record(made: Sequence[WorkPackage]) -> dict[str, datetime | None]:
    """Write down packages and rows that are not there yet, in one transaction; return until when each is to be answered."""
    names = [one.name for one in made]
    with load("package", "packages") as current:
        there = dict(current.fetch(_THERE, {"names": names}))
        new = [one for one in made if one.name not in there]
        if not new:
            return there
        now, within = datetime.now(UTC), load_watch().answers.within_days
        due = {one.name: answer_due(now, one.items[0].question.source, one.unit_code, within) for one in new}
        heads = [_head(one, now, due[one.name]) for one in new]
        rows = {row["row_key"]: row for one in new for item in one.items for row in (_stored(one.name, item),)}
        current.merge(PACKAGES, PACKAGES.conform(PACKAGES.frame(heads).drop(columns="changed_in")))
        current.merge(PACKAGE_ROWS, PACKAGE_ROWS.conform(PACKAGE_ROWS.frame(rows.values()).drop(columns="changed_in")))
        keep_made_packages(current, [one.name for one in new])
        write_events(current, (_made(one, due[one.name]) for one in new))
    return there | due


def _made(one: WorkPackage, due: datetime | None) -> LoopEvent:
    return LoopEvent("package_made", one.unit_code, one.name, len(one.items), due_at=due)


def _head(one: WorkPackage, now: datetime, due: datetime | None) -> dict[str, Any]:
    asked = {"package": one.name, "unit_code": one.unit_code, "as_of": one.as_of}
    return {**asked, "made_at": now, "due_at": due, "rows": len(one.items)}


def _stored(package: str, item: WorkItem) -> dict[str, Any]:
    asked = item.question
    return {
        "row_key": row_key(package, asked, item.says),
        "package": package,
        **{name: getattr(asked, name) for name in ("source", "code", "kind", "rule", "field", "old_value", "new_value")},
    }
