"""Messages: what a person reads is written in Vietnamese beside its English, wherever it is raised."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from config import errors
from tests.house.tree import ROOT, modules, name_of, parsed

OURS = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, errors.MotcuaError)}
OURS |= {"StatementError", "UnreadableFileError", "HeadingsError", "UnprovedError", "AbsentError", "_error", "_wrong"}
# Arguments that are a place, such as a file and key or a command, or are looked up.
NAMES = {"ConfigError": {0}, "DataError": {0}, "WarehouseError": {0}, "StatementError": {0, 1}}
# Names of days, and where one of them is no day: an hour, a day that is a text already, the name of a column.
DAYS = {"day", "as_of", "since", "until", "announced_on", "judged"}
NO_DAYS = {
    ("tasks/runtime/host_slots.py", "since"),
    ("tasks/reports/site/tables.py", "day"),
    ("tasks/sources/day_totals.py", "day"),
}
# Sentences of models and parsers that are still English alone: this number only ever falls.
MOST_IN_ENGLISH_ALONE = 0


def sentences(path: Path, raised: set[str]) -> Iterator[str]:
    """Yield the arguments of errors that say something in one language alone, with where they stand."""
    for node in ast.walk(parsed(path)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in raised:
            continue
        skipped = NAMES.get(name, set())
        given = [each for place, each in enumerate(node.args) if place not in skipped]
        for each in [*given, *(keyword.value for keyword in node.keywords)]:
            if says_something(each):
                yield f"{name_of(path)}:{node.lineno}: {name}({ast.unparse(each)[:90]})"


def says_something(node: ast.expr) -> bool:
    """Tell whether an argument is words of a sentence: two words or more of its own, beside names and numbers."""
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.IfExp):
        return any(says_something(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        own = node.value
    elif isinstance(node, ast.JoinedStr):
        own = " ".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    else:
        return False
    words = [word for word in own.split() if word.isalpha() and word.islower()]
    return len(words) >= 2


def test_every_error_is_written_in_both_languages() -> None:
    found = [line for path in modules("config", "tasks", "flows") for line in sentences(path, OURS)]
    assert not found, f"Give both texts, Bilingual(vietnamese, english): {found}"


def test_sentences_of_models_and_parsers_in_english_alone_become_fewer() -> None:
    found = [line for path in modules("config", "tasks", "flows") for line in sentences(path, {"ValueError"})]
    assert len(found) <= MOST_IN_ENGLISH_ALONE, f"Give both texts, Bilingual(vietnamese, english): {found}"


def unwritten_days(path: Path) -> Iterator[str]:
    """Yield the Vietnamese sentences that tell a day as 2026-03-31, but for commands in backticks, which take it so."""
    for node in ast.walk(parsed(path)):
        if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.JoinedStr)):
            continue
        if (node.func.id if isinstance(node.func, ast.Name) else "") not in {"translate", "Bilingual"}:
            continue
        ticks = 0
        for part in node.args[0].values:
            if isinstance(part, ast.Constant):
                ticks += str(part.value).count("`")
            elif isinstance(part, ast.FormattedValue) and part.format_spec is None and ticks % 2 == 0:
                name = ast.unparse(part.value).split(".")[-1]
                if name in DAYS and (name_of(path), name) not in NO_DAYS:
                    yield f"{name_of(path)}:{node.lineno}: {ast.unparse(part.value)}"


def test_vietnamese_sentences_write_days_as_officials_do() -> None:
    found = [line for path in modules("tasks", "flows") for line in unwritten_days(path)]
    assert not found, f"Write {{day:%d/%m/%Y}} in the Vietnamese sentence: {found}"


def test_tables_of_the_terminal_are_made_in_one_place() -> None:
    others = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "flows").rglob("*.py"))
        if path.name != "console_tables.py" and "rich.table" in path.read_text(encoding="utf-8")
    ]
    assert not others, (
        f"A ConsoleTable writes days and times as the reader's language does; take it instead of rich's: {others}"
    )
