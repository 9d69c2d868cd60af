"""A folder of files that shrinks is not believed until somebody accepts it; one whose files come and go is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import ShrinkageError
from config.sources import Shrinkage, Source
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.pulling.shrinkage import accept
from tasks.warehouse.engine import fetch_all

pytestmark = pytest.mark.usefixtures("warehouse")


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Source]:
    columns = {"code": "Mã hồ sơ", "received_at": "Ngày tiếp nhận"}
    given = {"name": "books", "title": "Books", "kind": "files", "profile": "table", "columns": columns}
    files = {"folder": str(tmp_path), "pattern": "*.csv"}
    return Source.model_validate({**given, "files": files, "shrinkage": {"share": 0.2, "least": 10}})


def put(folder: Path, name: str, numbers: range, note: str = "") -> None:
    rows = "".join(f"H99.12-260105-{n:04d},05/01/2026\n" for n in numbers)
    (folder / name).write_text(f"Mã hồ sơ,Ngày tiếp nhận\n{rows}", encoding="utf-8")


def refresh(source: Source) -> str | None:
    try:
        return pull_source(source)
    finally:
        load_source(source)


def held() -> int:
    return int(fetch_all("SELECT count(*) FROM core.dossiers")[0][0])


def test_a_file_cut_short_under_its_name_waits_until_it_is_mended_or_accepted(tmp_path: Path, source: Source) -> None:
    put(tmp_path, "a.csv", range(20))
    put(tmp_path, "b.csv", range(20, 40))
    refresh(source)
    put(tmp_path, "a.csv", range(15))
    put(tmp_path, "c.csv", range(40, 50))
    for _ in range(2):
        with pytest.raises(ShrinkageError, match=r"holds 15 records in the file a\.csv where 20 are known"):
            refresh(source)
    assert held() == 40, "nothing of the pull was loaded"
    put(tmp_path, "a.csv", range(21))
    refresh(source)
    assert held() == 50
    put(tmp_path, "a.csv", range(17))
    assert refresh(source) is not None, "within the limit"
    put(tmp_path, "a.csv", range(12))
    with pytest.raises(ShrinkageError, match="12 records in the file"):
        refresh(source)
    accept("books")
    assert refresh(source) is not None
    assert refresh(source) is None
    assert fetch_all("SELECT count(*) FROM raw.pages WHERE loaded_at IS NULL") == [(0,)]


def test_files_that_are_taken_away_are_missed_unless_others_come_for_them(tmp_path: Path, source: Source) -> None:
    for number, name in enumerate("abcdef"):
        put(tmp_path, f"{name}.csv", range(10 * number, 10 * number + 10))
    refresh(source)
    (tmp_path / "a.csv").unlink()
    assert refresh(source) is None, "a sixth may go"
    for name in "bc":
        (tmp_path / f"{name}.csv").unlink()
    with pytest.raises(ShrinkageError, match="holds 30 records in all files where 50 are known"):
        refresh(source)
    put(tmp_path, "g.csv", range(60, 70))
    assert refresh(source) is not None, "a folder whose files come and go"
    for path in tmp_path.glob("*.csv"):
        path.unlink()
    for _ in range(2):
        with pytest.raises(ShrinkageError, match="holds 0 records in all files where 40 are known"):
            refresh(source)
    lenient = source.model_copy(update={"shrinkage": Shrinkage(share=None)})
    assert refresh(lenient) is None
    assert held() == 70
