"""Dossiers, procedures and agencies in the shape of the national exchange (law 2.4, 2.5, 2.8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demo.calendar import moment_of
from demo.model import Dossier, Entry, Shown, Supplement
from demo.procedures import CHANNEL_CODES, Catalogue, Version
from demo.units import Directory

Record = dict[str, Any]
Worded = Callable[[Version], Version]
_LEVELS = {"province": "TINH", "department": "SO", "district": "HUYEN", "commune": "XA", "branch": "CHINHANH"}
_STAMPS: dict[int, str] = {}


def stamp(minute: int | None) -> str:
    """Return a time as ``yyyyMMddHHmmss``, empty where there is none."""
    if minute is None:
        return ""
    if minute not in _STAMPS:
        _STAMPS[minute] = f"{moment_of(minute):%Y%m%d%H%M%S}"
    return _STAMPS[minute]


def dossier_record(dossier: Dossier, catalogue: Catalogue) -> Record:
    """Return the record of ``DongBoHoSoMC`` with its progress records; no field tells the truth behind it."""
    shown, person = dossier.view, dossier.person
    known = catalogue.by_code.get(shown.procedure)
    record: Record = {
        "MaHoSo": dossier.code,
        "MaHoSoKhac": shown.alias,
        "MaTTHC": shown.procedure,
        "TenTTHC": known[0].name if known else "Thủ tục nội bộ",
        "MaLinhVuc": known[0].field_code if known else "",
        "TenLinhVuc": known[0].field_name if known else "",
        "SoBienNhan": dossier.receipt_number,
        "ChuHoSo": person.name,
        "LoaiDoiTuong": str(person.kind),
        "SoGiayToChuHoSo": person.identity,
        "SoDienThoai": person.phone,
        "TrichYeuHoSo": shown.summary or "Dinhkem",
        "KenhThucHien": CHANNEL_CODES[shown.channel],
        "MucDo": shown.level,
        "MaDonViTiepNhan": shown.unit,
        "DonViXuLy": shown.unit_name,
        "HinhThuc": "1" if dossier.by_post else "0",
        "NgayNopHoSo": stamp(shown.submitted),
        "NgayTiepNhan": stamp(shown.received),
        "NgayHenTra": stamp(shown.due),
        "NgayKetThucXuLy": stamp(shown.done),
        "NgayTra": stamp(shown.returned),
        "NgayTuChoi": stamp(shown.refused),
        "TrangThaiHoSo": shown.status,
        "ViTriDeHoSo": "Convert" if shown.migrated else "",
        "NgayCapNhat": f"{stamp(shown.modified)[:-2]}{dossier.number % 60:02d}",
    }
    record |= {key: value for key, value in shown.raw.items() if key in record}
    return record | _lists(dossier, shown, record)


def _lists(dossier: Dossier, shown: Shown, record: Record) -> Record:
    identity = str(record["SoGiayToChuHoSo"])
    result = {
        "TenGiayTo": "Kết quả giải quyết",
        "MaGiayToKetQua": "KQ.H99.000031",
        "DuongDanTepTinKetQua": f"/kq/{dossier.number}",
    }
    fee = 0 if dossier.number % 3 else 15000 * (1 + dossier.number % 9)
    return {
        "DinhDanhCHS": [{"LoaiDinhDanh": "1" if len(identity) == 12 else "2", "SoDinhDanh": identity}],
        "TaiLieuNop": [_paper(dossier.number)],
        "TaiKhoanDuocXacThucVoiVNeID": str(dossier.number % 4 // 3),
        "DuocThanhToanTrucTuyen": ("3" if dossier.number % 2 else "1") if fee else "0",
        "DanhSachLePhi": [{"TenPhiLePhi": "Lệ phí", "Gia": str(fee), "LoaiPhiLePhi": "1"}] if fee else [],
        "DanhSachGiayToKetQua": [result] if shown.has_result else [],
        "DanhSachHoSoBoSung": [_supplement(dossier, row) for row in shown.supplements],
        "DanhSachTienDo": [_progress(dossier, entry) for entry in shown.log],
    }


def _paper(number: int) -> Record:
    return {
        "TenTepDinhKem": "Dinhkem",
        "DuongDanTaiTepTin": f"/tp/{number}" if number % 7 else "",
        "DuocSoHoa": str(number % 8 // 7),
        "DuocTaiSuDung": str(number % 5 // 4),
        "DuocLayTuKhoDMQG": str(number % 9 // 8),
    }


def _supplement(dossier: Dossier, row: Supplement) -> Record:
    return {
        "HoSoBoSungId": f"{dossier.number}-{row.asked % 100000}",
        "NguoiYeuCauBoSung": "Chuyên viên",
        "NoiDungBoSung": "Bổ sung thành phần hồ sơ",
        "NgayBoSung": stamp(row.asked),
        "NgayTiepNhanBoSung": dossier.view.raw.get("came", stamp(row.came)),
        "TrangThaiBoSung": "Hoàn thành bổ sung" if row.came is not None else "Yêu cầu công dân bổ sung",
        "NgayHenTraTruoc": stamp(row.due_before),
        "NgayHenTraMoi": stamp(row.due_after),
    }


def _progress(dossier: Dossier, entry: Entry) -> Record:
    return {
        "MaHoSo": dossier.code,
        "NguoiXuLy": entry.officer,
        "ChucDanh": "Chuyên viên",
        "ThoiDiemXuLy": stamp(entry.at),
        "PhongBanXuLy": entry.room,
        "NoiDungXuLy": entry.text,
        "TrangThai": str(entry.status),
    }


def procedure_records(catalogue: Catalogue, worded: Worded | None = None) -> list[Record]:
    """Return one record of ``LayThuTuc`` for each version of a procedure; its limit in other words where given."""
    versions: dict[tuple[str, str, str], list[Version]] = {}
    for each in catalogue.all if worded is None else map(worded, catalogue.all):
        versions.setdefault((each.code, each.valid_from, each.valid_to), []).append(each)
    return [_procedure(group) for group in versions.values()]


def _procedure(group: list[Version]) -> Record:
    first = group[0]
    return {
        "MATTHC": first.code,
        "TENTTHC": first.name,
        "LINHVUCTHUCHIEN": [{"MALINHVUC": first.field_code, "TENLINHVUC": first.field_name}],
        "CACHTHUCTHUCHIEN": [
            {
                "KENH": CHANNEL_CODES[each.channel],
                "THOIGIAN": [
                    {"THOIGIANGIAIQUYET": each.limit_text, "DONVITINH": each.limit_unit_text, "PHILEPHI": _fees(first)}
                ],
            }
            for each in group
        ],
        "KETQUATHUCHIEN": [{"MAKETQUA": "KQ.H99.000031", "TENKETQUA": "Kết quả giải quyết"}],
        "CANCUPHAPLY": [],
        "SOQUYETDINH": first.reference,
        "TUNGAY": first.valid_from.replace("-", ""),
        "DENNGAY": first.valid_to.replace("-", ""),
    }


def _fees(version: Version) -> list[Record]:
    """Return a fee where the procedure's number is odd."""
    return [{"SOTIEN": "15000", "DONVI": "VND"}] if version.code[-1:] in tuple("13579") else []


def unit_records(directory: Directory) -> list[Record]:
    """Return the records of ``LayDanhMucCoQuan``, abolished agencies with their heirs included."""
    return [
        {
            "MADONVI": unit.code,
            "TENDONVI": unit.name,
            "MACHA": unit.parent,
            "CAP": _LEVELS[unit.level],
            "TUNGAY": unit.valid_from.replace("-", ""),
            "DENNGAY": unit.valid_to.replace("-", ""),
            "MAKETHUA": unit.successor,
            "MACU": unit.old_code,
        }
        for unit in directory.all
    ]
