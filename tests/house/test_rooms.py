"""Rooms and names: steps and flows at the top, one meaning a public name, first lines at a glance."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

from tests.house.tree import ROOT, modules, name_of, parsed

DECORATORS = {"tasks": "task", "flows": "flow"}
LONGEST_FIRST_LINE = 100


def decorated(path: Path, wanted: str) -> bool:
    """Whether a module defines a function under a decorator, with arguments or without."""
    return any(
        ast.unparse(decorator).split("(")[0] == wanted
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
    )


def defined(path: Path) -> set[str]:
    """Name the public classes and constants of a module."""
    found: set[str] = set()
    for node in parsed(path).body:
        if isinstance(node, ast.ClassDef):
            found.add(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return {name for name in found if not name.startswith("_")}


def test_what_stands_at_the_top_is_a_step_or_a_flow() -> None:
    helpers = [
        name_of(path)
        for room, decorator in DECORATORS.items()
        for path in sorted((ROOT / room).glob("*.py"))
        if path.name != "__init__.py" and not decorated(path, decorator)
    ]
    assert not helpers, f"No @task or @flow in {helpers}: move each into the room whose subject it serves."


def test_every_step_and_flow_stands_at_the_top() -> None:
    hidden = [
        name_of(path)
        for room, decorator in DECORATORS.items()
        for path in modules(room)
        if path.parent != ROOT / room and decorated(path, decorator)
    ]
    assert not hidden, f"A @task or @flow hides in {hidden}: move it to the top of tasks/ or flows/."


def test_a_public_name_means_one_thing() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in modules("config", "schemas", "tasks", "flows"):
        if path.parent.name != "versions":  # a migration is history, and its names are alembic's
            for name in defined(path):
                places[name].append(name_of(path))
    twice = {name: where for name, where in sorted(places.items()) if len(where) > 1}
    assert not twice, f"Rename all but one, or import it where it is the same thing: {twice}"


def test_first_lines_are_read_at_a_glance() -> None:
    found = []
    for path in modules("config", "schemas", "tasks", "flows", "demo"):
        line = (ast.get_docstring(parsed(path)) or "").split("\n")[0]
        if len(line) > LONGEST_FIRST_LINE:
            found.append(f"{name_of(path)} ({len(line)})")
    assert not found, f"Noun first, the field's word, one clause, at most {LONGEST_FIRST_LINE} characters; then why: {found}"
