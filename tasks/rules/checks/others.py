"""Checks against other systems: land, postal service, other codes (law 2.11, 8)."""

# mypy: disable-error-code="no-any-return"
# (numpy declares == and some arithmetic of arrays as Any)
from __future__ import annotations

import numpy as np

from tasks.rules.arrays import Mask
from tasks.rules.checks.facts import CheckFacts
from tasks.rules.checks.registry import check
from tasks.rules.checks.rows import EntryRows
from tasks.rules.dates.times import ZONE_SHIFT

_SECOND = np.timedelta64(1_000_000, "us")
_DAY = np.timedelta64(1, "D")


def _works(evidence: EntryRows) -> Mask:
    """Tell which records are of systems that work on dossiers: they have a due date, the postal service has none."""
    return ~np.isnat(evidence.at("due_at"))


@check
def ended_elsewhere_but_open(facts: CheckFacts) -> Mask:
    """Another system has ended the work, the one-stop system shows it open."""
    return facts.is_open & facts.evidence.any(~np.isnat(facts.evidence.at("done_at")))


@check
def handed_over_elsewhere_but_open(facts: CheckFacts) -> Mask:
    """Another system, such as the postal service, has handed the result over, the one-stop system shows it open."""
    return facts.is_open & facts.evidence.any(~np.isnat(facts.evidence.at("returned_at")))


@check
def finished_but_open_elsewhere(facts: CheckFacts) -> Mask:
    """The one-stop system shows it finished, every other system that works on it has not ended."""
    evidence = facts.evidence
    works = _works(evidence)
    unended = works & np.isnat(evidence.at("done_at")) & np.isnat(evidence.at("returned_at"))
    return facts.is_finished & evidence.any(works) & (evidence.count(unended) == evidence.count(works))


@check
def end_shifted_seven_hours(facts: CheckFacts) -> Mask:
    """The end here and in the other system differ by exactly seven hours (law 2.11)."""
    evidence = facts.evidence
    gap = np.abs(evidence.of_dossier(facts.at("done_at")) - evidence.at("done_at"))
    return evidence.any(np.abs(gap - ZONE_SHIFT) <= _SECOND)


@check
def end_differs_elsewhere(facts: CheckFacts, *, days: int) -> Mask:
    """The end here and in the other system lie days apart."""
    evidence = facts.evidence
    return evidence.any(np.abs(evidence.of_dossier(facts.day("done_at")) - evidence.day("done_at")) > days * _DAY)


@check
def handed_over_before_done(facts: CheckFacts) -> Mask:
    """Another system handed the result over on a day before processing is said to have ended."""
    evidence = facts.evidence
    return evidence.any(evidence.day("returned_at") < evidence.of_dossier(facts.day("done_at")))


@check
def ended_elsewhere_before_received(facts: CheckFacts) -> Mask:
    """The other system ended the work before the dossier was received here."""
    evidence = facts.evidence
    end = np.where(np.isnat(evidence.day("done_at")), evidence.day("returned_at"), evidence.day("done_at"))
    return evidence.any(end < evidence.of_dossier(facts.day("received_at")))


@check
def received_differs_elsewhere(facts: CheckFacts, *, days: int) -> Mask:
    """The day of receipt here and in the other system lie days apart."""
    evidence = facts.evidence
    gap = np.abs(evidence.of_dossier(facts.day("received_at")) - evidence.day("received_at"))
    return evidence.any(_works(evidence) & (gap > days * _DAY))


@check
def due_differs_elsewhere(facts: CheckFacts) -> Mask:
    """The due day here and in the other system differ."""
    evidence = facts.evidence
    here, there = evidence.of_dossier(facts.day("due_at")), evidence.day("due_at")
    return evidence.any(~np.isnat(here) & ~np.isnat(there) & (here != there))


@check
def duplicate_dossier(facts: CheckFacts) -> Mask:
    """The same matter stands under another code, in this system or another one; that one is counted."""
    return facts.given("duplicate_of")


@check
def two_codes(facts: CheckFacts) -> Mask:
    """The dossier has a second code of another form: one search will not find both."""
    return facts.given("alias_code")
