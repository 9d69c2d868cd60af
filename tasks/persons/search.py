"""Search for one person: the landing files and the rows of the warehouse that speak about them.

Every page of every source is read as a load reads it, because a number may be written in many ways and stand in a workbook:
that takes as long as a replay's reading, and misses nothing that a load would find.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from config.errors import ConfigError
from config.known_sources import known_sources, no_file
from config.language import Bilingual
from config.pseudonym_key import pseudonym_key
from config.sources import Source
from tasks.rules.arrays import truths
from tasks.rules.privacy.pseudonym import digits_only, identity_placeholder, pseudonyms
from tasks.sources import landing
from tasks.sources.masked_fields import values_of
from tasks.sources.pages import Landed, read_pages
from tasks.sources.parsed_records import ParsedRecords
from tasks.warehouse.rows import fetch_as

_LENGTHS = (9, 12)  # of identity cards until 2021, and of personal numbers
_PAGES = "SELECT source, page_digest AS digest, media_type, name FROM raw.pages ORDER BY page_digest, source"
_DOSSIERS = "SELECT source, code FROM core.dossiers WHERE applicant_key = %(key)s ORDER BY source, code"


@dataclass(frozen=True)
class Identity:
    """An identity number and the pseudonym that stands for it; neither is ever shown.

    Attributes:
        digits: nine or twelve of them.
        key: keyed pseudonym, as in ``core.dossiers.applicant_key``.
    """

    digits: str = field(repr=False)
    key: str = field(repr=False)


@dataclass(frozen=True)
class KnownPage:
    """A page of the landing zone as a source has it."""

    source: str
    digest: str
    media_type: str
    name: str


@dataclass(frozen=True)
class PersonPage:
    """A page that speaks about the person.

    Attributes:
        page: which.
        told: what its source reads from it.
        rows: which of its dossiers are the person's; none where the number stands in it elsewhere alone.
    """

    page: KnownPage
    told: ParsedRecords
    rows: np.ndarray


@dataclass(frozen=True)
class PersonDossier:
    """A dossier of the person in the warehouse."""

    source: str
    code: str


def identity_of(given: str) -> Identity:
    """Return the identity that a text gives.

    Raises:
        ConfigError: it is no identity number; the text is not repeated.
    """
    digits = digits_only(pa.array([given]))
    text = digits[0].as_py() or ""
    if len(text) not in _LENGTHS or identity_placeholder(digits)[0]:
        raise ConfigError(
            Bilingual("số định danh", "identity number"),
            Bilingual("không phải số của một người", "is no number of a person"),
            Bilingual("12 chữ số, hoặc 9 của chứng minh nhân dân cũ", "12 digits, or the 9 of an older identity card"),
        )
    return Identity(text, pseudonyms(digits, pseudonym_key(), "id")[0].as_py())


def dossiers_of(identity: Identity) -> list[PersonDossier]:
    """Return the person's dossiers by the pseudonym."""
    return fetch_as(PersonDossier, _DOSSIERS, {"key": identity.key})


def known_pages() -> list[KnownPage]:
    """Return every page of the landing zone, once for each source that has it, those of one digest together."""
    return fetch_as(KnownPage, _PAGES, {})


def person_pages(identity: Identity) -> Iterator[PersonPage]:
    """Read all pages and yield those that speak about the person.

    Raises:
        ConfigError: a source whose pages have to be read has no file any more.
        SourceError: a landing file is missing or damaged.
    """
    known = known_pages()
    sources = sources_of(known)
    for page in known:
        body = landing.fetch(page.digest, page.source)
        told = readings_of(page, body, sources)
        rows = rows_of(told, identity)
        if rows.any() or holds_number(body, identity):
            yield PersonPage(page, told, rows)


def sources_of(pages: Iterable[KnownPage]) -> dict[str, Source]:
    """Return the source files by which pages are read.

    Raises:
        ConfigError: one of them has none any more.
    """
    sources = known_sources().judged
    for page in pages:
        if page.source not in sources:
            raise no_file(page.source, sources)
    return sources


def readings_of(page: KnownPage, body: bytes, sources: Mapping[str, Source]) -> ParsedRecords:
    """Read a page as a load reads it; see :func:`person_pages` for errors."""
    return read_pages([Landed(page.digest, body, page.media_type, page.name)], sources[page.source], apart=True).joined()


def rows_of(told: ParsedRecords, identity: Identity) -> np.ndarray:
    """Tell which dossiers of a page bear the identity number."""
    if not len(told.dossiers):
        return np.zeros(0, dtype=bool)
    return truths(pc.equal(digits_only(values_of(told.dossiers, "identity_number")), identity.digits))


def holds_number(body: bytes, identity: Identity) -> bool:
    """Tell whether the number stands anywhere in a body, be it a workbook's.

    Spaces, points and hyphens between its figures are passed over.
    """
    written = re.compile(b"[ .-]?".join(re.escape(digit.encode()) for digit in identity.digits))
    if written.search(body) or identity.digits.encode("utf-16-le") in body:
        return True
    if not body.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            return any(written.search(book.read(name)) for name in book.namelist() if name.endswith(".xml"))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return False
