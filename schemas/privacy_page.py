"""Privacy pages: the tables of docs/privacy.md and its Vietnamese half, written from the declarations.

What stands between two marks is made by `make docs`; the sentences around are written by hand. A house test fails when a
page and the declarations differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

from config.language import translate
from config.law import load_register
from config.privacy import load_privacy_duties
from schemas.catalogue import TABLES, VIEWS
from schemas.personal_data import LANDING_FILE, RECORD_FIELDS, DataClass, columns_of_class

_DOCS = Path(__file__).resolve().parent.parent / "docs"
PRIVACY_PAGES = {"en": _DOCS / "privacy.md", "vi": _DOCS / "privacy.vi.md"}
"""The page in each language."""

_BLOCK = re.compile(r"(<!-- made by make docs: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_TOLD = tuple(one for one in DataClass if one is not DataClass.NONE)


def privacy_page(text: str, language: str) -> str:
    """Return a page with its tables as the declarations have them.

    Raises:
        KeyError: a mark names no table.
    """
    return _BLOCK.sub(lambda found: f"{found[1]}{_MADE[found[2]](language)}\n{found[3]}", text)


def write_privacy_pages() -> None:
    """Write the tables of both pages anew."""
    for language, path in PRIVACY_PAGES.items():
        path.write_text(privacy_page(path.read_text(encoding="utf-8"), language), encoding="utf-8")


def _classes(language: str) -> str:
    head = translate("| loại | nghĩa | trường của bản ghi |", "| class | meaning | fields of a record |", language)
    rows = [
        f"| `{one}` | {translate(one.vi, one.en, language)} | {_listed(sorted(RECORD_FIELDS.get(one, ())))} |" for one in _TOLD
    ]
    return "\n".join([head, "|---|---|---|", *rows])


def _columns(language: str) -> str:
    head = translate("| bảng | loại | cột |", "| table | class | columns |", language)
    whole = translate("tệp gốc (không phải bảng)", "landing files (no table)", language)
    all_of_it = translate("toàn bộ nội dung", "all that they hold", language)
    return "\n".join([head, "|---|---|---|", f"| {whole} | `{LANDING_FILE}` | {all_of_it} |", *_column_rows()])


def _column_rows() -> Iterator[str]:
    for table in (*TABLES, *VIEWS):
        for one in _TOLD:
            if names := columns_of_class(table, one):
                yield f"| {table.full_name} | `{one}` | {_listed(names)} |"


def _free(language: str) -> str:
    """Name the tables that say nothing about a person, layer by layer."""
    head = translate("| lớp | bảng không nói về cá nhân nào |", "| layer | tables that say nothing about a person |", language)
    silent = [table for table in (*TABLES, *VIEWS) if not columns_of_class(table, *_TOLD)]
    layers = groupby(sorted(silent, key=lambda table: table.schema), key=lambda table: table.schema)
    rows = [f"| {layer} | {_listed([table.name for table in tables])} |" for layer, tables in layers]
    return "\n".join([head, "|---|---|", *rows])


def _law(language: str) -> str:
    head = translate("| việc | dựa trên | đã đọc lời văn |", "| what is done | rests on | its words were read |", language)
    rows, register = [], load_register()
    for duty in load_privacy_duties().values():
        for basis in duty.law:
            document = register[basis.document]
            about = document.articles.get(basis.article or "")
            words = "" if about is None else f": {translate(about.vi, about.en, language)}"
            read = translate("có", "yes", language) if about and about.verified else translate("**chưa**", "**no**", language)
            title = translate(duty.title.vi, duty.title.en, language)
            rows.append(f"| {title} | {document.cited(basis.article, language)}{words} | {read} |")
    return "\n".join([head, "|---|---|---|", *rows])


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


_MADE: dict[str, Callable[[str], str]] = {"classes": _classes, "columns": _columns, "free": _free, "law": _law}


if __name__ == "__main__":
    write_privacy_pages()
