"""Proposals: corrections that the evidence supports, for an officer to approve.

None is ever applied by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from config.codes import ASKED_STATUSES, ENDED_STATUSES, PAUSED_STATUSES, Status
from config.policies import Policy
from schemas.quality import CORRECTABLE
from tasks.rules.arrays import arrow, as_codes
from tasks.rules.clock.due_dates import ALL_LIMIT_UNITS
from tasks.rules.corrections.value_texts import same_value, value_text
from tasks.rules.dates.times import LocalTimes, days, local_times, minute_text
from tasks.rules.frames import DossierFrames
from tasks.rules.linkage.crosswalk import Crosswalk
from tasks.rules.privacy.masking import looks_personal
from tasks.rules.reference import AgencyDirectory
from tasks.rules.text.normal_form import fold
from tasks.rules.text.spelling import agreed, spelled
from tasks.rules.verdict.ends import FROM_HAND_OVER, FROM_LOG, FROM_OTHER, IN_PROGRESS
from tasks.rules.verdict.facts import as_int, facts_of, sorted_rows_of
from tasks.rules.verdict.judgement import Judgement, judgement_of
from tasks.rules.verdict.reasons import REASONS
from tasks.rules.verdict.recorded import LATE
from tasks.rules.verdict.timeline import JudgingOffice, Timeline, resolve_inputs

# Where an end of that status is written down.
_END_FIELD: dict[int, str] = {
    **dict.fromkeys(ENDED_STATUSES, "done_at"),
    Status.RETURNED: "returned_at",
    Status.REFUSED: "refused_at",
}
SUCCEEDED = "unit_succeeded"  # follows from the directory, not from a verdict
# Another system has it as waiting, and no record says from when: a pause that is inferred stops no clock, it is asked about.
WAITS = "waiting_elsewhere"
_LEAST = 0.5
_STATED = ("source", "code", *CORRECTABLE)
_Records = dict[tuple[str, str, np.datetime64], str]


@dataclass(frozen=True)
class Proposal:
    """One field of one dossier.

    Attributes:
        rule: reason code of the verdict that it follows from, or :data:`SUCCEEDED`, or :data:`WAITS`.
        old_value, new_value: as ``quality.corrections`` holds values; None where there is none.
        confidence: how far the rule's kind of evidence is to be trusted, 0 to 1. A judgement, not a measurement.
        evidence: tables and fields with what they say; no personal value.
    """

    source: str
    code: str
    unit_code: str | None
    field: str
    old_value: str | None
    new_value: str
    rule: str
    confidence: float
    evidence: str


@dataclass(frozen=True)
class _Rule:
    """What a reason proposes for a dossier, given its place: pairs of field and new value."""

    reason: str
    confidence: float
    propose: Callable[[Timeline, int], Iterator[tuple[str, Any]]]
    evidence: Callable[[Timeline, int, dict[str, Any], _Records], str]


def propose(frames: DossierFrames, policy: Policy, office: JudgingOffice, as_of: date) -> list[Proposal]:
    """Propose what would put the record of each dossier right, in order of dossier and field.

    Only where the verdict has a reason that evidence settles: of an undetermined dossier nothing is proposed, but for its
    agency, where that was gone. The strongest reason about a field speaks; a field that says so already is left out.

    Args:
        frames: the dossiers, approved corrections laid over.
        policy: what counts as late.
        office: zone, clock and own rule of the source.
        as_of: open dossiers are looked at at the end of this day, office time.
    """
    return propose_judged(judgement_of(resolve_inputs(facts_of(frames, office.zone, office.carriers), office, as_of), policy))


def propose_judged(judged: Judgement) -> list[Proposal]:
    """Propose as :func:`propose` does, from dossiers that are judged already."""
    case = judged.case
    reasons = {place: codes.split() for place, codes in enumerate(judged.reasons.to_pylist()) if codes}
    places = [place for place, codes in reasons.items() if not _REASONS.isdisjoint(codes)]
    stated = _stated(case, places)
    records = _records(case, {row["code"] for row in stated})
    found: dict[tuple[str, str, str], Proposal] = {}
    for place, row in zip(places, stated, strict=True):
        for one in _of_dossier(case, place, row, frozenset(reasons[place]), records):
            found.setdefault((one.source, one.code, one.field), one)
    for one in (*_succeeded(case), *_waiting_elsewhere(judged)):
        found.setdefault((one.source, one.code, one.field), one)
    return [found[key] for key in sorted(found)]


def _succeeded(case: Timeline) -> Iterator[Proposal]:
    """Propose the agency that took over, where the dossier's was gone when it was received; of several the one its log names."""
    frames, received = case.facts.frames, days(case.receipt.at)
    directory, unit = AgencyDirectory.of(frames.units), as_codes(arrow(frames.dossiers["unit_code"]))
    gone = directory.knows(unit) & ~np.isnat(received) & ~directory.valid_on(unit, received)
    places = np.flatnonzero(gone).tolist()
    if not places:
        return
    crosswalk = Crosswalk(frames.units)
    for place, row in zip(places, _stated(case, places), strict=True):
        old, day = str(row["unit_code"]), received[place].astype(date)
        heirs = crosswalk.responsible(old, day)
        named = heirs if len(heirs) == 1 else _named_in_log(case, str(row["code"]), heirs)
        if len(named) == 1:
            evidence = f"ref.units {old} until {crosswalk.last_day(old, day)}, succeeded by {', '.join(heirs)}"
            sure, named_there = (0.9, "") if len(heirs) == 1 else (0.75, f"; core.events names {named[0]}")
            about = (str(row["source"]), str(row["code"]), old, "unit_code", old)
            yield Proposal(*about, named[0], SUCCEEDED, sure, evidence + named_there)


def _waiting_elsewhere(judged: Judgement) -> Iterator[Proposal]:
    """Propose to show as waiting what is late and open here, and waits by another system's status without a recorded pause."""
    case, evidence = judged.case, judged.case.facts.frames.evidence
    status = as_int(evidence["status"], 0)
    rows = sorted_rows_of(case.facts.frames.dossiers, evidence)
    open_ = (case.ends.state == IN_PROGRESS) & (judged.timely == LATE) & ~np.isin(case.stated.status, PAUSED_STATUSES)
    waits = np.isin(status, ASKED_STATUSES) & (rows >= 0) & evidence["done_at"].isna().to_numpy(dtype=bool)
    waits &= open_[rows] & ~case.paused.waiting[rows]
    places = np.flatnonzero(waits).tolist()
    for place, row in zip(places, _stated(case, rows[places].tolist()), strict=True):
        other = f"{evidence['other_source'].iloc[place]} {evidence['other_code'].iloc[place]}"
        told = f"core.dossiers.status of {other}: {status[place]}, and no pause on record"
        unit, old = value_text(row["unit_code"], case.office.zone), value_text(row["status"], case.office.zone)
        yield Proposal(str(row["source"]), str(row["code"]), unit, "status", old, str(status[place]), WAITS, 0.6, told)


def _named_in_log(case: Timeline, code: str, heirs: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of some agencies that the dossier's log names, by code or by name."""
    events, units = case.facts.frames.events, case.facts.frames.units
    rooms = {str(room) for room in events["unit_as_given"][events["code"] == code].dropna()} if heirs else set()
    texts = [
        (text, unit)
        for unit, name in zip(units["unit_code"], units["name"], strict=True)
        if unit in heirs
        for text in (unit, name)
    ]
    by_spelling, by_name = (agreed((form(str(text)), str(unit)) for text, unit in texts) for form in (spelled, fold))
    named = (by_spelling.get(spelled(room), by_name.get(fold(room))) for room in rooms)
    return tuple(sorted({unit for unit in named if unit is not None}))


def rule_words(rule: str) -> tuple[str, str]:
    """Return why something is proposed, in Vietnamese and English; a rule that is no longer there stands for itself."""
    if rule == SUCCEEDED:
        return ("Cơ quan không còn khi tiếp nhận: chuyển sang cơ quan kế thừa", "Agency gone at receipt: its successor")
    if rule == WAITS:
        return ("Hệ thống khác đang chờ, chưa ghi thời gian dừng", "Waiting in another system, no pause recorded")
    return (REASONS[rule].vi, REASONS[rule].en) if rule in REASONS else (rule, rule)


def _stated(case: Timeline, places: list[int]) -> list[dict[str, Any]]:
    """Return what the record states of some dossiers; a cell at a time would cost a thousand times as much."""
    rows = case.facts.frames.dossiers[list(_STATED)].iloc[places]
    columns = [arrow(rows[name]).to_pylist() for name in _STATED]
    return [dict(zip(_STATED, row, strict=True)) for row in zip(*columns, strict=True)]


def _of_dossier(
    case: Timeline, place: int, stated: dict[str, Any], reasons: frozenset[str], records: _Records
) -> Iterator[Proposal]:
    zone = case.office.zone
    for rule in _RULES:
        if rule.reason not in reasons:
            continue
        for field, value in rule.propose(case, place):
            new, old = value_text(value, zone), value_text(stated[field], zone)
            if new is None or same_value(field, old, new, zone):
                continue
            yield Proposal(
                source=str(stated["source"]),
                code=str(stated["code"]),
                unit_code=value_text(stated["unit_code"], zone),
                field=field,
                old_value=old,
                new_value=new,
                rule=rule.reason,
                confidence=max(_LEAST, round(rule.confidence - _doubt(case, place, field), 2)),
                evidence=rule.evidence(case, place, stated, records),
            )


def _doubt(case: Timeline, place: int, field: str) -> float:
    """What is subtracted: a limit of another channel, a receipt whose hour is not known."""
    about_due = 0.1 if field == "due_at" and not case.limits.by_channel[place] else 0.0
    return about_due + (0.1 if field in ("due_at", "received_at") and case.receipt.day_only[place] else 0.0)


def _closing(case: Timeline, place: int) -> Iterator[tuple[str, Any]]:
    """The status of the end, and its time in the field where that status has it."""
    status = int(case.ends.status[place])
    if status:
        yield "status", status
        yield _END_FIELD[status], _moment(case, case.ends.at, place)


def _done(case: Timeline, place: int) -> Iterator[tuple[str, Any]]:
    yield "done_at", _moment(case, case.ends.at, place)


def _received(case: Timeline, place: int) -> Iterator[tuple[str, Any]]:
    yield "received_at", _moment(case, case.receipt.at, place)


def _due(case: Timeline, place: int) -> Iterator[tuple[str, Any]]:
    # While the dossier waits, its due date moves on: there is nothing to write down yet.
    if not case.paused.waiting[place]:
        yield "due_at", _moment(case, case.due, place)


def _last_status(case: Timeline, place: int) -> Iterator[tuple[str, Any]]:
    yield "status", int(case.facts.log.last_status[place])


def _end_evidence(case: Timeline, place: int, stated: dict[str, Any], records: _Records) -> str:
    origin, at = case.ends.origin[place], minute_text(case.ends.at[place]) or ""
    if origin == FROM_LOG:
        status = int(case.ends.status[place])
        return f"core.events seq {int(case.facts.log.end_seqs[status][place])}: status {status} at {at}"
    if origin in (FROM_OTHER, FROM_HAND_OVER):
        field = "done_at" if origin == FROM_OTHER else "returned_at"
        other = records.get((stated["code"], field, case.ends.at[place]), "another system")
        return f"core.dossiers.{field} of {other}: {at}"
    return f"core.dossiers.{_END_FIELD.get(int(case.ends.status[place]), 'done_at')}: {at}"


def _records(case: Timeline, codes: set[str]) -> _Records:
    """Name the records matched to some dossiers by dossier, field and office time; of several the first by name."""
    evidence, zone = case.facts.frames.evidence, case.office.zone
    evidence = evidence[evidence["code"].isin(codes)]
    names = [
        source if looks_personal(code) else f"{source} {code}"
        for source, code in zip(evidence["other_source"].tolist(), evidence["other_code"].tolist(), strict=True)
    ]
    found: _Records = {}
    for field in ("done_at", "returned_at"):
        for code, at, name in zip(evidence["code"].tolist(), local_times(evidence[field], zone), names, strict=True):
            if not np.isnat(at):
                found[code, field, at] = min(name, found.get((code, field, at), name))
    return found


def _receipt_evidence(case: Timeline, place: int, _stated: dict[str, Any], _records: _Records) -> str:
    return f"date in core.dossiers.code: {case.facts.code_day[place]}"


def _due_evidence(case: Timeline, place: int, stated: dict[str, Any], _records: _Records) -> str:
    """Tell receipt, limit and pauses of which the due date is made; the calendar is in the source's file."""
    limits, paused = case.limits, case.paused
    received = "date in core.dossiers.code" if case.receipt.corrected[place] else "core.dossiers.received_at"
    parts = [
        f"{received}: {minute_text(case.receipt.at[place]) or ''}",
        f"ref.procedures {stated['procedure_code']} from {limits.valid_from[place]}: {limits.amount[place]:g} {ALL_LIMIT_UNITS[limits.unit[place]]}",
    ]
    if paused.counted[place]:
        whose = "core.pauses" if paused.own[place] else "core.pauses of another system"
        parts.append(f"{whose}: {int(paused.counted[place])}, the first seq {int(paused.first_seq[place])}")
    return "; ".join(parts)


def _log_evidence(case: Timeline, place: int, _stated: dict[str, Any], _records: _Records) -> str:
    return f"core.events, last entry: status {int(case.facts.log.last_status[place])}"


def _moment(case: Timeline, times: LocalTimes, place: int) -> datetime | None:
    if np.isnat(times[place]):
        return None
    zone, wall = ZoneInfo(case.office.zone), times[place].astype("datetime64[us]").item()
    # Through UTC, so that an hour which the clocks skip is written as the hour that they show instead.
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)  # type: ignore[no-any-return]


# The strongest evidence about a field first: another system's record, the log, the code, then what the law makes of them.
_RULES = (
    _Rule("clock_shifted", 0.95, _done, _end_evidence),
    _Rule("lag_between_systems", 0.85, _done, _end_evidence),
    _Rule("ended_elsewhere", 0.95, _closing, _end_evidence),
    _Rule("withdrawn_open", 0.9, _closing, _end_evidence),
    _Rule("unit_moved", 0.85, _closing, _end_evidence),
    _Rule("handed_over_not_closed", 0.9, _closing, _end_evidence),
    _Rule("counted_by_return", 0.9, _done, _end_evidence),
    _Rule("closed_before_work_ended", 0.8, _done, _end_evidence),
    _Rule("state_lost", 0.8, _last_status, _log_evidence),
    _Rule("receipt_wrong", 0.9, _received, _receipt_evidence),
    _Rule("pause_not_subtracted", 0.9, _due, _due_evidence),
    _Rule("due_wrong_calendar", 0.9, _due, _due_evidence),
    _Rule("due_impossible", 0.85, _due, _due_evidence),
    _Rule("pause_recorded_elsewhere", 0.85, _due, _due_evidence),
    _Rule("due_wrong_limit", 0.75, _due, _due_evidence),
    _Rule("receipt_wrong", 0.75, _due, _due_evidence),
    _Rule("due_moved_after_expiry", 0.75, _due, _due_evidence),
    _Rule("limit_restarted", 0.75, _due, _due_evidence),
    _Rule("due_too_generous", 0.7, _due, _due_evidence),
    _Rule("no_due_date", 0.7, _due, _due_evidence),
)
PROPOSAL_RULES = tuple(dict.fromkeys(rule.reason for rule in _RULES))
_REASONS = frozenset(PROPOSAL_RULES)
