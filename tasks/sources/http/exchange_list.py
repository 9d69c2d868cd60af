"""Plain list over HTTP: method, headers, token, paging and names as its file declares them."""

from __future__ import annotations

import base64
from typing import Any

from config.connections import Listing, Rest, given
from config.errors import ASK_DOCTOR, RefusedError, SourceError, Words
from config.language import Bilingual, bilingual
from config.sources import Source
from tasks.sources.formats.exchange import listed, lists_nothing
from tasks.sources.formats.json_text import parse_json
from tasks.sources.formats.records import at, text, whole_number
from tasks.sources.http.list_protocol import ListResponse
from tasks.sources.http.logins import CHECK, login_of
from tasks.sources.http.refusals import complaint, refusal
from tasks.sources.http.transport import Transport
from tasks.sources.protocol import Window


class ExchangeListProtocol:
    """Protocol of a plain list over HTTP.

    See :class:`config.connections.Listing` and :class:`tasks.sources.http.list_protocol.ListProtocol`.
    """

    def __init__(self, source: Source, options: Rest, declared: Listing) -> None:
        self.source = source
        self.options = options
        self.declared = declared
        self.proof: dict[str, str] = {}

    @property
    def name(self) -> str:
        """The last part of the list's path."""
        return self.declared.path.rstrip("/").rpartition("/")[2] or self.source.name

    def log_in(self, client: Transport) -> None:
        """Ask for a token, where the file declares one; else show user and password, where it names them.

        Raises:
            RefusedError: they are not accepted; final, for accounts get locked by repetition.
        """
        token, user, password = self.declared.token, self.options.user, self.options.password
        if token is not None:
            fields = {name: given(value) for name, value in token.fields.items()}
            with login_of(self.source, self.options):
                body = client.request("POST", token.path, **{"json" if token.encoding == "json" else "data": fields})
                answer = self._parsed(body, "login")
                found = at(answer, token.answer)
                if not isinstance(found, str) or not found:
                    if refusal(answer) is not None or complaint(answer) is not None:
                        raise RefusedError(
                            self.source.name,
                            Bilingual("đăng nhập bị từ chối trong câu trả lời", "login was refused inside the answer"),
                        )
                    raise self._error(
                        Bilingual(f"đăng nhập không trả về {token.answer}", f"login brought no {token.answer}"),
                        Bilingual(
                            "Hãy kiểm tra rest.listing.token, tên và mật khẩu.", "Check rest.listing.token, user and password."
                        ),
                    )
            self.proof = {token.header: f"{token.prefix}{found}"}
        elif user is not None and password is not None:
            basic = base64.b64encode(f"{user.value()}:{password.value()}".encode()).decode()
            self.proof = {"Authorization": f"Basic {basic}"}

    def page(self, client: Transport, window: Window, number: int, size: int) -> ListResponse:
        """Return one page of a window; a token that ended meanwhile is renewed once."""
        question, what = self._question(window, number, size), f"page {number}"
        try:
            return self._told(self._ask(client, question), what)
        except RefusedError:
            if self.declared.token is None:
                with login_of(self.source, self.options):
                    raise
        self.log_in(client)
        return self._told(self._ask(client, question), what)

    def _ask(self, client: Transport, question: dict[str, Any]) -> bytes:
        headers = {name: given(value) for name, value in self.declared.headers.items()} | self.proof
        kind = "params" if self.declared.method == "GET" else "json"
        return client.request(self.declared.method, self.declared.path, headers, **{kind: question})

    def _told(self, body: bytes, what: str) -> ListResponse:
        """Return what an answer says.

        Raises:
            RefusedError: that who asks is not accepted any more.
            SourceError: that it failed, or nothing that can be used.
        """
        answer = self._parsed(body, what)
        total = whole_number(at(answer, self.declared.total))
        records = self._records(answer, total, what)
        if not records:
            self._require_accepted(answer, what)
        self._require_good(answer, what)
        if not records and not self.declared.good and (fact := complaint(answer)) is not None:
            raise self._error(
                Bilingual(f"{what} không trả về bản ghi và báo {bilingual(fact).vi}", f"{what} brings no records and {fact}")
            )
        return ListResponse(body, records or [], total, self._more(answer))

    def _records(self, answer: Any, total: int | None, what: str) -> list[Any] | None:
        """Return the records of an answer, None where it says in one way or another that there are none."""
        if lists_nothing(answer, self.declared.records):
            return None
        try:
            return listed(answer, self.declared.records)
        except ValueError as error:
            if total == 0:
                return None
            self._require_accepted(answer, what)
            self._require_good(answer, what)
            raise self._error(Bilingual(f"{what}: {bilingual(error).vi}", f"{what}: {error}")) from None

    def _more(self, answer: Any) -> bool | None:
        """Return whether pages follow, as far as the answer says so."""
        if self.declared.paging.style == "whole" or not self.options.paged:
            return False
        if self.declared.more is None or answer is None:
            return None
        return (text(at(answer, self.declared.more)) or "").strip().casefold() not in ("", "0", "false", "no", "null")

    def _question(self, window: Window, number: int, size: int) -> dict[str, Any]:
        asked: dict[str, Any] = {**self.options.parameters}
        for name, moment in ((self.declared.since, window.since), (self.declared.until, window.until)):
            if name is not None and moment is not None:
                local = moment.astimezone(self.source.timezone)
                epoch = self.declared.moments == "epoch_ms"
                asked[name] = int(moment.timestamp() * 1000) if epoch else local.strftime(self.declared.moments)
        paging = self.declared.paging
        if paging.style == "whole":
            return asked
        first = paging.first if paging.first is not None else int(paging.style == "page")
        begin = first + (number - 1) * (1 if paging.style == "page" else size)
        return {**asked, paging.place: begin, paging.size: begin + size if paging.style == "range" else size}

    def _require_accepted(self, answer: Any, what: str) -> None:
        if (fact := refusal(answer)) is not None:
            raise RefusedError(
                self.source.name, Bilingual(f"{what} bị từ chối: {bilingual(fact).vi}", f"{what} was refused {fact}"), CHECK
            )

    def _require_good(self, answer: Any, what: str) -> None:
        if answer is None:
            return
        for path, values in self.declared.good.items():
            found = str(text(at(answer, path)) or "").strip()[:20]
            if found not in values:
                raise self._error(
                    Bilingual(f"{what} bị từ chối với {path} {found!r}", f"{what} was refused with {path} {found!r}")
                )

    def _parsed(self, body: bytes, what: str) -> Any:
        try:
            return parse_json(body) if body.strip() else None
        except ValueError as error:
            raise self._error(Bilingual(f"{what}: {bilingual(error).vi}", f"{what}: {error}")) from None

    def _error(self, fact: Words, action: Words = ASK_DOCTOR) -> SourceError:
        return SourceError(self.source.name, fact, action)
