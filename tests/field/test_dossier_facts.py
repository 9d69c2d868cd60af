"""Facts of dossiers as real systems get them wrong, from their records to the verdict: `cases/ho-so.yaml` says what is right."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from config.files import read_yaml
from config.read_once import forget
from tasks.check import check_batch
from tasks.judge import judge_batch
from tasks.judging.judged_sources import source_named
from tasks.judging.rules_digest import rules_digest
from tasks.loading.pages import load_source
from tasks.match import match_all
from tasks.pull import pull_source
from tasks.warehouse.batches import Batch
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.partitions import pending
from tests.warehouse.emptying import empty_warehouse

CASES: list[dict[str, Any]] = read_yaml(Path(__file__).parent / "cases" / "ho-so.yaml")["cases"]
DAY = date(2026, 3, 31)
EXCHANGE = """
recorded: {end: [done_at, returned_at], compare: instant, no_due: on_time}
statuses: {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6, "7": 7, "8": 8, "9": 9, "10": 10}
channels: {"1": counter, "2": online, "3": postal, "": counter}
person_kinds: {"0": person, "1": person, "2": business}
presumed: {ended: 9, open: 4}
files: {folder: {env: FIELD}, pattern: "%s"}
"""
SOURCES = {
    "mot-cua": "title: Một cửa\nkind: files\nprofile: dvcqg\n" + EXCHANGE % "mot-cua.json",
    "thong-diep": "title: Thông điệp\nkind: files\nprofile: dvcqg\nstatements: partial\n" + EXCHANGE % "thong-diep.json",
    "so-xa": """
title: Sổ của xã
kind: files
profile: table
recorded: {end: [done_at, returned_at], compare: date, no_due: on_time}
columns: {code: [ma], procedure_code: [thu-tuc], unit: [don-vi], applicant_name: [nop], received_at: [nhan],
  due_at: [hen], done_at: [xong], returned_at: [tra], status: [trang-thai]}
statuses: {Mới tiếp nhận: 2, Đang giải quyết: 4, Đã giải quyết: 9, Đã trả kết quả: 10}
presumed: {ended: 9, open: 4}
files: {folder: {env: FIELD}, pattern: "so-xa.csv"}
""",
    "buu-chinh": """
title: Bưu chính
kind: files
profile: postal
role: evidence
columns: {code: [ma], received_at: [nhan], returned_at: [phat], status: [trang-thai]}
statuses: {Đã phát: 10, Đang vận chuyển: 9, "*": null}
files: {folder: {env: FIELD}, pattern: "buu-chinh.csv"}
""",
    "dat-dai": """
title: Phần mềm đất đai
kind: files
profile: table
role: evidence
columns: {code: [bien-nhan], receipt_number: [bien-nhan], alias_code: [ma], received_at: [nhan], done_at: [xong], status: [trang-thai]}
codes: free
statuses: {"0": 9, "*": 7, "": 4}
files: {folder: {env: FIELD}, pattern: "dat-dai.csv"}
""",
    "danh-muc": """
title: Danh mục thủ tục
kind: files
profile: catalogue
role: reference
columns: {procedure_code: [ma], name: [ten], limit_text: [thoi-han], valid_from: [tu-ngay]}
files: {folder: {env: FIELD}, pattern: "danh-muc.csv"}
""",
    "don-vi": """
title: Danh mục cơ quan
kind: files
profile: units
role: reference
columns: {unit_code: [ma], name: [ten], level: [cap], parent_code: [cha], valid_from: [tu], valid_to: [den], succeeded_by: [ke-thua]}
levels: {SO: department, XA: commune}
files: {folder: {env: FIELD}, pattern: "don-vi.csv"}
""",
}
LIMITS = [
    ["ma", "ten", "thoi-han", "tu-ngay"],
    ["1.970001", "Thủ tục mười ngày", "10 ngày làm việc", "2020-01-01"],
    ["1.970002", "Thủ tục năm ngày", "5 ngày làm việc", "2020-01-01"],
    ["1.970003", "Thủ tục một tháng", "1 tháng", "2020-01-01"],
    ["1.970004", "Thủ tục hai mươi ngày", "20 ngày", "2020-01-01"],
]
UNITS = [
    ["ma", "ten", "cap", "cha", "tu", "den", "ke-thua"],
    ["H97.02", "Sở Xây dựng", "SO", "", "2020-01-01", "", ""],
    ["H97.05", "Văn phòng Đăng ký đất đai", "SO", "", "2020-01-01", "", ""],
    ["H97.31", "Ủy ban nhân dân xã Suối Cũ", "XA", "", "2020-01-01", "2025-06-30", "H97.42"],
    ["H97.41", "Ủy ban nhân dân xã Bản Ngoạn", "XA", "", "2020-01-01", "", ""],
    ["H97.42", "Ủy ban nhân dân xã Suối Mới", "XA", "", "2025-07-01", "", ""],
]
BOOK = ("ma", "thu-tuc", "don-vi", "nop", "nhan", "hen", "xong", "tra", "trang-thai")
Record = dict[str, Any]
Judged = dict[str, tuple[str, date | None, str]]


@pytest.fixture(scope="module")
def judged(_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judged]:
    """Every case in one province: read, matched, checked and judged once."""
    folder = tmp_path_factory.mktemp("field")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("MOTCUA_")]:
            patch.delenv(name)
        patch.setenv("MOTCUA_HOME", str(_cluster.home))
        patch.setenv("MOTCUA_SOURCES_DIR", str(folder / "sources"))
        patch.setenv("FIELD", str(folder))
        write(folder)
        forget()
        empty_warehouse()
        yield run()


def run() -> Judged:
    """Do what a daily run does, without its scheduler; return verdict, due day and reasons by code."""
    for name in ("danh-muc", "don-vi", *(name for name in SOURCES if name not in ("danh-muc", "don-vi"))):
        pull_source(source_named(name))
        load_source(source_named(name))
    match_all(DAY)
    for stage, work in (("check", check_batch), ("judge", judge_batch)):
        for partition in pending(stage, DAY, rules_digest()):
            work(Batch.of(partition), DAY)
    query = """select code, case when counted then verdict else 'uncounted' end,
        (due_at at time zone 'Asia/Ho_Chi_Minh')::date, concat_ws(' ', reasons, missing) from judged.verdicts where policy = 'qd766'"""
    return {code: (verdict, due, why) for code, verdict, due, why in fetch_all(query)}


def write(folder: Path) -> None:
    """Write the records of all cases as each system exports them."""
    (folder / "sources").mkdir()
    for name, text in SOURCES.items():
        (folder / "sources" / f"{name}.yaml").write_text(text.lstrip(), encoding="utf-8")
    records = [record for case in CASES for record in case["records"]]
    of: Callable[[str], list[Record]] = lambda system: [record for record in records if record["in"] == system]  # noqa: E731
    (folder / "mot-cua.json").write_text(
        json.dumps([exchanged(one) for one in of("mot-cua")], ensure_ascii=False), encoding="utf-8"
    )
    (folder / "thong-diep.json").write_text(json.dumps([exchanged(one) for one in of("thong-diep")]), encoding="utf-8")
    table(folder / "so-xa.csv", [list(BOOK), *([of_book(one, name) for name in BOOK] for one in of("so-xa"))])
    post = [[one["ma"], one["nhan"], one["phat"], "Đã phát"] for one in of("buu-chinh")]
    table(folder / "buu-chinh.csv", [["ma", "nhan", "phat", "trang-thai"], *post])
    land = [[one["bien-nhan"], one["ma"], str(one["nhan"]), str(one["xong"]), "0"] for one in of("dat-dai")]
    table(folder / "dat-dai.csv", [["bien-nhan", "ma", "nhan", "xong", "trang-thai"], *land])
    table(folder / "danh-muc.csv", LIMITS)
    table(folder / "don-vi.csv", UNITS)


def table(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def of_book(record: Record, name: str) -> str:
    usual = {"thu-tuc": "1.970001", "don-vi": "Ủy ban nhân dân xã Bản Ngoạn", "nop": applicant(record)}
    return str(record.get(name, usual.get(name, "")))


def applicant(record: Record) -> str:
    """Another name for each dossier that names none, so that no two are taken for one."""
    return f"Roòng Thuấn {record['ma'].rpartition('-')[0][-6:]} {record['ma'][-4:]}"


def exchanged(record: Record) -> Record:
    """Return a record in the shape of the national exchange."""
    told = {
        "MaHoSo": record["ma"],
        "MaHoSoKhac": record.get("ma-khac", ""),
        "MaTTHC": record.get("thu-tuc", "1.970001"),
        "SoBienNhan": record.get("bien-nhan", ""),
        "MaDonViTiepNhan": record["ma"].split("-")[0] if "." in record["ma"].split("-")[0] else "H97.02",
        "DonViXuLy": record.get("don-vi", ""),
        "ChuHoSo": record.get("nop", applicant(record)),
        "LoaiDoiTuong": "1",
        "KenhThucHien": str(record.get("kenh", 1)),
        "NgayNopHoSo": stamp(record.get("gui")),
        "NgayTiepNhan": stamp(record.get("nhan")),
        "NgayHenTra": stamp(record.get("hen")),
        "NgayKetThucXuLy": stamp(record.get("xong")),
        "NgayTra": stamp(record.get("tra")),
        "TrangThaiHoSo": str(record["trang-thai"]),
        "DanhSachTienDo": [
            {"MaHoSo": record["ma"], "ThoiDiemXuLy": stamp(at), "TrangThai": str(status)}
            for at, status in record.get("tien-do", ())
        ],
        "DanhSachHoSoBoSung": [requested(*request) for request in record.get("bo-sung", ())],
    }
    if "luc" in record:
        told["NgayCapNhat"] = stamp(record["luc"])
    return {key: value for key, value in told.items() if value not in ("", [])}


def requested(number: str, asked: datetime, came: object = None, due_before: datetime | None = None) -> Record:
    state = "Yêu cầu công dân bổ sung" if came is None else "Hoàn thành bổ sung"
    row = {"HoSoBoSungId": number, "TrangThaiBoSung": state, "NgayBoSung": stamp(asked), "NgayTiepNhanBoSung": stamp(came)}
    return {**row, "NgayHenTraTruoc": stamp(due_before)}


def stamp(at: object) -> str:
    return f"{at:%Y%m%d%H%M%S}" if isinstance(at, datetime) else str(at or "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"].rpartition(" / ")[2])
def test_what_was_written_down_gives_the_right_verdict(judged: Judged, case: dict[str, Any]) -> None:
    for code, allowed in case.get("right", {}).items():
        assert judged[code][0] in allowed, f"{case['name']}: {code} is {judged[code]}"
    for code, day in case.get("due", {}).items():
        assert judged[code][1] == day, f"{case['name']}: {code} is due on {judged[code][1]}"
    if "one-of" in case:
        counted = {code: judged[code][0] for code in case["one-of"] if judged[code][0] != "uncounted"}
        assert len(counted) == 1, f"{case['name']}: {counted}"
        assert all(verdict in case["one-of"][code] for code, verdict in counted.items()), counted
