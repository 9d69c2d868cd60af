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
    done = subprocess.run([sys.executable, "-c", _RUN, *command.split()], cwd=ROOT, capture_output=True, text=True, check=False)
    imported = done.stdout.rsplit("IMPORTED", 1)[1].split()
    assert "psycopg2" in imported, "it came as far as the warehouse"
    assert not set(HEAVY) & set(imported)
