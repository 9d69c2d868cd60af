"""Prepared installation, made once a run of the tests: databases migrated, no row in them; copied instead of begun anew.

A first start (initdb, our migrations, those of Prefect's server, the libraries of the chart) costs fifteen seconds of a core, and
a whole run has some twenty.
How a first start goes is tested where it is the subject: tests/warehouse/test_cluster.py, test_first_start.py, the tour.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from config.settings import ROOT
from tests.ports import free_port

_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")  # of all workers of one run; none where a single process tests
_NAME = "motcua-prepared-"
_PREPARE = """
from config.settings import settings
from flows.runtime.session import session
from tasks.reports.site.build import charting
with session():
    charting(settings().page_options.cache)
"""


def new_home(prefix: str) -> Path:
    """Return a new folder for an installation; with its databases in it where several workers share the prepared one."""
    home = Path(tempfile.mkdtemp(prefix=prefix))
    if _RUN:
        for part in _prepared().iterdir():
            subprocess.run(["cp", "-a", str(part), str(home)], check=True)
    return home


def forget_prepared(run: str) -> None:
    """Remove what the workers of a run shared."""
    shutil.rmtree(_shared(run), ignore_errors=True)


def _prepared() -> Path:
    folder = _shared(_RUN)
    folder.mkdir(mode=0o711, exist_ok=True)
    home = folder / "home"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            _prepare(folder / "begun")
            (folder / "begun").rename(home)
    return home


def _shared(run: str) -> Path:
    return Path(tempfile.gettempdir()) / f"{_NAME}{run}"


def _prepare(home: Path) -> None:
    home.mkdir(mode=0o711)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MOTCUA_", "PREFECT_"))}
    environment |= {"MOTCUA_HOME": str(home), "MOTCUA_PREFECT_PORT": str(free_port())}
    subprocess.run([sys.executable, "-c", _PREPARE], cwd=ROOT, env=environment, check=True)
    shutil.rmtree(home / "log", ignore_errors=True)
