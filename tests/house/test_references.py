"""References lead somewhere: to a section of docs/law.md, a decision, a page of docs; never to a page that nobody has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.house.test_files import tracked
from tests.house.tree import ROOT, name_of

LAW = ROOT / "docs" / "law.md"
OWN = {"tests/house/test_references.py"}
# The notes that this project was built from; they lie beside the repository, where no reader of it can look.
NOTES = re.compile(
    r"\b(?:domain|features|reliability|anchors|design|house)(?:\.md)?,?(?: (?:facts|page|section))?,? (?:[A-Z]?\d)", re.I
)
_NUMBERS = r"\d+(?:(?:, | and | to |, and )\d+)*"
REFERENCE = re.compile(
    rf"\blaw (?P<sections>\d+(?:\.\d+)?(?:(?:, | and | to )\d+\.\d+)*)(?:, (?P<kind>rows?|items?) (?P<numbers>{_NUMBERS}))?"
)
DECISION = re.compile(r"\bdecisions? (\d{4})\b")
PAGE = re.compile(r"(?<![\w/])docs/[\w/.-]+\.md\b")


def texts() -> Iterator[tuple[str, str]]:
    """Name and text of every tracked file that is text."""
    for path in tracked():
        try:
            yield name_of(path), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def parts() -> dict[str, set[int]]:
    """The sections of docs/law.md, each with the numbers of its rows and items."""
    found: dict[str, set[int]] = {}
    section = ""
    for line in LAW.read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"#{2,3} (\d+(?:\.\d+)?)\.? ", line):
            section = heading[1]
            assert section not in found, f"docs/law.md has two sections {section}."
            found[section] = set()
        elif numbered := re.match(r"(?:\| )?(\d+)(?: \||\. )", line):
            found[section].add(int(numbered[1]))
    return found


def spread(text: str) -> list[int]:
    """``4 to 7 and 21`` as 4, 5, 6, 7, 21."""
    found: list[int] = []
    for joint, number in re.findall(r"(, and |, | and | to |^)(\d+)", text):
        found += range(found[-1] + 1, int(number) + 1) if joint == " to " else [int(number)]
    return found


def unresolved(text: str, known: dict[str, set[int]]) -> Iterator[str]:
    """Every reference of a text to what docs/law.md does not have."""
    for found in REFERENCE.finditer(text):
        sections = re.findall(r"\d+(?:\.\d+)?", found["sections"])
        numbers = spread(found["numbers"] or "")
        if any(section not in known for section in sections) or not set(numbers) <= known.get(sections[-1], set()):
            yield found.group()


def test_a_reference_is_understood() -> None:
    known = {"2.6": set(), "2.10": {1, 2}, "8": {1, 2, 3, 4}}
    assert not list(unresolved("law 2.6; law 8, rows 1 to 3 and 4; law 2.10, item 2; by law 8 working hours", known))
    broken = ["law 2.7", "law 8, row 5", "law 8, rows 3 to 5", "law 2.10, item 3", "law 2.6, 2.9"]
    assert list(unresolved("; ".join(broken), known)) == broken


def test_every_reference_to_the_law_resolves() -> None:
    known = parts()
    lost = [f"{name}: {found}" for name, text in texts() if name not in OWN for found in unresolved(text, known)]
    assert not lost, f"docs/law.md has no such section, row or item: {lost}"


def test_every_decision_and_page_that_is_named_is_there() -> None:
    decisions = {path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")}
    lost = [
        f"{name}: decision {number}" for name, text in texts() for number in DECISION.findall(text) if number not in decisions
    ]
    lost += [f"{name}: {page}" for name, text in texts() for page in PAGE.findall(text) if not (ROOT / page).is_file()]
    assert not lost, f"Named, and not there: {lost}"


def test_nothing_refers_to_notes_outside_the_repository() -> None:
    lost = [f"{name}: {found}" for name, text in texts() if name not in OWN for found in NOTES.findall(text)]
    assert not lost, f"Whoever reads this has no such page; name a section of docs/law.md or a decision: {lost}"
