"""Partial records: a new page is read together with earlier pages about the same dossiers.

Some sources send only what changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.raw import MENTIONS
from tasks.cleaning.columns import column
from tasks.rules.text.codes import fold_codes
from tasks.sources.parsed_records import ParsedRecords
from tasks.warehouse.load import Load
from tasks.warehouse.rows import fetch_column

_TEXT = pd.ArrowDtype(pa.string())
# A page that no row names may speak of any dossier: it was loaded before this was kept.
_EARLIER = """
    SELECT g.page_digest FROM raw.pages AS g
    WHERE g.source = %(source)s AND g.loaded_at IS NOT NULL AND (
        g.page_digest IN (SELECT m.page_digest FROM raw.mentions AS m WHERE m.source = %(source)s AND m.code = ANY(%(codes)s))
        OR NOT EXISTS (SELECT FROM raw.mentions AS m WHERE m.source = g.source AND m.page_digest = g.page_digest))
"""


def earlier_pages(source: str, readings: ParsedRecords) -> set[str]:
    """Return the digests of loaded pages that have to be read beside new ones."""
    codes = pc.drop_null(pc.unique(_codes(readings.dossiers))).to_pylist()
    return set(fetch_column(_EARLIER, {"source": source, "codes": codes}))


def about_news(readings: ParsedRecords, news: Sequence[str]) -> ParsedRecords:
    """Leave out what earlier pages say about dossiers of which the new ones say nothing: not all of it was read.

    Args:
        readings: of new pages and earlier ones.
        news: digests of the new pages.
    """
    fresh = pa.array(news, pa.string())
    dossiers = readings.dossiers
    new = pc.is_in(pa.array(dossiers["page_digest"]).cast(pa.string()), value_set=fresh)
    told = pc.drop_null(pc.unique(pc.filter(_codes(dossiers), new)))

    def kept(frame: pd.DataFrame) -> pd.DataFrame:
        here = pc.is_in(pa.array(frame["page_digest"]).cast(pa.string()), value_set=fresh)
        return frame[pc.or_(here, pc.is_in(_codes(frame), value_set=told)).to_numpy(zero_copy_only=False)].reset_index(
            drop=True
        )

    return replace(
        readings,
        dossiers=kept(dossiers),
        events=kept(readings.events),
        supplements=kept(readings.supplements),
        rejected=kept(readings.rejected),
    )


def mentions_of(each: Sequence[ParsedRecords]) -> pd.DataFrame:
    """Return code and page of all dossiers of which pages that were read speak."""
    rows = pd.concat([one.dossiers[["page_digest"]].assign(code=pd.array(_codes(one.dossiers), dtype=_TEXT)) for one in each])
    return rows[rows["code"].notna().to_numpy(dtype=bool)][["code", "page_digest"]].drop_duplicates()


def keep_mentions(current: Load, source: str, named: pd.DataFrame) -> None:
    """Write down, in an open load, of which dossiers which pages speak; see :func:`mentions_of`."""
    if len(named):
        current.merge(MENTIONS, MENTIONS.conform(named.assign(source=source)))


def _codes(frame: pd.DataFrame) -> pa.Array:
    return fold_codes(column(frame, "code"))
