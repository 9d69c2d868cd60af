"""Pseudonyms and identity checks, against the standard library and the packages that know the numbers."""

from __future__ import annotations

import hashlib
import hmac

import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.privacy.pseudonym import (
    digits_only,
    identity_malformed,
    identity_placeholder,
    names_and_phones,
    phone_digits,
    phone_malformed,
    phone_placeholder,
    pseudonyms,
)

KEY = b"0123456789abcdef0123456789abcdef"


@given(st.lists(st.text(max_size=20) | st.none(), max_size=20))
def test_a_pseudonym_is_a_keyed_mac_of_purpose_and_value(values: list[str | None]) -> None:
    found = pseudonyms(pa.array(values, pa.string()), KEY, "id").to_pylist()
    expected = [None if v is None else hmac.new(KEY, b"id\x00" + v.encode(), hashlib.sha256).hexdigest() for v in values]
    assert found == expected


def test_other_key_or_purpose_gives_another_pseudonym() -> None:
    value = pa.array(["001093012345"])
    found = {pseudonyms(value, key, purpose)[0].as_py() for key in (KEY, KEY[::-1]) for purpose in ("id", "person")}
    assert len(found) == 4


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32"):
        pseudonyms(pa.array(["1"]), b"short", "id")


@pytest.mark.parametrize("number", ["000000001", "123456789", "0123456789", "111111111111", "012345678912", "000000000000"])
def test_placeholders_of_real_systems(number: str) -> None:
    assert identity_placeholder(pa.array([number]))[0]


@pytest.mark.parametrize("number", ["001093012345", "079201000017", "212345678", "0100112437"])
def test_real_looking_numbers_are_no_placeholders(number: str) -> None:
    assert not identity_placeholder(pa.array([number]))[0]
    assert not identity_malformed(pa.array([number]))[0]


@pytest.mark.parametrize("number", ["12", "00109301234", "0100112438", "0010930123456"])
def test_malformed_numbers(number: str) -> None:
    assert identity_malformed(pa.array([number]))[0]


def test_numbers_are_read_through_spaces_and_dots() -> None:
    assert digits_only(pa.array(["001 093 012 345", "001.093", "không có", None])).to_pylist() == [
        "001093012345",
        "001093",
        None,
        None,
    ]


@given(st.from_regex(r"\A0[2-9][0-9]{7,9}\Z"))
def test_lines_that_exist_are_never_called_malformed(number: str) -> None:
    parsed = phonenumbers.parse(number, "VN")
    if phonenumbers.is_valid_number(parsed):
        assert not phone_malformed(pa.array([number]))[0]


@pytest.mark.parametrize("number", ["01681234567", "091234567", "0612345678", "12345"])
def test_lines_that_cannot_exist(number: str) -> None:
    assert not phonenumbers.is_valid_number(phonenumbers.parse(number, "VN"))
    assert phone_malformed(phone_digits(pa.array([number])))[0]


def test_international_form_is_the_national_one() -> None:
    assert phone_digits(pa.array(["+84 912 345 678", "0084912345678", "0912.345.678"])).to_pylist() == ["0912345678"] * 3


@pytest.mark.parametrize("number", ["0900000000", "0123456789", "0999999999", "0000000000", "0987654321"])
def test_made_up_lines(number: str) -> None:
    assert phone_placeholder(phone_digits(pa.array([number])))[0]


def test_name_and_phone_stand_for_a_person_only_together() -> None:
    joined = names_and_phones(
        pa.array(["Nguyễn Văn A", "NGUYEN VAN A", "B", None]), pa.array(["0912345678", "0912345678", None, "0912345678"])
    )
    assert joined[0] == joined[1]
    assert joined.to_pylist()[2:] == [None, None]
