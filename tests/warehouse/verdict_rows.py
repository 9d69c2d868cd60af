"""Verdicts of a made-up province, drawn from a seed: enough of every kind for figures to move."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pandas as pd

from schemas.verdicts import VERDICTS_TABLE

AS_OF = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 16, 59, tzinfo=UTC)  # the end of as_of, office time
_PHANTOM = ("ended_elsewhere", "pause_not_subtracted", "due_wrong_calendar", "handed_over_not_closed")
_HIDDEN = ("due_moved_after_expiry", "closed_before_work_ended")


def verdict_rows(count: int, *, seed: int = 1, policy: str = "qd766", units: int = 6) -> list[dict[str, Any]]:
    """Return rows of judged.verdicts that agree with themselves: late is late, undetermined lacks something."""
    chance = Random(seed)  # noqa: S311 - a seeded generator is the point
    return [_row(chance, number, policy, units) for number in range(count)]


def _row(chance: Random, number: int, policy: str, units: int) -> dict[str, Any]:
    received = datetime(2025, 9, 1, 2, tzinfo=UTC) + timedelta(minutes=chance.randrange(300_000))
    due = received + timedelta(days=chance.choice((3, 10, 30)))
    end = received + timedelta(days=chance.choice((1, 3, 9, 28, 40, 90)))
    row: dict[str, Any] = {
        "source": chance.choice(("province", "communes")),
        "code": f"H99-{number:05}",
        "policy": policy,
        "unit_code": chance.choice((*(f"H99.{n}" for n in range(1, units)), None)),
        "procedure_code": "1.004616",
        "field_code": chance.choice(("G03-GD10", "G12-TP05", None)),
        "channel": chance.choice(("online", "counter", "postal")),
        "received_at": received,
        "counted": chance.random() > 0.03,
        "as_of": AS_OF,
    }
    if not row["counted"]:
        row["left_out"] = ("second_entry", "test")[number % 2]
    row |= _side("", due, end, chance)
    row |= _side("recorded_", due, end + timedelta(days=chance.choice((0, 0, 0, 0, 5, 20, -6))), chance)
    row["moving"] = "in_progress" in (row["state"], row["recorded_state"])
    return row | _verdict(row, chance)


def _side(prefix: str, due: datetime, end: datetime, chance: Random) -> dict[str, Any]:
    ended = end <= NOW
    state = chance.choice(("finished", "finished", "finished", "withdrawn", "refused")) if ended else "in_progress"
    late = (end if ended else NOW) > due
    timeliness = "late" if late else chance.choice(("early", "on_time"))
    if not prefix and chance.random() < 0.02:
        timeliness = "undetermined"
    return {
        f"{prefix}due_at": due,
        f"{prefix}end_at": end if ended else None,
        f"{prefix}state": state,
        f"{prefix}timeliness": timeliness,
    }


def _verdict(row: dict[str, Any], chance: Random) -> dict[str, Any]:
    derived, recorded = row["timeliness"], row["recorded_timeliness"]
    if derived == "undetermined":
        return {"verdict": "undetermined", "missing": chance.choice(("limit", "end receipt"))}
    if derived == "late":
        hidden = recorded != "late"
        return {"verdict": "hidden_late", "reasons": chance.choice(_HIDDEN)} if hidden else {"verdict": "late"}
    phantom = recorded == "late"
    return {"verdict": "phantom_late", "reasons": f"{chance.choice(_PHANTOM)} no_limit"} if phantom else {"verdict": "on_time"}


def frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as the load takes them, without the managed column."""
    return VERDICTS_TABLE.frame(rows).drop(columns=list(VERDICTS_TABLE.managed))
