"""Questions to an agency: proposals, findings, and reasons and gaps of verdicts, by dossier."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from config.checks import Check, load_checks
from config.policies import Policy
from config.pseudonym_key import pseudonym_key
from schemas.quality import CORRECTABLE
from tasks.correcting.proposal_files import refresh_proposals
from tasks.correcting.work_words import AGENCY_OWNERS, NameBook, remedy, why
from tasks.judging.judged_sources import all_sources, zones
from tasks.judging.waivers import waived, waiver_parameters
from tasks.reports.corrections import UNDECIDED
from tasks.reports.forms.published import procedure_names
from tasks.rules.corrections.value_texts import value_text
from tasks.rules.text.normal_form import fold
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.rows import fetch_as

_PROPOSED = f"""
    SELECT p.source, p.code, p.field, p.old_value, p.new_value, p.rule, p.evidence FROM quality.proposals AS p WHERE {UNDECIDED}
"""
_FOUND = f"""
    SELECT f.source, f.code, f.check_id AS rule FROM quality.findings AS f
    JOIN core.dossiers AS d ON d.source = f.source AND d.code = f.code AND d.role = 'primary'
    WHERE f.resolved_on IS NULL AND f.severity IN ('fail', 'warn') AND f.check_id = ANY(%(checks)s) AND NOT {waived("f", "d")}
    ORDER BY 1, 2, 3
"""
_EXPLAINED = """
    SELECT v.source, v.code, v.verdict, v.reasons, v.missing FROM judged.verdicts AS v
    JOIN core.dossiers AS d ON d.source = v.source AND d.code = v.code AND d.role = 'primary'
    WHERE v.policy = %(policy)s AND ((v.verdict IN ('phantom_late', 'hidden_late') AND v.reasons IS NOT NULL)
        OR (v.verdict = 'undetermined' AND v.missing IS NOT NULL))
"""
_FACTS = f"""
    SELECT source, code, {", ".join(CORRECTABLE)} FROM core.dossiers WHERE role = 'primary'
    AND (source, code) IN (SELECT * FROM unnest(%(sources)s::text[], %(codes)s::text[]))
"""
_UNIT_NAMES = "SELECT DISTINCT ON (unit_code) unit_code, name FROM ref.units ORDER BY unit_code, valid_from DESC"
_SILENCE = frozenset({"no_news"})  # the operator's matter, not the agency's
_KEY_CHARACTERS = 32


@dataclass(frozen=True)
class Question:
    """What one row of a work package asks.

    Attributes:
        kind: proposal, finding, reason or missing.
        rule: reason, check or names of missing evidence.
        field: field that an answer corrects; None: none by itself.
        old_value, new_value: as ``quality.corrections`` holds them; None where there is none.
        evidence: of a proposal, as ``quality.proposals`` writes it.
        beside: checks that also failed of its dossier, of its first proposal.
    """

    source: str
    code: str
    kind: str
    rule: str
    field: str | None = None
    old_value: str | None = None
    new_value: str | None = None
    evidence: str = ""
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class WorkItem:
    """A question with the words that the workbook shows.

    Attributes:
        received, appointed: office time without a zone, as the system states them; None: not stated.
        says: what the system says, and what is proposed instead.
        why: reason and fact; todo: what the agency does about it.
        headline: the reason alone, by which rows are counted.
    """

    question: Question
    unit_code: str | None
    procedure: str
    unit: str
    received: datetime | None
    appointed: datetime | None
    says: str
    why: str
    todo: str
    headline: str


class _Found(NamedTuple):
    source: str
    code: str
    rule: str


class _Explained(NamedTuple):
    source: str
    code: str
    verdict: str
    reasons: str | None
    missing: str | None


def read_items(policy: Policy, as_of: date) -> list[WorkItem]:
    """Read what every agency is asked, proposals made anew, in order of dossier.

    Args:
        policy: by whose verdicts.
        as_of: day that was judged last, of which waivers hold.

    Raises:
        WarehouseError: a statement failed.
    """
    refresh_proposals(policy, as_of)
    asked = list(_questions(policy, as_of))
    facts = _facts(asked)
    book, office_zones = name_book(), zones()
    checks = {check.id: check for check in load_checks().checks}
    kinds = {"proposal": 0, "finding": 1, "reason": 2, "missing": 3}
    asked.sort(key=lambda one: (one.code, one.source, kinds[one.kind], _place(one), one.rule))
    return [
        _item(one, facts[one.source, one.code], book, office_zones.get(one.source, "UTC"), checks)
        for one in asked
        if (one.source, one.code) in facts
    ]


def name_book() -> NameBook:
    """Return the names of agencies, procedures and systems as the directories give them now."""
    titles = {name: str(source.title) for name, source in all_sources().items()}
    return NameBook(dict(fetch_all(_UNIT_NAMES)), procedure_names(), titles)


def row_key(package: str, question: Question, says: str) -> str:
    """Return the key of a row: nobody without the installation's secret makes one, and it fits no other words.

    Signs between words do not count: a spreadsheet or a code page may change them.
    """
    parts = (
        *(package, question.source, question.code, question.kind, question.rule, question.field or "\0"),
        *(question.old_value or "\0", question.new_value or "\0", fold(says)),
    )
    secret = hmac.new(pseudonym_key(), b"work packages", hashlib.sha256).digest()
    return hmac.new(secret, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()[:_KEY_CHARACTERS]


def _questions(policy: Policy, as_of: date) -> Iterator[Question]:
    proposals = [Question(kind="proposal", **row) for row in fetch_as(dict[str, Any], _PROPOSED)]
    proposals.sort(key=lambda one: (one.source, one.code, _place(one), one.rule))  # what was found is told beside the first
    covered = {(one.source, one.code) for one in proposals}
    yield from _found(proposals, as_of)
    for told in fetch_as(_Explained, _EXPLAINED, {"policy": policy.policy}):
        if told.verdict == "undetermined":
            lacks = [name for name in (told.missing or "").split() if name not in _SILENCE]
            if lacks:
                yield Question(told.source, told.code, "missing", " ".join(lacks))
        elif (told.source, told.code) not in covered:
            yield Question(told.source, told.code, "reason", (told.reasons or "").split()[0])


def _place(question: Question) -> int:
    return CORRECTABLE.index(question.field) if question.field in CORRECTABLE else len(CORRECTABLE)


def _found(proposals: Sequence[Question], as_of: date) -> Iterator[Question]:
    """Yield the proposals and what checks found: a row a field, and one a dossier for all that is about no single field.

    What was found of a dossier with a proposal is told beside its first one: most of it comes of the same cause.
    """
    checks = {check.id: check for check in load_checks().checks if check.owner in AGENCY_OWNERS}
    found: dict[tuple[str, str], list[str]] = {}
    for row in fetch_as(_Found, _FOUND, {"checks": list(checks), **waiver_parameters(as_of)}):
        found.setdefault((row.source, row.code), []).append(row.rule)
    for one in proposals:
        beside = found.pop((one.source, one.code), [])
        yield replace(one, beside=tuple(beside))
    for (source, code), names in found.items():
        fields: dict[str | None, list[str]] = {}
        for name in names:
            fields.setdefault(_only_field(checks[name]), []).append(name)
        for field, some in fields.items():
            yield Question(source, code, "finding", " ".join(some), field)


def _only_field(check: Check) -> str | None:
    fields = [name for name in check.about if name in CORRECTABLE]
    return fields[0] if len(fields) == 1 else None


def _facts(asked: Iterable[Question]) -> dict[tuple[str, str], dict[str, Any]]:
    keys = sorted({(one.source, one.code) for one in asked})
    given = {"sources": [source for source, _ in keys], "codes": [code for _, code in keys]}
    return {(row["source"], row["code"]): row for row in fetch_as(dict[str, Any], _FACTS, given)}


def _item(one: Question, facts: dict[str, Any], book: NameBook, zone: str, checks: Mapping[str, Check]) -> WorkItem:
    failed = [checks[name] for name in (one.rule.split() if one.kind == "finding" else one.beside)]
    titles = "; ".join(check.title.vi for check in failed)
    shown = one.field or "status"
    stands = value_text(facts[shown], zone)
    if one.kind != "proposal" and one.field is not None:
        one = replace(one, old_value=stands)
    told = [titles] if one.kind == "finding" else [why(one.kind, one.rule), book.evidence(one.evidence)]
    told += [f"Cũng thấy: {titles}"] if one.beside else []
    return WorkItem(
        question=one,
        unit_code=facts["unit_code"],
        procedure=book.value("procedure_code", facts["procedure_code"]),
        unit=book.unit(facts["unit_code"]),
        received=_local(facts["received_at"], zone),
        appointed=_local(facts["due_at"], zone),
        says=book.change(shown, one.old_value if one.kind == "proposal" else stands, one.new_value),
        headline=told[0],
        why=" ".join(f"{part}." for part in told if part),
        todo=remedy(one.kind, one.rule, failed[0] if one.kind == "finding" else None),
    )


def _local(moment: datetime | None, zone: str) -> datetime | None:
    text = value_text(moment, zone)
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=None)
