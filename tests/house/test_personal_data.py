"""Personal data: every column and record field has one class, and nothing personal stands outside the landing zone."""

from __future__ import annotations

import pytest

from config.profiles import PROFILES
from schemas.catalogue import TABLES, VIEWS
from schemas.personal_data import (
    PERSONAL,
    RECORD_FIELDS,
    DataClass,
    column_class,
    columns_of_class,
    declared_columns,
    record_class,
)
from schemas.table import Field, Kind, Table
from tasks.sources.masked_fields import CODE, MASKED_FIELDS
from tasks.sources.parsed_records import EVENT_COLUMNS, REJECTED_COLUMNS, SUPPLEMENT_COLUMNS

ALL = (*TABLES, *VIEWS)
CHILDREN = {"events": EVENT_COLUMNS, "supplements": SUPPLEMENT_COLUMNS, "rejected": REJECTED_COLUMNS}
WRITTEN = {*(profile.fields for profile in PROFILES.values()), *CHILDREN.values()}


def unclassified(tables: tuple[Table, ...]) -> list[str]:
    """Columns that stand nowhere in the declaration."""
    found = []
    for table in tables:
        for column in table.columns:
            try:
                column_class(table, column)
            except KeyError:
                found.append(f"{table.full_name}.{column}")
    return found


def test_every_column_has_its_class() -> None:
    found = unclassified(ALL)
    assert not found, f"Say in schemas/personal_data.py what these columns may hold of a person: {found}"


def test_a_new_column_is_noticed() -> None:
    key = Field("birthday", Kind.DATE, "Day of birth.")
    table = Table("core", "people_for_a_test", "T.", "person", ("birthday",), (key,))
    assert unclassified((table,)) == ["core.people_for_a_test.birthday"]


@pytest.mark.parametrize("fields", sorted(WRITTEN), ids=lambda fields: fields[0])
def test_every_field_of_a_record_has_its_class(fields: tuple[str, ...]) -> None:
    assert all(isinstance(record_class(field), DataClass) for field in fields)


def test_no_table_holds_personal_values() -> None:
    found = [f"{table.full_name}.{column}" for table in ALL for column in columns_of_class(table, *PERSONAL)]
    assert not found, f"Personal values stay in the landing files; keep a pseudonym or nothing: {found}"


def test_a_name_has_one_class() -> None:
    fields = [name for names in RECORD_FIELDS.values() for name in names]
    declared = declared_columns()
    assert len(fields) == len(set(fields)), "a field of a record is declared in two classes"
    assert len(declared) == len(set(declared)), "a column is declared in two classes"
    own = {name for name in declared if "." in name}
    assert not {name.rpartition(".")[2] for name in own} & set(declared), "declared by name and for a table as well"


def test_nothing_is_declared_that_is_not_there() -> None:
    there = {f"{table.full_name}.{column}" for table in ALL for column in table.columns}
    there |= {column for table in ALL for column in table.columns}
    lost = [name for name in declared_columns() if name not in there]
    assert not lost, f"No table has these columns any more: {lost}"


def test_whatever_may_hold_somebody_is_looked_at_by_the_privacy_guard() -> None:
    """A personal field ends in cleaning; every other text that a source writes passes the guard, and as what it is."""
    for part, kinds in MASKED_FIELDS.items():
        fields = CHILDREN.get(part) or next(profile.fields for profile in PROFILES.values() if profile.brings == part)
        asked = {field for field in fields if record_class(field) in (DataClass.PSEUDONYM, DataClass.FREE_TEXT)}
        assert set(kinds) == asked, f"{part}: masked and classified fields differ: {set(kinds) ^ asked}"
        codes = {field for field, kind in kinds.items() if kind == CODE}
        assert codes == {field for field in asked if record_class(field) is DataClass.PSEUDONYM}, part


def test_a_column_under_the_name_of_a_record_field_is_no_less_careful() -> None:
    """Where cleaning keeps a field under its name, its class is that of the record's, or the column holds codes of ours."""
    for table in ALL:
        for column in table.columns:
            try:
                given = record_class(column)
            except KeyError:
                continue
            assert given not in PERSONAL, f"{table.full_name}.{column} bears the name of a personal field"
