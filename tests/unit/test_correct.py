"""Lines of a correction file: what is accepted, what is refused and why; what never gets through."""

from __future__ import annotations

import logging

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flows.runtime.logging_filter import Masking
from tasks.correcting.packages import package_name
from tasks.rules.corrections.lines import (
    Accepted,
    Known,
    Refused,
    UnreadableFileError,
    read_lines,
    sort_lines,
)
from tasks.rules.corrections.refusals import REFUSAL_REASONS
from tasks.rules.privacy.masking import MASK, looks_personal, mask
from tasks.runtime.safe_errors import UnexpectedError, with_safe_errors

CODE = "H99.12-250401-0001"
KNOWN = Known(
    {CODE: ("province",), "TWICE": ("province", "communes")},
    {"province": "Asia/Ho_Chi_Minh", "communes": "Asia/Ho_Chi_Minh"},
    {"unit_code": frozenset({"H99.12"})},
)
HEADINGS = "dossier,field,new value,evidence,who,approved by,source"


def one(line: str, headings: str = HEADINGS) -> Accepted | Refused:
    (answer,) = sort_lines(read_lines(f"{headings}\n{line}\n".encode()), KNOWN)
    return answer


def test_a_line_signed_by_two_is_approved() -> None:
    answer = one(f"{CODE},returned_at,2026-03-05T10:15:00+07:00,register 12,an,binh,")
    assert isinstance(answer, Accepted)
    assert (answer.source, answer.field, answer.state) == ("province", "returned_at", "approved")
    assert answer.new_value == "2026-03-05T10:15:00+07:00"


def test_a_line_signed_by_one_waits() -> None:
    answer = one(f"{CODE},status,9,register 12,an,,")
    assert isinstance(answer, Accepted)
    assert answer.state == "proposed"


def test_vietnamese_headings_fields_and_semicolons() -> None:
    body = "Mã hồ sơ;Trường;Giá trị mới;Căn cứ;Người đề nghị;Người duyệt\nh99.12–250401-0001;Ngày hẹn trả;09/03/2026;Sổ 4;an;bình\n"
    (answer,) = sort_lines(read_lines(b"\xef\xbb\xbf" + body.encode()), KNOWN)
    assert isinstance(answer, Accepted)
    assert answer.line.code == CODE, "the code is folded as codes are everywhere"
    assert (answer.field, answer.new_value) == ("due_at", "2026-03-09T17:00:00+07:00"), "day first; a due day ends at closing"


def test_utf16_as_spreadsheets_save_it() -> None:
    (line,) = read_lines(f"{HEADINGS}\n{CODE},status,9,x,an,,\n".replace(",", "\t").encode("utf-16"))
    assert line.code == CODE


@pytest.mark.parametrize(
    ("field", "text", "right"),
    [
        ("done_at", "05.03.2026", "2026-03-05T00:00:00+07:00"),
        ("done_at", "2026/03/05 14:30", "2026-03-05T14:30:00+07:00"),
        ("done_at", "14:30 05/03/2026", "2026-03-05T14:30:00+07:00"),
        ("done_at", "14h30 ngày 05/03/2026", "2026-03-05T14:30:00+07:00"),
        ("done_at", "05/03/2026 02:30 CH", "2026-03-05T14:30:00+07:00"),
        ("done_at", "ngày 5 tháng 3 năm 2026", "2026-03-05T00:00:00+07:00"),
        ("due_at", "ngày 5 tháng 3 năm 2026", "2026-03-05T17:00:00+07:00"),  # without an hour it ends at closing
        ("due_at", "05.03.2026 00:00", "2026-03-05T00:00:00+07:00"),
    ],
)
def test_a_time_is_read_as_those_of_sources_are(field: str, text: str, right: str) -> None:
    answer = one(f"{CODE},{field},{text},register 12,an,binh,")
    assert isinstance(answer, Accepted), answer
    assert answer.new_value == right


def test_an_empty_value_has_to_be_said() -> None:
    answer = one(f"{CODE},done_at,trống,register 12,an,binh,")
    assert isinstance(answer, Accepted)
    assert answer.new_value is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",status,9,x,an,,", "no_code"),
        ("H99.12-250401-9999,status,9,x,an,,", "unknown_dossier"),
        ("TWICE,status,9,x,an,,", "several_sources"),
        (f"{CODE},applicant_key,9,x,an,,", "unknown_field"),
        (f"{CODE},status,,x,an,,", "no_value"),
        (f"{CODE},status,nine,x,an,,", "bad_value"),
        (f"{CODE},status,11,x,an,,", "not_allowed"),
        (f"{CODE},channel,fax,x,an,,", "not_allowed"),
        (f"{CODE},unit_code,H99.13,x,an,,", "not_allowed"),
        (f"{CODE},due_at,31/02/2026,x,an,,", "bad_value"),
        (f"{CODE},due_at,01/01/0001,x,an,,", "bad_value"),
        (f"{CODE},status,9,,an,,", "no_evidence"),
        (f"{CODE},status,9,x,,,", "no_proposer"),
        (f"{CODE},status,9,x,An  Bình,an binh,", "same_person"),
        (f"{CODE},status,9,giấy 001099012345,an,,", "personal_value"),
        (f"{CODE},receipt_number,0912345678,x,an,,", "personal_value"),
        (f"{CODE},status,9,x,an@example.vn,,", "personal_value"),
    ],
)
def test_a_line_is_refused_with_its_reason(line: str, reason: str) -> None:
    answer = one(line)
    assert isinstance(answer, Refused)
    assert answer.reason == reason
    assert all(REFUSAL_REASONS[reason])


def test_the_source_column_settles_which_dossier() -> None:
    answer = one("TWICE,status,9,x,an,,communes")
    assert isinstance(answer, Accepted)
    assert answer.source == "communes"


def test_a_contradiction_is_refused_and_a_repetition_is_not() -> None:
    lines = f"{CODE},status,9,x,an,,\n{CODE},status,9,x,an,,\n{CODE},status,10,x,an,,"
    answers = sort_lines(read_lines(f"{HEADINGS}\n{lines}\n".encode()), KNOWN)
    assert [type(answer).__name__ for answer in answers] == ["Accepted", "Accepted", "Refused"]
    assert isinstance(answers[2], Refused)
    assert (answers[2].line.number, answers[2].reason) == (4, "contradicts")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"a,b\n1,2\n", "lacks"),
        (b"", "lacks"),
        ("Mã hồ sơ".encode("cp1258", "replace") + b"\xff\xfe\xfa", "UTF-8"),
        (b"x" * 10_000_001, "longer"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(body: bytes, why: str) -> None:
    with pytest.raises(UnreadableFileError, match=why):
        read_lines(body)


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_lines_end_as_on_any_machine(ending: bytes) -> None:
    assert len(read_lines(ending.join([HEADINGS.encode(), b"H99-1,a", b"H99-2,b", b""]))) == 2


@given(st.binary(max_size=300))
@example(b"\r\xc2\x80")
def test_any_bytes_give_lines_or_the_one_error(body: bytes) -> None:
    try:
        lines = read_lines(HEADINGS.encode() + b"\n" + body)
    except UnreadableFileError:
        return
    assert len(sort_lines(lines, KNOWN)) == len(lines)


@given(st.lists(st.text(max_size=30), min_size=7, max_size=7))
def test_any_cells_give_an_answer(cells: list[str]) -> None:
    line = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    for answer in sort_lines(read_lines(f"{HEADINGS}\n{line}\n".encode("utf-8", "ignore")), KNOWN):
        assert isinstance(answer, Accepted) or answer.reason in REFUSAL_REASONS


def test_a_package_is_named_by_file_and_content() -> None:
    assert package_name("Tháng 3.csv", b"a") != package_name("Tháng 3.csv", b"b")
    assert package_name("../../etc/passwd", b"a").count("/") == 0


@pytest.mark.parametrize(
    "value",
    ["001099012345", "012345678", "0912345678", "0912 345 678", "+84912345678", "an.binh@example.vn"],
)
def test_personal_values_are_masked(value: str) -> None:
    assert mask(f"row {value} failed") == f"row {MASK} failed"
    assert looks_personal(value)


@pytest.mark.parametrize(
    "text",
    [CODE, "000.00.01.H99-250401-0001", "20250401101500", "refresh-2026-03-31", "17500 rows", "H99.12-250401-000123456"],
)
def test_codes_and_times_stay_readable(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    "secret",
    ["token=abc123", "password: geheim", '"session": "XYZ-1"', "Authorization: Basic bW90Y3VhOnBhc3M=", "pg://u:pass@h/db"],
)
def test_secrets_are_masked(secret: str) -> None:
    masked = mask(f"GET {secret}")
    assert MASK in masked
    assert not any(word in masked for word in ("abc123", "geheim", "XYZ", "bW90", ":pass@"))


def test_records_and_tracebacks_are_masked(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("motcua.test")
    logger.addFilter(Masking())
    try:
        raise ValueError("CCCD 001099012345")
    except ValueError:
        logger.exception("phone %s", "0912345678")
    assert "001099012345" not in caplog.text
    assert "0912345678" not in caplog.text
    assert "ValueError" in caplog.text, "where it went wrong stays"


def test_a_fault_leaves_a_step_without_its_text() -> None:
    @with_safe_errors
    def step(_value: str) -> None:
        raise KeyError("Nguyễn Văn A 001099012345")

    with pytest.raises(UnexpectedError) as caught:
        step("x")
    assert "Nguyễn" not in str(caught.value)
    assert "KeyError" in str(caught.value)
    assert "test_correct.py" in str(caught.value)
    assert caught.value.__cause__ is None
