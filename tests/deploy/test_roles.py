"""The roles of an office's own PostgreSQL: the product runs with what deploy/postgresql/roles.sql gives, readers read what is theirs alone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import date

import psycopg2
import pytest

from config.errors import ConfigError, WarehouseError
from config.read_once import forget
from config.settings import ROOT
from schemas.catalogue import LAYERS
from schemas.dossiers import DOSSIERS
from schemas.reference import UNITS
from tasks.warehouse.agency_readers import GrantedAgency, end_reader, let_see
from tasks.warehouse.cluster import Cluster, shipped_program
from tasks.warehouse.engine import engine, fetch_all, reset_engine
from tasks.warehouse.load import load
from tasks.warehouse.migrations import migrate
from tasks.warehouse.readers import AGENCY_ROLE, EVERY_AGENCY_ROLE, roles_of_reader

UNIT = {"unit_code": "H99.1", "valid_from": date(2025, 7, 1), "name": "Xã 1", "level": "commune"}
DOSSIER = {
    "source": "a",
    "code": "H99.1-260301-0001",
    "partition_month": date(2026, 3, 1),
    "role": "primary",
    "unit_code": "H99.1",
}
SCRIPT = ROOT / "deploy" / "postgresql" / "roles.sql"
NAMES = {
    "owner": "office_login",
    "owning": "office_owner",
    "database": "office",
    "prefect": "office_prefect",
    "reader": "office_reader",
}
AGENCY = "office_agency"
PASSWORDS = {"MOTCUA_PASSWORD": "đầu-1", "PREFECT_PASSWORD": "giữa'2", "READER_PASSWORD": "cuối-3", "AGENCY_PASSWORD": "xã-4"}


def address(warehouse: Cluster, role: str, password: str) -> dict[str, str]:
    return {
        "host": str(warehouse.sockets),
        "dbname": NAMES["database"],
        "user": NAMES.get(role, role),
        "password": password,
    }


@pytest.fixture
def office(warehouse: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """The script has run, twice, and MOTCUA_DATABASE_URL names the database of its owner."""
    warehouse.ensure_running()  # tests before this one kill servers
    for _ in range(2):
        _run_script(warehouse)
    yield from _as_owner(warehouse, monkeypatch)


def _as_owner(warehouse: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
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
        cursor.execute(f'DROP ROLE IF EXISTS "{AGENCY}"')  # first: its role was given by the owner
        for name in ("owner", "owning", "prefect", "reader"):
            cursor.execute(f'DROP ROLE "{NAMES[name]}"')


def _superuser(warehouse: Cluster) -> psycopg2.extensions.connection:
    return warehouse._connect("postgres")


def _run_script(warehouse: Cluster, *more: str) -> None:
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
    options = [word for name, value in NAMES.items() for word in ("-v", f"{name}={value}")] + list(more)
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


RIGHTS = """
    SELECT rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = {who}
"""
OWNED = """
    SELECT DISTINCT pg_get_userbyid(owner)::text FROM (
        SELECT relowner FROM pg_class WHERE relnamespace = ANY(%(layers)s::regnamespace[])
        UNION ALL SELECT proowner FROM pg_proc WHERE pronamespace = ANY(%(layers)s::regnamespace[])
        UNION ALL SELECT nspowner FROM pg_namespace WHERE oid = ANY(%(layers)s::regnamespace[])
        UNION ALL SELECT datdba FROM pg_database WHERE datname = current_database()
    ) AS owned (owner)
"""


def test_the_owner_migrates_without_any_right_beyond_its_database(office: Cluster) -> None:
    assert migrate()
    assert fetch_all(RIGHTS.format(who="session_user")) == [(True, *(False,) * 5)]
    assert fetch_all(RIGHTS.format(who="current_user")) == [(False,) * 6], "who owns the tables cannot log in"
    assert fetch_all(OWNED, {"layers": list(LAYERS)}) == [(NAMES["owning"],)]
    assert fetch_all("SELECT count(*)::int FROM mart.publications") == [(0,)]
    for statement in ("CREATE ROLE one_more", "CREATE DATABASE one_more", "COPY (SELECT 1) TO PROGRAM 'true'"):
        assert refused(office, "owner", PASSWORDS["MOTCUA_PASSWORD"], statement) in ("42501", "25001"), statement


def test_a_database_whose_owner_logs_in_is_handed_over_with_all_that_is_in_it(
    warehouse: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.ensure_running()
    with closing(_superuser(warehouse)) as connection, connection.cursor() as cursor:
        connection.autocommit = True  # as the script of earlier releases left it
        cursor.execute(f'CREATE ROLE "{NAMES["owner"]}" LOGIN PASSWORD %s', (PASSWORDS["MOTCUA_PASSWORD"],))
        cursor.execute(f'CREATE DATABASE "{NAMES["database"]}" OWNER "{NAMES["owner"]}"')
    for _ in _as_owner(warehouse, monkeypatch):
        assert migrate()
        with load("access", "before") as current:
            current.replace(UNITS, UNITS.frame([UNIT]).drop(columns=list(UNITS.managed)), {"unit_code": "H99.1"})
        before = _acls()
        reset_engine()
        for _again in range(2):
            _run_script(warehouse)
        assert fetch_all(OWNED, {"layers": list(LAYERS)}) == [(NAMES["owning"],)]
        assert _acls() == {name.replace(NAMES["owner"], NAMES["owning"]) for name in before}
        with load("access", "after") as current:  # merges, as before, into tables whose policies bind their owner
            current.replace(
                UNITS, UNITS.frame([UNIT | {"name": "Xã Một"}]).drop(columns=list(UNITS.managed)), {"unit_code": "H99.1"}
            )
            current.replace(DOSSIERS, DOSSIERS.frame([DOSSIER]).drop(columns=list(DOSSIERS.managed)), {"source": "a"})
        assert fetch_all("SELECT count(*)::int FROM core.dossiers") == [(1,)]
        with engine().begin() as opened:
            opened.exec_driver_sql("CREATE TABLE mart.one_more (a int)")
        assert fetch_all("SELECT has_table_privilege('motcua_read', 'mart.one_more', 'SELECT')") == [(True,)]


def _acls() -> set[str]:
    """Every right on tables and every policy, as text."""
    rights = "SELECT c.relname || ' ' || one FROM pg_class AS c, unnest(c.relacl::text[]) AS one WHERE relnamespace = ANY(%(l)s::regnamespace[])"
    policies = "SELECT tablename || ' ' || policyname || ' ' || (SELECT string_agg(one, ',' ORDER BY one) FROM unnest(roles::text[]) AS one) FROM pg_policies"
    return {text for (text,) in [*fetch_all(rights, {"l": list(LAYERS)}), *fetch_all(policies)]}


def test_an_account_of_an_agency_is_made_by_the_script_and_sees_what_it_is_given(office: Cluster) -> None:
    migrate()
    with load("reference", "units") as current:
        current.replace(UNITS, UNITS.frame([UNIT]).drop(columns=list(UNITS.managed)), {"unit_code": "H99.1"})
        rows = [DOSSIER, DOSSIER | {"code": "H99.2-260301-0001", "unit_code": "H99.2"}]
        current.replace(DOSSIERS, DOSSIERS.frame(rows).drop(columns=list(DOSSIERS.managed)), {"source": "a"})
    with pytest.raises(ConfigError, match="agency_reader=NAME"):
        let_see(AGENCY, [GrantedAgency("H99.1")])
    _run_script(office, "-v", f"agency_reader={AGENCY}")
    assert seen(office) == []
    assert let_see(AGENCY, [GrantedAgency("H99.1")]) is None
    assert seen(office) == [("H99.1-260301-0001",)]
    with pytest.raises(ConfigError, match="DROP ROLE"):
        end_reader(AGENCY)
    assert seen(office) == [], "whoever removes it takes its agencies at once"


def test_an_account_that_sees_every_agency_changes_its_role_by_the_product_alone(office: Cluster) -> None:
    migrate()
    with load("reference", "units") as current:
        current.replace(UNITS, UNITS.frame([UNIT]).drop(columns=list(UNITS.managed)), {"unit_code": "H99.1"})
        rows = [DOSSIER, DOSSIER | {"code": "H99.2-260301-0001", "unit_code": None}]
        current.replace(DOSSIERS, DOSSIERS.frame(rows).drop(columns=list(DOSSIERS.managed)), {"source": "a"})
    _run_script(office, "-v", f"agency_reader={AGENCY}")
    for code, role, sees in (("*", EVERY_AGENCY_ROLE, 2), ("H99.1", AGENCY_ROLE, 1)):
        assert let_see(AGENCY, [GrantedAgency(code)]) is None
        assert (roles_of_reader(AGENCY), len(seen(office))) == ((role,), sees), code
        _run_script(office, "-v", f"agency_reader={AGENCY}")  # again, as before an upgrade
        assert roles_of_reader(AGENCY) == (role,)
    with closing(_superuser(office)) as connection, connection.cursor() as cursor:  # as a script of earlier releases left it
        cursor.execute(f'REVOKE motcua_every_agency FROM "{NAMES["owning"]}" CASCADE')
        connection.commit()
    with pytest.raises(WarehouseError, match=r"run deploy/postgresql/roles\.sql \(it can be run again\)"):
        let_see(AGENCY, [GrantedAgency("*")])
    assert seen(office) == [], "what it sees every agency by is not there"


def seen(office: Cluster) -> list[tuple[str, ...]]:
    with (
        closing(psycopg2.connect(**address(office, AGENCY, PASSWORDS["AGENCY_PASSWORD"]))) as driver,
        driver.cursor() as cursor,
    ):
        cursor.execute("SELECT code FROM core.dossiers ORDER BY 1")
        return list(cursor.fetchall())


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
