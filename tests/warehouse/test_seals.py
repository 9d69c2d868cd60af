"""Seals: any edited cell of a publication, a correction or a verdict is named, and an edited figure is not published."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from typing import Any

import psycopg2.extensions
import pytest

from config.errors import DataError
from schemas.quality import CORRECTIONS, FINDINGS
from tasks.auditing.seals import SEALED, edited_sentence, seal_head, verify_seals
from tasks.publish import publish_policy
from tasks.reports.site.data import page_data
from tasks.warehouse.engine import connection, fetch_all
from tasks.warehouse.load import load
from tests.warehouse.edited_cells import asked_in, every_column, unnamed
from tests.warehouse.test_publish import POLICY, corrected, publish
from tests.warehouse.verdict_rows import AS_OF, verdict_rows

pytestmark = pytest.mark.usefixtures("warehouse")
BEFORE = date(2026, 3, 30)
_STANDING = (
    "WHERE policy = 'qd766' AND indicator = 'on_time_rate' AND unit_code = '*' AND basis = 'cleaned' AND said_until IS NULL"
)


def correction(number: int) -> dict[str, Any]:
    return {
        "correction_id": f"{number:064x}",
        "source": "province",
        "code": f"H99.12-260302-{number:04d}",
        "field": "done_at",
        "new_value": "2026-03-10T10:00:00+07:00",
        "evidence": "Sổ theo dõi trang 4",
        "proposed_by": "can.bo",
        "approved_by": "lanh.dao",
        "state": "approved",
        "package": "p1",
        "received_at": datetime(2026, 3, 12, tzinfo=UTC),
    }


def finding(row: dict[str, Any]) -> dict[str, Any]:
    common = {"source": row["source"], "code": row["code"], "check_id": "code_date", "severity": "warn"}
    return {**common, "first_seen_on": AS_OF, "last_seen_on": AS_OF}


@pytest.fixture
def published() -> str:
    rows = verdict_rows(80)
    with load("correct", "p1") as current:
        current.merge(CORRECTIONS, CORRECTIONS.frame(map(correction, range(20))))
        current.merge(FINDINGS, FINDINGS.frame(map(finding, rows[:40])))
    publish(rows, BEFORE)
    return publish(corrected(rows))


def execute(statement: str) -> None:
    with connection("edit") as driver, driver.cursor() as cursor:
        cursor.execute(statement)


def found_after(driver: psycopg2.extensions.connection, statement: str) -> bool:
    """Whether a look at the seals finds what a statement did, which is undone then."""
    with driver.cursor() as cursor:
        cursor.execute(statement)
    report = verify_seals(asked_in(driver))
    driver.rollback()
    return bool(report.edited)


def test_what_is_published_is_sealed_and_holds(published: str) -> None:
    report = verify_seals()
    assert report.edited == ()
    assert report.seals == sum(int(fetch_all(f"SELECT count(*) FROM {table.full_name}")[0][0]) for table in SEALED)
    assert seal_head() == (report.entry, report.head)


def test_a_seal_is_the_digest_of_the_row_and_of_each_cell_however_it_is_worked_out(published: str) -> None:
    """Warehouses hold seals of every version so far: the plain formula gives the same, of first seals and of later ones."""
    for table in SEALED:
        row, key = (", ".join(f"t.{name}" for name in some) for some in (table.columns, table.key))
        cells = ", ".join(f"left(md5(coalesce(t.{name}::text, '~')), 3)" for name in table.columns)
        query = f"""SELECT s.digest = left(encode(sha256(convert_to(ROW({row})::text, 'UTF8')), 'hex'), 32)
            AND s.cells = concat({cells}), count(*) FROM {table.full_name} AS t
            LEFT JOIN audit.seals AS s ON s.sealed_table = '{table.full_name}' AND s.row_key = concat_ws('|', {key}) GROUP BY 1"""
        found = dict(fetch_all(query))
        assert set(found) == {True}, (table.full_name, found)


def test_an_edited_cell_of_any_column_is_named(published: str) -> None:
    dice = random.Random(5)  # noqa: S311 - the same cells every time
    with connection("edit") as driver:
        groups = every_column(driver, dice)
        missed = [str(one) for group in groups for one in unnamed(driver, group)]
    assert sum(map(len, groups)) == sum(len(table.columns) for table in SEALED)
    assert not missed
    assert verify_seals().edited == (), "every edit was undone"


def test_rows_that_went_or_came_and_edited_seals_are_named(published: str) -> None:
    statements = (
        "DELETE FROM quality.corrections WHERE ctid = (SELECT min(ctid) FROM quality.corrections)",
        'INSERT INTO judged.verdicts SELECT (jsonb_populate_record(v, \'{"code": "H99-1"}\')).* FROM judged.verdicts AS v LIMIT 1',
        "UPDATE audit.seals SET digest = repeat('0', 32) WHERE ctid = (SELECT min(ctid) FROM audit.seals)",
        "UPDATE audit.seals SET cells = cells || '0' WHERE ctid = (SELECT min(ctid) FROM audit.seals)",
        "DELETE FROM audit.seals WHERE ctid = (SELECT min(ctid) FROM audit.seals)",
        "UPDATE audit.seal_sums SET first_sum = first_sum + 1 WHERE sealed_table = 'judged.verdicts'",
        "DELETE FROM audit.seal_sums",
    )
    with connection("edit") as driver:
        missed = [one for one in statements if not found_after(driver, one)]
    assert not missed


def test_an_edited_figure_is_named_and_what_no_longer_says_it_is_not_published(published: str) -> None:
    execute(f"UPDATE mart.stored_indicators SET value = 99.99 {_STANDING}")
    edited = verify_seals().edited
    with pytest.raises(DataError, match=r"neither published nor shown"):
        page_data(POLICY, "en")
    assert {(one.table, one.what, one.columns) for one in edited} == {("mart.stored_indicators", "edited", ("value",))}
    said = edited_sentence(edited)
    assert "bị sửa (value)" in said.vi
    assert "edited (value)" in said.en
    with pytest.raises(DataError, match=r"no longer as sealed.*mart\.stored_indicators"):
        publish(verdict_rows(80), date(2026, 4, 1))
    assert fetch_all("SELECT max(as_of) FROM mart.publications") == [(AS_OF,)]


def test_an_edited_figure_of_a_field_is_named_though_the_page_does_not_show_it(published: str) -> None:
    execute("UPDATE mart.stored_indicators SET numerator = numerator + 1 WHERE field_code <> '*' AND said_until IS NULL")
    assert {(one.table, one.columns) for one in verify_seals().edited} == {("mart.stored_indicators", ("numerator",))}
    assert page_data(POLICY, "en")["rates"]


def test_nothing_is_published_over_an_edited_correction_or_publication(published: str) -> None:
    for table, edit, back in (
        ("quality.corrections", "approved_by = 'nguoi.khac'", "approved_by = 'lanh.dao'"),
        ("mart.publications", "dossiers = dossiers + 1", "dossiers = dossiers - 1"),
    ):
        execute(f"UPDATE {table} SET {edit}")
        with pytest.raises(DataError, match="no longer as sealed"):
            publish_policy(POLICY, AS_OF)
        execute(f"UPDATE {table} SET {back}")
    assert publish_policy(POLICY, AS_OF) == published


def test_what_loads_wrote_since_is_no_edit_and_is_sealed_with_the_next_publication(published: str) -> None:
    with load("correct", "p2") as current:
        current.merge(CORRECTIONS, CORRECTIONS.frame([{**correction(0), "state": "undone"}, correction(30)]))
    before = verify_seals()
    assert before.edited == ()
    publish(verdict_rows(80), date(2026, 4, 1))
    after = verify_seals()
    assert after.edited == ()
    assert (after.entry or 0) > (before.entry or 0)
    execute("UPDATE quality.corrections SET approved_by = 'nguoi.khac' WHERE state = 'undone'")
    assert [one.columns for one in verify_seals().edited] == [("approved_by",)]


def test_an_unchanged_publication_seals_nothing_anew(published: str) -> None:
    before = fetch_all("SELECT * FROM audit.seal_sums ORDER BY 1, 2"), seal_head()
    assert publish(corrected(verdict_rows(80))) == published
    assert (fetch_all("SELECT * FROM audit.seal_sums ORDER BY 1, 2"), seal_head()) == before
    assert POLICY in {part for (part,) in fetch_all("SELECT part FROM audit.seal_sums")}
