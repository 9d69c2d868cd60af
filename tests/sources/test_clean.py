"""From pages to typed frames: what is kept, what is marked, what never gets through."""

from __future__ import annotations

import json
import logging
import unicodedata
from datetime import date
from typing import Any

import pandas as pd
import pytest

from config.errors import SourceError
from config.sources import Source
from schemas.dossiers import DOSSIERS, EVENTS, PAUSES
from schemas.reference import PROCEDURES, UNITS
from tasks.loading.cleaned_pages import Cleaned, clean
from tasks.sources.pages import read_page
from tasks.sources.parsed_records import concatenated
from tasks.sources.protocol import CSV, JSON
from tests.sources.desk import dossier, envelope

KEY = b"k" * 32
DIRECTORY = UNITS.frame(
    [
        {"unit_code": "H99", "valid_from": date(2021, 1, 1), "name": "Ủy ban nhân dân tỉnh Mộc Lam", "level": "province", "old_code": "000.00.00.H99"},
        {"unit_code": "H99.12", "valid_from": date(2021, 1, 1), "valid_to": date(2025, 6, 30), "name": "UBND xã An Bình", "level": "commune", "old_code": "000.05.12.H99"},
        {"unit_code": "H99.40", "valid_from": date(2025, 7, 1), "name": "UBND xã An Bình", "level": "commune"},
        {"unit_code": "H99.41", "valid_from": date(2025, 7, 1), "name": "UBND phường Đông Hà", "level": "commune"},
        {"unit_code": "H99.42", "valid_from": date(2025, 7, 1), "name": "UBND phường Đông Hải", "level": "commune"},
        {"unit_code": "H99.16", "valid_from": date(2021, 1, 1), "name": "Sở Nội vụ tỉnh Mộc Lam", "level": "department"},
    ]
)  # fmt: skip


def exchange(**changes: Any) -> Source:
    given = {"name": "province", "title": "P", "kind": "rest", "profile": "dvcqg", "rest": {"address": "https://x.vn"}}
    return Source.model_validate({**given, **changes})


def cleaned(records: list[Any], units: pd.DataFrame | None = None, **changes: Any) -> Cleaned:
    source = exchange(**changes)
    return clean(read_page(envelope(records), JSON, source), source, DIRECTORY if units is None else units, KEY)


def one(record: dict[str, Any], **changes: Any) -> pd.Series:
    frame = cleaned([record], **changes).dossiers
    assert len(frame) == 1
    return frame.iloc[0]


def marks(record: dict[str, Any], **changes: Any) -> set[str]:
    """Return the marks of a record of which nothing but the given fields is odd."""
    found = one(dossier(1, SoGiayToChuHoSo="001093012345", ChuHoSo="Lê Thị B", SoDienThoai="0912345678", **record), **changes)[
        "marks"
    ]
    return set() if pd.isna(found) else set(found.split())


def utc(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="UTC")


def test_frames_are_what_the_tables_take() -> None:
    found = cleaned([dossier(1)])
    for table, frame in (
        (DOSSIERS, found.dossiers),
        (EVENTS, found.events),
        (PAUSES, found.pauses),
        (PROCEDURES, found.procedures),
        (UNITS, found.units),
    ):
        assert tuple(frame.columns) == table.given_columns
        assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
            n: str(table.dtypes[n]) for n in table.given_columns
        }


def test_a_record_of_the_exchange() -> None:
    found = one(
        dossier(
            1,
            SoBienNhan=" bn 01 ",
            MaTTHC="1.004616.000.00.00.H99",
            MaLinhVuc="G03-GD10",
            KenhThucHien=2,
            LoaiDoiTuong="2",
            DonViXuLy="UBND xã An Bình",
            TrangThaiHoSo=9,
            NgayKetThucXuLy="2026-01-09T16:00:00.123",
            NgayTra="10/01/2026 08:00",
            NgayNopHoSo="2026-01-02 20:00:00",
            DanhSachLePhi=[{"Gia": "50.000"}, {"Gia": 30000}],
            DanhSachGiayToKetQua=[{"TenGiayTo": "Giấy phép", "DuongDanTepTinKetQua": "https://x/1.pdf"}],
            ViTriDeHoSo="Convert",
        )
    )
    assert found["receipt_number"] == "BN01"
    assert (found["procedure_code"], found["field_code"]) == ("1.004616", "G03-GD10")
    assert (found["channel"], found["person_kind"], found["status"]) == ("online", "business", 9)
    assert found["received_at"] == utc("2026-01-03 01:00")
    assert found["submitted_at"] == utc("2026-01-02 13:00")
    assert found["done_at"] == utc("2026-01-09 09:00:00.123")
    assert found["returned_at"] == utc("2026-01-10 01:00")
    assert (found["fee_amount"], found["has_result"], found["is_migrated"]) == (80000, True, True)
    assert found["partition_month"] == date(2026, 1, 1)
    assert found["unit_code"] == "H99.40"
    assert (found["source"], found["role"], found["page_position"]) == ("province", "primary", 0)


def test_the_shape_of_2026_with_keys_in_another_case() -> None:
    record = {
        "maHoSo": "G09.20-20260609-0092637",
        "MATTHC": "1.004616",
        "NgayNop": "2026-06-09 08:00:00",
        "ngayTiepNhan": "2026-06-09 09:00:00",
        "TrangThaiHoSo": "2",
        "ThongTinNguoiNop": {
            "ThongTinChiTiet": {
                "SoDinhDanhChuHs": "001093012345",
                "TenChuHs": "Nguyễn Văn A @test",
                "SoDienThoai": "0123456789",
            }
        },
    }
    found = one(record)
    assert found["received_at"] == utc("2026-06-09 02:00")
    assert set(found["marks"].split()) == {"phone_placeholder", "test_wording"}
    assert len(found["applicant_key"]) == 64


def test_unknown_codes_are_marked_and_the_record_is_kept() -> None:
    assert marks({"KenhThucHien": "9"}) == {"unknown_channel"}
    assert marks({"LoaiDoiTuong": "77"}) == {"unknown_person_kind"}
    record = one(dossier(1, TrangThaiHoSo="quá hạn trả"))
    assert pd.isna(record["status"])
    assert record["status_as_given"] == "quá hạn trả"
    assert "unknown_status" in record["marks"]
    assert "unknown_status" in marks({"TrangThaiHoSo": ""})
    entry = {"ThoiDiemXuLy": "20260104080000", "TrangThai": "77"}
    assert marks({"DanhSachTienDo": [entry, {**entry, "TrangThai": "4"}]}) == {"unknown_log_status"}
    asked = {"NgayBoSung": "20260105090000", "TrangThaiBoSung": "khác lạ"}
    assert marks({"DanhSachHoSoBoSung": [asked]}) == {"unknown_pause_kind"}
    assert marks({"DanhSachHoSoBoSung": [{**asked, "TrangThaiBoSung": ""}]}) == set()


def test_the_same_integer_means_what_the_sources_own_list_says() -> None:
    own = {"statuses": {"4": 9, "": 2, "*": 5}, "channels": {"1": "online"}}
    assert one(dossier(1, KenhThucHien="1"), **own)[["status", "channel"]].tolist() == [9, "online"]
    assert [one(dossier(1, TrangThaiHoSo=given), **own)["status"] for given in ("", "31")] == [2, 5]


def test_no_channel_counts_as_the_counter() -> None:
    assert one(dossier(1))["channel"] == "counter"


def test_presumed_statuses_fill_blanks_by_whether_there_is_an_end() -> None:
    presumed = {"presumed": {"ended": 9, "open": 4}}
    assert one(dossier(1, TrangThaiHoSo=""), **presumed)["status"] == 4
    assert one(dossier(1, TrangThaiHoSo="", NgayTra="20260110170000"), **presumed)["status"] == 9


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"MaHoSo": "h99.12 – 260103-0001"}, {"code_folded"}),
        ({"MaHoSo": "hs cũ 12"}, {"code_folded", "code_unreadable"}),
        ({"MaHoSo": "H99.12-260231-0001"}, {"no_code_date"}),
        ({"NgayHenTra": "0001-01-01T00:00:00"}, {"year_zero"}),
        ({"NgayHenTra": "ngày mai"}, {"date_unreadable", "due_unreadable"}),
        ({"NgayHenTra": "46032.7"}, {"date_serial"}),
        ({"SoGiayToChuHoSo": "000000001"}, {"id_placeholder"}),
        ({"SoGiayToChuHoSo": "12345"}, {"id_malformed"}),
        ({"SoGiayToChuHoSo": ""}, {"id_missing"}),
        ({"SoDienThoai": "01681234567"}, {"phone_malformed"}),
        ({"SoDienThoai": "0900000000"}, {"phone_placeholder"}),
        ({"TrichYeuHoSo": "hồ sơ thử nghiệm"}, {"test_wording"}),
        ({"TrichYeuHoSo": "Cấp giấy chứng nhận ñất ñai"}, {"legacy_font"}),
        ({"ChuHoSo": unicodedata.normalize("NFD", "Nguyễn")}, {"not_nfc"}),
        ({"DanhSachLePhi": [{"Gia": "1.500.000"}]}, {"number_as_text"}),
        ({"DonViXuLy": "account khong dung"}, {"unit_unknown"}),
        ({"DanhSachTienDo": [{"ThoiDiemXuLy": "hôm qua", "TrangThai": "4"}]}, {"date_unreadable"}),
        ({"DanhSachHoSoBoSung": [{"NgayBoSung": "20260104080000", "NgayTiepNhanBoSung": "?"}]}, {"date_unreadable"}),
        ({}, set()),
    ],
)
def test_each_defect_leaves_its_mark(fields: dict[str, Any], expected: set[str]) -> None:
    record = dossier(1, SoGiayToChuHoSo="001093012345", ChuHoSo="Lê Thị B", SoDienThoai="0912345678")
    found = one({**record, **fields})["marks"]
    assert (set() if pd.isna(found) else set(found.split())) == expected


def test_a_field_that_cannot_be_read_is_null_and_the_record_stays() -> None:
    found = one(dossier(1, NgayHenTra="31/02/2026", NgayTiepNhan={"odd": 1}))
    assert pd.isna(found["due_at"])
    assert pd.isna(found["received_at"])
    assert found["partition_month"] == date(2026, 1, 1)  # by the date inside the code


def test_records_that_cannot_be_used_are_kept_with_the_reason() -> None:
    found = cleaned([dossier(1), "text", None, {"MaTTHC": "1.004616"}, dossier(2, MaHoSo="  ")])
    assert found.dossiers["code"].tolist() == ["H99.12-260103-0001"]
    rejected = sorted(zip(found.rejected["page_position"].tolist(), found.rejected["reason"].tolist(), strict=True))
    assert rejected == [(1, "not_an_object"), (2, "not_an_object"), (3, "no_code"), (4, "no_code")]


def test_the_latest_statement_counts_and_brings_its_own_log() -> None:
    old = dossier(
        1,
        TrangThaiHoSo="4",
        NgayCapNhat="20260105080000",
        DanhSachTienDo=[{"ThoiDiemXuLy": "20260104080000", "TrangThai": "4"}],
    )
    new = dossier(
        1,
        TrangThaiHoSo="9",
        NgayCapNhat="20260106080000",
        DanhSachTienDo=[{"ThoiDiemXuLy": "20260106080000", "TrangThai": "9"}],
    )
    found = cleaned([new, old])
    assert found.dossiers["status"].tolist() == [9]
    assert found.dossiers["marks"].str.contains("duplicate_record").tolist() == [True]
    assert found.events["status"].tolist() == [9]


def test_the_same_record_in_two_pages_is_no_duplicate() -> None:
    source = exchange()
    pages = [read_page(envelope([dossier(1), dossier(n)]), JSON, source) for n in (2, 3)]
    found = clean(concatenated(pages), source, DIRECTORY, KEY)
    assert len(found.dossiers) == 3
    assert not found.dossiers["marks"].str.contains("duplicate").fillna(False).any()


def test_the_log_is_in_order_of_time_then_as_given() -> None:
    log = [("20260106080000", "9"), ("20260103080000", "2"), ("20260104080000", "4"), ("20260104080000", "5"), ("", "4")]
    found = cleaned(
        [dossier(1, DanhSachTienDo=[{"ThoiDiemXuLy": at, "TrangThai": s, "NguoiXuLy": "Trần C"} for at, s in log])]
    ).events
    assert list(zip(found["seq"].tolist(), found["status"].tolist(), strict=True)) == [(0, 2), (1, 4), (2, 5), (3, 9)]
    assert found["actor_key"].str.len().unique().tolist() == [64]


def log_of(*entries: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"ThoiDiemXuLy": f"202601{at}0000", "TrangThai": status} for at, status in entries]


def pauses(record: dict[str, Any]) -> list[tuple[Any, ...]]:
    found = cleaned([record]).pauses
    local = found[["started_at", "ended_at"]].map(
        lambda v: "open" if pd.isna(v) else v.tz_convert("Asia/Ho_Chi_Minh").strftime("%d %H")
    )
    return list(
        zip(
            found["kind"].tolist(),
            local["started_at"].tolist(),
            local["ended_at"].tolist(),
            found["origin"].tolist(),
            strict=True,
        )
    )


def supplement(**fields: str) -> dict[str, Any]:
    return {"NgayBoSung": "20260105080000", "NgayTiepNhanBoSung": "20260107080000", **fields}


def test_waiting_shown_only_by_the_log_is_a_pause() -> None:
    record = dossier(1, DanhSachTienDo=log_of(("0308", 2), ("0409", 6), ("0610", 4), ("0711", 8), ("0812", 4), ("0915", 5)))
    assert pauses(record) == [
        ("financial", "04 09", "06 10", "progress_log"),
        ("stop", "07 11", "08 12", "progress_log"),
        ("supplement", "09 15", "open", "progress_log"),
    ]


def test_a_stop_with_nothing_after_it_is_an_end_not_a_pause() -> None:
    assert pauses(dossier(1, DanhSachTienDo=log_of(("0308", 2), ("0409", 8)))) == []


def test_a_pause_told_twice_is_one() -> None:
    log = log_of(("0308", 2), ("0508", 5), ("0708", 4))
    assert pauses(dossier(1, DanhSachTienDo=log, DanhSachHoSoBoSung=[supplement()])) == [
        ("supplement", "05 08", "07 08", "supplement_record")
    ]


def test_the_log_knows_the_end_that_the_record_lacks() -> None:
    log = log_of(("0308", 2), ("0508", 5), ("0916", 4))
    record = dossier(1, DanhSachTienDo=log, DanhSachHoSoBoSung=[supplement(NgayTiepNhanBoSung="")])
    assert pauses(record) == [("supplement", "05 08", "09 16", "supplement_record")]
    answered = dossier(1, DanhSachTienDo=log, DanhSachHoSoBoSung=[supplement(), supplement(NgayBoSung="20260120080000")])
    waiting = dossier(1, DanhSachHoSoBoSung=[supplement(NgayTiepNhanBoSung="")])
    ends = [cleaned([one]).pauses["end_origin"].fillna("none").tolist() for one in (record, answered, waiting)]
    assert ends == [["progress_log"], ["supplement_record", "supplement_record"], ["none"]]


def test_pauses_of_another_time_or_kind_are_others() -> None:
    log = log_of(("0308", 2), ("0508", 6), ("0608", 4), ("2008", 5), ("2208", 4))
    assert [p[:2] for p in pauses(dossier(1, DanhSachTienDo=log, DanhSachHoSoBoSung=[supplement()]))] == [
        ("financial", "05 08"),
        ("supplement", "05 08"),
        ("supplement", "20 08"),
    ]


def test_the_supplement_table_also_stores_stops_and_payments() -> None:
    rows = [
        supplement(TrangThaiBoSung="Yêu cầu thực hiện nghĩa vụ tài chính"),
        supplement(TrangThaiBoSung="Dừng xử lý hồ sơ"),
        supplement(TrangThaiBoSung="Hoàn thành bổ sung"),
    ]
    assert sorted(p[0] for p in pauses(dossier(1, DanhSachHoSoBoSung=rows))) == ["financial", "stop", "supplement"]


@pytest.mark.parametrize(
    ("given", "received", "code", "mark"),
    [
        ("UBND xã An Bình", "20260103080000", "H99.40", None),
        ("UBND xã An Bình", "20250103080000", "H99.12", None),
        ("Ủy ban Nhân dân xã an bình", "20260103080000", "H99.40", "unit_folded"),
        ("Xã An Bình", "20260103080000", "H99.40", "unit_folded"),
        ("UBND X. An Binh", "20260103080000", "H99.40", "unit_folded"),
        ("Đông Hà", "20260103080000", "H99.41", "unit_folded"),
        ("SỞ NỘI VỤ", "20260103080000", None, None),
        ("Phòng Tài nguyên", "20260103080000", "H99.12", "unit_unknown"),
    ],
)
def test_agencies_are_found_by_name(given: str, received: str, code: str | None, mark: str | None) -> None:
    found = one(dossier(1, DonViXuLy=given, NgayTiepNhan=received))
    if code is not None:
        assert found["unit_code"] == code
        named = {m for m in ("unit_folded", "unit_unknown") if m in str(found["marks"])}
        assert named == ({mark} if mark else set())
    assert found["unit_as_given"] == given


@pytest.mark.parametrize(
    ("given", "code"), [("H99.41", "H99.41"), (" h99.41", "H99.41"), ("000.05.12.H99", "H99.12"), ("H98.1", "H99.12")]
)
def test_agencies_are_found_by_code_in_either_style(given: str, code: str) -> None:
    found = one(dossier(1, MaDonVi=given))
    assert found["unit_code"] == code
    assert ("unit_unknown" in str(found["marks"])) == (given == "H98.1")


def test_two_agencies_of_nearly_one_name_are_not_confused() -> None:
    found = one(dossier(1, MaHoSo="X1", DonViXuLy="Đông Hài"))
    assert found["unit_code"] in ("H99.42", None) or pd.isna(found["unit_code"])


def test_without_a_directory_agencies_stay_as_given() -> None:
    found = cleaned([dossier(1, DonViXuLy="Sở X")], units=UNITS.frame()).dossiers.iloc[0]
    assert found["unit_code"] == "Sở X"
    assert "unit" not in str(found["marks"])


def test_day_and_month_are_settled_by_the_code_and_the_row_keeps_its_order() -> None:
    columns = {"code": "Mã", "received_at": "Nhận", "due_at": "Hẹn"}
    source = Source.model_validate(
        {
            "name": "s",
            "title": "S",
            "kind": "files",
            "profile": "table",
            "columns": columns,
            "presumed": {"open": 4},
            "files": {"folder": "/x"},
        }
    )
    text = "Mã,Nhận,Hẹn\nH99.12-260305-0001,05/03/2026,06/04/2026\nH99.12-260305-0002,03/05/2026,04/06/2026\nH99.12-260101-0003,02/03/2026,04/03/2026"
    found = clean(read_page(text.encode(), CSV, source), source, DIRECTORY, KEY).dossiers.set_index("code")
    local = found[["received_at", "due_at"]].map(lambda v: v.tz_convert("Asia/Ho_Chi_Minh").strftime("%m-%d"))
    assert local.to_numpy().tolist() == [["03-05", "04-06"], ["03-05", "04-06"], ["03-02", "03-04"]]
    # The file writes both ways, and one cell alone does not prove how the others of its row are written.
    assert [str(m) for m in found["marks"]] == ["date_ambiguous", "date_ambiguous date_two_formats", "date_ambiguous"]


def test_a_catalogue_of_procedures() -> None:
    record = {
        "MATTHC": "1.004616",
        "TENTTHC": "Cấp giấy phép",
        "LINHVUCTHUCHIEN": [{"MALINHVUC": "G03-GD10", "TENLINHVUC": "Giáo dục"}],
        "TUNGAY": "20250101",
        "DENNGAY": "20250630",
        "CACHTHUCTHUCHIEN": [
            {"KENH": "1", "THOIGIAN": [{"THOIGIANGIAIQUYET": "10", "DONVITINH": "Ngày làm việc"}]},
            {"KENH": "2", "THOIGIAN": {"THOIGIANGIAIQUYET": "05 - 07", "DONVITINH": "Ngày"}},
            {
                "KENH": "3",
                "THOIGIAN": [
                    {"THOIGIANGIAIQUYET": "10", "DONVITINH": "Ngày"},
                    {"THOIGIANGIAIQUYET": "15", "DONVITINH": "Ngày"},
                ],
            },
            {"KENH": "8", "THOIGIAN": []},
        ],
    }
    source = exchange(profile="catalogue", role="reference")
    found = clean(read_page(envelope([record]), JSON, source), source, UNITS.frame(), KEY)
    rows = found.procedures.set_index("channel")
    assert rows.loc["counter", ["limit_amount", "limit_unit", "field_code"]].tolist() == [10.0, "working_day", "G03-GD10"]
    assert rows.loc["online", ["limit_amount", "limit_shortest", "limit_unit"]].tolist() == [7.0, 5.0, "calendar_day"]
    assert rows.loc["postal", "limit_unit"] == "unsettled"
    assert rows["valid_to"].unique().tolist() == [date(2025, 6, 30)]
    assert found.rejected[["reason", "fields"]].to_numpy().tolist() == [["no_code", "channel"]]


def test_a_directory_of_agencies() -> None:
    records = [
        {
            "MADONVI": "h99.12",
            "TENDONVI": "UBND xã A",
            "MACHA": "H99",
            "CAP": "XA",
            "TUNGAY": "20210101",
            "DENNGAY": "20250630",
            "MAKETHUA": "H99.40",
            "MACU": "000.05.12.H99",
        },
        {"MADONVI": "H99.77", "TENDONVI": "?", "CAP": "HANH TINH"},
    ]
    source = exchange(profile="units", role="reference", levels={"XA": "commune"})
    found = clean(read_page(envelope(records), JSON, source), source, UNITS.frame(), KEY)
    assert found.units[["unit_code", "level", "succeeded_by", "old_code"]].to_numpy().tolist() == [
        ["H99.12", "commune", "H99.40", "000.05.12.H99"]
    ]
    assert found.rejected["fields"].tolist() == ["level"]


CANARIES = ("Canary Thị Vàng", "001093777888", "0912777888", "canary@example.vn", "Cán Bộ Canary")


def test_no_personal_value_gets_past_cleaning(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    record = dossier(
        1,
        ChuHoSo=CANARIES[0],
        SoGiayToChuHoSo=CANARIES[1],
        DinhDanhCHS=[{"LoaiDinhDanh": 1, "SoDinhDanh": CANARIES[1]}],
        SoDienThoai=CANARIES[2],
        Email=CANARIES[3],
        TrichYeuHoSo=f"Hồ sơ của {CANARIES[0]}",
        DanhSachTienDo=[
            {"ThoiDiemXuLy": "20260104080000", "TrangThai": "4", "NguoiXuLy": CANARIES[4], "NoiDungXuLy": CANARIES[0]},
            {"ThoiDiemXuLy": CANARIES[0], "TrangThai": CANARIES[2]},
        ],
        DanhSachHoSoBoSung=[supplement(NguoiYeuCauBoSung=CANARIES[4], NoiDungBoSung=CANARIES[0])],
    )
    found = cleaned([record, {**record, "MaHoSo": None}])
    text = "\n".join(frame.to_csv() for frame in (found.dossiers, found.events, found.pauses, found.changes, found.rejected))
    text += caplog.text
    for canary in CANARIES:
        assert canary not in text
        assert canary.casefold() not in text.casefold()


@pytest.mark.parametrize("cut", [20, 200, 700])
def test_no_exception_quotes_a_page(cut: int) -> None:
    body = envelope([dossier(1, ChuHoSo=CANARIES[0], SoGiayToChuHoSo=CANARIES[1])])[:-cut]
    with pytest.raises(SourceError) as caught:
        read_page(body, JSON, exchange())
    chain: BaseException | None = caught.value
    while chain is not None:
        assert all(canary not in str(chain) for canary in CANARIES)
        chain = chain.__cause__


def test_two_systems_give_one_person_one_pseudonym_and_the_key_decides_it() -> None:
    same = [one(dossier(1, SoGiayToChuHoSo=number))["applicant_key"] for number in ("001093012345", "001 093 012 345")]
    assert same[0] == same[1]
    source = exchange()
    other = clean(read_page(envelope([dossier(1, SoGiayToChuHoSo="001093012345")]), JSON, source), source, DIRECTORY, b"x" * 32)
    assert other.dossiers["applicant_key"][0] != same[0]
    assert pd.isna(one(dossier(1, SoGiayToChuHoSo="000000001", ChuHoSo="A"))["applicant_key"])


@pytest.mark.parametrize(
    "body",
    [
        b'{"error_code":"0","result":[{"MaHoSo":"H99-260101-0001","ChuHoSo":"\\ud83d"}]}',
        b"\xef\xbb\xbf[]",
        b'{"result":[{"MaHoSo":"A","NgayHenTra":NaN}]}',
    ],
)
def test_odd_json_is_read_where_it_can_be(body: bytes) -> None:
    source = exchange()
    found = clean(read_page(body, JSON, source), source, DIRECTORY, KEY)
    assert len(found.dossiers) <= 1
    json.dumps(found.dossiers.astype(str).to_dict("records"))
