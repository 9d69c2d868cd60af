"""Numbers in a code's place: receipts that begin with their day stay, numbers of persons go, and the same one is the same token everywhere."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from tasks.rules.privacy.masking import HIDDEN
from tasks.sources.masked_fields import masked
from tasks.sources.parsed_records import ParsedRecords, Part, alone, readings
from tasks.sources.privacy_guard import PrivacyGuard

_DRAW = random.Random(15)  # noqa: S311
DAYS = [f"{month:02d}{day:02d}" for month in (1, 2, 3) for day in range(1, 29)]
RECEIPTS = {
    "national": [f"000.00.01.H99-26{day}-{n:04d}" for n, day in enumerate(DAYS)],
    "yymmdd and three": [f"26{day}{n:03d}" for n, day in enumerate(DAYS)],
    "yymmdd and six": [f"26{day}{n:06d}" for n, day in enumerate(DAYS)],
    "yyyymmdd and four": [f"2026{day}{n:04d}" for n, day in enumerate(DAYS)],
    "ddmmyyyy and four": [f"{day[2:]}{day[:2]}2026{n:04d}" for n, day in enumerate(DAYS)],
    "letters": [f"BN-{n:09d}" for n in range(90)],
    "eight digits": [f"{n:08d}" for n in range(90)],
    "one alone": ["260302001"],
    "in another alphabet": ["Н99.12-250305-0001"],
}


def digits(count: int) -> str:
    return "".join(_DRAW.choice("0123456789") for _ in range(count))


PERSONS = {
    "identity papers": [f"0{_DRAW.randrange(1, 97):02d}{_DRAW.choice('0123')}{digits(8)}" for _ in range(200)],
    "older identity papers": [f"{_DRAW.choice('123')}{digits(8)}" for _ in range(200)],
    "telephones": [f"0{_DRAW.choice('35789')}{digits(8)}" for _ in range(200)],
    "telephones, spaced": ["0912 345 678", "0912.345.678", "+84 912 345 678", "84912345678", "0912-345-678"],
    "one after the other": [f"0012000029{n:02d}" for n in range(20)],
    "behind letters": ["HS-0912345678", "CCCD001200002901", "CMND: 012345678", "SĐT 0912345678"],
    "names": ["Nguyễn Văn An", "TRAN THI MAI", "nguyen van an"],
    "mail": ["an.binh@example.vn"],
}


def guarded(values: list[str], **more: list[str]) -> ParsedRecords:
    columns = {"receipt_number": pa.array(values), **{name: pa.array(given) for name, given in more.items()}}
    rows = range(len(values))
    events = {"code": pa.array(more.get("code", values)), "unit": pa.array(["Phòng Nội vụ"] * len(values))}
    return PrivacyGuard(lambda: b"k" * 32).guarded(
        readings(alone("d"), dossiers=Part(columns, rows), events=Part(events, rows))
    )


@pytest.mark.parametrize("kind", RECEIPTS)
def test_receipts_stay(kind: str) -> None:
    found = guarded(RECEIPTS[kind])
    assert found.dossiers["receipt_number"].tolist() == RECEIPTS[kind]
    assert not masked(found.dossiers).any()


@pytest.mark.parametrize("kind", PERSONS)
def test_numbers_of_persons_go_and_stay_apart(kind: str) -> None:
    found = guarded(PERSONS[kind]).dossiers
    tokens = found["receipt_number"].tolist()
    assert all(token.startswith(f"{HIDDEN.upper()}-") for token in tokens), [
        v for v, t in zip(PERSONS[kind], tokens, strict=True) if v == t
    ]
    assert len(set(tokens)) == len(set(PERSONS[kind]))
    assert masked(found).all()


def test_a_dossier_named_by_a_person_keeps_its_log() -> None:
    found = guarded(["1"] * 3, code=["001200002901", "H99.12-260302-0001", "0912345678"])
    assert found.events["code"].tolist() == found.dossiers["code"].tolist()
    assert found.dossiers["code"].tolist()[1] == "H99.12-260302-0001"


def test_what_the_applicant_of_the_same_record_is_called_goes_whatever_it_looks_like() -> None:
    found = guarded(
        ["C1234567", "2", "3"],
        applicant_name=["Zoài Lãm Cườm", "Thoòng Trưng Riềng", "UBND xã An Khê"],
        identity_number=["C1234567", "", ""],
        status=["Zoài Lãm Cườm", "Chờ Thoòng Trưng Riềng bổ sung", "Đang xử lý"],
        unit=["UBND xã An Khê"] * 3,
    ).dossiers
    assert found["status"].tolist() == [HIDDEN, HIDDEN, "Đang xử lý"]
    assert found["unit"].tolist() == ["UBND xã An Khê"] * 3
    assert found["receipt_number"].tolist()[0].startswith(HIDDEN.upper())


def test_a_telephone_behind_an_agency_s_name_leaves_the_name() -> None:
    found = guarded(["1", "2"], unit=["UBND xã An Khê - ĐT: 0236 3888 999", "Sở Nội vụ (noivu@example.vn)"]).dossiers
    assert found["unit"].tolist() == [f"UBND xã An Khê {HIDDEN}", f"Sở Nội vụ {HIDDEN}"]
