"""The legal register: every rule names what it rests on, and nothing rests on what is no longer in force."""

from __future__ import annotations

import re

import pytest

from config.calendar import load_calendars
from config.law import load_register
from config.legal_basis import Fault, LegalRule, faults, rules
from tests.house.test_references import texts

# A document by its number: NĐ 118/2025, 118/2025/NĐ-CP, 12729/VPCP-KGVX.
CITED = re.compile(
    r"\b(?:NĐ|ND|TT|QĐ|QD|NQ) (\d+/\d{4})\b|\b(\d+/(?:\d{4}/)?(?:NĐ-CP|ND-CP|QH1\d|TT-VPCP|QĐ-TTg|QD-TTg|CĐ-TTg|VPCP-[A-Z]+|TB-[A-ZĐ]+))"
)
# Tests make documents up; the data of the demo and of others' catalogues cites its own.
MADE_UP = ("demo/", "tests/")
SAYS = {
    "ended": "rests on {document} after its last day, {day}: give that basis `until`, and name what took its place",
    "early": "rests on {document} before its first day, {day}: correct `since` of that basis",
    "nothing": "rests on nothing from {day} on: name what holds then",
    "unnamed": "names nothing that it rests on: give it `law`, of config/law",
}


def told(fault: Fault) -> str:
    """A fault in words: which file, which rule, what to do."""
    document = fault.basis.document if fault.basis else ""
    return f"{fault.rule.where}: {fault.rule.name} " + SAYS[fault.what].format(document=document, day=fault.day)


@pytest.fixture(scope="module")
def held() -> list[LegalRule]:
    return list(rules())


def test_every_rule_rests_on_what_is_in_force(held: list[LegalRule]) -> None:
    found = [told(fault) for fault in faults(load_register(), held)]
    assert not found, "\n".join(found)


def test_every_kind_of_rule_is_looked_at(held: list[LegalRule]) -> None:
    assert {rule.kind for rule in held} >= {"check", "policy", "indicator", "reception", "calendar", "days", "privacy"}


def test_every_basis_names_the_article_where_the_document_has_any(held: list[LegalRule]) -> None:
    register = load_register()
    whole = [
        f"{rule.where}: {rule.name}: {basis.document}"
        for rule in held
        for basis in rule.law
        if basis.article is None and register[basis.document].articles
    ]
    assert not whole, f"Name the article, one of those in config/law: {whole}"


def test_every_document_of_a_day_is_in_the_register() -> None:
    lost = {
        f"config/calendar/{calendar.calendar}.yaml: {row.document}"
        for calendar in load_calendars().values()
        for row in calendar.days
        if row.document not in calendar.documents
    }
    assert not lost, f"Name under `documents` what these are in config/law: {sorted(lost)}"


def test_every_document_that_is_cited_is_in_the_register() -> None:
    known = {found for one in load_register().values() if one.number for found in (one.number, one.number.rpartition("/")[0])}
    known |= {number.replace("Đ", "D") for number in known}
    lost = {
        f"{name}: {cited}"
        for name, text in texts()
        if not name.startswith(MADE_UP) or name.startswith("tests/legal/cases/")
        for cited in map("".join, CITED.findall(text))
        if cited not in known
    }
    assert not lost, f"Enter these in config/law, verified or not: {sorted(lost)}"


def test_every_article_of_the_register_is_used(held: list[LegalRule]) -> None:
    used = {(basis.document, basis.article) for rule in held for basis in rule.law}
    idle = [
        f"{name} {article}" for name, one in load_register().items() for article in one.articles if (name, article) not in used
    ]
    assert not idle, f"Nothing rests on these articles; the register holds those that are used: {idle}"
