"""A file whose values stand under other headings is held back: it judges nobody, and what was known before stays."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.errors import SourceError
from config.sources import Source
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tests.warehouse.snapshot import Snapshot, snapshot

HEADINGS = [
    "STT",
    "Mã hồ sơ",
    "Mã TTHC",
    "Đơn vị",
    "Hình thức",
    "Người nộp",
    "Số CCCD",
    "Nhận",
    "Hẹn",
    "Xong",
    "Trả",
    "Trạng thái",
]
FIELDS = {
    "code": "Mã hồ sơ",
    "procedure_code": "Mã TTHC",
    "unit": "Đơn vị",
    "channel": "Hình thức",
    "applicant_name": "Người nộp",
    "identity_number": "Số CCCD",
    "received_at": "Nhận",
    "due_at": "Hẹn",
    "done_at": "Xong",
    "returned_at": "Trả",
    "status": "Trạng thái",
}
Rows = list[list[str]]
STATES = "SELECT code, received_at, due_at, done_at, returned_at, status FROM core.dossiers ORDER BY code"


def register(seed: int, rows: int = 12, *, timed: bool = True) -> Rows:
    """A commune's register, sound: most finished, some open."""
    dice = random.Random(seed)  # noqa: S311 - the same rows every time
    form = "%d/%m/%Y %H:%M" if timed else "%d/%m/%Y"
    found = []
    for number in range(1, rows + 1):
        received = datetime(2025, 6, 2, 8, 0) + timedelta(days=dice.randrange(5), minutes=dice.randrange(400))
        due, done = received + timedelta(days=14, hours=2), received + timedelta(days=dice.randrange(2, 20), minutes=37)
        back = done + timedelta(days=dice.randrange(3), hours=1)
        ended = dice.random() < 0.7
        times = [received.strftime(form), due.strftime(form), *((t.strftime(form) if ended else "") for t in (done, back))]
        person = [f"Người {number}", f"0750930{number:05d}"]
        code = f"H88.211-{received:%y%m%d}-{number:04d}"
        status = "Đã trả kết quả" if ended else "Đang giải quyết"
        found.append([str(number), code, "1.880002", "UBND xã Đại Nghĩa", "Trực tiếp", *person, *times, status])
    return found


def inserted(at: int, value: str = "") -> Callable[[Rows], Rows]:
    return lambda rows: [[*row[:at], value, *row[at:-1]] for row in rows]


def dropped(at: int) -> Callable[[Rows], Rows]:
    return lambda rows: [[*row[:at], *row[at + 1 :], ""] for row in rows]


def exchanged(one: str, other: str) -> Callable[[Rows], Rows]:
    a, b = HEADINGS.index(one), HEADINGS.index(other)

    def swap(rows: Rows) -> Rows:
        found = [list(row) for row in rows]
        for row in found:
            row[a], row[b] = row[b], row[a]
        return found

    return swap


# Faults that show in a file by itself.
ALONE: dict[str, Callable[[Rows], Rows]] = {
    **{f"a column put in before {HEADINGS[at]}": inserted(at) for at in range(1, 11)},
    **{f"{HEADINGS[at]} left out": dropped(at) for at in range(11)},
    "receipt and due date exchanged": exchanged("Nhận", "Hẹn"),
    "receipt and end exchanged": exchanged("Nhận", "Xong"),
    "receipt and hand-over exchanged": exchanged("Nhận", "Trả"),
    "status and channel exchanged": exchanged("Trạng thái", "Hình thức"),
    "code and procedure exchanged": exchanged("Mã hồ sơ", "Mã TTHC"),
    "name and number exchanged": exchanged("Người nộp", "Số CCCD"),
}
# Faults that only what is known of the dossiers shows.
AGAIN: dict[str, Callable[[Rows], Rows]] = {
    "a column put in before the status": inserted(11),
    "the status left out": dropped(11),
    "end and hand-over exchanged": exchanged("Xong", "Trả"),
    "due date and end exchanged": exchanged("Hẹn", "Xong"),
    "due date and hand-over exchanged": exchanged("Hẹn", "Trả"),
}
FEWEST = {"a column put in before the status": 5, "the status left out": 5}
SOUND: dict[str, Callable[[Rows], Rows]] = {
    "as it was": lambda rows: rows,
    "some finished since": lambda rows: [[*row[:9], row[8], row[8], "Đã trả kết quả"] if row[9] == "" else row for row in rows],
    "all due dates extended": lambda rows: [[*row[:8], "30/07/2025 17:00", *row[9:]] for row in rows],
    "a status in words that nobody knows": lambda rows: [[*row[:-1], "Đã trả KQ"] for row in rows[:4]],
    "closed at night after the hand-over": lambda rows: [
        [*row[:9], "25/06/2025 00:30", "24/06/2025 16:00", row[11]] for row in rows
    ],
}


def books(folder: Path, **own: object) -> Source:
    given = {"name": "books", "title": "B", "kind": "files", "profile": "table", "columns": FIELDS, **own}
    return Source.model_validate({**given, "files": {"folder": str(folder), "pattern": "*.csv"}})


def drop(folder: Path, name: str, rows: Rows) -> None:
    (folder / name).write_text("\n".join(",".join(row) for row in [HEADINGS, *rows]) + "\n")


def load(source: Source) -> None:
    pull_source(source)
    load_source(source)


_known: dict[int, tuple[Path, Snapshot]] = {}


@pytest.fixture
def known(warehouse: Cluster, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], None]:
    """Has two sound files loaded, one of them with so many rows: once, then as they were put aside."""

    def have(rows: int) -> None:
        if rows in _known:
            kept, aside = _known[rows]
            shutil.copytree(kept, tmp_path, dirs_exist_ok=True)  # with the times of the files
            aside.restore()
            return
        drop(tmp_path, "so-1.csv", register(rows, rows))
        drop(tmp_path, "so-2.csv", [[*row[:1], row[1][:-4] + "9" + row[1][-3:], *row[2:]] for row in register(7, 5)])
        load(books(tmp_path))
        folder = tmp_path_factory.mktemp("known")
        _known[rows] = shutil.copytree(tmp_path, folder / "files"), snapshot(folder / "landing")

    return have


@pytest.mark.parametrize(
    ("fault", "rows"), [(fault, rows) for fault in [*ALONE, *AGAIN] for rows in (4, 12, 200) if rows >= FEWEST.get(fault, 2)]
)
def test_a_file_exported_again_with_its_columns_displaced_is_held(
    known: Callable[[int], None], tmp_path: Path, fault: str, rows: int
) -> None:
    known(rows)
    source, register_ = books(tmp_path), register(rows, rows)
    before = fetch_all(STATES)
    assert len(before) == rows + 5
    drop(tmp_path, "so-1.csv", (ALONE | AGAIN)[fault](register_))
    drop(tmp_path, "so-3.csv", [[*row[:1], row[1][:-4] + "8" + row[1][-3:], *row[2:]] for row in register(8, 5)])
    with pytest.raises(SourceError, match=r"so-1\.csv.* under other headings"):
        load(source)
    after = fetch_all(STATES)
    assert [row for row in after if row[0][-4] != "8"] == before
    assert len(after) == len(before) + 5  # the others of the pull are loaded
    assert {what for (what,) in fetch_all("SELECT what FROM quality.drift WHERE policy = 'stop'")} == {"displaced_cells"}


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize("timed", [True, False], ids=["times", "days"])
@pytest.mark.parametrize("fault", ALONE)
def test_a_first_file_whose_columns_are_displaced_is_held(tmp_path: Path, fault: str, timed: bool) -> None:
    source = books(tmp_path)
    drop(tmp_path, "so-1.csv", ALONE[fault](register(3, timed=timed)))
    with pytest.raises(SourceError, match="under other headings"):
        load(source)
    assert fetch_all(STATES) == []


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize("timed", [True, False], ids=["times", "days"])
@pytest.mark.parametrize("change", SOUND)
def test_a_sound_file_passes_first_and_again(tmp_path: Path, change: str, timed: bool) -> None:
    source, rows = books(tmp_path), register(4, timed=timed)
    drop(tmp_path, "so-1.csv", rows)
    load(source)
    drop(tmp_path, "so-1.csv", SOUND[change](rows))
    load(source)
    drop(tmp_path, "so-2.csv", SOUND[change](register(5, timed=timed)))
    load(source)
    assert fetch_all("SELECT count(*) FROM raw.pages WHERE loaded_at IS NULL") == [(0,)]


@pytest.mark.usefixtures("warehouse")
def test_the_right_file_takes_the_place_of_the_held_one_and_an_office_may_let_it_pass(tmp_path: Path) -> None:
    rows = register(6)
    drop(tmp_path, "so-1.csv", exchanged("Nhận", "Hẹn")(rows))
    for _ in range(2):  # it is told each time, not once
        with pytest.raises(SourceError, match=r"so-1\.csv"):
            load(books(tmp_path))
    drop(tmp_path, "so-1.csv", rows)
    load(books(tmp_path))
    right = fetch_all(STATES)
    assert len(right) == len(rows)
    drop(tmp_path, "so-1.csv", exchanged("Xong", "Trả")(rows))
    load(books(tmp_path, drift={"displaced_cells": "warn"}))
    assert fetch_all(STATES) != right
    drop(tmp_path, "so-1.csv", rows + register(9, 1))
    load(books(tmp_path))  # what puts contradictions right is not held
    assert fetch_all(STATES)[: len(right)] != []
