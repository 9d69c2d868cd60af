"""Binary COPY format of PostgreSQL, written from Arrow columns without a loop over rows.

Each field is four bytes of length and its bytes. Arrow joins the pieces of all columns element by
element, so that a chunk's joined values, one behind the other, *are* the rows as the server reads them.
The server parses no text: copying in takes a third of the time of CSV.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.table import Kind

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_ROWS_A_CHUNK = 16_384  # keeps memory flat, and a chunk's pieces in the processor's cache
_EPOCH_DAYS = 10_957  # from 1970-01-01 to 2000-01-01, where PostgreSQL counts from
_EPOCH_MICROSECONDS = _EPOCH_DAYS * 86_400_000_000
_JSONB_VERSION = b"\x01"


def binary_rows(content: pa.Table, kinds: list[Kind]) -> Iterator[bytes]:
    """Encode a table for ``COPY … FROM STDIN (FORMAT binary)``.

    Args:
        content: columns of the kinds' Arrow types.
        kinds: kind of each column, in order; decides the format of its bytes.

    Yields:
        The header, chunks of whole rows, the trailer.
    """
    yield HEADER
    for start in range(0, content.num_rows, _ROWS_A_CHUNK):
        yield _chunk(content.slice(start, _ROWS_A_CHUNK).combine_chunks(), kinds)
    yield TRAILER


def _chunk(content: pa.Table, kinds: list[Kind]) -> bytes:
    pieces: list[pa.Array | bytes] = [len(kinds).to_bytes(2, "big")]
    for column, kind in zip(content.columns, kinds, strict=True):
        array = column.chunk(0) if column.num_chunks else pa.array([], column.type)
        pieces += [_NULL] if array.null_count == len(array) else _pieces(array, kind)
    joined = pc.binary_join_element_wise(
        *_folded(pieces), pa.scalar(b"", pa.binary()), null_handling="replace", null_replacement=b""
    )
    offsets = np.frombuffer(joined.buffers()[1], dtype=np.int32, count=len(joined) + 1 + joined.offset)
    return bytes(memoryview(joined.buffers()[2])[offsets[joined.offset] : offsets[-1]])


def _folded(pieces: list[pa.Array | bytes]) -> Iterator[pa.Array | pa.Scalar]:
    """Join constant pieces that follow each other, as those of columns without any value do."""
    constant = b""
    for piece in pieces:
        if isinstance(piece, bytes):
            constant += piece
            continue
        if constant:
            yield pa.scalar(constant, pa.binary())
            constant = b""
        yield piece
    if constant:
        yield pa.scalar(constant, pa.binary())


def _pieces(array: pa.Array, kind: Kind) -> list[pa.Array | bytes]:
    if kind in (Kind.TEXT, Kind.JSON):
        prefix = _JSONB_VERSION if kind is Kind.JSON else b""
        return _texts(array.cast(pa.binary()), prefix)
    return _numbers(array, _native(array, kind))


def _native(array: pa.Array, kind: Kind) -> np.ndarray:
    """Return the values as the server stores them, big end first; anything where null."""
    if kind is Kind.BOOLEAN:
        return _plain(array.cast(pa.uint8()), "u1")
    if kind is Kind.DATE:
        return (_plain(array.cast(pa.int32()), "i4") - _EPOCH_DAYS).astype(">i4")
    if kind is Kind.INSTANT:
        return (_plain(array.cast(pa.int64()), "i8") - _EPOCH_MICROSECONDS).astype(">i8")
    return _plain(array, "i8" if kind is Kind.INTEGER else "f8").astype(">i8" if kind is Kind.INTEGER else ">f8")


def _plain(array: pa.Array, dtype: str) -> np.ndarray:
    return np.frombuffer(array.buffers()[1], dtype=dtype, count=len(array) + array.offset)[array.offset :]


def _numbers(array: pa.Array, values: np.ndarray) -> list[pa.Array | bytes]:
    """Length and value side by side; where null, a length of -1 and no value."""
    width = values.dtype.itemsize
    if array.null_count == 0:
        record = np.empty(len(values), dtype=[("length", ">i4"), ("value", values.dtype)])
        record["length"], record["value"] = width, values
        return [_fixed(record, 4 + width)]
    given = array.is_valid()
    lengths = np.where(given.to_numpy(zero_copy_only=False), width, -1).astype(">i4")
    return [_fixed(lengths, 4), pc.if_else(given, _fixed(values, width), pa.scalar(None, pa.binary()))]


def _texts(array: pa.Array, prefix: bytes) -> list[pa.Array | bytes]:
    lengths = pc.fill_null(pc.binary_length(array), -1 - len(prefix)).to_numpy(zero_copy_only=False) + len(prefix)
    pieces: list[pa.Array | bytes] = [_fixed(lengths.astype(">i4"), 4)]
    if prefix:
        pieces.append(pc.if_else(array.is_valid(), pa.scalar(prefix, pa.binary()), pa.scalar(None, pa.binary())))
    return [*pieces, array]


def _fixed(values: np.ndarray, width: int) -> pa.Array:
    """Return values of one width as an Arrow array of byte strings."""
    offsets = np.arange(0, (len(values) + 1) * width, width, dtype=np.int32)
    return pa.Array.from_buffers(
        pa.binary(), len(values), [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(values))]
    )
