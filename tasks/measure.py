"""Measuring: from verdicts to the counters of every agency, field, channel and month."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.judging.rules_digest import rules_digest
from tasks.measuring.counting import Counting
from tasks.measuring.proof import prove_counters
from tasks.runtime.safe_errors import with_safe_errors
from tasks.runtime.step_result import StepResult
from tasks.warehouse.load import Load, load
from tasks.warehouse.partitions import high_watermark
from tasks.warehouse.rows import fetch_column

_STEP = "measure"
_COUNTED_FOR = """
    SELECT as_of FROM audit.progress
    WHERE step = 'measure' AND partition = %(policy)s AND rules_digest = %(rules)s AND as_of <= %(as_of)s
"""
# Until the counters are committed no verdict changes, for nobody can note it: notes and verdicts are of one moment. The lock is on
# the notes, because a vacuum of the verdicts would take minutes to wait for.
_HOLD_STILL = "LOCK TABLE judged.recounts IN SHARE ROW EXCLUSIVE MODE"
_WAITING = "SELECT EXISTS (SELECT FROM judged.recounts WHERE policy = %(policy)s)"
_UNCOUNTED = """
    SELECT policy FROM unnest(%(policies)s::text[]) WITH ORDINALITY AS asked (policy, place)
    WHERE EXISTS (SELECT FROM judged.recounts AS r WHERE r.policy = asked.policy) OR NOT EXISTS (
        SELECT FROM audit.progress AS p WHERE p.step = 'measure' AND p.partition = asked.policy
            AND p.rules_digest = %(rules)s AND p.as_of = %(as_of)s)
    ORDER BY place
"""
_COUNTED_NOW = "DELETE FROM judged.recounts WHERE policy = %(policy)s"


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="measure-{policy}")
@with_safe_errors
def measure(policy: str, as_of: date, full: bool = False) -> StepResult:
    """Bring the counters of one policy up to date; see :func:`measure_policy`."""
    return measure_policy(policy, as_of, full=full)


def uncounted(policies: Iterable[str], as_of: date) -> list[str]:
    """Return those of some policies whose counters are not up to date.

    They speak for another day or other rules, or a verdict was not counted since.
    """
    return fetch_column(_UNCOUNTED, {"policies": list(policies), "as_of": as_of, "rules": rules_digest()})


def measure_policy(policy: str, as_of: date, *, full: bool = False) -> StepResult:
    """Bring ``mart.counts`` of one policy up to date.

    Read are the dossiers that changed and, on a new day, those that live in its month; the result equals counting all of them
    anew, which is proved for one agency on each new day and for all of them each week. New rules, an earlier day and the first
    time count everything.

    Args:
        policy: name of the policy.
        as_of: day whose end the counters speak for.
        full: count everything, whatever changed.

    Raises:
        DataError: an identity of ``tasks.rules.indicators.identities`` does not hold, or the proof fails; nothing is written.
    """
    through = high_watermark()
    with load(_STEP, subject(policy)) as current:
        before = None if full else _counted_for(current, policy, as_of)
        if before == as_of and not current.read_one(_WAITING, {"policy": policy}):
            current.abandon()
            return StepResult(_STEP, policy)
        current.execute(_HOLD_STILL)
        counting = Counting(current, policy, as_of)
        read, merged = counting.everything() if before is None else counting.difference(before)
        if before is not None and before < as_of:
            prove_counters(counting, before)
        current.execute(_COUNTED_NOW, {"policy": policy})
        current.progress(_STEP, policy, through=through, as_of=as_of, rules_digest=rules_digest())
    return StepResult(_STEP, policy, read, merged.inserted, merged.updated, merged.unchanged)


def subject(policy: str) -> str:
    """Return the name under which measuring and publishing of one policy exclude each other."""
    return f"figures/{policy}"


def _counted_for(current: Load, policy: str, as_of: date) -> date | None:
    """Return the day that the counters speak for; None where that is later, or other rules or none made them."""
    found: date | None = current.read_one(_COUNTED_FOR, {"policy": policy, "as_of": as_of, "rules": rules_digest()})
    return found
