"""Judging: the verdicts of a batch of partitions, written where they changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.policies import Policy, policies_of_a_run
from config.settings import settings
from schemas.verdicts import VERDICTS_TABLE
from tasks.judging.offices import settled_parts
from tasks.judging.proposals import write_proposals_of
from tasks.judging.rules_digest import rules_digest
from tasks.rules.corrections.proposals import Proposal, propose_judged
from tasks.rules.frames import DossierFrames
from tasks.rules.verdict.judgement import judgement_of, verdict_rows
from tasks.rules.verdict.timeline import ResolvedInputs
from tasks.runtime.safe_errors import with_safe_errors
from tasks.runtime.step_result import StepResult
from tasks.warehouse.affected import affected_codes, by_day, judged_under
from tasks.warehouse.batches import MAX_BATCH_ROWS, Batch, narrowed
from tasks.warehouse.dossiers import EVERY_DOSSIER, Selection, affected_selection, read_batch, selection_for
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import Load, load
from tasks.warehouse.merge import Merged
from tasks.warehouse.partitions import high_watermark


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="judge-{batch}")
@with_safe_errors
def judge(batch: Batch, as_of: date, full: bool = False) -> StepResult:
    """Judge the dossiers of a batch that changed or grew older; see :func:`judge_batch`."""
    return judge_batch(batch, as_of, full=full)


def judge_batch(batch: Batch, as_of: date, *, full: bool = False) -> StepResult:
    """Judge the dossiers of a batch under every policy.

    Writes the verdicts that changed, and the corrections that they propose.

    Args:
        batch: source and months of receipt.
        as_of: open dossiers are judged at the end of this day.
        full: judge all, whether anything touched them or not.

    Raises:
        ConfigError: the source, its calendar or a policy is not configured.
        WarehouseError: a statement failed; nothing of the batch was written.
    """
    digest = rules_digest()
    # Before reading: what changes meanwhile is then done again, not missed.
    mark = high_watermark()
    selection = affected_selection(batch, EVERY_DOSSIER if full else selection_for("judge", batch, digest, as_of))
    if selection.codes is None or len(selection.codes) > MAX_BATCH_ROWS:
        parts = narrowed(batch)
        if len(parts) > 1:
            return sum((judge_batch(part, as_of, full=full) for part in parts), StepResult("judge", batch.key))
    frames = read_batch(batch, selection)
    settled = settled_parts(frames, batch.source, as_of)
    verdicts, proposed = judge_parts(settled, list(policies_of_a_run().values()))
    failpoint("judged")
    with load("judge", batch.key) as current:
        merged = _write(current, frames, verdicts, proposed, as_of)
        for partition in batch.partitions:
            current.progress("judge", partition.key, through=mark, as_of=as_of, rules_digest=digest)
    return StepResult(
        "judge",
        batch.key,
        len(frames.dossiers),
        inserted=merged.inserted,
        updated=merged.updated,
        unchanged=merged.unchanged,
    )


def judge_affected(batch: Batch, days: Sequence[date], before: str) -> StepResult:
    """Judge again those dossiers of a batch that days spoken about by a notice can touch, and no others.

    The rules in force differ from those of ``before`` in these days of the calendar alone, so that the verdicts of all
    other dossiers stay; partitions that were judged under yet other rules are left to the next run.

    Args:
        batch: source and months of receipt.
        days: days that became off or worked; none where the source follows another calendar.
        before: digest of the rules before the notice.

    Raises:
        WarehouseError: a statement failed; the partitions written before it are judged, the next run judges the rest.
    """
    digest, policies = rules_digest(), list(policies_of_a_run().values())
    counts = StepResult("judge", batch.key, 0)
    for part, as_of, through in by_day(batch, judged_under(before)):
        codes = affected_codes(part, days) if days else []
        frames = read_batch(part, Selection(codes=tuple(codes)))
        parts = settled_parts(frames, part.source, as_of)
        verdicts, proposed = judge_parts(parts, policies)
        failpoint("judged")
        with load("judge", part.key) as current:
            merged = _write(current, frames, verdicts, proposed, as_of) if codes else Merged()
            for key, mark in through.items():
                current.progress("judge", key, through=mark, as_of=as_of, rules_digest=digest)
        done = {"inserted": merged.inserted, "updated": merged.updated, "unchanged": merged.unchanged}
        counts += StepResult("judge", part.key, len(codes), **done)
    return counts


def _write(current: Load, frames: DossierFrames, verdicts: pd.DataFrame, proposed: list[Proposal], as_of: date) -> Merged:
    merged = current.merge(VERDICTS_TABLE, verdicts)
    failpoint("verdicts_merged")
    write_proposals_of(current, frames.dossiers[["source", "code"]], proposed, as_of)
    current.merged = merged  # the ledger counts verdicts; proposals follow from them
    return merged


def judge_all(frames: DossierFrames, policies: list[Policy], source: str, as_of: date) -> pd.DataFrame:
    """Judge a batch's frames under several policies; one row a dossier and policy."""
    return judge_parts(settled_parts(frames, source, as_of), policies)[0]


def judge_parts(parts: list[ResolvedInputs], policies: list[Policy]) -> tuple[pd.DataFrame, list[Proposal]]:
    """Judge settled dossiers under several policies: a row for each dossier and policy.

    With the proposals that follow from the office's own policy.
    """
    rows: list[pd.DataFrame] = []
    proposed: list[Proposal] = []
    for settled in parts:
        for policy in policies:
            judged = judgement_of(settled, policy)
            rows.append(verdict_rows(judged))
            if policy.policy == settings().policy:
                proposed += propose_judged(judged)
    return pd.concat(rows, ignore_index=True), proposed
