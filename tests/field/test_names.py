"""Names, statuses and codes in the spellings of the field: which are one, which are two, and which nobody can tell."""

from __future__ import annotations

import unicodedata
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from config import code_lists
from schemas.reference import UNITS
from tasks.cleaning.agencies import AgencyLookup
from tasks.cleaning.columns import CodeList, booleans
from tasks.rules.text.codes import fold_codes, fold_procedures, fold_units, plain_codes
from tasks.rules.text.normal_form import clean_text, fold
from tasks.rules.text.spelling import has_marks, may_be_one, spelled

COMPOSED, LOOSE = "NFC", "NFD"

# Two spellings, and whether they are one name.
NAMES: list[tuple[str, str, bool]] = [
    ("UBND xã Hòa Bình", "UBND xã Hoà Bình", True),
    ("UBND xã Hòa Bình", "Ubnd  Xã  HÒA\u00a0BÌNH\u200b", True),
    ("Thủy Nguyên", "Thuỷ Nguyên", True),
    ("Toàn Thắng", "Tòan Thắng", True),
    ("Khoẻ", "Khỏe", True),
    ("Quý Lộc", "Qúy Lộc", True),
    ("Lý Nhân", "Lí Nhân", True),
    ("Mỹ Đức", "Mĩ Đức", True),
    ("Quỳ Hợp", "Quì Hợp", True),
    ("Đông Sơn", "Ðông Sơn", True),
    ("Đông Sơn", "Ɖông Sơn", True),
    ("đông sơn", "ðông sơn", True),
    ("An Khê", "Аn Khê", True),  # a Cyrillic letter
    ("Sở Y tế", "Sở\u00adY tế".replace("\u00ad", "\u2060 "), True),
    ("Khu vực 1", "Khu vực １", True),
    ("Phú-Lâm", "Phú – Lâm", True),
    ("Đông Sơn", "Đồng Sơn", False),
    ("Đồng Sơn", "Động Sơn", False),
    ("Đông Sơn", "Dong Son", False),
    ("Nguyễn Văn Hùng", "Nguyễn Văn Hưng", False),
    ("Thanh", "Thành", False),
    ("Thúy", "Thúi", False),
    ("Thảo Vy", "Thảo Vi", False),
    ("Khu vực 1", "Khu vực 2", False),
    ("Đạt", "Đắt", False),
]


@pytest.mark.parametrize(("one", "other", "same"), NAMES, ids=[f"{one} {other}" for one, other, _ in NAMES])
def test_what_is_one_name(one: str, other: str, same: bool) -> None:
    for form in (COMPOSED, LOOSE):
        assert (spelled(one) == spelled(unicodedata.normalize(form, other))) is same
        assert (spelled(one.upper()) == spelled(unicodedata.normalize(form, other))) is same
    if same:
        assert fold(one) == fold(other)


def test_marks_are_seen_in_any_form() -> None:
    assert [has_marks(text) for text in ("Hùng", unicodedata.normalize("NFD", "Hùng"), "Ð", "NGUYEN VAN HUNG", "")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_signs_that_nobody_sees_are_gone() -> None:
    given = ["H\u00f2a\u2060 B\u00ecnh", "\u202aAn Kh\u00ea\u202c", "An\u200d Kh\u00ea", "\u00adx", "An\u200bKh\u00ea"]
    assert clean_text(pa.array(given)).to_pylist() == ["Hòa Bình", "An Khê", "An Khê", "x", "An Khê"]


# The three communes of one case, two branches, a commune that became a ward, and one name without a twin.
AGENCIES = [
    ("H99.21", "UBND xã Đông Sơn"),
    ("H99.22", "UBND xã Đồng Sơn"),
    ("H99.23", "UBND xã Động Sơn"),
    ("H99.31", "Chi nhánh Văn phòng Đăng ký đất đai khu vực 1"),
    ("H99.41", "UBND phường Hòa Bình"),
    ("H99.42", "UBND xã Tân Hưng"),
    ("H99.51", "UBND xã Phú Thịnh"),
    ("H99.52", "UBND phường Phú Thịnh"),
    ("H99.61", "UBND xã Mỹ Lộc"),
    ("H99.62", "Sở Nông nghiệp và Môi trường"),
]
# A name as given, the agency of the dossier's code, and the agency that is meant; None: nobody can tell.
GIVEN: list[tuple[str, str | None, str | None, str | None]] = [
    ("UBND xã Đông Sơn", None, "H99.21", None),
    ("UBND xã Đồng Sơn", None, "H99.22", None),
    ("UBND xã Động Sơn", None, "H99.23", None),
    ("ủy ban nhân dân xã đồng sơn", None, "H99.22", "unit_folded"),
    ("UỶ BAN NHÂN DÂN XÃ ĐỘNG SƠN", None, "H99.23", "unit_folded"),
    ("Xã Ðông Sơn", None, "H99.21", "unit_folded"),
    ("Động Sơn", None, "H99.23", "unit_folded"),
    ("UBND X. Đồng Sơn", None, "H99.22", "unit_folded"),
    ("UBND xa Dong Son", None, None, "unit_ambiguous"),
    ("Dong Son", "H99.41", None, "unit_ambiguous"),
    ("Dong Son", "H99.22", "H99.22", "unit_ambiguous"),
    ("UBND xã Đống Sơn", "H99.41", None, "unit_ambiguous"),
    ("UBND xã Hoà Bình", None, "H99.41", "unit_folded"),
    ("UBND xa Tan Hung", None, "H99.42", "unit_folded"),
    ("UBND xã Mĩ Lộc", None, "H99.61", "unit_folded"),
    ("Phú Thịnh", None, None, "unit_ambiguous"),
    ("Phường Phú Thịnh", None, "H99.52", "unit_folded"),
    ("Sở Nông nghiệp & Môi trường", None, "H99.62", "unit_folded"),
    ("Chi nhánh Văn phòng Đăng ký đất đai khu vực 2", "H99.41", "H99.41", "unit_unknown"),
    ("Chi nhánh Văn phòng Đăng kí đất đai khu vực 1", None, "H99.31", "unit_folded"),
    ("UBND xã Bình Minh", "H99.41", "H99.41", "unit_unknown"),
]


def directory() -> AgencyLookup:
    rows = [{"unit_code": code, "name": name, "level": "commune", "valid_from": date(2020, 1, 1)} for code, name in AGENCIES]
    return AgencyLookup(UNITS.frame(rows))


@pytest.mark.parametrize(("name", "prefix", "code", "mark"), GIVEN, ids=[f"{row[0]} {row[1]}" for row in GIVEN])
def test_which_agency_a_name_means(name: str, prefix: str | None, code: str | None, mark: str | None) -> None:
    for form in (COMPOSED, LOOSE):
        given = clean_text(pa.array([unicodedata.normalize(form, name)]))
        found = directory().resolve(
            pa.array([None], pa.string()), given, pa.array([prefix], pa.string()), np.array(["2026-03-02"], "datetime64[D]")
        )
        raised = {"unit_unknown": found.unknown, "unit_folded": found.folded, "unit_ambiguous": found.ambiguous}
        assert found.codes.to_pylist() == [code]
        assert [mark for mark, rows in raised.items() if rows[0]] == ([mark] if mark else [])


def test_a_directory_without_twins_finds_what_is_written_without_marks() -> None:
    alone = AgencyLookup(
        UNITS.frame([{"unit_code": "H99.21", "name": "UBND xã Đông Sơn", "level": "commune", "valid_from": date(2020, 1, 1)}])
    )
    assert alone.way("UBND XA DONG SON") == ({"H99.21"}, "agency_name_folded")
    assert alone.way("UBND xã ĐÔNG SƠN") == ({"H99.21"}, "agency_spelling")
    assert alone.way("UBND xã Đông Sơn") == ({"H99.21"}, "agency_name")


STATUSES = {"Đang xử lý": 4, "Chờ bổ sung": 5, "Đã hủy": 7, "Đã giải quyết": 9, "DA_TRA": 10, "A": 2, "a": 3}
# A status as given, and what it means; None: it is not listed.
STATED: list[tuple[str, int | None]] = [
    ("Đang xử lý", 4),
    ("Đang xử lí", 4),
    ("ĐANG XỬ LÍ", 4),
    ("Dang xu ly", 4),
    ("Ðang xử lý", 4),
    ("Đã huỷ", 7),
    ("Ðã hủy", 7),
    ("ĐÃ HỦY.", 7),
    ("Đã\u00a0hủy\u200b", 7),
    ("Đã giải quyết.", 9),
    ("DА_TRA", 10),  # a Cyrillic letter
    ("DA-TRA", 10),
    ("A", 2),
    ("a", 3),
    ("Đang chờ", None),
]


@pytest.mark.parametrize(("given", "meaning"), STATED)
def test_what_a_status_means(given: str, meaning: int | None) -> None:
    listed = CodeList.of(STATUSES, {})
    for form in (COMPOSED, LOOSE):
        found, unknown = listed.meanings(clean_text(pa.array([unicodedata.normalize(form, given)])), pa.int64())
        assert (found.to_pylist(), unknown.tolist()) == ([meaning], [meaning is None])


def test_a_status_without_marks_that_two_could_be_is_none_of_them() -> None:
    listed = CodeList.of({"Đã trả": 10, "Đã tra": 4}, {})
    found, unknown = listed.meanings(pa.array(["Đã trả", "ĐÃ TRA", "Da tra"]), pa.int64())
    assert (found.to_pylist(), unknown.tolist()) == ([10, 4, None], [False, False, True])


@pytest.mark.parametrize(
    ("known", "given", "meaning"),
    [
        (code_lists.CHANNEL_CODES, "TRỰC TUYẾN", "online"),
        (code_lists.CHANNEL_CODES, "２", "online"),
        (code_lists.CHANNEL_CODES, "02", "online"),
        (code_lists.PERSON_KIND_CODES, "Hộ kinh doanh ", "household"),
        (code_lists.PAUSE_KIND_CODES, "Lấy í kiến", None),
        (code_lists.PAUSE_KIND_CODES, "LẤY Ý KIẾN", "opinion"),
        (code_lists.LEVEL_CODES, "Đặc khu", "commune"),
        (code_lists.LEVEL_CODES, "Ðặc khu", "commune"),
    ],
)
def test_the_other_code_lists_are_read_alike(known: dict[str, object], given: str, meaning: str | None) -> None:
    assert CodeList.of({}, known).meanings(clean_text(pa.array([given])), pa.string())[0].to_pylist() == [meaning]


def test_yes_and_no_in_any_spelling() -> None:
    assert booleans(pa.array(["CÓ", "không", "Ko", "１", "co\u0301"])).to_pylist() == [True, False, None, True, True]


# A code as given, and the one form of it, for each of the codes that a record bears.
DOSSIER = "H99.12-260302-0001"
CODES: list[tuple[str, str]] = [
    ("Ｈ９９.１２-２６０３０２-０００１", DOSSIER),
    ("Н99.12-260302-0001", DOSSIER),  # Cyrillic
    ("H99.12\u2011260302\u20110001", DOSSIER),
    ("H99.12\u2012260302\u20150001", DOSSIER),
    ("H99.12\u02d7260302\u20430001", DOSSIER),
    ("H99.12－260302﹣0001", DOSSIER),
    ("H99.12_260302_0001", DOSSIER),
    ("H99\u00b712-260302-0001", DOSSIER),
    ("\ufeffH99.12-260302\u00a0-\u200d0001\u2060", DOSSIER),
    ("HÐ-12", "HĐ-12"),
    ("hð-12", "HĐ-12"),
    ("HƉ-12", "HĐ-12"),
    (unicodedata.normalize("NFD", "hđ-12"), "HĐ-12"),
]


@pytest.mark.parametrize(("given", "code"), CODES)
def test_a_dossiers_and_an_agencys_code_have_one_form(given: str, code: str) -> None:
    assert fold_codes(pa.array([given])).to_pylist() == [code]
    assert fold_units(pa.array([given])).to_pylist() == [code]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("１.００４６１６", "1.004616"),
        ("1\u200b.004616\u00a0", "1.004616"),
        ("1.004616\u2011000.00.00.H22", "1.004616\u2011000.00.00.H22".replace("\u2011", "-")),
        ("1.004616.000.00.00.Н22", "1.004616"),
        ("TS_lop1.000.00.00.H22", "TS_lop1.000.00.00.H22"),
        ("Cấp giấy phép", "Cấp giấy phép"),
        ("1.00461б", "1.00461б"),
    ],
)
def test_a_procedures_code_is_in_plain_signs(given: str, code: str) -> None:
    assert fold_procedures(pa.array([given])).to_pylist() == [code]


def test_a_fields_code_keeps_its_case() -> None:
    assert plain_codes(pa.array(["Ｇ03–GD10", "Ðất đai", None])).to_pylist() == ["G03-GD10", "Đất đai", None]


@pytest.mark.parametrize(
    ("one", "other", "maybe"),
    [
        ("Nguyễn Văn Hùng", "Nguyễn Văn Hưng", False),
        ("Nguyễn Văn Hùng", "NGUYỄN VĂN HÙNG", True),
        ("Nguyễn Văn Hùng", "Nguyen Van Hung", True),
        ("Nguyen Van Hung", "nguyen van hung", True),
        ("Trần Thị Thuý", "Trần Thị Thúy", True),
        ("Lý Thị Kỳ", "Lí Thị Kì", True),
        ("Đỗ Văn Đạt", "Do Van Dat", True),
        ("Phạm Thảo Vy", "Phạm Thảo Vi", False),
        ("Lê Văn A", "Lê Văn B", False),
    ],
)
def test_who_may_be_one_person(one: str, other: str, maybe: bool) -> None:
    assert may_be_one(one, other) is maybe
    assert may_be_one(other, unicodedata.normalize("NFD", one)) is maybe
