"""Telling as a step: work packages followed up, and the outbox delivered to whoever subscribes to it."""

from __future__ import annotations

from datetime import UTC, datetime

from prefect import task
from prefect.cache_policies import NO_CACHE

from config.subscriptions import load_subscriptions
from config.watch import load_watch
from tasks.correcting.follow_up import FollowedUp, follow_up
from tasks.runtime.safe_errors import with_safe_errors
from tasks.telling.delivery import Told, tell_all


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="follow-up")
@with_safe_errors
def follow_up_packages() -> FollowedUp:
    """Note what sources verified and who is to be reminded; see :func:`follow_up`."""
    return follow_up(load_watch().answers, datetime.now(UTC))


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="tell")
@with_safe_errors
def tell_subscribers() -> Told:
    """Deliver what waits in the outbox; see :func:`tell_all`."""
    return tell_all(load_subscriptions(), datetime.now(UTC))
