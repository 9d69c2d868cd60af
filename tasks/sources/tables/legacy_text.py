"""Text typed for a legacy font, wherever a source keeps it: sheets, records and rows of old databases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.sources import Source
from tasks.rules.arrays import arrow, truths
from tasks.rules.text.legacy_fonts import Font, detect, to_unicode
from tasks.rules.text.normal_form import per_distinct
from tasks.sources.formats.columnar import UnevenError
from tasks.sources.parsed_records import ParsedRecords

_FRAMES = ("dossiers", "events", "procedures", "units")
# Fields in which people write words; codes and dates hold none.
_WORDS = (
    "unit",
    "applicant_name",
    "summary",
    "status",
    "name",
    "field_name",
    "actor",
    "limit_text",
    "limit_unit_text",
    "channel",
)
_LOOKED_AT = 100  # texts of a field


def font_of(texts: Iterable[str | None], source: Source) -> Font | None:
    """Return the legacy font that a source's text was typed for, by its file or by the text; None for Unicode."""
    if source.font == "detect":
        return detect(text for text in texts if text)
    return None if source.font == "unicode" else source.font


def to_font(values: pa.Array, font: Font) -> pa.Array:
    """Return a column of text in Unicode."""
    if pc.all(pc.string_is_ascii(values)).as_py() is not False:
        return values
    return per_distinct(values, lambda text: to_unicode(text, font), pa.string())


def readings_in_unicode(readings: ParsedRecords, source: Source) -> ParsedRecords:
    """Return readings of records in Unicode.

    Of most sources they are so already, which each page's first words show.

    Raises:
        UnevenError: they are of several pages, which were not typed for the same font.
    """
    fonts = {font_of(_words(rows), source) for rows in _rows_by_page(readings)}
    if len(fonts) > 1:
        raise UnevenError
    font = fonts.pop() if fonts else None
    if font is None:
        return readings
    return replace(readings, **{name: _converted(getattr(readings, name), font) for name in _FRAMES})


def _rows_by_page(readings: ParsedRecords) -> Iterable[list[pd.DataFrame]]:
    """Return each page's first rows in each frame."""
    found: dict[str, list[pd.DataFrame]] = {}
    for frame in (getattr(readings, name) for name in _FRAMES):
        digests = arrow(frame["page_digest"])
        changed = np.flatnonzero(truths(pc.not_equal(digests[1:], digests[:-1]))) + 1
        for start, end in pairwise([0, *changed.tolist(), len(frame)]):
            if start < end:
                found.setdefault(digests[start].as_py(), []).append(frame[start : min(end, start + _LOOKED_AT)])
    return found.values()


def _words(rows: Iterable[pd.DataFrame]) -> Iterable[str | None]:
    for frame in rows:
        for field in _WORDS:
            if field in frame.columns:
                yield from arrow(frame[field]).drop_null().to_pylist()


def _converted(frame: pd.DataFrame, font: Font) -> pd.DataFrame:
    columns = {
        field: pd.arrays.ArrowExtensionArray(to_font(_text(frame[field]), font)) for field in _WORDS if field in frame.columns
    }
    return frame.assign(**columns)


def _text(values: pd.Series) -> pa.Array:
    array = pa.array(values)
    return (array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array).cast(pa.string())
