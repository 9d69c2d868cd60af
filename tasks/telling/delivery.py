"""Delivery of the outbox: each event to each subscription once, as far as the channel allows.

A message is claimed, sent and marked. Killed between the last two, it is sent again under the same number, and says that it
may have come before; a file is moved into its folder in one step, and is dropped once. What a channel does not take waits, each time
longer, until it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from config.calendar import OFFICE_ZONE_NAME
from config.errors import ConfigError
from config.people import EVERY_AGENCY
from config.subscriptions import Subscription
from schemas.outbox import DELIVERIES
from tasks.correcting.answer_times import is_open, last_morning
from tasks.recovery.manifests import keep_outbox
from tasks.rules.corrections.signatures import self_and_above
from tasks.telling.channels import channel_of, drop_file, send, stage_file
from tasks.telling.messages import Message, ToldEvent, message_number
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import Load, load
from tasks.warehouse.statements import statements_of

_SQL = statements_of(__file__)
_WAITING = _SQL["waiting"]
_ABOVE = "SELECT DISTINCT ON (unit_code) unit_code, parent_code FROM ref.units WHERE parent_code IS NOT NULL ORDER BY 1, valid_from DESC"
_LEASE = timedelta(minutes=15)  # after so long without a word, whoever claimed a message is gone
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=2), timedelta(hours=4)
_EVENT = tuple(ToldEvent.__dataclass_fields__)


@dataclass(frozen=True)
class Told:
    """What became of messages.

    Attributes:
        sent: taken by their channel; again: of these, such that an earlier attempt may have arrived.
        failed: names of the subscriptions of which one was not taken; it is tried again.
    """

    sent: int = 0
    again: int = 0
    failed: tuple[str, ...] = ()


def tell_all(subscriptions: Iterable[Subscription], now: datetime) -> Told:
    """Deliver what waits; one subscription that cannot be reached keeps no other waiting.

    Args:
        subscriptions: who is told.
        now: the moment by which working hours, mornings and waits are counted.

    Raises:
        ConfigError: an address is missing or none; everybody else was told.
        WarehouseError: a statement failed; a message that was sent meanwhile is sent again under the same number.
    """
    told, unreachable = Told(), []
    above = dict(fetch_all(_ABOVE))
    for one in subscriptions:
        try:
            told = _tell(one, now, above, told)
        except ConfigError as error:
            unreachable.append(error)
    if unreachable:
        raise unreachable[0]
    return told


def _tell(subscription: Subscription, now: datetime, above: Mapping[str, str], told: Told) -> Told:
    if subscription.channel != "file":
        channel_of(subscription)  # nothing is claimed that cannot be sent
    while (message := claim(subscription, now, above)) is not None:
        if not _deliver(message, now):
            return replace(told, failed=(*told.failed, subscription.name))
        again = message.attempts > 1 and subscription.channel != "file"
        told = replace(told, sent=told.sent + 1, again=told.again + again)
    return told


def claim(subscription: Subscription, now: datetime, above: Mapping[str, str]) -> Message | None:
    """Claim the next message of a subscription: one that was not taken before, or all events that are new.

    Args:
        subscription: who is told.
        now: the moment.
        above: the agency above each, by code.
    """
    if subscription.working_hours_only and not is_open(now, "", _unit(subscription)):
        return None
    with load("tell", f"subscription {subscription.name}") as current:
        given = {"name": subscription.name, "kinds": list(subscription.events), "since": subscription.since}
        found = current.fetch(_WAITING, given | {"zone": OFFICE_ZONE_NAME})
        rows = [
            dict(zip((*_EVENT, "message", "state", "attempts", "claimed_at", "next_at"), row, strict=True)) for row in found
        ]
        message = next(_messages(subscription, [row for row in rows if _concerns(subscription, row, above)], now), None)
        if message is None:
            current.abandon()
            return None
        _note(current, message, "staged" if message.staged else "claimed", now)
    return message


def _messages(subscription: Subscription, rows: Sequence[Mapping[str, Any]], now: datetime) -> Iterator[Message]:
    """Yield what can be claimed now, the oldest first."""
    tried = sorted((row for row in rows if row["message"]), key=lambda row: str(row["message"]))
    groups = [list(some) for _, some in groupby(tried, key=lambda row: str(row["message"]))]
    for some in sorted(groups, key=lambda some: some[0]["at"]):
        head = some[0]
        ready = head["claimed_at"] + _LEASE <= now if head["next_at"] is None else head["next_at"] <= now
        if ready:
            staged = head["state"] == "staged"
            yield Message(head["message"], subscription, _events(some), head["attempts"] + 1, staged)
        elif head["next_at"] is not None:
            return  # what its channel did not take is tried first, and not yet
    morning = last_morning(now, subscription.hour, "", _unit(subscription))
    new = [row for row in rows if not row["message"] and (subscription.when == "at_once" or row["at"] < morning)]
    if new:
        number = message_number(subscription.name, [row["event_id"] for row in new])
        yield Message(number, subscription, _events(new))


def _deliver(message: Message, now: datetime) -> bool:
    """Send a claimed message and mark what came of it; tell whether it was taken."""
    if message.subscription.channel == "file":
        taken = _dropped(message, now)
    else:
        failpoint("message_claimed")
        taken = send(message)
        failpoint("message_sent")
        if not taken:
            _settle(message, "failed", now, _wait(message))
    if taken:
        _settle(message, "sent", now)
    return taken


def _dropped(message: Message, now: datetime) -> bool:
    """Drop a file once: from the moment that it is noted as staged, its absence means that it was dropped."""
    state = "staged" if message.staged else "failed"
    try:
        if not message.staged:
            stage_file(message)
            failpoint("message_claimed")
            _settle(message, "staged", now)
            state = "staged"
        drop_file(message)
        failpoint("message_sent")
    except OSError:
        _settle(message, state, now, _wait(message))
        return False
    return True


def _settle(message: Message, state: str, now: datetime, wait: timedelta | None = None) -> None:
    with load("tell", f"subscription {message.subscription.name}") as current:
        _note(current, message, state, now, wait)


def _note(current: Load, message: Message, state: str, now: datetime, wait: timedelta | None = None) -> None:
    rows = [
        {
            **{"event_id": event.event_id, "subscription": message.subscription.name, "message": message.number},
            **{"state": state, "attempts": message.attempts, "claimed_at": now},
            **{"next_at": None if wait is None else now + wait, "sent_at": now if state == "sent" else None},
        }
        for event in message.events
    ]
    current.merge(DELIVERIES, DELIVERIES.conform(DELIVERIES.frame(rows).drop(columns=list(DELIVERIES.managed))))
    keep_outbox(current)


def _wait(message: Message) -> timedelta:
    """Return how long to wait after a failure: twice as long each time, up to some hours."""
    doubled: int = 2 ** min(message.attempts, 10)
    return min(_FIRST_WAIT * doubled, _LONGEST_WAIT)


def _concerns(subscription: Subscription, row: Mapping[str, Any], above: Mapping[str, str]) -> bool:
    if EVERY_AGENCY in subscription.units:
        return True
    return row["unit_code"] is not None and not set(subscription.units).isdisjoint(self_and_above(row["unit_code"], above))


def _unit(subscription: Subscription) -> str | None:
    """Return the agency whose hours count; None: the calendar's own."""
    return subscription.units[0] if subscription.who == "agency" else None


def _events(rows: Sequence[Mapping[str, Any]]) -> list[ToldEvent]:
    return [ToldEvent(**{name: row[name] for name in _EVENT}) for row in rows]
