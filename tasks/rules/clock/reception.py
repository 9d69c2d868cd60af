"""Reception clock: whether an online or postal submission was accepted within its limit.

It runs from the submission to the desk's first answer: taken in, refused, or sent back for a supplement. It stands beside
the clock of resolution and changes no verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from config.codes import Status
from config.reception import ReceptionRule
from tasks.rules.arrays import arrow, as_codes
from tasks.rules.clock.working_clock import WorkingClock
from tasks.rules.dates.times import LocalTimes, days, local_times
from tasks.rules.verdict.facts import NAT, DossierFacts, as_int, earliest, sorted_rows_of
from tasks.rules.verdict.receipt import Receipt

OUTCOMES = ("in_time", "late", "waiting", "untold", "not_asked")
IN_TIME, RECEIVED_LATE, WAITING, UNTOLD, NOT_ASKED = range(len(OUTCOMES))


@dataclass(frozen=True)
class Receptions:
    """The reception of each dossier.

    Attributes:
        due: when it had to be taken in at the latest, office time; NaT where no rule asks, or nobody knows the submission.
        answered: the desk's first answer; NaT without one, or where only its day is known.
        outcome: place in ``OUTCOMES``: in time; late, answered or not; waiting, with time left; untold, where the record
            does not decide; not asked, where no rule is about the dossier.
        rule: place of the rule; -1 without one.
    """

    due: LocalTimes
    answered: LocalTimes
    outcome: np.ndarray
    rule: np.ndarray


def receptions_of(
    facts: DossierFacts, receipt: Receipt, rules: Sequence[ReceptionRule], clock: WorkingClock, as_of_end: np.datetime64
) -> Receptions:
    """Work out the reception of each dossier.

    A record whose submission equals its receipt to the second proves nothing: systems that do not keep the submission
    copy the receipt into it (law 2.10).
    """
    rule, due = _due(facts, rules, clock)
    answered = _answered(facts, receipt)
    silent = np.isnat(answered) & (facts.status <= Status.REGISTERED)
    copied = facts.submitted == facts.received
    known = ~np.isnat(due) & ~copied & (facts.submitted <= as_of_end)
    # Taken in, and only the dossier's code tells on which day.
    on_day = np.isnat(answered) & receipt.day_only & ~silent
    outcome = np.select(
        [
            rule < 0,
            ~known,
            silent & (due < as_of_end),
            silent,
            on_day & (days(receipt.at) > days(due)),
            on_day & (days(receipt.at) < days(due)),
            np.isnat(answered) | (answered < facts.submitted),
            answered.astype("datetime64[m]") > due.astype("datetime64[m]"),
        ],
        [NOT_ASKED, UNTOLD, RECEIVED_LATE, WAITING, RECEIVED_LATE, IN_TIME, UNTOLD, RECEIVED_LATE],
        IN_TIME,
    )
    return Receptions(due, answered, outcome, rule)


def _due(facts: DossierFacts, rules: Sequence[ReceptionRule], clock: WorkingClock) -> tuple[np.ndarray, LocalTimes]:
    channel, day = as_codes(arrow(facts.frames.dossiers["channel"])), days(facts.submitted)
    # Without a day of submission the day of receipt tells which law asks.
    day = np.where(np.isnat(day), days(facts.received), day)
    rule, due = np.full(len(facts), -1), np.full(len(facts), NAT)
    for place, one in enumerate(rules):
        came = np.array([*(text in one.channels for text in channel.texts), "counter" in one.channels], dtype=bool)
        last = np.datetime64(one.until) if one.until else np.datetime64("9999-12-31")
        rows = np.flatnonzero(came[channel.index] & (day >= np.datetime64(one.since)) & (day <= last))
        rule[rows] = place
        count = clock.after_working_minutes if one.unit == "hour" else clock.after_working_days
        amount = one.amount * 60 if one.unit == "hour" else one.amount
        due[rows] = count(facts.submitted[rows], np.full(len(rows), amount))
    return rule, due


def _answered(facts: DossierFacts, receipt: Receipt) -> LocalTimes:
    """Return the first of receipt, refusal and any entry of the log beyond registration."""
    events = facts.frames.events
    rows, status = sorted_rows_of(facts.frames.dossiers, events), as_int(events["status"], 0)
    first = earliest(rows, local_times(events["at"], facts.zone), status > Status.REGISTERED, len(facts))
    stated = np.where(np.isnat(facts.received), NAT, receipt.at)
    return np.asarray(np.fmin(np.fmin(stated, facts.refused), first))
