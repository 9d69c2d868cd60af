"""Look-up by name; an unknown name is an error that lists the known ones.

An empty answer would read as "0 dossiers".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TypeVar

from config.errors import ConfigError
from config.language import Bilingual

Found = TypeVar("Found")
_MOST = 12  # names in an error; of more, the most alike


def look_up(kind: str, name: str, known: Mapping[str, Found], otherwise: str = "") -> Found:
    """Return what bears a name.

    Args:
        kind: what is looked for, as the error names it: ``source``, ``policy`` …
        name: as it was given.
        known: all that there is, by name.
        otherwise: what to do where there is nothing at all.

    Raises:
        ConfigError: nothing bears it; names what there is, of many the most alike.
    """
    if name in known:
        return known[name]
    raise ConfigError(kind, Bilingual(f"không có {name!r}", f"there is no {name!r}"), _names(name, known) or otherwise)


def _names(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    if len(names) <= _MOST:
        return ", ".join(names)
    return f"{', '.join(get_close_matches(name, names, _MOST, 0.0))} … ({len(names)} in all)"
