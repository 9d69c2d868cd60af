"""Reused numbers across loads: the newer dossier is kept beside the stored one.

Its code then carries its year.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from psycopg2 import sql

from schemas.dossiers import DOSSIERS
from tasks.loading.cleaned_pages import Cleaned
from tasks.rules.arrays import as_text, has_word
from tasks.rules.linkage.reused_numbers import BEARER_FIELDS, BEARER_TIMES, FAR, Bearer, base_of, settled
from tasks.rules.marks import CODE_REUSED
from tasks.warehouse.load import Load

# Of a row that is there (t) and the given one of its key (s): worth a look. What the two are, the rules tell.
FAR_APART = sql.SQL("coalesce({apart}, false)").format(
    apart=sql.SQL(", ").join(
        sql.SQL("greatest(t.{0} - s.{0}, s.{0} - t.{0}) > {1}::interval").format(
            sql.Identifier(name), sql.Literal(f"{FAR.days} days")
        )
        for name in BEARER_TIMES
    )
)
# Few codes are asked for at a time, and seldom: a look at each row costs less than an index that every load would keep.
_FAMILY = (
    f"SELECT code, partition_month, {', '.join(BEARER_FIELDS)} FROM core.dossiers "
    "WHERE source = %(source)s AND split_part(code, '~', 1) = ANY(%(bases)s) ORDER BY code"
)


def mark_reused(cleaned: Cleaned) -> set[str]:
    """Return the codes of dossiers of which these pages state several under one number.

    Those without a year are among them.
    """
    codes = cleaned.dossiers["code"]
    again = codes[has_word(as_text(cleaned.dossiers["marks"]), CODE_REUSED)].astype(str)
    if not len(again):
        return set()
    bases = {base_of(code) for code in again}
    return {*again, *codes[codes.isin(list(bases)).to_numpy(dtype=bool)].astype(str)}


def settle_codes(current: Load, cleaned: Cleaned, codes: Collection[str]) -> Cleaned:
    """Give dossiers the codes under which they are known, and such as are not a code that no other one bears.

    Args:
        current: the load, which looks at what is stored.
        cleaned: what the pages say.
        codes: those to look at, as they stand there.

    Returns:
        The same, the children and changes with their dossiers; the mark stands where the code bears a year.
    """
    if not codes:
        return cleaned
    rows = np.flatnonzero(cleaned.dossiers["code"].isin(list(codes)).to_numpy(dtype=bool))
    source = str(cleaned.dossiers["source"].iloc[rows[0]])
    given = _families(cleaned.dossiers.iloc[rows])
    known = _families(current.read(_FAMILY, {"source": source, "bases": list(given)}, DOSSIERS))
    new: dict[str, str] = {}
    for base, bearers in given.items():
        new |= dict(zip([one.code for one in bearers], settled(bearers, known.get(base, [])), strict=True))
    return _renamed(cleaned, rows, new)


def _families(frame: pd.DataFrame) -> dict[str, list[Bearer]]:
    """Return rows of ``core.dossiers`` by the number that they bear, the earliest first."""
    found: dict[str, list[Bearer]] = {}
    for row in _records(frame):
        one = Bearer(row["code"], row["partition_month"].year, {name: row[name] for name in BEARER_FIELDS})
        found.setdefault(base_of(one.code), []).append(one)
    for bearers in found.values():
        bearers.sort(key=lambda one: (one.moment is None, str(one.moment), one.code))
    return found


def _records(frame: pd.DataFrame) -> Iterable[Mapping[str, Any]]:
    columns = ["code", "partition_month", *BEARER_FIELDS]
    plain = {name: frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in columns}
    return (dict(zip(columns, values, strict=True)) for values in zip(*plain.values(), strict=True))


def _renamed(cleaned: Cleaned, rows: np.ndarray, new: Mapping[str, str]) -> Cleaned:
    dossiers = cleaned.dossiers.copy()
    before = dossiers["marks"].iloc[rows].tolist()
    codes = [new[code] for code in dossiers["code"].iloc[rows].tolist()]
    marks = [_with_mark(text, base_of(code) != code) for text, code in zip(before, codes, strict=True)]
    for name, values in (("code", codes), ("marks", marks)):
        dossiers.iloc[rows, dossiers.columns.get_loc(name)] = pd.array(values, dtype=dossiers[name].dtype)
    moved = {code: other for code, other in new.items() if code != other}

    def following(frame: pd.DataFrame) -> pd.DataFrame:
        here = frame["code"].isin(list(moved)).to_numpy(dtype=bool)
        if not here.any():
            return frame
        return frame.assign(code=frame["code"].mask(here, frame["code"].map(moved).astype(frame["code"].dtype)))

    return replace(
        cleaned,
        dossiers=dossiers,
        events=following(cleaned.events),
        pauses=following(cleaned.pauses),
        changes=following(cleaned.changes),
    )


def _with_mark(text: Any, reused: bool) -> str | None:
    words = [] if pd.isna(text) else [word for word in str(text).split() if word != CODE_REUSED]
    return " ".join([*words, *([CODE_REUSED] if reused else [])]) or None
