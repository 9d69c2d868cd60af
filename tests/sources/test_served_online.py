"""What the exchange tells of a dossier served online and digitised, field by field, and what the catalogue tells of a procedure."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from schemas.dossiers import SERVICE_FLAGS
from schemas.reference import UNITS
from tasks.loading.cleaned_pages import clean
from tasks.sources.pages import read_page
from tasks.sources.parsed_records import concatenated
from tasks.sources.protocol import JSON
from tests.sources.test_profiles import KEY, cleaned, example

DOSSIER = {"MaHoSo": "000.00.12.H99-240302-0001", "NgayTiepNhan": "20240302080000", "TrangThaiHoSo": "2"}


def paper(**fields: Any) -> dict[str, Any]:
    return {"TaiLieuNop": [{"TenTepDinhKem": "Dinhkem", **fields}]}


CASES: dict[str, tuple[dict[str, Any], dict[str, bool]]] = {
    "nothing is said": ({}, {}),
    "paid on the national portal": ({"DuocThanhToanTrucTuyen": "1"}, {"paid_online": True}),
    "paid through the gateway": ({"DuocThanhToanTrucTuyen": 2}, {"paid_online": True}),
    "a fee not paid": ({"DuocThanhToanTrucTuyen": "3"}, {"paid_online": False}),
    "no fee": ({"DuocThanhToanTrucTuyen": "0"}, {"paid_online": False}),
    "an empty flag": ({"DuocThanhToanTrucTuyen": "", "TaiKhoanDuocXacThucVoiVNeID": ""}, {}),
    "verified": ({"TaiKhoanDuocXacThucVoiVNeID": "1"}, {"verified_by_vneid": True}),
    "not verified": ({"TaiKhoanDuocXacThucVoiVNeID": 0}, {"verified_by_vneid": False}),
    "returned by post": ({"HinhThuc": "1"}, {"returned_by_post": True}),
    "handed over at the desk": ({"HinhThuc": 0}, {"returned_by_post": False}),
    "no papers": ({"TaiLieuNop": []}, {"has_components": False}),
    "a name is no file": (paper(), {"has_components": False}),
    "a path is a file": (paper(DuongDanTaiTepTin="/tp/1"), {"has_components": True}),
    "a number is a file": (paper(TepDinhKemId="77"), {"has_components": True}),
    "a removed file is none": (paper(TepDinhKemId="77", IsDeleted="True"), {"has_components": False}),
    "digitised": (paper(DuocSoHoa="1", DuocTaiSuDung="0"), {"has_components": False, "reuses_component": True}),
    "reused": (paper(DuocSoHoa="0", DuocTaiSuDung="1"), {"has_components": False, "reuses_component": True}),
    "neither": (paper(DuocSoHoa="0", DuocTaiSuDung="0"), {"has_components": False, "reuses_component": False}),
    "a ministry's own word": ({"HoSoCoThanhPhanSoHoa": "1"}, {"reuses_component": True}),
    "a ministry's no": ({"HoSoCoThanhPhanSoHoa": "0"}, {"reuses_component": False}),
    "yes in one place": (
        {"HoSoCoThanhPhanSoHoa": "0", **paper(DuocSoHoa="1")},
        {"has_components": False, "reuses_component": True},
    ),
    "from the store": (paper(DuocLayTuKhoDMQG="1"), {"has_components": False, "taken_from_store": True}),
    "not from the store": (paper(DuocLayTuKhoDMQG="0"), {"has_components": False, "taken_from_store": False}),
}


def flags(*records: dict[str, Any]) -> list[dict[str, bool]]:
    """The flags of each record of a page, unknown ones left out."""
    page = [
        DOSSIER | {"MaHoSo": f"000.00.12.H99-240302-{number:04}"} | record for number, record in enumerate(records, start=1)
    ]
    source = example("dvcqg")
    parsed = read_page(json.dumps({"error_code": "0", "result": page}).encode(), JSON, source)
    found = clean(concatenated([parsed]), source, UNITS.frame(), KEY).dossiers.sort_values("code")
    return [{name: bool(row[name]) for name in SERVICE_FLAGS if not pd.isna(row[name])} for row in found.to_dict("records")]


@pytest.mark.parametrize("case", CASES)
def test_each_field_is_read_as_the_exchange_means_it(case: str) -> None:
    given, wanted = CASES[case]
    assert flags(given) == [wanted]


def test_a_page_of_all_of_them_says_the_same_of_each() -> None:
    """Columns of a whole page: what one record does not say is not taken from its neighbour."""
    assert flags(*(given for given, _ in CASES.values())) == [wanted for _, wanted in CASES.values()]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("4", "full"), (3, "partial"), ("2", "information"), ("Toàn trình", "full"), ("1", None), ("", None), (None, None)],
)
def test_the_level_of_the_service_is_read_and_what_is_none_is_noted(given: Any, wanted: str | None) -> None:
    source = example("dvcqg")
    body = json.dumps(
        {"error_code": "0", "result": [DOSSIER | {"MucDo": given}, DOSSIER | {"MaHoSo": "000.00.12.H99-240302-0002"}]}
    )
    found = clean(concatenated([read_page(body.encode(), JSON, source)]), source, UNITS.frame(), KEY)
    levels = dict(zip(found.dossiers["code"], found.dossiers["service_level"], strict=True))
    assert levels[DOSSIER["MaHoSo"]] == wanted if wanted else pd.isna(levels[DOSSIER["MaHoSo"]])
    assert pd.isna(levels["000.00.12.H99-240302-0002"]), "nothing is said, nothing is known"
    noted = found.changes[(found.changes["field"] == "service_level").to_numpy(dtype=bool)]
    assert noted["rule"].tolist() == (["not_listed"] if given == "1" else [])


def test_the_catalogue_tells_of_each_channel_whether_it_bears_a_fee() -> None:
    rows = cleaned("catalogue", "catalogue.json").procedures
    first = rows[rows["valid_from"].astype(str) == "2021-01-01"].set_index("channel")
    assert bool(first.loc["counter", "has_fee"])
    assert pd.isna(first.loc["online", "has_fee"]), "no list of fees is no word about fees"
    assert rows["gives_result"].isna().all()


@pytest.mark.parametrize(
    ("fees", "results", "wanted"),
    [
        ([{"SOTIEN": "0"}, {"SOTIEN": "15.000"}], [{"MAKETQUA": "KQ.1"}], (True, True)),
        ([{"SOTIEN": "0"}], [], (False, False)),
        ([], None, (False, None)),
        (None, [{"TENKETQUA": "Giấy phép"}], (None, True)),
    ],
)
def test_fees_and_results_of_the_catalogue(fees: Any, results: Any, wanted: tuple[bool | None, bool | None]) -> None:
    limit = {"THOIGIANGIAIQUYET": "10", "DONVITINH": "Ngày làm việc", "PHILEPHI": fees}
    record = {"MATTHC": "1.004616", "TENTTHC": "Cấp giấy phép mẫu", "CACHTHUCTHUCHIEN": [{"KENH": "1", "THOIGIAN": [limit]}]}
    body = json.dumps({"error_code": "0", "result": [record | {"KETQUATHUCHIEN": results}]}).encode()
    source = example("catalogue")
    (row,) = clean(concatenated([read_page(body, JSON, source)]), source, UNITS.frame(), KEY).procedures.to_dict("records")
    assert tuple(None if pd.isna(row[name]) else bool(row[name]) for name in ("has_fee", "gives_result")) == wanted
