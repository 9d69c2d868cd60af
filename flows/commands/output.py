"""Output whose reader may leave: after `| head` the command still does all its work."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, TypeVar

_T = TypeVar("_T")


class _Lasting:
    """A stream that goes on without its reader."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or discard."""
        return self._try(lambda: self._stream.write(text), len(text))

    def flush(self) -> None:
        """Flush, or discard."""
        self._try(self._stream.flush, None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _try(self, act: Callable[[], _T], otherwise: _T) -> _T:
        try:
            return act()
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())  # what is still in the buffer goes there too
            os.close(nowhere)
            return otherwise


@contextmanager
def reader_may_leave() -> Iterator[None]:
    """Let whatever prints inside go on when nobody reads any more."""
    before = sys.stdout
    sys.stdout = _Lasting(before)  # all that print and consoles ask of it is there
    try:
        yield
        sys.stdout.flush()
    finally:
        sys.stdout = before
