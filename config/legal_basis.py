"""Rules grouped by the document they rest on: which need a new date, and which have none.

When a document ends, every rule that rests on it has to be dated anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Literal

from config.areas import load_areas
from config.calendar import Calendar, load_calendars
from config.checks import load_checks
from config.indicators import load_definitions
from config.language import counted
from config.law import Basis, Document
from config.policies import load_policies
from config.privacy import load_privacy_duties
from config.reception import load_reception

RuleKind = Literal["check", "policy", "indicator", "reception", "area", "calendar", "days", "privacy"]
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class LegalRule:
    """Anything of the configuration that rests on a document.

    Attributes:
        name: as its file names it.
        title: what officials read, Vietnamese and English.
        since, until: days for which it holds; None: without end on that side.
        law: what it rests on.
        where: file that holds it.
    """

    kind: RuleKind
    name: str
    title: tuple[str, str]
    since: date | None
    until: date | None
    law: tuple[Basis, ...]
    where: str


@dataclass(frozen=True)
class Fault:
    """What is wrong with the dates of a rule.

    Attributes:
        what: ended: it rests on a document beyond the last day of that; early: it says to rest on a document from before the
            first; nothing: on the day nothing of what it rests on is in force; unnamed: it names nothing.
        basis: the one that is meant; None where it is none.
        day: ended: the document's last day; early: its first; nothing: the first day without any.
    """

    what: Literal["ended", "early", "nothing", "unnamed"]
    rule: LegalRule
    basis: Basis | None = None
    day: date | None = None


def rules() -> Iterator[LegalRule]:
    """Yield every rule of the configuration, in the order of its files.

    Raises:
        ConfigError: a file cannot be read, or names a document that the register lacks.
    """
    for check in load_checks().each():
        title = (check.title.vi, check.title.en)
        yield LegalRule("check", check.id, title, check.since, check.until, check.law, "checks.yaml")
    for name, policy in load_policies().items():
        title = (policy.title.vi, policy.title.en)
        yield LegalRule("policy", name, title, policy.since, policy.until, policy.law, f"policies/{name}.yaml")
    for document, held in load_definitions().items():
        for name, one in held.indicators.items():
            title = (one.title.vi, one.title.en)
            yield LegalRule("indicator", name, title, held.since, held.until, held.law_of(name), f"indicators/{document}.yaml")
    yield from _limits()
    for name, duty in load_privacy_duties().items():
        title = (duty.title.vi, duty.title.en)
        yield LegalRule("privacy", name, title, duty.since, duty.until, duty.law, "privacy.yaml")
    for calendar in load_calendars().values():
        yield from _of_calendar(calendar)


def _limits() -> Iterator[LegalRule]:
    for limit in load_reception():
        title = ("Thời hạn tiếp nhận", "Limit of reception")
        yield LegalRule("reception", str(limit.since), title, limit.since, limit.until, limit.law, "reception.yaml")
    for area in load_areas().areas:
        title = (f"Thời hạn của {area.area}", f"Limit of {area.area}")
        yield LegalRule("area", area.area, title, area.since, area.until, area.law, "areas.yaml")


def _of_calendar(calendar: Calendar) -> Iterator[LegalRule]:
    """Yield the calendar, and the days of each of its documents; a notice is its own document, and so is the seed of a package."""
    where, title = f"calendar/{calendar.calendar}.yaml", (calendar.title, calendar.title)
    yield LegalRule("calendar", calendar.calendar, title, None, None, calendar.law, where)
    for document, law in calendar.documents.items():
        days = [row.day for row in calendar.days if row.document == document]
        if days:
            count = (f"{len(days)} ngày của {calendar.calendar}", f"{counted(len(days), 'day')} of {calendar.calendar}")
            yield LegalRule("days", document, count, min(days), max(days), law, where)


def faults(register: Mapping[str, Document], among: Iterable[LegalRule]) -> list[Fault]:
    """List every rule that rests on a document on days for which that is not in force, or on nothing.

    A rule that rests on law has to rest on some law on each of its days, from the first of its documents on.
    """
    return list(chain.from_iterable(_faults_of(rule, register) for rule in among))


def _faults_of(rule: LegalRule, register: Mapping[str, Document]) -> Iterator[Fault]:
    if not rule.law:
        yield Fault("unnamed", rule)
        return
    ended = False
    for basis in rule.law:
        document = register[basis.document]
        last = _earlier(rule.until, basis.until)
        if document.until is not None and (last is None or last > document.until):
            ended = True
            yield Fault("ended", rule, basis, document.until)
        if basis.since and document.first_day and basis.since < document.first_day:
            yield Fault("early", rule, basis, document.first_day)
    if not ended and (day := _first_without(rule, register)):
        yield Fault("nothing", rule, None, day)


def _first_without(rule: LegalRule, register: Mapping[str, Document]) -> date | None:
    """Return the first day of a rule on which none of its law is in force, after some was; None where there is none."""
    spans = []
    for basis in rule.law:
        document = register[basis.document]
        if document.binds:
            first = max((day for day in (rule.since, basis.since, document.first_day) if day), default=date.min)
            spans.append((first, _earlier(rule.until, basis.until)))
    if not spans:
        return None
    covered = min(first for first, _ in spans)
    for first, last in sorted(spans, key=lambda span: span[0]):
        if first <= covered:
            covered = date.max if last is None else max(covered, last + _DAY)
    return covered if covered < date.max and (rule.until is None or covered <= rule.until) else None


def ended(register: Mapping[str, Document], name: str, on: date) -> dict[str, Document]:
    """Return the register as it would be if a document ended on a day, and with it what amends it."""
    gone = {name}
    while more := {other for other, document in register.items() if gone & set(document.amends)} - gone:
        gone |= more
    return {
        other: document.model_copy(update={"until": _earlier(on, document.until)}) if other in gone else document
        for other, document in register.items()
    }


def to_date_anew(register: Mapping[str, Document], name: str, on: date, among: Iterable[LegalRule]) -> list[Fault]:
    """List what has to be dated anew if a document ends on a day.

    That is exactly what rests on it, or on what amends it, after that day.
    """
    then = ended(register, name, on)
    changed = {other for other in then if then[other] is not register[other]}
    return [each for each in faults(then, among) if each.what == "ended" and each.basis and each.basis.document in changed]


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)
