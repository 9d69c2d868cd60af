"""Choice of the adapter that reaches a source."""

from __future__ import annotations

from collections.abc import Callable

from config.sources import Source
from tasks.sources.databases.sql import SqlAdapter
from tasks.sources.files import FilesAdapter
from tasks.sources.http.rest import RestAdapter
from tasks.sources.protocol import Adapter

_ADAPTERS: dict[str, Callable[[Source], Adapter]] = {"rest": RestAdapter, "sql": SqlAdapter, "files": FilesAdapter}


def adapter_for(source: Source) -> Adapter:
    """Return the adapter of a source's kind.

    Raises:
        ConfigError: an address or secret that it needs is not set, or not allowed.
    """
    return _ADAPTERS[source.kind](source)
