"""Checks of deleted dossiers: what its system deleted while it was late does not vanish unseen."""

from __future__ import annotations

import numpy as np

from tasks.rules.arrays import Mask, crowded
from tasks.rules.checks.facts import CheckFacts
from tasks.rules.checks.registry import check, check_among, check_deleted


@check_deleted
@check
def deleted_overdue(facts: CheckFacts) -> Mask:
    """Deleted on a day after it was due (as appointed, else by the catalogue), and not ended by that day."""
    due = np.where(np.isnat(facts.day("due_at")), facts.lawful_day, facts.day("due_at"))
    end = facts.deleted_on
    for name in ("done_at", "returned_at"):
        end = np.fmin(end, facts.day(name))
    return np.asarray(facts.is_deleted & (end > due))


@check_deleted
@check_among
def deleted_in_batch(facts: CheckFacts, *, least: int) -> Mask:
    """Deleted on one day with many others of the agency and month."""
    day = facts.deleted_on.view(np.int64)
    return crowded(least, facts.month, facts.codes("unit_code").index, day, among=facts.is_deleted)
