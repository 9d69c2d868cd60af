"""Actions of the ledger: what the code writes is what the table's comment says, no more and no less."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

from schemas.audit import LEDGER, LEDGER_ACTIONS
from tasks.approving import decisions
from tests.house.tree import ROOT, modules, parsed

_MODULE = "tasks.warehouse.load"
_BY_STATE = "into.action"  # a decision about a publication; the table of states says which


def _opening(tree: ast.Module) -> set[str]:
    """Names by which a module opens a load."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == _MODULE]
    return {one.asname or one.name for node in imports for one in node.names if one.name == "load"}


def _said(path: Path) -> Iterator[tuple[Path, str]]:
    """Yield what a module writes into the column."""
    tree = parsed(path)
    names, module = _opening(tree), ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield from ((path, one) for one in _values(node.args[0], module))
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "current.action":
            yield from ((path, one) for one in _values(node.value, module))


def _values(node: ast.expr, module: str) -> list[str]:
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if ast.unparse(node) == _BY_STATE:
        return [one.action for one in decisions._INTO.values()]
    return [str(getattr(importlib.import_module(module), ast.unparse(node)))]


def test_the_list_of_actions_is_what_the_code_writes() -> None:
    found = [said for path in modules("tasks", "flows") for said in _said(path)]
    assert len(found) > len(LEDGER_ACTIONS)
    strange = [f"{path.name}: {one}" for path, one in found if one not in LEDGER_ACTIONS]
    assert not strange, f"add them to LEDGER_ACTIONS of schemas/audit.py, with a migration of the comment: {strange}"
    unused = set(LEDGER_ACTIONS) - {one for _, one in found}
    assert not unused, f"nothing writes them any more: {sorted(unused)}"


def test_the_comment_names_each() -> None:
    assert LEDGER["action"].description == f"What was done: {', '.join(LEDGER_ACTIONS)}."
