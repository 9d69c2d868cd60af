"""List protocol: what a system over HTTP is asked and answers, in whatever words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from tasks.sources.http.transport import Transport
from tasks.sources.protocol import Window


@dataclass(frozen=True)
class ListResponse:
    """An answer that is one of the kind expected.

    Attributes:
        body: its bytes as they came.
        records: the list in it.
        total: records in the whole question, where it tells.
        more: whether pages follow, where the source itself says so; None leaves it to be proved.
    """

    body: bytes
    records: list[Any]
    total: int | None
    more: bool | None = None


class ListProtocol(Protocol):
    """A way of asking for a list."""

    @property
    def name(self) -> str:
        """What the list is called in the landing zone."""
        ...

    def log_in(self, client: Transport) -> None:
        """Get whatever proves who asks; nothing where nothing is needed."""
        ...

    def page(self, client: Transport, window: Window, number: int, size: int) -> ListResponse:
        """Return one page of a window.

        Args:
            client: to ask with.
            window: which records.
            number: of the page, from 1.
            size: records in a page.

        Raises:
            SourceError: the answer is not one of the kind expected.
        """
        ...
