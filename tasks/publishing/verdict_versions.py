"""Verdict versions: what publications counted of each verdict.

Judging writes over a verdict where it stands. What a publication or draft rests on is noted here when it is made, at a cost that
follows what changed since the one before, with why it changed: data, corrections, rules, calendar or re-organisation.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from schemas.verdicts import VERDICT_VERSIONS
from tasks.judging.rules_archive import archive_rules, cause_of_rules
from tasks.judging.rules_digest import figures_digest
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import Load
from tasks.warehouse.partitions import high_watermark
from tasks.warehouse.statements import statements_of

_SQL = statements_of(__file__)
_STEP = "verdict_versions"
_KEY = ("policy", "source", "code")
_SPAN = ("cause", "said_from", "said_until")
_SAID = tuple(name for name in VERDICT_VERSIONS.columns if name not in (*_KEY, *_SPAN))
_OF_VERDICTS = ", ".join(f"v.{name}" for name in (*_KEY, *_SAID) if name != "findings")
_ROW, _NEW = (f"ROW({', '.join(f'{alias}.{name}' for name in _SAID)})" for alias in ("t", "c"))
_ELSE, _NEW_ELSE = (f"ROW({', '.join(f'{alias}.{name}' for name in _SAID if name != 'unit_code')})" for alias in ("t", "c"))
_PLACES = {"verdicts": _OF_VERDICTS, "old": _ROW, "new": _NEW, "old_rest": _ELSE, "new_rest": _NEW_ELSE}
_COLUMNS = ", ".join(VERDICT_VERSIONS.columns)
_GIVEN = ", ".join(f"c.{name}" for name in (*_KEY, *_SAID))
_NAMES = ", ".join((*_KEY, *_SAID))


def keep_versions(current: Load, policy: str, at: datetime) -> pd.DataFrame:
    """Note what a publication or draft of a policy rests on.

    Args:
        current: the open load that makes it.
        policy: name of the policy.
        at: its moment, later than that of every other of the policy.

    Returns:
        The rows that were ended or begun, as they stand now.
    """
    through = high_watermark()
    archive_rules(current)
    known = current.fetch(_SQL["reached"], {"step": _STEP, "policy": policy})
    after, rules = known[0] if known else (-1, None)
    given: dict[str, Any] = {"policy": policy, "at": at, "after": after, "by_rules": cause_of_rules(current, rules)}
    current.execute("DROP TABLE IF EXISTS changed_verdicts")
    for statement in (_SQL["changed"], _SQL["ended"], _SQL["begun"]):
        current.execute(statement.format(**_PLACES, given=_GIVEN, names=_NAMES), given)
    if current.read_one(_SQL["is_too_many"], given):
        current.execute(_SQL["gone"], given)
    current.progress(_STEP, policy, through=through, rules_digest=figures_digest())
    failpoint("versions_kept")
    moved = f"SELECT {_COLUMNS} FROM judged.verdict_versions WHERE policy = %(policy)s AND (said_from = %(at)s OR said_until = %(at)s)"
    return current.read(moved, given, VERDICT_VERSIONS)
