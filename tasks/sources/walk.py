"""How to read a list that changes while it is read: by modification time, not by page number, wherever that can be.

A record that is modified while a list is read moves to its end, and everything behind it moves up: a reader
who asks for page 2, 3, 4 … never sees the record that slipped from the beginning of one page to the end of
the page before. So the next question begins at the newest modification seen, from its page 1: what was seen
may come again, what was not seen cannot be passed over. The same place, kept, is where a pull that was cut
off goes on, however much the list has changed meanwhile.

Where records of one second fill a page, that second is asked for alone and counted through by page numbers;
a list without modification times, or in another order, is counted through as a whole. There the source's own
total shows when rows have left: the reader goes back as many pages.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from tasks.sources.protocol import Window

_END = "end"
_STEP = timedelta(seconds=1)  # the exchange writes times to the second


@dataclass(frozen=True)
class Place:
    """A question to the source.

    Attributes:
        since, until: window that is asked for.
        page: of the answer, from 1.
        by_number: the list is not in the order of modification: only its page numbers can be followed.
        total: records in this question by the source's count when it was last asked.
        expected: least total that the answer must state, if nothing was passed over by asking from here.
        back_since, back_page: where to go on by page numbers if it states less.
        stated: total of the whole window, as its first answer stated it.
    """

    since: datetime | None
    until: datetime | None
    page: int = 1
    by_number: bool = False
    total: int | None = None
    expected: int | None = None
    back_since: datetime | None = None
    back_page: int = 1
    stated: int | None = None


@dataclass(frozen=True)
class Answer:
    """What matters of a page for where to go on.

    Attributes:
        last: it is the last page of its question.
        total: records in the whole question, where the source tells.
        ordered: every record states a modification, none an earlier one than the record before it.
        oldest, newest: earliest and latest modification; None where no record states one.
        before_newest: how many records were modified earlier than the newest.
    """

    last: bool
    total: int | None = None
    ordered: bool = False
    oldest: datetime | None = None
    newest: datetime | None = None
    before_newest: int = 0


def first_place(window: Window) -> Place:
    """Return the first question of a window."""
    return Place(window.since, window.until)


def instead(place: Place, answer: Answer, window: Window, size: int) -> Place | None:
    """Return the question to ask again from where rows may have been passed over; None if the answer stands."""
    if answer.total is None:
        return None
    if place.expected is not None and answer.total < place.expected:
        return Place(place.back_since, window.until, place.back_page, by_number=True, stated=place.stated)
    if place.page > 1 and place.total is not None and answer.total < place.total:
        pages = -(-(place.total - answer.total) // size)
        return replace(place, page=max(1, place.page - pages), total=answer.total)
    return None


def following(place: Place, answer: Answer, window: Window, size: int) -> Place | None:
    """Return the question after an answer that stands; None after the last one."""
    here = replace(place, total=answer.total, stated=answer.total if place == first_place(window) else place.stated)
    alone = place.until != window.until  # one second is being counted through
    if answer.last:
        return Place(place.until, window.until, stated=here.stated) if alone else None
    if not _in_order(place, answer):
        return replace(here, page=place.page + 1, by_number=True, expected=None)
    if answer.before_newest == 0 and answer.newest == place.since:
        return replace(here, page=place.page + 1, expected=None) if alone else _alone(here, window)
    expected = None if alone or answer.total is None else answer.total - (place.page - 1) * size - answer.before_newest
    return Place(
        answer.newest,
        window.until,
        expected=expected,
        back_since=place.since,
        back_page=place.page + 1,
        stated=here.stated,
    )


def _in_order(place: Place, answer: Answer) -> bool:
    if place.by_number or not answer.ordered or answer.oldest is None:
        return False
    return place.since is None or answer.oldest >= place.since


def _alone(place: Place, window: Window) -> Place:
    """Ask for one second alone, which fills more than a page."""
    until = place.since + _STEP if place.since else None
    if until is None or (window.until is not None and until >= window.until):
        return replace(place, page=place.page + 1, expected=None)
    return Place(place.since, until, stated=place.stated)


def to_mark(place: Place | None, size: int) -> str:
    """Write a place down; None is the end."""
    return _END if place is None else orjson.dumps({**asdict(place), "size": size}).decode()


def from_mark(mark: str | None, window: Window, size: int) -> Place | None:
    """Read a place; the beginning of the window where it is none, or was counted in pages of another size."""
    if mark == _END:
        return None
    try:
        given: dict[str, Any] = orjson.loads(mark or "null")
        counted = given.pop("size")
        for name in ("since", "until", "back_since"):
            given[name] = given[name] and datetime.fromisoformat(given[name])
        place = Place(**given)
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError):
        return first_place(window)
    return place if counted == size or (place.page == 1 and not place.by_number) else first_place(window)
