"""Counters kept by difference over many days: after each they are those of counting every dossier, and errors are found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from config.errors import DataError
from schemas.indicators import COUNTS
from schemas.verdicts import VERDICTS_TABLE
from tasks.judging.judged_sources import zones
from tasks.measure import measure_policy
from tasks.measuring.counting import counts_of
from tasks.warehouse.engine import fetch_all, read_frame
from tasks.warehouse.load import load
from tests.warehouse.verdict_rows import frame, verdict_rows

pytestmark = pytest.mark.usefixtures("warehouse")
POLICY = "qd766"
Rows = list[dict[str, Any]]
_STANDING = f"SELECT {', '.join(COUNTS.given_columns)} FROM mart.counts WHERE policy = 'qd766'"


def judge(rows: Rows) -> None:
    """Write all verdicts, as judging does: only those that changed are touched."""
    with load("judge", "test") as current:
        current.replace(VERDICTS_TABLE, frame(rows), {"policy": POLICY})


def standing() -> set[tuple[Any, ...]]:
    return set(read_frame(_STANDING, None, COUNTS)[list(COUNTS.given_columns)].itertuples(index=False, name=None))


def in_full(rows: Rows, day: date) -> set[tuple[Any, ...]]:
    """Every dossier counted, as a function of the verdicts alone."""
    counted = counts_of(VERDICTS_TABLE.frame(rows), POLICY, day, zones())
    return set(counted[list(COUNTS.given_columns)].itertuples(index=False, name=None))


def _open(rows: Rows) -> Rows:
    return [row for row in rows if row["state"] == row["recorded_state"] == "in_progress"]


def _ended(rows: Rows) -> Rows:
    return [row for row in rows if row["state"] == row["recorded_state"] == "finished"]


def _at(day: date, hour: int = 3) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def new_ones(rows: Rows, day: date) -> None:
    for number, model in enumerate(_open(rows)[:4]):
        rows.append(model | {"code": f"H99-{day:%m%d}-{number}", "received_at": _at(day), "due_at": None})


def late_arrivals(rows: Rows, day: date) -> None:
    """Dossiers that the source tells of months after their receipt, ended and open."""
    for number, model in enumerate([*_ended(rows)[:3], *_open(rows)[:2]]):
        code = f"H99-LATE-{day:%m%d}-{number}"
        rows.append(model | {"code": code, "received_at": _at(date(2025, 8, 20)), "unit_code": "H99.NEW"})


def corrected(rows: Rows, _day: date) -> None:
    for row in _ended(rows)[5:9]:
        row |= {"timeliness": "late" if row["timeliness"] != "late" else "on_time"}


def due_moved(rows: Rows, _day: date) -> None:
    """What was overdue in past months was not, and the other way round."""
    for row in _open(rows)[:3]:
        row["due_at"] = (
            datetime(2025, 12, 1, 9, tzinfo=UTC) if row["timeliness"] != "late" else datetime(2026, 9, 1, tzinfo=UTC)
        )


def ends_come(rows: Rows, day: date) -> None:
    for row in _open(rows)[:5]:
        row |= {
            "state": "finished",
            "recorded_state": "finished",
            "end_at": _at(day),
            "recorded_end_at": _at(day),
            "moving": False,
        }


def end_of_the_past(rows: Rows, _day: date) -> None:
    """A dossier that was open in many months had ended long ago."""
    for row in _open(rows)[:2]:
        row |= {"state": "withdrawn", "end_at": row["received_at"], "moving": True}


def other_agency(rows: Rows, _day: date) -> None:
    for row in (*_open(rows)[:2], *_ended(rows)[:2]):
        row["unit_code"] = "H99.MOVED" if row["unit_code"] != "H99.MOVED" else None


def other_month(rows: Rows, _day: date) -> None:
    for row in _ended(rows)[10:13]:
        row |= {"received_at": _at(date(2025, 9, 3)), "field_code": None}


def no_receipt(rows: Rows, _day: date) -> None:
    for row in _open(rows)[3:5]:
        row |= {"received_at": None, "due_at": None, "recorded_due_at": None}


def duplicates_found(rows: Rows, _day: date) -> None:
    for row in rows[20:24]:
        row["counted"] = not row["counted"]


def deleted(rows: Rows, _day: date) -> None:
    del rows[30:34]


def come_back(rows: Rows, day: date) -> None:
    """One is deleted and told again, and another changes twice, before anybody counts."""
    removed = rows.pop(40)
    judge(rows)
    rows.append(removed)
    corrected(rows, day)
    judge(rows)
    corrected(rows, day)


DAYS: tuple[tuple[date, tuple[Callable[[Rows, date], None], ...]], ...] = (
    (date(2026, 3, 25), ()),
    (date(2026, 3, 26), (new_ones, corrected)),
    (date(2026, 3, 26), (due_moved,)),  # the same day again
    (date(2026, 3, 29), (other_agency, ends_come)),  # a Sunday: all of it is proved
    (date(2026, 3, 31), (late_arrivals,)),
    (date(2026, 4, 1), ()),  # another month
    (date(2026, 4, 2), (other_month, no_receipt)),
    (date(2026, 4, 3), (deleted, duplicates_found)),
    (date(2026, 6, 2), (end_of_the_past,)),  # nobody ran it for two months
    (date(2026, 6, 3), (come_back,)),
    (date(2026, 5, 10), ()),  # a day of the past
    (date(2026, 6, 4), (new_ones,)),
)


def test_after_each_day_the_counters_are_those_of_counting_everything() -> None:
    rows = verdict_rows(150)
    for day, changes in DAYS:
        for change in changes:
            change(rows, day)
        judge(rows)
        measure_policy(POLICY, day)
        assert standing() == in_full(rows, day), str(day)
        assert fetch_all("SELECT count(*) FROM judged.recounts") == [(0,)], "what was counted waits no more"


def test_what_nothing_countable_changed_in_is_not_counted_again() -> None:
    rows = verdict_rows(100)
    judge(rows)
    measure_policy(POLICY, date(2026, 3, 24))
    for row in rows:
        row |= {"worked_minutes": 480, "reasons": "no_limit"}
    judge(rows)
    assert measure_policy(POLICY, date(2026, 3, 24)).read == 0


def _tamper() -> None:
    with load("test", "tamper") as current:
        changed = current.execute(
            "UPDATE mart.counts SET finished_on_time = finished_on_time - 1, finished_late = finished_late + 1 "
            "WHERE month = '2025-11-01' AND finished_on_time > 0 AND basis = 'cleaned'"
        )
    assert changed


def test_an_error_of_the_past_is_found_within_the_week_and_a_full_count_mends_it() -> None:
    rows = verdict_rows(300)
    judge(rows)
    measure_policy(POLICY, date(2026, 3, 27))
    _tamper()
    before = standing()
    with pytest.raises(DataError, match=r"mart.counts, qd766: counting anew failed for \d+ rows.*refresh --full"):
        measure_policy(POLICY, date(2026, 3, 29))
    assert standing() == before, "nothing was written"
    measure_policy(POLICY, date(2026, 3, 29), full=True)
    assert standing() == in_full(rows, date(2026, 3, 29))


def test_on_any_day_the_agency_whose_turn_it_is_is_proved() -> None:
    rows = verdict_rows(300, units=1)  # all of no agency: its turn is each day
    judge(rows)
    measure_policy(POLICY, date(2026, 3, 23))
    _tamper()
    with pytest.raises(DataError, match="counting anew"):
        measure_policy(POLICY, date(2026, 3, 24))


def test_what_a_month_begins_with_is_what_the_one_before_left() -> None:
    judge(verdict_rows(300))
    measure_policy(POLICY, date(2026, 3, 31))
    with load("test", "tamper") as current:
        current.execute(
            "UPDATE mart.counts SET received = received + 1, in_progress_in_time = in_progress_in_time + 1 "
            "WHERE month = '2026-02-01' AND basis = 'recorded'"
        )
    with pytest.raises(DataError, match="identity carry"):
        measure_policy(POLICY, date(2026, 4, 1))
