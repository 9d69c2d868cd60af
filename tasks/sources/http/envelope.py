"""Envelope of the national exchange (law 2.3): login, session, services, ``error_code``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from config.connections import Rest, Totals
from config.errors import ASK_DOCTOR, RefusedError, SourceError, Words
from config.language import Bilingual, bilingual
from config.sources import Source
from tasks.sources.day_totals import read_totals
from tasks.sources.formats.exchange import lists_nothing, records_of
from tasks.sources.formats.json_text import parse_json
from tasks.sources.formats.records import folded, whole_number
from tasks.sources.http.list_protocol import ListResponse
from tasks.sources.http.logins import CHECK, login_of
from tasks.sources.http.refusals import refusal, says_nothing_found
from tasks.sources.http.transport import Transport
from tasks.sources.protocol import DayTotal, Window

_GOOD = ("0", "00")
_EXPIRED = "3"  # code of an answer that asks for a new login
_TOTALS_AT_ONCE = 10_000
_WIRE = "%Y%m%d%H%M%S"


class Envelope:
    """Asking in the envelope; see :class:`tasks.sources.http.list_protocol.ListProtocol`."""

    def __init__(self, source: Source, options: Rest) -> None:
        self.source = source
        self.options = options
        self.session = ""

    @property
    def name(self) -> str:
        """The name of the service."""
        return self.options.service

    def log_in(self, client: Transport) -> None:
        """Open a session, where user and password are given.

        Raises:
            RefusedError: they are not accepted; final, for accounts get locked by repetition.
        """
        if self.options.user is None or self.options.password is None:
            return
        credentials = {"username": self.options.user.value(), "password": self.options.password.value()}
        with login_of(self.source, self.options):
            body = client.post(self.options.login_path, credentials, {"dstcode": self.options.destination})
            answer = self._answer(body, "login") or {}
            session = answer.get("session")
            if _code(answer) not in _GOOD or not isinstance(session, str) or not session:
                raise RefusedError(
                    self.source.name,
                    Bilingual(
                        f"đăng nhập bị từ chối với error_code {_code(answer)!r}",
                        f"login was refused with error_code {_code(answer)!r}",
                    ),
                )
        self.session = session

    def page(self, client: Transport, window: Window, number: int, size: int) -> ListResponse:
        """Return one page of a window."""
        body, answer = self._ask(client, self.options.service, self._question(window, number, size), f"page {number}")
        records = [] if lists_nothing(answer, None) else records_of(answer)
        pages = whole_number(answer.get("sotrang")) if answer else None
        more = False if not self.options.paged else None if pages is None else number < pages
        return ListResponse(body, records, whole_number(answer.get("tongso")) if answer else None, more)

    def day_totals(self, client: Transport, totals: Totals, first: date, last: date) -> list[DayTotal]:
        """Return the counts of the service that ``rest.totals`` names."""
        found: list[DayTotal] = []
        for number in range(1, self.options.most_pages + 1):
            data = {"tuNgay": f"{first:%Y%m%d}", "denNgay": f"{last:%Y%m%d}", "trang": number, "soBanGhi": _TOTALS_AT_ONCE}
            _, answer = self._ask(client, totals.service, data, f"totals {number}")
            if answer is None or lists_nothing(answer, None):
                return found
            try:
                found += read_totals(records_of(answer), totals)
            except ValueError as error:
                raise self._error(
                    Bilingual(f"totals {number}: {bilingual(error).vi}", f"totals {number}: {error}"),
                    Bilingual("Hãy sửa rest.totals trong tệp của nguồn.", "Correct rest.totals in the source file."),
                ) from None
            if (whole_number(answer.get("sotrang")) or 1) <= number:
                return found
        raise self._error(Bilingual("số đếm của nguồn không có điểm kết thúc", "its totals do not end"))

    def _ask(self, client: Transport, service: str, data: dict[str, Any], what: str) -> tuple[bytes, dict[str, Any] | None]:
        """Return one answer, None where it has no content; a session that ended meanwhile is renewed once."""
        try:
            return self._ask_once(client, service, data, what)
        except RefusedError:
            if self.options.user is None:
                raise
        self.log_in(client)
        return self._ask_once(client, service, data, what)

    def _ask_once(
        self, client: Transport, service: str, data: dict[str, Any], what: str
    ) -> tuple[bytes, dict[str, Any] | None]:
        request = {"session": self.session, "madonvi": self.options.agency, "service": service, "isUpdating": "False"}
        body = client.post(self.options.service_path, {**request, "data": data})
        answer = self._answer(body, what)
        if answer is None:
            return body, None
        code, fact = _code(answer), refusal(answer)
        if code in _GOOD:
            try:
                if not lists_nothing(answer, None):
                    records_of(answer)
            except ValueError as error:
                raise self._error(Bilingual(f"{what}: {bilingual(error).vi}", f"{what}: {error}")) from None
            return body, answer
        if code == _EXPIRED or fact is not None:
            raise RefusedError(
                self.source.name,
                Bilingual(f"{what} bị từ chối với error_code {code!r}", f"{what} was refused with error_code {code!r}"),
                CHECK,
            )
        if lists_nothing(answer, None) and says_nothing_found(answer):
            return body, None
        raise self._error(
            Bilingual(f"{what} bị từ chối với error_code {code!r}", f"{what} was refused with error_code {code!r}")
        )

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

    def _answer(self, body: bytes, what: str) -> dict[str, Any] | None:
        try:
            answer = parse_json(body) if body.strip() else None
        except ValueError as error:
            raise self._error(Bilingual(f"{what}: {bilingual(error).vi}", f"{what}: {error}")) from None
        if answer is None:
            return None
        if not isinstance(answer, dict):
            raise self._error(
                Bilingual(f"{what}: câu trả lời không đúng phong bì trao đổi", f"{what}: the answer is no envelope")
            )
        return folded(answer)

    def _error(self, fact: Words, action: Words = ASK_DOCTOR) -> SourceError:
        return SourceError(self.source.name, fact, action)


def _code(answer: dict[str, Any]) -> str:
    return str(answer.get("error_code", "")).strip()[:20]
