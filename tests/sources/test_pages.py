"""Pages that are alike are parsed into columns and read together: what is read is what objects, page by page, would give."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import orjson
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.sources import Source
from tasks.sources.pages import Landed, PagesRead, read_pages
from tasks.sources.parsed_records import ParsedRecords
from tasks.sources.protocol import JSON, JSON_LINES

FRAMES = ("dossiers", "events", "supplements", "procedures", "units", "rejected")


def exchange(**options: Any) -> Source:
    given_keys = {"name": "any", "title": "Any", "kind": "rest", "profile": "dvcqg", "rest": {"address": "https://x.vn"}}
    return Source.model_validate({**given_keys, **options})


def rows_of_a_list() -> Source:
    listing = {"path": "/ds", "records": "data.items"}
    columns = {"code": "ma", "alias_code": ["ma_khac", "MA_CU"], "fee_amount": "phi", "has_result": "co_kq", "status": "tt"}
    return exchange(profile="table", columns=columns, rest={"address": "https://x.vn", "listing": listing})


def database() -> Source:
    events = {"table": "bc", "key": "ma", "columns": {"at": "luc", "status": "tt"}}
    sql = {"address": {"env": "X"}, "table": "hs", "key": "ma", "events": events}
    return exchange(
        kind="sql", rest=None, profile="table", columns={"code": "ma", "fee_amount": "phi", "status": "tt"}, sql=sql
    )


def dossier(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "MaHoSo": f"H99.12-260103-{number:04}",
        "TrangThaiHoSo": "4",
        "NgayTiepNhan": "20260103080000",
        "NgayTra": "",
        "DonViXuLy": "Sở Tư pháp",
        "ViTriDeHoSo": "Convert " if number == 3 else "",
        "DanhSachLePhi": [{"Gia": "15000"}, {"Gia": "5000"}][: number % 3],
        "DanhSachGiayToKetQua": [{"MaGiayToKetQua": "KQ1"}] if number % 2 else [],
        "DanhSachTienDo": [
            {"ThoiDiemXuLy": "20260103080000", "NguoiXuLy": f"Bàn {n}", "TrangThai": "2"} for n in range(number % 4)
        ],
        **fields,
    }


def envelope(records: Sequence[Any], **fields: Any) -> bytes:
    return orjson.dumps({"error_code": "0", "result": records, **fields})


def landed(bodies: Sequence[bytes], media_type: str = JSON) -> list[Landed]:
    return [Landed(hashlib.sha256(body).hexdigest(), body, media_type) for body in bodies]


def read(source: Source, *bodies: bytes, media_type: str = JSON) -> PagesRead:
    """Read pages together, and assert that the same is read of each by itself."""
    pages = landed(bodies, media_type)
    together, apart = read_pages(pages, source), read_pages(pages, source, apart=True)
    assert (together.records, together.refused) == (apart.records, apart.refused)
    assert [str(fault) for fault in together.faults] == [str(fault) for fault in apart.faults]
    assert_same(together.joined(), apart.joined())
    return together


def assert_same(one: ParsedRecords, other: ParsedRecords) -> None:
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    assert one.shape == other.shape


def test_pages_that_are_alike_are_read_together() -> None:
    pages = [envelope([dossier(10 * page + n) for n in range(10)]) for page in range(4)]
    found = read(exchange(), *pages)
    assert [len(part.dossiers) for part in found.parts] == [10, 30]
    assert found.records == [10, 10, 10, 10]
    events = found.joined().events
    assert events["page_position"].tolist() == [int(code[-4:]) % 10 for code in events["code"]]
    assert found.joined().dossiers["fee_amount"].fillna("").tolist() == ["", "15000", "15000+5000"] * 13 + [""]


WHOLE = [dossier(n) for n in range(1, 6)]
ODD = {
    "a field that is new": envelope([dossier(7, CoQuanThue="3")]),
    "a field that is missing": envelope([{k: v for k, v in dossier(7).items() if k != "NgayTra"}]),
    "a field that one record lacks": envelope([dossier(6), {k: v for k, v in dossier(7).items() if k != "NgayTra"}]),
    "null and missing": envelope([dossier(6, NgayTra=None), {k: v for k, v in dossier(7).items() if k != "NgayTra"}]),
    "a number": envelope([dossier(7, TrangThaiHoSo=4)]),
    "a number that floats round": envelope([dossier(7, TrangThaiHoSo=2**60 + 1)]),
    "another spelling": envelope([{key.upper(): value for key, value in dossier(7).items()}]),
    "two spellings": envelope([dossier(7, MAHOSO="H99.12-260103-0008")]),
    "what is no object": envelope([dossier(7), "x", None]),
    "an object where a list was": envelope([dossier(7, DanhSachLePhi={"Gia": "1"})]),
    "null in a list": envelope([dossier(7, DanhSachLePhi=[None, {"Gia": "1"}])]),
    "no record": envelope([]),
    "no list": orjson.dumps({"error_code": "0"}),
    "records named otherwise": orjson.dumps({"error_code": "0", "data": [dossier(7)]}),
    "a list alone": orjson.dumps([dossier(7)]),
    "a progress record": envelope([{"MaHoSo": "H99.12-260103-0001", "ThoiDiemXuLy": "20260104080000"}]),
    "the same key twice": envelope([dossier(7)]).replace(b'"NgayTra":""', b'"NgayTra":"","NgayTra":"20260105080000"'),
    "an escaped key": envelope([dossier(7, NgayTra=None)]).replace(b'"NgayTra"', rb'"Ngay\u0054ra"'),
    "space behind keys": envelope([dossier(7, NgayTra=None)]).replace(b'":', b'" :'),
    "a key in a text": envelope([dossier(7, NgayTra=None, DonViXuLy='"NgayTra":')]),
    "lines": orjson.dumps({"error_code": "0", "result": [dossier(7)]}, option=orjson.OPT_INDENT_2),
    "a mark at its beginning": b"\xef\xbb\xbf" + envelope([dossier(7)]),
    "a lone surrogate": envelope([dossier(7)]).replace("Sở".encode(), rb"\ud800"),
    "no UTF-8": envelope([dossier(7)]).replace("Sở".encode(), b"\xff\xfe"),
    "a control character": envelope([dossier(7)]).replace("Sở".encode(), b"\x01"),
    "not JSON": envelope([dossier(7)])[:-3],
    "more behind it": envelope([dossier(7)]) + envelope([dossier(8)]),
    "nothing": b"",
    "a nest without end": b'{"result":' + b"[" * 1_000_000,
    "a nest in a field": envelope([dossier(7)]).replace(b'"NgayTra":""', b'"NgayTra":' + b'{"a":' * 1_000_000),
    "a name for each record": envelope([{f"truong_{n}": 1} for n in range(5_000)]),
    "legacy font": envelope([dossier(n, DonViXuLy="Së T­ ph¸p tØnh Méc Lam, phßng hµnh chÝnh t­ ph¸p") for n in range(7, 40)]),
}


@pytest.mark.parametrize("page", ODD.values(), ids=ODD)
def test_a_page_that_differs_is_read_as_it_would_be_alone(page: bytes) -> None:
    read(exchange(), envelope(WHOLE), envelope(WHOLE), page, envelope(WHOLE), page)


@pytest.mark.parametrize("page", ["a field that one record lacks", "null and missing", "a key in a text", "lines", "no record"])
def test_what_differs_little_is_read_together_all_the_same(page: str) -> None:
    assert len(read(exchange(), envelope(WHOLE), ODD[page], envelope(WHOLE), ODD[page]).parts) == 2


def test_types_are_learnt_from_a_few_pages_and_then_no_more() -> None:
    source = exchange()
    numbers = envelope([dossier(7, CoQuanThue=3)])
    assert len(read(source, envelope(WHOLE), numbers, numbers, envelope(WHOLE)).parts) == 3
    mixed = [envelope([dossier(7, CoQuanThue=3 if n % 2 else "3")]) for n in range(9)]
    assert len(read(source, *mixed).parts) == 9


def test_a_list_at_a_declared_place_and_its_numbers() -> None:
    source = rows_of_a_list()
    records = [
        {"ma": "A1", "ma_khac": "", "MA_CU": "C1", "phi": 1.0, "co_kq": True, "tt": 4},
        {"ma": "A2", "ma_khac": "K2", "MA_CU": "C2", "phi": 2.5, "co_kq": None, "tt": None},
    ]
    page = orjson.dumps({"data": {"items": records, "total": 2}})
    found = read(source, page, page, page)
    assert len(found.parts) == 2
    frame = found.joined().dossiers
    assert frame["alias_code"].tolist() == ["C1", "K2"] * 3
    assert frame["fee_amount"].tolist() == ["1", "2.5"] * 3
    assert frame["status"].fillna("").tolist() == ["4", ""] * 3


def test_rows_of_a_database() -> None:
    rows = [
        {"ma": f"A{n}", "phi": n, "tt": "xong", "events": [{"luc": "2026-01-03 08:00:00", "tt": "2"}] * n} for n in range(4)
    ]
    page = b"\n".join(map(orjson.dumps, rows)) + b"\n"
    found = read(database(), page, page, b"", page, media_type=JSON_LINES)
    assert [len(part.dossiers) for part in found.parts] == [4, 4, 0, 4]
    assert found.joined().events["at"].tolist() == ["2026-01-03 08:00:00"] * 18


NAMES = ["MaHoSo", "ViTriDeHoSo", "mahoso", "MaHoSoKhac", "NgayTra", "DonViXuLy", "TrichYeuHoSo", "MucDo", "x"]
LISTS = ["DanhSachLePhi", "DanhSachGiayToKetQua", "DanhSachTienDo", "DanhSachHoSoBoSung", "DinhDanhCHS", "ThongTinNguoiNop"]
INNER = ["Gia", "MaGiayToKetQua", "ThoiDiemXuLy", "TrangThai", "NgayBoSung", "SoDinhDanh", "ThongTinChiTiet", "SoDienThoai"]
TEXTS = st.sampled_from(["", " ", "20260103080000", "2026-01-03T08:00:00+07:00", "Đất", '"NgayTra":', "1", "\u0000"])
KINDS = [TEXTS, st.integers(-(2**55), 2**55), st.floats(allow_nan=False, width=32), st.booleans(), st.none()]


@st.composite
def pages(draw: st.DrawFn) -> list[bytes]:
    """Pages whose fields are mostly of one kind each, mostly there, seldom null."""
    kinds = {name: draw(st.sampled_from(KINDS)) for name in draw(st.lists(st.sampled_from(NAMES), unique=True))}
    inner = {name: draw(st.sampled_from(KINDS)) for name in draw(st.lists(st.sampled_from(INNER), unique=True))}
    lists = draw(st.lists(st.sampled_from(LISTS), unique=True, max_size=3))
    alone = draw(st.booleans())

    def given_of(kinds: dict[str, st.SearchStrategy[Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, kind in kinds.items():
            what = draw(st.integers(0, 19))
            if what > 1:
                found[name] = draw(kind if what > 2 else TEXTS)
            elif what == 1:
                found[name] = None
        return found

    def record() -> dict[str, Any]:
        filled = given_of(kinds)
        for name in lists:
            items = [given_of(inner) for _ in range(draw(st.integers(0, 2)))]
            filled[name] = (items[0] if items else None) if alone else items
        return filled

    return [envelope([record() for _ in range(draw(st.integers(0, 3)))]) for _ in range(draw(st.integers(2, 4)))]


@given(pages())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_pages_give_together_what_they_give_apart(bodies: list[bytes]) -> None:
    read(exchange(), *bodies)
