"""Proof of completeness: a source's own counts against what is held of it."""

from __future__ import annotations

from datetime import date, timedelta

from prefect import task
from prefect.cache_policies import NO_CACHE

from config.settings import settings
from config.sources import load_sources
from tasks.places import place_at_host
from tasks.pulling.proof import Proof, prove_source
from tasks.shield import shielded


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="prove-{source_name}")
@shielded
def prove(source_name: str, as_of: date) -> Proof | None:
    """Compare the days of receipt up to a day; see :func:`tasks.pulling.proof.prove_source`."""
    everyone = load_sources(settings().sources_dir)
    source = everyone[source_name]
    with place_at_host(source, everyone):
        return prove_source(source, as_of - timedelta(days=source.proof_days - 1), as_of)
