"""A small extract of Boston's open data, read with the example file as an office would copy it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.sources.real_files import flagged_late, read, times

DATA = Path(__file__).parent.parent / "data" / "boston311"


def test_the_extract_says_what_its_table_of_kinds_says() -> None:
    source, cleaned = read("boston311-2016", DATA, "open_and_closed_2016_extract.csv")
    local, late = times(source, cleaned.dossiers), flagged_late(cleaned.dossiers)
    received, due, done = local["received_at"], local["due_at"], local["done_at"]
    ended, target = ~np.isnat(done), ~np.isnat(due)
    before = done < received
    kinds = {
        "before": before,
        "open_late": ~ended & late,
        "closed_late": ended & ~before & (done > due),
        "closed": ended & ~before & target & (done <= due),
        "closed_no_target": ended & ~before & ~target,
        "open_no_target": ~ended & ~target,
    }
    counts = {name: int(rows.sum()) for name, rows in kinds.items()}
    assert counts == {
        "before": 5,
        "open_late": 30,
        "closed_late": 25,
        "closed": 45,
        "closed_no_target": 25,
        "open_no_target": 20,
    }
    assert len(cleaned.dossiers) == 150
    assert len(cleaned.rejected) == 0
    assert cleaned.dossiers["marks"].isna().all()


def test_the_citys_flag_is_what_its_own_times_say() -> None:
    source, cleaned = read("boston311-2016", DATA, "open_and_closed_2016_extract.csv")
    local, late = times(source, cleaned.dossiers), flagged_late(cleaned.dossiers)
    both = ~np.isnat(local["due_at"]) & ~np.isnat(local["done_at"])
    assert ((local["done_at"] > local["due_at"]) == late)[both].all()


def test_times_are_boston_times_in_winter_and_in_summer() -> None:
    _, cleaned = read("boston311-2016", DATA, "open_and_closed_2016_extract.csv")
    first = cleaned.dossiers.set_index("code").loc["101001685698", "received_at"]
    assert first.isoformat() == "2016-01-01T08:28:00+00:00"  # 03:28 with five hours
