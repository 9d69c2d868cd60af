"""An old file that comes again, or comes late, takes nothing away from what was modified after it."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.sources import Source
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.warehouse.engine import fetch_all

HEAD = "Mã,Nhận,Xong,Trạng thái,Sửa"
OLD = "H88.09-250602-0001,02/06/2025 08:00,,4,05/06/2025 09:00"
NEW = "H88.09-250602-0001,02/06/2025 08:00,10/06/2025 09:00,9,10/06/2025 09:01"
STATES = "SELECT code, status FROM core.dossiers ORDER BY code"


def drop(folder: Path, name: str, *rows: str) -> None:
    (folder / name).write_text("\n".join([HEAD, *rows]) + "\n")
    columns = {"code": "Mã", "received_at": "Nhận", "done_at": "Xong", "status": "Trạng thái", "modified_at": "Sửa"}
    given = {"name": "books", "title": "B", "kind": "files", "profile": "table", "columns": columns}
    source = Source.model_validate({**given, "files": {"folder": str(folder), "pattern": "*.csv"}})
    pull_source(source)
    load_source(source)


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize(
    ("then", "status"),
    [
        (OLD, 9),
        (OLD.replace("05/06/2025 09:00", "10/06/2025 09:01"), 4),  # equal times: the later pull shows what holds now
        (OLD.replace("05/06/2025 09:00", "11/06/2025 09:01"), 4),  # taken up again
        (OLD.replace("05/06/2025 09:00", ""), 4),  # a later pull without a time
        (OLD.replace("05/06/2025 09:00", "05/06/2033 09:00"), 4),
    ],
)
def test_a_later_load_counts_unless_it_was_modified_earlier(tmp_path: Path, then: str, status: int) -> None:
    drop(tmp_path, "a.csv", NEW)
    other = "H88.09-250603-0002,03/06/2025 08:00,,4,03/06/2025 09:00"
    drop(tmp_path, "b.csv", then, other)
    assert fetch_all(STATES) == [("H88.09-250602-0001", status), ("H88.09-250603-0002", 4)]


@pytest.mark.usefixtures("warehouse")
def test_a_modification_that_lies_ahead_of_its_own_load_freezes_nothing(tmp_path: Path) -> None:
    drop(tmp_path, "a.csv", OLD.replace("05/06/2025 09:00", "05/06/2093 09:00"))
    drop(tmp_path, "b.csv", NEW)
    assert fetch_all(STATES) == [("H88.09-250602-0001", 9)]


@pytest.mark.usefixtures("warehouse")
def test_what_an_older_file_says_of_a_waiting_changes_nothing_either(tmp_path: Path) -> None:
    drop(tmp_path, "a.csv", NEW)
    before = fetch_all("SELECT changed_in FROM core.dossiers")
    drop(tmp_path, "b.csv", OLD)
    assert fetch_all("SELECT changed_in FROM core.dossiers") == before
    assert fetch_all("SELECT count(*) FROM core.dossier_versions") == [(1,)]
    assert fetch_all("SELECT count(*) FROM raw.pages WHERE loaded_at IS NULL") == [(0,)]
