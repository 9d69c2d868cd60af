"""Recounts: verdicts noted as the counters hold them, in the transaction that changes or removes them.

The counters are kept by difference: a dossier leaves the cells in which it stood and enters others. Where it stood is noted once
until it is counted again; a verdict of which nothing changes that is counted is not.
"""

from __future__ import annotations

import psycopg2
from psycopg2 import sql

from schemas.verdicts import COUNTED, RECOUNTS, VERDICTS_TABLE
from tasks.warehouse.identifiers import names, qualified

# Whoever counts keeps everybody from noting: whether a policy has counters is asked when nobody can be making them.
_WRITING = sql.SQL("LOCK TABLE {recounts} IN ROW EXCLUSIVE MODE")
_CHANGED = sql.SQL(
    "INSERT INTO {recounts} ({key}, held, {counted}) SELECT {staged}, t.code IS NOT NULL, {before} FROM {stage} AS s "
    "JOIN audit.progress AS p ON p.step = 'measure' AND p.partition = s.policy LEFT JOIN {verdicts} AS t ON {same} "
    "WHERE t.code IS NULL OR ROW({before}) IS DISTINCT FROM ROW({now}) ON CONFLICT DO NOTHING"
)
_REMOVED = sql.SQL(
    "INSERT INTO {recounts} ({key}, held, {counted}) SELECT {known}, true, {before} FROM {verdicts} AS t "
    "JOIN audit.progress AS p ON p.step = 'measure' AND p.partition = t.policy "
    "WHERE {within} AND NOT EXISTS (SELECT FROM {stage} AS s WHERE {same}) ON CONFLICT DO NOTHING"
)


def note_changed(driver: psycopg2.extensions.connection, stage: sql.Composable, same: sql.Composable) -> None:
    """Note the verdicts that a merge is about to change or add, where their policy has counters.

    Args:
        driver: connection with the transaction open.
        stage: rows that are merged, ``s``.
        same: condition that a staged row has the key of a verdict, ``t``.
    """
    _note(driver, _CHANGED, {"stage": stage, "same": same})


def note_removed(
    driver: psycopg2.extensions.connection, stage: sql.Composable, same: sql.Composable, within: sql.Composable
) -> None:
    """Note the verdicts within a condition that no staged row names, as :func:`note_changed` does."""
    _note(driver, _REMOVED, {"stage": stage, "same": same, "within": within})


def _note(driver: psycopg2.extensions.connection, statement: sql.SQL, parts: dict[str, sql.Composable]) -> None:
    declared = {
        "recounts": qualified(RECOUNTS),
        "verdicts": qualified(VERDICTS_TABLE),
        "key": names(RECOUNTS.key),
        "staged": names(RECOUNTS.key, "s"),
        "known": names(RECOUNTS.key, "t"),
        "counted": names(COUNTED[1:]),
        "before": names(COUNTED[1:], "t"),
        "now": names(COUNTED[1:], "s"),
    }
    with driver.cursor() as cursor:
        cursor.execute(_WRITING.format(**declared))
        cursor.execute(statement.format(**declared, **parts))
