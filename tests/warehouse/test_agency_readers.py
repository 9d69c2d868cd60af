"""Accounts of agencies: each sees its own dossiers in every table, and of another's nothing, whichever way it asks."""

from __future__ import annotations

import random
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import psycopg2
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from psycopg2 import extensions
from sqlalchemy import make_url

from config.errors import ConfigError
from config.read_once import forget
from flows.commands.cli import main
from schemas.audit import AGENCY_READERS
from schemas.catalogue import LAYERS
from schemas.reference import UNITS
from tasks.judging.judged_sources import office_today
from tasks.rules.indicators.structure import AgencyStructure
from tasks.warehouse.agency_readers import GrantedAgency, agencies_of_account, end_reader, let_see
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import connection, engine, fetch_all
from tasks.warehouse.load import load
from tasks.warehouse.readers import AGENCY_ROLE, add_reader, roles_of_reader
from tests.warehouse.agency_world import (
    BRANCH,
    DIRECTORY,
    ENDED,
    HOLDERS,
    MOVED,
    NOBODYS,
    NORTH,
    PROVINCE,
    SOUTH,
    SPLIT,
    code_of,
    given,
    looking,
    write_directory,
    write_province,
)

Made = Callable[..., str]
ALL = {*map(code_of, HOLDERS), MOVED}
# By hand: whose dossiers an account of these agencies sees.
OF_UNITS: dict[tuple[str, ...], set[str]] = {
    (NORTH,): {NORTH, BRANCH},
    (SOUTH,): {SOUTH, ENDED},  # and those of the one that it took over
    (BRANCH,): {BRANCH},
    (ENDED,): {ENDED},
    (SPLIT,): {SPLIT},  # of one that was split nobody stands in its place
    (NORTH, ENDED): {NORTH, BRANCH, ENDED},
    (PROVINCE,): set(HOLDERS),
    ("*",): set(HOLDERS),
    (): set(),
}
BY_DOSSIER = ("core.dossiers", "core.dossier_versions", "core.events", "core.pauses", "quality.findings", "quality.corrections")
BY_AGENCY = ("judged.verdicts", "quality.proposals", "quality.package_rows", "quality.agency_questions")
SELECTABLE = """
    SELECT n.nspname || '.' || c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY(%(layers)s) AND c.relkind IN ('r', 'v') AND has_schema_privilege(n.oid, 'USAGE')
        AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1
"""


@pytest.fixture
def made(warehouse: Cluster) -> Iterator[Made]:
    """Makes an account of agencies and returns its address; all are gone after the test."""
    assert warehouse.is_running
    names: list[str] = []

    def make(*units: str, **days: object) -> str:
        names.append(f"reader_{secrets.token_hex(4)}")
        if not units:
            return add_reader(names[-1], AGENCY_ROLE)
        address = let_see(names[-1], [GrantedAgency(unit, **days) for unit in units])  # type: ignore[arg-type]
        assert address is not None
        return address

    yield make
    with connection("test") as driver, driver.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP ROLE IF EXISTS {name}")


def codes(cursor: extensions.cursor, table: str) -> set[str]:
    cursor.execute(f"SELECT code FROM {table}")
    return {code for (code,) in cursor.fetchall()}


@pytest.mark.parametrize("units", OF_UNITS, ids="+".join)
def test_an_account_sees_its_own_dossiers_in_every_table(made: Made, units: tuple[str, ...]) -> None:
    write_province()
    own = {code_of(unit) for unit in OF_UNITS[units]}
    counted = own | ({MOVED} if SOUTH in OF_UNITS[units] else set())
    stated = counted | ({MOVED} if NORTH in OF_UNITS[units] else set())  # who states it sees what is stated
    with looking(made(*units)) as cursor:
        assert {table: codes(cursor, table) for table in BY_DOSSIER} == dict.fromkeys(BY_DOSSIER, stated)
        assert {table: codes(cursor, table) for table in BY_AGENCY} == dict.fromkeys(BY_AGENCY, counted)
        cursor.execute("SELECT code, other_code FROM core.matches")
        assert set(cursor.fetchall()) == {(one, other) for one in stated for other in stated if one != other}
        cursor.execute("SELECT unit_code FROM quality.packages")
        assert {unit for (unit,) in cursor.fetchall()} == OF_UNITS[units]
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE code IS NOT NULL) FROM core.dossiers")
        assert cursor.fetchall() == [(len(stated), len(stated))]
        cursor.execute("SELECT DISTINCT reader = current_user FROM audit.agency_readers")
        assert cursor.fetchall() == [(True,)] * bool(units)


BOTH = ("motcua_agency", "motcua_every_agency")
UNTIL = office_today() - timedelta(1)
# By hand: which roles an account of these agencies has, and whose dossiers it sees today.
ROLES_OF: dict[str, tuple[list[GrantedAgency], tuple[str, ...], set[str]]] = {
    "its own alone": ([GrantedAgency(NORTH)], BOTH[:1], {NORTH, BRANCH}),
    "every one": ([GrantedAgency("*")], BOTH[1:], set(HOLDERS)),
    "the province": ([GrantedAgency(PROVINCE)], BOTH[1:], set(HOLDERS)),
    "every one besides its own": ([GrantedAgency(NORTH), GrantedAgency("*")], BOTH[1:], set(HOLDERS)),
    "every one until yesterday": ([GrantedAgency("*", until=UNTIL)], BOTH[1:], set()),
    "every one until yesterday, its own after": (
        [GrantedAgency("*", until=UNTIL), GrantedAgency(NORTH)],
        BOTH,
        {NORTH, BRANCH},
    ),
    "every one until tomorrow": ([GrantedAgency("*", until=UNTIL + timedelta(2)), GrantedAgency(NORTH)], BOTH, set(HOLDERS)),
}


@pytest.mark.parametrize("who", ROLES_OF)
@pytest.mark.parametrize("before", [BOTH[:1], BOTH])
def test_roles_follow_what_is_given_and_change_no_row(made: Made, who: str, before: tuple[str, ...]) -> None:
    """Also for accounts of before there were two roles, which the migration carries over, and for those that hold both."""
    write_province(moved=False)
    granted, roles, units = ROLES_OF[who]
    address = made(SOUTH)
    name = str(make_url(address).username)
    let_see(name, granted)
    assert roles_of_reader(name) == roles
    with connection("test") as driver, driver.cursor() as cursor:
        cursor.execute(f"GRANT {', '.join(before)} TO {name}")
        if before != BOTH:
            cursor.execute(f"REVOKE motcua_every_agency FROM {name}")
    if before == BOTH:
        seen_by(address, units)
    with engine().begin() as opened, Operations.context(MigrationContext.configure(opened)):
        import_module("schemas.migrations.versions.0061_quick_accounts")._carry_over()
    assert roles_of_reader(name) == roles
    seen_by(address, units)


def seen_by(address: str, units: set[str]) -> None:
    """Hold the rows of an account against the agencies whose they are."""
    own = {code_of(unit) for unit in units}
    with looking(address) as cursor:
        tables = (*BY_DOSSIER, *BY_AGENCY)
        assert {table: codes(cursor, table) for table in tables} == dict.fromkeys(tables, own)
        cursor.execute("SELECT code, other_code FROM core.matches")
        assert set(cursor.fetchall()) == {(one, other) for one in own for other in own if one != other}


def test_two_agencies_see_nothing_of_each_other_through_anything_that_can_be_read(made: Made) -> None:
    write_province(moved=False)
    with connection("analyse") as driver, driver.cursor() as cursor:
        cursor.execute("ANALYZE core.dossiers, judged.verdicts, quality.findings, quality.packages, ref.units")
    for unit, other in ((NORTH, SOUTH), (SOUTH, NORTH)):
        with looking(made(unit)) as cursor:
            cursor.execute(SELECTABLE, {"layers": list(LAYERS)})
            objects = [name for (name,) in cursor.fetchall()]
            assert {"core.dossiers", "judged.verdicts", "quality.agency_questions"} <= set(objects)
            texts = {name: words_of(cursor, name) for name in (*objects, "pg_catalog.pg_stats", "pg_catalog.pg_stats_ext")}
            cursor.execute("SELECT audit.seen_agencies() UNION SELECT audit.given_agencies()")
            texts["functions"] = {code for (code,) in cursor.fetchall()}
        assert {code_of(unit), unit} <= texts["core.dossiers"]
        assert unit in texts["functions"]
        for directory in ("ref.units", "pg_catalog.pg_stats"):  # which agencies there are is no secret
            texts[directory].discard(other)
        told = {name for name, words in texts.items() if words & {other, code_of(other), f"P{other}", f"c{code_of(other)}"}}
        assert told == set()


def words_of(cursor: extensions.cursor, name: str) -> set[str]:
    """Everything that the rows of an object say, cut at what is no part of a code."""
    cursor.execute(f"SELECT one::text FROM {name} AS one")
    return {word for (row,) in cursor.fetchall() for word in re.split(r"[^\w.-]+", row)}


SOMEBODY_ELSES = code_of(SOUTH)
WAYS_ROUND = {
    "SET row_security = off; SELECT count(*) FROM core.dossiers": "42501",
    "SET ROLE motcua_load": "42501",
    "SET ROLE motcua": "42501",
    "SET SESSION AUTHORIZATION motcua": "42501",
    "SELECT * FROM quality.work_questions": "42501",
    "SELECT * FROM mart.work_loop": "42501",
    "SELECT * FROM judged.verdict_versions": "42501",
    "SELECT * FROM raw.pages": "42501",
    "SELECT * FROM pg_statistic": "42501",
    "INSERT INTO audit.agency_readers (reader, unit_code, changed_in) VALUES (current_user, '*', 1)": "42501",
    "UPDATE audit.agency_readers SET unit_code = '*'": "42501",
    "DELETE FROM core.dossiers": "42501",
    "CREATE FUNCTION public.told(text) RETURNS boolean LANGUAGE sql AS 'SELECT true'": "42501",
    "CREATE TEMP TABLE kept AS SELECT * FROM core.dossiers": "42501",
    "COPY (SELECT 1) TO PROGRAM 'true'": "42501",
    # A condition that fails on another's row would tell that the row is there.
    f"SELECT count(*) FROM core.dossiers WHERE 1 / (code <> '{SOMEBODY_ELSES}')::int = 1": "",
    f"SELECT count(*) FROM quality.agency_questions WHERE 1 / (code <> '{SOMEBODY_ELSES}')::int = 1": "",
    f"SELECT count(*) FROM judged.verdicts WHERE source || code = 'a{SOMEBODY_ELSES}' AND (1 / 0) = 1": "22012",  # a constant fails alone
}


@pytest.mark.parametrize("way", WAYS_ROUND)
def test_there_is_no_way_round(made: Made, way: str) -> None:
    write_province()
    with looking(made(NORTH)) as cursor:
        cursor.execute("SET default_transaction_read_only = off")
        try:
            cursor.execute(way)
            met = ""
        except psycopg2.Error as error:
            met = str(error.pgcode)
    assert met == WAYS_ROUND[way]


def test_the_product_and_its_roles_see_all(warehouse: Cluster) -> None:
    assert warehouse.is_running
    write_province()
    for role in ("", "motcua_load", "motcua_publish"):
        with connection("test") as driver, driver.cursor() as cursor:
            if role:
                cursor.execute(f"GRANT {role} TO CURRENT_USER")
                cursor.execute(f"SET LOCAL ROLE {role}")
            assert codes(cursor, "core.dossiers") == codes(cursor, "judged.verdicts") == ALL
            assert codes(cursor, "quality.work_questions") == ALL
            driver.rollback()


def test_after_a_reorganisation_the_successor_sees_what_its_predecessor_held(made: Made) -> None:
    write_province()
    south, north = made(SOUTH), made(NORTH)
    with looking(south) as cursor:
        assert codes(cursor, "core.dossiers") == {code_of(SOUTH), code_of(ENDED), MOVED}
        merged = [
            row | {"valid_to": office_today() - timedelta(1), "succeeded_by": SOUTH} if row["unit_code"] == NORTH else row
            for row in DIRECTORY
        ]
        write_directory(merged)
        followed = {code_of(unit) for unit in (SOUTH, ENDED, NORTH)} | {MOVED}
        assert codes(cursor, "core.dossiers") == followed
        assert codes(cursor, "judged.verdicts") == followed
    with looking(north) as cursor:
        assert codes(cursor, "core.dossiers") == {code_of(NORTH), code_of(BRANCH), MOVED}, "nothing of the successor"


def test_days_of_an_account_count(made: Made) -> None:
    write_province()
    today, day = office_today(), timedelta(1)
    for days, sees in (
        ({"until": today}, True),
        ({"until": today - day}, False),
        ({"since": today}, True),
        ({"since": today + day}, False),
        ({"since": today - day, "until": today + day}, True),
    ):
        with looking(made(NORTH, **days)) as cursor:
            assert (code_of(NORTH) in codes(cursor, "core.dossiers")) is sees, days


@pytest.mark.usefixtures("warehouse")
def test_random_directories_are_covered_as_the_product_counts_them() -> None:
    draw = random.Random(20)  # noqa: S311
    with connection("test") as driver, driver.cursor() as cursor:
        cursor.execute("CREATE ROLE reader_of_random LOGIN IN ROLE motcua_agency")
    try:
        for _ in range(25):
            agencies = [f"U{number}" for number in range(draw.randint(2, 12))]
            rows = []
            for one in agencies:
                heirs = ";".join(draw.sample([*agencies, "U99"], draw.choice((0, 0, 1, 1, 2))))
                rows.append({"unit_code": one, "parent_code": draw.choice([*agencies, None]), "succeeded_by": heirs or None})
            levels = [{**row, "level": draw.choice(("commune", "branch", "department"))} for row in rows]
            with load("load", "units") as current:
                current.execute("TRUNCATE ref.units")
            write_directory(levels)
            structure = AgencyStructure.of(given(UNITS, [{"valid_from": office_today(), **row} for row in levels]))
            units = draw.sample(agencies, draw.randint(1, 2))
            wanted = {
                one
                for one in agencies
                for unit in units
                if structure.below(unit, [one]) or structure.below(unit, [structure.standing(one, "now")])
            }
            with load("access", "random") as current:
                granted = AGENCY_READERS.frame([{"reader": "reader_of_random", "unit_code": unit} for unit in units])
                current.replace(AGENCY_READERS, granted.drop(columns=["changed_in"]), {"reader": "reader_of_random"})
            with connection("test") as driver, driver.cursor() as cursor:
                cursor.execute("GRANT reader_of_random TO CURRENT_USER")
                cursor.execute("SET LOCAL ROLE reader_of_random")
                cursor.execute("SELECT audit.seen_agencies()")
                assert {code for (code,) in cursor.fetchall()} == wanted, (levels, units)
                driver.rollback()
    finally:
        with connection("test") as driver, driver.cursor() as cursor:
            cursor.execute("DROP ROLE reader_of_random")


PEOPLE = """
people:
  - {account: mot-cua.1, propose: [H99.1]}
  - {account: lanh-dao.2, propose: [H99.2], approve: [H99.N5], until: 2020-01-01}
  - {account: thong-ke, publish: true}
"""


def test_people_of_the_office_see_what_they_speak_for(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_province()
    (tmp_path / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    monkeypatch.setenv("MOTCUA_PEOPLE_FILE", str(tmp_path / "people.yaml"))
    forget()
    name = str(make_url(made()).username)
    assert main(["reader", "add", name, "--account", "mot-cua.1"]) == 0
    said = capsys.readouterr().out
    assert "postgresql://" not in said, "the account was there, and keeps its password"
    assert "H99.1" in said
    rows = "SELECT unit_code, account, until::text FROM audit.agency_readers WHERE reader = %(name)s ORDER BY 1"
    assert fetch_all(rows, {"name": name}) == [("H99.1", "mot-cua.1", None)]
    assert main(["reader", "add", name, "--account", "LANH-DAO.2", "--agency", ENDED]) == 0
    expected = [("H99.2", "lanh-dao.2", "2020-01-01"), (ENDED, None, None), ("H99.N5", "lanh-dao.2", "2020-01-01")]
    assert fetch_all(rows, {"name": name}) == expected
    for account, fact in (("nobody", "has no account"), ("thong-ke", "proposes and approves for no agency")):
        with pytest.raises(ConfigError, match=fact):
            agencies_of_account(account)
    with pytest.raises(ConfigError, match=f"no agency {NOBODYS}"):
        let_see(name, [GrantedAgency(NOBODYS), GrantedAgency(NORTH)])
    assert fetch_all(rows, {"name": name}) == expected, "what was refused changed nothing"
    booked = "SELECT action, inserted, deleted FROM audit.ledger WHERE subject = %(name)s ORDER BY entry"
    assert fetch_all(booked, {"name": name}) == [("access", 1, 0), ("access", 3, 1)]


def test_a_removed_account_leaves_nothing_to_the_next_of_its_name(made: Made) -> None:
    write_province()
    address = made(NORTH)
    name = str(make_url(address).username)
    end_reader(name)
    assert roles_of_reader(name) == ()
    with pytest.raises(psycopg2.OperationalError, match="authentication failed"):
        psycopg2.connect(address)
    again = add_reader(name, AGENCY_ROLE)
    with looking(again) as cursor:
        assert codes(cursor, "core.dossiers") == set()
    with connection("test") as driver, driver.cursor() as cursor:
        cursor.execute(f"DROP ROLE {name}")  # by hand, which leaves what it was given
    let_see(name, [GrantedAgency(SOUTH)])
    assert fetch_all("SELECT unit_code FROM audit.agency_readers WHERE reader = %(name)s", {"name": name}) == [(SOUTH,)]


def test_a_reader_of_publications_is_no_account_of_an_agency(made: Made) -> None:
    write_province()
    name = str(make_url(made()).username)
    end_reader(name)
    add_reader(name)
    with pytest.raises(ConfigError, match="is taken"):
        let_see(name, [GrantedAgency(NORTH)])
    assert fetch_all("SELECT count(*)::int FROM audit.agency_readers") == [(0,)]
