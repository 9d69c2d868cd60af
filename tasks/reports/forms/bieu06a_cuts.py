"""Cuts of form II.06a within agencies: a row a field or procedure, adding up to the agency's row.

A publication tells fields of the whole province and agencies as a whole, not the one within the other. So the cut is counted from the
verdicts, by the same counters, and held against what is published: where they differ, no form is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

import numpy as np
import pandas as pd

from config.codes import COUNTERS
from config.errors import UnreadableDataError
from config.language import Bilingual
from schemas.fields import BASES
from schemas.verdicts import COUNTED, VERDICTS_TABLE
from tasks.judging.judged_sources import zones
from tasks.reports.forms.bieu06a import BIEU06A_NUMBER, TITLE, told, within_sheet
from tasks.reports.forms.model import Form
from tasks.reports.forms.published import ONLINE, PublishedCounters, field_names, procedure_names
from tasks.rules.indicators.counters import count_dossiers, counted_dossiers
from tasks.rules.indicators.periods import Period
from tasks.rules.indicators.rollups import MonthlyCells
from tasks.rules.indicators.structure import Structure
from tasks.warehouse.engine import read_frame
from tasks.warehouse.statements import statements_of

Cut = Literal["field", "procedure"]

_SQL = statements_of(__file__)
_VERDICT_COLUMNS = (*COUNTED, "procedure_code")
_CUT_VERDICTS = _SQL["verdicts"].format(columns=", ".join(_VERDICT_COLUMNS))
_CUT_BY: Mapping[str, tuple[str, Bilingual]] = {
    "field": ("field_code", Bilingual("Lĩnh vực", "Field")),
    "procedure": ("procedure_code", Bilingual("Thủ tục hành chính", "Procedure")),
}
_KEYS = ("unit_code", "part")


def bieu06a_by(counters: PublishedCounters, period: Period, unit: str | None, structure: Structure, cut: Cut) -> Form:
    """Return form II.06a of a period, each agency's row divided by field or procedure.

    Args:
        counters: what is published.
        period: its months.
        unit: this agency and those below it; None: all.
        structure: agencies as they counted the dossiers, or as they stand today.
        cut: what the rows of an agency are.

    Raises:
        UnreadableDataError: the parts of an agency do not add up to its published row.
    """
    column, heading = _CUT_BY[cut]
    agencies = counters.agencies(period, unit, structure)
    parts = _parts(counters, period, unit, structure, column)
    _require_equal(parts, agencies, counters.publication.policy)
    names = field_names() if cut == "field" else procedure_names()
    sheets = [within_sheet(basis, heading, parts, names, counters) for basis in reversed(BASES)]
    return Form(BIEU06A_NUMBER, TITLE, told(counters, period, unit), sheets, signed=True)


def _parts(counters: PublishedCounters, period: Period, unit: str | None, structure: Structure, column: str) -> pd.DataFrame:
    """Return the counters of each agency and part: ``basis``, ``unit_code``, ``part`` and counters."""
    agencies, as_of = counters.agencies_of(unit, structure), counters.publication.as_of
    asked = {
        "policy": counters.publication.policy,
        "before": as_of + timedelta(days=2),
        "units": None if unit is None else sorted(agencies),
    }
    verdicts = read_frame(_CUT_VERDICTS, asked, {name: VERDICTS_TABLE.dtypes[name] for name in _VERDICT_COLUMNS})
    counted = [
        count_dossiers(counted_dossiers(verdicts.assign(field_code=verdicts[column]), basis, zones(), as_of), as_of).assign(
            basis=basis
        )
        for basis in BASES
    ]
    months = pd.concat(counted, ignore_index=True)
    online = (months["channel"] == "online").to_numpy(dtype=bool)
    named = months.assign(
        unit_code=[agencies.get(str(code)) for code in months["unit_code"]],
        part=months["field_code"],
        **{ONLINE: np.where(online, months["received"].to_numpy(dtype=np.int64), 0)},
    )
    known = named[named["unit_code"].notna().to_numpy(dtype=bool)].reset_index(drop=True)
    return MonthlyCells.of(known, _KEYS, [*COUNTERS, ONLINE]).rolled(period, as_of)


def _require_equal(parts: pd.DataFrame, agencies: pd.DataFrame, policy: str) -> None:
    columns = [*COUNTERS, ONLINE]
    sums, published = (
        frame.astype({"basis": object, "unit_code": object}).groupby(["basis", "unit_code"])[columns].sum().sort_index()
        for frame in (parts, agencies)
    )
    keys = sums.index.union(published.index)
    apart = (sums.reindex(keys, fill_value=0) != published.reindex(keys, fill_value=0)).any(axis=1)
    if apart.any():
        where = " ".join(keys[apart.to_numpy(dtype=bool)][0])
        raise UnreadableDataError(
            f"judged.verdicts, {policy}, {where}",
            Bilingual(
                f"{int(apart.sum())} cơ quan có các phần cộng lại khác số đã công bố",
                f"the parts of {int(apart.sum())} agencies do not add up to what is published",
            ),
            Bilingual("Không lập biểu nào. Hãy chạy `motcua publish`.", "No form is made. Run `motcua publish`."),
        )
