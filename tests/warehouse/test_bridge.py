"""Bridge from recorded to cleaned: nothing netted, no remainder, and each class a list of as many dossiers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from config.errors import DataError
from config.language import in_language
from config.read_once import forget
from schemas.indicators import COUNTS
from tasks.gates.contracts import check_published
from tasks.measure import measure_policy
from tasks.reports.forms.published import BRIDGE_INDICATORS
from tasks.reports.lists import read_list
from tasks.reports.site.data import page_data
from tasks.reports.site.tables import page_tables
from tasks.tracing.contributions import FigureName
from tasks.tracing.traces import is_whole, trace
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all, read_frame
from tests.house.tree import ROOT
from tests.warehouse.test_publish import POLICY, publish
from tests.warehouse.verdict_rows import AS_OF, verdict_rows

pytestmark = pytest.mark.usefixtures("province")
CLASSES = tuple(BRIDGE_INDICATORS)
LISTS = ("second-entries", "tests", "by-policy", "never-received", "not-shown")
JANUARY, FEBRUARY, APRIL = (datetime(2026, month, 12, 3, tzinfo=UTC) for month in (1, 2, 4))
NOBODY: dict[str, Any] = {"state": "not_received", "verdict": "not_received", "counted": False, "end_at": None}
UNSHOWN = {"recorded_state": "not_received", "recorded_end_at": None}


@pytest.fixture
def province(warehouse: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """The warehouse with the source files of the made-up province."""
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(ROOT / "demo" / "sources"))
    forget()
    yield warehouse
    monkeypatch.undo()
    forget()


def dossier(number: int, unit: str | None, received: datetime, **given: Any) -> dict[str, Any]:
    """A dossier that was finished in time, as recorded and in truth; what is given replaces it."""
    row: dict[str, Any] = {
        "source": "province",
        "code": f"H99-{number}",
        "policy": POLICY,
        "unit_code": unit,
        "moving": False,
    }
    row |= {"received_at": received, "due_at": received, "recorded_due_at": received, "channel": "online", "as_of": AS_OF}
    row |= {"end_at": received, "recorded_end_at": received, "state": "finished", "recorded_state": "finished"}
    row |= {"timeliness": "on_time", "recorded_timeliness": "on_time", "verdict": "on_time", "counted": True}
    return row | given


def out(why: str) -> dict[str, Any]:
    return {"counted": False, "left_out": why}


ROWS = [
    dossier(1, "H99.1", JANUARY),
    dossier(2, "H99.1", JANUARY, **out("second_entry")),
    dossier(3, "H99.1", JANUARY, **out("test")),
    dossier(4, "H99.1", JANUARY, **NOBODY),
    dossier(5, "H99.1", JANUARY, **UNSHOWN),
    dossier(6, "H99.1", FEBRUARY),
    dossier(7, "H99.1", FEBRUARY, **out("test")),
    dossier(8, "H99.2", JANUARY, **UNSHOWN),
    dossier(9, "H99.2", JANUARY, state="withdrawn", **out("by_policy")),
    dossier(10, "H99.2", FEBRUARY, **NOBODY, **UNSHOWN),
    dossier(11, "H99.2", FEBRUARY, **NOBODY | {"state": "deleted", "verdict": "deleted", "recorded_state": "deleted"}),
    dossier(12, None, FEBRUARY, **out("second_entry")),
    dossier(13, "H99.1", APRIL, **out("second_entry")),  # after the day judged: in no figure yet
]
# By hand: recorded, second entries, tests, by policy, never received, not shown, cleaned.
BRIDGES = {
    ("H99.1", "2026-01"): (4, 1, 1, 0, 1, 1, 2),
    ("H99.1", "2026-02"): (2, 0, 1, 0, 0, 0, 1),
    ("H99.2", "2026-01"): (1, 0, 0, 1, 0, 1, 1),  # as many before as after, and not one of them the same
    ("?", "2026-02"): (1, 1, 0, 0, 0, 0, 0),
    ("*", "2026-01"): (5, 1, 1, 1, 1, 2, 3),
    ("*", "2026-02"): (3, 1, 1, 0, 0, 0, 1),
    ("*", "2026-Q1"): (8, 2, 2, 1, 1, 2, 4),
    ("H99.1", "2026"): (6, 1, 2, 0, 1, 1, 3),
}
WHOLE = {"H99.1": (6, 1, 2, 0, 1, 1, 3), "H99.2": (1, 0, 0, 1, 0, 1, 1), "?": (1, 1, 0, 0, 0, 0, 0), "*": (8, 2, 2, 1, 1, 2, 4)}


def bridge(page: dict[str, Any], of_bases: dict[str, list[Any]]) -> tuple[int, ...]:
    """What the page says: recorded, the classes in their order, cleaned."""
    names = [one["name"] for one in page["indicators"]]
    recorded, cleaned = (
        dict(zip(names, of_bases.get(basis, [0] * len(names)), strict=True)) for basis in ("recorded", "cleaned")
    )
    told = [(cleaned if name == "bridge_not_shown" else recorded)[name] for name in CLASSES]
    return (recorded["received"], *told, cleaned["received"])


def remainder(numbers: tuple[int, ...]) -> int:
    recorded, second, tests, policy, never, unshown, cleaned = numbers
    return recorded - second - tests - policy - never + unshown - cleaned


def test_the_bridge_of_thirteen_dossiers_worked_out_by_hand() -> None:
    publish(ROWS)
    page = page_data(POLICY, "vi")
    figures = page["spans"]["figures"]
    assert {(unit, period): bridge(page, figures[unit][period]) for unit, period in BRIDGES} == BRIDGES
    assert {unit: bridge(page, of) for unit, of in page["figures"].items()} == WHOLE
    assert not any(remainder(numbers) for numbers in (*BRIDGES.values(), *WHOLE.values()))


def test_each_class_is_a_list_of_as_many_dossiers() -> None:
    publication = publish(ROWS)
    for place, (name, of) in enumerate(zip(CLASSES, LISTS, strict=True), start=1):
        for unit, numbers in WHOLE.items():
            listed = read_list(of, POLICY, None if unit == "*" else unit)
            assert len(listed) == numbers[place], (of, unit)
        for (unit, period), numbers in BRIDGES.items():
            basis = "cleaned" if of == "not-shown" else "recorded"
            if numbers[place]:
                told = trace(publication, FigureName(name, unit, period, basis=basis))
                assert told["counted"]["numerator"] == numbers[place], (name, unit, period)
                assert is_whole(told)
    assert sorted(read_list("tests", POLICY)["code"]) == ["H99-3", "H99-7"]
    assert list(read_list("never-received", POLICY)["code"]) == ["H99-4"]
    assert list(read_list("not-received", POLICY)["code"]) == ["H99-10"], "in no figure, and in a list"


def test_the_workbook_has_the_bridge_of_every_agency_and_month() -> None:
    publish(ROWS)
    page = page_data(POLICY, "vi")
    with in_language("vi"):
        whole, monthly = page_tables(page)["bridge"].sheets
    signs = (1, -1, -1, -1, -1, 1, 1)
    signed = {
        key: tuple(sign * number for sign, number in zip(signs, of, strict=True)) for key, of in (WHOLE | BRIDGES).items()
    }
    assert {str(row[0]): row[2:] for row in whole.rows} == {unit: signed[unit] for unit in ("H99.1", "H99.2", "?")}
    assert whole.total[2:] == signed["*"], "the last row is the sum of the agencies"
    names = {page["spans"]["names"][month]["vi"]: month for month in ("2026-01", "2026-02")}
    months = {(str(row[1]), names[str(row[0])]): row[3:] for row in monthly.rows if row[0] in names and any(row[3:])}
    assert months == {key: signed[key] for key in BRIDGES if key[1] in names.values()}


def test_no_remainder_stays_for_any_agency_and_month_of_a_province() -> None:
    rows = verdict_rows(1500)
    rows = [row | UNSHOWN if place % 37 == 0 else row | NOBODY if place % 41 == 0 else row for place, row in enumerate(rows)]
    publish(rows)
    page = page_data(POLICY, "vi")
    bridges = [bridge(page, of) for periods in page["spans"]["figures"].values() for of in periods.values()]
    bridges += [bridge(page, of) for of in page["figures"].values()]
    assert len(bridges) > 60
    assert not any(map(remainder, bridges))
    recorded, *classes, cleaned = bridge(page, page["figures"]["*"])
    assert all(classes[place] for place in (0, 1, 3, 4)), "each class has dossiers, on both sides"
    assert recorded == sum(row["recorded_state"] != "not_received" for row in rows)
    assert cleaned == sum(row["counted"] for row in rows)


def test_a_dossier_that_leaves_a_class_moves_the_published_bridge() -> None:
    publish(ROWS)
    publish([row | {"left_out": "second_entry"} if row["code"] == "H99-3" else row for row in ROWS])
    page = page_data(POLICY, "vi")
    assert bridge(page, page["spans"]["figures"]["H99.1"]["2026-01"]) == (4, 2, 0, 0, 1, 1, 2)
    assert measure_policy(POLICY, AS_OF).read == 0, "and it is counted"


@pytest.mark.parametrize("column", ["left_out_test", "added_unshown", "left_out_unreceived"])
@pytest.mark.parametrize("basis", ["recorded", "cleaned"])
def test_a_remainder_stops_the_publication(column: str, basis: str) -> None:
    publish(ROWS)
    counts = read_frame("SELECT * FROM mart.counts", None, COUNTS)
    counts.loc[counts.index[(counts["basis"] == basis).to_numpy(dtype=bool)][0], column] += 1
    with pytest.raises(DataError, match="bridge"):
        check_published(counts, AS_OF)
    assert fetch_all("SELECT success FROM quality.gate_results WHERE expectation LIKE 'bridge%'") == [(False,)]


def test_an_office_that_does_not_declare_the_bridge_has_no_sheet_of_it() -> None:
    publish(ROWS)
    page = page_data(POLICY, "vi")
    assert "bridge" in page_tables(page)
    page["indicators"] = [one for one in page["indicators"] if one["name"] not in CLASSES]
    assert "bridge" not in page_tables(page)
