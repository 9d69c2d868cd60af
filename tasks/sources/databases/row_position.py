"""Position in a table: modification time and key of the last row that was read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from tasks.rules.privacy.masking import personal_code_or_text

KeyValue = int | float | str | date | datetime
_KINDS: dict[str, Callable[[Any], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "str": str,
    "int": int,
    "float": float,
}


@dataclass(frozen=True)
class RowPosition:
    """A place in a table.

    Attributes:
        undated: among the rows that state no modification, which come first.
        modified, key: of the last row finished; None where there is none, or none that can be written down.
    """

    undated: bool = True
    modified: KeyValue | None = None
    key: KeyValue | None = None

    def mark(self, what: str) -> str | None:
        """Write it down; None where a value could come back as another, or is a person's.

        Args:
            what: table and columns that it is a place in.
        """
        given = {"what": what, "undated": self.undated}
        for name in ("modified", "key"):
            value = getattr(self, name)
            kind = type(value).__name__
            if value is not None and kind not in _KINDS:
                return None
            if isinstance(value, str) and personal_code_or_text(value):
                return None  # a pull that is killed goes on from the last place before it
            given[name] = None if value is None else [kind, value.isoformat() if isinstance(value, date) else value]
        return orjson.dumps(given).decode()

    @classmethod
    def read(cls, mark: str | None, what: str) -> RowPosition:
        """Read a place; the beginning where it is none, or one of another table or order.

        >>> place = RowPlace(False, datetime(2026, 1, 5, 8, 0), "BN01")
        >>> RowPlace.read(place.mark("ho_so"), "ho_so") == place
        True
        >>> RowPlace.read(place.mark("ho_so"), "other")
        RowPlace(undated=True, modified=None, key=None)
        """
        try:
            given: dict[str, Any] = orjson.loads(mark or "null")
            if given["what"] != what:
                return cls()
            return cls(bool(given["undated"]), _value(given["modified"]), _value(given["key"]))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return cls()


def _value(given: Any) -> KeyValue | None:
    if given is None:
        return None
    kind, value = given
    read: KeyValue = _KINDS[kind](value)
    return read
