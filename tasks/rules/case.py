"""All that is derived of a partition under one policy: receipt, limit, pauses, due date and end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from config.areas import NO_AREAS, Areas
from config.policies import Policy
from tasks.rules.areas import settled_by_area
from tasks.rules.clock import WorkingClock
from tasks.rules.due import Limits, due_without_pauses, extension, in_office_hours, limits_of, to_quarter_hours
from tasks.rules.ends import Ends, ends_of, with_answers
from tasks.rules.facts import Facts, as_stated
from tasks.rules.pauses import PauseSummary, PauseTable, pause_table, supplements_in_order, with_pauses
from tasks.rules.possible import with_possible_readings
from tasks.rules.receipt import Receipt, receipt_of
from tasks.rules.recorded import OwnRule, Recorded, recorded_of
from tasks.rules.times import LocalTimes, days, end_of_day


@dataclass(frozen=True)
class Office:
    """Where and by which clock a source's dossiers are judged.

    Attributes:
        zone: IANA zone of the office.
        clock: its working clock.
        plain_clock: the same hours without any special day: how a system without a calendar counts.
        own_rule: how the source itself tells late from on time.
        keeps_requests: the source keeps a record of every request for a supplement, so a status
            without one is no evidence of a pause.
        areas: which agencies have limits of their own.
    """

    zone: str
    clock: WorkingClock
    plain_clock: WorkingClock
    own_rule: OwnRule
    keeps_requests: bool
    areas: Areas = NO_AREAS


@dataclass(frozen=True)
class Settled:
    """What is the same under every policy; arrays in the order of the partition's dossiers.

    Attributes:
        facts: what the systems state, approved corrections laid over.
        stated: the same by the source's word alone; what "as recorded" means, until the source itself is mended.
        as_of_end: last moment of the day that is judged, office time.
        limit_text: each limit as the catalogue writes it.
    """

    facts: Facts
    stated: Facts
    office: Office
    as_of_end: np.datetime64
    receipt: Receipt
    limits: Limits
    limit_text: np.ndarray
    recorded: Recorded


@dataclass(frozen=True)
class Case:
    """All that is derived of a partition under one policy; arrays in the order of its dossiers.

    Attributes:
        pause_refused: a pause was left out because nothing proves it.
        bare_due: due date as if the clock had never stopped.
        until: end of the dossier, else of the day that is judged.
    """

    settled: Settled
    policy: Policy
    ends: Ends
    pauses: PauseTable
    pause_refused: np.ndarray
    bare_due: LocalTimes
    paused: PauseSummary
    until: LocalTimes

    @property
    def facts(self) -> Facts:
        """What the systems state, approved corrections laid over."""
        return self.settled.facts

    @property
    def stated(self) -> Facts:
        """What the source itself states."""
        return self.settled.stated

    @property
    def office(self) -> Office:
        """Where it is judged."""
        return self.settled.office

    @property
    def as_of_end(self) -> np.datetime64:
        """Last moment of the day that is judged."""
        return self.settled.as_of_end

    @property
    def receipt(self) -> Receipt:
        """Receipt of each dossier."""
        return self.settled.receipt

    @property
    def limits(self) -> Limits:
        """Limit of each dossier."""
        return self.settled.limits

    @property
    def recorded(self) -> Recorded:
        """The source's own word."""
        return self.settled.recorded

    @property
    def due(self) -> LocalTimes:
        """Due date that counts."""
        return self.paused.due

    @property
    def in_days(self) -> np.ndarray:
        """Tell which dossiers are compared by days."""
        if self.policy.compare == "by_unit":
            return self.limits.in_days
        return np.full(len(self.facts), self.policy.compare == "date")


def settle(facts: Facts, office: Office, as_of: date) -> Settled:
    """Settle receipt, limit and the source's own word, once for all policies."""
    as_of_end = end_of_day(as_of)
    receipt, stated = receipt_of(facts, as_of_end), as_stated(facts)
    corrected = stated is not facts
    facts = with_possible_readings(facts, receipt.at, as_of_end)
    stated = with_possible_readings(stated, receipt.at, as_of_end) if corrected else facts
    limits, text = limits_of(facts, receipt)
    if office.areas.areas:
        units = facts.frames.dossiers["unit_code"].astype(object)
        limits = settled_by_area(limits, text, units.where(units.notna(), None).to_numpy(), days(receipt.at), office.areas)
    recorded = recorded_of(stated, office.own_rule, as_of_end)
    return Settled(facts, stated, office, as_of_end, receipt, limits, text, recorded)


def build_case(settled: Settled, policy: Policy) -> Case:
    """Derive end, pauses and due date under a policy, in that order."""
    facts, receipt = settled.facts, settled.receipt
    ends = ends_of(facts, policy.end, other_systems=policy.other_systems, from_log=policy.end_from == "log")
    ends = with_answers(ends, facts, policy)
    table, refused = pause_table(
        facts, policy.pauses, other_systems=policy.other_systems, need_record=settled.office.keeps_requests
    )
    until = np.where(np.isnat(ends.at), settled.as_of_end, ends.at)
    bare, paused = _counted_from(settled, policy, receipt, table, until)
    if policy.after_supplement == "restarted" and policy.due != "recorded":
        paused = _restarted(settled, policy, table, until, paused)
    if policy.due == "office_hours":
        paused = replace(paused, due=to_quarter_hours(paused.due))
    return Case(settled, policy, ends, table, refused, bare, paused, until)


def _counted_from(
    settled: Settled, policy: Policy, receipt: Receipt, table: PauseTable, until: LocalTimes
) -> tuple[LocalTimes, PauseSummary]:
    """Derive the due dates, without pauses and with them, as a policy asks, from the given receipt on."""
    clock, recorded = settled.office.clock, settled.facts.due
    limits = in_office_hours(settled.limits) if policy.due == "office_hours" else settled.limits
    bare = recorded if policy.due == "recorded" else due_without_pauses(limits, receipt, recorded, clock)
    extend = extension(limits, receipt, bare, clock)
    return bare, with_pauses(table, bare, receipt.at, until, clock, extend)


def _restarted(settled: Settled, policy: Policy, table: PauseTable, until: LocalTimes, extended: PauseSummary) -> PauseSummary:
    """Count each limit anew from the last supplement that came in and had been asked for in time."""
    start, paused = settled.receipt.at.copy(), extended
    for asked, came in supplements_in_order(table, len(start)):
        anew = (came <= until) & (came > start) & (asked < paused.due)
        start = np.where(anew, came, start)
        _, paused = _counted_from(settled, policy, replace(settled.receipt, at=start), table, until)
    # The time lost is all that was lost, before the limit began anew too.
    return replace(extended, due=paused.due, waiting=paused.waiting)
