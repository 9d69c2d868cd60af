"""Truth table: what every dossier really is. Written beside the province, never served."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from demo.calendar import moment_of
from demo.judge import Truth, judge
from demo.model import Dossier
from demo.people import CANARIES

COLUMNS = (
    "source",
    "code",
    "actual",
    "recorded",
    "verdict",
    "reasons",
    "missing",
    "received_at",
    "due_at",
    "end_at",
    "true_end_at",
    "counted",
    "planted",
    "spoilt",
    "decidable",
    "accepts",
    "pair",
)
_NO_REASON = ("on_time", "late", "undetermined", "not_received")


def reasons_of(dossier: Dossier, truth: Truth) -> str:
    """Return the reason codes that the truth calls for, the planted one first."""
    if truth.verdict in _NO_REASON:
        return ""
    # Nobody has to make a mistake for these: a system moves the due date only when the waiting is over, and none
    # knows the national formula for a second request.
    return dossier.cause or ("second_supplement" if truth.verdict == "hidden_late" else "paused_open")


def truth_row(dossier: Dossier, now: int) -> list[str]:
    """Return one row of the truth table; times are the office's wall clock, ISO 8601."""
    truth = judge(dossier, now)
    received = None if dossier.before_receipt else dossier.received
    known_end = dossier.known_end if dossier.known_end is not None and truth.end is not None else truth.end
    return [
        dossier.source,
        dossier.code.upper(),
        truth.actual,
        truth.recorded,
        truth.verdict,
        reasons_of(dossier, truth),
        dossier.missing if truth.verdict == "undetermined" else "",
        _time(received),
        _time(truth.due),
        _time(known_end),
        _time(truth.end),
        str(dossier.counted and truth.verdict != "not_received").lower(),
        " ".join(dossier.planted),
        dossier.spoilt,
        str(dossier.decidable and not dossier.missing).lower(),
        " ".join(accepted(dossier, truth)),
        dossier.pair.upper(),
    ]


def accepted(dossier: Dossier, truth: Truth) -> list[str]:
    """Return what may be said of a dossier by what was written out.

    Verdicts, ``uncounted``, ``absent`` (kept as a reject).
    """
    if not dossier.counted:
        own = "uncounted"
    elif truth.verdict == "not_received" or (dossier.decidable and not dossier.missing):
        own = truth.verdict
    else:
        own = "undetermined"
    return sorted({own, *dossier.also})


def write_truth(dossiers: Sequence[Dossier], now: int, folder: Path) -> dict[str, int]:
    """Write ``truth.csv`` and ``canaries.json``; return how often each verdict occurs among the counted."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [truth_row(dossier, now) for dossier in dossiers]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(sorted(rows))
    (folder / "truth.csv").write_text(buffer.getvalue(), encoding="utf-8")
    canaries = [
        {"code": dossier.code, "name": dossier.person.name, "identity": dossier.person.identity, "phone": dossier.person.phone}
        for dossier in dossiers
        if dossier.number <= CANARIES
    ]
    (folder / "canaries.json").write_text(json.dumps(canaries, ensure_ascii=False, indent=1), encoding="utf-8")
    counts: dict[str, int] = {}
    for row in rows:
        counts[row[4]] = counts.get(row[4], 0) + (row[4] == "not_received" or row[11] == "true")
    return counts


def _time(minute: int | None) -> str:
    return "" if minute is None else f"{moment_of(minute):%Y-%m-%dT%H:%M:%S}"
