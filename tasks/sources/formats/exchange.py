"""National exchange (law 2.3 to 2.5): its three generations as one declared mapping."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from config.language import Bilingual
from tasks.rules.arrays import truths
from tasks.sources.formats.record_format import RecordFormat
from tasks.sources.formats.records import REFUSED, Fields, Keys, Objects, at, folded, keys_of, texts
from tasks.sources.parsed_records import Pages, ParsedRecords, Part, readings

# Canonical field: names that the generations use for it, the first given one counts.
EXCHANGE_KEYS: dict[str, tuple[str, ...]] = {
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
    "verified_by_vneid": ("TaiKhoanDuocXacThucVoiVNeID",),
    "returned_by_post": ("HinhThuc",),
    "service_level": ("MucDo",),
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
EXCHANGE_EVENTS = "DanhSachTienDo"
MESSAGE_KEYS = ("session", "service")
SUPPLEMENTS = "DanhSachHoSoBoSung"
FEES = "DanhSachLePhi"
RESULTS = "DanhSachGiayToKetQua"
RESULT_MARKS = ("DuongDanTepTinKetQua", "MaGiayToKetQua", "GiayToId")
COMPONENTS = "TaiLieuNop"
COMPONENT_MARKS = ("DuongDanTaiTepTin", "TepDinhKemId")
REMOVED = "IsDeleted"
REUSED = ("DuocSoHoa", "DuocTaiSuDung")
FROM_STORE = "DuocLayTuKhoDMQG"
PAID_ONLINE = "DuocThanhToanTrucTuyen"
WITH_REUSED = "HoSoCoThanhPhanSoHoa"
PROCEDURE_FEES = ("CACHTHUCTHUCHIEN[].THOIGIAN[].PHILEPHI", "CACHTHUCTHUCHIEN[].THOIGIAN[].PHILEPHI[].SOTIEN")
PROCEDURE_RESULTS = "KETQUATHUCHIEN"
_NO_MARK = pa.array([None, "0", "false"], pa.string())
_YES = pa.array(["1", "true"], pa.string())
_PAID = pa.array(
    ["1", "2"], pa.string()
)  # on the national portal, through the province's gateway; 3 is a fee that was not paid
EXCHANGE_IDENTITIES = "DinhDanhCHS"
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
    """Return the list of records at a declared path, else that of the envelope.

    See :func:`records_of`.
    """
    if path is None:
        return records_of(answer)
    found = at(answer, path)
    if isinstance(found, list):
        return found
    raise ValueError(Bilingual(f"không có danh sách ở {path}", f"there is no list at {path}"))


def lists_nothing(answer: Any, path: str | None) -> bool:
    """Tell whether an answer has null where its list of records should be, or is null itself: there is nothing new."""
    if answer is None:
        return True
    if path is None:
        given = folded(answer) if isinstance(answer, dict) else {}
        return any(given.get(name.casefold(), answer) is None for name in RESULT_LISTS)
    for name in path.split("."):
        if not isinstance(answer, dict) or name.casefold() not in (given := folded(answer)):
            return False
        answer = given[name.casefold()]
        if answer is None:
            return True
    return False


def path_of(path: str | None) -> list[tuple[str, ...]]:
    """Return the names by which to go to the list of records in an answer that is parsed into columns."""
    return [RESULT_LISTS] if path is None else [(name,) for name in path.split(".")]


def records_of(answer: Any) -> list[Any]:
    """Return the list of records inside an answer's envelope.

    Raises:
        ValueError: there is none.
    """
    if isinstance(answer, list):
        return _messages(answer)
    if isinstance(answer, dict):
        given = folded(answer)
        for name in RESULT_LISTS:
            found = given.get(name.casefold())
            if isinstance(found, list):
                return found
            if isinstance(found, dict):
                return [found] if folded(found).keys() & set(RECORD_CODES) else records_of(found)
        if any(str(given.get(name, "")).strip() == "0" for name in RESULT_TOTALS):
            return []  # some systems send no list where nothing was found
    raise ValueError(Bilingual("câu trả lời không có danh sách bản ghi", "the answer holds no list of records"))


def _messages(listed: list[Any]) -> list[Any]:
    """Return the records inside a list of the exchange's messages, one after the other; any other list as it is."""
    first = next((item for item in listed if not isinstance(item, dict) or REFUSED not in item), None)
    if not _is_message(first):
        return listed
    return [record for item in listed for record in (records_of(item) if _is_message(item) else [item])]


def _is_message(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    given = folded(item)
    return any(key in given for key in MESSAGE_KEYS) and any(
        isinstance(given.get(name.casefold()), list) for name in RESULT_LISTS
    )


def read_dossiers(objects: Objects, pages: Pages) -> ParsedRecords:
    """Read records of DongBoHoSoMC with their progress and supplement records."""
    keys, positions = objects.keys, objects.positions
    columns = {field: keys.texts(*names) for field, names in EXCHANGE_KEYS.items()}
    _applicants(keys, columns)
    _components(keys, columns)
    for field, (name, answer) in _DERIVED.items():
        if keys.has(name):
            columns[field] = answer(keys, name)
    codes = columns["code"]
    return readings(
        pages,
        dossiers=Part(columns, positions),
        events=child_columns(*keys.inside(EXCHANGE_EVENTS), EVENT_KEYS, codes, positions),
        supplements=child_columns(*keys.inside(SUPPLEMENTS), SUPPLEMENT_KEYS, codes, positions),
        rejected=not_objects(objects),
    )


def read_units(objects: Objects, pages: Pages) -> ParsedRecords:
    """Read records of LayDanhMucCoQuan."""
    columns = {field: objects.keys.texts(*names) for field, names in UNIT_KEYS.items()}
    return readings(pages, units=Part(columns, objects.positions), rejected=not_objects(objects))


def read_procedures(objects: Objects, pages: Pages) -> ParsedRecords:
    """Read records of LayThuTuc: one row for each channel, because the limit is the channel's (law 2.8)."""
    keys, positions = objects.keys, objects.positions
    ways = [value or [{}] for value in keys.values("CACHTHUCTHUCHIEN")]
    items, places = keys_of(ways)
    own = {field: keys.texts(*names).take(pa.array(places)) for field, names in PROCEDURE_KEYS.items()}
    domains = keys.first_inside("LINHVUCTHUCHIEN").records
    field_keys = Keys([domains[place] for place in places])
    limits = [_limit(value) for value in items.values("THOIGIAN")]
    legal_basis = pa.array([_legal_basis(value) for value in keys.values("CANCUPHAPLY")], pa.string()).take(pa.array(places))
    columns = {
        **own,
        "reference": pc.coalesce(own["reference"], legal_basis),
        "field_code": field_keys.texts("MALINHVUC"),
        "field_name": field_keys.texts("TENLINHVUC"),
        "channel": items.texts("KENH"),
        "limit_text": pa.array([limit[0] for limit in limits], pa.string()),
        "limit_unit_text": pa.array([limit[1] for limit in limits], pa.string()),
        "has_fee": pa.array([_has_fee(value) for value in items.values("THOIGIAN")], pa.string()),
        "gives_result": pa.array(map(_gives_result, keys.values(PROCEDURE_RESULTS)), pa.string()).take(pa.array(places)),
    }
    return readings(pages, procedures=Part(columns, positions[places]), rejected=not_objects(objects))


def not_objects(objects: Objects) -> Part:
    """Reject what stands among the records and is none that can be used."""
    return Part({"reason": pa.array(objects.reasons, pa.string())}, objects.others)


def child_columns(
    keys: Fields, places: np.ndarray, names: Mapping[str, tuple[str, ...]], codes: pa.Array, positions: np.ndarray
) -> Part:
    """Return the rows that belong to records under canonical names, with the record's code.

    Args:
        keys: of the rows.
        places: for each row the place of its record among the records.
        names: canonical field to the names that rows have for it.
        codes: of the records.
        positions: of the records in the page.
    """
    columns = {field: keys.texts(*spellings) for field, spellings in names.items()}
    return Part({"code": codes.take(pa.array(places)), **columns}, positions[places])


def _applicants(keys: Fields, columns: dict[str, pa.Array]) -> None:
    """Fill in the applicant from where later generations keep him."""
    if keys.has(EXCHANGE_IDENTITIES):
        numbers = keys.first_inside(EXCHANGE_IDENTITIES).texts("SoDinhDanh")
        columns["identity_number"] = pc.coalesce(columns["identity_number"], numbers)
    if keys.has(APPLICANT[0]):
        inner = keys.first_inside(APPLICANT[0]).first_inside(APPLICANT[1])
        for field, names in APPLICANT_KEYS.items():
            columns[field] = pc.coalesce(columns[field], inner.texts(*names))


def _has_result(keys: Fields, name: str) -> pa.Array:
    """Tell whether a record lists a result; null where it has no list of them."""
    items, places = keys.inside(name)
    shown = np.zeros(len(keys), dtype=bool)
    for mark in RESULT_MARKS:
        shown[places[truths(pc.invert(pc.is_in(items.texts(mark), _NO_MARK)))]] = True
    return pc.if_else(keys.lists(name), pc.if_else(shown, "true", "false"), None)


def _components(keys: Fields, columns: dict[str, pa.Array]) -> None:
    """Fill in what the papers of a record say: files attached, reused ones, ones from the store of results.

    A record that says of itself that it reuses a paper needs no list of them.
    """
    if keys.has(COMPONENTS):
        items, places = keys.inside(COMPONENTS)
        kept = ~_says(items, REMOVED)
        listed = keys.lists(COMPONENTS)
        files = np.zeros(len(items), dtype=bool)
        for mark in COMPONENT_MARKS:
            files |= truths(pc.invert(pc.is_in(items.texts(mark), _NO_MARK)))
        columns["has_components"] = _told(listed, places[files & kept], len(keys))
        flags = {"reuses_component": REUSED, "taken_from_store": (FROM_STORE,)}
        for field, names in flags.items():
            given, said = (np.zeros(len(items), dtype=bool) for _ in range(2))
            for name in names:
                given |= items.given(name)
                said |= _says(items, name)
            told = np.zeros(len(keys), dtype=bool)
            told[places[given & kept]] = True
            columns[field] = _told(told, places[said & kept], len(keys))
    if keys.has(WITH_REUSED):
        own = pc.if_else(keys.given(WITH_REUSED), pc.if_else(_says(keys, WITH_REUSED), "true", "false"), None)
        told_by_papers = columns.get("reuses_component", pa.nulls(len(keys), pa.string()))
        says = truths(pc.equal(own, "true")) | truths(pc.equal(told_by_papers, "true"))
        columns["reuses_component"] = pc.if_else(says, "true", pc.coalesce(own, told_by_papers))


def _says(keys: Fields, name: str) -> np.ndarray:
    return truths(pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(keys.texts(name))), _YES))


def _told(told: np.ndarray, places: np.ndarray, size: int) -> pa.Array:
    """Return yes where one of the places says so, no where it is told otherwise, else null."""
    yes = np.zeros(size, dtype=bool)
    yes[places] = True
    return pc.if_else(told | yes, pc.if_else(yes, "true", "false"), None)


def _paid(keys: Fields, name: str) -> pa.Array:
    """Tell whether a record was paid online; null where it does not say."""
    said = keys.texts(name)
    return pc.if_else(pc.is_null(said), None, pc.if_else(pc.is_in(pc.utf8_trim_whitespace(said), _PAID), "true", "false"))


def _fees(keys: Fields, name: str) -> pa.Array:
    """Join the single sums; they are added up where numbers are read."""
    items, places = keys.inside(name)
    prices: dict[int, str] = {}
    for place, price in zip(places.tolist(), items.texts("Gia").to_pylist(), strict=True):
        if price:
            prices[place] = f"{prices[place]}+{price}" if place in prices else price
    return pa.array(list(map(prices.get, range(len(keys)))), pa.string())


def _legal_basis(value: Any) -> str | None:
    """Return the numbers of the documents that a procedure rests on, as the catalogue lists them."""
    numbers = keys_of([value])[0].texts("SOVANBAN").drop_null().to_pylist()
    return "; ".join(dict.fromkeys(number.strip() for number in numbers)) or None


def _migrated(keys: Fields, name: str) -> pa.Array:
    """Tell whether a record was brought in from another system; null where it does not have the field."""
    said = truths(pc.equal(pc.utf8_lower(pc.utf8_trim_whitespace(keys.texts(name))), "convert"))
    return pc.if_else(keys.given(name), pc.if_else(said, "true", "false"), None)


def _limit(value: Any) -> tuple[str | None, str | None]:
    """Return amount and unit of a channel's limit; several different ones are joined, which no rule will settle."""
    keys, _ = keys_of([value])
    pairs = list(dict.fromkeys(zip(_listed(keys, "THOIGIANGIAIQUYET"), _listed(keys, "DONVITINH"), strict=True)))
    if not pairs:
        return None, None
    if len(pairs) == 1:
        return pairs[0]
    return " / ".join(" ".join(part for part in pair if part) for pair in pairs), None


def _has_fee(value: Any) -> str | None:
    """Tell whether a channel of a procedure names a fee above 0; null where no list of fees is given."""
    keys, _ = keys_of([value])
    fees = [fee for fee in keys.values("PHILEPHI") if isinstance(fee, list)]
    if not fees:
        return None
    sums = [text for text in _listed(keys_of([one for fee in fees for one in fee])[0], "SOTIEN") if text]
    return "true" if any(set(text) & set("123456789") for text in sums) else "false"


def _gives_result(value: Any) -> str | None:
    if value is None:
        return None
    return "true" if len(keys_of([value])[0]) else "false"


def _listed(keys: Keys, name: str) -> list[str | None]:
    found: list[str | None] = texts(keys.values(name)).to_pylist()
    return found


_DERIVED: dict[str, tuple[str, Callable[[Fields, str], pa.Array]]] = {
    "has_result": (RESULTS, _has_result),
    "fee_amount": (FEES, _fees),
    "is_migrated": (MIGRATED, _migrated),
    "paid_online": (PAID_ONLINE, _paid),
}


UNITS_LIST = RecordFormat(read=lambda objects, pages, _: read_units(objects, pages), keys=UNIT_KEYS, alternatives=UNIT_KEYS)
PROCEDURES_LIST = RecordFormat(
    read=lambda objects, pages, _: read_procedures(objects, pages),
    keys={
        **PROCEDURE_KEYS,
        "field_code": ("LINHVUCTHUCHIEN", "LINHVUCTHUCHIEN[].MALINHVUC"),
        "field_name": ("LINHVUCTHUCHIEN[].TENLINHVUC",),
        "channel": ("CACHTHUCTHUCHIEN", "CACHTHUCTHUCHIEN[].KENH"),
        "limit_text": ("CACHTHUCTHUCHIEN[].THOIGIAN",),
        "has_fee": PROCEDURE_FEES,
        "gives_result": (PROCEDURE_RESULTS,),
        "reference": (*PROCEDURE_KEYS["reference"], "CANCUPHAPLY", "CANCUPHAPLY[].SOVANBAN"),
    },
    alternatives=PROCEDURE_KEYS,
)
