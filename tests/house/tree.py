"""What the house tests look at: the files of the repository, as git knows them or as they lie here."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "schemas", "tasks", "flows", "demo")
GENERATED = {".venv", ".git", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "__pycache__", "build"}


def files(*suffixes: str) -> Iterator[Path]:
    """Every file of the tree with one of these endings (all without), but for what tools leave behind."""
    return (path for path in _all_files() if not suffixes or path.suffix in suffixes)


@cache
def _all_files() -> tuple[Path, ...]:
    found: list[Path] = []
    for folder, inside, names in os.walk(ROOT):
        inside[:] = sorted(name for name in inside if name not in GENERATED and not name.endswith(".egg-info"))
        found += [Path(folder) / name for name in sorted(names)]
    return tuple(found)


def modules(*packages: str) -> list[Path]:
    """Every Python file of our packages."""
    wanted = packages or PACKAGES
    return [path for path in files(".py") if path.relative_to(ROOT).parts[0] in wanted]


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    """The path from the root of the repository, as messages print it."""
    return path.relative_to(ROOT).as_posix()


def calls(path: Path) -> Iterator[tuple[int, str, ast.Call]]:
    """Every call of a module: its line, the dotted name called, and the call."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func), node
