"""Flow of data: caches are forgotten in one place, no exception steers, long SQL lies beside its module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import ROOT, modules, name_of, parsed

REGISTER = ROOT / "config" / "read_once.py"
# Where a part of tasks/ asks for the settings itself, once each; whoever else needs a path, a policy or a language is given it.
ASKING = {
    "tasks/judging/rules_digest.py": "names the folders of the configuration that decide verdicts",
    "tasks/runtime/slot_holders.py": "lies below the home that all processes of one machine share",
    "tasks/sources/storage.py": "is the one door to the landing zone",
    "tasks/warehouse/engine.py": "is the one door to the warehouse",
}
LONGEST_STATEMENT = 12
MOST_COLUMNS = 5
STATEMENT = re.compile(r"\s*(?:WITH|SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE) ")
CACHES = {"lru_cache", "cache"}


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    """Every function of a module."""
    return (node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef))


def cached(function: ast.FunctionDef) -> bool:
    """Whether a function keeps what it returned by a cache that nobody forgets."""
    return any(ast.unparse(decorator).split("(")[0] in CACHES for decorator in function.decorator_list)


def called(node: ast.AST) -> set[str]:
    """Names of the functions that are called somewhere below."""
    return {ast.unparse(one.func) for one in ast.walk(node) if isinstance(one, ast.Call)}


def raised(node: ast.AST) -> set[str]:
    """Names of the exceptions that a function itself raises."""
    found = (one.exc for one in ast.walk(node) if isinstance(one, ast.Raise) and one.exc is not None)
    return {ast.unparse(one.func if isinstance(one, ast.Call) else one) for one in found}


def steered(function: ast.FunctionDef) -> set[str]:
    """Names of the exceptions that a function raises inside a ``try`` that itself catches them."""
    return {
        ast.unparse(handler.type)
        for one in ast.walk(function)
        if isinstance(one, ast.Try)
        for handler in one.handlers
        if handler.type is not None and ast.unparse(handler.type) in set().union(*map(raised, one.body))
    }


def test_no_exception_steers() -> None:
    found = [f"{name_of(p)} {f.name}: {', '.join(s)}" for p in modules() for f in functions(p) if (s := steered(f))]
    assert not found, f"Raised and caught by one function: {found}; return instead, or tell the load to abandon."


def test_what_a_process_read_once_is_forgotten_in_one_place() -> None:
    cleared = [name_of(p) for p in modules() if p != REGISTER and any("cache_clear" in name for name in called(parsed(p)))]
    assert not cleared, f"A cache is cleared by hand in {cleared}: decorate it with @read_once and call forget()."
    own = [
        f"{name_of(p)} {f.name}"
        for p in modules("config", "schemas", "tasks", "flows")
        for f in functions(p)
        if p != REGISTER and cached(f) and (p.is_relative_to(ROOT / "config") or "settings" in called(f))
    ]
    assert not own, f"These read settings or configuration and are never forgotten: {own}; decorate them with @read_once."


def test_long_statements_lie_beside_their_module() -> None:
    found = [
        f"{name_of(path)}:{node.lineno} ({lines} lines)"
        for path in modules("tasks", "flows")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.JoinedStr | ast.Constant) and (lines := lines_of_sql(node)) > LONGEST_STATEMENT
    ]
    assert not found, f"Longer than {LONGEST_STATEMENT} lines: {found}; put each into the module's .sql file, under a name."


def lines_of_sql(node: ast.JoinedStr | ast.Constant) -> int:
    """How many lines a statement written out in a module has; 0 for any other text."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    text = "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in parts)
    return len(text.strip().splitlines()) if STATEMENT.match(text) else 0


def test_settings_are_asked_by_flows_commands_and_steps() -> None:
    rooms = [path for path in modules("tasks") if path.parent != ROOT / "tasks"]
    asked = {
        name_of(path): times
        for path in rooms
        if (
            times := sum(isinstance(node, ast.Call) and ast.unparse(node.func) == "settings" for node in ast.walk(parsed(path)))
        )
    }
    assert asked == dict.fromkeys(ASKING, 1), (
        "Pass the path, policy or language down from the flow, command or step that knows it."
    )


def test_answers_of_queries_are_read_by_name() -> None:
    found = [
        f"{name_of(path)} {ast.unparse(node)[:60]}"
        for path in modules("tasks", "flows")
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.For | ast.comprehension) and by_position(node.target, node.iter))
        or (isinstance(node, ast.Subscript) and "fetch_all(" in ast.unparse(node.value))
    ]
    assert not found, f"Read by position: {found}; use fetch_as, fetch_column or fetch_value of tasks.warehouse.rows."


def by_position(target: ast.expr, rows: ast.expr) -> bool:
    """Whether the rows of a query are taken apart into so many columns that nobody sees which is which."""
    return ast.unparse(rows).startswith("fetch_all(") and isinstance(target, ast.Tuple) and len(target.elts) >= MOST_COLUMNS
