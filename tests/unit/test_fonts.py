"""Legacy fonts: every Vietnamese letter there and back, and no text of today taken for one of then."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.text.legacy_fonts import TCVN3, VNI, Font, detect, is_syllable, to_unicode

# Every vowel with every tone, and the three marked consonants: 67 letters, small and capital.
VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
SMALL = [unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES] + ["đ"]
LETTERS = SMALL + [letter.upper() for letter in SMALL]
HEADINGS = "Mã hồ sơ,Ngày tiếp nhận,Ngày hẹn trả,Trạng thái,Người nộp,Đơn vị tiếp nhận"
SENTENCE = "Đất đai xã Mộc Lam: hồ sơ đã giải quyết, chờ công dân nộp lệ phí; kỹ thuật viên Nguyễn Văn Mẫu"


def typed(text: str, font: Font) -> str:
    """Write Unicode as somebody with that font would have; capitals with a tone are small letters in TCVN3."""
    back: dict[str, str] = {}
    for signs, letter in (TCVN3 if font == "tcvn3" else VNI).items():
        back.setdefault(letter, signs)
    return "".join(back.get(letter) or back.get(letter.lower(), letter) if not letter.isascii() else letter for letter in text)


def test_both_tables_have_every_letter() -> None:
    marked = [letter for letter in SMALL if not letter.isascii()]
    assert len(SMALL) == 73
    assert len(set(marked)) == 67
    assert set(marked) <= set(TCVN3.values())
    assert {letter for letter in LETTERS if not letter.isascii()} == set(VNI.values())


@pytest.mark.parametrize("letter", LETTERS)
def test_every_letter_goes_there_and_back(letter: str) -> None:
    assert to_unicode(typed(letter, "vni"), "vni") == letter
    back = to_unicode(typed(letter, "tcvn3"), "tcvn3")
    assert back == (letter if letter.isascii() or letter in TCVN3.values() else letter.lower())


@pytest.mark.parametrize("font", ["tcvn3", "vni"])
@pytest.mark.parametrize("text", [HEADINGS, SENTENCE])
def test_text_goes_there_and_back(font: Font, text: str) -> None:
    assert to_unicode(typed(text, font), font) == text


def test_words_in_capitals_stay_in_capitals() -> None:
    assert to_unicode("TæNG CéNG hå s¬ Bµ LÊn", "tcvn3") == "TỔNG CỘNG hồ sơ Bà Lấn"
    assert to_unicode("TOÅNG COÄNG", "vni") == "TỔNG CỘNG"


@pytest.mark.parametrize("font", ["tcvn3", "vni"])
def test_a_font_is_detected_from_a_few_words(font: Font) -> None:
    assert detect(typed(HEADINGS, font).split(",")) == font
    assert detect([typed(SENTENCE, font)]) == font


@pytest.mark.parametrize(
    "texts",
    [
        [HEADINGS, SENTENCE],
        [unicodedata.normalize("NFD", SENTENCE)],
        [typed(HEADINGS, "tcvn3"), "Đã nộp"],  # mixed: nothing is certain
        ["Señor Muñoz, año, mañana, niño, España, corazón"],
        ["déjà reçu à l’école, où êtes-vous, château, élève, forêt, crème"],
        ["§ 12 Abs. 3 ± 5 µm © 2026 ® ¶ ½"],
        ["Ngµy"],
        ["plain", "text"],
        [],
    ],
)
def test_what_is_not_certain_is_left_alone(texts: list[str]) -> None:
    assert detect(texts) is None


@given(st.lists(st.text(max_size=30), max_size=20))
def test_any_text_gets_an_answer_and_ascii_stays(texts: list[str]) -> None:
    assert detect(texts) in (None, "tcvn3", "vni")
    for text in texts:
        if text.isascii():
            assert to_unicode(text, "tcvn3") == to_unicode(text, "vni") == text


def test_syllables_are_told_from_other_words() -> None:
    assert all(map(is_syllable, ["nghiêng", "Thuở", "huỳnh", "khuya", "quyển", "giếng", "gì", "quý", "hòa", "khoẻ", "Đà"]))
    assert not any(map(is_syllable, ["Ngµy", "tiÕp", "café", "jalapeño", "straße", "ñai", "hồồ"]))
