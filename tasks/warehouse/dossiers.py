"""Frames for checks and verdicts: a batch of partitions, corrections laid over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa

from schemas.dossiers import DOSSIERS, EVENTS, PAUSES
from schemas.quality import CLOCK_FAULTS, CORRECTIONS
from schemas.reference import PROCEDURES, UNITS
from schemas.table import Table
from schemas.verdicts import MOVING
from tasks.rules.corrections.values import with_corrections
from tasks.rules.frames import DossierFrames, Earlier
from tasks.rules.linkage.refiling import CERTAIN
from tasks.rules.sources.clock_faults import with_clock_marks
from tasks.warehouse.batches import Batch
from tasks.warehouse.engine import fetch_all, read_frame, read_table
from tasks.warehouse.freshness import NEWS, UNHEARD
from tasks.warehouse.partitions import LAST_DATE, PARTITIONS_SQL, REFERENCE
from tasks.warehouse.rows import fetch_as, fetch_value
from tasks.warehouse.statements import statements_of

_TEXT = pd.ArrowDtype(pa.string())
_EVIDENCE = ("received_at", "due_at", "done_at", "returned_at", "status", "has_result", "marks")
_EVIDENCE_TYPES = dict.fromkeys(("source", "code", "other_source", "other_code"), _TEXT)
_EVIDENCE_TYPES |= {name: DOSSIERS.dtypes[name] for name in _EVIDENCE}
AMONG_FIELDS = (
    *("source", "code", "partition_month", "unit_code", "procedure_code", "channel", "status", "received_at", "due_at"),
    *("done_at", "receipt_number", "applicant_key", "is_migrated", "is_deleted", "deleted_at", "modified_at"),
)
"""Fields of a dossier that a check reads which holds it against the others of its month."""

_OF_MONTHS = "d.source = %(source)s AND d.partition_month = ANY(%(months)s) AND d.role = 'primary'"
_SQL = statements_of(__file__)
_TOUCHED = _SQL["touched"].format(
    partitions_sql=PARTITIONS_SQL, moving=MOVING, last_date=LAST_DATE, unheard=UNHEARD, news=NEWS.format(source="%(source)s")
)
# What each was filed again after: the last of all those that are beyond doubt.
_REFILED = """
    SELECT DISTINCT ON (m.code) m.code, m.other_code AS first_code FROM core.matches AS m
    JOIN chosen USING (source, code)
    JOIN core.dossiers AS o ON o.source = m.other_source AND o.code = m.other_code
    WHERE m.kind = 'refiled' AND m.confidence >= %(certain)s
    ORDER BY m.code, o.received_at DESC, o.code DESC
"""
_CLOCK_FAULTS = "SELECT * FROM quality.clock_faults WHERE source = %(source)s ORDER BY unit_code, month"
_AMONG = f"SELECT d.{', d.'.join(AMONG_FIELDS)} FROM core.dossiers AS d WHERE {{chosen}} ORDER BY d.source, d.code"
_LOGGED = """
    SELECT d.source, d.code, 0 AS seq FROM core.dossiers AS d WHERE {chosen}
        AND EXISTS (SELECT FROM core.events AS e WHERE e.source = d.source AND e.code = d.code)
    ORDER BY d.source, d.code
"""
_NAMED = " AND d.code = ANY(%(codes)s)"
_OF_CODES = "d.source = %(source)s AND d.role = 'primary'" + _NAMED
_DOSSIERS = """,
    doubles AS (
        SELECT m.source, m.code, min(m.other_code) AS duplicate_of FROM chosen JOIN core.matches AS m USING (source, code)
        WHERE m.kind = 'duplicate_of' GROUP BY 1, 2
    )
    SELECT d.*, doubles.duplicate_of FROM core.dossiers AS d LEFT JOIN doubles USING (source, code)
    WHERE {chosen} ORDER BY d.source, d.code
"""


@dataclass(frozen=True)
class Selection:
    """Which dossiers of a batch to read.

    Attributes:
        since: only those touched after this change number; None reads all.
        from_day: with ``since``, also those whose verdict changes between this day, for which they were judged, and a later
            one: time still runs for them, or they have a date that had not come by then.
        codes: only these dossiers.
        heard: with ``since``, also those whose verdict waits for news of their source, where there may be any.
    """

    since: int | None = None
    from_day: date | None = None
    codes: tuple[str, ...] | None = None
    heard: bool = True


EVERY_DOSSIER = Selection()


@dataclass(frozen=True)
class StepProgress:
    """How far a step has come with a partition."""

    through: int
    rules_digest: str
    as_of: date | None


def read_batch(batch: Batch, selection: Selection = EVERY_DOSSIER, corrected_by: pd.DataFrame | None = None) -> DossierFrames:
    """Read the primary dossiers of a batch, all that speaks about them, and the reference data.

    Approved corrections are laid over the source's statement, the newest of each field; matched records of
    other systems appear under the dossier that they speak about; dossiers of an agency whose clock is off bear its marks.

    Args:
        batch: source and months of receipt.
        selection: which of their dossiers.
        corrected_by: further corrections, newer than all that are approved: columns source, code, field and new_value.

    Raises:
        WarehouseError: a statement failed.
    """
    return _read_chosen(*_chosen(batch, affected_selection(batch, selection)), corrected_by)


def _read_chosen(chosen: str, parameters: Mapping[str, Any], corrected_by: pd.DataFrame | None = None) -> DossierFrames:
    """Read what a condition on ``core.dossiers AS d`` chooses."""
    query = _with_chosen(chosen) + _DOSSIERS.format(chosen=chosen)
    dossiers = read_frame(query, parameters, {**DOSSIERS.dtypes, "duplicate_of": _TEXT})
    corrections = _read(chosen, parameters, CORRECTIONS, "AND t.state = 'approved'", first=("received_at",))
    if corrected_by is not None:
        further = corrected_by[(corrected_by["source"] == parameters["source"]).to_numpy(dtype=bool)]
        corrections = pd.concat([corrections[list(corrected_by.columns)], further], ignore_index=True)
    faults = read_frame(_CLOCK_FAULTS, {"source": parameters["source"]}, CLOCK_FAULTS)
    return DossierFrames(
        dossiers=with_clock_marks(with_corrections(dossiers, corrections), faults),
        events=_read(chosen, parameters, EVENTS),
        pauses=_read_pauses(chosen, parameters),
        evidence=_read_evidence(chosen, parameters),
        procedures=read_table(PROCEDURES),
        units=read_table(UNITS),
        stated=dossiers.reset_index(drop=True) if len(corrections) else None,
        earlier=_read_earlier(chosen, parameters, corrected_by),
    )


def _read_earlier(chosen: str, parameters: Mapping[str, Any], corrected_by: pd.DataFrame | None) -> Earlier | None:
    """Read the withdrawn dossiers that chosen ones were filed again after, whenever they were received; None without any.

    Each was received before the next, so the row of them comes to an end.
    """
    certain = {**parameters, "certain": CERTAIN}
    links = read_frame(f"{_with_chosen(chosen)} {_REFILED}", certain, {"code": _TEXT, "first_code": _TEXT})
    if not len(links):
        return None
    first = {"source": parameters["source"], "codes": sorted(set(links["first_code"]))}
    return Earlier(_read_chosen(_OF_CODES, first, corrected_by), links)


def read_months(batch: Batch, selection: Selection = EVERY_DOSSIER) -> DossierFrames:
    """Read what the checks of :data:`tasks.rules.checks.AMONG` ask, of every primary dossier of a batch.

    Or of those that are selected. That is a few fields, corrections laid over; pauses; and one row for each dossier that has a log at all. All else is null.
    """
    chosen, parameters = _chosen(batch, affected_selection(batch, selection))
    narrow = read_frame(_AMONG.format(chosen=chosen), parameters, {name: DOSSIERS.dtypes[name] for name in AMONG_FIELDS})
    corrections = _read(chosen, parameters, CORRECTIONS, "AND t.state = 'approved'", first=("received_at",))
    logged = read_frame(_LOGGED.format(chosen=chosen), parameters, {name: EVENTS.dtypes[name] for name in EVENTS.key})
    return DossierFrames(
        dossiers=with_corrections(_widened(narrow, DOSSIERS), corrections),  # nobody asks what it repeats
        events=_widened(logged, EVENTS),
        pauses=_read_pauses(chosen, parameters),
        evidence=pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in _EVIDENCE_TYPES.items()}),
        procedures=read_table(PROCEDURES),
        units=read_table(UNITS),
    )


def _widened(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return a frame with all fields of its table, null where it has none."""
    rest = {name: pd.Series(pa.nulls(len(frame), table[name].kind.arrow), dtype=table.dtypes[name]) for name in table.columns}
    return pd.DataFrame({name: frame[name] if name in frame.columns else null for name, null in rest.items()})


def progress_of(step: str, batch: Batch) -> list[StepProgress]:
    """Return how far a step has come with each partition of a batch that it has done before."""
    return fetch_as(
        StepProgress,
        "SELECT through, rules_digest, as_of FROM audit.progress WHERE step = %(step)s AND partition = ANY(%(partitions)s)",
        {"step": step, "partitions": [partition.key for partition in batch.partitions]},
    )


def selection_for(step: str, batch: Batch, rules_digest: str, as_of: date) -> Selection:
    """Choose what a step has to do again: all under new rules or reference data, else what was touched.

    Where the day moved back, everything: a dossier that was open then may be closed now.
    """
    done = progress_of(step, batch)
    known = [one.as_of for one in done if one.rules_digest == rules_digest and one.as_of is not None]
    if len(known) < len(batch.months) or as_of < max(known):
        return EVERY_DOSSIER
    through = min(one.through for one in done)
    if fetch_value(f"SELECT {REFERENCE}") > through:
        return EVERY_DOSSIER
    return Selection(since=through, from_day=min((day for day in known if day != as_of), default=None))


def affected_selection(batch: Batch, selection: Selection) -> Selection:
    """Look up once which dossiers a selection by change number means; any other is returned as it is.

    Raises:
        WarehouseError: the statement failed.
    """
    if selection.since is None:
        return selection
    given = {"since": selection.since, "from_day": selection.from_day, "heard": selection.heard}
    rows = fetch_all(_TOUCHED, {"source": batch.source, "months": list(batch.months), **given})
    return Selection(codes=tuple(code for (code,) in rows))


def _chosen(batch: Batch, selection: Selection) -> tuple[str, dict[str, Any]]:
    chosen = _OF_MONTHS
    parameters: dict[str, Any] = {"source": batch.source, "months": list(batch.months)}
    if selection.codes is not None:
        chosen += _NAMED
        parameters["codes"] = list(selection.codes)
    return chosen, parameters


def _with_chosen(chosen: str) -> str:
    """Return the beginning of a query that knows the chosen dossiers, numbered in their order: rows are sorted by numbers."""
    return f"""
    WITH chosen AS MATERIALIZED (
        SELECT d.source, d.code, row_number() OVER (ORDER BY d.source, d.code) AS place
        FROM core.dossiers AS d WHERE {chosen}
    )"""


def _read(
    chosen: str, parameters: Mapping[str, Any], table: Table, extra: str = "", first: tuple[str, ...] = ("changed_in",)
) -> pd.DataFrame:
    """Read a table's rows about the chosen dossiers, oldest first, in the same order whatever way PostgreSQL joins them."""
    columns = ", ".join(f"t.{column}" for column in table.columns)
    order = ", ".join(f"t.{column}" for column in dict.fromkeys((*first, *table.key)))
    return read_frame(
        f"{_with_chosen(chosen)} SELECT {columns} FROM {table.full_name} AS t "
        f"JOIN chosen USING (source, code) WHERE true {extra} ORDER BY chosen.place, {order}",
        parameters,
        table,
    )


def _read_pauses(chosen: str, parameters: Mapping[str, Any]) -> pd.DataFrame:
    """Read the dossiers' own pauses and those that matched records hold, under the dossier's key; own ones first."""
    rest = ", ".join(f"p.{column}" for column in PAUSES.columns if column not in ("source", "code"))
    names = ", ".join(PAUSES.columns)
    return read_frame(
        f"""
        {_with_chosen(chosen)},
        said AS (
            SELECT c.place, c.source, c.code, {rest}, NULL AS by_source, NULL AS by_code
            FROM chosen AS c JOIN core.pauses AS p USING (source, code)
            UNION ALL
            SELECT c.place, c.source, c.code, {rest}, p.source, p.code
            FROM chosen AS c
            JOIN core.matches AS m ON m.source = c.source AND m.code = c.code AND m.kind = 'evidence'
            JOIN core.pauses AS p ON p.source = m.other_source AND p.code = m.other_code
        )
        SELECT {names} FROM said ORDER BY place, by_source NULLS FIRST, by_code, seq
        """,
        parameters,
        PAUSES,
    )


def _read_evidence(chosen: str, parameters: Mapping[str, Any]) -> pd.DataFrame:
    names = ", ".join(f"e.{name}" for name in _EVIDENCE)
    return read_frame(
        f"""
        {_with_chosen(chosen)}
        SELECT c.source, c.code, m.other_source, m.other_code, {names}
        FROM chosen AS c
        JOIN core.matches AS m ON m.source = c.source AND m.code = c.code AND m.kind = 'evidence'
        JOIN core.dossiers AS e ON e.source = m.other_source AND e.code = m.other_code
        ORDER BY c.place, m.other_source, m.other_code
        """,
        parameters,
        _EVIDENCE_TYPES,
    )
