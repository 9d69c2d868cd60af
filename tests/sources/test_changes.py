"""What cleaning changed, field by field: the value as given, the value kept, the rule; nothing that may be personal."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.quality import CHANGES
from tasks.cleaning.rules import CLEANING_RULES
from tests.sources.desk import dossier
from tests.sources.test_clean import cleaned

PLAIN = {"MaDonVi": "H99.12", "KenhThucHien": "1"}
PERSON = {"SoGiayToChuHoSo": "001093012345", "ChuHoSo": "Lê Thị B", "SoDienThoai": "0912345678"}


def changed(record: dict[str, Any], **source: Any) -> dict[str, tuple[Any, ...]]:
    """Return field to value as given, value kept and rule; of an entry or pause its table and place stand before the field."""
    frame = cleaned([record], **source).changes.astype(object)
    frame = frame.where(frame.notna(), None)
    assert all(
        version == CLEANING_RULES[rule].version for rule, version in zip(frame["rule"], frame["rule_version"], strict=True)
    )
    assert all(sure == CLEANING_RULES[rule].confidence for rule, sure in zip(frame["rule"], frame["confidence"], strict=True))
    named = [
        field if table == "core.dossiers" else f"{table[5:]} {seq}.{field}"
        for table, seq, field in zip(frame["table_name"], frame["seq"], frame["field"], strict=True)
    ]
    rows = zip(named, frame["source_value"], frame["cleaned_value"], frame["rule"], strict=True)
    return {field: (before, after, rule) for field, before, after, rule in rows}


def of(**fields: Any) -> dict[str, tuple[Any, ...]]:
    """Return the changes of a dossier of which nothing but the given fields is odd."""
    return changed(dossier(1, **(PERSON | fields)))


def test_of_a_record_in_good_order_nothing_is_changed() -> None:
    assert of(**PLAIN) == {}


@pytest.mark.parametrize(
    ("given", "kept", "rule"),
    [
        (" H99.12-250305-0001 ", "H99.12-250305-0001", "trimmed"),
        ("h99.12 – 250305 – 0001", "H99.12-250305-0001", "code_form"),
        ("Н99.12-250305-0001", "H99.12-250305-0001", "look_alike"),
    ],
)
def test_codes_are_folded_and_what_was_given_stays_readable(given: str, kept: str, rule: str) -> None:
    assert of(MaHoSo=given)["code"] == (given, kept, rule)


@pytest.mark.parametrize(
    ("given", "rule", "kept"),
    [
        ("Ủy ban nhân dân tỉnh Mộc Lam", "agency_name", "H99"),
        ("UBND tinh Moc Lam", "agency_name_folded", "H99"),
        ("UBND phường Đông Hảii", "agency_likeness", "H99.42"),
        ("UBND xã An Bình", "agency_by_day", "H99.12"),
        ("H99.98", "agency_of_code", "H99.12"),
        ("000.05.12.H99", "agency_old_code", "H99.12"),
    ],
)
def test_an_agency_says_how_it_was_found(given: str, rule: str, kept: str) -> None:
    field = "MaDonVi" if given[0].isdigit() else "DonViXuLy"
    found = of(**{field: given}, MaHoSo="H99.12-250305-0001", NgayTiepNhan="20250305080000")
    assert found["unit_code"] == (given, kept, rule)


def test_dates_beyond_the_declared_form_are_told_and_others_are_not() -> None:
    plain = {"NgayTiepNhan": "05/03/2025 08:00", "NgayHenTra": "03/13/2025 17:00", "NgayKetThucXuLy": "45728.5"}
    found = of(**plain, NgayTra="00010101000000", MaHoSo="H99.12-250305-0001")
    assert found["due_at"] == ("03/13/2025 17:00", "2025-03-13T17:00:00", "date_order")
    assert found["done_at"] == ("45728.5", "2025-03-12T12:00:00", "date_serial")
    assert found["returned_at"] == ("00010101000000", None, "date_empty")


@pytest.mark.parametrize("text", ["hẹn chị Lê Thị B", "0912345678", "001093012345"])
def test_what_may_be_personal_is_not_repeated(text: str) -> None:
    assert of(NgayHenTra=text)["due_at"] == (None, None, "date_unreadable")
    assert of(SoGiayToChuHoSo="000000000000")["applicant_key"] == (None, None, "identity_refused")
    frame = cleaned([dossier(1, **PERSON | {"SoGiayToChuHoSo": "123"})]).changes
    assert not {"123", *PERSON.values()} & set(frame["source_value"].dropna())


def test_numbers_unlisted_codes_and_what_was_filled_in_are_told() -> None:
    found = of(KenhThucHien="7", TrangThaiHoSo="")
    assert found["channel"] == ("7", None, "not_listed")
    assert changed(dossier(1, **PERSON, KenhThucHien=""))["channel"] == (None, "counter", "by_default")
    presumed = changed(dossier(1, **PERSON, TrangThaiHoSo=""), presumed={"ended": 9, "open": 4})
    assert presumed["status"][2] == "presumed"


def test_entries_of_the_log_say_what_was_changed_of_them_and_which_were_left_out() -> None:
    log = [
        {"ThoiDiemXuLy": "20260105080000", "TrangThai": "77", "PhongBanXuLy": " Phòng  một cửa ", "NguoiXuLy": "Trần C"},
        {"ThoiDiemXuLy": "hôm qua", "TrangThai": "4", "PhongBanXuLy": "Phòng một cửa"},
        {"ThoiDiemXuLy": "46026.5", "TrangThai": "2"},
        {"ThoiDiemXuLy": "0912345678 gọi lại", "TrangThai": "4"},
    ]
    assert of(DanhSachTienDo=log, **PLAIN) == {
        "events 0.at": ("46026.5", "2026-01-04T12:00:00", "date_serial"),
        "events 1.status": ("77", None, "not_listed"),
        "events 1.unit_as_given": (" Phòng  một cửa ", "Phòng một cửa", "trimmed"),
        "events -1.at": (None, None, "date_unreadable"),
        "events -2.at": (None, None, "date_unreadable"),
    }


def test_pauses_say_what_was_changed_of_them() -> None:
    log = [
        {"ThoiDiemXuLy": f"202601{at}0000", "TrangThai": status} for at, status in (("0408", "2"), ("0509", "5"), ("0610", "4"))
    ]
    asked = {"NgayBoSung": "20260105090000", "TrangThaiBoSung": "lạ", "NgayHenTraTruoc": "01/13/2026 17:00"}
    record = dossier(1, **PERSON, **PLAIN, DanhSachTienDo=log, DanhSachHoSoBoSung=[asked])
    found = changed(record, pause_kinds={"1": "supplement"})
    assert found == {
        "pauses 0.due_before_at": ("01/13/2026 17:00", "2026-01-13T17:00:00", "date_order"),
        "pauses 0.ended_at": (None, "2026-01-06T10:00:00", "end_from_log"),
        "pauses 0.kind": ("lạ", "supplement", "pause_presumed"),
    }


def test_every_change_belongs_to_a_dossier_that_was_kept() -> None:
    records = [dossier(n, MaHoSo=code) for n, code in ((1, " H99.12-250305-0001"), (2, "h99.12-250305-0001"), (3, ""))]
    found = cleaned(records)
    keys = found.changes[list(CHANGES.key)]
    assert not keys.duplicated().any()
    assert set(keys["code"]) <= set(found.dossiers["code"])
