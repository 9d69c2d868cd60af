"""Settings of Prefect: one block, set before Prefect is imported and handed to every child.

Measured one by one: results are never kept, nothing is sent home, the page that calls
a tracker is not served, everything behind a password, foreign pages get no answer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from flows.runtime import logging_file
from flows.runtime.logging_filter import install

# The heartbeat is what tells a killed run from a long one; 30 s is the least that Prefect takes.
HEARTBEAT_SECONDS = 30


def lease_folder(home: Path) -> Path:
    """Return where a server keeps the leases of places; Prefect has no setting for it."""
    return home / "prefect" / "concurrency_leases"


def api_url(port: int) -> str:
    """Return the address of the server's API."""
    return f"http://127.0.0.1:{port}/api"


def client_environment(home: Path, port: int, auth: str) -> dict[str, str]:
    """Return the settings of whoever talks to the server: flows, the worker, ``motcua``."""
    return {
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_API_URL": api_url(port),
        "PREFECT_API_AUTH_STRING": auth,
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_RESULTS_LOCAL_STORAGE_PATH": str(home / "prefect" / "storage"),
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
        # Without it a client that finds no server would start one of its own, on a database that nobody looks at.
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        # What a server answers whose database is being started again: a run waits for it as it waits for the server.
        "PREFECT_CLIENT_RETRY_EXTRA_CODES": "500",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "true",
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_LOGGING_SETTINGS_PATH": str(home / "prefect" / "motcua-logging.yml"),
        "PREFECT_WORKER_QUERY_SECONDS": "5",
    }


def server_environment(home: Path, port: int, auth: str, database_url: str) -> dict[str, str]:
    """Return the settings of the server process; the database's address goes to it and to nobody else."""
    address = f"http://127.0.0.1:{port}"
    return client_environment(home, port, auth) | {
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": database_url,
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_API_AUTH_STRING": auth,
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": address,
        # Left alone, the page asks port 4200 of the reader's own machine. Relative, it asks whom it came from: a proxy too.
        "PREFECT_SERVER_UI_API_URL": "/api",
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        # Seconds. A database that is away refuses at once; one on a busy machine is slow, and a run is not to fail of that.
        "PREFECT_SERVER_DATABASE_CONNECTION_TIMEOUT": "30",
        "PREFECT_SERVER_DATABASE_TIMEOUT": "60",
        # In memory, the leases of runs that go on would end with a server that is killed, and their places stay taken.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    }


def without_prefect(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without settings of Prefect: an API key left there would win over the password."""
    return {name: value for name, value in environment.items() if not name.startswith("PREFECT_")}


def child_environment(block: Mapping[str, str]) -> dict[str, str]:
    """Return what a child process gets: this process's environment with the block instead of its Prefect settings.

    A folder that it is started in, with a ``tasks.py`` of its own, is not searched for modules.

    Raises:
        ConfigError: the set-up of its logging cannot be written.
    """
    logging_file.keep(Path(block["PREFECT_LOGGING_SETTINGS_PATH"]))
    return without_prefect(os.environ) | dict(block) | {"PYTHONSAFEPATH": "1"}


def enter(block: Mapping[str, str]) -> None:
    """Put the block into this process's environment; before Prefect is imported, or it costs reading them again.

    Files made from here on are readable by their owner only.

    Raises:
        ConfigError: the set-up of logging cannot be written, or would not mask.
    """
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    os.environ.update(block)
    os.umask(0o077)
    home = Path(block["PREFECT_HOME"])
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    home.chmod(0o700)
    logging_file.keep(Path(block["PREFECT_LOGGING_SETTINGS_PATH"]))
    install()
    if "prefect" in sys.modules:
        _read_again()


def _read_again() -> None:
    """Have an imported Prefect take the new settings: it reads them once, at import."""
    from prefect.context import refresh_global_settings_context
    from prefect.logging.configuration import setup_logging

    refresh_global_settings_context()
    setup_logging(incremental=False)
