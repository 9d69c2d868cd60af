"""Published counters: a publication's figures by month as the columns of form II.06a.

A publication holds indicators, not counters; those of form II.06a tell each counter. So a form can be made of any publication
ever, and says what was published, whatever was measured since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from config.codes import BRIDGE_COUNTERS, COUNTERS
from config.errors import ConfigError, NothingYetError, UnreadableDataError
from config.indicators import Indicator
from config.language import Bilingual, counted
from schemas.indicators import INDICATORS
from tasks.rules.indicators.identities import IDENTITIES, broken_rollup
from tasks.rules.indicators.periods import Period, months_before
from tasks.rules.indicators.rollups import MonthlyCells, roll_up
from tasks.rules.indicators.structure import AgencyStructure, Structure, newest_versions
from tasks.warehouse.engine import fetch_all, read_frame
from tasks.warehouse.rows import fetch_as
from tasks.warehouse.statements import statements_of

ONLINE = "received_online"
"""Counter that stands beside those of ``mart.counts``: of those received, dossiers submitted online."""
_SQL = statements_of(__file__)
_COLUMNS = {"indicator": "indicator", "basis": "basis", "cell": "unit_code", "period": "period", "numerator": "numerator"}
_DTYPES = {name: INDICATORS.dtypes[of] for name, of in _COLUMNS.items()}
_SAME = ("carried_over", "received", "withdrawn", "refused", "finished_early", "finished_on_time", "finished_late")
_OPEN = ("in_progress_in_time", "in_progress_overdue")
_SUMS = ("finished", "in_progress", "late", "undetermined")
_ONLINE_SHARE = "received_online_share"
_TOLD_BY = (*_SAME, *_OPEN, *_SUMS, _ONLINE_SHARE)
BRIDGE_INDICATORS = {
    "bridge_second_entries": "left_out_second_entry",
    "bridge_tests": "left_out_test",
    "bridge_by_policy": "left_out_by_policy",
    "bridge_never_received": "left_out_unreceived",
    "bridge_not_shown": "added_unshown",
}
"""Indicators that lead from recorded to cleaned, in that order, with the counter of each; publications of before have none."""


@dataclass(frozen=True)
class Publication:
    """The publication that readers of a policy see."""

    publication_id: str
    policy: str
    as_of: date
    published_at: datetime


@dataclass(frozen=True)
class PublishedCounters:
    """Counters of one publication.

    Attributes:
        by_unit: ``basis, unit_code, month`` and counters, those of the bridge where they were published.
        structure: the directory as a tree.
        unit_names: name of each agency by code.
    """

    publication: Publication
    by_unit: pd.DataFrame
    structure: AgencyStructure
    unit_names: dict[str, str]

    def agencies(
        self, period: Period, unit: str | None = None, structure: Structure = "then", *, together: bool = True
    ) -> pd.DataFrame:
        """Return the counters of a period by agency.

        Args:
            period: its months.
            unit: this agency and those below it; None: all.
            structure: agencies as they counted the dossiers, or those in whose place another stands under its name.
            together: count branches with the department that they belong to.

        Raises:
            UnreadableDataError: an identity does not hold; no form is made of such figures.
            ConfigError: the period has not begun.
        """
        return self._rolled(self._named(unit, structure, together=together), period, "unit_code")

    def cells(self) -> MonthlyCells:
        """Return the counters of every agency, branches apart, for as many periods as are wanted: see :meth:`agencies`."""
        bridge = [name for name in BRIDGE_COUNTERS if name in self.by_unit.columns]
        return MonthlyCells.of(self._named(None, "then", together=False), ("unit_code",), [*COUNTERS, *bridge, ONLINE])

    def _named(self, unit: str | None, structure: Structure, *, together: bool) -> pd.DataFrame:
        """Return the counters with each agency under the name that it is counted by, without those that are not asked for."""
        names = self.agencies_of(unit, structure, together=together)
        named = pd.Series([names.get(str(code)) for code in self.by_unit["unit_code"]], dtype=object)
        return self.by_unit.assign(unit_code=named)[named.notna().to_numpy(dtype=bool)]

    def agencies_of(self, unit: str | None, structure: Structure = "then", *, together: bool = True) -> dict[str, str]:
        """Return under which agency each one that counted dossiers stands, of those that a form about an agency adds up."""
        among = {code: self.structure.standing(code, structure) for code in set(self.by_unit["unit_code"].astype(str))}
        wanted = set(among.values()) if unit is None else self.structure.below(unit, set(among.values()))
        return {
            code: self.structure.with_branches(name) if together else name for code, name in among.items() if name in wanted
        }

    def fields(self, period: Period) -> pd.DataFrame:
        """Return the counters of a period by field, all agencies together; errors as of :meth:`agencies`."""
        by_field = _counters_by(self.publication, _SQL["by_field"]).rename(columns={"cell": "field_code"})
        return self._rolled(by_field, period, "field_code")

    def _rolled(self, counts: pd.DataFrame, period: Period, column: str) -> pd.DataFrame:
        as_of, columns = self.publication.as_of, [*COUNTERS, ONLINE]
        cells, whole = MonthlyCells.of(counts, (column,), columns), roll_up(counts, period, as_of, (), columns)
        rolled, before = (cells.rolled(each, as_of) for each in (period, months_before(period)))
        if period.first > as_of:
            raise ConfigError(
                f"--period {period.name}",
                Bilingual(
                    f"kỳ chưa bắt đầu; số liệu đến hết {as_of:%d/%m/%Y}", f"has not begun; the figures speak for {as_of}"
                ),
            )
        broken = broken_rollup(*(frame.drop(columns=ONLINE) for frame in (rolled, before, whole)))
        if broken:
            first, many = broken[0], len(broken)
            raise UnreadableDataError(
                f"mart.indicators, {self.publication.policy}",
                Bilingual(
                    f"{many} ô sai đẳng thức {first.identity}, trước hết {first.where}",
                    f"{counted(many, 'cell')} of {period.name} break {first.identity} ({IDENTITIES[first.identity]}), first {first.where}",
                ),
                Bilingual(
                    "Không lập biểu nào. Hãy chạy `motcua refresh --full`.", "No form is made. Run `motcua refresh --full`."
                ),
            )
        return rolled


def tells_counters(declared: Mapping[str, Indicator]) -> bool:
    """Tell whether indicators are declared that tell every counter of form II.06a."""
    return set(_TOLD_BY) <= set(declared)


def parts_of(indicator: Indicator, row: Mapping[str, Any] | pd.DataFrame) -> tuple[Any, Any, Any]:
    """Return numerator, denominator and undetermined of an indicator, of one row of counters or of a frame."""
    # Of the channels a publication tells by agency only who submitted online.
    numerator = (ONLINE,) if indicator.numerator_channels else indicator.numerator
    return tuple(sum(row[name] for name in names) for names in (numerator, indicator.denominator, indicator.undetermined))


def published_counters(policy: str) -> PublishedCounters:
    """Return what the current publication of a policy says, in counters.

    Raises:
        NothingYetError: nothing of the policy is published.
        UnreadableDataError: the publication lacks an indicator of form II.06a.
    """
    publications = fetch_as(Publication, _SQL["publication"], {"policy": policy})
    if not publications:
        raise NothingYetError(Bilingual(f"số liệu công bố theo {policy}", f"publication under {policy}"))
    by_unit = _counters_by(publications[0], _SQL["by_unit"]).rename(columns={"cell": "unit_code"})
    units = _units()
    newest = newest_versions(units)
    return PublishedCounters(
        publications[0],
        by_unit,
        AgencyStructure.of(units),
        dict(zip(newest["unit_code"], newest["name"], strict=True)),
    )


def field_names() -> dict[str, str]:
    """Return the name of each field by code, where the catalogue gives one."""
    return {code: name for code, name in fetch_all(_SQL["fields"]) if name is not None}


def procedure_names() -> dict[str, str]:
    """Return the newest name of each procedure by code; of several of one day the first in the alphabet.

    A row of the catalogue without a name tells none.
    """
    return dict(fetch_all(_SQL["procedures"]))


def _counters_by(of: Publication, statement: str) -> pd.DataFrame:
    asked = {"publication": of.publication_id, "indicators": [*_TOLD_BY, *BRIDGE_INDICATORS]}
    return _counters(read_frame(statement, asked, _DTYPES))


def _units() -> pd.DataFrame:
    names = ["unit_code", "valid_from", "name", "level", "parent_code", "succeeded_by"]
    return pd.DataFrame(fetch_all(_SQL["units"]), columns=names)


def _counters(rows: pd.DataFrame) -> pd.DataFrame:
    """Solve the indicators of form II.06a for the counters."""
    lacking = sorted(set(_TOLD_BY) - set(rows["indicator"])) if len(rows) else []
    if lacking:
        names = ", ".join(lacking)
        raise UnreadableDataError(
            "mart.indicators",
            Bilingual(f"bản công bố thiếu chỉ số {names} của biểu II.06a", f"the publication lacks {names} of form II.06a"),
            Bilingual(
                "Khai báo lại trong config/indicators và công bố.", "Declare them in config/indicators again and publish."
            ),
        )
    keys = ["basis", "cell", "period"]
    plain = rows.astype(dict.fromkeys((*keys, "indicator"), object) | {"numerator": np.int64})
    wide = plain.pivot_table(index=keys, columns="indicator", values="numerator", fill_value=0, aggfunc="sum")
    given = {name: wide[name].to_numpy(dtype=np.int64) if name in wide else np.empty(0, np.int64) for name in _TOLD_BY}
    solved: _Numbers = {name: given[name] for name in (*_SAME, *_OPEN)}
    for name, solve in _SOLVED.items():
        solved[name] = solve(given, solved)
    solved |= {counter: wide[name].to_numpy(dtype=np.int64) for name, counter in BRIDGE_INDICATORS.items() if name in wide}
    index = wide.index.to_frame(index=False)
    month = index["period"].to_numpy(dtype="datetime64[M]") if len(index) else np.empty(0, "datetime64[M]")
    return index.drop(columns="period").assign(month=month.astype("datetime64[s]"), **solved, **{ONLINE: given[_ONLINE_SHARE]})


_Numbers = dict[str, Any]
_SOLVED: dict[str, Callable[[_Numbers, _Numbers], Any]] = {
    "finished_undetermined": lambda i, c: i["finished"] - c["finished_early"] - c["finished_on_time"] - c["finished_late"],
    "in_progress_undetermined": lambda i, c: i["in_progress"] - c["in_progress_in_time"] - c["in_progress_overdue"],
    "otherwise_late": lambda i, c: i["late"] - c["finished_late"] - c["in_progress_overdue"],
    "otherwise_undetermined": lambda i, c: i["undetermined"] - c["finished_undetermined"] - c["in_progress_undetermined"],
    "otherwise_on_time": lambda _, c: c["withdrawn"] + c["refused"] - c["otherwise_late"] - c["otherwise_undetermined"],
}
