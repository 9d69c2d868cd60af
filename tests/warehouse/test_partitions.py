from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from schemas.dossiers import DOSSIERS, MATCHES, PAUSES
from schemas.quality import CORRECTIONS
from schemas.reference import UNITS
from schemas.verdicts import VERDICTS_TABLE
from tasks.warehouse.batches import Batch, batched
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load
from tasks.warehouse.partitions import Partition, high_watermark, pending
from tests.warehouse.rows import dossiers, matches, pauses

pytestmark = pytest.mark.usefixtures("warehouse")

AS_OF = date(2026, 3, 31)
MARCH, FEBRUARY = Partition("province", date(2026, 3, 1)), Partition("province", date(2026, 2, 1))
LAND = {"source": "land", "role": "evidence"}


@pytest.fixture
def loaded(warehouse: Cluster) -> None:
    """Two closed partitions of the province and one record of the land software, all judged."""
    assert warehouse.is_running
    with load("load", "province") as current:
        current.merge(DOSSIERS, dossiers("A", "B"))
        current.merge(DOSSIERS, dossiers("F", partition_month=FEBRUARY.month))
        current.merge(DOSSIERS, dossiers("L", **LAND))
        current.merge(MATCHES, matches(("A", "L")))
    judge_all()


def judge_all(as_of: date = AS_OF, rules: str = "r") -> None:
    for partition in pending("judge", as_of, rules):
        through = high_watermark()
        with load("judge", partition.key) as current:
            current.progress("judge", partition.key, through=through, as_of=as_of, rules_digest=rules)


def test_a_partition_is_named_and_read_back() -> None:
    assert MARCH.key == str(MARCH) == "province/2026-03"
    assert Partition.parse("a/b/2026-03") == Partition("a/b", date(2026, 3, 1))
    assert sorted([MARCH, FEBRUARY]) == [FEBRUARY, MARCH]


@pytest.mark.parametrize("key", ["province", "province/", "/2026-03", "province/2026-13", "province/2026-03-01", ""])
def test_what_is_no_partitions_name_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Partition.parse(key)


def test_a_month_starts_on_its_first_day() -> None:
    with pytest.raises(ValueError, match="first day"):
        Partition("province", date(2026, 3, 2))


@pytest.mark.usefixtures("loaded")
def test_what_was_never_done_is_pending_once_and_evidence_never() -> None:
    assert pending("check", AS_OF, "r") == [FEBRUARY, MARCH]
    assert pending("judge", AS_OF, "r") == []


@pytest.mark.usefixtures("loaded")
def test_other_rules_make_all_of_a_source_pending() -> None:
    assert pending("judge", AS_OF, "other rules") == [FEBRUARY, MARCH]
    assert pending("judge", AS_OF, "other rules", sources=["communes"]) == []
    assert pending("judge", AS_OF, "other rules", sources=["province", "communes"]) == [FEBRUARY, MARCH]
    assert pending("judge", AS_OF, "other rules", sources=[]) == []


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("change", ["dossier", "pause", "evidence", "pause of evidence", "match", "no match", "correction"])
def test_a_change_of_any_input_makes_its_partition_pending_and_no_other(change: str) -> None:
    with load("load", "x") as current:
        if change == "dossier":
            current.merge(DOSSIERS, dossiers("A", status=10))
        elif change == "pause":
            current.merge_children(PAUSES, pauses(("A", 0)), dossiers("A"))
        elif change == "evidence":
            current.merge(DOSSIERS, dossiers("L", **LAND, returned_at=datetime(2026, 3, 9, tzinfo=UTC)))
        elif change == "pause of evidence":
            current.merge_children(PAUSES, pauses(("L", 0), source="land"), dossiers("L", source="land"))
        elif change == "match":
            current.merge(MATCHES, matches(("B", "L")))
        elif change == "no match":
            current.replace(MATCHES, matches(), {"source": "province"})
        else:
            current.merge(CORRECTIONS, CORRECTIONS.frame([correction("A")]))
    assert pending("judge", AS_OF, "r") == [MARCH]
    judge_all()
    assert pending("judge", AS_OF, "r") == []


def correction(code: str) -> dict[str, object]:
    return {
        "correction_id": "c" * 64,
        "source": "province",
        "code": code,
        "field": "done_at",
        "new_value": "2026-03-06T10:00:00+07:00",
        "evidence": "register, page 7",
        "proposed_by": "a",
        "approved_by": "b",
        "state": "approved",
        "package": "p",
        "received_at": datetime(2026, 3, 31, tzinfo=UTC),
    }


@pytest.mark.usefixtures("loaded")
def test_a_change_of_the_directory_makes_everything_pending() -> None:
    with load("load", "units") as current:
        unit = {"unit_code": "H99", "valid_from": date(2025, 1, 1), "name": "x", "level": "province"}
        current.merge(UNITS, UNITS.frame([unit]))
    assert pending("judge", AS_OF, "r") == [FEBRUARY, MARCH]
    judge_all()
    assert pending("judge", AS_OF, "r") == []


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("fields", "open_"),
    [
        ({"status": 4}, True),
        ({"status": None}, True),
        ({"status": 9, "done_at": None}, True),
        ({"status": 9}, False),
        ({"status": 3, "done_at": None, "refused_at": datetime(2026, 3, 3, tzinfo=UTC)}, False),
        ({"status": 10, "done_at": None, "returned_at": datetime(2026, 3, 3, tzinfo=UTC)}, False),
    ],
)
def test_another_day_makes_only_partitions_with_open_dossiers_pending(fields: dict[str, object], open_: bool) -> None:
    with load("load", "province") as current:
        current.merge(DOSSIERS, dossiers("A", **fields))
    judge_all()
    assert pending("judge", date(2026, 4, 1), "r") == ([MARCH] if open_ else [])
    assert pending("judge", AS_OF, "r") == []


@pytest.mark.usefixtures("loaded")
def test_a_dossier_that_the_judge_found_open_is_judged_again_another_day() -> None:
    verdict = {
        "source": "province",
        "code": "F",
        "policy": "qd766",
        "recorded_state": "finished",
        "recorded_timeliness": "on_time",
        "state": "in_progress",
        "timeliness": "on_time",
        "verdict": "on_time",
        "counted": True,
        "moving": True,
        "as_of": AS_OF,
    }
    with load("judge", "x") as current:
        current.merge(VERDICTS_TABLE, VERDICTS_TABLE.frame([verdict]))
    assert pending("judge", date(2026, 4, 1), "r") == [FEBRUARY]


@pytest.mark.usefixtures("loaded")
def test_a_load_that_commits_late_with_a_smaller_number_is_not_missed() -> None:
    with load("load", "land") as early:
        early.merge(DOSSIERS, dossiers("L", **LAND, status=10))
        with load("load", "province") as late:
            late.merge(DOSSIERS, dossiers("A", status=10))
        assert late.change_number > early.change_number
        through = high_watermark()
        assert through < early.change_number
        with load("judge", MARCH.key) as current:
            current.progress("judge", MARCH.key, through=through, as_of=AS_OF, rules_digest="r")
    assert pending("judge", AS_OF, "r") == [MARCH], "the early load was invisible when March was judged"
    judge_all()
    assert pending("judge", AS_OF, "r") == []


def test_the_horizon_follows_what_is_committed_and_undone() -> None:
    assert high_watermark() == 0
    with load("load", "a") as first:
        assert high_watermark() == first.change_number - 1
    assert high_watermark() == first.change_number == 1

    def fail() -> None:
        with load("load", "b"):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert high_watermark() == 2
    assert fetch_all("SELECT max(change_number) FROM audit.ledger") == [(1,)]


@pytest.mark.usefixtures("loaded")
def test_small_partitions_are_batched_and_what_was_never_done_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    april, desk = Partition("province", date(2026, 4, 1)), Partition("desk", date(2026, 3, 1))
    with load("load", "province") as current:
        current.merge(DOSSIERS, dossiers("C", partition_month=april.month))
        current.merge(DOSSIERS, dossiers("D", source="desk"))
    everything = [desk, FEBRUARY, MARCH, april]
    done_before = Batch.of(MARCH, FEBRUARY)
    assert batched("judge", everything, "r") == [Batch.of(desk), done_before, Batch.of(april)]
    assert batched("judge", everything, "other rules") == [Batch.of(desk), Batch.of(FEBRUARY, MARCH, april)]
    assert str(done_before) == "province/2026-02…2026-03"
    assert batched("judge", [], "r") == []
    monkeypatch.setattr("tasks.warehouse.batches.MAX_BATCH_ROWS", 2)  # March has two dossiers
    assert batched("judge", everything, "other rules") == [Batch.of(one) for one in everything]


def test_a_batch_is_of_one_source() -> None:
    with pytest.raises(ValueError, match="one source"):
        Batch.of(MARCH, Partition("desk", date(2026, 3, 1)))
    with pytest.raises(ValueError, match="one source"):
        Batch.of()
