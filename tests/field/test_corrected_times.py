"""Corrected times that cannot be true are refused with their reason; what no fact outweighs is taken."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tasks.rules.corrections.known_times import KnownTimes
from tasks.rules.corrections.lines import Accepted, Known, Refused, read_lines, sort_lines

CODE, SOURCE = "H99.12-260303-0001", "province"
HEADINGS = "dossier,field,new value,evidence,who,approved by"
STATED = {
    "received_at": "2026-03-03T08:00:00+07:00",
    "done_at": "2026-03-12T09:00:00+07:00",
    "due_at": "2026-03-10T17:00:00+07:00",
}
KNOWN = Known(
    {CODE: (SOURCE,)},
    {SOURCE: "Asia/Ho_Chi_Minh"},
    stated={
        (SOURCE, CODE, name): STATED.get(name) for name in ("received_at", "due_at", "done_at", "returned_at", "refused_at")
    },
    held=KnownTimes(datetime(2026, 4, 1, 5, tzinfo=UTC), {(SOURCE, CODE): datetime(2026, 3, 6, 2, tzinfo=UTC)}),
)


@pytest.mark.parametrize(
    ("lines", "right"),
    [
        # field, new value: an answer a line; "" is taken
        (["done_at,10/03/2026 09:00"], [""]),
        (["done_at,06/03/2026"], [""]),  # the day on which the log last shows work
        (["done_at,05/03/2026 16:00"], ["work_after_end"]),
        (["returned_at,05/03/2026"], ["work_after_end"]),
        (["done_at,02/03/2026"], ["end_before_receipt"]),
        (["refused_at,02/03/2026"], ["end_before_receipt"]),
        (["done_at,02/04/2026"], ["in_future"]),
        (["returned_at,01/01/2031"], ["in_future"]),
        (["received_at,01/01/2031"], ["in_future"]),
        (["received_at,13/03/2026"], ["receipt_after_end"]),
        (["received_at,12/03/2026 10:00"], [""]),  # the day of its end: registers give days
        (["due_at,10/06/2031"], [""]),  # a due date lies ahead
        (["due_at,10/06/2062"], ["years_apart"]),  # but not a working life
        (["due_at,02/03/2026"], ["due_before_receipt"]),
        (["due_at,03/03/2026"], [""]),
        (["received_at,03/03/2006"], ["years_apart"]),
        (["received_at,03/03/2024"], [""]),
        (["done_at,trống"], [""]),
        (["status,9"], [""]),
        (["received_at,13/03/2026", "done_at,16/03/2026"], ["", ""]),  # together they are true
        (["received_at,13/03/2026", "done_at,trống"], ["", ""]),
        (["received_at,01/02/2026", "done_at,27/02/2026"], ["", "work_after_end"]),
        (["done_at,02/03/2026", "received_at,02/03/2026"], ["work_after_end", ""]),
    ],
    ids=lambda given: "; ".join(given) if isinstance(given, list) else None,
)
def test_a_time_is_held_against_the_clock_the_receipt_the_end_and_the_log(lines: list[str], right: list[str]) -> None:
    body = "\n".join([HEADINGS, *(f"{CODE},{line},sổ 4,an,bình" for line in lines)])
    answers = sort_lines(read_lines(body.encode()), KNOWN)
    assert [answer.reason if isinstance(answer, Refused) else "" for answer in answers] == right


def test_what_stands_by_an_earlier_correction_counts_before_what_the_source_states() -> None:
    laid_over = {(SOURCE, CODE, "received_at"): "2026-03-09T08:00:00+07:00"}
    known = Known(KNOWN.sources_of, KNOWN.zones, stated=KNOWN.stated, laid_over=laid_over, held=KNOWN.held)
    (answer,) = sort_lines(read_lines(f"{HEADINGS}\n{CODE},done_at,08/03/2026,sổ 4,an,bình".encode()), known)
    assert isinstance(answer, Refused)
    assert answer.reason == "end_before_receipt"


def test_a_line_that_the_second_person_turned_down_is_kept_whatever_it_says() -> None:
    body = f"{HEADINGS},decision\n{CODE},done_at,01/01/2031,sổ 4,an,bình,không"
    (answer,) = sort_lines(read_lines(body.encode()), KNOWN)
    assert isinstance(answer, Accepted)
    assert answer.state == "rejected"
