"""Values that a process reads once: settings, configuration files, and one call that forgets them all."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

_T = TypeVar("_T")
_REGISTERED: list[_lru_cache_wrapper[Any]] = []


def read_once(function: Callable[..., _T]) -> _lru_cache_wrapper[_T]:
    """Keep what a function returned for its arguments until :func:`forget`: for what the environment or a file says."""
    kept = lru_cache(function)
    _REGISTERED.append(kept)
    return kept


def forget() -> None:
    """Read everything anew from now on, as after a file was written or the environment has changed."""
    for kept in _REGISTERED:
        kept.cache_clear()
