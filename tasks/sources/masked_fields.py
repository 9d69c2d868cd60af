"""Fields in which no personal value belongs, and the rows where one was replaced."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.dossiers import SERVICE_FLAGS
from schemas.reference import PROCEDURE_FLAGS
from tasks.rules.arrays import truths
from tasks.rules.privacy.masking import HIDDEN
from tasks.rules.text.normal_form import over_distinct

CODE, TEXT, AGENCY = "code", "text", "agency"  # what may stand in a field
MASKED_FIELDS: dict[str, dict[str, str]] = {
    "dossiers": {
        **dict.fromkeys(("code", "alias_code", "receipt_number"), CODE),
        **dict.fromkeys(("procedure_code", "field_code", "channel", "person_kind", "status", "service_level"), TEXT),
        **dict.fromkeys(("has_result", "is_migrated", "is_deleted", "deletion_reason", "source_flag"), TEXT),
        **dict.fromkeys(SERVICE_FLAGS, TEXT),
        **dict.fromkeys(("unit_code", "unit"), AGENCY),
    },
    "events": {"code": CODE, "status": TEXT, "unit": AGENCY},
    "supplements": {"code": CODE, "kind": TEXT},
    "procedures": {
        **dict.fromkeys(("procedure_code", "field_code", "channel", "limit_unit_text", *PROCEDURE_FLAGS), TEXT),
        **dict.fromkeys(("name", "field_name", "limit_text", "reference"), AGENCY),
    },
    "units": {
        **dict.fromkeys(("level", "succeeded_by", "old_code"), TEXT),
        **dict.fromkeys(("unit_code", "name", "parent_code"), AGENCY),
    },
    "rejected": {"code": CODE},
}


def masked(frame: pd.DataFrame, name: str = "dossiers") -> np.ndarray:
    """Tell of which rows of readings a value was replaced."""
    found = np.zeros(len(frame), dtype=bool)
    for column, kind in MASKED_FIELDS[name].items():
        values = values_of(frame, column)
        if values.null_count == len(values):
            continue
        if kind == CODE:
            found |= truths(pc.starts_with(values, HIDDEN.upper()))
        else:
            found |= truths(over_distinct(values, lambda texts: pc.match_substring(texts, HIDDEN)))
    return found


def values_of(frame: pd.DataFrame, name: str) -> pa.Array:
    """Return a column of readings as one Arrow array of text."""
    values = pa.array(frame[name])
    return (values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values).cast(pa.string())
