"""Equal statements: one code several times in one file, and nothing says which came later.

Their place in the file proves nothing: a fact that only one of them states holds, of two that differ both are kept as two, and
no verdict rests on either (as for two columns of one heading, :mod:`tasks.sources.twice`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.codes import Status
from config.sources import Source
from tasks.cleaning.columns import CodeList, column, series
from tasks.rules.dates.reading import read_dates
from tasks.rules.text.codes import fold_procedures
from tasks.rules.text.normal_form import clean_text
from tasks.sources.twice import TWO

_DAYS = ("due_at", "done_at", "returned_at", "refused_at")


def with_equals(kept: pd.DataFrame, codes: pd.Series, chosen: np.ndarray, source: Source, statuses: CodeList) -> pd.DataFrame:
    """Return the statements that count, with what their equals say.

    Args:
        kept: statements as texts.
        codes: of each, folded.
        chosen: places of those that count, one a code.
        source: of partial statements each tells what changed, and of events each is a row: there none is another's equal.
        statuses: what its statuses mean.

    Returns:
        The chosen rows of ``kept``, a RangeIndex.
    """
    counted = kept.iloc[chosen].reset_index(drop=True)
    own = codes.iloc[chosen].reset_index(drop=True)
    if source.statements == "partial" or source.events:
        return counted
    place = pd.Index(own).get_indexer(codes)
    equal = np.ones(len(kept), dtype=bool)
    for name in ("page_digest", "modified_at"):  # most sources state no modification: then all of a page are equal
        equal &= (kept[name].fillna("").to_numpy() == counted[name].fillna("").to_numpy()[place]).astype(bool)
    several = np.flatnonzero(equal & (np.bincount(place, weights=equal, minlength=len(own))[place] > 1))
    if not len(several):
        return counted
    some, of = kept.iloc[several], place[several]
    told = {name: _days(column(some, name)) for name in _DAYS}
    told["procedure_code"] = fold_procedures(column(some, "procedure_code"))
    told["status"] = _sides(column(some, "status"), statuses)
    if source.codes == "free":  # else the day in the code is held against the receipt
        told["received_at"] = _days(column(some, "received_at"))
    for name, meant in told.items():
        counted[name] = _together(counted[name], some[name], series(meant), of)
    return counted


def _days(texts: pa.Array) -> pa.Array:
    """Return the day that each text names, for comparison; the text where it names none."""
    read = read_dates(texts).dmy
    named = pa.array(np.datetime_as_string(read, unit="D"), pa.string(), mask=np.isnat(read))
    return pc.coalesce(named, texts)


def _sides(texts: pa.Array, statuses: CodeList) -> pa.Array:
    """Return the meaning of each status: done and handed over are one."""
    meant, _ = statuses.meanings(clean_text(texts), pa.int64())
    done = pc.equal(meant, int(Status.RETURNED))
    return pc.coalesce(pc.if_else(done, pa.scalar(int(Status.DONE)), meant).cast(pa.string()), texts)


def _together(counted: pd.Series, texts: pd.Series, meant: pd.Series, of: np.ndarray) -> pd.Series:
    """Return a field of the statements that count: as given, as another gives it, or as two where they differ."""
    given = pd.DataFrame({"of": of, "text": texts.to_numpy(), "meant": meant.to_numpy()}).dropna()
    given = given[given["text"] != ""]
    distinct = given.drop_duplicates(["of", "meant"])
    differ = distinct[distinct["of"].duplicated(keep=False)]
    two = differ.groupby("of")["text"].agg(lambda values: " ".join(f"{TWO}{value}" for value in values.iloc[:2]))
    last = given.drop_duplicates("of", keep="last").set_index("of")["text"]
    lacking = last[(counted.iloc[last.index].fillna("") == "").to_numpy(dtype=bool)]
    found = counted.copy()
    for values in (lacking, two):
        found.iloc[values.index.to_numpy(dtype=np.int64)] = values.tolist()
    return found
