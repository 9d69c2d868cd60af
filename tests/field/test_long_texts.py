"""No value is too long: what looks at a text takes time in proportion to its length, whatever stands in it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pyarrow as pa
import pytest

from tasks.rules.clock.areas import parse_by_area
from tasks.rules.clock.limit_texts import parse_limit
from tasks.rules.dates.reading import read_dates
from tasks.rules.linkage.crosswalk import agencies_named
from tasks.rules.privacy.masking import looks_personal, mask, personal
from tasks.rules.privacy.numbers import personal_code
from tasks.rules.text.legacy_fonts import detect, to_unicode
from tasks.rules.text.normal_form import clean_text, fold, fold_code_text
from tasks.sources.source_schema import forms

SHORT, TIMES = 5_000, 8  # a time that grows with the square of the length would grow 64 times
LEAST = 0.001  # seconds; on a busy machine shorter ones tell of the machine
WORDS = (
    "a",
    "aâ",
    "9",
    "0 ",
    "a.",
    "a-",
    "a@",
    "@a.",
    ".",
    "@",
    " ",
    "=",
    "token ",
    "token:",
    "basic ",
    "://a:",
    "(",
    "(không tính ",
    "2026-",
)


def _looked(function: Callable[[pa.Array], object]) -> Callable[[str], object]:
    return lambda text: function(pa.array([text]))


LOOKS: dict[str, Callable[[str], object]] = {
    "looks_personal": looks_personal,
    "personal": personal,
    "personal_code": personal_code,
    "mask": mask,
    "fold": fold,
    "fold_code_text": fold_code_text,
    "forms": lambda text: forms([text]),
    "clean_text": _looked(clean_text),
    "read_dates": _looked(read_dates),
    "parse_limit": parse_limit,
    "parse_by_area": parse_by_area,
    "agencies_named": agencies_named,
    "detect": lambda text: detect([text]),
    "to_unicode": lambda text: to_unicode(text, "vni"),
}


def _seconds(look: Callable[[str], object], text: str) -> float:
    def once() -> float:
        begin = time.process_time()
        look(text)
        return time.process_time() - begin

    return min(once() for _ in range(3))


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("word", WORDS)
def test_the_time_grows_with_the_length_and_not_with_its_square(look: Callable[[str], object], word: str) -> None:
    short, long = (word * (length // len(word)) for length in (SHORT, SHORT * TIMES))
    assert _seconds(look, long) < 4 * TIMES * max(_seconds(look, short), LEAST)


def test_a_word_of_forty_thousand_letters_is_looked_at_at_once() -> None:
    assert _seconds(looks_personal, "a" * 40_000) < 0.05
    assert mask("x" * 40_000 + " a.b@example.vn") == "x" * 40_000 + " ***"
