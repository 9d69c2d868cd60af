from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from config.errors import DataError, WarehouseError
from schemas.dossiers import DOSSIER_VERSIONS, DOSSIERS, EVENTS, MATCHES, PAUSES
from schemas.raw import PULLS
from schemas.reference import UNITS
from schemas.verdicts import VERDICTS_TABLE
from tasks.warehouse import ledger
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all, read_frame
from tasks.warehouse.load import Load, load
from tasks.warehouse.merge import Merged
from tests.warehouse.rows import dossiers, events, matches, pauses

pytestmark = pytest.mark.usefixtures("warehouse")


def changed_in(table: str = "core.dossiers") -> dict[str, int]:
    return dict(fetch_all(f"SELECT code, changed_in FROM {table} ORDER BY code"))


def merge(frame: pd.DataFrame, subject: str = "province") -> tuple[Merged, int]:
    with load("load", subject) as current:
        return current.merge(DOSSIERS, frame), current.change_number


def test_new_rows_are_inserted_equal_ones_left_alone_and_different_ones_updated() -> None:
    assert merge(dossiers("A", "B", "C")) == (Merged(inserted=3), 1)
    again = pd.concat([dossiers("A", "B"), dossiers("C", status=4), dossiers("D")])
    assert merge(again) == (Merged(inserted=1, updated=1, unchanged=2), 2)
    assert changed_in() == {"A": 1, "B": 1, "C": 2, "D": 2}


def test_a_row_that_a_later_frame_does_not_name_stays() -> None:
    merge(dossiers("A", "B"))
    assert merge(dossiers("A"))[0] == Merged(unchanged=1)
    assert set(changed_in()) == {"A", "B"}


@pytest.mark.parametrize(
    ("before", "after"),
    [(None, ""), ("", None), ("x", None), (None, "x"), ("x", "X"), ("a", "a "), ("đ", "d")],
)
def test_null_empty_and_look_alike_texts_are_different_values(before: str | None, after: str | None) -> None:
    merge(dossiers("A", unit_as_given=before))
    assert merge(dossiers("A", unit_as_given=after))[0] == Merged(updated=1)
    assert fetch_all("SELECT unit_as_given FROM core.dossiers") == [(after,)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        '"',
        '""',
        "'",
        ",",
        "\\",
        "\\N",
        "\\.",
        "NULL",
        "a\nb",
        "a\r\nb",
        "\t",
        "Ủy ban",
        "U\u0309",
        "😀",
        "\u200b",
        "%s",
        "%(x)s",
    ],
)
def test_every_text_comes_back_as_it_went_in(text: str) -> None:
    merge(dossiers("A", unit_as_given=text, alias_code=None))
    frame = read_frame("SELECT unit_as_given, alias_code FROM core.dossiers", None, DOSSIERS)
    assert frame["unit_as_given"].tolist() == [text]
    assert frame["alias_code"].isna().all()


def test_a_whole_row_comes_back_as_it_went_in() -> None:
    moment = datetime(2026, 3, 31, 16, 59, 59, 999_999, tzinfo=UTC)
    frame = dossiers("A", due_at=moment, fee_amount=2**53 + 1, has_result=True, is_migrated=False, marks="not_nfc")
    merge(frame)
    back = read_frame("SELECT * FROM core.dossiers", None, DOSSIERS)
    pd.testing.assert_frame_equal(back[list(frame.columns)], frame)


def test_each_change_of_a_dossier_is_kept_as_a_version() -> None:
    merge(dossiers("A", "B"))
    merge(pd.concat([dossiers("A", status=4), dossiers("B")]))
    versions = read_frame("SELECT * FROM core.dossier_versions ORDER BY code, changed_in", None, DOSSIER_VERSIONS)
    assert versions[["code", "changed_in", "status"]].values.tolist() == [["A", 1, 9], ["A", 2, 4], ["B", 1, 9]]
    assert versions["seen_at"].notna().all()


def test_two_merges_of_one_dossier_in_one_load_keep_the_last_state() -> None:
    with load("load", "province") as current:
        current.merge(DOSSIERS, dossiers("A", status=2))
        assert current.merge(DOSSIERS, dossiers("A", status=4)) == Merged(updated=1)
    assert fetch_all("SELECT status, changed_in FROM core.dossier_versions") == [(4, 1)]


def test_a_json_column_is_compared_by_what_it_says() -> None:
    row = {
        "source": "province",
        "code": "A",
        "policy": "qd766",
        "recorded_state": "finished",
        "recorded_timeliness": "late",
        "state": "finished",
        "timeliness": "on_time",
        "verdict": "phantom_late",
        "counted": True,
        "moving": False,
        "as_of": date(2026, 3, 31),
    }
    for evidence, expected in [
        ('{"a": 1, "b": [null, ""]}', Merged(inserted=1)),
        ('{"b":[null,""],"a":1}', Merged(unchanged=1)),
        ('{"a": 1, "b": ["", null]}', Merged(updated=1)),
    ]:
        with load("judge", "province/2026-03") as current:
            assert current.merge(VERDICTS_TABLE, VERDICTS_TABLE.frame([{**row, "evidence": evidence}])) == expected


def test_a_null_in_a_key_of_time_is_found_again() -> None:
    unit = {"unit_code": "H99", "valid_from": date(2025, 1, 1), "name": "Ủy ban", "level": "province"}
    for expected in (Merged(inserted=1), Merged(unchanged=1)):
        with load("load", "units") as current:
            assert current.merge(UNITS, UNITS.frame([unit])) == expected


def test_children_are_made_exactly_what_is_given_and_their_dossier_is_marked() -> None:
    family = dossiers("A", "B", "C")
    with load("load", "province") as current:
        current.merge(DOSSIERS, family)
        log = events(("A", 0, 2), ("A", 1, 4), ("B", 0, 2), ("C", 0, 2))
        assert current.merge_children(EVENTS, log, family) == Merged(inserted=4)
    assert changed_in() == {"A": 1, "B": 1, "C": 1}

    with load("load", "province") as current:
        log = events(("A", 0, 2), ("B", 0, 3), ("B", 1, 4))
        assert current.merge_children(EVENTS, log, dossiers("A", "B")) == Merged(1, 1, 1, 1)
    assert changed_in() == {"A": 2, "B": 2, "C": 1}
    assert fetch_all("SELECT code, seq, status FROM core.events ORDER BY 1, 2") == [
        ("A", 0, 2),
        ("B", 0, 3),
        ("B", 1, 4),
        ("C", 0, 2),
    ]

    with load("load", "province") as current:
        assert current.merge_children(EVENTS, log, dossiers("A", "B")) == Merged(unchanged=3)
    assert changed_in() == {"A": 2, "B": 2, "C": 1}


def test_children_without_any_row_are_removed() -> None:
    with load("load", "province") as current:
        current.merge(DOSSIERS, dossiers("A"))
        current.merge_children(PAUSES, pauses(("A", 0)), dossiers("A"))
    with load("load", "province") as current:
        assert current.merge_children(PAUSES, pauses(), dossiers("A")) == Merged(deleted=1)
    assert changed_in() == {"A": 2}


def test_a_child_without_its_parent_is_refused() -> None:
    with pytest.raises(DataError, match="not among the parents"), load("load", "province") as current:
        current.merge_children(PAUSES, pauses(("B", 0)), dossiers("A"))


def test_replace_leaves_exactly_the_frame_within_its_condition() -> None:
    where = {"source": "province", "kind": "evidence"}
    with load("match", "*") as current:
        current.merge(DOSSIERS, dossiers("A", "B", "C"))
        current.merge(MATCHES, matches(("C", "L9"), kind="duplicate_of"))
        assert current.replace(MATCHES, matches(("A", "L1"), ("B", "L2")), where) == Merged(inserted=2)
    with load("match", "*") as current:
        assert current.replace(MATCHES, matches(("A", "L1")), where) == Merged(unchanged=1, deleted=1)
    assert fetch_all("SELECT code, changed_in FROM core.matches ORDER BY 1") == [("A", 1), ("C", 1)]
    assert changed_in() == {"A": 1, "B": 2, "C": 1}, "a dossier that loses its evidence must be judged again"


def test_replace_refuses_rows_outside_its_condition_and_a_condition_that_means_everything() -> None:
    with pytest.raises(DataError, match="outside"), load("match", "*") as current:
        current.replace(MATCHES, matches(("A", "L1")), {"source": "communes"})
    with pytest.raises(ValueError, match="whole table"), load("match", "*") as current:
        current.replace(MATCHES, matches(), {})


def test_merge_deletes_only_within_what_the_frame_tells_all_of() -> None:
    with load("match", "*") as current:
        current.merge(MATCHES, matches(("A", "L1"), ("B", "L2"), ("C", "L3")))
    with load("match", "*") as current:
        merged = current.merge(MATCHES, matches(("A", "L1")), retire_within={"code": ["A", "B"]})
    assert merged == Merged(unchanged=1, deleted=1)
    assert fetch_all("SELECT code FROM core.matches ORDER BY 1") == [("A",), ("C",)]


def test_a_key_named_twice_is_refused() -> None:
    with pytest.raises(DataError, match="unique"), load("load", "province") as current:
        current.merge(DOSSIERS, pd.concat([dossiers("A"), dossiers("A", status=4)]))
    assert changed_in() == {}


def test_an_error_undoes_everything_of_its_load() -> None:
    def fail_at_last() -> None:
        with load("load", "province") as current:
            current.merge(DOSSIERS, dossiers("A"))
            current.progress("load", "province", through=1, rules_digest="x")
            current.merge(DOSSIERS, dossiers("A", "A"))

    with pytest.raises(DataError):
        fail_at_last()
    for table in ("core.dossiers", "core.dossier_versions", "audit.ledger", "audit.progress"):
        assert fetch_all(f"SELECT count(*) FROM {table}") == [(0,)]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"unit_as_given": "a\0b"}, "column unit_as_given: a NUL character"),
        ({"marks": "\0"}, "column marks: a NUL character"),
    ],
)
def test_text_that_no_warehouse_can_keep_is_refused_by_its_column(fields: dict[str, str], fault: str) -> None:
    with pytest.raises(DataError, match=fault), load("load", "province") as current:
        current.merge(DOSSIERS, pd.concat([dossiers("A"), dossiers("B", **fields)]))


@pytest.mark.parametrize(("column", "value"), [("unit_as_given", "\ud800secret"), ("status", "secret"), ("due_at", "secret")])
def test_values_of_another_kind_are_refused_by_their_column_and_not_quoted(column: str, value: str) -> None:
    frame = dossiers("A").assign(**{column: pd.Series([value], dtype=object)})
    with pytest.raises(DataError, match=column) as caught, load("load", "province") as current:
        current.merge(DOSSIERS, frame)
    assert "secret" not in str(caught.value)


def test_a_missing_column_is_refused() -> None:
    with pytest.raises(DataError, match="lacks status"), load("load", "province") as current:
        current.merge(DOSSIERS, dossiers("A").drop(columns="status"))


def test_a_failed_statement_names_its_constraint_and_no_value() -> None:
    secret = "001099012345"
    with pytest.raises(WarehouseError) as caught, load("load", "province") as current:
        current.execute(
            "INSERT INTO ref.units (unit_code, valid_from, name, level, changed_in) SELECT %(s)s, '2025-01-01', 'x', 'y', 1 FROM generate_series(1, 2)",
            {"s": secret},
        )
    assert "23505" in str(caught.value)
    assert "units_pkey" in str(caught.value)
    assert secret not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_null_where_none_may_be_is_refused_by_its_column() -> None:
    with pytest.raises(WarehouseError, match="23502, column role"), load("load", "province") as current:
        current.merge(DOSSIERS, dossiers("A", role=None))


def test_progress_is_written_once_and_follows() -> None:
    for through in (1, 1, 2):
        with load("judge", "province/2026-03") as current:
            current.progress(
                "judge", "province/2026-03", through=through, as_of=date(2026, 3, 31), rules_digest="r", cursor=None
            )
    assert fetch_all("SELECT * FROM audit.progress") == [("judge", "province/2026-03", 2, date(2026, 3, 31), "r", None)]


def test_the_ledger_tells_what_each_load_did() -> None:
    merge(dossiers("A", "B"))
    with load("match", "*", digest="d" * 64) as current:
        current.merge(DOSSIERS, pd.concat([dossiers("A"), dossiers("B", status=4), dossiers("C")]))
        current.replace(MATCHES, matches(("A", "L1")), {"source": "province"})
        current.replace(MATCHES, matches(), {"source": "province"})
    rows = fetch_all(
        "SELECT entry, action, subject, change_number, inserted, updated, unchanged, deleted, digest FROM audit.ledger ORDER BY 1"
    )
    assert rows == [(1, "load", "province", 1, 2, 0, 0, 0, None), (2, "match", "*", 2, 2, 1, 1, 1, "d" * 64)]
    assert ledger.verify() is None


def test_a_load_sees_its_own_rows_and_nobody_else_does_before_it_commits() -> None:
    query = "SELECT code FROM core.dossiers WHERE code = %(code)s"
    with load("load", "province") as current:
        current.merge(DOSSIERS, dossiers("A"))
        assert len(current.read(query, {"code": "A"}, DOSSIERS)) == 1
        assert fetch_all(query, {"code": "A"}) == []
    assert fetch_all(query, {"code": "A"}) == [("A",)]


def test_an_empty_frame_changes_nothing_and_reads_back_with_its_dtypes() -> None:
    assert merge(dossiers())[0] == Merged()
    frame = read_frame("SELECT * FROM core.dossiers", None, DOSSIERS)
    assert frame.empty
    assert dict(frame.dtypes) == DOSSIERS.dtypes


def test_pulls_are_updated_by_their_key() -> None:
    started = datetime(2026, 3, 31, tzinfo=UTC)
    pull = {"pull_id": "p1", "source": "province", "started_at": started, "pages": 0, "records": 0, "rejected": 0}
    for state in ("running", "loaded"):
        with load("pull", "province") as current:
            current.merge(PULLS, PULLS.frame([{**pull, "state": state}]))
    assert fetch_all("SELECT state FROM raw.pulls") == [("loaded",)]


def test_load_is_usable_by_its_type() -> None:
    with load("load", "province") as current:
        assert isinstance(current, Load)
        assert current.change_number == 1


def test_the_server_keeps_no_value_in_its_log(warehouse: Cluster) -> None:
    before = len(warehouse.log.read_text())  # tests before this one raise what they like
    with pytest.raises(WarehouseError), load("load", "province") as current:
        current.execute("INSERT INTO ref.units SELECT * FROM ref.units; SELECT 'canary-1'::bigint")
    with pytest.raises(WarehouseError), load("load", "province") as current:
        current.execute("INSERT INTO core.events (source, code) VALUES ('canary-2', 'x')")
    written = warehouse.log.read_text()[before:]
    assert "bigint" in written, "what is looked through is this test's own part of the log"
    assert "canary" not in written.replace('bigint: "canary-1"', "")


def test_a_record_met_again_in_another_landing_file_is_no_change() -> None:
    merge(dossiers("A", "B", page_digest="a" * 64, page_position=0))
    again = pd.concat(
        [dossiers("A", page_digest="b" * 64, page_position=7), dossiers("B", page_digest="b" * 64, page_position=8, status=4)]
    )
    assert merge(again)[0] == Merged(updated=1, unchanged=1)
    rows = fetch_all("SELECT code, page_digest, page_position FROM core.dossiers ORDER BY 1")
    assert rows == [("A", "a" * 64, 0), ("B", "b" * 64, 8)]
