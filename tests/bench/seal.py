"""Line of `make score` about seals: single cells of every sealed table, edited at random, and how many a look names."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from schemas.quality import CORRECTIONS
from schemas.table import Kind
from tasks.auditing.seals import seal_publication
from tasks.warehouse.engine import connection
from tasks.warehouse.load import load
from tests.bench.line import Measured, line
from tests.bench.province import home, run_demo
from tests.bench.second_engine import POLICY, settled_in
from tests.warehouse.edited_cells import places, unnamed

SEED, DOSSIERS = 1, 3_000
EDITS, AT_ONCE = 10_000, 500  # edits of different rows are looked at together: each row is held against its own seal


@line("seal", other="cells edited at random", at_least=1.0)
def seal() -> Measured:
    """Random edits of single cells in every sealed table of a demonstration: those of which row and column are named."""
    with home() as folder:
        run_demo(folder, SEED, DOSSIERS)
        with settled_in(folder):
            seal_corrections(500)
            missed = edited_at_random(EDITS)
    return Measured(EDITS - missed, EDITS, unit="")


def seal_corrections(count: int) -> None:
    """Take in corrections that change nothing, and seal them."""
    rows = [
        {name: "x" for name in CORRECTIONS.given_columns if CORRECTIONS[name].kind is Kind.TEXT}
        | {"correction_id": f"{number:064x}", "state": "rejected", "received_at": datetime(2026, 3, 1, tzinfo=UTC)}
        for number in range(count)
    ]
    with load("correct", "bench") as current:
        current.merge(CORRECTIONS, CORRECTIONS.frame(rows))
    with load("publish", f"figures/{POLICY}") as current:
        seal_publication(current, POLICY, "", None)


def edited_at_random(edits: int, seed: int = SEED) -> int:
    """Edit so many cells, table by table in turn, each undone; return how many were not named."""
    dice, missed = random.Random(seed), 0  # noqa: S311 - the same cells every time
    with connection("edit") as driver:
        rows = {table: of for table, of in places(driver).items() if of}
        for start in range(0, edits, AT_ONCE):
            chosen = {}
            for number in range(start, min(start + AT_ONCE, edits)):
                table = list(rows)[number % len(rows)]
                place = dice.choice(rows[table])
                while (table, place) in chosen and len(chosen) < sum(map(len, rows.values())):
                    table = dice.choice(list(rows))
                    place = dice.choice(rows[table])
                chosen[table, place] = dice.choice(table.columns)
            missed += len(unnamed(driver, ((table, column, place) for (table, place), column in chosen.items())))
    return missed
