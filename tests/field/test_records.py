"""Which record speaks: of double entries the one that came furthest, of statements the one modified last."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from config.sources import Source
from schemas.dossiers import DOSSIERS
from schemas.reference import UNITS
from tasks.loading.cleaned_pages import Cleaned, clean
from tasks.rules.linkage.matching import MATCH_COLUMNS, match_dossiers
from tasks.sources.pages import read_page
from tasks.sources.parsed_records import concatenated
from tasks.sources.protocol import JSON

ZONE = "Asia/Ho_Chi_Minh"
KEY = b"k" * 32


def local(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz=ZONE).tz_convert("UTC")


def entry(code: str, status: int | None, **fields: Any) -> dict[str, Any]:
    plain = {
        "source": "province",
        "code": code,
        "partition_month": datetime(2025, 6, 1).date(),
        "role": "primary",
        "procedure_code": "1.880002",
        "unit_code": "H88.02",
        "status": status,
        "received_at": local("2025-06-02 08:00"),
        "due_at": local("2025-06-16 17:00"),
    }
    return {**plain, **fields}


DONE = {"done_at": local("2025-06-10 09:00")}
LATER = {"received_at": local("2025-07-01 07:30"), "unit_code": "H88.212"}
# Entries of one dossier, and the code of the one that counts; each names the first entry as its second code.
COUNTED = {
    "a forgotten second entry": ([entry("B", 10, **DONE), entry("A", 4)], "B"),
    "forgotten and never touched": ([entry("B", 9), entry("A", 2)], "B"),
    "moved, finished at the new agency": ([entry("A", 4), entry("B", 10, **LATER, **DONE)], "B"),
    "moved, finished before": ([entry("A", 10, **DONE), entry("B", 4, **LATER)], "A"),
    "the finished one has no status, only its dates": ([entry("B", None, **DONE), entry("A", 4)], "B"),
    "handed over, not closed": ([entry("B", 4, returned_at=local("2025-06-10 09:00")), entry("A", 4)], "B"),
    "finished in the log alone": ([entry("B", 4, log_ended=True), entry("A", 4)], "B"),
    "the second entry was withdrawn to tidy up": ([entry("B", 4), entry("A", 7, **DONE)], "B"),
    "stopped at the old agency because it moved": ([entry("A", 8, **DONE), entry("B", 4, **LATER)], "B"),
    "withdrawn, and a second entry that nobody touched": ([entry("B", 7, **DONE), entry("A", 2)], "B"),
    "both finished, one tells more": ([entry("A", 9), entry("B", 9, **DONE)], "B"),
    "both finished, the same is told": ([entry("B", 9, **DONE), entry("A", 9, **DONE, **LATER)], "B"),
    "three, the last finished": ([entry("A", 4), entry("B", 5), entry("C", 10, **DONE, **LATER)], "C"),
    "three, the middle one finished": ([entry("A", 2), entry("B", 10, **DONE), entry("C", 4)], "B"),
}


@pytest.mark.parametrize("case", COUNTED, ids=str)
@pytest.mark.parametrize("chained", [False, True], ids=["all name the first", "each names the one before"])
def test_the_finished_or_richer_entry_is_counted(case: str, chained: bool) -> None:
    entries, counted = COUNTED[case]
    for place, one in enumerate(entries[1:], 1):
        one["alias_code"] = entries[place - 1 if chained else 0]["code"]
    for order in itertools.permutations(entries):
        stated = DOSSIERS.frame(list(order))
        rows = stated[list(MATCH_COLUMNS)].assign(withdrawn_at=stated["done_at"].where(stated["status"] == 7))
        rows["log_ended"] = pd.array([one.get("log_ended", False) for one in order], dtype="bool[pyarrow]")
        found = match_dossiers(rows, {"province": ZONE})
        repeats = found[found["kind"] == "duplicate_of"]
        assert set(repeats["other_code"]) == {counted}
        assert set(repeats["code"]) == {one["code"] for one in entries} - {counted}


def test_a_second_code_that_very_many_write_joins_nobody() -> None:
    crowd = DOSSIERS.frame([entry(f"A{n}", 9, alias_code="0") for n in range(50)])
    assert match_dossiers(crowd[list(MATCH_COLUMNS)].assign(withdrawn_at=crowd["refused_at"]), {"province": ZONE}).empty


def hub(statements: str = "partial", **own: Any) -> Source:
    return Source.model_validate(
        {
            "name": "hub",
            "title": "Hub",
            "kind": "files",
            "profile": "dvcqg",
            "statements": statements,
            "files": {"folder": "/nowhere", "pattern": "*.json"},
            **own,
        }
    )


def said(**fields: Any) -> dict[str, Any]:
    return {"MaHoSo": "H88.09-250602-0001", "MaTTHC": "1.880002", "NgayTiepNhan": "20250602080000", **fields}


NEW = said(TrangThaiHoSo="10", NgayKetThucXuLy="20250610090000", NgayTra="20250610100000", NgayCapNhat="2025-06-10T10:01:00")
OLD = said(TrangThaiHoSo="2", NgayCapNhat="2025-06-02T08:01:00")
UNDATED_NEW = {name: value for name, value in NEW.items() if name != "NgayCapNhat"}
UNDATED_OLD = {name: value for name, value in OLD.items() if name != "NgayCapNhat"}
AHEAD = {**OLD, "NgayCapNhat": "2035-06-02T08:01:00"}  # its year slipped: after the pull itself
PULL = datetime(2025, 7, 1, tzinfo=UTC)


def told(source: Source, *pulls: list[dict[str, Any]]) -> Cleaned:
    """What some pulls told, a page each, a day apart."""
    pages = [read_page(json.dumps(records).encode() + b" " * place, JSON, source) for place, records in enumerate(pulls)]
    names = [str(page.dossiers["page_digest"].iloc[0]) for page in pages]
    asked = {name: PULL + timedelta(days=place) for place, name in enumerate(names)}
    return clean(concatenated(pages), source, UNITS.frame(), KEY, asked)


@pytest.mark.parametrize("statements", ["whole", "partial"])
@pytest.mark.parametrize(
    ("pulls", "status"),
    [
        ([[OLD, NEW]], 10),
        ([[NEW, OLD]], 10),  # place in a file says nothing against the stated time
        ([[NEW], [OLD]], 10),  # nor does an old file that comes later
        ([[OLD], [NEW]], 10),
        ([[NEW], [UNDATED_OLD]], 2),  # a later pull shows what holds now
        ([[UNDATED_OLD], [NEW]], 10),
        ([[OLD], [UNDATED_NEW]], 10),
        ([[UNDATED_OLD], [UNDATED_NEW]], 10),
        ([[UNDATED_NEW], [UNDATED_OLD]], 2),
        ([[NEW], [{**OLD, "NgayCapNhat": NEW["NgayCapNhat"]}]], 2),  # equal times: the later pull
        ([[AHEAD], [NEW]], 10),
        ([[NEW, said(NgayCapNhat="2025-06-05T08:00:00", TrangThaiHoSo="4"), OLD]], 10),
    ],
)
def test_the_statement_modified_last_counts(statements: str, pulls: list[list[dict[str, Any]]], status: int) -> None:
    found = told(hub(statements), *pulls).dossiers
    assert found["status"].tolist() == [status]


def test_what_only_an_older_message_tells_stays() -> None:
    due = said(NgayHenTra="20250616170000", NgayCapNhat="2025-06-02T08:01:00")
    last = said(TrangThaiHoSo="4", NgayCapNhat="2025-06-05T08:00:00")
    for order in itertools.permutations([due, last, OLD]):
        (row,) = told(hub(), list(order)).dossiers.to_dict("records")
        assert (row["status"], row["due_at"]) == (4, local("2025-06-16 17:00"))


ASKED = {"TrangThaiBoSung": "Yêu cầu công dân bổ sung", "NgayBoSung": "2026-03-12 09:00:00"}
CAME = {"NgayTiepNhanBoSung": "2026-03-17 09:00:00"}


@pytest.mark.parametrize("statements", ["whole", "partial"])
@pytest.mark.parametrize(
    ("records", "pauses"),
    [
        ([ASKED, {**ASKED, "NgayHenTraTruoc": "2026-03-23 17:00:00"}], [("12", None)]),
        ([ASKED, {**ASKED, "NgayBoSung": "2026-03-12 09:02:00"}], [("12", None)]),
        ([ASKED, {**ASKED, **CAME}], [("12", "17")]),
        ([{**ASKED, **CAME}, ASKED], [("12", "17")]),
        ([{**ASKED, **CAME}, {**ASKED, "NgayBoSung": "2026-03-20 09:00:00"}], [("12", "17"), ("20", None)]),
        ([{**ASKED, "NgayTiepNhanBoSung": "2026-03-12 11:00:00"}, {**ASKED, "NgayBoSung": "2026-03-12 14:00:00"}], None),
    ],
)
def test_one_request_told_twice_is_one(statements: str, records: list[dict[str, str]], pauses: list[Any] | None) -> None:
    if statements == "whole":
        messages = [said(DanhSachHoSoBoSung=records)]
    else:
        messages = [
            said(DanhSachHoSoBoSung=[one], NgayCapNhat=f"2026-03-{12 + place}T10:00:00") for place, one in enumerate(records)
        ]
    found = told(hub(statements), messages).pauses
    days = [
        (start.tz_convert(ZONE).strftime("%d"), None if pd.isna(end) else end.tz_convert(ZONE).strftime("%d"))
        for start, end in zip(found["started_at"], found["ended_at"], strict=True)
    ]
    assert days == pauses or (pauses is None and len(days) == 2)


BOTH = {"NgayKetThucXuLy": "20250605100000", "NgayTra": "20250605110000"}


@pytest.mark.parametrize("presumed", [{}, {"ended": 9, "open": 4}], ids=["nothing presumed", "presumed"])
@pytest.mark.parametrize(
    ("fields", "status", "open_status", "marked"),
    [
        ({"TrangThaiHoSo": "Đã trả KQ", **BOTH}, 10, 10, True),
        ({"TrangThaiHoSo": "Xong rồi", "NgayKetThucXuLy": "20250605100000"}, 9, 9, True),
        ({"TrangThaiHoSo": "77", "NgayTra": "20250605110000"}, 10, 10, True),
        ({"TrangThaiHoSo": "", **BOTH}, 9, 9, False),
        ({"TrangThaiHoSo": "Đã trả KQ"}, None, None, True),  # nothing beside it: nobody knows
        ({"TrangThaiHoSo": ""}, None, 4, None),  # open only where the source's file presumes so
    ],
)
def test_a_status_nobody_knows_is_ended_where_an_end_stands_beside_it(
    presumed: dict[str, int], fields: dict[str, str], status: int | None, open_status: int | None, marked: bool | None
) -> None:
    (row,) = told(hub("whole", presumed=presumed), [said(**fields)]).dossiers.to_dict("records")
    wanted = open_status if presumed else status
    assert (None if pd.isna(row["status"]) else row["status"]) == wanted
    unknown = "unknown_status" in (row["marks"] if isinstance(row["marks"], str) else "").split()
    assert unknown == (marked if marked is not None else not presumed)
