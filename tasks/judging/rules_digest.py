"""Digest of everything besides the data that decides verdicts: rules code and configuration."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from config.policies import policies_of_a_run
from config.read_once import read_once
from config.settings import ROOT, settings
from config.waivers import waivers_path

_CODE = (
    "config/codes.py",
    "tasks/rules/**/*.py",
    "tasks/judge.py",
    "tasks/check.py",
    "tasks/judging/offices.py",
    "tasks/judging/clocks.py",
)
_RULES = ("policies/*.yaml", "checks.yaml", "areas.yaml", "indicators/*.yaml")
CONFIGURATION_FILES = ("calendar/**/*.yaml", *_RULES)
"""Patterns of the files below the configuration that decide figures."""


class ConfigurationFolders(NamedTuple):
    """Folders of calendars, policies, checks and indicators, and of source files."""

    config: Path
    sources: Path


def configuration() -> ConfigurationFolders:
    """Return where the configuration in force lies."""
    chosen = settings()
    return ConfigurationFolders(chosen.config_dir, chosen.sources_dir)


@read_once
def rules_digest() -> str:
    """Return the SHA-256 over the rules' code, calendars, policies, checks, indicators and source files.

    A verdict computed under another digest is computed again. Line ends are folded, so a checkout on
    another system gives the same digest.
    """
    return _digested(hashlib.sha256(_judged_policies()), [*_code_files(), *_configuration_files(CONFIGURATION_FILES)])


@read_once
def code_digest() -> str:
    """Return the SHA-256 over the rules' code; it is a part of :func:`rules_digest`."""
    return _digested(hashlib.sha256(), _code_files())


def rest_digest() -> str:
    """Return the digest of all that decides figures besides the data and the calendars."""
    waivers = [path for path in (waivers_path(),) if path.exists()]
    begun = hashlib.sha256(code_digest().encode() + b"\0" + _judged_policies())
    return _digested(begun, [*_configuration_files(_RULES), *waivers])


def _judged_policies() -> bytes:
    """Name the policies that a run judges, which also hangs on a setting."""
    return " ".join(sorted(policies_of_a_run())).encode()


@read_once
def calendar_digest(folder: Path) -> str:
    """Return the SHA-256 over the calendars and notices of a folder; they are a part of :func:`rules_digest`."""
    return _digested(hashlib.sha256(), folder.rglob("*.yaml"))


def figures_digest() -> str:
    """Return the digest of all that decides figures besides the data: the rules, and what is waived.

    A waiver changes no verdict and no finding, so nothing is judged again because of it.
    """
    path = waivers_path()
    content = path.read_bytes().replace(b"\r\n", b"\n") if path.exists() else b""
    return hashlib.sha256(rules_digest().encode() + b"\0" + content).hexdigest()


def _code_files() -> list[Path]:
    return [path for pattern in _CODE for path in ROOT.glob(pattern)]


def _configuration_files(patterns: Iterable[str]) -> list[Path]:
    """List the files of these patterns below the configuration, and the source files."""
    chosen = configuration()
    sources = [path for path in chosen.sources.glob("*.yaml") if not path.name.startswith("example-")]
    return [*(path for pattern in patterns for path in chosen.config.glob(pattern)), *sources]


def _digested(digest: hashlib._Hash, files: Iterable[Path]) -> str:
    """Add names and contents of files, in the order of their names; line ends are folded."""
    for path in sorted(files, key=_name):
        digest.update(_name(path).encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def _name(path: Path) -> str:
    """Name a file the same wherever the checkout lies."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
