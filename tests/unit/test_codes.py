"""Codes in the forms of law 3, against an obvious reading one by one."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.text.codes import code_days, fold_codes, fold_procedures, fold_units, read_codes

UNITS = st.one_of(
    st.from_regex(r"\A[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[GHK][0-9]{2}\Z"),
    st.from_regex(r"\A[GHK][0-9]{2}(\.[0-9]{1,3}){0,3}\Z"),
)


@given(UNITS, st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(1, 99_999_999), st.booleans())
def test_a_code_gives_back_its_parts(unit: str, day: date, sequence: int, long: bool) -> None:
    form = "%Y%m%d" if long else "%y%m%d"
    codes = read_codes(pa.array([f"{unit}-{day.strftime(form)}-{sequence:04d}"]))
    assert codes.national[0]
    assert codes.unit[0].as_py() == unit
    assert codes.day[0] == np.datetime64(day)
    assert not codes.changed[0]


@given(st.text("0123456789", min_size=6, max_size=6) | st.text("0123456789", min_size=8, max_size=8))
def test_a_day_that_does_not_exist_is_none(digits: str) -> None:
    try:
        expected = datetime.strptime(digits if len(digits) == 8 else "20" + digits, "%Y%m%d").date()
    except ValueError:
        expected = None
    found = code_days(pa.array([digits]))[0]
    assert (None if np.isnat(found) else found.astype(object)) == expected


@pytest.mark.parametrize(
    "written",
    [
        "000.00.16.H40-220915-0012",
        " 000.00.16.h40-220915-0012 ",
        "000.00.16.H40 – 220915 – 0012",
        "000.00.16.Н40-220915-0012",  # a Cyrillic letter
        "０００.00.16.H40-220915-0012",  # full-width digits
        "000.00.16.H40\u00ad-220915\u200b-0012".replace("\u00ad-", "-"),
    ],
)
def test_one_code_written_in_many_ways_is_one_code(written: str) -> None:
    assert fold_codes(pa.array([written]))[0].as_py() == "000.00.16.H40-220915-0012"


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold_codes(pa.array([text]))
    assert fold_codes(once).equals(once)
    if once[0].as_py() is not None:
        assert not any(c.isspace() for c in once[0].as_py())
        assert unicodedata.is_normalized("NFKC", once[0].as_py())


def test_what_follows_no_pattern_is_kept_and_known_as_such() -> None:
    codes = read_codes(pa.array(["hs 12/2025", "H99-260231-0001", None, ""]))
    assert codes.folded.to_pylist() == ["HS12/2025", "H99-260231-0001", None, None]
    assert codes.national.tolist() == [False, True, False, False]
    assert np.isnat(codes.day).all()


def test_procedures_lose_the_owners_suffix_and_nothing_else() -> None:
    given_codes = ["3.000181.000.00.00.H22", "1.004616", " 2.000635 ", "TS_lop1.000.00.00.H22", "Street Cleaning", None]
    expected = ["3.000181", "1.004616", "2.000635", "TS_lop1.000.00.00.H22", "Street Cleaning", None]
    assert fold_procedures(pa.array(given_codes)).to_pylist() == expected


def test_units_are_upper_case_without_spaces() -> None:
    assert fold_units(pa.array(["h99 .12", "H99.12"])).to_pylist() == ["H99.12", "H99.12"]
