"""The folder adapter: what is taken, what is refused, and in which order."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config.errors import SourceError, TransientError
from config.sources import Source
from tasks.sources.adapters import adapter_for
from tasks.sources.protocol import CSV, OLD_WORKBOOK, WORKBOOK, Window

Make = Callable[..., Source]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    return inbox


@pytest.fixture
def drop(folder: Path) -> Make:
    def make(**files: Any) -> Source:
        options = {"folder": str(folder), "pattern": "*", **files}
        given = {"name": "drop", "title": "Drop", "kind": "files", "profile": "table", "columns": {"code": "Mã hồ sơ"}}
        return Source.model_validate({**given, "files": options})

    return make


def names(source: Source) -> list[str]:
    return [page.name for page in adapter_for(source).pages(Window())]


def test_files_come_whole_oldest_first_with_what_they_are(folder: Path, drop: Make) -> None:
    for place, name in enumerate(["c.csv", "b.XLSX", "a.xls"]):
        (folder / name).write_bytes(name.encode())
        os.utime(folder / name, (1000 + place, 1000 + place))
    found = list(adapter_for(drop()).pages(Window()))
    assert [(page.name, page.media_type, page.body) for page in found] == [
        ("c.csv", CSV, b"c.csv"),
        ("b.XLSX", WORKBOOK, b"b.XLSX"),
        ("a.xls", OLD_WORKBOOK, b"a.xls"),
    ]


def test_only_files_of_the_pattern_that_are_complete_are_taken(folder: Path, drop: Make) -> None:
    for name in ["xa-1.xlsx", "xa-2.XLSX", "~$xa-1.xlsx", ".xa-3.xlsx", "notes.docx", "xa-4.csv"]:
        (folder / name).write_bytes(b"x")
    assert sorted(names(drop(pattern="*.xlsx"))) == ["xa-1.xlsx", "xa-2.XLSX"]


def test_a_link_is_refused_wherever_it_leads(folder: Path, drop: Make, tmp_path: Path) -> None:
    secret = tmp_path / "outside.csv"
    secret.write_text("Mã hồ sơ\nsecret")
    (folder / "link.csv").symlink_to(secret)
    with pytest.raises(SourceError, match="link") as caught:
        names(drop())
    assert not isinstance(caught.value, TransientError)


def test_what_is_no_plain_file_is_refused(folder: Path, drop: Make) -> None:
    os.mkfifo(folder / "pipe.csv")
    with pytest.raises(SourceError, match="no plain file"):
        names(drop())


def test_a_file_beyond_the_cap_is_refused(folder: Path, drop: Make) -> None:
    (folder / "large.csv").write_bytes(b"x" * 1_000_001)
    with pytest.raises(SourceError, match="larger than 1 MB"):
        names(drop(largest_mb=1))


def test_a_folder_that_is_away_is_transient(drop: Make, folder: Path) -> None:
    folder.rmdir()
    with pytest.raises(TransientError, match=r"its folder is not there.*Check that files\.folder names"):
        names(drop())


def test_a_folder_that_is_away_is_told_by_its_variable(drop: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COMMUNES", str(tmp_path / "nguyen-van-a"))
    with pytest.raises(TransientError, match=r"its folder is not there.*Check that COMMUNES names") as told:
        names(drop(folder={"env": "COMMUNES"}))
    assert "nguyen" not in str(told.value), "a folder's name may be a person's"


def test_what_is_no_folder_is_told_so(drop: Make, folder: Path) -> None:
    folder.rmdir()
    folder.write_text("", encoding="utf-8")
    with pytest.raises(TransientError, match="its folder is not there"):
        names(drop())


@pytest.mark.parametrize("pattern", ["../*.csv", "sub/*.csv", "..\\x.csv"])
def test_a_pattern_cannot_leave_the_folder(drop: Make, pattern: str) -> None:
    with pytest.raises(ValidationError, match="without / or"):
        drop(pattern=pattern)
