"""Judgement of each dossier of a partition: recorded against derived, reasons and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.codes import WORKING_DAY_MINUTES
from config.policies import Policy
from schemas.fields import LEFT_OUT_REASONS, STATES, TIMELINESS, VERDICTS
from schemas.verdicts import VERDICTS_TABLE
from tasks.rules.arrays import arrow
from tasks.rules.clock.due_dates import HOUR, NONE, SAME_DAY, UNKNOWN, UNSETTLED, WORKING_DAY, Limits
from tasks.rules.clock.pauses import second_supplement
from tasks.rules.dates.times import days, instants
from tasks.rules.frames import DossierFrames
from tasks.rules.marks import PAUSE_UNDATED, TEST_WORDING
from tasks.rules.verdict import late_causes
from tasks.rules.verdict.ends import DELETED, IN_PROGRESS, NOT_RECEIVED, WITHDRAWN, contradicts, end_status
from tasks.rules.verdict.evidence import evidence_of
from tasks.rules.verdict.facts import facts_of
from tasks.rules.verdict.readings import (
    differing,
    differing_word,
    misread,
    open_without_status,
    readings_of,
    told_of_later,
    unread_end,
)
from tasks.rules.verdict.recorded import EARLY, LATE, ON_TIME, UNDETERMINED
from tasks.rules.verdict.timeline import JudgingOffice, ResolvedInputs, Timeline, build_timeline, resolve_inputs

V_ON_TIME, V_LATE, V_PHANTOM, V_HIDDEN, V_UNDETERMINED, V_NOT_RECEIVED, V_DELETED = range(7)  # places in VERDICTS


def judge_frames(frames: DossierFrames, policy: Policy, office: JudgingOffice, as_of: date) -> pd.DataFrame:
    """Judge every dossier of a partition under one policy.

    Args:
        frames: the partition.
        policy: what counts as late.
        office: zone, clock and own rule of the source.
        as_of: open dossiers are judged at the end of this day, office time.

    Returns:
        One row a dossier, the given columns of ``judged.verdicts``.
    """
    return judge_settled(resolve_inputs(facts_of(frames, office.zone, office.carriers), office, as_of), policy)


def judge_settled(settled: ResolvedInputs, policy: Policy) -> pd.DataFrame:
    """Judge as :func:`judge_frames` does, from what several policies share."""
    return verdict_rows(judgement_of(settled, policy))


@dataclass(frozen=True)
class Judgement:
    """What is found about the dossiers of a partition under one policy; arrays in the order of its dossiers.

    Attributes:
        case: what is derived of them.
        missing: which lack which evidence; see :func:`missing_evidence`.
        timely: places in ``TIMELINESS``.
        verdict: places in ``VERDICTS``; repeated: no dossier of its own, or left out by the policy.
    """

    case: Timeline
    missing: dict[str, np.ndarray]
    timely: np.ndarray
    verdict: np.ndarray
    repeated: np.ndarray

    @cached_property
    def reasons(self) -> pa.Array:
        """Reason codes, space-separated, the strongest first; null where a verdict needs none."""
        return late_causes.reasons_of(self.case, self.verdict)


def judgement_of(settled: ResolvedInputs, policy: Policy) -> Judgement:
    """Decide about settled dossiers under a policy."""
    case = build_timeline(settled, policy)
    missing = missing_evidence(case)
    timely = timeliness(case, missing)
    verdict, repeated = verdicts(case, timely)
    readings = list(readings_of(case))
    if readings:
        doubt = differing(_accuses(verdict), ((reading, _late_by(reading.case)) for reading in readings))
        sure = verdict != V_UNDETERMINED
        missing |= {name: missing.get(name, ~sure & sure) | (holds & sure) for name, holds in doubt.items()}
        timely = timeliness(case, missing)
        verdict, repeated = verdicts(case, timely)
    if policy.weighs_evidence:
        verdict = _milder(verdict, differing_word(case.recorded.timeliness == LATE, readings) | misread(case))
    return Judgement(case, missing, timely, verdict, repeated)


def _milder(verdict: np.ndarray, unsure: np.ndarray) -> np.ndarray:
    """Say nothing about the record, neither that it hides nor that it invents, where its own word depends on the reading."""
    verdict = np.where(unsure & (verdict == V_HIDDEN), V_LATE, verdict)
    return np.where(unsure & (verdict == V_PHANTOM), V_ON_TIME, verdict)


def _late_by(case: Timeline) -> np.ndarray:
    """Tell which dossiers are late by a reading: what a verdict says of recorded and derived, by the derived side alone."""
    return _accuses(verdicts(case, timeliness(case, missing_evidence(case)))[0])


def _accuses(verdict: np.ndarray) -> np.ndarray:
    return np.asarray(np.isin(verdict, (V_LATE, V_HIDDEN)))


def missing_evidence(case: Timeline) -> dict[str, np.ndarray]:
    """Tell for each kind of evidence which dossiers lack it; keys as in ``tasks.rules.verdict.reasons.MISSING``."""
    if case.policy.own_rule:
        return {"no_news": case.unheard}
    received, unit = ~np.isnat(case.receipt.at), case.limits.unit
    by_law = case.policy.due == "law"
    settled = ~np.isin(unit, (UNKNOWN, UNSETTLED, NONE)) & received
    weighs, nothing = case.policy.weighs_evidence, np.zeros(len(received), dtype=bool)
    unread = unread_end(case) if weighs else nothing
    undated = case.facts.marked(PAUSE_UNDATED) if weighs else nothing
    return {
        "receipt": ~received | (by_law & (unit == HOUR) & case.receipt.day_only),
        "procedure": received & by_law & (unit == UNKNOWN),
        "limit": received & by_law & (unit == UNSETTLED),
        # Ended nobody knows when, but the due date has not passed: it cannot have been late.
        "end": case.ends.unknown & ~(case.due >= case.as_of_end),
        "status": open_without_status(case) if weighs else nothing,
        "unreadable": unread & case.late_by(case.due, case.paused.waiting) if unread.any() else nothing,
        "pause": undated & case.late_by(case.due, case.paused.waiting) if undated.any() else nothing,
        # It ended by its hand-over: in time if that was in time, else nobody knows.
        "contradiction": contradicts(case.ends, case.receipt.at) | (case.ends.bounded & case.after(case.ends.at, case.due)),
        "calendar": by_law & settled & np.isnat(case.due) & ~((unit == HOUR) & case.receipt.day_only),
        "no_news": case.unheard,
    }


def timeliness(case: Timeline, missing: dict[str, np.ndarray]) -> np.ndarray:
    """Compare the derived end with the derived due date; places in ``TIMELINESS``."""
    if case.policy.own_rule:
        return case.recorded.timeliness
    end, due, open_ = case.ends.at, case.due, case.ends.state == IN_PROGRESS
    late = case.late_by(due, case.paused.waiting)
    if case.policy.second_supplement == "late":
        late |= open_ & second_supplement(case.facts, case.pauses)
    if case.policy.withdrawn == "on_time":
        late &= case.ends.state != WITHDRAWN
    early = ~open_ & (days(end) < days(due))
    word = np.where(late, LATE, np.where(early, EARLY, ON_TIME))
    without = {"late": LATE, "on_time": ON_TIME, "undetermined": UNDETERMINED, "derive": ON_TIME}[case.policy.without_due]
    word = np.where(np.isnat(due), without, word)
    lacking = np.logical_or.reduce([*missing.values(), np.zeros(len(word), dtype=bool)])
    word = np.where(lacking & (case.ends.state != NOT_RECEIVED), UNDETERMINED, word)
    return np.where(left_out(case), ON_TIME, word)


def left_out(case: Timeline) -> np.ndarray:
    """Tell which dossiers the policy leaves out of its figures, by the way they ended: they cannot be late."""
    policy, ends = case.policy, case.ends
    answers = {7: policy.withdrawn, 8: policy.stopped, 3: policy.refused}
    out = [code for code, answer in answers.items() if answer == "not_counted"]
    if not out and policy.without_end != "not_counted":
        return np.zeros(len(case.facts), dtype=bool)
    ended = ~np.isin(ends.state, (IN_PROGRESS, NOT_RECEIVED))
    unknown = ends.unknown & (policy.without_end == "not_counted")
    return np.asarray(ended & (np.isin(end_status(ends, case.facts), out) | unknown))


def verdicts(case: Timeline, timely: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hold the recorded state against the derived one (decision 0003).

    Returns:
        Places in ``VERDICTS``, and which dossiers are no dossiers of their own (duplicates, tests) or left out by
        the policy: they cannot be late, so the source's "late" about them is a phantom.
    """
    repeated = case.facts.marked(TEST_WORDING) | case.facts.given("duplicate_of") | left_out(case)
    recorded_late, late = case.recorded.timeliness == LATE, timely == LATE
    verdict = np.select(
        [
            case.ends.state == NOT_RECEIVED,
            case.ends.state == DELETED,
            repeated & recorded_late,
            repeated,
            timely == UNDETERMINED,
            recorded_late & late,
            recorded_late,
            late,
        ],
        [V_NOT_RECEIVED, V_DELETED, V_PHANTOM, V_ON_TIME, V_UNDETERMINED, V_LATE, V_PHANTOM, V_HIDDEN],
        V_ON_TIME,
    )
    if case.policy.own_rule:  # the source against itself: it can only agree
        verdict = np.select(
            [
                case.recorded.state == NOT_RECEIVED,
                case.recorded.state == DELETED,
                recorded_late,
                case.recorded.timeliness == UNDETERMINED,
            ],
            [V_NOT_RECEIVED, V_DELETED, V_LATE, V_UNDETERMINED],
            V_ON_TIME,
        )
        repeated = np.zeros(len(verdict), dtype=bool)
    return verdict, repeated


def verdict_rows(found: Judgement) -> pd.DataFrame:
    """Return one row a dossier, the given columns of ``judged.verdicts``.

    A row says only what lasts: one that grows older and says the same the next day is the same row, and is not written again.
    """
    case, verdict = found.case, found.verdict
    facts, dossiers = case.facts, case.facts.frames.dossiers
    zone, own = case.office.zone, case.policy.own_rule
    state = case.recorded.state if own else case.ends.state
    due, end = (case.stated.due, case.recorded.end) if own else (case.due, case.ends.at)
    moving = _moving(case)
    worked = case.office.clock.working_minutes_between(case.receipt.at, case.until)
    used = (worked >= 0) & ~np.isnat(case.ends.at)
    return VERDICTS_TABLE.from_arrays(
        {
            **{name: dossiers[name] for name in ("source", "code", "unit_code", "procedure_code", "channel")},
            "policy": np.full(len(facts), case.policy.policy),
            "field_code": pc.coalesce(arrow(dossiers["field_code"]), pa.array(case.limits.field_code, pa.string())),
            "received_at": instants(case.receipt.at, zone),
            "recorded_due_at": case.stated.frames.dossiers["due_at"],
            "recorded_end_at": instants(case.recorded.end, zone),
            "recorded_state": _words(case.recorded.state, STATES),
            "recorded_timeliness": _words(case.recorded.timeliness, TIMELINESS),
            "due_at": instants(due.astype("datetime64[us]"), zone),
            "end_at": instants(end, zone),
            "state": _words(state, STATES),
            "timeliness": _words(found.timely, TIMELINESS),
            "verdict": _words(verdict, VERDICTS),
            "reasons": found.reasons,
            "missing": late_causes.joined_reasons(
                {k: v & (verdict == V_UNDETERMINED) for k, v in found.missing.items()}, len(facts)
            ),
            "counted": ~np.isin(state, (NOT_RECEIVED, DELETED)) & ~found.repeated,
            "left_out": _left_out_why(found, state),
            "limit_minutes": _limit_minutes(case.limits),
            "worked_minutes": _minutes(np.maximum(worked - case.paused.minutes, 0), used),
            "paused_minutes": _minutes(case.paused.minutes, worked >= 0),
            "evidence": evidence_of(case),
            "as_of": np.where(moving, np.datetime64("NaT"), days(case.ends.at)).astype("datetime64[D]"),
            "moving": moving,
        }
    )


def _left_out_why(found: Judgement, state: np.ndarray) -> pa.Array:
    """Return why dossiers that were received are not counted: a code of ``LEFT_OUT_REASONS``; null for all others."""
    facts = found.case.facts
    reasons = dict(
        zip(LEFT_OUT_REASONS, (facts.marked(TEST_WORDING), facts.given("duplicate_of"), left_out(found.case)), strict=True)
    )
    out = found.repeated & ~np.isin(state, (NOT_RECEIVED, DELETED))
    place = np.select(list(reasons.values()), list(range(len(reasons))))
    return pa.DictionaryArray.from_arrays(pa.array(place.astype(np.int32), mask=~out), pa.array(list(reasons))).cast(
        pa.string()
    )


def _moving(case: Timeline) -> np.ndarray:
    """Tell which verdicts change with the day.

    One on what is closed is the same whenever it is given: it speaks for the day of its end, and costs nothing later on.
    """
    is_open = (case.recorded.state == IN_PROGRESS) | (case.ends.state == IN_PROGRESS)
    return np.asarray(np.isnat(case.ends.at) | is_open | told_of_later(case.settled))


def _words(places: np.ndarray, words: tuple[str, ...]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), pa.array(list(words))).cast(pa.string())


def _minutes(values: np.ndarray, known: np.ndarray) -> pa.Array:
    return pa.array(values.astype(np.int64), mask=~known)


def _limit_minutes(limits: Limits) -> pa.Array:
    """Express limits in working minutes where they have a fixed number of them."""
    day = np.isin(limits.unit, (WORKING_DAY, SAME_DAY))
    amount = np.where(limits.unit == SAME_DAY, 1.0, limits.amount)
    minutes = np.rint(np.where(day, amount * WORKING_DAY_MINUTES, limits.amount * 60)).astype(np.int64)
    return _minutes(minutes, day | (limits.unit == HOUR))
