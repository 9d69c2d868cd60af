"""Columns with the same heading: equal or single values are read, different ones are not.

Where they differ no verdict rests on either.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from tasks.rules.arrays import Mask, truths

TWO = "\u2260"
"""Stands before each of two values of one field in one record: neither a day, nor a status, nor a procedure that anybody knows."""
# What a person is called and lives at decides nothing: the first holds.
_DECIDES_NOTHING = ("applicant_name", "identity_number", "phone", "email", "address", "summary", "actor", "field_name", "name")


def one_of(field: str, columns: Sequence[pa.Array]) -> pa.Array:
    """Put columns that have one heading together.

    Args:
        field: ours.
        columns: of texts, null where a cell is empty; the first is the one that stands first.

    Returns:
        The value of the first that has one; both with :data:`TWO` where two differ and a verdict may rest on it.
    """
    first = columns[0]
    for other in columns[1:]:
        differ = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(first), pc.utf8_trim_whitespace(other)), False)
        one = pc.coalesce(first, other)
        if field not in _DECIDES_NOTHING and pc.any(differ).as_py():
            one = pc.if_else(differ, pc.binary_join_element_wise(TWO, first, TWO, other, " "), one)
        first = one
    return first


def says_two(values: pa.Array) -> Mask:
    """Tell which values are two, because columns of one heading differ."""
    return truths(pc.match_substring(values, TWO))
