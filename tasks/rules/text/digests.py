"""Digests of the values under a verdict, so that a changed record is noticed.

Whoever holds the record can tell whether it still says the same.
"""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tasks.rules.arrays import arrow

LENGTH = 16
"""Hexadecimal digits of a digest: the first of SHA-256."""


def text_digest(text: str) -> str:
    """Return the digest of a text in UTF-8."""
    return sha256(text.encode()).hexdigest()[:LENGTH]


def instant_digests(instants: pd.Series | pa.Array) -> pa.Array:
    """Return the digest of each instant, written in UTC as ``2026-03-31T10:00:00.000000Z``; null for null.

    PostgreSQL gives the same by ``left(encode(sha256(convert_to(to_char(at AT TIME ZONE 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'UTF8')), 'hex'), 16)``. Each distinct instant is hashed once.
    """
    array = arrow(instants) if isinstance(instants, pd.Series) else instants
    encoded = pc.dictionary_encode(array)
    values = encoded.dictionary.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False)
    made = [sha256(text + b"Z").hexdigest()[:LENGTH] for text in np.datetime_as_string(values).astype("S").tolist()]
    return pa.array(made, pa.string()).take(encoded.indices)


def text_digests(texts: pa.Array) -> pa.Array:
    """Return the digest of each text; null for null."""
    encoded = pc.dictionary_encode(texts)
    return pa.array([text_digest(text) for text in encoded.dictionary.to_pylist()], pa.string()).take(encoded.indices)
