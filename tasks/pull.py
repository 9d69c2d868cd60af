"""Pulling of a source into the landing zone, and loading of landed pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from config.errors import TransientError
from config.sources import Source
from tasks.gates.contracts import GateKeeper
from tasks.loading.pages import load_source
from tasks.pulling.pull_log import begin_pull, requested_of
from tasks.pulling.shrinkage import ShrinkageGate
from tasks.pulling.window_pages import read_all
from tasks.pulling.windows import Fill, cursor, plan, window_policy_of
from tasks.runtime.circuit_breaker import permitted_source, sources_with
from tasks.runtime.safe_errors import with_safe_errors
from tasks.runtime.step_result import StepResult
from tasks.runtime.step_state import says_why
from tasks.sources.adapters import adapter_for
from tasks.sources.protocol import Window
from tasks.warehouse.failpoints import failpoint


def _is_transient(task: object, run: object, state: Any) -> bool:  # noqa: ARG001 - Prefect's signature
    """Retry what may pass, and nothing else."""
    return isinstance(state.result(raise_on_failure=False), TransientError)


@task(
    cache_policy=NO_CACHE,
    persist_result=False,
    task_run_name="pull-{source_name}",
    retries=3,
    retry_delay_seconds=exponential_backoff(backoff_factor=5),
    retry_jitter_factor=0.5,
    retry_condition_fn=_is_transient,
)
@says_why
@with_safe_errors
def pull(source_name: str, as_of: date, anyway: bool = False) -> str | None:  # noqa: ARG001 - names the run's day in the orchestrator
    """Pull a source if it may be asked now, or ``anyway``.

    See :func:`tasks.runtime.circuit_breaker.permitted_source` and :func:`pull_source`.
    """
    with permitted_source(source_name, anyway=anyway) as source:
        return pull_source(source)


@task(
    cache_policy=NO_CACHE,
    persist_result=False,
    task_run_name="fill-{source_name}-{since:%Y-%m-%d}",
    retries=3,
    retry_delay_seconds=exponential_backoff(backoff_factor=5),
    retry_jitter_factor=0.5,
    retry_condition_fn=_is_transient,
)
@says_why
@with_safe_errors
def fill(source_name: str, since: datetime, until: datetime | None, again: bool, begun: datetime | None = None) -> str | None:
    """Pull one window of the past if the source may be asked now.

    See :func:`pull` and :class:`tasks.pulling.windows.Fill`.
    """
    with permitted_source(source_name) as source:
        return pull_source(source, Fill(Window(since, until), again, begun))


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="load-{source_name}")
@says_why
@with_safe_errors
def load(source_name: str, as_of: date | None = None) -> StepResult:
    """Load what a source's pulls have landed, through its gates; see :func:`load_source`."""
    source = sources_with(source_name)[source_name]
    return load_source(source, gates=GateKeeper(as_of or datetime.now(source.timezone).date()))


def pull_source(source: Source, fill: Fill | None = None) -> str | None:
    """Land what is new at a source, or a span of its past, and write the receipt; nothing is loaded yet.

    A pull goes on where the one before was cut off, fills gaps, then asks for what was modified since, less an
    overlap for rows that were committed late. Finished pages are never asked for again.

    Args:
        source: its file.
        fill: a span of the past instead of what is new.

    Returns:
        Id of the pull; None if nothing new came.

    Raises:
        TransientError: the network or the source failed in a way that may pass.
        ShrinkageError: the source holds much less than before.
        SourceError: the source's answer cannot be used.
    """
    receipt = begin_pull(source.name)
    failpoint("pull_begun")
    try:
        adapter = adapter_for(source)
        asked, habits = requested_of(source.name), window_policy_of(source)
        guard = ShrinkageGate(source, adapter, receipt)
        if cursor(asked) is not None:  # else everything is asked for anyway, and counted
            guard.check_all()
        now = receipt.row["started_at"]
        planned = plan(asked, habits, now) if fill is None else fill.plan(asked, habits, now)
        failpoint("pull_planned")
        reached = read_all(adapter, receipt, planned, guard, habits, cursor(asked))
    except BaseException as error:
        receipt.fail(error)
        raise
    pull_id = receipt.close(reached)
    failpoint("pull_recorded")
    return pull_id
