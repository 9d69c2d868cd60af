"""Basis of a legal case: its documents and articles of the legal register, as cited."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import TypeAdapter

from config.law import Basis, Law, load_register
from config.lookup import look_up


def bases_of(law: object) -> tuple[Basis, ...]:
    """Read what a rule or case rests on, as the key ``law`` writes it."""
    return TypeAdapter(Law).validate_python(law)


def article_of(law: Iterable[Basis], language: Literal["vi", "en"]) -> str:
    """Cite what a case rests on; what is no law, or was not read in the document itself, is marked so.

    Raises:
        ConfigError: the legal register does not have such a document or article.
    """
    return "; ".join(dict.fromkeys(_cited(basis, language == "en") for basis in law))


def _cited(basis: Basis, english: bool) -> str:
    document = look_up("document of the legal register", basis.document, load_register())
    article = look_up(f"article of {basis.document}", basis.article, document.articles) if basis.article else None
    text = document.cited(basis.article, "en" if english else "vi")
    if not document.binds:
        return text + (" (không phải văn bản pháp luật)", " (no law)")[english]
    if article is not None and not document.cited(basis.article, "vi").endswith(article.vi):
        text = f"{text}: {article.en if english else article.vi}"
    verified = document.verified if article is None else article.verified
    if verified or "chưa đọc" in text or "not read" in text:
        return text
    return text + (" (chưa đối chiếu văn bản)", " (not checked against the document)")[english]
