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
from config.language import decimal, translate
from config.policies import load_policies
from schemas.fields import UNCOUNTED_STATES
from schemas.verdicts import VERDICTS_TABLE
from tasks.judging.judged_sources import source_named
from tasks.judging.offices import clocks_of
from tasks.judging.waivers import SURELY_WRONG, waiver_parameters
from tasks.rules.arrays import arrow
from tasks.rules.dates.times import end_of_day, local_times, minute_text
from tasks.warehouse.engine import read_frame
from tasks.warehouse.partitions import last_day_of

AGES = (1, 5, 10, 30)  # upper bounds of the age groups, working days; the last group has none

_COLUMNS = ("source", "code", "unit_code", "procedure_code", "received_at", "due_at", "end_at", "state", "reasons", "missing")
_ANSWERED = "supplement"  # the pause that the citizen ends
_WAITS = """
    state = 'in_progress' AND EXISTS (
        SELECT FROM core.pauses AS p WHERE p.source = v.source AND p.code = v.code AND p.ended_at IS NULL
        AND p.kind = ANY(%(kinds)s)
    ) AS waits
"""
_STRONGEST = """
    coalesce(nullif(split_part(CASE v.verdict WHEN 'undetermined' THEN coalesce(v.missing, v.reasons) ELSE v.reasons END, ' ', 1), ''), '-')
"""  # as mart.verdict_counts has it
_ROWS = f"""
    SELECT {", ".join(_COLUMNS)}, {_WAITS} FROM judged.verdicts AS v WHERE policy = %(policy)s
        AND (%(unit)s::text IS NULL OR coalesce(v.unit_code, '?') = %(unit)s)
        AND (%(reason)s::text IS NULL OR {_STRONGEST} = %(reason)s) AND
"""
_DTYPES = {name: VERDICTS_TABLE.dtypes[name] for name in _COLUMNS} | {"waits": VERDICTS_TABLE.dtypes["counted"]}


_UNCOUNTED = ", ".join(f"'{state}'" for state in UNCOUNTED_STATES)
_SHOWN, _RECEIVED = f"(recorded_state NOT IN ({_UNCOUNTED}))", f"(state NOT IN ({_UNCOUNTED}))"
_LEFT_OUT = f"{_SHOWN} AND NOT (counted AND {_RECEIVED})"  # as the counters of the bridge have it


@dataclass(frozen=True)
class DossierList:
    """One list.

    Attributes:
        vi: what it is; en: the same in English.
        where: which verdicts are read. Those by verdict are the count of that verdict wherever it is told, with second
            entries and tests; those by timeliness are the count of form II.06a, which leaves these out.
        until_as_of: without those received after the day judged, whom no figure counts yet.
        keep: which of them stay, by working minutes left until due (negative: over), office by office; None keeps all.
    """

    vi: str
    en: str
    where: str
    until_as_of: bool = False
    keep: Callable[[np.ndarray], np.ndarray] | None = None


DOSSIER_LISTS = {
    "late": DossierList(
        "Trễ hạn (trễ thật và trễ ẩn): phải có thư xin lỗi",
        "Late (truly and hidden): an apology is owed",
        "counted AND timeliness = 'late'",
    ),
    "hidden": DossierList("Trễ ẩn: báo đúng hạn mà trễ", "Hidden late: reported on time", "verdict = 'hidden_late'"),
    "phantom": DossierList(
        "Trễ ảo: rút thư xin lỗi, sửa dữ liệu", "Phantom late: withdraw the letter, correct", "verdict = 'phantom_late'"
    ),
    "undetermined": DossierList("Chưa đủ căn cứ: phải bổ sung gì", "Undetermined: what is missing", "verdict = 'undetermined'"),
    "truly-late": DossierList("Trễ thật: hệ thống ghi trễ, và trễ", "Truly late: recorded late, and late", "verdict = 'late'"),
    "on-time": DossierList("Đúng hạn, như hệ thống ghi", "On time, as recorded", "verdict = 'on_time'"),
    "to-correct": DossierList(
        "Cần chỉnh sửa: ghi khác bằng chứng, chưa đủ căn cứ, hoặc chắc chắn ghi sai",
        "To correct: recorded otherwise than the evidence says, undetermined, or surely recorded wrong",
        f"""(verdict IN ('phantom_late', 'hidden_late', 'undetermined')
            OR (source, code) IN (SELECT source, code FROM ({SURELY_WRONG}) AS wrong))""",  # as mart.verdict_counts has it
    ),
    "soon": DossierList(
        "Sẽ trễ trong tám giờ làm việc tới",
        "Late within the next eight working hours",
        "counted AND state = 'in_progress' AND timeliness <> 'late' AND due_at IS NOT NULL",
        keep=lambda left: (left >= 0) & (left <= WORKING_DAY_MINUTES),
    ),
    "ageing": DossierList(
        "Đang giải quyết, đã quá hạn", "In progress and overdue", "counted AND state = 'in_progress' AND timeliness = 'late'"
    ),
    "second-entries": DossierList(
        "Hồ sơ trùng: bỏ khi làm sạch",
        "Second entries: left out by cleaning",
        f"{_LEFT_OUT} AND {_RECEIVED} AND coalesce(left_out, 'second_entry') = 'second_entry'",
        until_as_of=True,
    ),
    "tests": DossierList(
        "Hồ sơ thử nghiệm: bỏ khi làm sạch",
        "Tests: left out by cleaning",
        f"{_LEFT_OUT} AND {_RECEIVED} AND left_out = 'test'",
        until_as_of=True,
    ),
    "by-policy": DossierList(
        "Cách tính không tính: bỏ khi làm sạch",
        "Not counted by the policy: left out by cleaning",
        f"{_LEFT_OUT} AND {_RECEIVED} AND left_out = 'by_policy'",
        until_as_of=True,
    ),
    "never-received": DossierList(
        "Ghi tiếp nhận mà thực ra chưa: bỏ khi làm sạch",
        "Shown as received, never received: left out",
        f"{_LEFT_OUT} AND NOT {_RECEIVED}",
        until_as_of=True,
    ),
    "not-shown": DossierList(
        "Đã tiếp nhận, hệ thống chưa ghi: thêm khi làm sạch",
        "Received, not shown by their system: added",
        f"counted AND {_RECEIVED} AND NOT {_SHOWN}",
        until_as_of=True,
    ),
    "not-received": DossierList(
        "Đã nộp, chưa tiếp nhận: không số liệu nào tính",
        "Submitted, not received: in no figure",
        f"verdict = 'not_received' AND NOT {_SHOWN}",
    ),
}


LATE_LISTS = ("late", "hidden", "ageing", "truly-late")
"""Lists of what is late, whose dossiers are over their due date by no day or more."""
IN_PROGRESS_STATE = "in_progress"


def read_list(name: str, policy: str, unit: str | None = None, reason: str | None = None) -> pd.DataFrame:
    """Read a list, the most pressing first.

    Args:
        name: a key of :data:`DOSSIER_LISTS`.
        policy: by whose verdicts.
        unit: only those of this agency; ``?``: of none.
        reason: only those of which it is the strongest reason, or what is missing first of all; ``-``: those without one.

    Returns:
        The columns of ``judged.verdicts`` that matter, ``waits`` (its clock stands until the supplement has come) and
        ``days_over``: working days (of eight hours) over the due date at the end, or at the end of the day that was judged;
        negative where there was time left, never for what is late; null without a due date.

    Raises:
        DataError: nothing was judged under the policy.
    """
    kinds = [kind for kind in load_policies()[policy].pauses if kind == _ANSWERED]
    as_of, one = last_day_of(), DOSSIER_LISTS[name]
    asked = {"policy": policy, "kinds": kinds, "unit": unit, "reason": reason, **waiver_parameters(as_of)}
    found = read_frame(_ROWS + one.where, asked, _DTYPES)
    rows = with_days_over(found[_received_by(found, as_of)] if one.until_as_of else found, as_of, one.keep)
    if name not in LATE_LISTS:
        return rows
    return rows.assign(days_over=rows["days_over"].clip(lower=0))  # late by a second request, before it was due


def _received_by(rows: pd.DataFrame, as_of: date) -> np.ndarray:
    """Tell which dossiers were received by the end of a day, office by office; those without a receipt are."""
    late = np.zeros(len(rows), dtype=bool)
    for source, places in rows.groupby("source", observed=True).indices.items():
        received = local_times(rows["received_at"].iloc[places], source_named(str(source)).zone)
        late[places] = received > end_of_day(as_of)
    return ~late


def days_words(over: float | None, state: str, *, waits: bool) -> str:
    """Say how far over its due date a dossier is, or how much time it has or had left; empty without a due date.

    Args:
        over: ``days_over`` of :func:`read_list`.
        state: its derived state.
        waits: its clock stands, so that what is left is left once the supplement has come.
    """
    if over is None:
        return ""
    days = decimal(f"{abs(over):g}")
    if over >= 0:
        return translate(f"quá {days} ngày", f"{days} over")
    if state != IN_PROGRESS_STATE:
        return translate(f"sớm {days} ngày", f"{days} early")
    if waits:
        return translate(f"còn {days} ngày sau khi bổ sung", f"{days} left after the supplement")
    return translate(f"còn {days} ngày", f"{days} left")


def with_days_over(rows: pd.DataFrame, until: date, keep: Callable[[np.ndarray], np.ndarray] | None = None) -> pd.DataFrame:
    """Add to dossiers how far over their due date they are, the longest over first.

    Args:
        rows: some of ``judged.verdicts``.
        until: day at whose end time runs out for those that have not ended by then.
        keep: which of them stay, as in :class:`DossierList`.

    Returns:
        The rows and ``days_over``, as :func:`read_list` has it.
    """
    parts = [_with_days(part, str(source), until, keep) for source, part in rows.groupby("source", observed=True)]
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
    return rows.assign(**{name: pd.Series(written, index=rows.index, dtype=object) for name, written in texts.items()})


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
    until = np.where(np.isnat(end), end_of_day(as_of), np.minimum(end, end_of_day(as_of)))
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
