"""A warehouse of as many dossiers as wanted: those of a made-up province over and over, every copy under codes of its own."""

from __future__ import annotations

from psycopg2 import sql

from schemas.dossiers import DOSSIERS, EVENTS, MATCHES, PAUSES
from schemas.table import Table
from tasks.warehouse.engine import connection, fetch_all

SOURCE = "province"
_WITH_EVIDENCE = "('province', 'land', 'postal')"
_MOST_COPIES = 9_999
# The sequence of a national code may have eight digits; those of the made-up province have four.
_CODE = "left({0}, -4) || lpad(copy::text, 4, '0') || right({0}, 4)"
# Written in the order of receipt, as loads from day to day write them.
_ORDER = {DOSSIERS: "partition_month, source, code", EVENTS: "at, code, seq"}


def multiply(dossiers: int) -> tuple[int, int]:
    """Fill the warehouse with copies of the province's dossiers until there are so many; nothing of them is judged yet.

    The national exchange's dossiers are copied, with what the land software and the post say about them. Every other
    entry of a log stands twice in a copy, as where two rooms write down one step: so there are six a dossier.

    Returns:
        How many primary dossiers there are, and how many entries of their logs.
    """
    ((here,),) = fetch_all(f"SELECT count(*) FROM core.dossiers WHERE source = '{SOURCE}'")
    copies = -(-dossiers // here)
    assert copies <= _MOST_COPIES, "more copies than the codes have room for"
    with connection("multiply") as driver, driver.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute("TRUNCATE judged.verdicts, quality.findings, core.dossier_versions, audit.progress")
        for table, codes in (
            (DOSSIERS, ("code",)),
            (MATCHES, ("code", "other_code")),
            (PAUSES, ("code",)),
            (EVENTS, ("code",)),
        ):
            cursor.execute(_copied(table, codes, copies))
    with connection("analyze") as driver, driver.cursor() as cursor:
        cursor.execute("ANALYZE core.dossiers, core.events, core.pauses, core.matches")
    ((primary,),) = fetch_all(f"SELECT count(*) FROM core.dossiers WHERE source = '{SOURCE}'")
    ((entries,),) = fetch_all("SELECT count(*) FROM core.events")
    return primary, entries


def _copied(table: Table, codes: tuple[str, ...], copies: int) -> str:
    """Replace a table's rows by copies of them; its key is laid over them again when they are all there."""
    columns = ", ".join(table.columns)
    chosen = {name: name for name in table.columns} | {name: _CODE.format(name) for name in codes}
    twice = ""
    if table is EVENTS:
        chosen["seq"] = "seq * 2 + again"
        twice = "CROSS JOIN LATERAL generate_series(0, (1 - seq % 2)::int) AS again"
    name = table.full_name
    key = f"{table.name}_pkey"
    return f"""
        CREATE TEMP TABLE template ON COMMIT DROP AS SELECT * FROM {name} WHERE source IN {_WITH_EVIDENCE};
        TRUNCATE {name};
        ALTER TABLE {name} DROP CONSTRAINT {key};
        INSERT INTO {name} ({columns}) SELECT {", ".join(chosen.values())}
            FROM (SELECT * FROM template ORDER BY {_ORDER.get(table, "source, code")}) AS t
            CROSS JOIN LATERAL generate_series(1, {copies}) AS copy {twice};
        ALTER TABLE {name} ADD CONSTRAINT {key} PRIMARY KEY ({", ".join(table.key)});
        DROP TABLE template;
    """
