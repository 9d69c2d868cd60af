"""Pages that are generated are current, and links lead somewhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from schemas.documentation import PAGE, page
from schemas.privacy_page import PRIVACY_PAGES, privacy_page
from tests.house.tree import ROOT, files, modules, name_of, parsed

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
PAGES = list(files(".md"))
READMES = (ROOT / "README.md", ROOT / "README.vi.md")


def test_tables_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "docs/tables.md is stale: run `make docs` and commit it."


@pytest.mark.parametrize("language", PRIVACY_PAGES)
def test_privacy_page_is_current(language: str) -> None:
    text = PRIVACY_PAGES[language].read_text(encoding="utf-8")
    assert privacy_page(text, language) == text, f"{PRIVACY_PAGES[language].name} is stale: run `make docs` and commit it."


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    inside = [target for target in LINK.findall(text) if "://" not in target and not target.startswith(("#", "mailto:"))]
    dead = [target for target in inside if not (path.parent / target.split("#")[0]).exists()]
    assert not dead, f"{name_of(path)} links to what is not there: {dead}"


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_anchors_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    known = {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
    dead = [target for target in LINK.findall(text) if target.startswith("#") and target[1:] not in known]
    assert not dead, f"{name_of(path)} links to headings that are not there: {dead}"


def commands(path: Path) -> list[str]:
    """Lines of the shell blocks of a page, comments left out."""
    blocks = re.findall(r"```(?:sh|bash|console)\n(.*?)```", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [line.split("#")[0].strip() for block in blocks for line in block.splitlines() if line.split("#")[0].strip()]


@pytest.mark.parametrize("path", READMES, ids=name_of)
def test_commands_of_the_readme_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    asked = {target for line in commands(path) for target in re.findall(r"\bmake ([a-z]+)", line)}
    assert asked <= targets, f"{name_of(path)} names targets that the Makefile lacks: {sorted(asked - targets)}"
    assert {"demo", "test"} <= asked, f"{name_of(path)} must show `make demo` and `make test`."


def test_both_readmes_show_the_same_commands() -> None:
    english, vietnamese = (commands(path) for path in READMES)
    assert english == vietnamese, f"The two READMEs differ in their commands: {set(english) ^ set(vietnamese)}"


def test_ci_runs_the_test_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    done = [line for line in script if line and not line.startswith("#") and not line.startswith(("set ", "cd "))]
    assert done == ["make test"], f".ci/run calls `make test` and does nothing else, not {done}."


LONGEST_DOCSTRING_LINE = 110


def long_first_lines(path: Path) -> list[str]:
    """Public functions and classes of a module whose docstring begins with more than a clause."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    public = [node for node in ast.walk(parsed(path)) if isinstance(node, kinds) and not node.name.startswith("_")]
    first = {node.name: (ast.get_docstring(node) or "").partition("\n")[0] for node in public}
    return [f"{name_of(path)}: {name} ({len(line)})" for name, line in first.items() if len(line) > LONGEST_DOCSTRING_LINE]


def test_docstrings_begin_with_one_clause() -> None:
    found = [line for path in modules() for line in long_first_lines(path)]
    assert not found, f"Shorten the first line to one clause, and put the rest into a paragraph below it: {found}"
