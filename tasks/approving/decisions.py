"""Decisions about publications: reviewed, approved, withdrawn, by a person who may (decision 0029)."""

from __future__ import annotations

from dataclasses import dataclass

from config.errors import ConfigError
from config.language import Bilingual
from config.people import Person, load_people
from tasks.approving.freezing import freeze_draft, make_current
from tasks.approving.states import PublicationStep, newest_step, note_state, state_of, step_now, steps_of
from tasks.auditing.seals import require_sealed, seal_publication
from tasks.judging.judged_sources import office_today
from tasks.recovery.run_history import keep_publication
from tasks.rules.privacy.masking import looks_personal
from tasks.warehouse.load import Load, load


@dataclass(frozen=True)
class _Transition:
    """Into a state: from which, what somebody is told who asks for it from another, and what the ledger calls it."""

    action: str
    before: tuple[str, ...]
    needs: Bilingual


_INTO = {
    "review": _Transition("draft", ("draft",), Bilingual("một dự thảo (draft)", "a draft")),
    "approved": _Transition(
        "publish",
        ("review", "withdrawn"),
        Bilingual("đang xem xét (review), hoặc đã rút (withdrawn)", "in review, or withdrawn"),
    ),
    "withdrawn": _Transition(
        "withdraw", ("approved", "published", "draft", "review"), Bilingual("chưa bị rút", "not withdrawn yet")
    ),
}


def review(publication_id: str, by: str) -> PublicationStep:
    """Hand a draft on to whoever approves: somebody who may has looked at it.

    Raises:
        ConfigError: the account may not, or it is no draft.
    """
    return _decide(publication_id, "review", by, None)


def approve(publication_id: str, by: str) -> PublicationStep:
    """Approve a draft that was reviewed by somebody else, or a withdrawn publication.

    A draft is frozen, and readers see it.

    Raises:
        ConfigError: the account may not, is the reviewer's, or the draft was not reviewed.
        DataError: something sealed was edited; nothing is published.
    """
    return _decide(publication_id, "approved", by, None)


def withdraw(publication_id: str, by: str, reason: str) -> PublicationStep:
    """Take a publication back: its rows stay, and the newest that stands is the current one from the commit on.

    Raises:
        ConfigError: the account may not, or the reason says nothing or somebody's name or number.
    """
    if len(reason.split()) < 2 or looks_personal(reason):
        raise ConfigError(
            "motcua publications withdraw --reason",
            Bilingual("không nêu được lý do, hoặc có dữ liệu cá nhân", "says no reason, or holds personal data"),
            Bilingual("một câu, không có tên hay số của ai", "a sentence without anybody's name or number"),
        )
    return _decide(publication_id, "withdrawn", by, reason)


def _decide(publication_id: str, state: str, by: str, reason: str | None) -> PublicationStep:
    person, before, into = _who_may(by), newest_step(publication_id), _INTO[state]
    with load(into.action, f"figures/{before.policy}") as current:
        now = state_of(current, publication_id)
        if now not in into.before:
            raise ConfigError(
                f"motcua publications {publication_id[:12]}",
                Bilingual(f"trạng thái là {now}", f"its state is {now}"),
                into.needs,
            )
        if state == "approved":
            _refuse_the_reviewer(publication_id, person)
            require_sealed(current, before.policy)
        _write(current, step_now(publication_id, before.policy, before.as_of, state, person.account, reason), now)
    return newest_step(publication_id)


def _write(current: Load, step: PublicationStep, before: str) -> None:
    if step.state == "approved" and before == "review":
        freeze_draft(current, step.publication_id, str(step.decided_by), step.reason)
        return
    note_state(current, step)
    if step.state == "approved" and current.read_one(
        "SELECT EXISTS (SELECT FROM mart.publications WHERE publication_id = %(id)s)", {"id": step.publication_id}
    ):
        make_current(current, step.policy, step.publication_id)
        return
    keep_publication(current, step.policy, step.publication_id, {})
    seal_publication(current, step.policy, step.publication_id, None)


def _who_may(by: str) -> Person:
    """Return the person whose account it is.

    Raises:
        ConfigError: nobody's, or of somebody who has no say about publications today.
    """
    people = load_people()
    person = people.named(by) if people else None
    if person is None or not person.publish or not person.counts_on(office_today()):
        raise ConfigError(
            "--by",
            Bilingual("tài khoản này không được quyết định về việc công bố", "this account has no say about publications"),
            Bilingual(
                "một người có publish: true trong config/people.yaml", "somebody with publish: true in config/people.yaml"
            ),
        )
    return person


def _refuse_the_reviewer(publication_id: str, person: Person) -> None:
    last = [step for step in steps_of(publication_id) if step.state in ("review", "withdrawn")][-1]
    mine = {account.casefold() for account in (person.account, *person.also)}
    if last.decided_by and last.decided_by.casefold() in mine:
        raise ConfigError(
            "--by",
            Bilingual("chính người này đã xem xét hoặc rút", "the same person reviewed or withdrew it"),
            Bilingual("một người khác có publish: true", "another person with publish: true"),
        )
