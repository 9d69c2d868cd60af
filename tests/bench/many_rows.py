"""A warehouse of as many dossiers as wanted: those of a made-up province over and over, every copy under codes of its own."""

from __future__ import annotations

from schemas.dossiers import DOSSIERS, EVENTS, MATCHES, PAUSES
from schemas.table import Table
from schemas.verdicts import MOVING
from tasks.warehouse.engine import connection, fetch_all

SOURCE = "province"
OPEN = 50 / 2050  # of two million closed dossiers and fifty thousand open ones
_WITH_EVIDENCE = "('province', 'land', 'postal')"
_MOST_COPIES = 9_999
# The sequence of a national code may have eight digits; those of the made-up province have four.
_CODE = "left({0}, -4) || lpad(copy::text, 4, '0') || right({0}, 4)"
# Written in the order of receipt, as loads from day to day write them.
_ORDER = {DOSSIERS: "partition_month, source, code", EVENTS: "at, code, seq"}
_CODES = {DOSSIERS: ("code",), MATCHES: ("code", "other_code"), PAUSES: ("code",), EVENTS: ("code",)}
_OPEN_ONES = f"""
    CREATE TEMP TABLE still_open ON COMMIT DROP AS
    SELECT DISTINCT code FROM judged.verdicts WHERE source = '{SOURCE}' AND ({MOVING})
"""
_HERE = f"""
    SELECT count(*) FILTER (WHERE o.code IS NULL), count(o.code)
    FROM core.dossiers AS d LEFT JOIN still_open AS o USING (code) WHERE d.source = '{SOURCE}'
"""


def multiply(dossiers: int) -> tuple[int, int]:
    """Fill the warehouse with copies of a judged province's dossiers until there are so many; none of them is judged yet.

    The national exchange's dossiers are copied, with what the land software and the post say about them. Every other
    entry of a log stands twice in a copy, as where two rooms write down one step: so there are six a dossier.

    Returns:
        How many primary dossiers there are, and how many entries of their logs.
    """
    with connection("multiply") as driver, driver.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute(_OPEN_ONES)
        cursor.execute(_HERE)
        closed, open_ = cursor.fetchone()
        copies = -(-round(dossiers * (1 - OPEN)) // closed)
        assert copies <= _MOST_COPIES, "more copies than the codes have room for"
        few = max(round(dossiers * OPEN / open_), 1)
        cursor.execute("TRUNCATE judged.verdicts, quality.findings, core.dossier_versions, audit.progress")
        for table in _CODES:
            cursor.execute(_copied(table, copies, few))
    with connection("analyze") as driver, driver.cursor() as cursor:
        cursor.execute("ANALYZE core.dossiers, core.events, core.pauses, core.matches")
    ((primary,),) = fetch_all(f"SELECT count(*) FROM core.dossiers WHERE source = '{SOURCE}'")
    ((entries,),) = fetch_all("SELECT count(*) FROM core.events")
    return int(primary), int(entries)


def _copied(table: Table, copies: int, few: int) -> str:
    """Replace a table's rows by copies of them, fewer of the open ones; its key is laid over them when they are all there."""
    chosen = {name: name for name in table.columns} | {name: _CODE.format(name) for name in _CODES[table]}
    twice = ""
    if table is EVENTS:
        chosen["seq"] = "seq * 2 + again"
        twice = "CROSS JOIN LATERAL generate_series(0, (1 - seq % 2)::int) AS again"
    name, key = table.full_name, f"{table.name}_pkey"
    return f"""
        CREATE TEMP TABLE template ON COMMIT DROP AS SELECT *, code IN (SELECT code FROM still_open) AS is_open
            FROM {name} WHERE source IN {_WITH_EVIDENCE};
        TRUNCATE {name};
        ALTER TABLE {name} DROP CONSTRAINT {key};
        INSERT INTO {name} ({", ".join(table.columns)}) SELECT {", ".join(chosen.values())}
            FROM (SELECT * FROM template ORDER BY {_ORDER.get(table, "source, code")}) AS t
            CROSS JOIN LATERAL generate_series(1, CASE WHEN is_open THEN {few} ELSE {copies} END) AS copy {twice};
        ALTER TABLE {name} ADD CONSTRAINT {key} PRIMARY KEY ({", ".join(table.key)});
        DROP TABLE template;
    """
