"""Publications made again, explained and traced: equal digests, parts that add up, dossiers that add up."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.calendar import OFFICE_ZONE_NAME
from config.read_once import forget
from config.settings import settings
from schemas.quality import CORRECTIONS
from schemas.reference import UNITS
from tasks.reports.site.data import page_data
from tasks.tracing.contributions import FigureName
from tasks.tracing.moments import moment_of
from tasks.tracing.page import trace_page
from tasks.tracing.reproduction import reproduce
from tasks.tracing.revision_words import revision_sentence
from tasks.tracing.revisions import Revision, revisions
from tasks.tracing.traces import is_whole, trace
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load
from tests.warehouse.test_publish import POLICY, publish
from tests.warehouse.test_seals import correction
from tests.warehouse.verdict_rows import AS_OF, verdict_rows

pytestmark = pytest.mark.usefixtures("warehouse")
BEFORE = date(2026, 3, 30)
HEADLINE = ("on_time_rate", "cleaned", "*", "*", "*", "*")
_PUBLISHED = "SELECT value FROM mart.indicators WHERE publication_id = %(id)s AND indicator = %(of)s AND basis = %(basis)s AND unit_code = %(unit)s AND field_code = %(field)s AND channel = %(channel)s AND period = %(period)s"


@pytest.fixture
def own_config(warehouse: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration that a test may change."""
    shutil.copytree(settings().config_dir, tmp_path / "config", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    monkeypatch.setenv("MOTCUA_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(tmp_path / "config" / "sources"))
    forget()
    return tmp_path / "config"


def touch(path: Path) -> None:
    """Let a file of the configuration be another, in no way that counts."""
    path.write_text(path.read_text(encoding="utf-8") + "\n# sửa\n", encoding="utf-8")
    forget()


def turned(rows: list[dict[str, Any]], some: slice) -> list[dict[str, Any]]:
    """Some dossiers that were late in time, the others as they are."""
    late = [row["code"] for row in rows if row["timeliness"] == "late" and row["counted"]][some]
    changed = {"timeliness": "on_time", "verdict": "phantom_late", "reasons": "due_wrong_calendar"}
    return [row | changed if row["code"] in late else row for row in rows]


def split(before: str, after: str) -> dict[tuple[str, ...], Revision]:
    return {one.cell: one for one in revisions(before, after)}


def test_each_cause_has_its_part_and_the_parts_add_up(own_config: Path) -> None:
    """Data of another day, a correction, a calendar, a rule and a re-organisation, each in a publication of its own."""
    rows = verdict_rows(300)
    made = [publish(rows, BEFORE), publish(rows)]
    rows = turned(rows, slice(0, 5))
    with load("correct", "p1") as current:
        late = [row for row in verdict_rows(300) if row["timeliness"] == "late" and row["counted"]][:5]
        lines = [correction(number) | {"source": row["source"], "code": row["code"]} for number, row in enumerate(late)]
        current.merge(CORRECTIONS, CORRECTIONS.frame(lines))
    made.append(publish(rows))
    touch(own_config / "calendar" / "vn.yaml")
    rows = turned(rows, slice(0, 4))
    made.append(publish(rows))
    touch(own_config / "policies" / "qd766.yaml")
    rows = turned(rows, slice(0, 3))
    made.append(publish(rows))
    gone = {
        "unit_code": "H99.1",
        "valid_from": date(2020, 1, 1),
        "valid_to": AS_OF,
        "succeeded_by": "H99.2",
        "name": "Xã Một",
        "level": "commune",
    }
    with load("load", "units") as current:
        current.merge(UNITS, UNITS.frame([gone]).drop(columns="changed_in"))
    rows = [row | {"unit_code": "H99.2"} if row["unit_code"] == "H99.1" else row for row in rows]
    made.append(publish(rows))
    steps = [split(*pair) for pair in pairwise(made)]
    assert [{cause for one in step.values() for cause, part in one.parts.items() if part} for step in steps] == [
        {"data"},
        {"corrections"},
        {"calendar_change"},
        {"rules"},
        {"reorganisation"},
    ]
    whole = split(made[0], made[-1])
    assert {cause for one in whole.values() for cause, part in one.parts.items() if part} == set(whole[HEADLINE].parts)
    for cell, one in whole.items():
        assert one.change is None or sum(one.parts.values()) == one.change, cell
        names = dict(zip(("of", "basis", "unit", "field", "channel", "period"), cell, strict=True))
        for publication, value in ((made[0], one.before), (made[-1], one.after)):
            found = fetch_all(_PUBLISHED, names | {"id": publication})
            assert (found[0][0] if found else None) == (None if value is None else float(value)), (cell, publication)
    assert all(reproduce(one).is_equal for one in made)
    moved = reproduce(made[0])
    assert (moved.is_code_of_today, moved.edits) == (True, None)


def test_an_edit_of_what_is_kept_makes_other_figures() -> None:
    made = publish(verdict_rows(60))
    with load("test", "edit") as current:
        current.execute(
            "UPDATE judged.verdict_versions SET timeliness = 'late', verdict = 'late' WHERE code = "
            "(SELECT min(code) FROM judged.verdict_versions WHERE counted AND timeliness IN ('early', 'on_time'))"
        )
    found = reproduce(made)
    assert not found.is_equal
    assert "made again, the figures differ" in found.said.en


def test_a_dossier_that_is_gone_is_data() -> None:
    rows = verdict_rows(80)
    made = [publish(rows), publish(rows[1:])]
    assert fetch_all("SELECT count(*) FROM judged.verdict_versions WHERE said_until IS NULL") == [(79,)]
    assert all(set(one.parts) >= {"data"} and one.parts["data"] == one.change for one in split(*made).values() if one.change)
    assert [reproduce(one).is_equal for one in made] == [True, True]


@pytest.mark.parametrize("period", ["2025-Q4", "2026-Q1", "2025-H2", "2026", "2025"])
def test_every_rate_of_a_longer_period_on_the_page_leads_to_its_dossiers(period: str) -> None:
    """The days of the dossiers themselves say who was handled in it: nothing is added up from months."""
    rows = verdict_rows(240)
    made, rates = publish(rows), page_data(POLICY, "vi")["spans"]["rates"]
    followed = 0
    for unit, of in rates.items():
        for basis in ("recorded", "cleaned") if period in of else ():
            told = trace(made, FigureName("on_time_rate", unit, period, basis=basis))
            assert [told["published"][name] for name in ("numerator", "denominator", "undetermined", "value")] == of[period][
                basis
            ][:4]
            assert is_whole(told), (unit, basis)
            followed += 1
            if basis == "cleaned":
                wanted = {row["code"] for row in rows if unit in ("*", row["unit_code"] or "?") and _handled_in(row, period)}
                assert {one["code"] for one in told["dossiers"]} == wanted, unit
    assert followed > 10
    online = trace(made, FigureName("received_online_share", "*", period))
    assert is_whole(online)
    assert online["published"]["numerator"] > 0


def _handled_in(row: dict[str, Any], period: str) -> bool:
    first, last = _SPANS[period]
    received, ended = (at and at.astimezone(ZoneInfo(OFFICE_ZONE_NAME)).date() for at in (row["received_at"], row["end_at"]))
    over = ended is not None and first <= ended <= last
    return bool(row["counted"] and (over or (received <= last and (ended is None or ended > last))))


_SPANS = {
    "2025-Q4": (date(2025, 10, 1), date(2025, 12, 31)),
    "2026-Q1": (date(2026, 1, 1), date(2026, 3, 31)),
    "2025-H2": (date(2025, 7, 1), date(2025, 12, 31)),
    "2025": (date(2025, 1, 1), date(2025, 12, 31)),
    "2026": (date(2026, 1, 1), AS_OF),
}


@pytest.mark.parametrize("unit", ["*", "H99.2", "?"])
def test_a_trace_leads_from_every_figure_to_dossiers_that_add_up(unit: str) -> None:
    rows = verdict_rows(200)
    corrected = next(row for row in rows if row["counted"] and row["unit_code"] == "H99.2")
    with load("correct", "p1") as current:
        line = correction(0) | {"source": corrected["source"], "code": corrected["code"]}
        current.merge(CORRECTIONS, CORRECTIONS.frame([line | {"received_at": datetime(2026, 3, 12, tzinfo=UTC)}]))
    made = publish(rows)
    names = fetch_all(
        "SELECT indicator, unit_code, period, field_code, channel, basis FROM mart.indicators WHERE unit_code = %(unit)s "
        "ORDER BY md5(indicator || period || field_code || channel || basis) LIMIT 12",
        {"unit": unit},
    )
    told = [trace(made, FigureName(*name)) for name in names]
    assert [name for name, one in zip(names, told, strict=True) if not is_whole(one)] == []
    whole = trace(made, FigureName.read(f"on_time_rate/{unit}"))
    assert whole["rule"]["law"]["vi"]
    assert ("p1" in {each["package"] for one in whole["dossiers"] for each in one["corrections"]}) == (unit != "?")
    page = trace_page(whole, "vi")
    assert all(one["code"] in page for one in whole["dossiers"])
    assert "lanh.dao" in page or unit == "?"


def test_what_was_drafted_long_ago_is_known_by_its_moment() -> None:
    made = publish(verdict_rows(40))
    moment = moment_of(made)
    assert (moment.policy, moment.as_of, moment.is_kept) == (POLICY, AS_OF, True)


def test_a_sentence_says_what_it_was_what_it_is_and_why() -> None:
    parts = {"data": Decimal("-0.9"), "corrections": Decimal("-0.3"), "calendar_change": Decimal(0)}
    cell = ("on_time_rate", "cleaned", "*", "*", "*", "2026-05")
    said = revision_sentence(Revision(cell, Decimal("98"), Decimal("96.8"), parts), None)
    assert said.vi == (
        "Tháng 5/2026, on_time_rate: trước nói 98, nay 96,8, vì dữ liệu các hệ thống gửi thêm và thời gian trôi qua -0,9; "
        "đính chính -0,3 (cộng lại -1,2)."
    )
    assert "said 98, now 96.8, because of what systems told since" in said.en
