"""Start of commands that only read: none imports what only a run or a rare day needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from config.settings import ROOT

pytestmark = pytest.mark.usefixtures("warehouse")

COMMANDS = (
    "status",
    "list late",
    "tickets",
    "explain X",
    "holders",
    "quality",
    "cleaned",
    "corrections",
    "proposals",
    "rejected",
)
HEAVY = ("prefect", "great_expectations", "alembic", "holidays", "httpx", "xlsxwriter", "openpyxl", "dask")
WITHOUT_FRAMES = ("status", "rejected", "publications", "law")
FRAMES = ("pandas", "pyarrow", "numpy")
_RUN = """
import sys
from flows.commands import cli
try:
    cli.main(sys.argv[1:])
finally:
    print("IMPORTED", *sorted({name.split(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_reads_imports_no_more_than_it_needs(command: str) -> None:
    imported = _imports_of(command)
    assert "psycopg2" in imported, "it came as far as the warehouse"
    assert not set(HEAVY) & imported


@pytest.mark.parametrize("command", WITHOUT_FRAMES)
def test_a_command_that_shows_a_few_rows_imports_no_frames(command: str) -> None:
    assert not {*HEAVY, *FRAMES} & _imports_of(command)


def test_help_imports_nothing_of_the_warehouse() -> None:
    assert not {*HEAVY, *FRAMES, "sqlalchemy", "psycopg2"} & _imports_of("--help")


def _imports_of(command: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", _RUN, *command.split()], cwd=ROOT, capture_output=True, text=True, check=False)
    return set(done.stdout.rsplit("IMPORTED", 1)[1].split())
