"""The national exchange's envelope (domain 2.3): login, session, services, ``error_code`` "0" or "00"."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from config.connections import Rest, Totals
from config.errors import SourceError
from config.sources import Source
from tasks.sources.answers import Told
from tasks.sources.day_totals import read_totals
from tasks.sources.exchange import records_of
from tasks.sources.protocol import DayTotal, Window
from tasks.sources.records import folded, parse_json, whole_number
from tasks.sources.transport import Transport

_GOOD = ("0", "00")
_EXPIRED = ("3", "401")  # codes of an answer that asks for a new login
_TOTALS_AT_ONCE = 10_000
_WIRE = "%Y%m%d%H%M%S"


class Envelope:
    """Asking in the envelope; see :class:`tasks.sources.answers.Speech`."""

    def __init__(self, source: Source, options: Rest) -> None:
        self.source = source
        self.options = options
        self.session = ""

    @property
    def name(self) -> str:
        """The name of the service."""
        return self.options.service

    def log_in(self, client: Transport) -> None:
        """Open a session, where user and password are given."""
        if self.options.user is None or self.options.password is None:
            return
        credentials = {"username": self.options.user.value(), "password": self.options.password.value()}
        body = client.post(self.options.login_path, credentials, {"dstcode": self.options.destination})
        answer = self._answer(body, "login")
        session = answer.get("session")
        if _code(answer) not in _GOOD or not isinstance(session, str) or not session:
            raise self._error(f"login was refused with error_code {_code(answer)!r}", "Check user and password.")
        self.session = session

    def page(self, client: Transport, window: Window, number: int, size: int) -> Told:
        """Return one page of a window."""
        body, answer = self._ask(client, self.options.service, self._question(window, number, size), f"page {number}")
        records = records_of(answer)
        pages = whole_number(answer.get("sotrang"))
        last = len(records) < size if pages is None else number >= pages
        return Told(body, records, whole_number(answer.get("tongso")), last)

    def day_totals(self, client: Transport, totals: Totals, first: date, last: date) -> list[DayTotal]:
        """Return the counts of the service that ``rest.totals`` names."""
        found: list[DayTotal] = []
        for number in range(1, self.options.most_pages + 1):
            data = {"tuNgay": f"{first:%Y%m%d}", "denNgay": f"{last:%Y%m%d}", "trang": number, "soBanGhi": _TOTALS_AT_ONCE}
            _, answer = self._ask(client, totals.service, data, f"totals {number}")
            try:
                found += read_totals(records_of(answer), totals)
            except ValueError as error:
                raise self._error(f"totals {number}: {error}", "Correct rest.totals in the source file.") from None
            if (whole_number(answer.get("sotrang")) or 1) <= number:
                return found
        raise self._error("its totals do not end")

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
            self.log_in(client)
        raise self._error(f"{what} was refused with error_code {code!r}")

    def _question(self, window: Window, number: int, size: int) -> dict[str, Any]:
        return {
            **self.options.parameters,
            "tuThoiDiem": self._wire(window.since),
            "denThoiDiem": self._wire(window.until),
            "trang": number,
            "soBanGhi": size,
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
        return folded(answer)

    def _error(self, fact: str, action: str = "Check the source with `motcua doctor`.") -> SourceError:
        return SourceError(self.source.name, fact, action)


def _code(answer: dict[str, Any]) -> str:
    return str(answer.get("error_code", "")).strip()[:20]
