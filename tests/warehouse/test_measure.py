"""Measuring: only what changed is counted anew, and the result is that of counting everything."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from config.errors import DataError
from schemas.indicators import COUNTS
from schemas.verdicts import VERDICTS_TABLE
from tasks.measure import measure_policy, uncounted
from tasks.measuring.counting import batches, counts_of, require_identities
from tasks.rules.indicators.identities import broken_identities
from tasks.warehouse.engine import fetch_all, read_frame
from tasks.warehouse.load import load
from tests.warehouse.verdict_rows import AS_OF, frame, verdict_rows

pytestmark = pytest.mark.usefixtures("warehouse")


def write(rows: list[dict[str, Any]]) -> None:
    with load("judge", "test") as current:
        current.replace(VERDICTS_TABLE, frame(rows), {"policy": "qd766"})


def counts() -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """All rows of mart.counts by key, without the number of the load that wrote them."""
    columns = COUNTS.given_columns
    found = read_frame(f"SELECT {', '.join(columns)} FROM mart.counts", None, COUNTS)
    width = len(COUNTS.key)
    return {tuple(row[:width]): tuple(row[width:]) for row in found.itertuples(index=False, name=None)}


def changed_units(since: int) -> set[str]:
    return {unit for (unit,) in fetch_all("SELECT DISTINCT unit_code FROM mart.counts WHERE changed_in > %(n)s", {"n": since})}


def newest_change() -> int:
    return int(fetch_all("SELECT max(changed_in) FROM mart.counts")[0][0])


def anew(rows: list[dict[str, Any]], as_of: date) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """What a warehouse that has only ever seen these verdicts would hold."""
    with load("test", "empty") as current:
        current.execute("DELETE FROM mart.counts")
        current.execute("DELETE FROM audit.progress")
    write(rows)
    measure_policy("qd766", as_of)
    return counts()


def _move_unit(rows: list[dict[str, Any]]) -> None:
    """The last dossier of its agency goes elsewhere: nothing there has changed, and yet its figures have."""
    rows[0]["unit_code"] = "H99.1"


def _correct_one(rows: list[dict[str, Any]]) -> None:
    rows[5] |= {"timeliness": "on_time", "verdict": "on_time", "reasons": None, "missing": None, "counted": True}


def _swap_units(rows: list[dict[str, Any]]) -> None:
    one, other = rows[7], next(row for row in rows[8:] if row["unit_code"] != rows[7]["unit_code"])
    one["unit_code"], other["unit_code"] = other["unit_code"], one["unit_code"]


def _uncount(rows: list[dict[str, Any]]) -> None:
    rows[9]["counted"] = not rows[9]["counted"]


def _lose(rows: list[dict[str, Any]]) -> None:
    del rows[11]


def _gain(rows: list[dict[str, Any]]) -> None:
    rows.append(rows[3] | {"code": "H99-NEW", "unit_code": "H99.77"})


CHANGES = (_move_unit, _correct_one, _swap_units, _uncount, _lose, _gain)


def province(count: int = 400) -> list[dict[str, Any]]:
    rows = verdict_rows(count)
    rows[0]["unit_code"] = "H99.ALONE"
    return rows


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
def test_counting_what_changed_equals_counting_everything(change: Any) -> None:
    rows = province()
    write(rows)
    measure_policy("qd766", AS_OF)
    before = newest_change()
    change(rows)
    write(rows)
    done = measure_policy("qd766", AS_OF)
    assert done.read <= 2, "only the dossiers that changed are read"
    assert changed_units(before) <= {None, "?", "H99.ALONE", "H99.77", *(f"H99.{n}" for n in range(1, 6))}
    partial = counts()
    assert partial == anew(rows, AS_OF)
    if change is _move_unit:
        assert not any(key[2] == "H99.ALONE" for key in partial)


@pytest.mark.parametrize("most", [1, 60, 250, 10_000])
def test_agencies_counted_in_batches_make_the_cells_of_all_of_them(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = verdict_rows(300)
    assert any(row["unit_code"] is None for row in rows), "those of no agency are counted, too"
    monkeypatch.setattr("tasks.measuring.counting._BATCH", most)
    write(rows)
    assert measure_policy("qd766", AS_OF).read == 300
    at_once = counts_of(frame(rows), "qd766", AS_OF, {})[list(COUNTS.given_columns)]
    assert set(counts().items()) == {
        (row[: len(COUNTS.key)], row[len(COUNTS.key) :]) for row in at_once.itertuples(index=False, name=None)
    }


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([("a", 5)], [["a"]]),
        ([("a", 4), ("b", 6), ("c", 1)], [["a", "b"], ["c"]]),
        ([("a", 3), ("b", 30), ("c", 7), ("d", 3)], [["a"], ["b"], ["c", "d"]]),
    ],
)
def test_a_batch_holds_whole_agencies(sizes: list[tuple[str, int]], expected: list[list[str]]) -> None:
    assert list(batches(sizes, 10)) == expected


def test_nothing_changed_writes_nothing() -> None:
    rows = province()
    write(rows)
    assert uncounted(["qd766"], AS_OF) == ["qd766"]
    measure_policy("qd766", AS_OF)
    assert [uncounted(["qd766"], day) for day in (AS_OF, AS_OF + timedelta(days=1))] == [[], ["qd766"]]
    before = fetch_all("SELECT max(entry) FROM audit.ledger")
    assert measure_policy("qd766", AS_OF).read == 0
    assert fetch_all("SELECT max(entry) FROM audit.ledger") == before
    CHANGES[0](rows)
    write(rows)
    assert uncounted(["qd766"], AS_OF) == ["qd766"]


def test_a_new_day_reads_the_dossiers_that_live_in_its_month() -> None:
    rows = province()
    write(rows)
    measure_policy("qd766", date(2026, 3, 30))
    done = measure_policy("qd766", AS_OF)
    living = [row for row in rows if row["moving"] or max(_moments(row)) >= datetime(2026, 2, 28, tzinfo=UTC)]
    assert done.read == len(living) < len(rows)
    assert counts() == anew(rows, AS_OF)


def _moments(row: dict[str, Any]) -> list[datetime]:
    return [row[name] for name in ("received_at", "end_at", "recorded_end_at") if row[name] is not None]


def test_a_new_day_touches_no_row_of_a_past_month() -> None:
    write(province())
    measure_policy("qd766", date(2026, 3, 30))
    first = newest_change()
    measure_policy("qd766", AS_OF)
    assert fetch_all("SELECT count(*) FROM mart.counts WHERE month < '2026-03-01' AND changed_in > %(n)s", {"n": first}) == [
        (0,)
    ]


def test_an_earlier_day_takes_later_months_away() -> None:
    write(province())
    measure_policy("qd766", AS_OF)
    measure_policy("qd766", date(2026, 1, 15))
    assert fetch_all("SELECT max(month), max(as_of) FROM mart.counts") == [(date(2026, 1, 1), date(2026, 1, 15))]


def test_a_dossier_received_after_as_of_does_not_keep_its_agency_busy() -> None:
    rows = province()
    rows[0]["received_at"] = datetime(2026, 4, 3, tzinfo=UTC)
    write(rows)
    measure_policy("qd766", AS_OF)
    assert measure_policy("qd766", AS_OF).read == 0


def test_policies_do_not_touch_each_other() -> None:
    write(province())
    measure_policy("qd766", AS_OF)
    before = counts()
    assert measure_policy("bieu06", AS_OF).read == 0
    assert counts() == before


def test_a_broken_identity_names_itself_and_its_rows() -> None:
    counts = counts_of(frame(province()), "qd766", AS_OF, {})
    counts.loc[0, "received"] -= 1
    with pytest.raises(DataError, match=r"mart.counts, qd766: identity balance .* failed for 1 row.* Rows: .* \(by -1\)"):
        require_identities(broken_identities(counts), "qd766")
