"""Corrected values, laid over what a source states; the statement itself never changes."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.dossiers import DOSSIERS
from schemas.quality import CORRECTABLE
from schemas.table import Kind
from tasks.rules.arrays import as_text


def with_corrections(dossiers: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """Return the dossiers with corrected values and the names of the corrected fields.

    Args:
        dossiers: ``core.dossiers``, unique by code.
        corrections: approved rows of ``quality.corrections`` about them, oldest first: of several about
            one field the newest stands. A null value empties the field.

    Returns:
        A new frame with a further column ``corrected``: names of fields, space-separated, or null.

    Raises:
        pa.ArrowInvalid: a value does not read as the field's kind; such corrections are refused on arrival.
    """
    corrected = dossiers.reset_index(drop=True)
    names = pa.array([""] * len(corrected), pa.string())
    for field in [name for name in CORRECTABLE if (corrections["field"] == name).any()]:
        newest = corrections[corrections["field"] == field].drop_duplicates("code", keep="last")
        place = pc.index_in(as_text(corrected["code"]), value_set=as_text(newest["code"]))
        values = read_values(as_text(newest["new_value"]), field)
        touched = pc.is_valid(place)
        column = pa.array(corrected[field]).cast(DOSSIERS[field].kind.arrow)
        merged = pc.if_else(touched, values.take(place), column)
        corrected = corrected.assign(**{field: pd.Series(merged, dtype=DOSSIERS.dtypes[field])})
        names = pc.binary_join_element_wise(names, pc.if_else(touched, field, ""), " ")
    names = pc.utf8_trim_whitespace(pc.replace_substring_regex(names, " +", " "))
    names = pc.if_else(pc.equal(names, ""), pa.scalar(None, pa.string()), names)
    return corrected.assign(corrected=pd.Series(names, dtype=pd.ArrowDtype(pa.string())))


def read_values(texts: pa.Array, field: str) -> pa.Array:
    """Read new values as the kind of their field.

    Args:
        texts: ISO 8601 with an offset for instants, digits for numbers, else the text itself.
        field: name of a field of ``core.dossiers``.

    Raises:
        pa.ArrowInvalid: one of them does not read so.
        KeyError: there is no such field.
    """
    kind = DOSSIERS[field].kind
    if kind is Kind.INSTANT:
        # Through pandas: Arrow's own reader takes no offset written without a colon.
        try:
            return pa.array(pd.to_datetime(pd.Series(texts.to_pylist()), utc=True, format="ISO8601")).cast(kind.arrow)
        except ValueError:
            raise pa.ArrowInvalid(f"a value of {field} is not a time in ISO 8601") from None
    return texts.cast(kind.arrow)
