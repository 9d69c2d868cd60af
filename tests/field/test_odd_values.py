"""One value, line or file never stops a source: it is kept as a reject with its place, and everything else loads."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.sources import Source
from tasks.loading.pages import load_source
from tasks.preview.source_check import look_at
from tasks.pull import pull_source
from tasks.sources.adapters import adapter_for
from tasks.sources.formats.records import REFUSED
from tasks.sources.pages import Landed, read_pages
from tasks.sources.protocol import Window
from tasks.warehouse.engine import fetch_all

PROFILES: dict[str, dict[str, Any]] = {
    "dvcqg": {"MaHoSo": "", "MaTTHC": "1.000001", "NgayTiepNhan": "20260302080000", "TrangThaiHoSo": "4", "GhiChu": "x"},
    "opencps": {
        "dossierNo": "",
        "serviceCode": "1.000001",
        "receiveDate": "2026-03-02 08:00:00",
        "dossierStatus": "processing",
    },
    "land_calls": {"SoBienNhan": "", "TenHam": "TiepNhanHoSo", "NgayTiepNhan": "20260302080000", "MaTTHC": "1.000001"},
    "table": {"ma": "", "tthc": "1.000001", "nhan": "2026-03-02", "ghi_chu": "x"},
}
KEYS = {"dvcqg": "MaHoSo", "opencps": "dossierNo", "land_calls": "SoBienNhan", "table": "ma"}


def nested(depth: int) -> str:
    return "[" * depth + "1" + "]" * depth


# JSON of a further field, written as text: no writer makes some of them.
VALUES = {
    "NUL in a value": '"o": "a\\u0000b"',
    "NUL in a name": '"o\\u0000": "a"',
    "raw control character": '"o": "a\x01b"',
    "half a character": '"o": "\\ud800"',
    "half a character in a name": '"\\udfff": 1',
    "endless word": f'"o": "{"a" * 40_000}"',
    "endless name": f'"{"a" * 40_000}": 1',
    "huge number": f'"o": 1{"0" * 5000}',
    "number beyond 64 bits": '"o": 123456789012345678901234567890',
    "number beyond a float": '"o": 1e400',
    "no number": '"o": NaN',
    "same key twice": '"o": 1, "o": 2',
    "empty name": '"": 1',
    "deep": f'"o": {nested(900)}',
    "list where text stands": '"GhiChu": [1], "briefNote": {"a": 1}, "ghi_chu": [[]]',
    "pause that ends on 0000-00-00": '"DanhSachHoSoBoSung": [{"NgayBoSung": "20260303080000", "NgayTiepNhanBoSung": "0000-00-00"}]',
    "log that is no list": '"DanhSachTienDo": "x", "dossierActions": 5',
    "due date of the year 20225": '"NgayHenTra": "20225-03-16", "dueDate": "0000-00-00", "hen": "16/03/20225"',
}


def source(profile: str, folder: Path, kind: str, **files: Any) -> Source:
    given: dict[str, Any] = {
        "name": "odd",
        "title": "Odd",
        "kind": "files",
        "profile": profile,
        "role": "evidence" if profile == "land_calls" else "primary",
        "statements": "partial" if profile == "land_calls" else "whole",
        "statuses": {"*": 4},
        "files": {"folder": str(folder), "pattern": f"*.{kind}", **files},
    }
    if profile == "table":
        given["columns"] = {
            "code": "ma",
            "procedure_code": "tthc",
            "received_at": "nhan",
            "summary": "ghi_chu",
            "due_at": "hen",
        }
        given["optional"] = ["due_at", "summary"]
    return Source.model_validate(given)


def records(profile: str, odd: str) -> list[str]:
    """Return six records as JSON, the third with something odd in it."""
    found = []
    for number in range(6):
        record = json.dumps({**PROFILES[profile], KEYS[profile]: f"H99.12-260302-{number:04d}"})
        found.append(f"{record[:-1]}, {odd}}}" if number == 2 and odd else record)
    return found


def page(kind: str, lines: list[str]) -> str:
    return "\n".join(lines) if kind == "jsonl" else f"[{','.join(lines)}]"


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize("kind", ["json", "jsonl"])
@pytest.mark.parametrize("profile", PROFILES)
def test_one_value_never_stops_a_source(tmp_path: Path, profile: str, kind: str) -> None:
    given = source(profile, tmp_path, kind)
    for place, odd in enumerate(VALUES.values()):
        text = page(kind, records(profile, odd)).replace("260302", f"2603{place:02d}")
        (tmp_path / f"{place:02d}.{kind}").write_text(text, encoding="utf-8")
    pull_source(given)
    load_source(given)
    held = {code for (code,) in fetch_all("SELECT code FROM core.dossiers")}
    for place, name in enumerate(VALUES):
        here = {code[-4:] for code in held if f"2603{place:02d}" in code}
        assert {"0000", "0001", "0003", "0004", "0005"} <= here, name
    kept = fetch_all("SELECT count(*) FROM raw.rejected")[0][0]
    assert len(held) + kept == 6 * len(VALUES)
    assert look_at(given, datetime.now(UTC)).records > 0


LINES = {
    "cut": ('{"MaHoSo": "H99.12-26', "broken_line"),
    "no JSON": ("hello", "broken_line"),
    "bytes that are no text": ('{"MaHoSo": "\udcff"}', "broken_line"),
    "too deep": (f'{{"MaHoSo": {nested(5000)}}}', "nested_too_deeply"),
    "a number": ("5", "not_an_object"),
    "null": ("null", "not_an_object"),
}


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize("place", [0, 3, 6])
@pytest.mark.parametrize(("line", "reason"), LINES.values(), ids=LINES)
def test_one_broken_line_is_a_reject_with_its_place(tmp_path: Path, line: str, reason: str, place: int) -> None:
    lines = records("dvcqg", "")
    lines.insert(place, line)
    (tmp_path / "so.jsonl").write_bytes("\n".join(lines).encode("utf-8", "surrogateescape"))
    given = source("dvcqg", tmp_path, "jsonl")
    pull_source(given)
    load_source(given)
    assert fetch_all("SELECT count(*) FROM core.dossiers")[0][0] == 6
    assert fetch_all("SELECT reason, page_position FROM raw.rejected") == [(reason, place)]


@pytest.mark.parametrize("apart", [True, False])
def test_a_record_nested_without_end_does_not_take_its_page_with_it(tmp_path: Path, apart: bool) -> None:
    given = source("dvcqg", tmp_path, "json")
    bodies = [
        f'{{"error_code": "0", "result": [{",".join(records("dvcqg", odd))}]}}'.encode()
        for odd in ("", f'"o": {nested(5000)}', "", '"o": {"a": 1}')
    ]
    read = read_pages([Landed(str(n), body, "application/json") for n, body in enumerate(bodies)], given, apart=apart).joined()
    assert read.rejected["reason"].tolist() == ["nested_too_deeply"]
    assert read.rejected["page_position"].tolist() == [2]
    assert len(read.dossiers) == 4 * 6 - 1
    assert REFUSED not in read.shape.fields


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize("kind", ["link", "large", "pipe", "folder", "link to nothing"])
def test_one_file_that_is_not_taken_does_not_stop_the_others(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a.jsonl").write_text(page("jsonl", records("dvcqg", "")), encoding="utf-8")
    odd = tmp_path / "b.jsonl"
    reason = {"large": "file_too_large", "pipe": "file_not_plain", "folder": "file_not_plain"}.get(kind, "file_is_link")
    if kind == "link":
        odd.symlink_to(tmp_path / "a.jsonl")
    elif kind == "large":
        odd.write_bytes(b" " * 1_000_001)
    elif kind == "pipe":
        os.mkfifo(odd)
    elif kind == "folder":
        odd.mkdir()
    else:
        odd.symlink_to(tmp_path / "nowhere")
    given = source("dvcqg", tmp_path, "jsonl", largest_mb=1)
    pull_source(given)
    load_source(given)
    assert fetch_all("SELECT count(*) FROM core.dossiers")[0][0] == 6
    assert fetch_all("SELECT r.reason, g.name FROM raw.rejected AS r JOIN raw.pages AS g USING (source, page_digest)") == [
        (reason, "b.jsonl")
    ]
    assert pull_source(given) is None, "told once"
    odd.rmdir() if kind == "folder" else odd.unlink()
    odd.write_text(page("jsonl", [records("dvcqg", "")[0].replace("260302", "260401")]), encoding="utf-8")
    pull_source(given)
    load_source(given)
    assert fetch_all("SELECT count(*) FROM core.dossiers")[0][0] == 7
    assert [one.name for one in adapter_for(given).pages(Window())] == ["a.jsonl", "b.jsonl"]
