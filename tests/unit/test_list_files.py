"""Lists that people ask for: of their owner alone, whatever the umask and whatever stood there before."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from tasks.reports.list_files import write_frame, write_whole


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_a_list_is_its_owners_alone_whatever_the_umask(mask: int, tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    path.write_text("an older list that everybody could read", encoding="utf-8")
    path.chmod(0o644)
    before = os.umask(mask)
    try:
        write_frame(path, pd.DataFrame({"code": ["H99.12-260301-0001"]}))
        told = write_whole(tmp_path / "page.html", "for everybody", private=False)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert told.stat().st_mode & 0o777 == 0o666 & ~mask
