"""Judging a bundle of partitions: read, derive, hold against the record, write what changed."""

from __future__ import annotations

from datetime import date

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.policies import Policy, policies_of_a_run
from schemas.verdicts import VERDICTS_TABLE
from tasks.counts import Counts
from tasks.digest import rules_digest
from tasks.offices import split_by_hours
from tasks.rules.case import settle
from tasks.rules.facts import facts_of
from tasks.rules.frames import DossierFrames
from tasks.rules.verdict import judge_settled
from tasks.shield import shielded
from tasks.warehouse.bundles import Bundle, input_mark
from tasks.warehouse.dossiers import ALL, read_bundle, selection_for
from tasks.warehouse.kill import kill_point
from tasks.warehouse.load import load


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="judge-{bundle}")
@shielded
def judge(bundle: Bundle, as_of: date, full: bool = False) -> Counts:
    """Judge the dossiers of a bundle that changed or grew older; see :func:`judge_bundle`."""
    return judge_bundle(bundle, as_of, full=full)


def judge_bundle(bundle: Bundle, as_of: date, *, full: bool = False) -> Counts:
    """Judge the dossiers of a bundle under every policy, and write the verdicts that changed.

    Args:
        bundle: source and months of receipt.
        as_of: open dossiers are judged at the end of this day.
        full: judge all, whether anything touched them or not.

    Raises:
        ConfigError: the source, its calendar or a policy is not configured.
        WarehouseError: a statement failed; nothing of the bundle was written.
    """
    digest = rules_digest()
    # Before reading: what changes meanwhile is then done again, not missed.
    mark = input_mark(bundle)
    selection = ALL if full else selection_for("judge", bundle, digest, as_of)
    frames = read_bundle(bundle, selection)
    verdicts = judge_all(frames, list(policies_of_a_run().values()), bundle.source, as_of)
    kill_point("judged")
    with load("judge", bundle.key) as current:
        merged = current.merge(VERDICTS_TABLE, verdicts)
        for partition in bundle.partitions:
            current.progress("judge", partition.key, through=mark, as_of=as_of, rules_digest=digest)
    return Counts(
        "judge",
        bundle.key,
        len(frames.dossiers),
        inserted=merged.inserted,
        updated=merged.updated,
        unchanged=merged.unchanged,
    )


def judge_all(frames: DossierFrames, policies: list[Policy], source: str, as_of: date) -> pd.DataFrame:
    """Judge a bundle's frames under several policies; one row a dossier and policy."""
    parts = [settle(facts_of(part, office.zone), office, as_of) for office, part in split_by_hours(frames, source)]
    return pd.concat([judge_settled(settled, policy, as_of) for settled in parts for policy in policies], ignore_index=True)
