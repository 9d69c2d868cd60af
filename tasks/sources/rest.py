"""Records over HTTP in the national exchange's envelope (domain 2.3): login, session, pages by modification time.

A page is landed only if it is a whole answer of that envelope: an error page with status 200, truncated
JSON or an endless list never pass for an empty one.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

from config.connections import Rest, given
from config.errors import ConfigError, SourceError, TransientError
from config.sources import Source
from tasks.sources.day_totals import read_totals
from tasks.sources.exchange import records_of
from tasks.sources.protocol import JSON, DayTotal, Page, Window
from tasks.sources.records import parse_json
from tasks.sources.stamps import seen_in
from tasks.sources.walk import following, from_mark, instead, to_mark

_GOOD = ("0", "00")
_EXPIRED = ("3", "401")  # codes of an answer that asks for a new login
_WAIT_LONGEST = 120.0  # seconds that a Retry-After may ask for within one pull
_TRIES = 4  # of one request when the source asks to wait
_PASSING = (408, 425, 429, 500, 502, 503, 504)
_TOTALS_AT_ONCE = 10_000
_WIRE = "%Y%m%d%H%M%S"


class RestAdapter:
    """Pull of one service; see :class:`config.connections.Rest`."""

    def __init__(self, source: Source) -> None:
        if source.rest is None:
            raise ConfigError(source.name, "kind rest without a section rest")
        self.source = source
        self.options: Rest = source.rest
        self.address = _checked_address(source, given(source.rest.address))
        self.session = ""
        self.control: int | None = None
        self._last_request = 0.0

    def pages(self, window: Window, after: str | None = None) -> Iterator[Page]:
        """Yield the answers of a window, page by page; see the protocol and :mod:`tasks.sources.walk`."""
        size = self.options.page_size
        place = from_mark(after, window, size)
        if place is None:
            return
        asked, previous, number = place, b"", 0
        with self._client() as client:
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
        with self._client() as client:
            self._log_in(client)
            _, answer = self._page(client, window, 1, size=1)
        return _total(answer)

    def _client(self) -> httpx.Client:
        context = ssl.create_default_context()
        if self.options.trusted_certificates is not None:
            context.load_verify_locations(self.options.trusted_certificates)
        # trust_env: a proxy variable of the machine must not carry sessions to another host.
        return httpx.Client(timeout=self.options.timeout_seconds, verify=context, follow_redirects=False, trust_env=False)

    def _log_in(self, client: httpx.Client) -> None:
        if self.options.user is None or self.options.password is None:
            return
        credentials = {"username": self.options.user.value(), "password": self.options.password.value()}
        body = self._post(client, self.options.login_path, credentials, {"dstcode": self.options.destination})
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
        with self._client() as client:
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

    def _page(self, client: httpx.Client, window: Window, number: int, size: int | None = None) -> tuple[bytes, dict[str, Any]]:
        return self._ask(client, self.options.service, self._question(window, number, size), f"page {number}")

    def _ask(self, client: httpx.Client, service: str, data: dict[str, Any], what: str) -> tuple[bytes, dict[str, Any]]:
        """Return one answer; a session that ended meanwhile is renewed once."""
        for renewed in (False, True):
            request = {"session": self.session, "madonvi": self.options.agency, "service": service, "isUpdating": "False"}
            body = self._post(client, self.options.service_path, {**request, "data": data}, {})
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

    def _post(self, client: httpx.Client, path: str, content: dict[str, Any], headers: dict[str, str]) -> bytes:
        """Send one request; wait and try again as long as the source asks for it with Retry-After."""
        for attempt in range(_TRIES):
            self._keep_rate()
            status, body, asked = self._send(client, path, content, headers)
            if status == httpx.codes.OK:
                return body
            if status in (429, 503) and asked is not None and attempt < _TRIES - 1:
                time.sleep(min(asked, _WAIT_LONGEST))
                continue
            break
        if 300 <= status < 400:
            raise self._error("answered with a redirect, which is not followed", "Put the final address into the source file.")
        if status in _PASSING:
            raise TransientError(self.source.name, f"answered with HTTP {status}")
        raise self._error(f"answered with HTTP {status}")

    def _send(
        self, client: httpx.Client, path: str, content: dict[str, Any], headers: dict[str, str]
    ) -> tuple[int, bytes, float | None]:
        url = f"{self.address}/{path.lstrip('/')}"
        try:
            with client.stream("POST", url, json=content, headers=headers) as response:
                return response.status_code, self._body(response), _retry_after(response)
        except (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError) as error:
            if isinstance(error.__cause__, ssl.SSLError) or "CERTIFICATE" in str(error):
                raise self._error("its certificate is not trusted", "Name its authority in trusted_certificates.") from None
            raise TransientError(self.source.name, f"no whole answer came ({type(error).__name__})") from None
        except httpx.HTTPError as error:
            raise self._error(f"the request failed ({type(error).__name__})") from None

    def _body(self, response: httpx.Response) -> bytes:
        """Read an answer up to the cap, however large it says it is."""
        most = self.options.largest_page_mb * 1_000_000
        pieces: list[bytes] = []
        size = 0
        for piece in response.iter_bytes():
            size += len(piece)
            if size > most:
                raise self._error(f"an answer is larger than {self.options.largest_page_mb} MB", "Ask for smaller pages.")
            pieces.append(piece)
        return b"".join(pieces)

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

    def _keep_rate(self) -> None:
        if self.options.requests_per_second:
            wait = self._last_request + 1 / self.options.requests_per_second - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            self._last_request = time.monotonic()

    def _error(self, fact: str, action: str = "Check the source with `motcua doctor`.") -> SourceError:
        return SourceError(self.source.name, fact, action)


def _checked_address(source: Source, address: str) -> str:
    """Return the base address without a trailing slash.

    Raises:
        ConfigError: not HTTP, with credentials inside, not encrypted, or a host that is not allowed.
    """
    parts = urlsplit(address)
    where = f"sources/{source.name}.yaml rest.address"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(where, "is no HTTP address", "https://host/path")
    if parts.username or parts.password or parts.query:
        raise ConfigError(where, "holds credentials or parameters", "user and password by environment")
    options = source.rest
    hosts = options.allowed_hosts if options else ()
    if hosts and parts.hostname not in hosts:
        raise ConfigError(where, "names a host that allowed_hosts does not list", ", ".join(hosts))
    if parts.scheme == "http" and not (options and options.plain_http) and not _is_this_machine(parts.hostname):
        raise ConfigError(where, "is not encrypted", "https, or plain_http: true inside a closed network")
    return address.rstrip("/")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _code(answer: dict[str, Any]) -> str:
    return str(answer.get("error_code", "")).strip()[:20]


def _total(answer: dict[str, Any]) -> int | None:
    return _integer(answer.get("tongso"))


def _integer(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _retry_after(response: httpx.Response) -> float | None:
    """Return the seconds that the source asks to wait; a date is taken relative to its own Date header."""
    value = response.headers.get("retry-after")
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        gap = parsedate_to_datetime(value) - parsedate_to_datetime(response.headers["date"])
        return max(0.0, gap.total_seconds())
    except (KeyError, TypeError, ValueError):
        return None
