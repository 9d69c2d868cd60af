"""Signatures under corrections: who may propose and approve for the agency that holds a dossier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from config.people import EVERY_AGENCY, People, Person, folded_account
from tasks.rules.corrections.lines import PROPOSER, Accepted, Refused

Answers = Sequence[Accepted | Refused]


@dataclass(frozen=True)
class Rights:
    """What signatures are held against.

    Attributes:
        people: who may sign; None where the office has not said so: then everything waits.
        today: the day on which accounts have to count.
        above: the agency above each, by code, where a directory says so.
        agencies: agency that holds each dossier, by source and code; None: not known.
    """

    people: People | None
    today: date
    above: Mapping[str, str] = field(default_factory=dict)
    agencies: Mapping[tuple[str, str], str | None] = field(default_factory=dict)


def held_against_rights(answers: Answers, rights: Rights) -> list[Accepted | Refused]:
    """Refuse lines that somebody signed who may not; in the order given.

    Where nobody is named who may, signed lines of persons wait; what motcua proposed waits anyway, so such a line is refused.
    """
    if rights.people is None:
        return [_waiting(one) if isinstance(one, Accepted) else one for one in answers]
    known = rights.people
    return [_held(one, known, rights) if isinstance(one, Accepted) else one for one in answers]


def waiting(answer: Accepted, reason: str) -> Accepted | Refused:
    """Return a signed line as one that waits, and why; of what motcua proposed, the proposal itself goes on waiting."""
    if is_motcua(answer.line.proposed_by):
        return Refused(answer.line, reason)
    return replace(answer, state="proposed", waits=reason)


def is_motcua(account: str) -> bool:
    """Tell whether the evidence alone proposes a line."""
    return folded_account(account) == PROPOSER


def _waiting(answer: Accepted) -> Accepted | Refused:
    return answer if answer.state == "proposed" else waiting(answer, "nobody_approves")


def _held(answer: Accepted, known: People, rights: Rights) -> Accepted | Refused:
    line = answer.line
    proposer = None if is_motcua(line.proposed_by) else known.named(line.proposed_by)
    approver = known.named(line.approved_by) if line.approved_by else None
    now = rights.agencies.get((answer.source, line.code))
    # A dossier that goes to another agency is a matter of both for who approves it.
    then = [answer.new_value] if answer.field == "unit_code" and answer.new_value else []
    faults = {
        "unknown_proposer": proposer is None and not is_motcua(line.proposed_by),
        "unknown_approver": approver is None and bool(line.approved_by),
        "same_person": proposer is not None and proposer is approver,
        "account_ended": any(one is not None and not one.counts_on(rights.today) for one in (proposer, approver)),
        "may_not_propose": proposer is not None and not _covers(proposer.propose, now, rights),
        "may_not_approve": approver is not None and not all(_covers(approver.approve, one, rights) for one in (now, *then)),
    }
    reason = next((name for name, wrong in faults.items() if wrong), "")
    return Refused(line, reason) if reason else answer


def _covers(granted: Sequence[str], agency: str | None, rights: Rights) -> bool:
    if EVERY_AGENCY in granted:
        return True
    return agency is not None and not set(granted).isdisjoint(self_and_above(agency, rights.above))


def self_and_above(agency: str, above: Mapping[str, str]) -> Iterator[str]:
    """Yield an agency and those above it, by the directory and by its code: H99.12.05 stands below H99.12."""
    seen: set[str] = set()
    waits = [agency]
    while waits:
        one = waits.pop()
        if one in seen:
            continue
        seen.add(one)
        yield one
        waits += [code for code in (above.get(one), one.rpartition(".")[0]) if code]


def may_approve(person: Person, agency: str | None, rights: Rights) -> bool:
    """Tell whether a person may approve for an agency today."""
    return person.counts_on(rights.today) and _covers(person.approve, agency, rights)
