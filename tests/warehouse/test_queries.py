"""Queries of docs/queries.md: each is run by a reader that `motcua reader add` made, and answers what the dossiers say."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Iterator

import psycopg2
import psycopg2.extensions
import pytest

from config.errors import ConfigError
from flows.commands.cli import main
from schemas.verdicts import VERDICTS_TABLE
from tasks.measure import measure_policy
from tasks.publish import publish_policy
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import connection
from tasks.warehouse.load import load
from tasks.warehouse.readers import add_reader
from tests.house.tree import ROOT
from tests.warehouse.verdict_rows import AS_OF, frame, verdict_rows

POLICY = "qd766"
QUERIES = re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / "queries.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def name(warehouse: Cluster) -> Iterator[str]:
    """The name of a reader that is gone after the test."""
    assert warehouse.is_running
    made = f"reader_{secrets.token_hex(4)}"
    yield made
    with connection("test") as driver, driver.cursor() as cursor:
        cursor.execute(f"DROP ROLE IF EXISTS {made}")


@pytest.fixture
def reader(name: str) -> Iterator[psycopg2.extensions.connection]:
    driver = psycopg2.connect(add_reader(name))
    yield driver
    driver.close()


def test_ten_queries_answer_what_the_dossiers_say(reader: psycopg2.extensions.connection) -> None:
    rows = verdict_rows(300)
    for some in (rows[:250], rows):
        with load("judge", "test") as current:
            current.replace(VERDICTS_TABLE, frame(some), {"policy": POLICY})
        measure_policy(POLICY, AS_OF)
        publish_policy(POLICY, AS_OF)
    assert len(QUERIES) == 10
    answers = []
    with reader.cursor() as cursor:
        for query in QUERIES:
            cursor.execute(query)
            answers.append([dict(zip([c.name for c in cursor.description or ()], row, strict=True)) for row in cursor])
    assert all(answers), "none is empty"
    counted = [row for row in rows if row["counted"]]
    known = [row for row in counted if row["timeliness"] != "undetermined"]
    late = Counter(row["field_code"] or "?" for row in known if row["timeliness"] == "late")
    assert answers[0][0]["dossiers"] == len(counted)
    assert answers[1][1]["denominator"] == len(known)
    assert {row["field_code"]: row["late"] for row in answers[4]} == late
    assert sum(row["dossiers"] for row in answers[6]) == sum(row["verdict"] == "phantom_late" for row in rows)
    assert sum(row["dossiers"] for row in answers[7]) == sum(row["verdict"] == "undetermined" for row in rows)
    assert sum(row["dossiers"] for row in answers[8]) == len(rows)
    assert {row["unit_code"] for row in answers[9]} <= {"*", "?", *(row["unit_code"] for row in rows)}


def test_a_reader_sees_no_dossier_and_changes_nothing(reader: psycopg2.extensions.connection) -> None:
    refused = (
        ("SELECT * FROM core.dossiers", psycopg2.errors.InsufficientPrivilege),
        ("SELECT * FROM judged.verdicts", psycopg2.errors.InsufficientPrivilege),
        ("DELETE FROM mart.publications", psycopg2.errors.ReadOnlySqlTransaction),
        (
            "SET default_transaction_read_only = off; COMMIT; DELETE FROM mart.publications",
            psycopg2.errors.InsufficientPrivilege,
        ),
    )
    for statement, error in refused:
        with reader.cursor() as cursor, pytest.raises(error):
            cursor.execute(statement)
        reader.rollback()


def test_the_address_is_printed_once_and_a_taken_name_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reader", "add", name]) == 0
    address = capsys.readouterr().out.splitlines()[0]
    assert address.startswith(f"postgresql://{name}:")
    with pytest.raises(ConfigError, match="is taken"):
        add_reader(name)  # the command let the server rest: whoever asks wakes it
    psycopg2.connect(address).close()
    for wrong in ("", "Analyst", "a b", "pg_reader", "x;drop", "tên"):
        with pytest.raises(ConfigError, match="cannot be a name"):
            add_reader(wrong)
