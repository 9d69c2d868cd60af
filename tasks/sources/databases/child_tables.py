"""Child rows joined to their dossiers by keys that the database itself holds for equal.

MySQL and SQL Server compare without regard to case and to spaces at the end, some to marks as well. So a child row may
come under a key that no dossier has to the letter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tasks.rules.text.normal_form import fold

ChildRow = dict[str, Any]
_LIKENESS: tuple[Callable[[str], str], ...] = (
    lambda key: key.strip(),
    lambda key: unicodedata.normalize("NFKC", key).strip().casefold(),
    fold,
)


def unpadded(keys: Sequence[Any]) -> list[Any]:
    """Return keys, and beside those with spaces at the end the same without.

    A CHAR column fills its values up, a VARCHAR one does not, and some databases hold the two for different.
    """
    return [*keys, *{key.rstrip(" ") for key in keys if isinstance(key, str) and key.endswith(" ")}]


class Parents:
    """The dossiers of a page, by key.

    Args:
        keys: of the dossiers, null for one without.

    Attributes:
        astray: child rows of which no dossier, or more than one, can be meant.
    """

    def __init__(self, keys: Sequence[Any]) -> None:
        self.astray: list[ChildRow] = []
        self._children: dict[Any, list[ChildRow]] = {key: [] for key in keys if key is not None}
        self._alike: list[dict[str, list[Any]]] | None = None

    def parts(self, most: int) -> Iterator[list[Any]]:
        """Yield the keys, some at a time."""
        keys = list(self._children)
        for first in range(0, len(keys), most):
            yield keys[first : first + most]

    def give(self, key: Any, row: ChildRow, asked: Sequence[Any]) -> None:
        """Give a child row to the dossier of a key; ``asked`` are the keys for which it came."""
        if key in self._children:
            # What the database holds for equal may have been asked for twice.
            if len(asked) == len(self._children) or key in set(asked):
                self._children[key].append(row)
            return
        owner = self._owner(str(key))
        if owner is None:
            self.astray.append(row)
        else:
            self._children[owner].append(row)

    def children_of(self, key: Any) -> list[ChildRow]:
        """Return the child rows of a dossier, in the order in which they came."""
        return self._children.get(key, [])

    def _owner(self, key: str) -> Any:
        if self._alike is None:
            self._alike = []
            for alike in _LIKENESS:
                known: dict[str, list[Any]] = {}
                for each in self._children:
                    known.setdefault(alike(str(each)), []).append(each)
                self._alike.append(known)
        for alike, known in zip(_LIKENESS, self._alike, strict=True):
            found = known.get(alike(key), [])
            if found:
                return found[0] if len(found) == 1 else None
        return None
