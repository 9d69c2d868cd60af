"""Rooms of the code and what they import of each other, read from the sources: no module is loaded for it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

from tests.house.tree import ROOT, modules, name_of, parsed

PARTS = ("config", "schemas", "tasks", "flows")  # the product; the made-up province stands apart
WHOLE = ("config", "schemas")  # one room each

Graph = Mapping[str, Collection[str]]


def room_of(path: Path) -> str:
    """Name the room of a module: ``config``, ``tasks`` (its steps), ``tasks/sources`` (with the rooms inside it)."""
    parts = path.relative_to(ROOT).parts
    return parts[0] if parts[0] in WHOLE or len(parts) == 2 else "/".join(parts[:2])


def inner_rooms(room: str) -> list[str]:
    """Name the rooms inside a room, e.g. clock and verdict in ``tasks/rules``."""
    if room.count("/") != 1:
        return []
    return [path.name for path in sorted((ROOT / room).iterdir()) if (path / "__init__.py").is_file()]


def purpose(room: str) -> str:
    """Return the sentence with which the room's package says what it is."""
    return (ast.get_docstring(parsed(ROOT / room / "__init__.py")) or "").splitlines()[0]


@cache
def module_imports() -> dict[Path, frozenset[Path]]:
    """Every module of the product, with the modules of the product that it imports, wherever in its text."""
    known = set(modules(*PARTS))
    return {path: frozenset(_imported(path, known) - {path}) for path in sorted(known)}


def _imported(path: Path, known: set[Path]) -> set[Path]:
    found: set[Path] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        files = (ROOT / Path(*name.split(".")).with_suffix(".py") for name in names)
        found |= {file for file in files if file in known}
    return found


def room_imports() -> dict[str, set[str]]:
    """Every room, with the other rooms that its modules import."""
    found: dict[str, set[str]] = {room_of(path): set() for path in module_imports() if path.name != "__init__.py"}
    for path, imported in module_imports().items():
        for other in imported:
            if room_of(path) != room_of(other):
                found[room_of(path)].add(room_of(other))
    return found


def circles(graph: Graph) -> list[list[str]]:
    """Return what imports itself through others: groups of at least two, each reachable from each (Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph[node]):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            place = stack.index(node)
            found.append(sorted(stack[place:]))
            del stack[place:]

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return sorted(group for group in found if len(group) > 1)


def module_circles() -> list[list[str]]:
    """Return the modules that import each other in a circle."""
    return circles({name_of(path): {name_of(other) for other in others} for path, others in module_imports().items()})


def _groups(graph: Graph) -> tuple[dict[str, str], dict[str, set[str]]]:
    """Join each circle under the name of its first member: the name of each room's group, and what groups import."""
    group = {node: node for node in graph} | {node: each[0] for each in circles(graph) for node in each}
    joined: dict[str, set[str]] = defaultdict(set)
    for node, others in graph.items():
        joined[group[node]] |= {group[other] for other in others} - {group[node]}
    return group, joined


def without_shortcuts(graph: Graph) -> dict[str, set[str]]:
    """Keep the imports that no longer way says too; those inside a circle are all kept."""
    group, joined = _groups(graph)

    @cache
    def below(node: str) -> frozenset[str]:
        return frozenset(joined[node]).union(*map(below, joined[node]))

    kept = {node: others - set().union(*map(below, others)) for node, others in joined.items()}
    return {
        node: {other for other in others if group[other] == group[node] or group[other] in kept[group[node]]}
        for node, others in graph.items()
    }


def layers(graph: Graph) -> list[list[str]]:
    """Put rooms into layers, top first: each lies above all that it imports; a circle lies side by side."""
    group, joined = _groups(graph)

    @cache
    def height(node: str) -> int:
        return max((height(other) + 1 for other in joined[node]), default=0)

    heights = {node: height(group[node]) for node in graph}
    return [sorted(node for node in graph if heights[node] == level) for level in range(max(heights.values()), -1, -1)]
