"""Words of the gates' conditions: whatever a gate can ask is said in both languages."""

from __future__ import annotations

from schemas.catalogue import TABLES
from schemas.expectations import IDENTITY_EXPECTATIONS, INTERVAL, Expectation, expectations_of, source_parts
from schemas.indicators import INDICATORS
from tasks.reports.site.gates import COLUMN_WORDS, condition_words, subject_words

_HELD = ("core.dossiers", "core.events", "core.pauses", "ref.procedures", "ref.units", "mart.counts")


def asked() -> list[Expectation]:
    """Every promise that one of the three gates asks for."""
    tables = [one for table in TABLES if table.full_name in _HELD for one in expectations_of(table)]
    sources = [one for part in source_parts(national=True, received=True).values() for one in part]
    return [*tables, *expectations_of(INDICATORS), *sources, *IDENTITY_EXPECTATIONS, *INTERVAL]


def test_every_column_has_its_words_and_none_is_left_over() -> None:
    assert {column for one in asked() for column in one.columns} == set(COLUMN_WORDS)


def test_no_condition_is_said_in_the_words_of_the_warehouse() -> None:
    for one in asked():
        for said in condition_words(one.name):
            assert "_" not in said, f"{one.name} is said as {said}"
            assert said.count(": ") == 1
        assert condition_words(one.name)[0] != condition_words(one.name)[1]


def test_what_is_unknown_stands_for_itself() -> None:
    assert condition_words("gone: likes") == ("gone: likes", "gone: likes")
    assert subject_words("lost mart.gone", {}) == ("lost: mart.gone", "lost: mart.gone")
    assert subject_words("land core.pauses", {"land": "Đất đai"})[0] == "Đất đai: thời gian dừng"
