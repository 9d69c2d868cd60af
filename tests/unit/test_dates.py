"""Dates in every format of law 2.2, against Python's own parser, one value at a time."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.rules.dates.reading import NO_OFFSET, chosen, habit, order_by_code, read_dates, settle_dates

FORMATS = [
    "%Y%m%d%H%M%S",
    "%Y%m%d",
    "%Y%m%d%H%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y/%m/%d",
    "%d/%m/%Y",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d-%m-%Y %I:%M:%S %p",
    "%d.%m.%Y",
    "%H:%M %d/%m/%Y",
]
MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2099, 12, 31))


def one(text: str) -> tuple[np.datetime64, np.datetime64, int, bool]:
    read = read_dates(pa.array([text]))
    return read.dmy[0], read.mdy[0], int(read.offset[0]), bool(read.unreadable[0])


@given(st.lists(st.tuples(MOMENTS, st.sampled_from(FORMATS)), min_size=1, max_size=40))
def test_every_format_reads_as_pythons_own_parser_does(values: list[tuple[datetime, str]]) -> None:
    texts = [moment.strftime(form) for moment, form in values]
    read = read_dates(pa.array(texts))
    for place, (text, (_, form)) in enumerate(zip(texts, values, strict=True)):
        assert read.dmy[place] == np.datetime64(datetime.strptime(text, form), "us"), text
        assert not read.unreadable[place]


@given(MOMENTS, st.sampled_from(["%m/%d/%Y", "%m/%d/%Y %I:%M:%S %p"]))
def test_month_first_is_the_other_reading(moment: datetime, form: str) -> None:
    text = moment.strftime(form)
    _, month_first, _, _ = one(text)
    assert month_first == np.datetime64(datetime.strptime(text, form), "us")


@given(st.text("0123456789/-.: TZ+ap", max_size=25))
@settings(max_examples=300)
def test_no_text_is_read_as_a_date_that_it_does_not_name(text: str) -> None:
    day_first, month_first, _, unreadable = one(text)
    for reading in (day_first, month_first):
        if not np.isnat(reading) and len(text.strip()) > 6 and "/" in text:
            moment = reading.astype(datetime)
            numbers = [
                int(part)
                for part in text.replace("-", " ").replace("/", " ").replace(".", " ").replace(":", " ").split()
                if part.isdigit()
            ]
            assert moment.year in numbers
            assert moment.month in numbers
            assert moment.day in numbers
    if text.strip() and np.isnat(day_first) and np.isnat(month_first):
        assert unreadable or text.strip()[:4] in ("0001", "1900") or "1900" in text or "0001" in text


@given(st.datetimes(datetime(1960, 1, 1), datetime(2090, 1, 1)))
def test_serial_numbers_are_days_since_the_end_of_1899(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    gap = moment - datetime(1899, 12, 30)
    text = f"{gap.days + gap.seconds / 86400:.10f}"
    read = read_dates(pa.array([text]))
    assert read.serial[0]
    assert read.dmy[0] == np.datetime64(moment, "us")


@pytest.mark.parametrize(
    ("text", "moment", "offset"),
    [
        ("2011-12-06 13:41:31.788000+01:00", "2011-12-06T13:41:31.788", 60),
        ("2011-10-11 13:42:22+02:00", "2011-10-11T13:42:22", 120),
        ("2025-12-31T07:30:00Z", "2025-12-31T07:30:00", 0),
        ("2025-12-31T07:30:00-0530", "2025-12-31T07:30:00", -330),
        ("12:30:00 AM 05/03/2026", "2026-03-05T00:30:00", int(NO_OFFSET)),
        ("05/03/2026 12:30 CH", "2026-03-05T12:30:00", int(NO_OFFSET)),
        ("２０２５-12-31", "2025-12-31", int(NO_OFFSET)),
        ("  2025-12-31\t07:30:00 ", "2025-12-31T07:30:00", int(NO_OFFSET)),
    ],
)
def test_zones_halves_of_the_day_and_odd_characters(text: str, moment: str, offset: int) -> None:
    day_first, _, found, _ = one(text)
    assert day_first == np.datetime64(moment, "us")
    assert found == offset


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("ngày 5 tháng 3 năm 2026", "2026-03-05"),
        ("5 tháng 3, 2026", "2026-03-05"),
        ("NGÀY 15 THÁNG 03 NĂM 2026", "2026-03-15"),
        ("Thứ Năm, ngày 05 tháng 3 năm 2026", "2026-03-05"),
        ("Thứ 5, 26/03/2026", "2026-03-26"),
        ("CN 15/03/2026", "2026-03-15"),
        ("26/03/2026 14h", "2026-03-26T14:00"),
        ("14h30 ngày 26/03/2026", "2026-03-26T14:30"),
        ("14 giờ 30 phút ngày 26/03/2026", "2026-03-26T14:30"),
        ("lúc 8 giờ, ngày 26 tháng 3 năm 2026", "2026-03-26T08:00"),
        ("26/03/2026 2h chiều", "2026-03-26T14:00"),
        ("26/03/2026 11h trưa", "2026-03-26T11:00"),
        ("26/03/2026 1h trưa", "2026-03-26T13:00"),
        ("26/03/2026 8:15 sáng", "2026-03-26T08:15"),
        ("26/03/2026 24:00", "2026-03-26T23:59:59"),
        ("2026-03-26T24:00:00", "2026-03-26T23:59:59"),
    ],
)
def test_days_and_hours_in_words_are_read(text: str, moment: str) -> None:
    day_first, month_first, _, unreadable = one(text)
    assert (day_first, month_first) == (np.datetime64(moment, "us"),) * 2 or np.isnat(month_first)
    assert day_first == np.datetime64(moment, "us")
    assert not unreadable


def test_a_day_in_words_leaves_no_doubt_which_the_month_is() -> None:
    read = read_dates(pa.array(["ngày 5 tháng 3 năm 2026", "Thứ Năm, 05/03/2026"]))
    assert read.two_ways.tolist() == [False, True]


@pytest.mark.parametrize(
    "text",
    [
        "ngày 31 tháng 2 năm 2026",
        "ngày 5 tháng 13 năm 2026",
        "tháng 3 năm 2026",
        "26/03/2026 25h",
        "26/03/2026 12h đêm",
        "26/03/2026 24:00 chiều",
        "26/03/2026 chiều",
        "trước ngày 26/03/2026",
        "31/02/2025",
        "2025-13-01",
        "20251301",
        "abc",
        "12/05/25",
        "45",
        "123456",
        "25:00 01/01/2025",
        "13:00 PM 01/01/2025",
        "2025-01-01T10:61:00",
    ],
)
def test_what_is_no_date_is_marked_not_guessed(text: str) -> None:
    day_first, _, _, unreadable = one(text)
    assert np.isnat(day_first)
    assert unreadable


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00", "00010101000000", "01/01/1900", "1900-01-01", "01/01/0001 00:00:00"])
def test_empty_dates_of_other_languages_are_no_dates(text: str) -> None:
    read = read_dates(pa.array([text]))
    assert read.empty_year[0]
    assert np.isnat(read.dmy[0])
    assert not read.unreadable[0]


def test_milliseconds_since_1970_are_instants() -> None:
    read = read_dates(pa.array(["1768381200123", "0768381200000"]))
    assert read.dmy[0] == np.datetime64("2026-01-14T09:00:00.123")
    assert (read.offset[0], read.unreadable.tolist()) == (0, [False, True])


def test_null_and_blank_are_neither_date_nor_fault() -> None:
    read = read_dates(pa.array([None, "", "   "], pa.string()))
    assert np.isnat(read.dmy).all()
    assert not read.unreadable.any()


def test_many_shapes_in_one_column_are_all_read() -> None:
    texts = [f"{day}/{month}/2025 {hour}:05" for day in (1, 12) for month in (2, 11) for hour in (7, 15)] * 3
    read = read_dates(pa.array(texts))
    assert [str(value)[:16] for value in read.dmy] == [datetime.strptime(t, "%d/%m/%Y %H:%M").isoformat()[:16] for t in texts]


def settled(
    texts: list[str], *, order: str = "dmy", row_order: list[int] | None = None, groups: list[int] | None = None
) -> tuple[list[str], list[bool]]:
    read = read_dates(pa.array(texts))
    numbers = np.array(groups or [0] * len(texts))
    file_order, _ = habit([read], numbers)
    answer = settle_dates(read, order, numbers, np.array(row_order or [0] * len(texts)), file_order)  # type: ignore[arg-type]
    return [str(value)[:10] for value in chosen(read, answer.month_first)], answer.settled.tolist()


def test_the_code_inside_settles_day_and_month() -> None:
    read = read_dates(pa.array(["05/03/2026", "03/05/2026", "05/03/2026", "07/07/2026", "25/12/2025"]))
    days = np.array(["2026-03-05", "2026-03-05", "2026-08-01", "2026-07-07", "2025-12-25"], dtype="datetime64[D]")
    assert order_by_code(read, days).tolist() == [-1, 1, 0, 0, -1]


def test_a_column_with_one_habit_settles_its_doubtful_dates() -> None:
    assert settled(["05/03/2026", "25/12/2025"]) == (["2026-03-05", "2025-12-25"], [True, True])
    assert settled(["05/03/2026", "12/25/2025"]) == (["2026-05-03", "2025-12-25"], [True, True])


def test_a_column_with_two_habits_settles_nothing_by_itself() -> None:
    dates, sure = settled(["05/03/2026", "25/12/2025", "12/25/2025"])
    assert dates[0] == "2026-03-05"
    assert sure == [False, True, True]


def test_each_file_has_its_own_habit() -> None:
    dates, sure = settled(["05/03/2026", "25/12/2025", "05/03/2026", "12/25/2025"], groups=[0, 0, 1, 1])
    assert dates == ["2026-03-05", "2025-12-25", "2026-05-03", "2025-12-25"]
    assert all(sure)


def test_a_row_keeps_its_order_whatever_its_column_does() -> None:
    assert settled(["05/03/2026", "25/12/2025"], row_order=[1, 0])[0] == ["2026-05-03", "2025-12-25"]


def test_without_any_hint_the_declared_order_is_taken_and_the_doubt_is_kept() -> None:
    assert settled(["05/03/2026"]) == (["2026-03-05"], [False])
    assert settled(["05/03/2026"], order="mdy") == (["2026-05-03"], [False])


@given(st.lists(st.dates(datetime(2020, 1, 1).date(), datetime(2030, 1, 1).date()), min_size=1, max_size=30), st.booleans())
def test_a_file_written_in_one_order_is_never_misread_when_it_shows_its_order(days: list, month_first: bool) -> None:
    form = "%m/%d/%Y" if month_first else "%d/%m/%Y"
    dates, sure = settled([day.strftime(form) for day in days])
    if any(day.day > 12 for day in days):
        assert dates == [day.isoformat() for day in days]
        assert all(sure)


def test_an_hour_more_or_less_of_a_code_day_is_within_reach() -> None:
    read = read_dates(pa.array(["04/03/2026 23:30"]))
    near = np.array([np.datetime64("2026-03-05", "D")])
    assert order_by_code(read, near).tolist() == [-1]
    assert order_by_code(read, near + np.timedelta64(2, "D")).tolist() == [0]


def test_one_cell_alone_turns_the_others_of_its_row_only_where_the_more_of_the_file_are_written_so() -> None:
    read = read_dates(pa.array(["03/04/2026"] * 4 + ["25/04/2026"]))
    one = np.zeros(5, dtype=int)
    firm = np.array([False, True, False, False, False])
    answer = settle_dates(read, "dmy", one, np.array([1, 1, -1, 0, 0]), one, firm, np.full(5, -1))
    assert answer.month_first.tolist() == [True, True, False, False, False]
    assert answer.settled.tolist() == [False, True, True, True, True]


def test_what_codes_prove_about_receipts_tells_the_habit_of_a_file() -> None:
    read = read_dates(pa.array(["03/04/2026"] * 3))
    groups, proved = np.array([0, 0, 1]), np.array([-1, 0, 1])
    assert habit([read], groups, proved)[0].tolist() == [-1, -1, 1]
