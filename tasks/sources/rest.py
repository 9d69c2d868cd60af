"""Records over HTTP in the national exchange's envelope (domain 2.3): login, session, pages by modification time.

A page is landed only if it is a whole answer of that envelope: an error page with status 200, truncated
JSON or an endless list never pass for an empty one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np

from config.connections import Rest, given
from config.errors import ConfigError, SourceError
from config.sources import Source
from tasks.rules.dates import NO_OFFSET, chosen, read_dates
from tasks.rules.times import instants
from tasks.sources.exchange import DOSSIER_KEYS, records_of, split_objects
from tasks.sources.protocol import JSON, Page, Window
from tasks.sources.records import Keys, parse_json
from tasks.sources.transport import Transport

_GOOD = ("0", "00")
_EXPIRED = ("3", "401")  # codes of an answer that asks for a new login
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

    def pages(self, window: Window) -> Iterator[Page]:
        """Yield the answers of a window, page by page; see the protocol."""
        with self.transport as client:
            self._log_in(client)
            previous = b""
            for number in range(self.options.most_pages):
                body, answer = self._page(client, window, number + 1)
                records = records_of(answer)
                if body == previous and records:
                    raise self._error(f"page {number + 1} is page {number} again: the list does not end")
                previous = body
                self.control = _total(answer)
                if records or number == 0:
                    yield Page(number, f"{self.options.service} {number + 1}", JSON, body, len(records), self._newest(records))
                if self._is_last(answer, records, number + 1):
                    return
            raise self._error(f"the list has not ended after {self.options.most_pages} pages")

    def control_total(self, window: Window) -> int | None:  # noqa: ARG002 - the protocol's signature
        """Return the source's own count, as the last page stated it."""
        return self.control

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

    def _page(self, client: Transport, window: Window, number: int) -> tuple[bytes, dict[str, Any]]:
        """Return one page; a session that ended meanwhile is renewed once."""
        for renewed in (False, True):
            body = client.post(self.options.service_path, self._request(window, number))
            answer = self._answer(body, f"page {number}")
            code = _code(answer)
            if code in _GOOD:
                try:
                    records_of(answer)
                except ValueError as error:
                    raise self._error(f"page {number}: {error}") from None
                return body, answer
            if code not in _EXPIRED or renewed or self.options.user is None:
                break
            self._log_in(client)
        raise self._error(f"page {number} was refused with error_code {code!r}")

    def _request(self, window: Window, number: int) -> dict[str, Any]:
        data = {
            **self.options.parameters,
            "tuThoiDiem": self._wire(window.since),
            "denThoiDiem": self._wire(window.until),
            "trang": number,
            "soBanGhi": self.options.page_size,
        }
        agency, service = self.options.agency, self.options.service
        return {"session": self.session, "madonvi": agency, "service": service, "isUpdating": "False", "data": data}

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

    def _newest(self, records: list[Any]) -> datetime | None:
        """Return the latest modification that the records state."""
        objects, _, _ = split_objects(records)
        read = read_dates(Keys(objects).texts(*DOSSIER_KEYS["modified_at"]))
        times = chosen(read, read.month_first)
        times = times[(read.offset == NO_OFFSET) & ~np.isnat(times)]
        if not len(times):
            return None
        moment: datetime = instants(times.max(keepdims=True), self.source.zone)[0].to_pydatetime()
        return moment

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
