from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tasks.warehouse import ledger
from tasks.warehouse.engine import connection, fetch_all
from tasks.warehouse.load import load

pytestmark = pytest.mark.usefixtures("warehouse")

ENTRIES = 6


@pytest.fixture
def tamper() -> Callable[[str], None]:
    """Somebody who owns the database and opens the ledger's lock: the chain must show it all the same."""
    for n in range(ENTRIES):
        with load("load", f"source-{n}", digest=f"{n:064x}"):
            pass

    def run(statement: str) -> None:
        with connection("test") as driver, driver.cursor() as cursor:
            cursor.execute("ALTER TABLE audit.ledger DISABLE TRIGGER refuse_change")
            cursor.execute("GRANT UPDATE, DELETE ON audit.ledger TO CURRENT_USER")
            cursor.execute(statement)
            cursor.execute("REVOKE UPDATE, DELETE ON audit.ledger FROM CURRENT_USER")
            cursor.execute("ALTER TABLE audit.ledger ENABLE TRIGGER refuse_change")

    return run


def test_an_untouched_chain_holds_and_has_no_gap(tamper: Any) -> None:
    assert ledger.verify() is None
    assert fetch_all("SELECT entry FROM audit.ledger ORDER BY 1") == [(n,) for n in range(1, ENTRIES + 1)]
    tamper("UPDATE audit.ledger SET subject = subject")
    assert ledger.verify() is None


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit.ledger SET inserted = 1 WHERE entry = 3", 3),
        ("UPDATE audit.ledger SET subject = 'other' WHERE entry = 1", 1),
        ("UPDATE audit.ledger SET at = at + interval '1 microsecond' WHERE entry = 5", 5),
        ("UPDATE audit.ledger SET digest = NULL WHERE entry = 4", 4),
        ("UPDATE audit.ledger SET digest = '' WHERE entry = 4", 4),
        ("UPDATE audit.ledger SET hash = repeat('0', 64) WHERE entry = 6", 6),
        ("DELETE FROM audit.ledger WHERE entry = 1", 1),
        ("DELETE FROM audit.ledger WHERE entry = 4", 4),
        (
            "UPDATE audit.ledger SET entry = -entry WHERE entry IN (2, 3); UPDATE audit.ledger SET entry = 5 + entry WHERE entry < 0",
            2,
        ),
    ],
)
def test_a_changed_removed_or_moved_entry_is_found_where_it_is(tamper: Any, statement: str, broken: int) -> None:
    tamper(statement)
    assert ledger.verify() == broken


def test_a_cut_off_end_is_found_by_a_head_that_was_kept_elsewhere(tamper: Any) -> None:
    kept = ledger.head()
    tamper(f"DELETE FROM audit.ledger WHERE entry = {ENTRIES}")
    assert ledger.verify() is None, "a chain alone cannot tell"
    assert kept[0] == ENTRIES
    assert ledger.head() != kept


def test_an_empty_ledger_holds() -> None:
    assert ledger.verify() is None
    assert ledger.head() == (0, "")


def test_an_entry_that_was_rewritten_with_its_hash_breaks_the_next(tamper: Any) -> None:
    (values,) = fetch_all("SELECT * FROM audit.ledger WHERE entry = 2")
    row = dict(zip(ledger.LEDGER.columns, values, strict=True)) | {"inserted": 99}
    tamper(f"UPDATE audit.ledger SET inserted = 99, hash = '{ledger.row_hash(row)}' WHERE entry = 2")
    assert ledger.verify() == 3
