"""Reused numbers within some pages: two dossiers with one code get two codes.

This happens before the latest statement of each dossier is chosen.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from config.sources import Source
from schemas.rejects import RejectReason
from tasks.cleaning.applicants import applicant_keys
from tasks.cleaning.columns import Flags, column, series
from tasks.cleaning.timestamps import groups_of, read_timestamps
from tasks.rules.arrays import Numbers
from tasks.rules.dates.times import local_times
from tasks.rules.linkage.reused_numbers import BEARER_TIMES, FAR, Bearer, free_code, grouped
from tasks.rules.text.codes import fold_codes, fold_procedures
from tasks.sources.nameless_records import rejected_rows
from tasks.sources.parsed_records import PLACE_FIELDS, ParsedRecords

_PLACE = list(PLACE_FIELDS)
_LAST_YEAR = 9999
_MANY = 100  # statements of one code beyond which it names nothing: each is compared with each
_RECEIPTS = 10  # texts of a receipt that so many statements may have, as somebody corrects them
_NONE = pa.array([], pa.string())


def told_apart(readings: ParsedRecords, source: Source, key: bytes) -> tuple[ParsedRecords, pa.Array]:
    """Give statements about another dossier than the first one of their code a code with the year of its receipt.

    Only codes whose statements differ in the text of a receipt are read; those of almost all sources are none.

    Args:
        readings: every statement.
        source: whose they are.
        key: of the pseudonyms, by which applicants are compared.

    Returns:
        The readings, log entries and pauses with their dossiers; and the codes that were given.
    """
    codes = series(fold_codes(column(readings.dossiers, "code")))
    shared = _shared(readings.dossiers, codes)
    if len(shared):
        readings = rejected_rows(readings, dict.fromkeys(shared.tolist(), RejectReason.CODE_NAMES_NOTHING))
        codes = codes.drop(index=shared).reset_index(drop=True)
    rows = _suspects(readings.dossiers, codes)
    if len(rows):
        rows, bearers = _bearers(readings.dossiers.iloc[rows].reset_index(drop=True), rows, codes, source, key)
    if not len(rows):
        return readings, _NONE
    renamed = _renamed(rows, bearers)
    if not renamed:
        return readings, _NONE
    places, new = list(renamed), list(renamed.values())
    dossiers = readings.dossiers
    at = pd.MultiIndex.from_frame(dossiers[_PLACE].iloc[places].astype({"page_digest": str}))
    code = dossiers["code"].copy()
    code.iloc[places] = new
    apart = replace(
        readings,
        dossiers=dossiers.assign(code=code),
        events=_following(readings.events, at, new),
        supplements=_following(readings.supplements, at, new),
    )
    return apart, pa.array(sorted(set(new)), pa.string())


def _suspects(dossiers: pd.DataFrame, codes: pd.Series) -> Numbers:
    """Return the rows of codes that stand more than once and of which not every statement writes one receipt."""
    again = np.flatnonzero((codes.duplicated(keep=False) & codes.notna()).to_numpy(dtype=bool))
    if not len(again):
        return again
    some = dossiers.iloc[again]
    texts = some["received_at"]
    for name in BEARER_TIMES[1:]:
        texts = texts.fillna(some[name])
    number = pd.factorize(codes.iloc[again])[0]
    told = pd.DataFrame({"code": number, "text": pd.factorize(texts)[0]})
    several = told[told["text"] >= 0].drop_duplicates()["code"].value_counts()
    few = np.bincount(number)[number] <= _MANY
    return np.asarray(again[np.isin(number, several[several > 1].index.to_numpy()) & few])


def _shared(dossiers: pd.DataFrame, codes: pd.Series) -> Numbers:
    """Return the rows of codes that very many statements bear and whose receipts are too many for one dossier, or for a reused number."""
    counts = codes.value_counts()
    many = counts.index[(counts > _MANY).to_numpy(dtype=bool)]
    rows = np.flatnonzero(codes.isin(many).to_numpy(dtype=bool))
    if not len(rows):
        return rows
    receipts = dossiers.iloc[rows][["received_at", "procedure_code"]].assign(code=codes.iloc[rows].to_numpy())
    borne = receipts.drop_duplicates(["code", "received_at", "procedure_code"])["code"].value_counts()
    return np.asarray(rows[receipts["code"].isin(borne.index[(borne > _RECEIPTS).to_numpy(dtype=bool)]).to_numpy(dtype=bool)])


def _bearers(some: pd.DataFrame, rows: Numbers, codes: pd.Series, source: Source, key: bytes) -> tuple[Numbers, list[Bearer]]:
    """Read the statements of codes whose times lie far apart, and return them with their rows."""
    texts = {name: column(some, name) for name in (*BEARER_TIMES, "modified_at")}
    read = read_timestamps(texts, source, groups_of(some["page_digest"]), Flags(len(some)))
    times = {name: series(values) for name, values in read.items()}
    first = times["received_at"]
    for name in BEARER_TIMES[1:]:
        first = first.fillna(times[name])
    code = codes.iloc[rows].reset_index(drop=True)
    local = local_times(first, source.zone)
    of_code = pd.Series(local).groupby(pd.factorize(code)[0])
    spans = of_code.transform("max") - of_code.transform("min")
    far = np.flatnonzero((spans > FAR).to_numpy(dtype=bool))
    if not len(far):
        return far.astype(np.int64), []
    facts: dict[str, list[Any]] = {name: read[name].take(pa.array(far)).to_pylist() for name in BEARER_TIMES}
    chosen = some.iloc[far].reset_index(drop=True)
    facts["applicant_key"] = applicant_keys(chosen, source, key, Flags(len(far)))["applicant_key"].to_pylist()
    facts["procedure_code"] = fold_procedures(column(chosen, "procedure_code")).to_pylist()
    years = np.where(np.isnat(local[far]), 0, local[far].astype("datetime64[Y]").astype(int) + 1970).tolist()
    names, told = code.iloc[far].tolist(), read["modified_at"].take(pa.array(far)).to_pylist()
    bearers = [
        Bearer(names[n], years[n], {name: values[n] for name, values in facts.items()}, told[n]) for n in range(len(far))
    ]
    return rows[far], bearers


def _renamed(rows: Numbers, bearers: list[Bearer]) -> dict[int, str]:
    """Return the rows that tell of another dossier than the first of their code, and its code."""
    named: dict[str, list[int]] = {}
    for place, one in enumerate(bearers):
        named.setdefault(one.code, []).append(place)
    found: dict[int, str] = {}
    for base, places in named.items():
        numbers = grouped([bearers[place] for place in places])
        taken = {0: base}
        for number in range(1, max(numbers) + 1):
            own = [place for place, each in zip(places, numbers, strict=True) if each == number]
            taken[number] = free_code(base, min(bearers[place].year or _LAST_YEAR for place in own), set(taken.values()))
            found |= {int(rows[place]): taken[number] for place in own}
    return found


def _following(rows: pd.DataFrame, places: pd.MultiIndex, codes: list[str]) -> pd.DataFrame:
    """Give log entries and pauses the code of the statement that tells them."""
    if rows.empty:
        return rows
    here = places.get_indexer(pd.MultiIndex.from_frame(rows[_PLACE].astype({"page_digest": str})))
    found = np.flatnonzero(here >= 0)
    code = rows["code"].copy()
    code.iloc[found] = [codes[place] for place in here[found].tolist()]
    return rows.assign(code=code)
