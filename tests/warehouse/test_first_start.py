"""First starts of a cluster that are killed at any moment: whoever comes next has a server, and nothing is left behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from psycopg2 import connect

from config.settings import ROOT
from tasks.warehouse.cluster import Cluster

_START = """
import sys
from pathlib import Path
from tasks.warehouse.cluster import Cluster
Cluster(Path(sys.argv[1])).ensure_running()
"""
MOMENTS = {
    "initdb begins": "data",
    "initdb has made its folders": "data/PG_VERSION",
    "initdb fills the catalogues": "data/base/1/PG_VERSION",
    "the server starts": "data/motcua.conf",
    "the server is up": "data/postmaster.pid",
}


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="motcua-first-") as folder:
        Path(folder).chmod(0o711)  # the server's own account passes
        made = Cluster(Path(folder).resolve() / "home")
        yield made
        made.stop()


def working_in(cluster: Cluster) -> list[str]:
    """Programs that have the data folder among their arguments."""
    told = (process.info for process in psutil.process_iter(["name", "cmdline"]))
    return sorted(info["name"] for info in told if str(cluster.data) in (info["cmdline"] or []))


def start_and_kill(cluster: Cluster, moment: str) -> None:
    starting = subprocess.Popen([sys.executable, "-c", _START, str(cluster.home)], cwd=ROOT)
    mark = cluster.folder / MOMENTS[moment]
    while not mark.exists():
        assert starting.poll() is None, "it ended before that moment"
        time.sleep(0.002)
    starting.send_signal(signal.SIGKILL)
    starting.wait()


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_first_start_that_was_killed_is_made_good_by_the_next(cluster: Cluster, moment: str) -> None:
    start_and_kill(cluster, moment)
    cluster.ensure_running()
    with connect(cluster.url("motcua", "")) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW data_checksums")
        assert cursor.fetchall() == [("on",)]
    assert working_in(cluster) == ["postgres"]


@pytest.mark.parametrize("moment", [*MOMENTS][:3])
def test_what_a_killed_first_start_left_is_stopped_before_its_folder_goes(cluster: Cluster, moment: str) -> None:
    start_and_kill(cluster, moment)
    cluster.stop_if_unused()
    assert working_in(cluster) == []
