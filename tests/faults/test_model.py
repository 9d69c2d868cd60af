"""Random sequences of steps equal the plain model after each: a few here, hundreds by ``make faults``."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tasks.warehouse.cluster import Cluster
from tests.faults import plain_model
from tests.faults import small_desk as desk
from tests.faults.plain_model import FINISHED, OPEN, WITHDRAWN, Facts, Model
from tests.matrix.row import chance_of
from tests.matrix.sequences import made
from tests.warehouse.snapshot import Snapshot

SEED, PARTS, STEPS = 20, 10, 8


@pytest.fixture(scope="module")
def begun(_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Snapshot]]:
    folder = tmp_path_factory.mktemp("model")
    with desk.small_office(_cluster, folder) as begin:
        yield folder, begin


@pytest.mark.parametrize("part", range(PARTS))
def test_a_random_sequence_equals_the_model_after_each_step(
    part: int, begun: tuple[Path, Snapshot], warehouse: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, begin = begun
    desk.enter(monkeypatch, folder, warehouse.home)
    found = made(chance_of(SEED, part), begin, folder, warehouse.home, STEPS)
    assert len(found.made) == STEPS


def test_the_model_shares_no_code_with_the_product() -> None:
    tree = ast.parse(Path(plain_model.__file__).read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_the_model_counts_as_it_is_worked_out_by_hand() -> None:
    """Friday 6 March and three working days are Wednesday 11 March."""
    friday, due = date(2026, 3, 6), date(2026, 3, 10)
    facts = Facts("H99.1", "1.000001", FINISHED, friday, due, date(2026, 3, 11))
    model = Model(
        desk={
            "a": facts,
            "b": Facts("H99.1", "1.000001", OPEN, friday, due),
            "c": Facts("H99.2", "1.000001", WITHDRAWN, friday, due, due),
        }
    )
    model.ingest()
    model.correct("p", [("a", "done", "2026-03-12")])
    model.rerun()
    model.publish()
    assert model.published is not None
    at_first = {key: number for key, number in model.published.items() if key[1] == "H99.1"}
    figures = {"received": 2, "in_progress_overdue": 1, "finished_late": 1, "late": 2}
    assert at_first == {
        (basis, "H99.1", figure): number for basis in ("recorded", "cleaned") for figure, number in figures.items()
    }
    model.undo("p")
    model.correct("p", [("a", "done", "2026-03-12")])  # it was taken back, and does not come again
    assert model.figures()["cleaned", "H99.1", "finished_on_time"] == 1
    del model.desk["b"]
    model.ingest()
    assert set(model.known) == {"a", "b", "c"}
