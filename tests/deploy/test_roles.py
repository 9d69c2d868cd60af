"""The roles of an office's own PostgreSQL: the product runs with what deploy/postgresql/roles.sql gives, and readers read publications alone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest

from config.read_once import forget
from config.settings import ROOT
from tasks.warehouse.cluster import Cluster, shipped_program
from tasks.warehouse.engine import fetch_all, reset_engine
from tasks.warehouse.migrations import migrate

SCRIPT = ROOT / "deploy" / "postgresql" / "roles.sql"
NAMES = {"owner": "office_owner", "database": "office", "prefect": "office_prefect", "reader": "office_reader"}
PASSWORDS = {"MOTCUA_PASSWORD": "đầu-1", "PREFECT_PASSWORD": "giữa'2", "READER_PASSWORD": "cuối-3"}


def address(warehouse: Cluster, role: str, password: str) -> dict[str, str]:
    return {"host": str(warehouse.sockets), "dbname": NAMES["database"], "user": NAMES[role], "password": password}


@pytest.fixture
def office(warehouse: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """The script has run, twice, and MOTCUA_DATABASE_URL names the database of its owner."""
    warehouse.ensure_running()  # tests before this one kill servers
    for _ in range(2):
        _run_script(warehouse)
    of = address(warehouse, "owner", "")
    monkeypatch.setenv("MOTCUA_DATABASE_URL", f"postgresql://{of['user']}:%C4%91%E1%BA%A7u-1@/{of['dbname']}?host={of['host']}")
    forget()
    reset_engine()
    yield warehouse
    reset_engine()
    with closing(_superuser(warehouse)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        for name in (NAMES["database"], NAMES["prefect"]):
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        for name in (NAMES["owner"], NAMES["prefect"], NAMES["reader"]):
            cursor.execute(f'DROP ROLE "{name}"')


def _superuser(warehouse: Cluster) -> psycopg2.extensions.connection:
    return warehouse._connect("postgres")


def _run_script(warehouse: Cluster) -> None:
    with closing(_superuser(warehouse)) as connection:
        parts = {**connection.get_dsn_parameters(), "password": connection.info.password}
    environment = {
        **os.environ,
        **PASSWORDS,
        "PGHOST": parts["host"],
        "PGUSER": parts["user"],
        "PGPASSWORD": parts["password"] or "",
        "PGDATABASE": "postgres",
    }
    options = [word for name, value in NAMES.items() for word in ("-v", f"{name}={value}")]
    subprocess.run(
        [str(shipped_program("psql")), "-X", "-q", *options, "-f", str(SCRIPT)],
        env=environment,
        check=True,
        capture_output=True,
    )


def refused(warehouse: Cluster, role: str, password: str, statement: str) -> str:
    with closing(psycopg2.connect(**address(warehouse, role, password))) as connection, connection.cursor() as cursor:
        try:
            cursor.execute("SET default_transaction_read_only = off")  # whoever may log in may ask for that
            connection.commit()
            cursor.execute(statement)
        except psycopg2.Error as error:
            return str(error.pgcode)
        return ""


def test_the_owner_migrates_without_any_right_beyond_its_database(office: Cluster) -> None:
    assert migrate()
    rights = (
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = CURRENT_USER"
    )
    assert fetch_all(rights) == [(False, False, False, False, False)]
    assert fetch_all("SELECT count(*)::int FROM mart.publications") == [(0,)]
    for statement in ("CREATE ROLE one_more", "CREATE DATABASE one_more", "COPY (SELECT 1) TO PROGRAM 'true'"):
        assert refused(office, "owner", PASSWORDS["MOTCUA_PASSWORD"], statement) in ("42501", "25001"), statement


READS = {
    "SELECT * FROM mart.current_indicators": "",
    "SELECT * FROM core.dossiers": "42501",
    "SELECT * FROM raw.pages": "42501",
    "SELECT * FROM judged.verdicts": "42501",
    "SELECT * FROM quality.findings": "42501",
    "DELETE FROM mart.stored_indicators": "42501",
    "CREATE TABLE mart.one_more (a int)": "42501",
    "CREATE TEMP TABLE one_more (a int)": "42501",
}


@pytest.mark.usefixtures("office")
def test_the_reader_reads_publications_and_nothing_else(office: Cluster) -> None:
    migrate()
    found = {statement: refused(office, "reader", PASSWORDS["READER_PASSWORD"], statement) for statement in READS}
    assert found == READS


def test_who_owns_one_database_enters_no_other(office: Cluster) -> None:
    for role, password, database in (
        ("prefect", "PREFECT_PASSWORD", "database"),
        ("owner", "MOTCUA_PASSWORD", "prefect"),
        ("reader", "READER_PASSWORD", "prefect"),
    ):
        with pytest.raises(psycopg2.OperationalError, match="permission denied"):
            psycopg2.connect(**{**address(office, role, PASSWORDS[password]), "dbname": NAMES[database]})
