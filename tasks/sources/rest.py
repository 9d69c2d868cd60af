"""Records over HTTP, page by page: in the national exchange's envelope, or as a plain list that the source's file declares.

A page is landed only if it is a whole answer of the kind expected: an error page with status 200, truncated JSON or an
endless list never pass for an empty one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from config.connections import Rest, given
from config.errors import ConfigError, SourceError
from config.sources import Source
from tasks.sources.answers import Speech
from tasks.sources.envelope import Envelope
from tasks.sources.listing import ListSpeech
from tasks.sources.profiles import modification_names
from tasks.sources.protocol import JSON, DayTotal, Page, Window
from tasks.sources.stamps import seen_in
from tasks.sources.transport import Transport
from tasks.sources.walk import following, from_mark, instead, to_mark


class RestAdapter:
    """Pull of one list; see :class:`config.connections.Rest`."""

    def __init__(self, source: Source) -> None:
        if source.rest is None:
            raise ConfigError(source.name, "kind rest without a section rest")
        self.source = source
        self.options: Rest = source.rest
        self.transport = Transport(source, source.rest, given(source.rest.address))
        listing = source.rest.listing
        self.speech: Speech = Envelope(source, source.rest) if listing is None else ListSpeech(source, source.rest, listing)
        self.stamped = () if listing is not None and listing.since is None else modification_names(source)
        self.control: int | None = None

    def pages(self, window: Window, after: str | None = None) -> Iterator[Page]:
        """Yield the answers of a window, page by page; see the protocol and :mod:`tasks.sources.walk`."""
        size = self.options.page_size
        place = from_mark(after, window, size)
        if place is None:
            return
        asked, previous, number = place, b"", 0
        with self.transport as client:
            self.speech.log_in(client)
            for _ in range(self.options.most_pages):
                told = self.speech.page(client, Window(place.since, place.until), place.page, size)
                again = (place.since, place.page) == (asked.since, asked.page + 1)
                if told.body == previous and told.records and again:
                    raise self._error(f"page {place.page} is page {asked.page} again: the list does not end")
                asked, previous = place, told.body
                seen = seen_in(told.records, self.stamped, self.source.zone, told.last, told.total)
                other = instead(asked, seen, window, size)
                if other is not None:
                    place = other
                    continue
                onward = following(asked, seen, window, size)
                self.control = seen.total if asked.stated is None else asked.stated
                if told.records or number == 0:
                    name, mark = f"{self.speech.name} {number + 1}", to_mark(onward, size)
                    yield Page(number, name, JSON, told.body, len(told.records), seen.newest, mark)
                if onward is None:
                    return
                place, number = onward, number + 1
            raise self._error(f"the list has not ended after {self.options.most_pages} pages")

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

    def _error(self, fact: str) -> SourceError:
        return SourceError(self.source.name, fact, "Check the source with `motcua doctor`.")
