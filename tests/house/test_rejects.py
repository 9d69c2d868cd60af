"""Reject reasons: a code of raw.rejected is declared once, in both languages, and no module writes one by hand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from schemas.rejects import RejectReason
from tests.house.tree import ROOT, modules, name_of, parsed

READERS = ("sources", "cleaning", "loading", "preview")  # rooms of tasks in which a record is given up
CODES = {str(reason) for reason in RejectReason}


def readers() -> list[Path]:
    return [path for path in modules("tasks") if path.relative_to(ROOT).parts[1] in READERS]


def written_by_hand(path: Path) -> Iterator[tuple[int, str]]:
    """Literals that stand where a reason is given: ``reason="..."``, ``"reason": ...``, ``REFUSED: "..."``."""
    for node in ast.walk(parsed(path)):
        pairs: list[tuple[str, ast.expr]] = []
        if isinstance(node, ast.Call):
            pairs = [(keyword.arg or "", keyword.value) for keyword in node.keywords]
        elif isinstance(node, ast.Dict):
            pairs = [(ast.unparse(key).strip("'\""), value) for key, value in zip(node.keys, node.values, strict=True) if key]
        for key, value in pairs:
            if key in {"reason", "REFUSED"}:
                yield from (
                    (one.lineno, one.value)
                    for one in ast.walk(value)
                    if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value != key
                )


def test_no_reason_is_written_by_hand() -> None:
    found = [f"{name_of(path)}:{line} {text!r}" for path in readers() for line, text in written_by_hand(path)]
    found += [
        f"{name_of(path)}:{node.lineno} {node.value!r}"
        for path in readers()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and node.value in CODES - {"cut_off"}  # also a kind of note about a file
    ]
    assert not found, (
        f"Add the code to schemas/rejects.py, in both languages, and name it by RejectReason: {sorted(set(found))}"
    )


def test_every_reason_is_given_somewhere() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in readers())
    used = set(re.findall(r"RejectReason\.([A-Z_]+)", text))
    unused = sorted(set(RejectReason.__members__) - used)
    assert not unused, f"No module gives these reasons any more; take them out of schemas/rejects.py: {unused}"


def test_every_reason_is_said_in_both_languages() -> None:
    silent = [str(reason) for reason in RejectReason if not reason.vi or not reason.en or reason.vi == reason.en]
    assert not silent, f"Say these in Vietnamese and in English in schemas/rejects.py: {silent}"
    assert len(CODES) == len(RejectReason.__members__), "Two reasons share a code."
