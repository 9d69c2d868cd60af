"""JSON as systems write it: an unusable part spoils nothing else."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import orjson

from config.language import Bilingual
from schemas.rejects import RejectReason
from tasks.sources.formats.records import REFUSED, TOO_DEEP

_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_DEEPEST = 100  # objects and lists inside one another
_MOST_DIGITS = 300
_TOO_DEEP_BYTES = b'"' + TOO_DEEP.encode() + b'"'


def parse_json(body: bytes) -> Any:
    """Parse JSON in UTF-8, with or without a byte order mark; see :func:`parsed`."""
    return parsed(body)[0]


def parsed(body: bytes) -> tuple[Any, bool]:
    """Parse JSON; also tell whether something in it was nested too deeply and :data:`TOO_DEEP` stands in its place.

    Raises:
        ValueError: it is not JSON; the message holds no part of the text.
    """
    content = body.removeprefix(b"\xef\xbb\xbf")
    try:
        with uncollected():
            return orjson.loads(content), False
    except orjson.JSONDecodeError:
        pass
    try:  # the standard parser takes what some systems write: lone surrogates, control characters, NaN
        return _parsed(content), False
    except RecursionError:
        pass
    try:
        return _parsed(_pruned(content)), True
    except RecursionError:
        raise ValueError(Bilingual("JSON lồng quá nhiều tầng", "JSON nested too deeply")) from None


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8"), strict=False, parse_int=_whole)
    except UnicodeDecodeError:
        raise ValueError(Bilingual("văn bản không phải UTF-8", "the text is not UTF-8")) from None
    except json.JSONDecodeError as error:
        raise ValueError(
            Bilingual(
                f"không phải JSON ở ký tự {error.pos} trong {len(content)}",
                f"not JSON at character {error.pos} of {len(content)}",
            )
        ) from None


def _whole(digits: str) -> int | str:
    """Read a whole number; one of more digits than a number can have stays text."""
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def _pruned(content: bytes) -> bytes:
    """Put a word in the place of everything that is nested too deeply."""
    kept: list[bytes] = []
    depth = start = 0
    for found in _STRUCTURE.finditer(content):
        mark = found[0]
        if mark in b"[{":
            depth += 1
            if depth == _DEEPEST + 1:
                kept.append(content[start : found.start()] + _TOO_DEEP_BYTES)
        elif mark in b"]}":
            if depth == _DEEPEST + 1:
                start = found.end()
            depth -= 1
    if depth > _DEEPEST:
        raise ValueError(Bilingual("JSON lồng quá nhiều tầng", "JSON nested too deeply"))
    return b"".join([*kept, content[start:]])


def without_too_deep(records: Sequence[Any]) -> list[Any]:
    """Return the records of a page; one in which something was nested too deeply is one that cannot be used."""
    return [{REFUSED: RejectReason.NESTED_TOO_DEEPLY} if _TOO_DEEP_BYTES in _written(record) else record for record in records]


def _written(record: Any) -> bytes:
    return json.dumps(record, ensure_ascii=True).encode()


def each_line(body: bytes) -> list[Any]:
    """Parse lines of JSON one by one; a line that cannot be parsed is a record that cannot be used.

    Raises:
        ValueError: that of the first line, where none can be parsed.
    """
    found: list[Any] = []
    faults: list[ValueError] = []
    for line in body.removeprefix(b"\xef\xbb\xbf").splitlines():
        if not line.strip():
            continue
        try:
            answer, pruned = parsed(line)
            found.append({REFUSED: RejectReason.NESTED_TOO_DEEPLY} if pruned else answer)
        except ValueError as error:
            found.append({REFUSED: RejectReason.BROKEN_LINE})
            faults.append(error)
    if faults and len(faults) == len(found):
        raise faults[0]
    return found


@contextmanager
def uncollected() -> Iterator[None]:
    """Let nobody look for cycles among thousands of new objects that have none: it takes a third of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
