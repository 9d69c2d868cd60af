"""Reference data: rows of ``ref.procedures`` and ``ref.units``."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config import code_lists
from config.sources import Source
from schemas.reference import PROCEDURE_FLAGS, PROCEDURES, UNITS
from schemas.rejects import RejectReason
from tasks.cleaning.columns import CodeList, booleans, column, series
from tasks.cleaning.timestamps import groups_of
from tasks.rules.clock.limit_texts import parse_limit
from tasks.rules.dates.reading import chosen, read_dates, settle_dates
from tasks.rules.text.codes import fold_codes, fold_procedures, fold_units, plain_codes
from tasks.rules.text.normal_form import clean_text, given

_ALWAYS = np.datetime64("2000-01-01", "D")  # start of validity where the catalogue states none
_LIMIT_COLUMNS = {"limit_amount": pa.float64(), "limit_shortest": pa.float64(), "limit_unit": pa.string()}


def clean_procedures(readings: pd.DataFrame, source: Source) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Clean the catalogue of procedures; returns rows of ``ref.procedures`` and the rejected ones."""
    codes = fold_procedures(column(readings, "procedure_code"))
    channels = CodeList.of(source.channels, code_lists.CHANNEL_CODES)
    channel, unknown = channels.meanings(clean_text(column(readings, "channel")), pa.string())
    usable = given(codes) & ~unknown
    fields = np.where(given(codes), "channel", "procedure_code")
    texts = {name: clean_text(column(readings, name)) for name in ("limit_text", "limit_unit_text", "name", "field_name")}
    columns = {
        "procedure_code": codes,
        "channel": channel,
        "valid_from": _days(readings, "valid_from", source, _ALWAYS),
        "valid_to": _days(readings, "valid_to", source, None),
        "name": pc.coalesce(texts["name"], codes),
        "field_code": pc.coalesce(plain_codes(column(readings, "field_code")), texts["field_name"], pa.scalar("-")),
        "field_name": texts["field_name"],
        "limit_text": pc.coalesce(
            pc.binary_join_element_wise(texts["limit_text"], texts["limit_unit_text"], " "), texts["limit_text"]
        ),
        "reference": clean_text(column(readings, "reference")),
        **_limits(texts["limit_text"], texts["limit_unit_text"]),
        **{name: booleans(column(readings, name)) for name in PROCEDURE_FLAGS},
    }
    told = pd.DataFrame({name: series(values) for name, values in columns.items()})[usable]
    frame = _one_limit_each(told, list(PROCEDURES.key))
    return PROCEDURES.conform(frame), _refused(readings, usable, fields)


def clean_units(readings: pd.DataFrame, source: Source) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Clean the directory of agencies; returns rows of ``ref.units`` and the rejected ones."""
    codes = fold_units(column(readings, "unit_code"))
    levels = CodeList.of(source.levels, code_lists.LEVEL_CODES)
    level, unknown = levels.meanings(clean_text(column(readings, "level")), pa.string())
    usable = given(codes) & given(level) & ~unknown
    fields = np.where(given(codes), "level", "unit_code")
    columns = {
        "unit_code": codes,
        "valid_from": _days(readings, "valid_from", source, _ALWAYS),
        "valid_to": _days(readings, "valid_to", source, None),
        "name": pc.coalesce(clean_text(column(readings, "name")), codes),
        "level": level,
        "parent_code": fold_units(column(readings, "parent_code")),
        "succeeded_by": fold_units(column(readings, "succeeded_by")),
        "old_code": fold_codes(column(readings, "old_code")),
    }
    told = pd.DataFrame({name: series(values) for name, values in columns.items()})[usable]
    frame = told.drop_duplicates(list(UNITS.key), keep="last").reset_index(drop=True)
    return UNITS.conform(frame), _refused(readings, usable, fields)


def _days(readings: pd.DataFrame, name: str, source: Source, missing: np.datetime64 | None) -> pa.Array:
    """Read a column of days; a day that cannot be read leaves the validity open."""
    read = read_dates(column(readings, name))
    groups, nothing = groups_of(readings["page_digest"]), np.zeros(len(readings), dtype=int)
    found = chosen(read, settle_dates(read, source.dates.order, groups, nothing, nothing).month_first).astype("datetime64[D]")
    if missing is not None:
        found = np.where(np.isnat(found), missing, found)
    return pa.array(found, pa.date32())


def _limits(texts: pa.Array, units: pa.Array) -> dict[str, pa.Array]:
    """Read limits, each pair of text and unit once."""
    pairs = list(zip(texts.to_pylist(), units.to_pylist(), strict=True))
    read = {pair: parse_limit(*pair) for pair in dict.fromkeys(pairs)}
    rows = [read[pair] for pair in pairs]
    values = ([r.amount for r in rows], [r.shortest for r in rows], [r.unit for r in rows])
    return {name: pa.array(column, kind) for (name, kind), column in zip(_LIMIT_COLUMNS.items(), values, strict=True)}


def _one_limit_each(told: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Return one row a key; where a version has several limits by case, all are shown and none is settled.

    It has a fee, or gives a result, where one of the cases does.
    """
    texts = told.drop_duplicates([*key, "limit_text"])
    several = texts[texts.duplicated(key, keep=False)]
    frame = told.drop_duplicates(key, keep="last").set_index(key)
    if len(several):
        shown = several.groupby(key, dropna=False)["limit_text"].agg(lambda cases: " / ".join(cases.dropna()))
        frame.loc[shown.index, "limit_text"] = shown
        frame.loc[shown.index, ["limit_amount", "limit_shortest"]] = None
        frame.loc[shown.index, "limit_unit"] = "unsettled"
    for flag in PROCEDURE_FLAGS:
        says = told[told[flag].fillna(value=False).to_numpy(dtype=bool)].drop_duplicates(key).set_index(key)
        frame.loc[says.index, flag] = True
    return frame.reset_index()


def _refused(readings: pd.DataFrame, usable: np.ndarray, fields: np.ndarray) -> pd.DataFrame:
    places = readings.loc[~usable, ["page_digest", "page_position"]]
    refused = places.assign(code=None, reason=RejectReason.NO_CODE.value, fields=fields[~usable])
    return refused.drop_duplicates(["page_digest", "page_position"])
