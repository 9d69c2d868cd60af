"""Slots at a source and at a host that several sources share, held while asking.

Prefect's global limits count the places; ``flows/runtime/limits.py`` makes them. Before a place is taken, the
count is brought to the number of those who are alive. What runs on no server of the orchestrator, such as
`motcua source check`, holds none.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.concurrency.sync import concurrency
from prefect.exceptions import MissingContextError, ObjectNotFound
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from config.errors import TransientError
from config.language import Bilingual, translate
from config.sources import Source, crowded_hosts
from tasks.runtime.slot_holders import HeldSlot, exclusive, living, noted

_LEASE = 60.0  # seconds; Prefect's least
_PATIENCE = 1800.0  # seconds; afterwards the step is tried again as after any failure that may pass
_GLANCE = 1.0  # seconds between two tries


def slot_name(host: str) -> str:
    """Return the name of a host's global concurrency limit."""
    return f"host-{host.replace(':', '-')}"


@contextmanager
def host_slot(source: Source, everyone: Mapping[str, Source]) -> Iterator[None]:
    """Hold one of the places at a source's host; asks nobody where no other source is there.

    Args:
        source: that is about to be asked.
        everyone: all sources of the office.

    Raises:
        TransientError: others held all places for half an hour.
    """
    if source.host is None or source.host not in crowded_hosts(everyone.values()):
        yield
        return
    with ExitStack() as held:
        try:
            held.enter_context(slots_of([slot_name(source.host)], _PATIENCE))
        except TimeoutError:
            raise TransientError(
                source.name,
                Bilingual(
                    "các nguồn khác đã chiếm máy chủ của nguồn này suốt nửa giờ",
                    "other sources have been asking its host for half an hour",
                ),
            ) from None
        yield


@contextmanager
def slots_of(names: Sequence[str], patience: float) -> Iterator[None]:
    """Hold a place of each limit, or of none; wait where others have them, and say who.

    A limit that does not exist is an error: nobody is let through unseen.

    Args:
        names: of the limits.
        patience: seconds to wait.

    Raises:
        TimeoutError: others held one of them all the time.
    """
    until, told = time.monotonic() + patience, set[str]()
    with ExitStack() as held:
        while blockers := _take(names, held):
            for sentence in sorted({_waiting_for(note) for note in blockers} - told):
                told.add(sentence)
                _tell(sentence)
            if time.monotonic() > until:
                raise TimeoutError
            time.sleep(_GLANCE if patience > _GLANCE else patience / 4)
        yield


def _take(names: Sequence[str], held: ExitStack) -> list[HeldSlot]:
    """Take the places, to be given back with ``held``; return whom we have to wait for, empty where we have them."""
    with exclusive(), ExitStack() as taken:
        alive = [note for note in living() if set(note.names) & set(names)]
        with get_client(sync_client=True) as client:
            for name in names:
                _agree(client, name, sum(name in note.names for note in alive))
        # Given back in turn: the place first, then the note, so that no note is missing for a place that is held.
        taken.enter_context(noted(names, _holder()))
        try:
            taken.enter_context(
                concurrency(
                    list(names),
                    occupy=1,
                    strict=True,
                    max_retries=0,
                    lease_duration=_LEASE,
                    raise_on_lease_renewal_failure=False,
                )
            )
        except Exception as error:
            if not _full(error):
                raise
            return alive or [
                HeldSlot(tuple(names), translate("giới hạn trong giao diện Prefect", "the limit in Prefect's UI"), "")
            ]
        held.push(taken.pop_all())
    return []


def _agree(client: SyncPrefectClient, name: str, alive: int) -> None:
    """Bring Prefect's count to the number of those who are alive: it still counts the killed, or has forgotten the living."""
    try:
        counted = client.read_global_concurrency_limit_by_name(name).active_slots
    except ObjectNotFound:
        return  # taking it says so
    if counted != alive:
        client.update_global_concurrency_limit(name, GlobalConcurrencyLimitUpdate(active_slots=alive))


def _full(error: BaseException) -> bool:
    cause = error.__cause__
    return isinstance(cause, httpx.HTTPStatusError) and cause.response.status_code == httpx.codes.LOCKED


def _holder() -> str:
    return f"{flow_run.name or 'motcua'} ({os.getpid()})"


def _waiting_for(note: HeldSlot) -> str:
    what = ", ".join(note.names)
    since = translate(f" từ {note.since}", f" since {note.since}") if note.since else ""
    return translate(
        f"Chờ {note.holder}, đang giữ chỗ{since}: {what}.", f"Waiting for {note.holder}, which holds a place{since}: {what}."
    )


def _tell(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    try:
        get_run_logger().warning(sentence)
    except MissingContextError:
        return
