"""Second look: a random sample of the verdicts of a run, derived again by the second engine."""

from __future__ import annotations

import json
from datetime import date

from prefect import task
from prefect.cache_policies import NO_CACHE

from config.policies import policies_of_a_run
from config.settings import settings
from tasks.auditing.second_engine import SecondLook, can_derive, find_dossiers, look_again, look_at
from tasks.judging.rules_digest import rules_digest
from tasks.runtime.safe_errors import with_safe_errors
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load

_SAMPLE = 400
"""Dossiers a look: enough that a fault of one verdict in a hundred stays unseen once in fifty nights."""
_STEP = "second_look"
# What was judged last decides which dossiers are drawn: its hash is known only once every verdict is written.
_JUDGED = "SELECT entry, hash FROM audit.ledger WHERE action = 'judge' ORDER BY entry DESC LIMIT 1"
_LOOKED = "SELECT through, cursor FROM audit.progress WHERE step = %(step)s AND partition = %(policy)s"


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="second-look")
@with_safe_errors
def second_look(as_of: date) -> SecondLook:
    """Look again at some verdicts of the office's policy; see :func:`look_at_judged`."""
    return look_at_judged(settings().policy, as_of)


def look_at_judged(policy: str, as_of: date, size: int = _SAMPLE) -> SecondLook:
    """Derive the lateness of a sample again, where anything was judged since the last look.

    Where nothing was, the dossiers that differed then are looked at again: an alarm stands until both engines agree.

    Args:
        policy: name of the policy; one for which there is no second derivation is passed over.
        as_of: day of the verdicts.
        size: dossiers to draw.
    """
    rule = policies_of_a_run()[policy]
    judged = fetch_all(_JUDGED)
    if not judged or not can_derive(rule):
        return SecondLook()
    (entry, seed), looked = judged[0], fetch_all(_LOOKED, {"step": _STEP, "policy": policy})
    if looked and looked[0][0] == entry:
        standing = json.loads(looked[0][1] or "[]")
        return look_at(find_dossiers(standing), rule, as_of) if standing else SecondLook()
    found = look_again(rule, as_of, size, seed)
    differing = json.dumps([one[:2] for one in found.differing]) if found.differing else None
    with load("audit", f"{_STEP}/{policy}") as current:
        current.progress(_STEP, policy, through=entry, as_of=as_of, rules_digest=rules_digest(), cursor=differing)
    return found
