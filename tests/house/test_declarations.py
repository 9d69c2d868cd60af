"""One declaration a fact: no bare national status, no second list of codes, no second name of a quantity."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import config.codes
import schemas.fields
from config.codes import Status
from tests.house.tree import modules, name_of, parsed

PRODUCT = [path for path in modules("config", "schemas", "tasks", "flows") if path.parent.name != "versions"]
DECLARED_IN = {"config/codes.py", "schemas/fields.py"}
LISTS = {
    name: frozenset(map(str, value))
    for module in (config.codes, schemas.fields)
    for name, value in vars(module).items()
    if name.isupper() and isinstance(value, tuple) and len(value) > 1 and all(isinstance(one, str | int) for one in value)
}
"""Every list of codes by name."""
QUANTITIES = {
    "480": "WORKING_DAY_MINUTES",
    "np.timedelta64(7, 'h')": "ZONE_SHIFT",
    "np.timedelta64(300, 'D')": "YEARS_APART",
    "timedelta(days=300)": "YEARS_APART.item()",
    "timedelta(hours=7)": "ZONE_SHIFT.item()",
}
_SQL = re.compile(r"\bstatus\s*(?:=|<>|!=|(?:NOT )?IN)\s*\(?\s*\d", re.I)
_STATUS = re.compile(r"\b(\w*_)?status(es|_in)?\b")


def _numbers(node: ast.AST) -> bool:
    """Tell whether a node is a bare number that may be a status, or a collection of such."""
    found = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return bool(found) and all(
        isinstance(one, ast.Constant) and type(one.value) is int and one.value in set(Status) for one in found
    )


def _named_numbers(tree: ast.Module) -> set[str]:
    """Name the module's constants that are collections of such numbers."""
    pairs = [(target, node.value) for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    for target, value in tuple(pairs):
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            pairs += zip(target.elts, value.elts, strict=True)
    return {ast.unparse(target) for target, value in pairs if isinstance(value, ast.Tuple) and _numbers(value)}


def _in_compare(node: ast.Compare) -> bool:
    sides = [node.left, *node.comparators]
    return any(map(_numbers, sides)) and any(_STATUS.search(ast.unparse(side)) for side in sides)


def _in_call(node: ast.Call, named: set[str]) -> bool:
    said = any(keyword.arg and _STATUS.fullmatch(keyword.arg) and _numbers(keyword.value) for keyword in node.keywords)
    about = _STATUS.search(ast.unparse(node))
    return said or (
        bool(about)
        and any(ast.unparse(one) in named or (isinstance(one, ast.Tuple | ast.List) and _numbers(one)) for one in node.args)
    )


def _in_dict(node: ast.Dict) -> bool:
    told = [(key.value, value) for key, value in zip(node.keys, node.values, strict=True) if isinstance(key, ast.Constant)]
    return any(_numbers(value) for key, value in told if key == "status" or key in config.codes.STATUS_OF_END)


def _in_name(node: ast.Assign) -> bool:
    return bool(_STATUS.search(" ".join(map(ast.unparse, node.targets)).lower())) and _numbers(node.value)


def _bare_statuses(tree: ast.Module) -> Iterator[int]:
    """Yield the lines on which a number stands for a status: compared, looked up, given to a call, or in SQL."""
    named = _named_numbers(tree)
    for node in ast.walk(tree):
        if (
            (isinstance(node, ast.Compare) and _in_compare(node))
            or (isinstance(node, ast.Call) and _in_call(node, named))
            or (isinstance(node, ast.Dict) and _in_dict(node))
            or (isinstance(node, ast.Assign) and _in_name(node))
            or (isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL.search(node.value))
        ):
            yield node.lineno


def _second_lists(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the collections that hold just the codes of a declared list."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple | ast.List | ast.Set) and len(node.elts) > 1:
            plain = [one for one in node.elts if isinstance(one, ast.Constant)]
            named = [one for one in node.elts if isinstance(one, ast.Attribute) and ast.unparse(one.value) == "Status"]
            codes = {str(one.value) for one in plain} | {str(Status[one.attr].value) for one in named}
            if len(plain) + len(named) == len(node.elts):
                for name, declared in LISTS.items():
                    if codes == declared:
                        yield node.lineno, name


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_a_national_status_has_its_name(path: Path) -> None:
    lines = [] if name_of(path) in DECLARED_IN else sorted(set(_bare_statuses(parsed(path))))
    assert not lines, f"Write config.codes.Status (or a set of it, in SQL number_list) on lines {lines} of {name_of(path)}."


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_a_list_of_codes_stands_once(path: Path) -> None:
    found = [] if name_of(path) in DECLARED_IN else sorted(set(_second_lists(parsed(path))))
    assert not found, f"Import these instead of listing them again: {found} in {name_of(path)}."


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_nothing_asks_for_the_name_of_a_profile(path: Path) -> None:
    asked = [
        node.lineno
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Compare | ast.Subscript | ast.Call) and name_of(path) != "config/sources.py"
        if any(isinstance(one, ast.Attribute) and one.attr == "profile" for one in _asked(node))
    ]
    assert not asked, f"Let config.profiles.Profile tell it, not the name, on lines {asked} of {name_of(path)}."


def _asked(node: ast.Compare | ast.Subscript | ast.Call) -> list[ast.expr]:
    """Return what a comparison compares, a subscript looks up, or ``get`` is asked for."""
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    if isinstance(node, ast.Subscript):
        return [node.slice]
    return node.args if isinstance(node.func, ast.Attribute) and node.func.attr == "get" else []


@pytest.mark.parametrize("written", QUANTITIES)
def test_a_quantity_of_the_law_stands_once(written: str) -> None:
    places = [
        f"{name_of(path)}:{node.lineno}"
        for path in PRODUCT
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call | ast.Constant) and ast.unparse(node) == written
    ]
    assert len(places) <= 1, f"{QUANTITIES[written]} is declared once; import it in {places}."


@pytest.mark.parametrize(
    "source",
    [
        "late = facts.status == 9",
        "late = np.isin(status, (9, 10))",
        "late = facts.status_in((3, 8))",
        "_DONE, _SHUT = (9, 10), (3, 7)\nlate = np.isin(status, _SHUT)",
        "kinds = {'done': 9}",
        "row = {'code': code, 'status': 10}",
        "entry = Entry(status=7)",
        "CLOSED_STATUS = (3, 7, 9)",
        "sql = 'SELECT 1 FROM core.events AS e WHERE e.status IN (9, 10)'",
    ],
)
def test_a_bare_status_is_found(source: str) -> None:
    assert list(_bare_statuses(ast.parse(source)))


@pytest.mark.parametrize(
    "source", ["Literal['counter', 'online', 'postal']", "(Status.RETURNED, Status.DONE)", "['vi', 'en', 'fr']"]
)
def test_a_second_list_is_found(source: str) -> None:
    assert bool(list(_second_lists(ast.parse(source)))) == ("fr" not in source)
