"""Publications stored by difference: each reads back whole, and what the one before says too takes no row."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations

from schemas.catalogue import table
from schemas.indicators import COUNTS, INDICATORS, STORED
from tasks.publishing.figures import Figures
from tasks.publishing.stored import next_moment
from tasks.warehouse.engine import engine, fetch_all, read_frame
from tasks.warehouse.load import load
from tests.warehouse.test_publish import publish
from tests.warehouse.verdict_rows import verdict_rows

pytestmark = pytest.mark.usefixtures("warehouse")
_MADE = "SELECT publication_id, policy, as_of FROM mart.publications ORDER BY published_at"
_ROWS = {name.full_name: f"SELECT count(*) FROM {stored.full_name}" for name, stored in STORED.items()}


def as_read(publication: str, policy: str, as_of: date) -> Figures:
    """Read all that a publication says through the published tables."""
    query = "SELECT * FROM {} WHERE publication_id = '{}'"
    frames = [read_frame(query.format(one.full_name, publication), None, one).drop(columns="publication_id") for one in STORED]
    return Figures(policy, as_of, COUNTS.frame(), *frames)


def assert_all_read_back() -> None:
    """The name of a publication is the digest of its figures: so each proves what is read of it."""
    for publication, policy, as_of in fetch_all(_MADE):
        assert as_read(publication, policy, as_of).publication_id() == publication


def stored_rows() -> dict[str, int]:
    return {name: int(fetch_all(query)[0][0]) for name, query in _ROWS.items()}


def late(rows: list[dict[str, Any]], some: int) -> list[dict[str, Any]]:
    """Let a few dossiers that were on time be late."""
    moved = [dict(row) for row in rows]
    for row in [row for row in moved if row["timeliness"] == "on_time" and row["counted"]][:some]:
        row |= {"timeliness": "late", "verdict": "hidden_late"}
    return moved


def test_what_the_one_before_says_too_takes_no_row_and_all_read_back_whole() -> None:
    rows = verdict_rows(400)
    publish(rows)
    whole = stored_rows()
    publish(late(rows, 1))
    moved = {name: count - whole[name] for name, count in stored_rows().items()}
    published = fetch_all(f"SELECT count(*) FROM {INDICATORS.full_name}")[0][0]
    assert 0 < moved[INDICATORS.full_name] < whole[INDICATORS.full_name] / 4
    assert published > 1.9 * whole[INDICATORS.full_name]
    publish(late(rows, 5))
    publish(rows[:300])
    assert len(fetch_all(_MADE)) == 4
    assert_all_read_back()


def test_figures_that_return_are_the_publication_that_they_were() -> None:
    rows = verdict_rows(100)
    publish(rows)
    first = fetch_all(_MADE)[0][0]
    publish(late(rows, 2))
    before = stored_rows()
    publish(rows)
    assert fetch_all("SELECT publication_id FROM mart.current_publications") == [(first,)]
    assert stored_rows() == before, "nothing new was said"
    publish(late(rows, 3))
    assert_all_read_back()


def test_the_next_publication_comes_after_every_other_whatever_the_clock_says() -> None:
    publish(verdict_rows(20))
    with load("publish", "test") as current:
        current.execute("UPDATE mart.publications SET published_at = published_at + interval '10 years'")
        last = current.read_one("SELECT max(published_at) FROM mart.publications")
        assert next_moment(current, "qd766") > last
        current.abandon()


def test_older_publications_are_moved_over_whole() -> None:
    """The tables of older versions are filled with what was published, and the migration runs on them."""
    rows = verdict_rows(200)
    for changed in (rows, late(rows, 2), late(rows, 9), rows[:150]):
        publish(changed)
    made = fetch_all(_MADE)
    step = import_module("schemas.migrations.versions.0036_stored_publications")
    with engine().connect() as opened:
        for published, stored in STORED.items():
            opened.exec_driver_sql(f"CREATE TABLE mart.whole AS SELECT * FROM {published.full_name}")
            opened.exec_driver_sql(f"DROP VIEW mart.current_{published.name}; DROP VIEW {published.full_name}")
            opened.exec_driver_sql(f"DROP TABLE {stored.full_name}")
            opened.exec_driver_sql(f"ALTER TABLE mart.whole RENAME TO {published.name}")
            opened.exec_driver_sql(f"CREATE VIEW mart.current_{published.name} AS SELECT 1 AS one")
        with Operations.context(MigrationContext.configure(opened)):
            step.upgrade()
        opened.commit()
    assert fetch_all(_MADE) == made
    assert_all_read_back()
    standing = stored_rows()
    publish(rows[:150])
    assert stored_rows() == standing, "the newest of them stands as if it had been stored so"
    publish(late(rows, 4))
    assert_all_read_back()


def test_views_have_the_columns_of_what_they_stand_for() -> None:
    query = "SELECT column_name FROM information_schema.columns WHERE table_schema = %(s)s AND table_name = %(t)s ORDER BY ordinal_position"
    for one in STORED:
        found = [name for (name,) in fetch_all(query, {"s": one.schema, "t": one.name})]
        assert found == list(one.columns)
        assert table(STORED[one].full_name) is STORED[one]
