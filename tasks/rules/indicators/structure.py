"""Structure of agencies: whose figures are added up, each dossier in one place only.

Every function maps an agency to exactly one name. What the directory does not know keeps its own code: nothing is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from tasks.rules.reference import successors

Structure = Literal["then", "now"]
"""Agencies as they counted the dossiers, or as they stand today: one that ended is counted with the one in its place."""


def newest_versions(units: pd.DataFrame) -> pd.DataFrame:
    """Return the newest row of each agency of ``ref.units``."""
    return units.sort_values(["unit_code", "valid_from"]).drop_duplicates("unit_code", keep="last")


@dataclass(frozen=True)
class AgencyStructure:
    """The directory of agencies as a tree.

    Attributes:
        parent: agency above each, by code; the newest version of a code speaks.
        level: level of each, by code.
        heir: agency that stands in the place of one that ended; none for one that was split.
    """

    parent: dict[str, str]
    level: dict[str, str]
    heir: dict[str, str]

    @classmethod
    def of(cls, units: pd.DataFrame) -> AgencyStructure:
        """Index the directory.

        Args:
            units: ``unit_code, valid_from, level, parent_code, succeeded_by`` of ``ref.units``.
        """
        newest = newest_versions(units)
        codes = newest["unit_code"].astype(str).tolist()
        above = newest["parent_code"].astype(object).where(newest["parent_code"].notna(), None)
        parent = {code: str(one) for code, one in zip(codes, above, strict=True) if one is not None and one != code}
        return cls(parent, dict(zip(codes, newest["level"].astype(str), strict=True)), successors(units))

    def standing(self, code: str, structure: Structure) -> str:
        """Return the agency under whose name another is counted."""
        return self.heir.get(code, code) if structure == "now" else code

    def with_branches(self, code: str) -> str:
        """Return the agency that a branch belongs to; every other stands for itself."""
        for _ in self.parent:
            if self.level.get(code) != "branch" or code not in self.parent:
                break
            code = self.parent[code]
        return code

    def below(self, code: str, among: Iterable[str]) -> set[str]:
        """Return which of some agencies stand below one, itself included; all of them below a province.

        What no agency of the directory answers for belongs to the province, whose total would lack it otherwise.
        """
        if self.level.get(code) == "province":
            return set(among)
        return {one for one in among if code in self._line(one)}

    def _line(self, code: str) -> set[str]:
        line = {code}
        while (code := self.parent.get(code, "")) and code not in line:
            line.add(code)
        return line
