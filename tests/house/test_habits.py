"""Habits of the repository: dated releases, one way to run the checks, no wheel of an application."""

from __future__ import annotations

import re
import tomllib
from datetime import date

import yaml

from tests.house.tree import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_release_has_its_day_and_the_newest_is_this_one() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    releases = [re.fullmatch(r"(\d+)\.(\d+)\.(\d+) · (\d{4}-\d\d-\d\d)", heading) for heading in headings]
    undated = [heading for heading, found in zip(headings, releases, strict=True) if found is None]
    assert (undated, headings[: len(undated)]) in (([], []), (["Unreleased"], ["Unreleased"])), (
        f"A heading of CHANGELOG.md is `## 0.2.0 · 2026-11-29`, or `## Unreleased` at the top: {undated}"
    )
    known = [(tuple(map(int, found.groups()[:3])), date.fromisoformat(found[4])) for found in releases if found]
    assert known == sorted(known, reverse=True), (
        "Releases stand in CHANGELOG.md newest first, each with the day of its last change."
    )
    newest = ".".join(map(str, known[0][0]))
    assert PROJECT["project"]["version"] == newest, f"The newest release of CHANGELOG.md is {newest}: say so in pyproject.toml."


def test_the_application_is_not_published() -> None:
    assert PROJECT["project"]["classifiers"] == ["Private :: Do Not Upload"], "It is run from a clone; no registry takes it."


def test_hooks_call_targets_of_the_makefile() -> None:
    repositories = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert [repository["repo"] for repository in repositories] == ["local"], (
        "A hook fetches nothing: call a target of the Makefile."
    )
    entries = [hook["entry"].split() for repository in repositories for hook in repository["hooks"]]
    wrong = [entry for entry in entries if entry[0] != "make" or not set(entry[1:]) <= targets]
    assert entries, "At least `make check` stands between an edit and a commit."
    assert not wrong, f"Each hook is `make TARGET` with a target of the Makefile: {wrong}"


def test_editors_are_told_what_the_linter_asks() -> None:
    told = (ROOT / ".editorconfig").read_text(encoding="utf-8")
    length = PROJECT["tool"]["ruff"]["line-length"]
    assert f"[*.py]\nmax_line_length = {length}" in told, (
        f"Lines of Python have at most {length} characters: say so in .editorconfig."
    )


def test_the_door_is_short_and_leads_to_what_is_there() -> None:
    door = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert len(door.splitlines()) <= 150, "CONTRIBUTING.md is read before the first change: at most 150 lines."
    named = set(re.findall(r"`((?:config|schemas|tasks|flows|tests|docs)/[\w/.-]+)`", door))
    lost = sorted(name for name in named if not (ROOT / name).exists())
    assert not lost, f"CONTRIBUTING.md sends its reader to what is not there: {lost}"
    tests = {path.stem for path in (ROOT / "tests" / "house").glob("test_*.py")}
    untold = sorted(tests - set(re.findall(r"\btest_\w+", door)))
    assert not untold, f"Say in CONTRIBUTING.md what these house tests hold: {untold}"
