"""Records over HTTP in the national exchange's envelope (domain 2.3): login, session, pages by modification time.

A page is landed only if it is a whole answer of that envelope: an error page with status 200, truncated
JSON or an endless list never pass for an empty one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from config.connections import Rest, given
from config.errors import ConfigError, SourceError
from config.sources import Source
from tasks.sources.day_totals import read_totals
from tasks.sources.exchange import records_of
from tasks.sources.protocol import JSON, DayTotal, Page, Window
from tasks.sources.records import parse_json
from tasks.sources.stamps import seen_in
from tasks.sources.transport import Transport
from tasks.sources.walk import following, from_mark, instead, to_mark

_GOOD = ("0", "00")
_EXPIRED = ("3", "401")  # codes of an answer that asks for a new login
_TOTALS_AT_ONCE = 10_000
_WIRE = "%Y%m%d%H%M%S"


class RestAdapter:
    """Pull of one service; see :class:`config.connections.Rest`."""

    def __init__(self, source: Source) -> None:
        if source.rest is None:
            raise ConfigError(source.name, "kind rest without a section rest")
        self.source = source
        self.options: Rest = source.rest
        self.transport = Transport(source, source.rest, given(source.rest.address))
        self.session = ""
        self.control: int | None = None

    def pages(self, window: Window, after: str | None = None) -> Iterator[Page]:
        """Yield the answers of a window, page by page; see the protocol and :mod:`tasks.sources.walk`."""
        size = self.options.page_size
        place = from_mark(after, window, size)
        if place is None:
            return
        asked, previous, number = place, b"", 0
        with self.transport as client:
            self._log_in(client)
            for _ in range(self.options.most_pages):
                body, answer = self._page(client, Window(place.since, place.until), place.page)
                records = records_of(answer)
                if body == previous and records and (place.since, place.page) == (asked.since, asked.page + 1):
                    raise self._error(f"page {place.page} is page {asked.page} again: the list does not end")
                asked, previous = place, body
                seen = seen_in(records, self.source.zone, self._is_last(answer, records, place.page), _total(answer))
                again = instead(asked, seen, window, size)
                if again is not None:
                    place = again
                    continue
                onward = following(asked, seen, window, size)
                self.control = seen.total if asked.stated is None else asked.stated
                if records or number == 0:
                    name, mark = f"{self.options.service} {number + 1}", to_mark(onward, size)
                    yield Page(number, name, JSON, body, len(records), seen.newest, mark)
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
            self._log_in(client)
            _, answer = self._page(client, window, 1, size=1)
        return _total(answer)

    def _log_in(self, client: Transport) -> None:
        if self.options.user is None or self.options.password is None:
            return
        credentials = {"username": self.options.user.value(), "password": self.options.password.value()}
        body = client.post(self.options.login_path, credentials, {"dstcode": self.options.destination})
        answer = self._answer(body, "login")
        session = answer.get("session")
        if _code(answer) not in _GOOD or not isinstance(session, str) or not session:
            raise self._error(f"login was refused with error_code {_code(answer)!r}", "Check user and password.")
        self.session = session

    def day_totals(self, first: date, last: date) -> list[DayTotal] | None:
        """Return the counts of the service that ``rest.totals`` names."""
        totals = self.options.totals
        if totals is None:
            return None
        found: list[DayTotal] = []
        with self.transport as client:
            self._log_in(client)
            for number in range(1, self.options.most_pages + 1):
                data = {"tuNgay": f"{first:%Y%m%d}", "denNgay": f"{last:%Y%m%d}", "trang": number, "soBanGhi": _TOTALS_AT_ONCE}
                _, answer = self._ask(client, totals.service, data, f"totals {number}")
                try:
                    found += read_totals(records_of(answer), totals)
                except ValueError as error:
                    raise self._error(f"totals {number}: {error}", "Correct rest.totals in the source file.") from None
                if (_integer(answer.get("sotrang")) or 1) <= number:
                    return found
        raise self._error("its totals do not end")

    def _page(self, client: Transport, window: Window, number: int, size: int | None = None) -> tuple[bytes, dict[str, Any]]:
        return self._ask(client, self.options.service, self._question(window, number, size), f"page {number}")

    def _ask(self, client: Transport, service: str, data: dict[str, Any], what: str) -> tuple[bytes, dict[str, Any]]:
        """Return one answer; a session that ended meanwhile is renewed once."""
        for renewed in (False, True):
            request = {"session": self.session, "madonvi": self.options.agency, "service": service, "isUpdating": "False"}
            body = client.post(self.options.service_path, {**request, "data": data})
            answer = self._answer(body, what)
            code = _code(answer)
            if code in _GOOD:
                try:
                    records_of(answer)
                except ValueError as error:
                    raise self._error(f"{what}: {error}") from None
                return body, answer
            if code not in _EXPIRED or renewed or self.options.user is None:
                break
            self._log_in(client)
        raise self._error(f"{what} was refused with error_code {code!r}")

    def _question(self, window: Window, number: int, size: int | None) -> dict[str, Any]:
        return {
            **self.options.parameters,
            "tuThoiDiem": self._wire(window.since),
            "denThoiDiem": self._wire(window.until),
            "trang": number,
            "soBanGhi": size or self.options.page_size,
        }

    def _wire(self, moment: datetime | None) -> str:
        return "" if moment is None else moment.astimezone(self.source.timezone).strftime(_WIRE)

    def _answer(self, body: bytes, what: str) -> dict[str, Any]:
        try:
            answer = parse_json(body)
        except ValueError as error:
            raise self._error(f"{what}: {error}") from None
        if not isinstance(answer, dict):
            raise self._error(f"{what}: the answer is no envelope")
        return {str(key).casefold(): value for key, value in answer.items()}

    def _is_last(self, answer: dict[str, Any], records: list[Any], number: int) -> bool:
        pages = _integer(answer.get("sotrang"))
        if pages is not None:
            return number >= pages
        return len(records) < self.options.page_size

    def _error(self, fact: str, action: str = "Check the source with `motcua doctor`.") -> SourceError:
        return SourceError(self.source.name, fact, action)


def _code(answer: dict[str, Any]) -> str:
    return str(answer.get("error_code", "")).strip()[:20]


def _total(answer: dict[str, Any]) -> int | None:
    return _integer(answer.get("tongso"))


def _integer(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
