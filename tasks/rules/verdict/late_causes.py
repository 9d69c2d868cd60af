"""Causes of a wrong record of lateness: each reason is one readable rule over a dossier.

A reason is given where it made the difference. If the end alone, put right, would settle the matter, only
reasons about the end are named; if the due date alone, only those about the due date; if both are needed,
both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.rules.arrays import arrow, as_codes
from tasks.rules.clock.due_dates import NONE, due_without_pauses, extension
from tasks.rules.clock.pauses import due_moved_after_expiry, second_supplement, supplements_in_order, with_pauses
from tasks.rules.dates.times import calendar_days, days
from tasks.rules.reference import AgencyDirectory
from tasks.rules.verdict.ends import FROM_LOG, FROM_OTHER, FROM_RECORD, IN_PROGRESS, WITHDRAWN
from tasks.rules.verdict.reasons import HIDDEN_ORDER, PHANTOM_ORDER
from tasks.rules.verdict.recorded import LATE, recorded_of
from tasks.rules.verdict.recorded import timeliness as by_own_rule
from tasks.rules.verdict.timeline import Timeline

_PHANTOM, _HIDDEN = 2, 3  # places in schemas.fields.VERDICTS
# A system that has no limit for a channel appoints two hours after receipt (law 4.7).
_DEFAULT_LIMIT = np.timedelta64(150, "m")

Rule = Callable[[Timeline], np.ndarray]


def reasons_of(case: Timeline, verdict: np.ndarray) -> pa.Array:
    """Return the reason codes of each dossier, space-separated, the strongest first; null where it needs none."""
    if case.policy.own_rule or not np.isin(verdict, (_PHANTOM, _HIDDEN)).any():
        return pa.nulls(len(verdict), pa.string())
    about_end, about_due = _what_matters(case, verdict)
    flags: dict[str, np.ndarray] = {}
    for code in PHANTOM_ORDER[:-1]:
        flags[code] = _RULES[code](case) & (verdict == _PHANTOM)
    _explain_once(flags, _END_REASONS, about_end)
    _explain_once(flags, _DUE_REASONS, about_due)
    for code in ("test_dossier", "duplicate"):  # no dossier of its own: nothing else needs explaining
        for other in flags.keys() - {"test_dossier", "duplicate"}:
            flags[other] &= ~flags[code]
    flags["due_wrong_limit"] &= ~_any(flags, [c for c in _DUE_REASONS if c != "due_wrong_limit"])
    flags["handed_over_not_closed"] &= ~flags["unit_moved"]
    flags["compared_by_instant"] &= ~_any(flags, (*_END_REASONS, *_DUE_REASONS))
    flags["otherwise"] = (verdict == _PHANTOM) & ~_any(flags, flags.keys())
    for code in HIDDEN_ORDER[:-1]:
        flags[code] = _RULES[code](case) & (verdict == _HIDDEN)
    told = [code for code in HIDDEN_ORDER[:-1] if code not in ("due_too_generous", "late_by_correction")]
    flags["due_too_generous"] &= ~_any(flags, told)
    flags["end_understated"] = (verdict == _HIDDEN) & ~_any(flags, HIDDEN_ORDER[:-1])
    return joined_reasons(flags, len(verdict))


def joined_reasons(flags: Mapping[str, np.ndarray], length: int) -> pa.Array:
    """Return the names that hold for each row, space-separated in the order of the mapping; null for none."""
    text = pa.array(np.full(length, ""), pa.string())
    for name, holds in flags.items():
        if holds.any():
            text = pc.binary_join_element_wise(text, pc.if_else(pa.array(holds), name, ""), " ")
    text = pc.utf8_trim_whitespace(pc.replace_substring_regex(text, " +", " "))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _what_matters(case: Timeline, verdict: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tell for each phantom whether its end, and whether its due date, made the difference."""
    phantom, stated = verdict == _PHANTOM, case.stated
    rule, state = case.office.own_rule, case.ends.state
    with_our_end = by_own_rule(case.ends.at, stated.due, state, rule, stated.status, case.as_of_end) != LATE
    end, due = case.recorded.end, case.due
    open_ = case.recorded.state == IN_PROGRESS
    late = np.where(open_, (due < case.as_of_end) & ~case.paused.waiting, days(end) > days(due))
    late |= ~case.in_days & ~open_ & (end > due)
    with_our_due = ~late
    return phantom & (with_our_end | ~with_our_due), phantom & (with_our_due | ~with_our_end)


def _explain_once(flags: dict[str, np.ndarray], family: tuple[str, ...], matters: np.ndarray) -> None:
    for code in family:
        flags[code] &= matters


def _any(flags: Mapping[str, np.ndarray], codes: Iterable[str]) -> np.ndarray:
    return np.asarray(np.logical_or.reduce([flags[code] for code in codes]))


def _still_open(case: Timeline) -> np.ndarray:
    return np.asarray((case.recorded.state == IN_PROGRESS) & (case.ends.state != IN_PROGRESS))


def _recorded_due_day(case: Timeline) -> np.ndarray:
    return days(case.stated.due)


def _due_impossible(case: Timeline) -> np.ndarray:
    due, received = case.stated.due, case.receipt.at
    default = case.in_days & (due - case.stated.received <= _DEFAULT_LIMIT)
    impossible = (due < received) | (default & (days(case.due) > days(due)))
    # A due date worked out from a wrong receipt is a consequence, not another fault.
    return np.asarray(~np.isnat(due) & impossible & ~case.receipt.corrected)


def _due_wrong_calendar(case: Timeline) -> np.ndarray:
    """Say where the source's due date is what a calendar without special days gives, and the law's is not.

    Both with and without the pauses: a system may or may not have subtracted them.
    """
    clock = case.office.plain_clock
    plain = due_without_pauses(case.limits, case.receipt, case.facts.due, clock)
    extend = extension(case.limits, case.receipt, plain, clock)
    moved = with_pauses(case.pauses, plain, case.receipt.at, case.until, clock, extend).due
    recorded = _recorded_due_day(case)
    same = (recorded == days(plain)) | (recorded == days(moved))
    return np.asarray(same & (recorded != days(case.due)) & (days(plain) != days(case.bare_due)))


def _pause_not_subtracted(case: Timeline) -> np.ndarray:
    """Say where the source's due date knows nothing of a pause that it records itself."""
    recorded = _recorded_due_day(case)
    return np.asarray((case.paused.counted > 0) & case.paused.own & (recorded < days(case.due)) & ~case.paused.waiting)


def _compared_by_instant(case: Timeline) -> np.ndarray:
    end, due = case.recorded.end, case.stated.due
    return np.asarray(case.in_days & (days(end) == days(due)) & (end > due) & (case.office.own_rule.compare == "instant"))


def _counted_by_return(case: Timeline) -> np.ndarray:
    by_return = np.isnat(case.stated.done) & (case.recorded.end == case.stated.returned)
    ours = (case.ends.origin == FROM_LOG) | case.ends.carried
    return np.asarray(by_return & ours & (case.ends.at < case.recorded.end))


def _unit_abolished(case: Timeline) -> np.ndarray:
    """Say whose agency, as the code meant it on the day of receipt, was gone when the dossier ended."""
    directory = AgencyDirectory.of(case.facts.frames.units)
    units = as_codes(arrow(case.facts.frames.dossiers["unit_code"]))
    version = directory.version(units, days(case.receipt.at))
    last_day = np.append(calendar_days(directory.rows["valid_to"]), np.datetime64("NaT", "D"))[version]
    return np.asarray(days(case.ends.at) > last_day)  # without a version or a last day never


def _wrong_limit(case: Timeline) -> np.ndarray:
    return np.asarray(~np.isnat(case.stated.due) & (_recorded_due_day(case) != days(case.due)))


def _limit_restarted(case: Timeline) -> np.ndarray:
    """Say where the source's due date is the limit counted anew from a supplement that came in, and later than the law's."""
    start = case.receipt.at.copy()
    for _, came in supplements_in_order(case.pauses, len(start)):
        start = np.where((came > start) & (came <= case.until), came, start)
    anew = due_without_pauses(case.limits, replace(case.receipt, at=start), case.stated.due, case.office.clock)
    recorded = _recorded_due_day(case)
    return np.asarray((start > case.receipt.at) & (recorded == days(anew)) & (recorded > days(case.due)))


def _refiled(case: Timeline) -> np.ndarray:
    """Say which dossiers are late by the clock of the first filing alone."""
    first = case.first
    if first is None:
        return np.zeros(len(case.facts), dtype=bool)
    return np.asarray((first.row >= 0) & ~case.late_by(first.own, first.waiting))


def _pause_before_due(case: Timeline) -> np.ndarray:
    """Say which dossiers would be on time if an unanswered request just before the due date had stopped the clock."""
    empty: np.ndarray = ~np.isnat(case.paused.empty_from)
    if not empty.any():
        return empty
    theirs = case.pauses.take(empty[case.pauses.rows])
    counted = with_pauses(theirs, case.bare_due, case.receipt.at, case.until, case.office.clock, case.extend)
    return np.asarray(empty & ~case.late_by(counted.due, counted.waiting))


def _as_corrected(case: Timeline) -> np.ndarray:
    """Return the timeliness that the source would show if it stated what is approved; without corrections its own word."""
    if case.stated is case.facts:
        return case.recorded.timeliness
    return recorded_of(case.facts, case.office.own_rule, case.as_of_end).timeliness


def end_is_corrected(case: Timeline) -> np.ndarray:
    """Tell where the end is a time or a status that was approved and that the source does not state."""
    facts, stated = case.facts, case.stated
    if stated is facts:
        return np.zeros(len(facts), dtype=bool)
    pairs = ((facts.done, stated.done), (facts.returned, stated.returned), (facts.refused, stated.refused))
    other = [(ours != theirs) & ~(np.isnat(ours) & np.isnat(theirs)) for ours, theirs in pairs]
    return np.asarray(np.logical_or.reduce([*other, facts.status != stated.status]) & (case.ends.origin == FROM_RECORD))


_RULES: dict[str, Rule] = {
    "test_dossier": lambda c: c.facts.marked("test_wording"),
    "duplicate": lambda c: c.facts.given("duplicate_of"),
    "clock_shifted": lambda c: c.ends.shifted,
    "lag_between_systems": lambda c: c.ends.lagged,
    "closed_after_hand_over": lambda c: c.ends.after_hand_over | c.ends.bounded,
    "end_year_slipped": lambda c: c.ends.year_slipped,
    "ended_elsewhere": lambda c: _still_open(c) & (c.ends.origin == FROM_OTHER),
    "withdrawn_open": lambda c: _still_open(c) & (c.ends.state == WITHDRAWN) & (c.ends.origin != FROM_OTHER),
    "unit_moved": lambda c: _still_open(c) & (c.ends.origin == FROM_LOG) & _unit_abolished(c),
    "handed_over_not_closed": lambda c: (
        _still_open(c) & (c.ends.state != WITHDRAWN) & (c.ends.origin != FROM_OTHER) & ~end_is_corrected(c)
    ),
    "counted_by_return": _counted_by_return,
    "receipt_wrong": lambda c: c.receipt.corrected,
    "due_impossible": _due_impossible,
    "pause_recorded_elsewhere": lambda c: (c.paused.counted > 0) & ~c.paused.own,
    "pause_not_subtracted": _pause_not_subtracted,
    "due_wrong_calendar": _due_wrong_calendar,
    "due_wrong_limit": _wrong_limit,
    "compared_by_instant": _compared_by_instant,
    "paused_open": lambda c: c.paused.waiting & c.paused.own,
    "no_limit": lambda c: (c.limits.unit == NONE) & np.isnat(c.due),
    "cleared_by_correction": lambda c: _as_corrected(c) != LATE,
    "refiled": _refiled,
    "pause_before_due": _pause_before_due,
    "due_moved_after_expiry": lambda c: due_moved_after_expiry(c.facts),
    "limit_restarted": _limit_restarted,
    "closed_before_work_ended": lambda c: c.ends.reopened,
    "state_lost": lambda c: c.ends.lost,
    "pause_without_evidence": lambda c: c.pause_refused,
    "second_supplement": lambda c: second_supplement(c.facts, c.pauses),
    "no_due_date": lambda c: np.isnat(c.stated.due),
    "due_too_generous": lambda c: _recorded_due_day(c) > days(c.due),
    "late_by_correction": lambda c: _as_corrected(c) == LATE,
}
_END_REASONS = (
    "clock_shifted",
    "lag_between_systems",
    "closed_after_hand_over",
    "end_year_slipped",
    "ended_elsewhere",
    "withdrawn_open",
    "unit_moved",
    "handed_over_not_closed",
    "counted_by_return",
)
_DUE_REASONS = (
    "receipt_wrong",
    "due_impossible",
    "pause_recorded_elsewhere",
    "pause_not_subtracted",
    "due_wrong_calendar",
    "due_wrong_limit",
    "paused_open",
    "no_limit",
)
