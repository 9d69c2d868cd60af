"""Proof of completeness: a source's own counts against what is held of it."""

from __future__ import annotations

from datetime import date, timedelta

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.courtesy import asked_politely
from tasks.pulling.proof import Proof, prove_source
from tasks.shield import shielded


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="prove-{source_name}")
@shielded
def prove(source_name: str, as_of: date, anyway: bool = False) -> Proof | None:
    """Compare the days of receipt up to a day if the source may be asked now, or ``anyway``.

    See :func:`tasks.pulling.proof.prove_source` and :func:`tasks.courtesy.asked_politely`.
    """
    with asked_politely(source_name, anyway=anyway) as source:
        return prove_source(source, as_of - timedelta(days=source.proof_days - 1), as_of)
