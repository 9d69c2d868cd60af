"""Proof of completeness: a source's own counts against what is held of it."""

from __future__ import annotations

from datetime import date, timedelta

from prefect import task
from prefect.cache_policies import NO_CACHE

from config.settings import settings
from config.sources import load_source
from tasks.pulling.proof import Proof, prove_source
from tasks.shield import shielded


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="prove-{source_name}")
@shielded
def prove(source_name: str, as_of: date) -> Proof | None:
    """Compare the days of receipt up to a day; see :func:`tasks.pulling.proof.prove_source`."""
    source = load_source(settings().sources_dir / f"{source_name}.yaml")
    return prove_source(source, as_of - timedelta(days=source.proof_days - 1), as_of)
