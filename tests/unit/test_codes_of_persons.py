"""Codes asked one by one whether they are a person's: the quick answer for a national code is the careful one's."""

from __future__ import annotations

import random

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tasks.rules.privacy.masking import personal_code_or_text
from tasks.rules.privacy.numbers import is_dated
from tasks.rules.text.codes import NATIONAL, fold_codes
from tasks.sources.privacy_guard import personal_by_itself

_PERSONS = ("999052012002", "0300012002", "Nguyễn Văn A", "NGUYEN VAN A")
_CODES = (
    "H99.12-250303-0001",
    "000.11.22.H99-250303-0001",
    "G01-20250303-00000001",
    "BN0504-0012002",
    "250303-00012",
    "00052~2026",
)


def careful(code: str) -> bool:
    bare = code.strip()
    national = pc.match_substring_regex(fold_codes(pa.array([bare], pa.string())), NATIONAL)[0].as_py()
    return not (is_dated(bare) or national) and personal_code_or_text(bare)


def spoilt(code: str, dice: random.Random) -> str:
    """Return a code with something odd about it: case, gaps, other digits and dashes, a letter more or less."""
    place = dice.randrange(len(code) + 1)
    return dice.choice(
        (
            code,
            code.lower(),
            f" {code}\n",
            code.replace("-", "–"),
            code.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"}),
            code[:place] + dice.choice(("", " ", "\n", "٣", "Н", "-", "9", "X", "₫")) + code[place:],
            code[:place] + code[place + 1 :],
        )
    )


@pytest.mark.parametrize("seed", range(20))
def test_the_quick_answer_is_the_careful_one(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same codes every time
    codes = [spoilt(dice.choice(_CODES + _PERSONS), dice) for _ in range(100)]
    assert {code for code in codes if personal_by_itself(code)} == {code for code in codes if careful(code)}
    assert personal_by_itself(_PERSONS[0])
    assert not personal_by_itself(_CODES[0])
