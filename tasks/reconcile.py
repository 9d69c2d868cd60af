"""Reconciliation: a source's own counts against the dossiers held of it."""

from __future__ import annotations

from datetime import date, timedelta

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.pulling.completeness import Completeness, check_completeness
from tasks.runtime.circuit_breaker import permitted_source
from tasks.runtime.safe_errors import with_safe_errors
from tasks.runtime.step_state import says_why


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="prove-{source_name}")
@says_why
@with_safe_errors
def reconcile(source_name: str, as_of: date, anyway: bool = False) -> Completeness | None:
    """Compare the days of receipt up to a day if the source may be asked now, or ``anyway``.

    See :func:`tasks.pulling.completeness.check_completeness` and :func:`tasks.runtime.circuit_breaker.permitted_source`.
    """
    with permitted_source(source_name, anyway=anyway) as source:
        return check_completeness(source, as_of - timedelta(days=source.proof_days - 1), as_of)
