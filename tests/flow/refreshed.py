"""Installation that a first refresh has filled: made by the first test of a worker that begins there, put back for the others."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.settings import DEMONSTRATION_DAY
from tests.flow.installation import AS_OF, Installation
from tests.warehouse.snapshot import Snapshot, snapshot

# Of the services, which go on; what else lies in a home is of the run.
_STAYS = {"cluster", "prefect", "log", "keys", "cache", DEMONSTRATION_DAY}


@dataclass(frozen=True)
class Kept:
    """A filled warehouse, put aside, and the files of its home that are no landing files."""

    warehouse: Snapshot
    files: Path

    def put_back(self, home: Path) -> None:
        """Bring both back into an empty installation."""
        self.warehouse.restore()
        for part in self.files.iterdir():
            _remove(home / part.name)
            (shutil.copytree if part.is_dir() else shutil.copy2)(part, home / part.name)


_kept: list[Kept] = []  # of this worker, at most one


@pytest.fixture
def refreshed(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation as the first refresh, to the end of ``AS_OF``, leaves it."""
    if _kept:
        _kept[0].put_back(installation.home)
    else:
        installation.motcua("refresh", "--as-of", str(AS_OF))
        folder = tmp_path_factory.mktemp("refreshed")
        for part in (part for part in installation.home.iterdir() if part.name not in _STAYS | {"landing"}):
            (shutil.copytree if part.is_dir() else shutil.copy2)(part, folder / part.name)
        _kept.append(Kept(snapshot(tmp_path_factory.mktemp("landing") / "landing"), folder))
    return installation


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
