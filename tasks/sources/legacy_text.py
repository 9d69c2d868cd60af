"""Text typed for a legacy font, wherever a source keeps it: sheets, records and rows of old databases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.sources import Source
from tasks.rules.fonts import Font, detect, to_unicode
from tasks.rules.text import per_distinct
from tasks.sources.readings import Readings

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


def readings_in_unicode(readings: Readings, source: Source) -> Readings:
    """Return readings of records in Unicode; of most sources they are so already, which their first words show."""
    font = font_of(_words(readings), source)
    if font is None:
        return readings
    return replace(readings, **{name: _converted(getattr(readings, name), font) for name in _FRAMES})


def _words(readings: Readings) -> Iterable[str | None]:
    for name in _FRAMES:
        frame = getattr(readings, name)
        for field in _WORDS:
            if field in frame.columns and len(frame):
                yield from frame[field].head(_LOOKED_AT).dropna().tolist()


def _converted(frame: pd.DataFrame, font: Font) -> pd.DataFrame:
    columns = {
        field: pd.arrays.ArrowExtensionArray(to_font(_text(frame[field]), font)) for field in _WORDS if field in frame.columns
    }
    return frame.assign(**columns)


def _text(values: pd.Series) -> pa.Array:
    array = pa.array(values)
    return (array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array).cast(pa.string())
