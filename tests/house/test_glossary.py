"""GLOSSARY.md holds the only words: what a table or file may say is defined there, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from config import codes
from config.indicators import load_definitions
from config.policies import load_policies
from schemas import fields
from schemas.differences import CLASSES
from schemas.outbox import DELIVERY_STATES
from schemas.packages import DECISIONS, QUESTION_STATES
from schemas.publications import PUBLICATION_STATE_CODES
from schemas.verdicts import VERSION_CAUSES
from tasks.reports.suspicious_months import SIGNS
from tasks.rules.corrections.status import STANDINGS
from tasks.rules.verdict.holders import HOLDERS
from tasks.rules.verdict.reasons import MISSING, REASONS
from tests.house.tree import ROOT

WORDS = {
    "verdicts": fields.VERDICTS,
    "states": fields.STATES,
    "timeliness": fields.TIMELINESS,
    "bases": fields.BASES,
    "channels": codes.CHANNELS,
    "pauses": codes.PAUSE_KINDS,
    "units of a limit": fields.LIMIT_UNITS,
    "severities": codes.SEVERITIES,
    "reasons": tuple(REASONS),
    "missing evidence": tuple(MISSING),
    "differences": CLASSES,
    "holders": HOLDERS,
    "signs": tuple(SIGNS),
    "standings of corrections": tuple(STANDINGS),
    "answers": DECISIONS,
    "states of questions": QUESTION_STATES,
    "loop events": codes.EVENT_KINDS,
    "deliveries": DELIVERY_STATES,
    "states of publications": PUBLICATION_STATE_CODES,
    "causes of a revision": VERSION_CAUSES,
    "policies": tuple(load_policies()),
    "indicators": tuple(name for document in load_definitions().values() for name in document.indicators),
}
DOMAIN = ("dossier", "procedure", "unit, agency", "received", "due", "done", "returned", "pause", "verdict", "as_of")

CODE = (
    "step",
    "flow",
    "adapter",
    "profile",
    "window",
    "pull log",
    "landing",
    "storage",
    "gate",
    "partition",
    "batch",
    "load (of rows)",
    "change set",
    "high watermark",
    "failpoint",
    "manifest",
    "timeline",
    "reading",
    "record linkage",
    "counter",
    "slot",
    "rules digest",
)


def rows() -> Iterator[tuple[str, str, str]]:
    """Word, Vietnamese and meaning of every row of every table."""
    for text in (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in text.strip("|").split("|")]
        if text.startswith("| ") and len(cells) == 3 and cells[0] != "word":
            yield cells[0], cells[1], cells[2]


@pytest.mark.parametrize("kind", WORDS)
def test_every_word_of_a_list_is_defined(kind: str) -> None:
    defined = {word for row in rows() for cell in (row[0], row[2]) for word in re.findall(r"`([^`]+)`", cell)}
    missing = sorted(set(WORDS[kind]) - defined)
    assert not missing, f"Define these {kind} in GLOSSARY.md, in both languages: {missing}"


def test_domain_words_are_defined() -> None:
    defined = {row[0].strip("`") for row in rows()}
    missing = [word for word in DOMAIN if word not in defined]
    assert not missing, f"Define these words in GLOSSARY.md: {missing}"


def test_words_of_the_code_are_defined() -> None:
    defined = {row[0].strip("`") for row in rows()}
    missing = [word for word in CODE if word not in defined]
    assert not missing, f"Define these words of the code in GLOSSARY.md: {missing}"


def test_files_that_the_glossary_names_are_there() -> None:
    named = re.findall(r"`((?:config|schemas|tasks|flows)/[\w/]+\.py)`", (ROOT / "GLOSSARY.md").read_text(encoding="utf-8"))
    lost = [name for name in named if not (ROOT / name).exists()]
    assert not lost, f"GLOSSARY.md says that words are defined in files that are not there: {lost}"


def test_a_word_has_one_meaning() -> None:
    words = [row[0] for row in rows()]
    twice = sorted({word for word in words if words.count(word) > 1})
    assert not twice, f"One meaning each: join these rows of GLOSSARY.md: {twice}"


def test_every_row_has_both_languages() -> None:
    empty = [row[0] for row in rows() if not row[1] or not row[2].endswith(".")]
    assert not empty, f"Give these words their Vietnamese and a sentence: {empty}"
