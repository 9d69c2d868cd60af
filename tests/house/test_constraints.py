"""The pins: every package that is needed is pinned, nothing else is, and what runs here is what is pinned."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.tree import ROOT

# What a fresh environment brings along, or what is only needed to build.
BUILD_ONLY = {"setuptools", "pip"}
PYTHONS = ("3.11", "3.12", "3.13")


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    return {canonicalize_name(name): version for name, version in (line.split("==") for line in lines)}


def declared() -> dict[str, list[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    optional = [text for texts in project["project"]["optional-dependencies"].values() for text in texts]
    return {"run": project["project"]["dependencies"] + optional, "build": project["build-system"]["requires"]}


def needed(*pythons: str) -> Iterator[tuple[str, Requirement]]:
    """Walk the installed metadata from our own declarations, for this Python or for those named."""
    environments = [{"python_version": v, "python_full_version": f"{v}.0"} for v in pythons] or [{}]
    queue = [("pyproject.toml", Requirement(text)) for text in declared()["run"]]
    seen: set[tuple[str, frozenset[str]]] = set()
    while queue:
        asked_by, requirement = queue.pop()
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if key in seen:
            continue
        seen.add(key)
        yield asked_by, requirement
        for text in requires(requirement.name):
            child, extras = Requirement(text), ("", *requirement.extras)
            if child.marker is None or any(child.marker.evaluate({**e, "extra": x}) for e in environments for x in extras):
                queue.append((requirement.name, child))


def requires(name: str) -> list[str]:
    """Return what an installed distribution asks for; nothing where it is not installed."""
    try:
        return distribution(name).requires or []
    except PackageNotFoundError:
        return []


def test_everything_needed_is_pinned_and_installed_so() -> None:
    wrong = []
    pinned = pins()
    for asked_by, requirement in needed():
        name = canonicalize_name(requirement.name)
        try:
            installed = distribution(name).version
        except PackageNotFoundError:
            installed = "nothing"
        if name not in BUILD_ONLY and pinned.get(name) != installed:
            wrong.append(f"{name} (for {asked_by}): pinned {pinned.get(name, 'nowhere')}, installed {installed}")
    assert not wrong, "Run `rm -r .venv && make check`, or pin what was tried, in constraints.txt:\n" + "\n".join(wrong)


def test_nothing_idle_is_pinned() -> None:
    reached = {canonicalize_name(requirement.name) for _, requirement in needed(*PYTHONS)}
    reached |= {canonicalize_name(Requirement(text).name) for text in declared()["build"]}
    idle = sorted(set(pins()) - reached)
    assert not idle, f"Nothing asks for these; take them out of constraints.txt: {idle}"


def test_pins_are_names_and_versions_in_order() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    strange = [line for line in lines if line.count("==") != 1 or "/" in line or "@" in line or " " in line]
    assert not strange, f"A pin is name==version, no address: {strange}"
    assert lines == sorted(lines), "Sort constraints.txt by name, so that a change shows as one line."


def test_what_is_declared_says_why() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("dependencies = [", 1)[1].split("\n]", 1)[0]
    silent = [line.strip() for line in text.splitlines() if line.strip() and "#" not in line]
    assert not silent, f"Say in a comment what the package is for: {silent}"
