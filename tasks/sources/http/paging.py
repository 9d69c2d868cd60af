"""Paging through a list that changes meanwhile: by modification time wherever possible.

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

from config.language import Bilingual, counted
from tasks.sources.protocol import Window

_END = "end"
_STEP = timedelta(seconds=1)  # the exchange writes times to the second


class UnprovedError(ValueError):
    """A list ended before all was given that it says it holds; the text says how, as the end of a sentence."""


@dataclass(frozen=True)
class PageRequest:
    """A question to the source.

    Attributes:
        since, until: window that is asked for.
        page: of the answer, from 1.
        by_number: the list is not in the order of modification: only its page numbers can be followed.
        total: records in this question by the source's count when it was last asked.
        expected: least total that the answer must state, if nothing was passed over by asking from here.
        back_since, back_page: where to go on by page numbers if it states less.
        stated: total of the whole window, as its first answer stated it.
        step: records in a page of this question, where the source was seen to give fewer than are asked for.
        cap: the most that the source gives at once, where that was seen to be fewer.
        seen: records of this question on the pages before this one.
        onward: the question only proves that nothing stands beyond a page that was not full; from where to go on if something does.
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
    step: int | None = None
    cap: int | None = None
    seen: int = 0
    onward: datetime | None = None

    def size(self, most: int) -> int:
        """Return how many records to ask for at a time, where ``most`` is what the source's file says."""
        return self.step or self.cap or most


@dataclass(frozen=True)
class PageSummary:
    """What matters of a page for where to go on.

    Attributes:
        count: its records.
        more: whether pages follow, where the source itself says so.
        total: records in the whole question, where the source tells.
        repeats: it brings the records of a page before it.
        ordered: every record states a modification, none an earlier one than the record before it.
        oldest, newest: earliest and latest modification; None where no record states one.
        before_newest: how many records were modified earlier than the newest.
    """

    count: int
    more: bool | None = None
    total: int | None = None
    repeats: bool = False
    ordered: bool = False
    oldest: datetime | None = None
    newest: datetime | None = None
    before_newest: int = 0


def first_request(window: Window) -> PageRequest:
    """Return the first question of a window."""
    return PageRequest(window.since, window.until)


def instead(place: PageRequest, answer: PageSummary, window: Window, size: int) -> PageRequest | None:
    """Return the question to ask again from where rows may have been passed over; None if the answer stands."""
    if answer.total is None:
        return None
    step = place.size(size)
    if place.expected is not None and answer.total < place.expected:
        seen = (place.back_page - 1) * step
        back = PageRequest(place.back_since, window.until, place.back_page, by_number=True, stated=place.stated)
        return replace(back, cap=place.cap, seen=seen)
    if place.page > 1 and place.total is not None and answer.total < place.total:
        page = max(1, place.page - -(-(place.total - answer.total) // step))
        return replace(place, page=page, total=answer.total, seen=(page - 1) * step, onward=None)
    return None


def following(place: PageRequest, answer: PageSummary, window: Window, size: int) -> PageRequest | None:
    """Return the question after an answer that stands; None after the last one.

    The last one is the one that is proved to be: by the total, by the source's word that no page follows, by an empty
    page or by a page that comes again. A page with fewer records than were asked for proves nothing: the source may
    give no more at once.

    Raises:
        UnprovedError: the list ends before all is given that it says it holds.
    """
    first = place == first_request(window)
    here = replace(place, total=answer.total, stated=answer.total if first else place.stated, seen=place.seen + answer.count)
    alone = place.until != window.until  # one second is being counted through
    if place.onward is not None and answer.count:
        cap = place.cap if answer.repeats else place.step
        return PageRequest(place.onward, place.until, stated=place.stated, cap=cap)
    ended = _ended(place, answer, size)
    if ended:
        return PageRequest(place.until, window.until, stated=here.stated, cap=place.cap) if alone else None
    if ended is None and answer.count < place.size(size):
        return _beyond(place, here, answer)
    return _next(place, here, answer, window, size)


def _ended(place: PageRequest, answer: PageSummary, size: int) -> bool | None:
    """Tell whether an answer is proved to be the last one of its question, or not to be; None where nothing proves either."""
    held = place.seen + (0 if answer.repeats else answer.count)
    if answer.repeats or not answer.count:
        due = max(place.expected or 0, (place.total if answer.total is None else answer.total) or 0)
        if held < due:
            raise UnprovedError(
                Bilingual(
                    f"kết thúc sau {held} bản ghi trong khi báo có {due}", f"ends after {held} records where it states {due}"
                )
            )
        return True
    # Who states a round number that he just gave may count what he gives at once; one that ever stated more counts his list.
    alike = answer.more is None and place.page == 1 and answer.total == answer.count
    alike = alike and (answer.count == place.size(size) or answer.count % 10 == 0)
    doubtful = alike and (place.stated or 0) <= answer.count
    if answer.total is not None and not doubtful:
        return held >= answer.total
    return None if answer.more is None else not answer.more


def _beyond(place: PageRequest, here: PageRequest, answer: PageSummary) -> PageRequest:
    """Ask what stands beyond a page that is not full, which its source may give or not."""
    forward = _in_order(place, answer) and answer.newest is not None and (place.since is None or answer.newest > place.since)
    return replace(
        here,
        page=place.page + 1,
        step=answer.count if place.page == 1 else place.step,
        by_number=not _in_order(place, answer),
        onward=answer.newest if forward else None,
        expected=None,
    )


def _next(place: PageRequest, here: PageRequest, answer: PageSummary, window: Window, size: int) -> PageRequest:
    """Return the question after an answer that others follow."""
    alone = place.until != window.until
    step = place.size(size)
    short = answer.count < step
    if not _in_order(place, answer):
        if short and answer.more is not True:  # a source that counts its pages counts them in its own size
            due = f"{min(step, (answer.total or step) - place.seen)} of {answer.total or 'more'}"
            raise UnprovedError(
                Bilingual(
                    f"trang {place.page} có {answer.count} bản ghi trong khi phải có {due}",
                    f"page {place.page} holds {counted(answer.count, 'record')} where {due} are due",
                )
            )
        return replace(here, page=place.page + 1, by_number=True, expected=None)
    cap = answer.count if short and place.page == 1 else place.cap
    if answer.before_newest == 0 and answer.newest == place.since:
        if alone:
            return replace(here, page=place.page + 1, expected=None, cap=cap)
        return _alone(replace(here, cap=cap), window)
    expected = None if alone or answer.total is None else answer.total - place.seen - answer.before_newest
    return PageRequest(
        answer.newest,
        window.until,
        expected=expected,
        back_since=place.since,
        back_page=place.page + 1,
        stated=here.stated,
        cap=cap,
    )


def _in_order(place: PageRequest, answer: PageSummary) -> bool:
    if place.by_number or not answer.ordered or answer.oldest is None:
        return False
    return place.since is None or answer.oldest >= place.since


def _alone(place: PageRequest, window: Window) -> PageRequest:
    """Ask for one second alone, which fills more than a page."""
    until = place.since + _STEP if place.since else None
    if until is None or (window.until is not None and until >= window.until):
        return replace(place, page=place.page + 1, expected=None)
    return PageRequest(place.since, until, stated=place.stated, cap=place.cap)


def to_mark(place: PageRequest | None, size: int) -> str:
    """Write a place down; None is the end."""
    return _END if place is None else orjson.dumps({**asdict(place), "size": size}).decode()


def from_mark(mark: str | None, window: Window, size: int) -> PageRequest | None:
    """Read a place; the beginning of the window where it is none, or was counted in pages of another size."""
    if mark == _END:
        return None
    try:
        given: dict[str, Any] = orjson.loads(mark or "null")
        counted = given.pop("size")
        for name in ("since", "until", "back_since"):
            given[name] = given[name] and datetime.fromisoformat(given[name])
        place = PageRequest(**given)
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError):
        return first_request(window)
    return place if counted == size or (place.page == 1 and not place.by_number) else first_request(window)
