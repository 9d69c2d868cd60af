"""Mutations of the rules: where one operator, comparison, number or condition could stand otherwise, found by cosmic-ray.

Only changes that keep the type are made (`<` to `<=`, `&` to `|`, 3 to 4, `x` to `not x`): a test that merely runs the line
does not catch them, one that looks at the outcome does.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

ROOT = Path(__file__).parents[2]
RULES = "tasks.rules"
# The modules that decide a verdict, a check, a time of reception or a copy, and every module of the rules that these ask.
DECIDERS = (
    "tasks.rules.verdict.judgement",
    "tasks.rules.clock.reception",
    "tasks.rules.checks.run",
    "tasks.rules.linkage.duplicates",
    "tasks.rules.linkage.refiling",
    "tasks.rules.corrections.values",
)
# What these ask and what decides nothing by itself: reading and spelling of texts, hashing, frames, words.
HELPERS = (
    "tasks.rules.text.normal_form",
    "tasks.rules.text.spelling",
    "tasks.rules.clock.number_words",
    "tasks.rules.text.digests",
    "tasks.rules.linkage.crosswalk",
    "tasks.rules.text.codes",
    "tasks.rules.arrays",
    "tasks.rules.frames",
    "tasks.rules.verdict.reasons",
    "tasks.rules.verdict.evidence",
    "tasks.rules.linkage.reused_numbers",
    "tasks.rules.checks.trial",
    "tasks.rules.sources.clock_faults",
)
PAIRS = (
    ["Add_Sub", "Sub_Add", "Mul_FloorDiv", "FloorDiv_Mul", "Mod_FloorDiv", "BitAnd_BitOr", "BitOr_BitAnd", "BitXor_BitOr"],
    [
        "Lt_LtE",
        "LtE_Lt",
        "Gt_GtE",
        "GtE_Gt",
        "Lt_GtE",
        "GtE_Lt",
        "Gt_LtE",
        "LtE_Gt",
        "Eq_NotEq",
        "NotEq_Eq",
        "Is_IsNot",
        "IsNot_Is",
    ],
    ["Delete_USub", "Delete_Invert", "Delete_Not"],
)
KINDS = ("ReplaceBinaryOperator", "ReplaceComparisonOperator", "ReplaceUnaryOperator")
OTHERS = ["AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd", "NumberReplacer"]
OPERATORS = (*(f"{kind}_{pair}" for kind, pairs in zip(KINDS, PAIRS, strict=True) for pair in pairs), *OTHERS)


@dataclass(frozen=True)
class Mutation:
    """One change of one line.

    Attributes:
        path: file, from the repository's root.
        line: number of the line.
        before, after: the lines as they stand and as they are changed, without the space around them.
        source: the whole file, changed.
    """

    path: str
    line: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}\n    - {self.before}\n    + {self.after}"


def drawn(seed: int) -> Iterator[Mutation]:
    """Yield all mutations in the order that a seed gives; every place of the code is as likely as any other."""
    places = [(path, changes) for path in modules() for _, changes in sorted(_places(path).items())]
    dice = random.Random(seed)  # noqa: S311
    for path, changes in dice.sample(places, len(places)):
        mutation = _mutation(path, *dice.choice(changes))
        if mutation is not None:
            yield mutation


def modules() -> list[Path]:
    """Return the files of the modules that decide."""
    waiting, found = list(DECIDERS), set()
    registered = sorted((ROOT / "tasks/rules/checks").glob("*.py"))  # they register themselves, nobody names them
    waiting += [f"{RULES}.checks.{path.stem}" for path in registered]
    while waiting:
        path = _file_of(waiting.pop())
        if not path.exists() or path in found:
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(RULES):
                waiting += [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
    missing = [name for name in (*DECIDERS, *HELPERS) if not _file_of(name).exists()]
    if missing:
        raise SystemExit(f"tests/mutations/places.py names modules that do not exist: {', '.join(missing)}.")
    return sorted(found - {_file_of(name) for name in HELPERS})


def _file_of(module: str) -> Path:
    return ROOT / f"{module.replace('.', '/')}.py"


def _places(path: Path) -> dict[tuple[int, int], list[tuple[str, int]]]:
    """Return the operators that can be applied at each place (line, column) of a module, by name and occurrence in it."""
    text = path.read_text(encoding="utf-8")
    idle, nodes = _not_run(text), list(ast_nodes(get_ast(text)))
    found: dict[tuple[int, int], list[tuple[str, int]]] = {}
    for name in OPERATORS:
        operator = get_operator(f"core/{name}")()
        spans = (span for node in nodes for span in operator.mutation_positions(node))
        for occurrence, (start, _) in enumerate(spans):
            if not any(first <= start <= last for first, last in idle):
                found.setdefault(start, []).append((name, occurrence))
    return found


def _mutation(path: Path, name: str, occurrence: int) -> Mutation | None:
    """Make one change; None where the code means the same after it, or is none (the `*` before arguments by name)."""
    text = path.read_text(encoding="utf-8")
    source = mutate_code(text, get_operator(f"core/{name}")(), occurrence)
    try:
        if source is None or ast.dump(ast.parse(source)) == ast.dump(ast.parse(text)):
            return None
    except SyntaxError:
        return None
    rows = [(row, *pair) for row, pair in enumerate(zip(text.splitlines(), source.splitlines(), strict=False), 1)]
    row, before, after = next((row, one, other) for row, one, other in rows if one != other)
    return Mutation(str(path.relative_to(ROOT)), row, before.strip(), after.strip(), source)


def _not_run(text: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return the spans of annotations and decorators: the former are never run, the latter declare."""
    spans = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            spans += [_span(each) for each in node.decorator_list]
        if isinstance(node, ast.FunctionDef):
            arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            spans += [_span(each.annotation) for each in arguments if each.annotation]
            spans += [_span(node.returns)] if node.returns else []
        elif isinstance(node, ast.AnnAssign):
            spans.append(_span(node.annotation))
    return spans


def _span(node: ast.expr) -> tuple[tuple[int, int], tuple[int, int]]:
    return (node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or 0)
