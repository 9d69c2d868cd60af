"""Work lists: apologies owed, dossiers soon late, old dossiers, records to be corrected.

Codes, agencies and times only; nothing about persons.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.codes import WORKING_DAY_MINUTES
from schemas.verdicts import VERDICTS_TABLE
from tasks.judging.offices import clocks_of, source_named
from tasks.rules.arrays import arrow
from tasks.rules.dates.times import end_of_day, local_times, minute_text
from tasks.warehouse.engine import read_frame
from tasks.warehouse.partitions import last_day_of

AGES = (1, 5, 10, 30)  # upper bounds of the age groups, working days; the last group has none

_COLUMNS = ("source", "code", "unit_code", "procedure_code", "received_at", "due_at", "end_at", "state", "reasons", "missing")
_ROWS = f"SELECT {', '.join(_COLUMNS)} FROM judged.verdicts WHERE policy = %(policy)s AND counted AND "


@dataclass(frozen=True)
class DossierList:
    """One list.

    Attributes:
        vi: what it is; en: the same in English.
        where: which verdicts are read.
        keep: which of them stay, by working minutes left until due (negative: over), office by office; None keeps all.
    """

    vi: str
    en: str
    where: str
    keep: Callable[[np.ndarray], np.ndarray] | None = None


DOSSIER_LISTS = {
    "late": DossierList("Trễ thật: phải có thư xin lỗi", "Truly late: an apology is owed", "timeliness = 'late'"),
    "hidden": DossierList("Trễ ẩn: báo đúng hạn mà trễ", "Hidden late: reported on time", "verdict = 'hidden_late'"),
    "phantom": DossierList(
        "Trễ ảo: rút thư xin lỗi, sửa dữ liệu", "Phantom late: withdraw the letter, correct", "verdict = 'phantom_late'"
    ),
    "undetermined": DossierList("Chưa đủ căn cứ: phải bổ sung gì", "Undetermined: what is missing", "verdict = 'undetermined'"),
    "soon": DossierList(
        "Sẽ trễ trong tám giờ làm việc tới",
        "Late within the next eight working hours",
        "state = 'in_progress' AND timeliness <> 'late' AND due_at IS NOT NULL",
        lambda left: (left >= 0) & (left <= WORKING_DAY_MINUTES),
    ),
    "ageing": DossierList(
        "Đang giải quyết, đã quá hạn", "In progress and overdue", "state = 'in_progress' AND timeliness = 'late'"
    ),
}


def read_list(name: str, policy: str) -> pd.DataFrame:
    """Read a list, the most pressing first.

    Args:
        name: a key of :data:`LISTS`.
        policy: by whose verdicts.

    Returns:
        The columns of ``judged.verdicts`` that matter, and ``days_over``: working days (of eight hours) over the due
        date at the end, or at the end of the day that was judged; negative while there is time left; null without a due date.

    Raises:
        DataError: nothing was judged under the policy.
    """
    as_of = last_day_of()
    rows = read_frame(_ROWS + DOSSIER_LISTS[name].where, {"policy": policy}, {c: VERDICTS_TABLE.dtypes[c] for c in _COLUMNS})
    parts = [
        _with_days(part, source, as_of, DOSSIER_LISTS[name].keep) for source, part in rows.groupby("source", observed=True)
    ]
    if not parts:
        return rows.assign(days_over=pd.Series(dtype=pd.ArrowDtype(pa.float64())))
    return pd.concat(parts).sort_values(["days_over", "source", "code"], ascending=[False, True, True], ignore_index=True)


def in_office_time(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a list with its instants as its offices write them, ``2026-03-31 17:00``; null where unknown."""
    texts = {name: np.full(len(rows), None, dtype=object) for name in ("received_at", "due_at", "end_at")}
    for source, places in rows.groupby("source", observed=True).indices.items():
        zone = source_named(str(source)).zone
        for name, written in texts.items():
            written[places] = [minute_text(at) for at in local_times(rows[name].iloc[places], zone)]
    return rows.assign(**texts)


def ages(rows: pd.DataFrame) -> dict[str, int]:
    """Count a list by age, in working days over the due date: ``≤ 1``, ``≤ 5`` … ``> 30``."""
    days = rows["days_over"].to_numpy(dtype="float64", na_value=np.nan)
    days = days[~np.isnan(days)]
    group = np.searchsorted(np.array(AGES), days, side="left")
    names = [*(f"≤ {bound}" for bound in AGES), f"> {AGES[-1]}"]
    return dict(zip(names, np.bincount(group, minlength=len(names)).tolist(), strict=True))


def _with_days(rows: pd.DataFrame, source: str, as_of: date, keep: Callable[[np.ndarray], np.ndarray] | None) -> pd.DataFrame:
    zone, (clocks, _) = source_named(source).zone, clocks_of(rows, source)
    due, end = (local_times(rows[name], zone) for name in ("due_at", "end_at"))
    until = np.where(np.isnat(end), end_of_day(as_of), end)
    # The clock answers -1 for what it does not know, so both ways are asked and only the known one is used.
    over = clocks.ask(lambda clock: clock.working_minutes_between(due, until))
    left = clocks.ask(lambda clock: clock.working_minutes_between(until, due))
    minutes = np.where(until > due, over, -left)
    known = ~np.isnat(due)
    if keep is not None:
        kept = known & keep(-minutes)
        rows, minutes, known = rows[kept], minutes[kept], known[kept]
    # A minute left is no day left, and not -0.0 either: Arrow holds that for another number than 0, which sorting is not ready for.
    days = pa.array(np.round(minutes / WORKING_DAY_MINUTES, 2) + 0.0, mask=~known)
    return rows.assign(days_over=pd.Series(days, index=rows.index, dtype=pd.ArrowDtype(pa.float64())))


def by_unit(rows: pd.DataFrame) -> list[tuple[str, int]]:
    """Count a list by agency, the most first."""
    counts = pc.value_counts(pc.fill_null(arrow(rows["unit_code"]), "-")).to_pylist()
    return sorted(((one["values"], one["counts"]) for one in counts), key=lambda each: (-each[1], each[0]))
