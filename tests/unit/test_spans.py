"""Windows: what has landed, where the gaps are, what is asked for next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.pulling.windows import (
    BEGINNING,
    Fill,
    RequestedWindow,
    Span,
    WindowPolicy,
    cursor,
    cut,
    done,
    gaps,
    plan,
    union,
    without,
)
from tasks.sources.protocol import Window

NOW = datetime(2026, 3, 31, tzinfo=UTC)
HABITS = WindowPolicy(None, timedelta(hours=1), timedelta(days=31))
SINCE_2025 = WindowPolicy(datetime(2025, 1, 1, tzinfo=UTC), timedelta(hours=1), timedelta(days=31))


def day(number: int) -> datetime:
    """Return a day of 2025, by its number from 0; 454 is the day before NOW."""
    return datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=number)


def asked(
    since: int | None, until: int | None, newest: int | None = None, state: str = "done", mark: str | None = None
) -> RequestedWindow:
    window = Window(None if since is None else day(since), None if until is None else day(until))
    met = None if newest is None else day(newest)
    complete_to = (window.until or met) if state == "done" else None
    return RequestedWindow(f"{since}-{until}-{state}", window, state, day(440), complete_to, mark, met)


spans = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda p: Span(day(p[0]), day(p[0] + p[1]))), max_size=12
)


@given(spans, st.integers(0, 40), st.integers(0, 60))
def test_what_is_left_and_what_is_taken_make_up_the_whole(taken: list[Span], since: int, length: int) -> None:
    whole = Span(day(since), day(since + length))
    left = without(whole, taken)
    for number in range(since, since + length):
        in_taken = any(span.since <= day(number) < span.until for span in taken)
        assert any(span.since <= day(number) < span.until for span in left) != in_taken
    assert union(left) == left


@given(st.integers(0, 400), st.integers(1, 40))
def test_a_cut_span_touches_and_is_never_longer_than_asked(length: int, longest: int) -> None:
    windows = cut(Span(day(0), day(length)), timedelta(days=longest))
    bounds = [day(0), *(window.until for window in windows)]
    assert [window.since for window in windows] == bounds[:-1]
    assert bounds[-1] == day(length)
    assert all(later - earlier <= timedelta(days=longest) for earlier, later in pairwise(bounds))  # type: ignore[operator]


def test_the_first_pull_asks_for_everything() -> None:
    assert plan([], HABITS, NOW) == [Window(None, None)]


def test_the_first_pull_of_a_source_that_names_its_beginning_is_cut() -> None:
    planned = plan([], SINCE_2025, NOW)
    assert planned[0] == Window(day(0), day(31))
    assert planned[-1] == Window(day(14 * 31), None)
    assert len(planned) == 15


def test_the_next_pull_asks_from_the_newest_less_the_overlap() -> None:
    assert plan([asked(None, None, newest=430)], HABITS, NOW) == [Window(day(430) - HABITS.overlap, None)]


def test_a_quiet_source_is_not_asked_in_windows_but_one_not_asked_for_long_is() -> None:
    quiet = asked(None, None, newest=100)
    assert plan([quiet], HABITS, NOW) == [Window(day(100) - HABITS.overlap, None)]
    outage = RequestedWindow("x", Window(), "done", day(100), day(100), None, day(100))
    planned = plan([outage], HABITS, NOW)
    assert planned[0] == Window(day(100) - HABITS.overlap, day(131) - HABITS.overlap)
    assert len(planned) == 12


def test_a_record_of_the_future_hides_nothing() -> None:
    assert cursor([asked(None, None, newest=3000)]) == day(440)


def test_what_failed_is_a_gap_and_comes_first_when_it_was_never_begun_again() -> None:
    books = [asked(0, 31, newest=30), asked(62, 93, newest=92)]
    assert gaps(books, day(0)) == [Span(day(31), day(62))]
    assert plan(books, SINCE_2025, NOW)[0] == Window(day(31), day(62))


def test_an_unfinished_window_is_gone_on_with_and_not_asked_for_twice() -> None:
    left = asked(31, 62, newest=40, state="failed", mark="somewhere")
    planned = plan([asked(0, 31, newest=30), left, asked(62, None, newest=430)], SINCE_2025, NOW)
    assert planned == [left, Window(day(430) - HABITS.overlap, None)]


def test_an_unfinished_end_is_the_end_that_is_asked_for() -> None:
    left = asked(400, None, newest=410, state="running", mark="somewhere")
    assert plan([asked(None, 400, newest=399), left], HABITS, NOW) == [left]


def test_a_fill_before_the_first_pull_leaves_the_rest_to_it() -> None:
    planned = plan([asked(100, 131, newest=120)], HABITS, NOW)
    assert planned[0] == Window(None, day(100))
    assert planned[1].since == day(120) - HABITS.overlap  # type: ignore[union-attr]


@pytest.mark.parametrize("again", [False, True])
def test_a_fill_asks_for_what_has_landed_only_when_told_to(again: bool) -> None:
    books = [asked(None, None, newest=430)]
    planned = Fill(Window(day(0), day(40)), again).plan(books, HABITS, NOW)
    assert planned == ([Window(day(0), day(31)), Window(day(31), day(40))] if again else [])
    assert Fill(Window(day(0), None), again=True).plan(books, HABITS, NOW)[-1] == Window(day(14 * 31), None)


def test_everything_that_was_done_counts_and_nothing_else() -> None:
    books = [asked(None, 31), asked(31, 62, state="refused"), asked(40, 50, state="failed"), asked(62, 70, newest=69)]
    assert done(books) == [Span(BEGINNING, day(31)), Span(day(62), day(70))]


HALF = [asked(0, 31, newest=30), asked(31, 62, state="failed", mark="m"), asked(62, 93, state="running", mark="n")]


@pytest.mark.parametrize(
    ("fill", "planned"),
    [
        (Fill(Window(day(0), day(124))), [HALF[1], HALF[2], Window(day(93), day(124))]),
        (Fill(Window(day(0), day(124)), failed=False), [HALF[2], Window(day(93), day(124))]),
        (Fill(Window(day(0), day(62)), again=True), [Window(day(0), day(31)), Window(day(31), day(62))]),
        # Gone on with: what was asked since it began is not read a second time.
        (Fill(Window(day(0), day(124)), again=True, begun=BEGINNING), [HALF[1], HALF[2], Window(day(93), day(124))]),
        (Fill(Window(day(0), day(62)), again=True, begun=NOW), [Window(day(0), day(31)), Window(day(31), day(62))]),
    ],
)
def test_what_is_missing_what_failed_or_all(fill: Fill, planned: list[object]) -> None:
    assert fill.plan(HALF, HABITS, NOW) == planned


def test_a_reading_again_up_to_the_newest_goes_on_where_it_was_cut_off() -> None:
    left = asked(31, 62, state="running", mark="m")
    planned = Fill(Window(day(0), None), again=True, begun=BEGINNING).plan([asked(0, 31, newest=30), left], HABITS, NOW)
    assert planned[:2] == [left, Window(day(62), day(93))]
    assert planned[-1] == Window(day(14 * 31), None)
