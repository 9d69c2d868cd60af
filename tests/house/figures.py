"""Figures of the house, a line each: `make house` prints them, and house tests hold those that may not grow."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.house.rooms import PARTS, circles, module_circles, room_imports
from tests.house.test_references import DECISION, NOTES, OWN, PAGE, parts, texts, unresolved
from tests.house.test_rooms import DECORATORS, decorated, defined
from tests.house.tree import ROOT, modules, name_of, parsed

LONGEST_LINE = 100
"""Characters of a module's first line."""

GLOSSARY = "GLOSSARY.md"
PLACES = {
    "an indicator": ("config/indicators/*.yaml", GLOSSARY),
    "a check": ("tasks/rules/checks/*.py", "config/checks.yaml", "tests/unit/check_cases.py"),
    "a profile": ("config/profiles.py",),
}
"""Where whoever adds one has to write, as CONTRIBUTING.md tells and as it was tried."""


def helpers_at_the_top() -> list[str]:
    """Name the files directly in tasks/ and flows/ that are no step or flow."""
    return [
        name_of(path)
        for room, decorator in DECORATORS.items()
        for path in sorted((ROOT / room).glob("*.py"))
        if path.name != "__init__.py" and not decorated(path, decorator)
    ]


def lost_references() -> list[str]:
    """Name the references to sections of the law, decisions and pages that are not there."""
    known = parts()
    decisions = {path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")}
    found = []
    for name, text in texts():
        if name not in OWN:
            found += [f"{name}: {lost}" for lost in (*unresolved(text, known), *NOTES.findall(text))]
        found += [f"{name}: decision {number}" for number in DECISION.findall(text) if number not in decisions]
        found += [f"{name}: {page}" for page in PAGE.findall(text) if not (ROOT / page).is_file()]
    return found


def names_defined_twice() -> dict[str, list[str]]:
    """Return the public classes and constants that more than one module defines."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in modules(*PARTS):
        if path.parent.name != "versions":
            for name in defined(path):
                places[name].append(name_of(path))
    return {name: where for name, where in sorted(places.items()) if len(where) > 1}


def long_first_lines() -> list[str]:
    """Name the modules whose first line is longer than a glance."""
    return [
        f"{name_of(path)} ({len(line)})"
        for path in modules()
        for line in [(ast.get_docstring(parsed(path)) or "").split("\n")[0]]
        if len(line) > LONGEST_LINE
    ]


def longest_module() -> tuple[int, str]:
    """Return the lines and the name of the longest module, migrations apart: they are history."""
    return max(
        (len(path.read_text(encoding="utf-8").splitlines()), name_of(path))
        for path in modules()
        if path.parent.name != "versions"
    )


def contracts() -> str:
    """Return what import-linter says of the contracts, e.g. ``7 kept, 0 broken``."""
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(program), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    return next(
        (line.removeprefix("Contracts: ").rstrip(".") for line in done.stdout.splitlines() if "kept" in line), "not known"
    )


def lines() -> Iterator[str]:
    """Yield a figure a line; of what should be none, what there is stands behind."""
    lists: dict[str, Callable[[], list[str]]] = {
        "files in tasks/ and flows/ that are no step or flow": helpers_at_the_top,
        "references that do not resolve": lost_references,
        "public names defined twice": lambda: list(names_defined_twice()),
        f"first lines of modules over {LONGEST_LINE} characters": long_first_lines,
        "circles of modules": lambda: [" ↔ ".join(circle) for circle in module_circles()],
        "circles of rooms": lambda: [" ↔ ".join(circle) for circle in circles(room_imports())],
    }
    for says, count in lists.items():
        found = count()
        yield f"{len(found):>5}  {says}{': ' if found else ''}{'; '.join(found[:5])}"
    yield f"       import contracts: {contracts()}"
    longest, name = longest_module()
    yield f"{longest:>5}  lines of the longest module, {name}"
    yield f"{len(room_imports()):>5}  rooms, {sum(map(len, room_imports().values()))} imports between them"
    for what, places in PLACES.items():
        own = [place for place in places if place != GLOSSARY]
        word = f" + {GLOSSARY}" if GLOSSARY in places else ""
        yield f"{len(own):>5}{word}  places to touch for {what}: {', '.join(own)}"


if __name__ == "__main__":
    for said in lines():
        sys.stdout.write(f"{said}\n")
