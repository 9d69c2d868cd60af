"""The national exchange (domain 2.3 to 2.5): its three generations as one declared mapping."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tasks.sources.readings import Part, Readings, readings
from tasks.sources.records import Keys, Record, at, children, text, texts

# Canonical field: names that the generations use for it, the first given one counts.
DOSSIER_KEYS: dict[str, tuple[str, ...]] = {
    "code": ("MaHoSo",),
    "alias_code": ("MaHoSoKhac", "MaHoSoCDVCQG"),
    "receipt_number": ("SoBienNhan",),
    "procedure_code": ("MaTTHC",),
    "field_code": ("MaLinhVuc",),
    "unit_code": ("MaDonViXuLy", "MaDonVi", "MaDonViTiepNhan"),
    "unit": ("DonViXuLy", "TenDonVi", "DonViQuanLy"),
    "channel": ("KenhThucHien",),
    "person_kind": ("LoaiDoiTuong",),
    "identity_number": ("SoGiayToChuHoSo",),
    "applicant_name": ("ChuHoSo",),
    "phone": ("SoDienThoai",),
    "summary": ("TrichYeuHoSo", "GhiChu"),
    "status": ("TrangThaiHoSo",),
    "submitted_at": ("NgayNopHoSo", "NgayNop"),
    "received_at": ("NgayTiepNhan",),
    "due_at": ("NgayHenTra",),
    "done_at": ("NgayKetThucXuLy",),
    "returned_at": ("NgayTra",),
    "refused_at": ("NgayTuChoi",),
    "modified_at": ("NgayCapNhat",),
}
EVENT_KEYS = {
    "at": ("ThoiDiemXuLy", "NgayBatDau"),
    "status": ("TrangThai",),
    "unit": ("PhongBanXuLy",),
    "actor": ("NguoiXuLy",),
    "planned_end_at": ("NgayKetThucTheoQuyDinh",),
}
SUPPLEMENT_KEYS = {
    "kind": ("TrangThaiBoSung",),
    "started_at": ("NgayBoSung",),
    "ended_at": ("NgayTiepNhanBoSung",),
    "due_before_at": ("NgayHenTraTruoc",),
    "due_after_at": ("NgayHenTraMoi",),
}
EVENTS = "DanhSachTienDo"
MESSAGE_KEYS = ("session", "service")
SUPPLEMENTS = "DanhSachHoSoBoSung"
FEES = "DanhSachLePhi"
RESULTS = "DanhSachGiayToKetQua"
RESULT_MARKS = ("DuongDanTepTinKetQua", "MaGiayToKetQua", "GiayToId")
IDENTITIES = "DinhDanhCHS"
APPLICANT = ("ThongTinNguoiNop", "ThongTinChiTiet")
APPLICANT_KEYS = {
    "identity_number": ("SoDinhDanhChuHs", "SoDinhDanh"),
    "applicant_name": ("TenChuHs", "TenNguoiNop"),
    "phone": ("SoDienThoai",),
}
MIGRATED = "ViTriDeHoSo"
RESULT_LISTS = ("result", "data", "items", "DanhSach")
RESULT_TOTALS = ("tongso", "total")
# By these an object is a record itself: some systems send no list where there is but one.
RECORD_CODES = ("mahoso", "dossierno", "matthc", "madonvi")

UNIT_KEYS: dict[str, tuple[str, ...]] = {
    "unit_code": ("MADONVI",),
    "name": ("TENDONVI",),
    "level": ("CAP",),
    "parent_code": ("MACHA",),
    "valid_from": ("TUNGAY",),
    "valid_to": ("DENNGAY",),
    "succeeded_by": ("MAKETHUA",),
    "old_code": ("MACU",),
}
PROCEDURE_KEYS: dict[str, tuple[str, ...]] = {
    "procedure_code": ("MATTHC",),
    "name": ("TENTTHC",),
    "valid_from": ("TUNGAY",),
    "valid_to": ("DENNGAY",),
    "reference": ("SOQUYETDINH",),
}


def listed(answer: Any, path: str | None) -> list[Any]:
    """Return the list of records at a declared path, else where the exchange's envelope has it; see :func:`records_of`."""
    if path is None:
        return records_of(answer)
    found = at(answer, path)
    if isinstance(found, list):
        return found
    raise ValueError(f"there is no list at {path}")


def records_of(answer: Any) -> list[Any]:
    """Return the list of records inside an answer's envelope.

    Raises:
        ValueError: there is none.
    """
    if isinstance(answer, list):
        return _messages(answer)
    if isinstance(answer, dict):
        folded = {str(key).casefold(): value for key, value in answer.items()}
        for name in RESULT_LISTS:
            found = folded.get(name.casefold())
            if isinstance(found, list):
                return found
            if isinstance(found, dict):
                return [found] if set(RECORD_CODES) & {str(key).casefold() for key in found} else records_of(found)
        if any(str(folded.get(name, "")).strip() == "0" for name in RESULT_TOTALS):
            return []  # some systems send no list where nothing was found
    raise ValueError("the answer holds no list of records")


def _messages(listed: list[Any]) -> list[Any]:
    """Return the records inside a list of the exchange's messages, one after the other; any other list as it is."""
    if not listed or not _is_message(listed[0]):
        return listed
    return [record for item in listed for record in (records_of(item) if _is_message(item) else [item])]


def _is_message(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    folded = {str(key).casefold(): value for key, value in item.items()}
    return any(key in folded for key in MESSAGE_KEYS) and any(
        isinstance(folded.get(name.casefold()), list) for name in RESULT_LISTS
    )


def split_objects(records: Sequence[Any]) -> tuple[list[Record], list[int], list[int]]:
    """Split records into objects with their positions, and the positions of what is no object."""
    positions = [place for place, record in enumerate(records) if isinstance(record, dict)]
    others = [place for place, record in enumerate(records) if not isinstance(record, dict)]
    return [records[place] for place in positions], positions, others


def read_dossiers(records: Sequence[Any], digest: str) -> Readings:
    """Read records of DongBoHoSoMC with their progress and supplement records."""
    objects, positions, others = split_objects(records)
    return read_objects(Keys(objects), positions, others, digest)


def read_objects(keys: Keys, positions: Sequence[int], others: Sequence[int], digest: str) -> Readings:
    """Read dossiers: ``positions`` are their places in the page, ``others`` those of what is no object."""
    columns = {field: keys.texts(*names) for field, names in DOSSIER_KEYS.items()}
    _applicants(keys, columns)
    for field, (name, answer) in _DERIVED.items():
        if keys.has(name):
            columns[field] = pa.array([answer(value) for value in keys.values(name)], pa.string())
    codes = columns["code"]
    return readings(
        digest,
        dossiers=Part(columns, positions),
        events=child_columns(keys.values(EVENTS), EVENT_KEYS, codes, positions),
        supplements=child_columns(keys.values(SUPPLEMENTS), SUPPLEMENT_KEYS, codes, positions),
        rejected=not_objects(others),
    )


def read_units(records: Sequence[Any], digest: str) -> Readings:
    """Read records of LayDanhMucCoQuan."""
    objects, positions, others = split_objects(records)
    keys = Keys(objects)
    columns = {field: keys.texts(*names) for field, names in UNIT_KEYS.items()}
    return readings(digest, units=Part(columns, positions), rejected=not_objects(others))


def read_procedures(records: Sequence[Any], digest: str) -> Readings:
    """Read records of LayThuTuc: one row for each channel, because the limit is the channel's (domain 2.8)."""
    objects, positions, others = split_objects(records)
    keys = Keys(objects)
    ways = [value or [{}] for value in keys.values("CACHTHUCTHUCHIEN")]
    items, places = children(ways)
    own = {field: keys.texts(*names).take(pa.array(places, pa.int64())) for field, names in PROCEDURE_KEYS.items()}
    domains = [_first_object(value) for value in keys.values("LINHVUCTHUCHIEN")]
    field_keys = Keys([domains[place] for place in places])
    limits = [_limit(value) for value in Keys(items).values("THOIGIAN")]
    legal_basis = pa.array([_legal_basis(value) for value in keys.values("CANCUPHAPLY")], pa.string()).take(
        pa.array(places, pa.int64())
    )
    columns = {
        **own,
        "reference": pc.coalesce(own["reference"], legal_basis),
        "field_code": field_keys.texts("MALINHVUC"),
        "field_name": field_keys.texts("TENLINHVUC"),
        "channel": Keys(items).texts("KENH"),
        "limit_text": pa.array([limit[0] for limit in limits], pa.string()),
        "limit_unit_text": pa.array([limit[1] for limit in limits], pa.string()),
    }
    return readings(digest, procedures=Part(columns, [positions[p] for p in places]), rejected=not_objects(others))


def not_objects(positions: Sequence[int]) -> Part:
    """Reject records that are no objects."""
    return Part({"reason": pa.array(["not_an_object"] * len(positions), pa.string())}, positions)


def child_columns(
    values: Sequence[Any], names: Mapping[str, tuple[str, ...]], codes: pa.Array, positions: Sequence[int]
) -> Part:
    """Flatten the rows that belong to each record, under canonical names, with the record's code."""
    items, places = children(values)
    keys = Keys(items)
    columns = {field: keys.texts(*spellings) for field, spellings in names.items()}
    return Part({"code": codes.take(pa.array(places, pa.int64())), **columns}, [positions[place] for place in places])


def _applicants(keys: Keys, columns: dict[str, pa.Array]) -> None:
    """Fill in the applicant from where later generations keep him."""
    if keys.has(IDENTITIES):
        numbers = Keys([_first_object(value) for value in keys.values(IDENTITIES)]).texts("SoDinhDanh")
        columns["identity_number"] = pc.coalesce(columns["identity_number"], numbers)
    if keys.has(APPLICANT[0]):
        outer = Keys([_first_object(value) for value in keys.values(APPLICANT[0])])
        inner = Keys([_first_object(value) for value in outer.values(APPLICANT[1])])
        for field, names in APPLICANT_KEYS.items():
            columns[field] = pc.coalesce(columns[field], inner.texts(*names))


def _first_object(value: Any) -> Record:
    if isinstance(value, list):
        value = next(iter(value), None)
    return value if isinstance(value, dict) else {}


def _has_result(value: Any) -> str | None:
    if not isinstance(value, list):
        return None
    return (
        "false"
        if not value
        else "true"
        if any(isinstance(i, dict) and any(i.get(name) for name in RESULT_MARKS) for i in value)
        else "false"
    )


def _fees(value: Any) -> str | None:
    """Join the single sums; they are added up where numbers are read."""
    if not value or not isinstance(value, list):
        return None
    prices = [text(item.get("Gia", item.get("gia"))) for item in value if isinstance(item, dict)]
    return "+".join(price for price in prices if price) or None


def _legal_basis(value: Any) -> str | None:
    """Return the numbers of the documents that a procedure rests on, as the catalogue lists them."""
    numbers = Keys(children([value])[0]).texts("SOVANBAN").drop_null().to_pylist()
    return "; ".join(dict.fromkeys(number.strip() for number in numbers)) or None


def _migrated(value: Any) -> str | None:
    return None if value is None else ("true" if str(value).strip().casefold() == "convert" else "false")


def _limit(value: Any) -> tuple[str | None, str | None]:
    """Return amount and unit of a channel's limit; several different ones are joined, which no rule will settle."""
    items, _ = children([value])
    keys = Keys(items)
    pairs = list(dict.fromkeys(zip(_listed(keys, "THOIGIANGIAIQUYET"), _listed(keys, "DONVITINH"), strict=True)))
    if not pairs:
        return None, None
    if len(pairs) == 1:
        return pairs[0]
    return " / ".join(" ".join(part for part in pair if part) for pair in pairs), None


def _listed(keys: Keys, name: str) -> list[str | None]:
    found: list[str | None] = texts(keys.values(name)).to_pylist()
    return found


_DERIVED: dict[str, tuple[str, Callable[[Any], str | None]]] = {
    "has_result": (RESULTS, _has_result),
    "fee_amount": (FEES, _fees),
    "is_migrated": (MIGRATED, _migrated),
}
