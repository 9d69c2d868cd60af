"""The SQL statements of the product, found in its modules and completed so that a database can be asked about them."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from schemas.audit import LEDGER
from schemas.dossiers import DOSSIERS
from schemas.drift import SHAPES
from schemas.indicators import COUNTS
from schemas.quality import CORRECTABLE, CORRECTIONS, FINDINGS
from schemas.raw import PULLS
from tasks.match import _KEYS, _LINKS
from tests.house.tree import modules, name_of, parsed

BEGINNING = re.compile(
    r"\s*(?:WITH (?:RECURSIVE )?\w+ AS|SELECT |INSERT INTO|UPDATE \S|DELETE FROM|SET LOCAL|ANALYZE|CREATE [A-Z]+ )"
)
WRITTEN = re.compile(r"\b(?:SELECT|UPDATE|DELETE|INSERT)\b")
EXPLAINED = re.compile(r"\s*(?:WITH|SELECT|INSERT|UPDATE|DELETE|CREATE TEMP TABLE)\b")
PARAMETER = re.compile(r"%\((\w+)\)s|%s")
# Composed of a declared table's own names, whichever it is: what renames a column renames it there.
GENERIC = {
    f"tasks/warehouse/{name}.py" for name in ("merge", "load", "recounts", "seals", "spans", "stage", "cluster", "migrations")
}
# Templates that are filled elsewhere in their module.
TEMPLATES = {
    "_BY_KEY": {"keys": _KEYS, "link": _LINKS[0]},
    "_BY_MATCH": {"keys": _KEYS},
    "NEWS": {"source": "'a'"},
    "_KEPT": {"whose": "true"},
    "_AMONG": {"chosen": "d.source = 'a'"},
    "_LOGGED": {"chosen": "d.source = 'a'"},
    "_NEWEST": {"where": ""},
    "_KNOWN": {"columns": ", ".join(SHAPES.given_columns)},
}
# What stands for a name that a function is given, or makes.
FILLED: dict[str, object] = {
    "chosen": "d.source = 'a' AND d.code = 'b'",
    "column": "unit_code",
    "columns": ", ".join(DOSSIERS.key),
    "key": DOSSIERS.key,
    "name": DOSSIERS.full_name,
    "only": "AND coalesce(unit_code, '?') = ANY(%(units)s)",
    "t": FINDINGS,
    "table": FINDINGS,
    "where": "true",
}
# Where it means something else.
FILLED_AT: dict[str, dict[str, object]] = {
    "tasks/correcting/examination.py _listed": {"table": "ref.units"},
    "tasks/correcting/examination.py _stated": {"columns": ", ".join(CORRECTABLE)},
    "tasks/correcting/undo.py _undo_in": {"columns": ", ".join(CORRECTIONS.columns)},
    "tasks/judging/waivers.py surely_wrong": {"verdicts": "judged.verdicts", "findings": FINDINGS.full_name},
    "tasks/persons/export.py _rows": {"columns": DOSSIERS.columns, "table": DOSSIERS},
    "tasks/publishing/figures.py read_figures": {"columns": ", ".join(COUNTS.given_columns)},
    "tasks/recovery/backup.py _header": {"name": "audit.change_seq"},
    "tasks/recovery/manifests.py _rows": {"columns": ", ".join(PULLS.given_columns), "key": "pull_id", "table": PULLS},
    "tasks/recovery/run_history.py restore_sheets": {"name": FINDINGS.full_name},
    "tasks/warehouse/ledger.py append": {
        "names": ", ".join(LEDGER.columns),
        "slots": ", ".join(f"%({name})s" for name in LEDGER.columns),
    },
}
# Parts of a statement that stand for themselves, with what stands before them or follows.
WHOLE = {
    "PARTITIONS_SQL": "{} SELECT * FROM slot",
    "_REFILED": "WITH chosen AS (SELECT source, code FROM core.dossiers) {}",
    "_with_chosen": "{} SELECT * FROM chosen",
    "tasks/reports/lists.py _ROWS": "{} true",
}


@dataclass(frozen=True)
class Statement:
    """A statement of the product.

    Attributes:
        place: module and name, or line.
        text: with its parameters in it.
    """

    place: str
    text: str

    @property
    def unknown(self) -> dict[str, str]:
        """Parameters whose kind decides which operator is meant."""
        return {} if "%(days)s::date[]" in self.text else {"days": "NULL::int"}

    @property
    def parts(self) -> list[str]:
        """What can be explained of it, parameters unknown."""
        text = PARAMETER.sub(lambda found: self.unknown.get(found[1], "NULL"), self.text).replace("%%", "%")
        return [part.strip() for part in text.split(";") if EXPLAINED.match(part)]


def statements() -> Iterator[Statement]:
    """Every statement of tasks/ and flows/: constants of modules as they are, those inside functions with names filled in."""
    for path in modules("tasks", "flows"):
        if name_of(path) in GENERIC or not (path.with_suffix(".sql").exists() or WRITTEN.search(path.read_text("utf-8"))):
            continue
        module = importlib.import_module(name_of(path).removesuffix(".py").replace("/", "."))
        yield from constants(path, module)
        for function in (node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef)):
            yield from inner(path, module, function)


def constants(path: Path, module: ModuleType) -> Iterator[Statement]:
    """The statements that a module binds to names of its own."""
    for node in parsed(path).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target if isinstance(node, ast.AnnAssign) else None
        value = getattr(module, target.id) if isinstance(target, ast.Name) else None
        if isinstance(target, ast.Name) and isinstance(value, str) and BEGINNING.match(value):
            place = f"{name_of(path)} {target.id}"
            yield Statement(place, completed(place, value))


def inner(path: Path, module: ModuleType, function: ast.FunctionDef) -> Iterator[Statement]:
    """The statements that a function writes out, with what it would put into them."""
    parts = {id(part) for node in ast.walk(function) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)} - {
        id(node) for node in ast.walk(function) if isinstance(node, ast.JoinedStr)
    }
    for node in ast.walk(function):
        if id(node) in parts or not isinstance(node, ast.JoinedStr | ast.Constant):
            continue
        place = f"{name_of(path)} {function.name}"
        if BEGINNING.match(beginning(node)):
            given = {**vars(module), **FILLED, **FILLED_AT.get(place, {})}
            text = eval(compile(ast.Expression(node), place, "eval"), given)  # noqa: S307 - an expression of the product
            yield Statement(place, completed(place, text))


def beginning(node: ast.JoinedStr | ast.Constant) -> str:
    """What a text begins with, a name in its place."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in parts)


def completed(place: str, text: str) -> str:
    """A statement with what its module puts into it, and what stands around it."""
    name = place.rpartition(" ")[2]
    filled = text.format(**TEMPLATES[name]) if name in TEMPLATES else text
    return WHOLE.get(place, WHOLE.get(name, "{}")).replace("{}", filled)
