"""Rights on every table and view: what schemas/access.yaml declares, what a migrated database grants, and what a role really meets."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

import psycopg2
import pytest
import yaml
from psycopg2 import extensions

from config.settings import ROOT
from schemas.catalogue import LAYERS, TABLES, VIEWS
from tasks.warehouse.engine import connection, fetch_all

pytestmark = pytest.mark.usefixtures("warehouse")

VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
REFUSED = "42501"
# Of a view that cannot be written at all PostgreSQL says so before it asks for a right.
NO_TABLE = {"55000", "42809"}
PASSED = {"", "23502"}  # a row of nulls is refused by the table, after the right was asked
OBJECTS = """
    SELECT n.nspname || '.' || c.relname, c.relkind::text, c.relrowsecurity AND c.relforcerowsecurity
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY(%(layers)s) AND c.relkind IN ('r', 'v', 'm', 'p', 'f') ORDER BY 1
"""
GRANTED = """
    SELECT r.rolname, n.nspname || '.' || c.relname, a.privilege_type FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL aclexplode(c.relacl) AS a LEFT JOIN pg_roles AS r ON r.oid = a.grantee
    WHERE n.nspname = ANY(%(layers)s) AND c.relkind IN ('r', 'v', 'm', 'p', 'f') AND a.grantee <> c.relowner
    UNION SELECT r.rolname, n.nspname || '.' || c.relname || '.' || t.attname, a.privilege_type FROM pg_attribute AS t
    JOIN pg_class AS c ON c.oid = t.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL aclexplode(t.attacl) AS a LEFT JOIN pg_roles AS r ON r.oid = a.grantee
    WHERE n.nspname = ANY(%(layers)s)
"""
LAYER = {"layers": list(LAYERS)}


@cache
def declared() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "schemas" / "access.yaml").read_text(encoding="utf-8"))
    return read


def may(role: str, name: str) -> tuple[str, ...]:
    """The verbs of a role on an object, by the file."""
    word = declared()["objects"][name].get(role)
    return tuple(declared()["verbs"][word]) if word else ()


def test_the_file_names_every_table_and_view_and_no_other() -> None:
    assert set(declared()["objects"]) == {name for name, *_ in fetch_all(OBJECTS, LAYER)}
    assert {one.full_name for one in (*TABLES, *VIEWS)} <= set(declared()["objects"])
    assert {role for given in declared()["objects"].values() for role in given} <= set(declared()["roles"])


def test_the_database_grants_what_the_file_says_and_nothing_else() -> None:
    said = {(role, name, verb) for role, name in pairs() for verb in may(role, name)}
    assert {tuple(row) for row in fetch_all(GRANTED, LAYER)} == said


def pairs() -> Iterator[tuple[str, str]]:
    yield from product(declared()["roles"], declared()["objects"])


def test_each_role_may_do_what_the_file_says_and_is_refused_the_rest() -> None:
    """Every verb is tried: as each role, on each object, undone again."""
    kinds = {name: kind for name, kind, _ in fetch_all(OBJECTS, LAYER)}
    wrong, tried = [], 0
    for role in declared()["roles"]:
        with connection("test") as driver, driver.cursor() as cursor:
            cursor.execute(f"GRANT {role} TO CURRENT_USER")
            cursor.execute(f"SET LOCAL ROLE {role}")
            for name, verb in product(declared()["objects"], VERBS):
                met = attempt(cursor, name, verb)
                tried += 1
                allowed = verb in may(role, name)
                right = met in PASSED if allowed else met == REFUSED or (kinds[name] == "v" and met in NO_TABLE)
                if not right:
                    wrong.append((role, name, verb, met))
            driver.rollback()
    assert wrong == []
    assert tried == len(declared()["roles"]) * len(kinds) * len(VERBS) > 1000


def attempt(cursor: extensions.cursor, name: str, verb: str) -> str:
    """Try a verb on an object; return the SQLSTATE, empty where it went through."""
    cursor.execute("SAVEPOINT attempt")
    try:
        cursor.execute(statement(name, verb))
        return ""
    except psycopg2.Error as error:
        return str(error.pgcode)
    finally:
        cursor.execute("ROLLBACK TO SAVEPOINT attempt")


@cache
def first_column(name: str) -> str:
    query = "SELECT attname FROM pg_attribute WHERE attrelid = %(name)s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum LIMIT 1"
    return str(fetch_all(query, {"name": name})[0][0])


def statement(name: str, verb: str) -> str:
    """A statement that needs this right and no other; it changes no row."""
    return {
        "SELECT": f"SELECT count(*) FROM {name}",
        "INSERT": f"INSERT INTO {name} ({first_column(name)}) VALUES (NULL)",
        "UPDATE": f"UPDATE {name} SET {first_column(name)} = NULL WHERE false",
        "DELETE": f"DELETE FROM {name} WHERE false",
        "TRUNCATE": f"TRUNCATE {name}",
    }[verb]


def test_rows_are_held_back_where_the_file_says_own_and_nowhere_else() -> None:
    own = {name for name, given in declared()["objects"].items() if "own" in given.values()}
    bound = {name for name, _, held in fetch_all(OBJECTS, LAYER) if held}
    views = {name for name, kind, _ in fetch_all(OBJECTS, LAYER) if kind == "v"}
    assert bound == own - views
    barred = "SELECT count(*)::int FROM pg_class WHERE oid = ANY(%(views)s::regclass[]) AND 'security_barrier=true' = ANY(reloptions)"
    assert fetch_all(barred, {"views": sorted(own & views)}) == [(len(own & views),)], (
        "else a condition of the reader's sees all rows"
    )


@pytest.mark.parametrize("name", sorted(name for name, given in declared()["objects"].items() if "motcua_load" in given))
def test_policies_cost_the_product_nothing(name: str) -> None:
    """The planner drops what is constantly true: no condition of a policy is asked of a row."""
    asked = "WHERE source = 'a' AND code = 'b'" if {"source", "code"} <= columns_of(name) else ""
    with connection("test") as driver, driver.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # of an empty table nothing else is worth it
        cursor.execute(f"EXPLAIN SELECT * FROM {name} {asked}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "agencies" not in plan
    assert "One-Time Filter" not in plan
    if asked and name in ("core.dossiers", "core.events", "judged.verdicts"):
        assert "Index" in plan, "a condition is still looked up"


def columns_of(name: str) -> set[str]:
    query = "SELECT attname FROM pg_attribute WHERE attrelid = %(name)s::regclass AND attnum > 0"
    return {column for (column,) in fetch_all(query, {"name": name})}


def test_nothing_runs_with_the_rights_of_another() -> None:
    definers = "SELECT proname FROM pg_proc WHERE pronamespace = ANY(%(layers)s::regnamespace[]) AND prosecdef"
    assert fetch_all(definers, LAYER) == []


def test_no_role_logs_in_rules_or_passes_policies() -> None:
    query = (
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%(roles)s) AND NOT "
        "(rolcanlogin OR rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls) ORDER BY 1"
    )
    roles = sorted(declared()["roles"])
    assert fetch_all(query, {"roles": roles}) == [(role,) for role in roles]
    members = (
        "SELECT count(*)::int FROM pg_auth_members WHERE member IN (SELECT oid FROM pg_roles WHERE rolname = ANY(%(roles)s))"
    )
    assert fetch_all(members, {"roles": roles}) == [(0,)], "none has another's rights by the way"


@pytest.mark.parametrize("role", ["motcua_load", "motcua_read", "motcua_agency", "motcua_every_agency"])
def test_no_role_makes_tables(role: str) -> None:
    for what in (*(f"CREATE TABLE {layer}.one_more (a int)" for layer in LAYERS), "CREATE TEMP TABLE one_more (a int)"):
        with connection("test") as driver, driver.cursor() as cursor:
            cursor.execute(f"GRANT {role} TO CURRENT_USER")
            cursor.execute(f"SET LOCAL ROLE {role}")
            cursor.execute("SAVEPOINT attempt")
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(what)
            driver.rollback()
