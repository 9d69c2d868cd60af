"""A plain list over HTTP: method, headers, token, paging and names as the source's file declares them."""

from __future__ import annotations

import base64
from typing import Any

from config.connections import Listing, Rest, given
from config.errors import SourceError
from config.sources import Source
from tasks.sources.answers import Told
from tasks.sources.exchange import listed
from tasks.sources.protocol import Window
from tasks.sources.records import at, parse_json, text, whole_number
from tasks.sources.transport import RefusedError, Transport


class ListSpeech:
    """Asking for a plain list; see :class:`config.connections.Listing` and :class:`tasks.sources.answers.Speech`."""

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
        """Ask for a token, where the file declares one; else show user and password, where it names them."""
        token, user, password = self.declared.token, self.options.user, self.options.password
        if token is not None:
            fields = {name: given(value) for name, value in token.fields.items()}
            body = client.request("POST", token.path, **{"json" if token.encoding == "json" else "data": fields})
            found = at(self._parsed(body, "login"), token.answer)
            if not isinstance(found, str) or not found:
                raise self._error(f"login brought no {token.answer}", "Check rest.listing.token, user and password.")
            self.proof = {token.header: f"{token.prefix}{found}"}
        elif user is not None and password is not None:
            basic = base64.b64encode(f"{user.value()}:{password.value()}".encode()).decode()
            self.proof = {"Authorization": f"Basic {basic}"}

    def page(self, client: Transport, window: Window, number: int, size: int) -> Told:
        """Return one page of a window; a token that ended meanwhile is renewed once."""
        question, what = self._question(window, number, size), f"page {number}"
        try:
            body = self._ask(client, question)
        except RefusedError:
            if self.declared.token is None:
                raise
            self.log_in(client)
            body = self._ask(client, question)
        answer = self._parsed(body, what)
        self._require_good(answer, what)
        total = whole_number(at(answer, self.declared.total))
        try:
            records = [] if total == 0 else listed(answer, self.declared.records)
        except ValueError as error:
            raise self._error(f"{what}: {error}") from None
        self._require_whole(number, size, len(records), total)
        return Told(body, records, total, self._is_last(number, size, len(records), total))

    def _ask(self, client: Transport, question: dict[str, Any]) -> bytes:
        headers = {name: given(value) for name, value in self.declared.headers.items()} | self.proof
        kind = "params" if self.declared.method == "GET" else "json"
        return client.request(self.declared.method, self.declared.path, headers, **{kind: question})

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

    def _is_last(self, number: int, size: int, count: int, total: int | None) -> bool:
        if self.declared.paging.style == "whole" or count == 0:
            return True
        return count < size if total is None else number * size >= total

    def _require_whole(self, number: int, size: int, count: int, total: int | None) -> None:
        """Refuse a page that holds another number of records than was asked for: the next one would begin elsewhere."""
        if total is None or self.declared.paging.style == "whole":
            return
        due = min(size, max(0, total - (number - 1) * size))
        if count != due:
            fact = f"page {number} holds {count} records where {due} of {total} are due"
            raise self._error(fact, "Set rest.page_size to what the source gives at once, and check rest.listing.paging.")

    def _require_good(self, answer: Any, what: str) -> None:
        for path, values in self.declared.good.items():
            found = str(text(at(answer, path)) or "").strip()[:20]
            if found not in values:
                raise self._error(f"{what} was refused with {path} {found!r}")

    def _parsed(self, body: bytes, what: str) -> Any:
        try:
            return parse_json(body)
        except ValueError as error:
            raise self._error(f"{what}: {error}") from None

    def _error(self, fact: str, action: str = "Check the source with `motcua doctor`.") -> SourceError:
        return SourceError(self.source.name, fact, action)
