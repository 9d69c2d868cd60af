"""What callers of the made-up systems get: shapes, sessions, paging, corrections, and never a word of the truth."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from config.sources import load_sources
from demo.serve import EXPIRED, GOOD, make_app
from demo.truth import COLUMNS
from demo.world import correct, read_world, write_world
from tests.demo.conftest import Province

CREDENTIALS = ("desk", "open sesame")
ROOT = Path(__file__).parents[2]


class Caller:
    """A caller that logs in again when its session has ended."""

    def __init__(self, out: Path, **options: Any) -> None:
        self.client = TestClient(make_app(out, CREDENTIALS, **options))
        self.logins = 0
        self.session = ""

    def log_in(self) -> None:
        given = {"username": CREDENTIALS[0], "password": CREDENTIALS[1]}
        self.session = self.client.post("/login", json=given, headers={"dstcode": "H99"}).json()["session"]
        self.logins += 1

    def call(self, service: str, **data: Any) -> dict[str, Any]:
        answer: dict[str, Any] = {"error_code": EXPIRED}
        while answer["error_code"] == EXPIRED:
            if self.session:
                body = {"session": self.session, "madonvi": "H99", "service": service, "data": data}
                answer = self.client.post("/service", json=body).json()
            if answer["error_code"] == EXPIRED:
                self.log_in()
        return answer

    def all(self, service: str, size: int = 50, **data: Any) -> Iterator[dict[str, Any]]:
        page, pages = 1, 1
        while page <= pages:
            answer = self.call(service, trang=page, soBanGhi=size, **data)
            pages, page = answer["soTrang"], page + 1
            yield from answer["result"]


@pytest.fixture
def caller(province: Province) -> Caller:
    return Caller(province.out)


def test_a_page_has_the_shape_of_the_exchange(caller: Caller) -> None:
    answer = caller.call("LayDanhSachHoSo", trang=2, soBanGhi=20)
    assert (answer["error_code"], answer["trang"], len(answer["result"])) == (GOOD, 2, 20)
    assert answer["soTrang"] == -(-answer["tongSo"] // 20)
    record = next(each for each in caller.all("LayDanhSachHoSo") if each["DanhSachHoSoBoSung"])
    assert {
        "MaHoSo",
        "MaTTHC",
        "ChuHoSo",
        "NgayTiepNhan",
        "NgayHenTra",
        "TrangThaiHoSo",
        "NgayCapNhat",
        "KenhThucHien",
    } <= record.keys()
    assert {"NgayBoSung", "NgayTiepNhanBoSung", "NgayHenTraTruoc", "NgayHenTraMoi"} <= record["DanhSachHoSoBoSung"][0].keys()
    assert {"ThoiDiemXuLy", "TrangThai", "NguoiXuLy", "PhongBanXuLy"} <= record["DanhSachTienDo"][0].keys()


def test_records_come_by_modification_time_and_all_of_them(caller: Caller, province: Province) -> None:
    records = list(caller.all("LayDanhSachHoSo"))
    stamps = [record["NgayCapNhat"] for record in records]
    assert stamps == sorted(stamps)
    assert all(len(stamp) == 14 and stamp.isdigit() for stamp in stamps)
    assert stamps[-1] < "20260401"
    here = [dossier for dossier in province.world.dossiers if dossier.source == "province"]
    assert len(records) == len(here) + len(province.world.twice) + province.world.codeless


def test_incremental_pull_returns_only_newer_records(caller: Caller) -> None:
    since = "20260301000000"
    newer = list(caller.all("LayDanhSachHoSo", tuThoiDiem=since))
    everything = list(caller.all("LayDanhSachHoSo"))
    assert 0 < len(newer) < len(everything)
    assert newer == [record for record in everything if record["NgayCapNhat"] >= since]
    until = list(caller.all("LayDanhSachHoSo", denThoiDiem=since))
    assert len(until) + len(newer) - sum(record["NgayCapNhat"] == since for record in newer) == len(everything)


def test_a_session_ends_after_some_calls(province: Province) -> None:
    caller = Caller(province.out, session_calls=3)
    pages = len(list(caller.all("LayDanhSachHoSo", size=20))) / 20
    assert caller.logins == -(-int(pages + 1) // 3)
    refused = caller.client.post("/service", json={"session": "invented", "service": "LayThuTuc"}).json()
    assert refused["error_code"] == EXPIRED


def test_a_wrong_password_gets_no_session(caller: Caller) -> None:
    for given, headers in (
        ({"username": "desk", "password": "?"}, {"dstcode": "H99"}),
        (dict(zip(("username", "password"), CREDENTIALS, strict=True)), {}),
    ):
        answer = caller.client.post("/login", json=given, headers=headers).json()
        assert answer["error_code"] != GOOD
        assert "session" not in answer


def test_records_of_the_future_do_not_exist_yet(province: Province) -> None:
    caller = Caller(province.out, until="20251231235959")
    assert max(record["NgayCapNhat"] for record in caller.all("LayDanhSachHoSo")) < "2026"


def test_a_correction_arrives_with_the_next_pull(province: Province, tmp_path: Path) -> None:
    write_world(province.world, tmp_path)
    caller = Caller(tmp_path)
    seen = max(record["NgayCapNhat"] for record in caller.all("LayDanhSachHoSo"))
    code = next(d.code for d in province.world.dossiers if d.cause == "handed_over_not_closed" and d.source == "province")
    correct(tmp_path, code, "NgayKetThucXuLy", "20250310160000")
    later = correct(tmp_path, code, "TrangThaiHoSo", "9")
    changed = [record for record in caller.all("LayDanhSachHoSo", tuThoiDiem=seen) if record["NgayCapNhat"] > seen]
    assert [(r["NgayKetThucXuLy"], r["TrangThaiHoSo"], r["NgayCapNhat"]) for r in changed] == [("20250310160000", "9", later)]
    write_world(read_world(tmp_path), tmp_path)  # the correction outlives the writing of another day
    assert [record["TrangThaiHoSo"] for record in caller.all("LayDanhSachHoSo", tuThoiDiem=later)] == ["9"]


@pytest.mark.parametrize(("code", "field"), [("H99.01-000000-0000", "NgayTra"), (None, "KhongCo")])
def test_a_correction_of_nothing_is_refused(province: Province, tmp_path: Path, code: str | None, field: str) -> None:
    write_world(province.world, tmp_path)
    known = next(d.code for d in province.world.dossiers if d.source == "province")
    with pytest.raises(KeyError):
        correct(tmp_path, code or known, field, "x")


def test_nothing_served_tells_the_truth(province: Province) -> None:
    words = {
        "verdict",
        "planted",
        "phantom_late",
        "hidden_late",
        "undetermined",
        "not_closed",
        *(set(COLUMNS) - {"source", "code", "missing"}),
    }
    words |= {dossier.cause for dossier in province.world.dossiers} - {""}
    for path in [
        path for path in province.out.rglob("*") if path.is_file() and "truth" not in path.parts and path.suffix != ".xlsx"
    ]:
        text = path.read_text(encoding="utf-8-sig")
        assert [word for word in words if word in text] == [], path.name


def test_canaries_are_served_and_listed(province: Province) -> None:
    canaries = json.loads((province.out / "truth" / "canaries.json").read_text(encoding="utf-8"))
    assert len({canary["name"] for canary in canaries}) == len({canary["identity"] for canary in canaries}) == 20
    served = (province.out / "served" / "dossiers.jsonl").read_text(encoding="utf-8")
    in_province = [canary for canary in canaries if canary["identity"] in served]
    assert 5 <= len(in_province) <= 20
    assert all(canary["name"] in served and canary["phone"] in served for canary in in_province)


def test_catalogue_and_agencies_are_served(caller: Caller) -> None:
    procedures = list(caller.all("LayThuTuc"))
    limits = {way["THOIGIAN"][0]["THOIGIANGIAIQUYET"] for each in procedures for way in each["CACHTHUCTHUCHIEN"]}
    assert {"05 - 10 ngày làm việc", "Trong ngày làm việc", "Không quy định"} <= limits
    assert {"MATTHC", "TUNGAY", "DENNGAY"} <= procedures[0].keys()
    units = list(caller.all("LayDanhMucCoQuan"))
    assert sum(unit["MAKETHUA"] != "" for unit in units) > 50
    codes = [unit["MADONVI"] for unit in units]
    assert [code for code in set(codes) if codes.count(code) > 1] == ["H99.26"]  # a district once, a commune now


def test_the_system_counts_its_own_dossiers_by_agency_and_day(caller: Caller) -> None:
    records = {record["MaHoSo"]: record for record in caller.all("LayDanhSachHoSo") if record["MaHoSo"]}
    received = [r for r in records.values() if r["NgayTiepNhan"]]
    counts = list(caller.all("ThongKeTiepNhan"))
    assert sum(row["TongSo"] for row in counts) == len(received)
    some = counts[len(counts) // 2]
    day = some["NgayTiepNhan"]
    here = [r for r in received if r["DonViXuLy"] == some["DonViXuLy"] and r["NgayTiepNhan"].replace("-", "").startswith(day)]
    assert len(here) == some["TongSo"]
    assert some in list(caller.all("ThongKeTiepNhan", tuNgay=day, denNgay=day))


def test_postal_list_has_a_mark_and_headings(province: Province) -> None:
    paths = sorted((province.out / "files" / "postal").glob("*.csv"))
    assert paths
    for path in paths:
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
        assert rows[0] == ["Mã hồ sơ", "Ngày nhận", "Ngày phát", "Trạng thái"]
        assert ";" not in path.read_text(encoding="utf-8-sig")


def test_source_files_fit_the_products_model() -> None:
    sources = load_sources(ROOT / "demo" / "sources")
    assert set(sources) == {"catalogue", "units", "province", "land", "communes", "postal"}
    assert {name for name, source in sources.items() if source.role == "primary"} == {"province", "communes"}


def test_a_province_told_several_times_is_a_larger_one_of_other_people(caller: Caller, province: Province) -> None:
    once = list(caller.all("LayDanhSachHoSo", size=500))
    thrice = list(Caller(province.out, copies=3, session_calls=100).all("LayDanhSachHoSo", size=500))
    assert len(thrice) == 3 * len(once)
    for field in ("MaHoSo", "SoBienNhan"):
        numbered = [{record[field] for record in told if "-" in record[field]} for told in (once, thrice)]
        assert len(numbered[1]) == 3 * len(numbered[0]) > 0, "each copy has numbers of its own"
    people = [{r["SoGiayToChuHoSo"] for r in told if r["SoGiayToChuHoSo"].startswith("999")} for told in (once, thrice)]
    assert len(people[1]) > 2.9 * len(people[0])
    codes = {record["MaHoSo"] for record in thrice}
    other = [[r["MaHoSoKhac"] for r in told if r["MaHoSoKhac"]] for told in (once, thrice)]
    assert sum(code in codes for code in other[1]) == 3 * sum(r in {o["MaHoSo"] for o in once} for r in other[0])
    strays = [sum(step["MaHoSo"] != r["MaHoSo"] for r in told for step in r["DanhSachTienDo"]) for told in (once, thrice)]
    assert strays[1] == 3 * strays[0], "logs speak about the copy as they spoke about the dossier"
    latest = {record["MaHoSo"]: record for record in thrice if record["MaHoSo"]}
    counted = Caller(province.out, copies=3, session_calls=100).all("ThongKeTiepNhan", size=500)
    assert sum(row["TongSo"] for row in counted) == sum(bool(record["NgayTiepNhan"]) for record in latest.values())
