"""Records over HTTP, page by page: in the exchange's envelope, or as a declared plain list.

A page is landed only if it is a whole answer of the kind expected: an error page with status 200, truncated JSON or an
endless list never pass for an empty one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from config.connections import Rest, given
from config.errors import ASK_DOCTOR, ConfigError, SourceError, Words
from config.language import Bilingual, bilingual, counted
from config.sources import Source
from tasks.sources.formats.profiles import modification_names
from tasks.sources.http.envelope import Envelope
from tasks.sources.http.exchange_list import ExchangeListProtocol
from tasks.sources.http.list_protocol import ListProtocol, ListResponse
from tasks.sources.http.page_times import seen_in
from tasks.sources.http.paging import PageRequest, PageSummary, UnprovedError, following, from_mark, instead, to_mark
from tasks.sources.http.transport import AbsentError, Transport
from tasks.sources.protocol import JSON, DayTotal, Page, Window

_MOST_BACKWARDS = 20  # times that a list may be found to have become shorter within one reading


class RestAdapter:
    """Pull of one list; see :class:`config.connections.Rest`."""

    def __init__(self, source: Source) -> None:
        if source.rest is None:
            raise ConfigError(source.name, Bilingual("kind là rest nhưng thiếu mục rest", "kind rest without a section rest"))
        self.source = source
        self.options: Rest = source.rest
        self.transport = Transport(source, source.rest, given(source.rest.address))
        listing = source.rest.listing
        self.speech: ListProtocol = (
            Envelope(source, source.rest) if listing is None else ExchangeListProtocol(source, source.rest, listing)
        )
        self.stamped = () if listing is not None and listing.since is None else modification_names(source)
        self.control: int | None = None
        self.most = 0  # records that it was seen to give at once

    def pages(self, window: Window, after: str | None = None) -> Iterator[Page]:
        """Yield the answers of a window, page by page; see the protocol and :mod:`tasks.sources.http.paging`."""
        size = self.options.page_size
        place = from_mark(after, window, size)
        if place is None:
            return
        number, backwards = 0, 0
        met: list[list[Any]] = []  # first and last page of the question
        with self.transport as client:
            self.speech.log_in(client)
            for _ in range(self.options.most_pages):
                asked = place
                told = self._ask(client, asked, size)
                met = met if asked.page > 1 else []
                seen = seen_in(told, self.stamped, self.source.zone, repeats=bool(told.records) and told.records in met)
                other = instead(asked, seen, window, size)
                if other is not None:
                    place, backwards, met = other, backwards + 1, []
                    self._require_steady(backwards)
                    continue
                if seen.repeats:
                    self._require_end(client, asked, told, seen, window)
                met, self.most = [*met[:1], told.records], max(self.most, seen.count)
                onward = self._following(asked, seen, window)
                self.control = seen.total if asked.stated is None else asked.stated
                if number == 0 or (told.records and not seen.repeats and asked.onward is None):
                    name, mark = f"{self.speech.name} {number + 1}", to_mark(onward, size)
                    yield Page(number, name, JSON, told.body, seen.count, seen.newest, mark)
                    number += 1
                if onward is None:
                    return
                place = onward
            raise self._error(
                Bilingual(
                    f"danh sách chưa kết thúc sau {self.options.most_pages} trang",
                    f"the list has not ended after {counted(self.options.most_pages, 'page')}",
                )
            )

    def _ask(self, client: Transport, place: PageRequest, size: int) -> ListResponse:
        """Return the answer to a question; where nothing stands behind a page, some say that there is no such page."""
        try:
            return self.speech.page(client, Window(place.since, place.until), place.page, place.size(size))
        except AbsentError:
            if place.page == 1:
                raise
            return ListResponse(b"", [], None)

    def _following(self, place: PageRequest, seen: PageSummary, window: Window) -> PageRequest | None:
        try:
            return following(place, seen, window, self.options.page_size)
        except UnprovedError as error:
            action = Bilingual(
                "Hãy đặt rest.page_size bằng số bản ghi nguồn trả một lần, và kiểm tra rest.listing.paging.",
                "Set rest.page_size to what the source gives at once, and check rest.listing.paging.",
            )
            raise SourceError(self.source.name, bilingual(error), action) from None

    def _require_end(
        self, client: Transport, place: PageRequest, told: ListResponse, seen: PageSummary, window: Window
    ) -> None:
        """Refuse a page that comes again where that does not prove the end of the list.

        Behind the last page many systems give the last one again. A first page that comes again may as well come from a
        system that does not heed which page it is asked for: half of it is asked for, and the other half.
        """
        if place.page > 2 or place.onward is not None:
            return
        by_time = place.since is not None and place.since != window.since and not place.by_number
        heeds_time = place.since is None or (seen.oldest is not None and seen.oldest >= place.since)
        fills = seen.count >= self.options.page_size
        if heeds_time and by_time and seen.count < self.most:
            return
        if (heeds_time or not fills) and self._heeds_pages(client, place, told.records):
            return
        raise SourceError(
            self.source.name,
            Bilingual(
                f"trang {place.page} lặp lại trang {place.page - 1}: danh sách không có điểm kết thúc",
                f"page {place.page} is page {place.page - 1} again: the list does not end",
            ),
            Bilingual(
                "Hãy kiểm tra rest.listing.paging; nếu tất cả nằm trong một câu trả lời thì ghi style: whole ở đó, hoặc rest.paged: false.",
                "Check rest.listing.paging; where all comes in one answer, write style: whole there, or rest.paged: false.",
            ),
        )

    def _heeds_pages(self, client: Transport, place: PageRequest, records: list[Any]) -> bool:
        if len(records) == 1:
            return True
        half = -(-len(records) // 2)
        found = self.speech.page(client, Window(place.since, place.until), 2, half).records
        if found == records[half:]:
            return True
        # What heeds neither page nor size gives all at once, or as many as it gives at most: always a round number.
        return found == records and len(records) % 10 != 0

    def _require_steady(self, backwards: int) -> None:
        if backwards > _MOST_BACKWARDS:
            raise self._error(
                Bilingual(
                    "báo tổng số mâu thuẫn nhau giữa các trang", "states totals that contradict one another, page by page"
                )
            )

    def control_total(self, window: Window) -> int | None:  # noqa: ARG002 - the protocol's signature
        """Return the source's own count, as the last page stated it."""
        return self.control

    def count(self, window: Window) -> int | None:
        """Return the count that the source states with a page of one record."""
        with self.transport as client:
            self.speech.log_in(client)
            return self.speech.page(client, window, 1, 1).total

    def day_totals(self, first: date, last: date) -> list[DayTotal] | None:
        """Return the counts of the service that ``rest.totals`` names."""
        if self.options.totals is None or not isinstance(self.speech, Envelope):
            return None
        with self.transport as client:
            self.speech.log_in(client)
            return self.speech.day_totals(client, self.options.totals, first, last)

    def _error(self, fact: Words) -> SourceError:
        return SourceError(self.source.name, fact, ASK_DOCTOR)
