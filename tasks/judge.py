"""Judging a bundle of partitions: read, derive, hold against the record, write what changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.policies import Policy, policies_of_a_run
from config.settings import settings
from schemas.verdicts import VERDICTS_TABLE
from tasks.counts import Counts
from tasks.digest import rules_digest
from tasks.offices import settled_parts
from tasks.proposing import write_proposals_of
from tasks.rules.case import Settled
from tasks.rules.frames import DossierFrames
from tasks.rules.proposals import Proposal, propose_judged
from tasks.rules.verdict import judgement_of, rows_of
from tasks.shield import shielded
from tasks.warehouse.bundles import MOST_ROWS, Bundle, narrowed
from tasks.warehouse.dossiers import ALL, Selection, read_bundle, selection_for, touched
from tasks.warehouse.kill import kill_point
from tasks.warehouse.load import Load, load
from tasks.warehouse.merge import Merged
from tasks.warehouse.partitions import horizon
from tasks.warehouse.touched import by_day, judged_under, touched_codes


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="judge-{bundle}")
@shielded
def judge(bundle: Bundle, as_of: date, full: bool = False) -> Counts:
    """Judge the dossiers of a bundle that changed or grew older; see :func:`judge_bundle`."""
    return judge_bundle(bundle, as_of, full=full)


def judge_bundle(bundle: Bundle, as_of: date, *, full: bool = False) -> Counts:
    """Judge the dossiers of a bundle under every policy; write the verdicts that changed, and what they give to propose.

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
    mark = horizon()
    selection = touched(bundle, ALL if full else selection_for("judge", bundle, digest, as_of))
    if selection.codes is None or len(selection.codes) > MOST_ROWS:
        parts = narrowed(bundle)
        if len(parts) > 1:
            return sum((judge_bundle(part, as_of, full=full) for part in parts), Counts("judge", bundle.key))
    frames = read_bundle(bundle, selection)
    settled = settled_parts(frames, bundle.source, as_of)
    verdicts, proposed = judge_parts(settled, list(policies_of_a_run().values()), as_of)
    kill_point("judged")
    with load("judge", bundle.key) as current:
        merged = _write(current, frames, verdicts, proposed, as_of)
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


def judge_touched(bundle: Bundle, days: Sequence[date], before: str) -> Counts:
    """Judge again those dossiers of a bundle that days spoken about by a notice can touch, and no others.

    The rules in force differ from those of ``before`` in these days of the calendar alone, so that the verdicts of all
    other dossiers stay; partitions that were judged under yet other rules are left to the next run.

    Args:
        bundle: source and months of receipt.
        days: days that became off or worked; none where the source follows another calendar.
        before: digest of the rules before the notice.

    Raises:
        WarehouseError: a statement failed; the partitions written before it are judged, the next run judges the rest.
    """
    digest, policies = rules_digest(), list(policies_of_a_run().values())
    counts = Counts("judge", bundle.key, 0)
    for part, as_of, through in by_day(bundle, judged_under(before)):
        codes = touched_codes(part, days) if days else []
        frames = read_bundle(part, Selection(codes=tuple(codes)))
        parts = settled_parts(frames, part.source, as_of)
        verdicts, proposed = judge_parts(parts, policies, as_of)
        kill_point("judged")
        with load("judge", part.key) as current:
            merged = _write(current, frames, verdicts, proposed, as_of) if codes else Merged()
            for key, mark in through.items():
                current.progress("judge", key, through=mark, as_of=as_of, rules_digest=digest)
        done = {"inserted": merged.inserted, "updated": merged.updated, "unchanged": merged.unchanged}
        counts += Counts("judge", part.key, len(codes), **done)
    return counts


def _write(current: Load, frames: DossierFrames, verdicts: pd.DataFrame, proposed: list[Proposal], as_of: date) -> Merged:
    merged = current.merge(VERDICTS_TABLE, verdicts)
    write_proposals_of(current, frames.dossiers[["source", "code"]], proposed, as_of)
    current.merged = merged  # the ledger counts verdicts; proposals follow from them
    return merged


def judge_all(frames: DossierFrames, policies: list[Policy], source: str, as_of: date) -> pd.DataFrame:
    """Judge a bundle's frames under several policies; one row a dossier and policy."""
    return judge_parts(settled_parts(frames, source, as_of), policies, as_of)[0]


def judge_parts(parts: list[Settled], policies: list[Policy], as_of: date) -> tuple[pd.DataFrame, list[Proposal]]:
    """Judge settled dossiers under several policies: one row a dossier and policy, and what the office's own proposes."""
    rows: list[pd.DataFrame] = []
    proposed: list[Proposal] = []
    for settled in parts:
        for policy in policies:
            judged = judgement_of(settled, policy)
            rows.append(rows_of(judged, as_of))
            if policy.policy == settings().policy:
                proposed += propose_judged(judged)
    return pd.concat(rows, ignore_index=True), proposed
