"""Drift: what counts as a change of a source's shape, and what is forgotten once it was told."""

from __future__ import annotations

import pytest

from config.sources import DriftRules, Source
from tasks.rules.sources.schema_drift import Seen, changes, covers, learnt
from tasks.sources.formats.records import Keys
from tasks.sources.source_schema import HEADING_ROW, SourceSchema, merged, records_shape

PAGE = {""}


def seen(**kinds: str | tuple[str, ...] | None) -> dict[str, Seen]:
    """Return fields: kinds by name; ``meaning`` is the name without a trailing digit; a leading _ means not always there."""
    found = {}
    for given, kind in kinds.items():
        name = given.lstrip("_")
        several = frozenset([kind] if isinstance(kind, str) else kind or ())
        found[name.casefold()] = Seen(name, name.rstrip("0123456789"), several, not given.startswith("_"), "p1")
    return found


def told(known: dict[str, Seen], now: dict[str, Seen], lists: set[str] = PAGE) -> list[tuple[str, str, str | None, str | None]]:
    return [(c.what, c.field, c.before, c.now) for c in changes(known, now, lists, HEADING_ROW)]


def test_of_an_unknown_source_nothing_has_changed() -> None:
    assert told({}, seen(Ma="text")) == []


def test_each_kind_of_change_is_told() -> None:
    known = seen(Ma="text", Ngay="date yyyyMMdd", Don="text", Het1="text")
    now = seen(Ma="text", Ngay="date dd/MM/yyyy", Het2="text", Moi="number")
    assert told(known, now) == [
        ("missing_field", "Don", "text", None),
        ("renamed_heading", "Het1", "Het1", "Het2"),
        ("changed_type", "Ngay", "date yyyyMMdd", "date dd/MM/yyyy"),
        ("new_field", "Moi", None, "number"),
    ]


def test_a_field_that_some_records_lack_is_not_missed() -> None:
    assert told(seen(Ma="text", _GhiChu="text"), seen(Ma="text")) == []


def test_an_empty_list_says_nothing_about_its_fields() -> None:
    known = {**seen(Ma="text"), "log[].at": Seen("log[].at", "at", frozenset({"text"}), True, "p1")}
    assert told(known, seen(Ma="text")) == []
    assert told(known, seen(Ma="text"), {"", "log"}) == [("missing_field", "log[].at", "text", None)]


def test_headings_at_another_place_have_moved() -> None:
    rows = [{HEADING_ROW: Seen(HEADING_ROW, "", frozenset({f"row {row}"}), True, "p1")} for row in (3, 5)]
    assert told(*rows) == [("moved_heading", HEADING_ROW, "row 3", "row 5")]


@pytest.mark.parametrize(
    ("known", "now", "held"),
    [
        ({"text"}, {"date yyyyMMdd"}, True),
        ({"date yyyyMMdd"}, {"text"}, False),
        ({"text"}, {"number"}, False),
        ({"text", "number"}, {"number"}, True),
        (set(), {"number"}, True),
        ({"number"}, set(), True),
    ],
)
def test_what_a_known_kind_covers(known: set[str], now: set[str], held: bool) -> None:
    assert covers(frozenset(known), frozenset(now)) is held


def test_a_change_that_was_accepted_is_told_once() -> None:
    known = seen(Ma="text", Don="text", Ngay="date yyyyMMdd")
    now = seen(Ma="number", Ngay="text", Moi="text")
    after = learnt(known, now, PAGE)
    assert told(known, now)
    assert told(after, now) == []
    assert after["ma"].kinds == {"text", "number"}


def test_the_shape_of_records_names_fields_of_lists_and_looks_at_kinds_not_values() -> None:
    records = [
        {
            "MaHoSo": "H99.12-260103-0001",
            "NgayTiepNhan": "20260103080000",
            "So": 1,
            "TienDo": [{"ThoiDiem": "2026-01-03 08:00:00"}],
        },
        {"mahoso": "H99.12-260103-0002", "NgayTiepNhan": None, "001093012345": "x", "TienDo": {"ThoiDiem": "03/01/2026"}},
    ]
    shape = records_shape(Keys(records), "d1")
    kinds = {one.name: set(one.kinds) for one in shape.fields.values()}
    assert kinds == {
        "MaHoSo": {"text"},
        "NgayTiepNhan": {"date yyyyMMdd"},
        "So": {"number"},
        "TienDo": {"list", "object"},
        "TienDo[].ThoiDiem": {"date yyyy-MM-dd", "date dd/MM/yyyy"},
        "[che]": {"text"},
    }
    assert "001093012345" not in repr(shape)
    assert [key for key in shape.fields if shape.always(key)] == ["mahoso", "ngaytiepnhan", "tiendo", "tiendo[].thoidiem"]
    assert "0001" not in repr(shape)
    assert merged([shape, records_shape(Keys(records[:1]), "d2")]).fields["so"].met == 2
    assert merged([]) == SourceSchema()


def test_one_word_stands_for_every_kind_of_change() -> None:
    given = {"title": "B", "kind": "files", "profile": "table", "columns": {"code": "Mã"}, "files": {"folder": "/x"}}
    assert Source.model_validate(given).drift == DriftRules()
    assert set(Source.model_validate({**given, "drift": "stop"}).drift.model_dump().values()) == {"stop"}
    assert Source.model_validate({**given, "drift": {"new_field": "stop"}}).drift == DriftRules(new_field="stop")
