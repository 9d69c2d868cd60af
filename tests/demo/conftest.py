"""One small province for all these tests, written once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.score import read_truth
from demo.world import World, make_world, write_world

SEED, DOSSIERS = 1, 500


@dataclass(frozen=True)
class Province:
    out: Path
    world: World
    truth: list[dict[str, str]]


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Province:
    out = tmp_path_factory.mktemp("province")
    world = make_world(SEED, DOSSIERS)
    write_world(world, out)
    return Province(out, world, read_truth(out))
