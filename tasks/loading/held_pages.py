"""Held pages: headings that stand over other values; nothing is loaded until somebody looks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.errors import SourceError
from config.language import Bilingual, bilingual
from config.sources import Source
from schemas.dossiers import DOSSIERS
from schemas.drift import DRIFT
from schemas.rejects import RejectReason
from tasks.cleaning.columns import column, series
from tasks.cleaning.displacement import DISPLACED_TIMES, Sample, displaced, sample_of
from tasks.rules.text.codes import fold_codes
from tasks.sources.parsed_records import ParsedRecords
from tasks.warehouse.engine import read_frame
from tasks.warehouse.load import load
from tasks.warehouse.rows import fetch_column, fetch_value

CHANGE = "displaced_cells"
_FEW = 3  # rows without a code fewer than which prove nothing
_FIELDS = ("code", "status", *DISPLACED_TIMES)
_KNOWN = f"SELECT {', '.join(_FIELDS)} FROM core.dossiers WHERE source = %(source)s AND code = ANY(%(codes)s)"
_ANY = "SELECT EXISTS (SELECT FROM core.dossiers WHERE source = %(source)s)"
# A page that was held and that the source does not give any more: another one stands in its place.
_REPLACED = """
    SELECT g.page_digest FROM raw.pages AS g JOIN quality.drift AS d
        ON d.source = g.source AND d.first_page = g.page_digest AND d.what = %(what)s AND d.policy = 'stop'
    WHERE g.source = %(source)s AND g.loaded_at IS NULL AND g.met_in <> (
        SELECT p.pull_id FROM raw.pulls AS p WHERE p.source = g.source AND p.state IN ('landed', 'loaded', 'unchanged')
        ORDER BY p.started_at DESC, p.pull_id DESC LIMIT 1)
"""
_NAMES = "SELECT name FROM raw.pages WHERE source = %(source)s AND page_digest = ANY(%(pages)s) ORDER BY name"


def displaced_pages(source: Source, parts: Sequence[ParsedRecords], asked: Mapping[str, datetime]) -> set[str]:
    """Look whether new pages are displaced, note what was found, and return those that are to be held back.

    Args:
        source: whose file says what such a page means (``drift.displaced_cells``).
        parts: what the pages say, none of them in two parts.
        asked: when the new pages were pulled; others that were read beside them are not looked at.
    """
    found = look_for_displaced(source, parts, asked)
    if not found:
        return set()
    _note(source, found)
    return set(found) if source.drift.displaced_cells == "stop" else set()


def look_for_displaced(
    source: Source, parts: Sequence[ParsedRecords], asked: Mapping[str, datetime]
) -> dict[str, tuple[str, ...]]:
    """Return the new pages that are displaced and the fields in which that shows.

    Reads the warehouse and writes nothing.

    Args:
        source: whose file says what such a page means.
        parts: what the pages say, none of them in two parts.
        asked: when the new pages were pulled.
    """
    if source.is_reference or source.drift.displaced_cells == "accept":
        return {}
    sample = _sample(parts, {page: np.datetime64(at.date()) for page, at in asked.items()})
    return {**_without_codes(source, parts, asked), **displaced(sample, source, _known(source, sample))}


def replaced_pages(source: Source) -> set[str]:
    """Return the pages that were held and that the source has replaced or taken away since: nobody waits for them."""
    if source.kind != "files":
        return set()
    return set(fetch_column(_REPLACED, {"source": source.name, "what": CHANGE}))


def held_error(source: Source, pages: Collection[str]) -> SourceError:
    """Return what a load ends with that held pages back, everything else being loaded."""
    names = fetch_column(_NAMES, {"source": source.name, "pages": sorted(pages)})
    more = Bilingual(f" và {len(names) - 3} trang khác", f" and {len(names) - 3} more") if len(names) > 3 else ""
    return SourceError(
        source.name,
        Bilingual(
            f"{len(names)} trang ({', '.join(names[:3])}{bilingual(more).vi}) có giá trị nằm dưới tiêu đề của cột khác; các trang đó không được nạp, dữ liệu đã có giữ nguyên",
            f"{len(names)} of its pages ({', '.join(names[:3])}{more}) hold values under other headings than their own; nothing of them was loaded, and what was known before stays",
        ),
        Bilingual(
            f"Hãy xem các cột bằng `motcua source check {source.name}`; xuất lại tệp với tên cũ, hoặc đặt drift.displaced_cells là warn nếu trang đúng.",
            f"Look at the columns in `motcua source check {source.name}`; export the file again under its name, or set drift.displaced_cells to warn if the page is right.",
        ),
    )


def _without_codes(source: Source, parts: Sequence[ParsedRecords], asked: Mapping[str, datetime]) -> dict[str, tuple[str, ...]]:
    """Return the tables in which most rows have no code: it stands in another column, or is no longer exported."""
    if source.kind == "rest":
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for part in parts:
        lacking = part.rejected.loc[
            (part.rejected["reason"] == RejectReason.NO_CODE.value).fillna(False).to_numpy(dtype=bool), "page_digest"
        ]
        named = part.dossiers["page_digest"].value_counts()
        for page, count in lacking.value_counts().items():
            if page in asked and count >= _FEW and count > named.get(page, 0):
                found[str(page)] = ("code",)
    return found


def _sample(parts: Sequence[ParsedRecords], asked: Mapping[str, np.datetime64]) -> Sample:
    """Take some rows of each new page, part by part, so that no part is copied whole."""
    some = [sample_of(part.dossiers, asked).frame for part in parts if len(part.dossiers)]
    rows = pd.concat(some, ignore_index=True) if some else parts[0].dossiers.iloc[:0]
    new = pc.is_in(column(rows, "page_digest"), value_set=pa.array(list(asked), pa.string()))
    return sample_of(rows[new.to_numpy(zero_copy_only=False)].reset_index(drop=True), asked)


def is_known(source: Source) -> bool:
    """Tell whether dossiers of a source are loaded already."""
    return bool(fetch_value(_ANY, {"source": source.name}))


def _known(source: Source, sample: Sample) -> pd.DataFrame | None:
    """Read what earlier pages said about the sample's dossiers; only where records can lose their headings."""
    if source.kind == "rest" or not is_known(source):
        return None
    codes = series(fold_codes(column(sample.frame, "code"))).dropna().unique().tolist()
    types = {name: DOSSIERS.dtypes[name] for name in _FIELDS}
    return read_frame(_KNOWN, {"source": source.name, "codes": codes}, types)


def _note(source: Source, found: Mapping[str, tuple[str, ...]]) -> None:
    rows = [
        {"source": source.name, "field": field, "what": CHANGE, "first_page": page, "policy": source.drift.displaced_cells}
        for page, fields in found.items()
        for field in fields
    ]
    with load("drift", source.name) as current:
        current.merge(DRIFT, DRIFT.conform(DRIFT.frame(rows)))
