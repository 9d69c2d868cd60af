"""All that is derived of a partition under one policy: receipt, limit, pauses, due date and end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from config.policies import Policy
from tasks.rules.clock import WorkingClock
from tasks.rules.due import Limits, due_without_pauses, extension, limits_of
from tasks.rules.ends import Ends, ends_of
from tasks.rules.facts import Facts
from tasks.rules.pauses import PauseSummary, PauseTable, pause_table, with_pauses
from tasks.rules.receipt import Receipt, receipt_of
from tasks.rules.recorded import OwnRule, Recorded, recorded_of
from tasks.rules.times import LocalTimes, end_of_day


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
    """

    zone: str
    clock: WorkingClock
    plain_clock: WorkingClock
    own_rule: OwnRule
    keeps_requests: bool


@dataclass(frozen=True)
class Case:
    """All that is derived of a partition under one policy; arrays in the order of its dossiers."""

    facts: Facts
    policy: Policy
    office: Office
    as_of_end: np.datetime64
    receipt: Receipt
    limits: Limits
    ends: Ends
    recorded: Recorded
    pauses: PauseTable
    pause_refused: np.ndarray
    bare_due: LocalTimes
    paused: PauseSummary
    until: LocalTimes

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


def build_case(facts: Facts, policy: Policy, office: Office, as_of: date) -> Case:
    """Derive receipt, limit, pauses, due date and end, in that order."""
    as_of_end = end_of_day(as_of)
    receipt = receipt_of(facts, as_of_end)
    limits = limits_of(facts, receipt)
    ends = ends_of(facts, policy.end, other_systems=policy.other_systems)
    recorded = recorded_of(facts, office.own_rule, as_of_end)
    table, refused = pause_table(facts, policy.pauses, other_systems=policy.other_systems, need_record=office.keeps_requests)
    until = np.where(np.isnat(ends.at), as_of_end, ends.at)
    by_law = policy.due == "law"
    bare = due_without_pauses(limits, receipt, facts.due, office.clock) if by_law else facts.due
    paused = with_pauses(table, bare, receipt.at, until, office.clock, extension(limits, receipt, bare, office.clock))
    return Case(facts, policy, office, as_of_end, receipt, limits, ends, recorded, table, refused, bare, paused, until)
