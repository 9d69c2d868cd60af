from __future__ import annotations

from importlib import import_module

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations

from config.errors import ConfigError
from schemas.catalogue import LAYERS
from schemas.migrations.comparison import OPTIONS, declared
from tasks.warehouse.engine import connection, engine, fetch_all
from tasks.warehouse.load import load
from tasks.warehouse.migrations import migrate
from tasks.warehouse.table_comments import renew_comments

pytestmark = pytest.mark.usefixtures("warehouse")


def test_the_migrated_database_is_what_the_declarations_say() -> None:
    with engine().connect() as opened:
        context = MigrationContext.configure(opened, opts=OPTIONS)
        assert compare_metadata(context, declared()) == []


def test_the_comparison_sees_each_kind_of_difference() -> None:
    changes = {
        "ALTER TABLE core.dossiers DROP COLUMN marks": "add_column",
        "COMMENT ON COLUMN core.dossiers.marks IS 'x'": "modify_comment",
        "COMMENT ON TABLE core.dossiers IS 'x'": "add_table_comment",
        "ALTER TABLE core.dossiers ALTER COLUMN marks TYPE varchar(9)": "modify_type",
        "ALTER TABLE core.dossiers ALTER COLUMN role DROP NOT NULL": "modify_nullable",
        "DROP INDEX core.ix_core_dossiers_alias_code": "add_index",
        "DROP TABLE core.pauses": "add_table",
        "CREATE TABLE mart.stray (x int)": "remove_table",
    }
    for statement, expected in changes.items():
        with engine().connect() as opened:
            opened.exec_driver_sql(statement)
            found = compare_metadata(MigrationContext.configure(opened, opts=OPTIONS), declared())
            opened.rollback()
        flat = {step[0] for step in (d[0] if isinstance(d, list) else d for d in found)}
        assert expected in flat, statement


def test_layers_and_tables_carry_their_descriptions() -> None:
    query = "SELECT nspname, obj_description(oid) FROM pg_namespace WHERE nspname = ANY(%(names)s)"
    assert dict(fetch_all(query, {"names": list(LAYERS)})) == LAYERS


def test_comments_of_an_older_warehouse_come_to_name_the_law() -> None:
    facts, plan = "domain", "design"  # apart: nothing here refers to them any more
    mend = import_module("schemas.migrations.versions.0022_comments_name_the_law").upgrade
    query = (
        "SELECT col_description('core.dossiers'::regclass, 1), obj_description('ref.units'::regclass), "
        "obj_description('raw.pages'::regclass)"
    )
    with engine().connect() as opened:
        pages = opened.exec_driver_sql("SELECT obj_description('raw.pages'::regclass)").scalar()
        opened.exec_driver_sql(
            f"COMMENT ON COLUMN core.dossiers.source IS 'Code, it''s folded ({facts} 3.1); 5 %% ({plan} 1).'"
        )
        opened.exec_driver_sql(f"COMMENT ON TABLE ref.units IS 'Directory ({facts} 7.1). Grain: agency.'")
        with Operations.context(MigrationContext.configure(opened)):
            mend()
        found = opened.exec_driver_sql(query).one()
        opened.rollback()
    assert tuple(found) == ("Code, it's folded (law 3.1); 5 % (decision 0003).", "Directory (law 7.1). Grain: agency.", pages)


def test_comments_of_an_older_warehouse_come_to_say_what_is_declared() -> None:
    columns = [column for table in declared().tables.values() for column in table.columns if "%" in (column.comment or "")]
    assert columns, "a sign that a driver takes for a place of a value"
    with engine().connect() as opened:
        for column in columns:
            opened.exec_driver_sql(f"COMMENT ON COLUMN {column.table.fullname}.{column.name} IS 'as it was'")
        opened.exec_driver_sql("COMMENT ON TABLE ref.units IS NULL")
        assert renew_comments(opened) == len(columns) + 1
        assert renew_comments(opened) == 0
        context = MigrationContext.configure(opened, opts=OPTIONS)
        assert compare_metadata(context, declared()) == []


def test_migrating_again_finds_nothing_to_do() -> None:
    assert migrate() == []


def test_a_warehouse_of_a_newer_release_is_refused() -> None:
    def set_revision(revision: str) -> str:
        with connection("test") as driver, driver.cursor() as cursor:
            cursor.execute("SELECT version_num FROM audit.schema_version")
            before = str(cursor.fetchone()[0])
            cursor.execute("UPDATE audit.schema_version SET version_num = %s", (revision,))
        return before

    before = set_revision("9999")
    try:
        with pytest.raises(ConfigError, match=r"9999.*newer"):
            migrate()
    finally:
        set_revision(before)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit.ledger SET inserted = 7",
        "DELETE FROM audit.ledger",
        "TRUNCATE audit.ledger",
        "TRUNCATE audit.ledger CASCADE",
    ],
)
def test_the_ledger_refuses_every_change_even_of_its_owner(statement: str) -> None:
    with load("load", "province"):
        pass
    for grant in ("", "GRANT UPDATE, DELETE, TRUNCATE ON audit.ledger TO CURRENT_USER"):
        with engine().connect() as opened:
            if grant:
                opened.exec_driver_sql(grant)
            with pytest.raises(Exception, match=r"permission denied|only added to"):
                opened.exec_driver_sql(statement)
            opened.rollback()
    assert fetch_all("SELECT entry, inserted FROM audit.ledger") == [(1, 0)]
