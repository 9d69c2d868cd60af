"""Faults of delivery, drawn by lot: what each relay got in the end is held against what happened."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from config.connections import FromEnvironment
from config.read_once import forget
from config.subscriptions import Subscription
from tasks.correcting.loop_events import LoopEvent, write_events
from tasks.telling.channels import send, stage_file
from tasks.telling.delivery import claim, tell_all
from tasks.warehouse.load import load
from tests.warehouse.relays import Relay, smtp, webhook

ADDRESS = "TELL_OFFICE"
FORMS = {
    "email": "mailto://127.0.0.1:{0}?mode=insecure&from=motcua@example.org&to=office@example.org",
    "webhook": "http://127.0.0.1:{0}/hook",
}
RELAY_FAULTS = ("refuse", "cut", "killed before", "killed after", "down")
FILE_FAULTS = ("killed before", "killed after", "no folder", "none")
WAITS = (1, 20, 300)  # minutes


def subscribed(channel: str, **given: object) -> Subscription:
    place = {} if channel == "file" else {"address": FromEnvironment(env=ADDRESS)}
    asked = {"who": "office", "events": ("package_made", "overdue", "verified"), "since": date(2020, 1, 1)}
    return Subscription.model_validate(
        {"name": f"van-phong-{channel}", "channel": channel, "when": "at_once", "working_hours_only": False}
        | asked
        | place
        | given
    )


def happened(*packages: str, kind: str = "overdue", unit: str | None = "H99.12") -> None:
    with load("test", "events") as current:
        write_events(current, [LoopEvent(kind, unit, package, 3) for package in packages])


def deliver_as(variables: dict[str, str], channel: str, given: dict[str, Any]) -> None:
    """Deliver what waits in a process of its own under the given settings; it may be told to be killed on the way."""
    os.environ.update(variables)
    forget()
    tell_all([subscribed(channel, **given)], datetime.now(UTC))


@contextmanager
def relay_of(channel: str) -> Iterator[Relay]:
    with (smtp if channel == "email" else webhook)() as relay:
        os.environ[ADDRESS] = FORMS[channel].format(relay.port)
        try:
            yield relay
        finally:
            del os.environ[ADDRESS]


def over_a_relay(channel: str, faults: int) -> tuple[Counter[str], list[str], Relay]:
    """Let a relay fail so often; return how often each event came in messages of different numbers, and what had happened."""
    draw, now, subscription = random.Random(f"{channel} {faults}"), datetime.now(UTC), subscribed(channel)  # noqa: S311
    packages = [f"P{number}." for number in range(faults)]
    with relay_of(channel) as relay:
        up = os.environ[ADDRESS]
        for package in packages:
            happened(package)
            fault = draw.choice(RELAY_FAULTS)
            os.environ[ADDRESS] = FORMS[channel].format(1) if fault == "down" else up
            relay.answers = [fault] if fault in ("refuse", "cut") else []
            if fault.startswith("killed"):
                message = claim(subscription, now, {})
                if message is not None and fault == "killed after":
                    send(message)
            else:
                tell_all([subscription], now)
            now += timedelta(minutes=draw.choice(WAITS))
        relay.answers, os.environ[ADDRESS] = [], up
        tell_all([subscription], now + timedelta(days=1))
    by_number = dict(zip(relay.taken, relay.bodies, strict=True))
    return _counted(packages, by_number.values()), packages, relay


def into_a_folder(folder: Path, faults: int) -> tuple[Counter[str], list[str]]:
    """Kill and hinder a file drop so often, its files taken away as they come; return how often each event came."""
    draw, now, subscription = random.Random(f"file {faults}"), datetime.now(UTC), subscribed("file", folder=folder)  # noqa: S311
    packages, found = [f"P{number}." for number in range(faults)], []
    for package in packages:
        happened(package)
        fault = draw.choice(FILE_FAULTS)
        if fault.startswith("killed"):
            message = claim(subscription, now, {})
            if message is not None and fault == "killed after" and not message.staged:
                stage_file(message)
        elif fault == "no folder":
            folder.rename(folder.with_suffix(".away"))
            folder.write_text("a file where the folder was")
            tell_all([subscription], now)
            folder.unlink()
            folder.with_suffix(".away").rename(folder)
        else:
            tell_all([subscription], now)
        now += timedelta(minutes=draw.choice(WAITS))
        found += _taken_away(folder)
    tell_all([subscription], now + timedelta(days=1))
    return _counted(packages, found + _taken_away(folder)), packages


def _taken_away(folder: Path) -> list[str]:
    bodies = []
    for path in folder.glob("*.txt"):
        bodies.append(path.read_text(encoding="utf-8"))
        path.unlink()
    return bodies


def _counted(packages: list[str], bodies: object) -> Counter[str]:
    return Counter(package for body in list(bodies) for package in packages if f" {package}:" in body)  # type: ignore[call-overload]
