"""Text: composed or not, legacy fonts, folding."""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.text.normal_form import clean_text, fold, fold_code_text, legacy_font, not_composed, per_distinct


@given(st.text(max_size=60))
def test_cleaned_text_is_composed_trimmed_and_single_spaced(text: str) -> None:
    found = clean_text(pa.array([text]))[0].as_py()
    if found is not None:
        assert unicodedata.is_normalized("NFC", found)
        assert found == found.strip() != ""
        assert "  " not in found
        assert "\x00" not in found


@given(st.lists(st.text(max_size=20) | st.none(), max_size=20))
def test_an_answer_is_asked_for_each_distinct_text_once(values: list[str | None]) -> None:
    asked: list[str] = []

    def answer(text: str) -> str:
        asked.append(text)
        return text[::-1]

    found = per_distinct(pa.array(values, pa.string()), answer, pa.string()).to_pylist()
    assert found == [None if value is None else value[::-1] for value in values]
    assert sorted(asked) == sorted({value for value in values if value is not None})


def test_decomposed_text_is_seen_and_composed() -> None:
    loose = unicodedata.normalize("NFD", "Nguyễn")
    assert not_composed(pa.array([loose, "Nguyễn", None])).tolist() == [True, False, False]
    assert clean_text(pa.array([loose]))[0].as_py() == "Nguyễn"


@pytest.mark.parametrize("text", ["ñất ñai", "Nghị ñịnh", "QuyÒn sö dông", "§¹i häc"])
def test_traces_of_legacy_fonts(text: str) -> None:
    assert legacy_font(pa.array([text]))[0]


@pytest.mark.parametrize("text", ["Quyền sử dụng đất", "Điều 3 § 2", "R&D · 2025", "Nguyễn Văn A"])
def test_good_text_shows_no_trace(text: str) -> None:
    assert not legacy_font(pa.array([text]))[0]


def test_headings_are_compared_without_marks_case_and_signs() -> None:
    assert fold("  NGÀY   Hẹn\ntrả (dự kiến)") == fold("ngay hen tra du kien") == "ngay hen tra du kien"
    assert fold("Đơn vị") == "don vi"


@pytest.mark.parametrize(
    ("written", "code"),
    [("1", "1"), ("01", "1"), ("1.0", "1"), (" 1 ", "1"), ("Đã trả", "da tra"), ("10", "10"), ("-1", "1"), ("*", "*")],
)
def test_codes_of_code_lists(written: str, code: str) -> None:
    assert fold_code_text(written) == code
