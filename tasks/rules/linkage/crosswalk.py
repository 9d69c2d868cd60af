"""Crosswalk of agencies over a reorganisation: who answers for a dissolved one on a day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import pandas as pd

_BETWEEN = re.compile(r"[;,|+]")


def agencies_named(text: object) -> tuple[str, ...]:
    """Return the agencies that a field of the directory names: none, one, or several where an agency was split."""
    return tuple(sorted({one for one in _BETWEEN.split(text) if one})) if isinstance(text, str) else ()


@dataclass(frozen=True)
class _Version:
    valid_from: date
    valid_to: date
    successors: tuple[str, ...]


class Crosswalk:
    """The directory of agencies, ready to be asked who took over.

    Args:
        units: rows of ``ref.units``; ``succeeded_by`` names one agency, or several with ``;`` between them.
    """

    def __init__(self, units: pd.DataFrame) -> None:
        self._versions: dict[str, list[_Version]] = {}
        for row in units[["unit_code", "valid_from", "valid_to", "succeeded_by"]].to_dict("records"):
            version = _Version(
                row["valid_from"],
                date.max if pd.isna(row["valid_to"]) else row["valid_to"],
                agencies_named(row["succeeded_by"]),
            )
            self._versions.setdefault(str(row["unit_code"]), []).append(version)

    def last_day(self, code: str, day: date) -> date | None:
        """Return the last day of an agency that was gone on a day; None where it was not, or is not known."""
        versions = self._versions.get(code, [])
        if any(one.valid_from <= day <= one.valid_to for one in versions):
            return None
        return max((one.valid_to for one in versions if one.valid_to < day), default=None)

    def responsible(self, code: str, day: date) -> tuple[str, ...]:
        """Return the agencies that answer on a day for one that was gone by then, in order of their codes.

        Successions are followed as often as needed; one agency where they lead to one, several where it was split.
        Nothing where the agency was in force, is not known, or nobody in force took over.
        """
        if self.last_day(code, day) is None:
            return ()
        found: set[str] = set()
        seen, asked = {code}, [code]
        while asked:
            for successor in self._successors(asked.pop(), day):
                if successor in seen:
                    continue
                seen.add(successor)
                if any(one.valid_from <= day <= one.valid_to for one in self._versions.get(successor, [])):
                    found.add(successor)
                else:
                    asked.append(successor)
        return tuple(sorted(found))

    def _successors(self, code: str, day: date) -> tuple[str, ...]:
        """Return who took over from the version that ended last before a day."""
        ended = [one for one in self._versions.get(code, []) if one.valid_to < day]
        return max(ended, key=lambda one: one.valid_to).successors if ended else ()
