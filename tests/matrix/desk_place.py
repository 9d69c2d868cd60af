"""Installation of a row's own with the small desk, migrated and with its directories loaded; nothing of it is left at the end."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.read_once import forget
from tasks.warehouse.cluster import ensure_cluster
from tasks.warehouse.engine import reset_engine
from tasks.warehouse.migrations import migrate
from tests.faults import small_desk as desk
from tests.prepared_home import new_home
from tests.warehouse.snapshot import Snapshot


@dataclass(frozen=True)
class DeskPlace:
    """Where a row works: MOTCUA_HOME, the folder of the desk, and the warehouse before its first dossier."""

    home: Path
    folder: Path
    begin: Snapshot


@contextmanager
def desk_place(row: str) -> Iterator[DeskPlace]:
    """Have this process work for a small desk of the row."""
    home, folder = new_home(f"motcua-{row}-"), Path(tempfile.mkdtemp(prefix=f"motcua-{row}-desk-"))
    cluster = ensure_cluster(home)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MOTCUA_HOME", str(home))
            forget()
            migrate()
            with desk.small_office(cluster, folder) as begin:
                yield DeskPlace(home, folder, begin)
    finally:
        reset_engine()
        cluster.stop()
        shutil.rmtree(home)
        shutil.rmtree(folder)
