"""Partial statements: all records about a dossier together are the dossier.

Some sources send only what changed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from config.profiles import DOSSIER_FIELDS
from config.sources import Source
from tasks.cleaning.columns import column, series
from tasks.cleaning.statement_order import Pulled, oldest_first
from tasks.rules.text.codes import fold_codes
from tasks.sources.parsed_records import PLACE_FIELDS, ParsedRecords

_PLACE = list(PLACE_FIELDS)


def combined(readings: ParsedRecords, source: Source, pulled: Pulled) -> ParsedRecords:
    """Put the statements about each dossier together: of each field the last one given, of its children all.

    Args:
        readings: every statement of the source.
        source: how it writes the time of modification, by which the last statement is told.
        pulled: when pages were asked for.

    Returns:
        One row a dossier, at the place of its last statement; its log entries and pauses stand there too. Records
        without a code stay as they are, to be rejected.
    """
    order = oldest_first(readings.dossiers, source, pulled)
    readings = replace(readings, dossiers=readings.dossiers.iloc[order].reset_index(drop=True))
    codes = series(fold_codes(column(readings.dossiers, "code")))
    named = codes.notna().to_numpy(dtype=bool)
    told = readings.dossiers[named].assign(folded=codes[named])
    last = told.groupby("folded", sort=False)
    fields = last[list(DOSSIER_FIELDS)].last()  # passes over what a statement leaves open
    places = last[_PLACE].tail(1).set_index(told.drop_duplicates("folded", keep="last")["folded"]).reindex(fields.index)
    whole = pd.concat([fields, places], axis=1).reset_index(drop=True).astype(readings.dossiers.dtypes.to_dict())
    dossiers = pd.concat([whole[readings.dossiers.columns], readings.dossiers[~named]], ignore_index=True)
    return ParsedRecords(
        dossiers,
        _moved(readings.events, places).drop_duplicates(ignore_index=True),
        _paired(_moved(_as_told(readings.supplements, readings.dossiers), places)),
        readings.procedures,
        readings.units,
        readings.rejected,
    )


def _as_told(rows: pd.DataFrame, dossiers: pd.DataFrame) -> pd.DataFrame:
    """Put rows of children into the order of the statements that told them."""
    if rows.empty:
        return rows
    places = pd.MultiIndex.from_frame(dossiers[_PLACE].astype({"page_digest": str}))
    here = places.get_indexer(pd.MultiIndex.from_frame(rows[_PLACE].astype({"page_digest": str})))
    return rows.iloc[np.argsort(here, kind="stable")].reset_index(drop=True)


def _moved(rows: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Give rows of children the place of their dossier."""
    if rows.empty:
        return rows
    here = places.reindex(pd.Index(series(fold_codes(column(rows, "code")))))
    return rows.assign(**{name: here[name].array for name in _PLACE})


def _paired(rows: pd.DataFrame) -> pd.DataFrame:
    """Join the halves of pauses: a row that tells only an end closes the dossier's last row that has none."""
    if rows.empty:
        return rows
    rows = rows.drop_duplicates(ignore_index=True)
    begins = rows["started_at"].notna().to_numpy(dtype=bool)
    codes = pd.factorize(series(fold_codes(column(rows, "code"))))[0]
    order = np.lexsort((np.arange(len(rows)), codes))
    changed = {name: rows[name].tolist() for name in ("ended_at", "due_after_at")}
    kept = np.ones(len(rows), dtype=bool)
    for one, other in zip(order[:-1].tolist(), order[1:].tolist(), strict=True):
        joins = codes[one] == codes[other] and begins[one] and not begins[other] and pd.isna(changed["ended_at"][one])
        if joins:
            kept[other] = False
            for values in changed.values():
                values[one] = values[other]
    frame = rows.assign(**{name: pd.array(values, dtype=rows[name].dtype) for name, values in changed.items()})
    return frame[kept].reset_index(drop=True)
