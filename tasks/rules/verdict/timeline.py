"""Timeline of a dossier under one policy: receipt, limit, pauses, due date and end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from config.areas import NO_AREAS, Areas
from config.codes import WORKING_STATUSES
from config.policies import Policy
from tasks.rules.clock.areas import settled_by_area
from tasks.rules.clock.due_dates import (
    Limits,
    due_without_pauses,
    extension,
    extension_from,
    in_office_hours,
    limits_of,
    to_quarter_hours,
)
from tasks.rules.clock.pauses import Extend, PauseSummary, PauseTable, pause_table, supplements_in_order, with_pauses
from tasks.rules.clock.working_clock import WorkingClock
from tasks.rules.dates.times import LocalTimes, days, end_of_day
from tasks.rules.marks import DATE_AMBIGUOUS
from tasks.rules.verdict.date_candidates import with_possible_readings
from tasks.rules.verdict.ends import FINISHED, IN_PROGRESS, WITHDRAWN, Ends, contradicts, ends_of, with_answers, with_deletions
from tasks.rules.verdict.facts import NAT, DossierFacts, as_stated, facts_of, sorted_rows_of, summarise_log
from tasks.rules.verdict.plausible_ends import with_plausible_ends
from tasks.rules.verdict.receipt import Receipt, receipt_of
from tasks.rules.verdict.recorded import LATE, UNDETERMINED, OwnRule, Recorded, recorded_of


@dataclass(frozen=True)
class JudgingOffice:
    """Where and by which clock a source's dossiers are judged.

    Attributes:
        zone: IANA zone of the office.
        clock: its working clock.
        plain_clock: the same hours without any special day: how a system without a calendar counts.
        own_rule: how the source itself tells late from on time.
        keeps_requests: the source keeps a record of every request for a supplement, so a status
            without one is no evidence of a pause.
        areas: which agencies have limits of their own.
        heard_until: when the source was last heard, office time: its news after that is not known; None where there is no
            doubt about it.
        carriers: systems of those who carry results to citizens, as the postal service.
        first_year: year before which the source can have received nothing; None: any year can be.
    """

    zone: str
    clock: WorkingClock
    plain_clock: WorkingClock
    own_rule: OwnRule
    keeps_requests: bool
    areas: Areas = NO_AREAS
    heard_until: np.datetime64 | None = None
    carriers: tuple[str, ...] = ()
    first_year: int | None = None


@dataclass(frozen=True)
class ResolvedInputs:
    """What is the same under every policy; arrays in the order of the partition's dossiers.

    Attributes:
        facts: what the systems state, approved corrections laid over.
        stated: the same by the source's word alone; what "as recorded" means, until the source itself is mended.
        as_of_end: last moment of the day that is judged, office time.
        limit_text: each limit as the catalogue writes it.
        earlier: the dossiers that some of these were filed again after, and the place of each one's in them, -1 without
            one; None where none was.
    """

    facts: DossierFacts
    stated: DossierFacts
    office: JudgingOffice
    as_of_end: np.datetime64
    receipt: Receipt
    limits: Limits
    limit_text: np.ndarray
    recorded: Recorded
    earlier: tuple[ResolvedInputs, np.ndarray] | None = None

    def take(self, places: np.ndarray) -> ResolvedInputs:
        """Return what is settled about some dossiers.

        Args:
            places: ascending, each once.
        """
        facts = self.facts.take(places)
        return replace(
            self,
            facts=facts,
            stated=facts if self.stated is self.facts else self.stated.take(places),
            receipt=self.receipt.take(places),
            limits=self.limits.take(places),
            limit_text=self.limit_text[places],
            recorded=self.recorded.take(places),
            earlier=None if self.earlier is None else (self.earlier[0], self.earlier[1][places]),
        )


@dataclass(frozen=True)
class FirstClock:
    """The clock of the first filing; arrays in the order of the partition's dossiers.

    Attributes:
        case: all that is derived of the earlier dossiers.
        row: place of each dossier's first in it; -1 where its own clock holds.
        own: due date by its own clock and pauses.
        waiting: it is in a pause that counts by its own clock.
    """

    case: Timeline
    row: np.ndarray
    own: LocalTimes
    waiting: np.ndarray


@dataclass(frozen=True)
class Timeline:
    """All that is derived of a partition under one policy; arrays in the order of its dossiers.

    Attributes:
        pause_refused: a pause was left out because nothing proves it.
        bare_due: due date as if the clock had never stopped.
        extend: how far pauses move it.
        until: end of the dossier, else of the day that is judged.
        first: for dossiers that were filed again, what their first filing's clock says; None where none was, or the policy
            does not ask.
    """

    settled: ResolvedInputs
    policy: Policy
    ends: Ends
    pauses: PauseTable
    pause_refused: np.ndarray
    bare_due: LocalTimes
    extend: Extend
    paused: PauseSummary
    until: LocalTimes
    first: FirstClock | None = None

    @property
    def facts(self) -> DossierFacts:
        """What the systems state, approved corrections laid over."""
        return self.settled.facts

    @property
    def stated(self) -> DossierFacts:
        """What the source itself states."""
        return self.settled.stated

    @property
    def office(self) -> JudgingOffice:
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

    def after(self, end: LocalTimes, due: LocalTimes) -> np.ndarray:
        """Tell which ends lie after due dates, by the day or to the minute as the limit asks."""
        by_minute = end.astype("datetime64[m]") > due.astype("datetime64[m]")
        return np.where(self.in_days, days(end) > days(due), by_minute)

    def late_by(self, due: LocalTimes, waiting: np.ndarray) -> np.ndarray:
        """Tell which dossiers are late by due dates, if those that are ``waiting`` rest."""
        resting = waiting | np.isin(self.facts.status, self.policy.never_late)
        open_late = (due < self.as_of_end) & ~resting
        return np.where(self.ends.state == IN_PROGRESS, open_late, self.after(self.ends.at, due))

    @cached_property
    def unheard(self) -> np.ndarray:
        """Tell which dossiers were open and in time at their source's last news, and are overdue now."""
        if self.policy.own_rule:
            doubted = (self.recorded.state == IN_PROGRESS) & (self.recorded.timeliness == UNDETERMINED)
            by_day = self.office.own_rule.compare == "date"
            return news_is_lacking(doubted, self.stated.due, self.office, self.as_of_end, by_day)
        late = (self.ends.state == IN_PROGRESS) & self.late_by(self.due, self.paused.waiting)
        return news_is_lacking(late, self.due, self.office, self.as_of_end, self.in_days)


def news_is_lacking(
    is_open: np.ndarray, due: LocalTimes, office: JudgingOffice, as_of_end: np.datetime64, in_days: np.ndarray | bool
) -> np.ndarray:
    """Tell which open dossiers fell due between the last news of their source and the end of the day that is judged.

    Args:
        is_open: not ended by what the source said last, and not waiting either.
        due: due dates, office time.
        office: says when the source was last heard.
        as_of_end: last moment of the day that is judged.
        in_days: which limits are kept on the whole due day: one that ends on the day of the last news could still be.
    """
    heard = office.heard_until
    if heard is None:
        return np.zeros(len(due), dtype=bool)
    in_time = np.where(in_days, days(due) >= heard.astype("datetime64[D]"), due >= heard)
    return np.asarray(is_open & in_time & (due < as_of_end))


def resolve_inputs(facts: DossierFacts, office: JudgingOffice, as_of: date) -> ResolvedInputs:
    """Settle receipt, limit and the source's own word, once for all policies."""
    as_of_end = end_of_day(as_of)
    if (facts.log.last_open_at > as_of_end).any():
        facts = replace(facts, log=summarise_log(facts.frames, facts.zone, as_of_end))
    receipt, stated = receipt_of(facts, as_of_end, office.first_year), as_stated(facts)
    corrected = stated is not facts
    facts = with_possible_readings(facts, receipt.at, as_of_end)
    stated = with_possible_readings(stated, receipt.at, as_of_end) if corrected else facts
    settled = resolved_inputs_from(facts, stated, receipt, office, as_of_end)
    earlier = facts.frames.earlier
    if earlier is None:
        return settled
    rows = np.full(len(facts), -1)
    again = sorted_rows_of(facts.frames.dossiers, earlier.links)
    rows[again[again >= 0]] = sorted_rows_of(earlier.frames.dossiers, earlier.links[["first_code"]].set_axis(["code"], axis=1))[
        again >= 0
    ]
    return replace(
        settled, earlier=(resolve_inputs(facts_of(earlier.frames, facts.zone, office.carriers), office, as_of), rows)
    )


def _as_far_as_heard(recorded: Recorded, due: LocalTimes, office: JudgingOffice, as_of_end: np.datetime64) -> Recorded:
    """Return the source's word, undetermined where it depends on news that has not come."""
    unheard = news_is_lacking(recorded.state == IN_PROGRESS, due, office, as_of_end, office.own_rule.compare == "date")
    unheard &= recorded.timeliness == LATE
    return replace(recorded, timeliness=np.where(unheard, UNDETERMINED, recorded.timeliness)) if unheard.any() else recorded


def resolved_inputs_from(
    facts: DossierFacts, stated: DossierFacts, receipt: Receipt, office: JudgingOffice, as_of_end: np.datetime64
) -> ResolvedInputs:
    """Settle limit and the source's own word from given facts and receipts, without what was filed earlier."""
    limits, text = limits_of(facts, receipt)
    if office.areas.areas:
        units = facts.frames.dossiers["unit_code"].astype(object)
        limits = settled_by_area(limits, text, units.where(units.notna(), None).to_numpy(), days(receipt.at), office.areas)
    recorded = _as_far_as_heard(recorded_of(stated, office.own_rule, as_of_end), stated.due, office, as_of_end)
    return ResolvedInputs(facts, stated, office, as_of_end, receipt, limits, text, recorded)


def policy_ends(settled: ResolvedInputs, policy: Policy) -> Ends:
    """Settle the ends that a policy accepts, held against the other facts where the policy weighs them."""
    facts, clock = settled.facts, settled.office.clock
    ends = ends_of(
        facts,
        policy.end,
        clock,
        other_systems=policy.other_systems,
        from_log=policy.end_from == "log",
        lag=policy.end_lag,
    )
    if policy.weighs_evidence:
        received, other = settled.receipt.at, policy.other_systems
        ends = with_plausible_ends(ends, facts, received, settled.as_of_end, clock, other_systems=other)
    return with_deletions(with_answers(ends, facts, policy), facts, settled.as_of_end)


def build_timeline(
    settled: ResolvedInputs, policy: Policy, other_ends: Ends | None = None, *, sound_pauses: bool = False
) -> Timeline:
    """Derive end, pauses and due date under a policy, in that order.

    Args:
        settled: what is the same under every policy.
        policy: what counts as late.
        other_ends: instead of the ends that the policy accepts: another reading of them.
        sound_pauses: leave pauses out whose times cannot be.
    """
    facts, receipt = settled.facts, settled.receipt
    ends = policy_ends(settled, policy) if other_ends is None else other_ends
    table, refused = pause_table(
        facts, policy.pauses, other_systems=policy.other_systems, need_record=settled.office.keeps_requests
    )
    if sound_pauses:
        table = table.take(~table.impossible(settled.as_of_end))
    if policy.pause_before_due:
        table = replace(table, unanswered=table.unanswered & _gone_on(facts, ends)[table.rows])
    until = np.where(np.isnat(ends.at), settled.as_of_end, ends.at)
    bare, extend, paused = _counted_from(settled, policy, receipt, table, until)
    if policy.after_supplement == "restarted" and policy.due != "recorded":
        paused = _restarted(settled, policy, table, until, paused)
    if policy.due == "office_hours":
        paused = replace(paused, due=to_quarter_hours(paused.due))
    case = Timeline(settled, policy, ends, table, refused, bare, extend, paused, until)
    if policy.refiled == "first_clock" and settled.earlier is not None:
        earlier, rows = settled.earlier
        return _by_first_clock(case, build_timeline(earlier, policy), rows)
    return case


def _gone_on(facts: DossierFacts, ends: Ends) -> np.ndarray:
    """Tell which dossiers were finished with a result, or are worked on: neither given up nor waiting for the answer."""
    return np.asarray((ends.state == FINISHED) | ((ends.state == IN_PROGRESS) & np.isin(facts.status, WORKING_STATUSES)))


def _counted_from(
    settled: ResolvedInputs, policy: Policy, receipt: Receipt, table: PauseTable, until: LocalTimes
) -> tuple[LocalTimes, Extend, PauseSummary]:
    """Derive the due dates, without pauses and with them, and how pauses move them, as a policy asks, from the given receipt on."""
    clock, recorded = settled.office.clock, settled.facts.due
    limits = in_office_hours(settled.limits) if policy.due == "office_hours" else settled.limits
    bare = recorded if policy.due == "recorded" else due_without_pauses(limits, receipt, recorded, clock)
    extend = extension(limits, receipt, bare, clock)
    return bare, extend, with_pauses(table, bare, receipt.at, until, clock, extend, policy.pause_before_due)


def _by_first_clock(case: Timeline, first: Timeline, rows: np.ndarray) -> Timeline:
    """Let dossiers that were filed again run by the clock of the first filing, where that comes to its end earlier."""
    clock = case.office.clock
    bare = _due_of_first(case, first, rows)
    takes = bare < case.bare_due
    if not takes.any():
        return case
    bare = np.where(takes, bare, case.bare_due)
    moved = extension_from(case.limits, days(bare), bare, clock)

    def extend(places: np.ndarray, minutes: np.ndarray, calendar_days: np.ndarray) -> LocalTimes:
        either = (one(places, minutes, calendar_days) for one in (moved, case.extend))
        return np.where(takes[places], *either)

    paused = with_pauses(case.pauses, bare, case.receipt.at, case.until, clock, extend, case.policy.pause_before_due)
    told = FirstClock(first, np.where(takes, rows, -1), case.due, case.paused.waiting)
    return replace(case, bare_due=bare, extend=extend, paused=case.paused.replaced(paused, takes), first=told)


def _due_of_first(case: Timeline, first: Timeline, rows: np.ndarray) -> LocalTimes:
    """Return the due dates of first filings, moved by the time until they were filed again; NaT where that is not proved.

    Proved is a withdrawal just before the due date, and a second filing just after it. The time between is the citizen's
    own, and moves the due date as a pause does.
    """
    clock, policy = case.office.clock, case.policy
    known = (first.ends.state == WITHDRAWN) & ~contradicts(first.ends, first.receipt.at) & ~first.facts.marked(DATE_AMBIGUOUS)
    withdrawn = np.append(np.where(known, first.ends.at, NAT), NAT)[rows]
    due, filed = np.append(first.due, NAT)[rows], case.receipt.at
    at_the_end = (days(withdrawn) <= days(due)) & (
        days(due) <= days(clock.after_working_days(withdrawn, np.array(policy.refiled_before_due)))
    )
    at_once = (filed >= withdrawn) & (days(filed) <= days(clock.after_working_days(withdrawn, np.array(policy.refiled_within))))
    found = np.full(len(rows), NAT)
    places = np.flatnonzero(at_the_end & at_once)
    withdrawn, filed, due = withdrawn[places], filed[places], due[places]
    running = withdrawn < due
    minutes = np.where(running, clock.working_minutes_between(withdrawn, filed), 0)
    lost_days = np.where(running, np.ceil((filed - withdrawn) / np.timedelta64(1, "D")), 0).astype(np.int64)
    extend = extension_from(first.limits.take(rows[places]), days(due), due, clock)
    found[places] = extend(np.arange(len(places)), minutes, lost_days)
    return found


def _restarted(
    settled: ResolvedInputs, policy: Policy, table: PauseTable, until: LocalTimes, extended: PauseSummary
) -> PauseSummary:
    """Count each limit anew from the last supplement that came in and had been asked for in time."""
    start, paused = settled.receipt.at.copy(), extended
    for asked, came in supplements_in_order(table, len(start)):
        anew = (came <= until) & (came > start) & (asked < paused.due)
        start = np.where(anew, came, start)
        *_, paused = _counted_from(settled, policy, replace(settled.receipt, at=start), table, until)
    # The time lost is all that was lost, before the limit began anew too.
    return replace(extended, due=paused.due, waiting=paused.waiting)
