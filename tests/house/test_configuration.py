"""Every file of the configuration loads as it lies in the repository: examples too."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.calendar import load_calendars
from config.indicators import load_definitions
from config.policies import load_policies
from config.sources import load_source
from config.waivers import load_waivers
from config.watch import load_watch
from tests.house.tree import ROOT, name_of

SOURCES = sorted((ROOT / "config" / "sources").glob("*.yaml")) + sorted((ROOT / "demo" / "sources").glob("*.yaml"))


def test_there_are_examples_to_copy() -> None:
    examples = [path for path in SOURCES if path.name.startswith("example-")]
    kinds = {load_source(path).kind for path in examples}
    assert kinds == {"rest", "sql", "files"}, f"Keep an example of each kind of source in config/sources, not only {kinds}."


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_source_loads(path: Path) -> None:
    source = load_source(path)
    assert source.calendar in load_calendars(), f"{name_of(path)} names a calendar that config/calendar lacks."


def test_waivers_load() -> None:
    assert load_waivers(ROOT / "config" / "waivers.yaml") == (), "Waivers are an office's own; none comes with the program."


@pytest.mark.parametrize("load", [load_calendars, load_policies, load_definitions, load_watch], ids=lambda load: load.__name__)
def test_law_loads(load) -> None:
    assert load(), "A folder of the configuration is empty."
