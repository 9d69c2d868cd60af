"""Truth about a dossier: recorded state against the true one, and what cannot be known."""

from __future__ import annotations

from dataclasses import dataclass

from demo.model import PAUSE_STATUS, Dossier
from demo.oracle import due_with_pauses, is_late, just_before_due, moved_due
from demo.recorded import recorded_state

VERDICTS = {
    ("late", True): "late",
    ("late", False): "phantom_late",
    ("on_time", True): "hidden_late",
    ("on_time", False): "on_time",
}


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth about a dossier; times are minutes, None where there is none."""

    recorded: str
    actual: str
    verdict: str
    due: int | None
    end: int | None


def judge(dossier: Dossier, now: int) -> Truth:
    """Return the truth as of ``now`` (the minute after the last one that is spoken for)."""
    recorded = recorded_state(dossier.view, dossier.source, now)
    if recorded == "not_received":
        return Truth(recorded, "on_time", "not_received", None, None)
    ended = known_end(dossier, now)
    due = true_due(dossier, now if ended is None else ended)
    late = is_late(dossier.limit, due, ended, now) or second_supplement(dossier, ended, now)
    if not dossier.counted:
        verdict = "phantom_late" if recorded == "late" else "on_time"
    else:
        verdict = "undetermined" if dossier.missing else VERDICTS[recorded, late]
    return Truth(recorded, "late" if late else "on_time", verdict, due, ended)


def true_due(dossier: Dossier, until: int) -> int | None:
    """Return the due time by its own clock.

    It is that of the dossier withdrawn just before it, where that is earlier.
    """
    due = due_with_pauses(dossier.limit, dossier.received, dossier.pauses, until, dossier.appointment)
    first = dossier.first
    if first is None or first.end_status != 7 or first.ended is None or due is None:
        return due
    before = true_due(first, first.ended)
    if before is None or not just_before_due(first.ended, before, dossier.received):
        return due
    return min(due, moved_due(first.limit, before, first.ended, dossier.received))


def known_end(dossier: Dossier, now: int) -> int | None:
    """Return the end as of ``now``: a stop that was not taken up again counts as one."""
    if dossier.ended is not None and dossier.ended < now:
        return dossier.ended
    lasting = [pause.start for pause in dossier.pauses if pause.start < now and (pause.end is None or pause.end >= now)]
    stopped = [pause.start for pause in dossier.pauses if PAUSE_STATUS[pause.kind] == 8 and pause.start in lasting]
    return stopped[0] if stopped else None


def second_supplement(dossier: Dossier, ended: int | None, now: int) -> bool:
    """Answer whether an open dossier waits for a second supplement: late by the national formula."""
    asked = [pause for pause in dossier.pauses if pause.kind == "supplement" and pause.start < now]
    waiting = ended is None and bool(asked) and (asked[-1].end is None or asked[-1].end >= now)
    return waiting and len(asked) > 1
