"""Surrogates: the same marks as the value in whose place they stand, the same for the same value, and nothing of it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.privacy.pseudonym import (
    identity_malformed,
    identity_placeholder,
    phone_digits,
    phone_malformed,
    phone_placeholder,
)
from tasks.rules.privacy.surrogates import WORDING_OF_TESTS, Surrogates
from tasks.rules.text.normal_form import LOST, clean_text, legacy_font, matches, not_composed

ONE, OTHER = Surrogates(b"1" * 32), Surrogates(b"2" * 32)
NAMES = (
    "Nguyễn Văn An",
    "TRAN THI MAI",
    "Hồ sơ chạy thử của An",
    "test",
    "Nguye\u0302\u0303n An",
    "Ñaêng kyù",
    f"Gi{LOST}y",
    "An",
    "x",
    "…",
)
PHONES = ("0912345678", "+84 912 345 678", "02363888999", "0123456789", "0900000000", "12", "9" * 14, "không có", "1900 1234")


def marks(text: str) -> list[bool]:
    """What cleaning would note of a name or summary."""
    given_text = pa.array([text], pa.string())
    cleaned = clean_text(given_text)
    found = (matches(cleaned, WORDING_OF_TESTS), legacy_font(cleaned), matches(cleaned, LOST), not_composed(given_text))
    return [bool(np.asarray(one)[0]) for one in found]


@given(st.one_of(st.sampled_from(NAMES), st.text(max_size=40)))
def test_a_text_keeps_its_marks_and_nothing_else(text: str) -> None:
    made = ONE.words(text)
    assert marks(made) == marks(text)
    assert ONE.words(text) == made
    words = {word for word in text.split() if len(word) > 4}
    assert not {word for word in words if word in made}


@given(st.from_regex(r"[0-9]{9}|[0-9]{12}", fullmatch=True))
def test_a_number_is_one_that_no_person_bears(digits: str) -> None:
    made = pa.array([ONE.identity(digits)])
    assert len(made[0].as_py()) == len(digits)
    assert made[0].as_py().startswith("99")  # no province's: they go to 96
    assert not identity_malformed(made)[0]
    assert not identity_placeholder(made)[0]
    assert ONE.identity(digits) == made[0].as_py() != OTHER.identity(digits), "another erasure makes another number"


@pytest.mark.parametrize("phone", PHONES)
def test_a_telephone_is_as_good_as_the_one_that_was_given(phone: str) -> None:
    made = ONE.phone(phone)
    before, after = (phone_digits(pa.array([each])) for each in (phone, made))
    assert phone_malformed(before)[0] == phone_malformed(after)[0]
    assert phone_placeholder(before)[0] == phone_placeholder(after)[0]
    if before[0].as_py() and not phone_placeholder(before)[0] and len(before[0].as_py()) > 3:
        assert made != before[0].as_py(), "it is another one"
