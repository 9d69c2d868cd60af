"""Legal register: documents, their dates and the articles that rules name as their basis.

Files: ``config/law/*.yaml``, one a subject. Not only law stands there: what a rule rests on may also be a guide, a standard or the
practice of a system, and the kind says which. What nobody could check against the document itself is ``verified: false``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from config.errors import ConfigError
from config.files import read_yaml_files
from config.language import Bilingual
from config.lookup import look_up
from config.read_once import read_once
from config.settings import settings
from config.titles import Title

DocumentKind = Literal[
    "code", "law", "resolution", "decree", "decision", "circular", "notice", "dispatch", "guide", "standard", "practice"
]
NOT_LAW: tuple[DocumentKind, ...] = ("guide", "standard", "practice")
"""Kinds of document that bind nobody by themselves."""
_NUMBERED = re.compile(r"\d+[a-zđ]?(\(\w+\))*")  # 17, 35(1), 111(3): articles that a document numbers
_DAY = r"\d{4}-\d\d-\d\d"
_COMPACT = re.compile(
    rf"(?P<document>[a-z0-9-]+)(?: art\. (?P<article>\S+))?(?: from (?P<since>{_DAY}))?(?: until (?P<until>{_DAY}))?"
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Wording(Title):
    """A title of the register: no single letters."""

    vi: str = Field(min_length=3)
    en: str = Field(min_length=3)


class Article(Wording):
    """What an article is about.

    Attributes:
        verified: whether its text was read.
    """

    verified: bool = False


class Document(_Strict):
    """One document.

    Attributes:
        number: as the issuer writes it; None where it has none.
        short: how tables and pages cite it.
        issued: day of issue; None where unknown.
        since: first day in force; None where unknown.
        until: last such day; None while it is in force.
        amends: documents that it changes: it ends with them.
        replaced_by: documents that took its place.
        articles: those that rules rest on, by number, or by a word where the number is not known.
        verified: whether number and dates were read in the document, the gazette, or an account that quotes them.
        source: where they were read.
    """

    number: str | None = None
    short: str = Field(min_length=3)
    kind: DocumentKind
    title: Wording
    issuer: Wording
    issued: date | None = None
    since: date | None = None
    until: date | None = None
    amends: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()
    articles: dict[str, Article] = Field(default_factory=dict)
    verified: bool
    source: str = Field(min_length=3)

    @model_validator(mode="after")
    def _in_order(self) -> Document:
        if self.since and self.until and self.until < self.since:
            raise ValueError(Bilingual("until đứng trước since", "until is before since"))
        if self.replaced_by and self.until is None:
            raise ValueError(
                Bilingual(
                    "văn bản đã bị thay thế phải có ngày cuối: ghi until", "what has been replaced has a last day: give until"
                )
            )
        return self

    @property
    def first_day(self) -> date | None:
        """First day in force, or of issue where the former is unknown; None where both are."""
        return self.since or self.issued

    @property
    def binds(self) -> bool:
        """Tell whether it is law, not a guide or a practice."""
        return self.kind not in NOT_LAW

    def cited(self, article: str | None, language: str) -> str:
        """Cite the document, or an article of it: ``NĐ 118/2025, Điều 17``."""
        if article is None:
            return self.short
        if self.binds and _NUMBERED.fullmatch(article):
            return f"{self.short}, {'Điều' if language == 'vi' else 'art.'} {article}"
        words = self.articles[article]
        numbered = any(letter.isdigit() for letter in article)
        name = article if numbered else (words.vi if language == "vi" else words.en)
        return f"{self.short}, {name}"


def cited(law: Iterable[Basis]) -> Bilingual:
    """Cite what a rule rests on, in both languages: ``NĐ 118/2025, Điều 17; NĐ 118/2025, Điều 18``."""
    bases, register = tuple(law), load_register()
    vi, en = ("; ".join(register[one.document].cited(one.article, spoken) for one in bases) for spoken in ("vi", "en"))
    return Bilingual(vi, en)


class Subject(_Strict):
    """A file of the register: the documents about one subject, by the name that rules use."""

    subject: str
    title: Wording
    documents: dict[Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")], Document] = Field(min_length=1)


class Basis(_Strict):
    """What a rule rests on.

    Attributes:
        document: its name in the register.
        article: of the document; None where the whole is meant.
        since: first day on which the rule rests on it; None: as long as both hold.
        until: last such day.
    """

    document: str
    article: str | None = None
    since: date | None = None
    until: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Basis:
        if self.since and self.until and self.until < self.since:
            raise ValueError(Bilingual(f"{self.document}: until đứng trước since", f"{self.document}: until is before since"))
        return self


def _bases(value: object) -> object:
    """Take one basis for a list of one, and ``nd-118-2025 art. 17 until 2030-12-31`` for document, article and last day."""
    return tuple(map(_basis, value)) if isinstance(value, list | tuple) else (_basis(value),)


def _basis(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = _COMPACT.fullmatch(value)
    if found is None:
        raise ValueError(
            Bilingual(
                f"{value!r} không phải căn cứ có dạng 'nd-118-2025 art. 17 from 2025-07-01 until 2030-12-31'",
                f"{value!r} is no basis such as 'nd-118-2025 art. 17 from 2025-07-01 until 2030-12-31'",
            )
        )
    return found.groupdict()


Law = Annotated[tuple[Basis, ...], BeforeValidator(_bases)]
"""The key ``law`` of a rule: a list of documents, with article and dates or as short texts, or a single one."""


@read_once
def load_register(directory: Path | None = None) -> dict[str, Document]:
    """Load every document of the register by name.

    Raises:
        ConfigError: a file does not follow the model, two files hold one document, or a document names one that is not there.
    """
    found: dict[str, Document] = {}
    for subject, held in read_yaml_files(directory or settings().config_dir / "law", Subject, "subject").items():
        for name, document in held.documents.items():
            if name in found:
                raise ConfigError(
                    f"law/{subject}.yaml: {name}",
                    Bilingual("cũng có trong một tệp khác của sổ văn bản", "stands in another file of the register too"),
                )
            found[name] = document
    for name, document in found.items():
        for other in (*document.amends, *document.replaced_by):
            look_up(f"document that config/law names beside {name}", other, found)
        for other in document.amends:
            _ends_with(name, document, other, found[other])
    return found


def _ends_with(name: str, document: Document, other: str, amended: Document) -> None:
    if amended.until and (document.until is None or document.until > amended.until):
        raise ConfigError(
            f"law: {name}",
            Bilingual(
                f"sửa đổi {other}, văn bản đã hết hiệu lực ngày {amended.until}",
                f"amends {other}, which ended on {amended.until}",
            ),
            Bilingual(f"until: {amended.until} hoặc sớm hơn", f"until: {amended.until} or earlier"),
        )


def require_known(rules: Iterable[tuple[str, tuple[Basis, ...]]]) -> None:
    """Hold that every document and article that rules name is in the register.

    Args:
        rules: file and key of each rule, and what it rests on.

    Raises:
        ConfigError: one is not.
    """
    for where, bases in rules:
        for basis in bases:
            document = look_up(f"{where}: law: document", basis.document, load_register(), "a file in config/law that holds it")
            if basis.article is not None:
                look_up(f"{where}: law: article of {basis.document}", basis.article, document.articles)


def citations(law: Iterable[Basis], on: date, language: str) -> list[str]:
    """Cite what is law among the bases of a rule and in force on a day, each once, in ``vi`` or ``en``."""
    register = load_register()
    cited = [
        register[basis.document].cited(basis.article, language)
        for basis in law
        if register[basis.document].binds and _holds(basis, on) and _holds(register[basis.document], on)
    ]
    return list(dict.fromkeys(cited))


def _holds(dated: Basis | Document, on: date) -> bool:
    return (dated.since is None or dated.since <= on) and (dated.until is None or on <= dated.until)


def named(text: str) -> str:
    """Return the name in the register of a document by its name, its number, or how it is cited.

    Raises:
        ConfigError: there is no such document, or there are several.
    """
    register = load_register()
    wanted = _folded(text)
    exact = [name for name, document in register.items() if wanted in set(_names(name, document))]
    if len(exact) == 1:
        return exact[0]
    if exact:
        raise ConfigError(
            "document",
            Bilingual(f"{text!r} có thể là {' hoặc '.join(exact)}", f"{text!r} may be {' or '.join(exact)}"),
            ", ".join(exact),
        )
    look_up("document", text, register)
    raise AssertionError(text)


def _names(name: str, document: Document) -> Iterator[str]:
    yield from (_folded(name), _folded(document.short))
    if document.number:
        number = _folded(document.number)
        yield from (number, _folded(f"{document.short.split()[0]} {document.number}"))
        # 118/2025 of 118/2025/NĐ-CP
        if found := re.match(r"\d+/\d{4}", number):
            yield found.group()


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).lower().replace("đ", "d").split())
