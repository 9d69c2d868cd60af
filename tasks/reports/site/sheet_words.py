"""Words and columns of the page's workbooks: the page's own, with what stands in its data by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from config.language import Bilingual, language
from tasks.reports.forms.model import Cell, FormColumn, FormSheet
from tasks.reports.forms.numbered import TOTAL
from tasks.reports.site.words import page_words

EVERY_UNIT = "*"
_PERCENT = 2  # decimals


def page_word(key: str) -> Bilingual:
    """Return the words of a key of ``words.json``."""
    return Bilingual(page_words()["vi"][key], page_words()["en"][key])


def text_column(name: str, word: str | Bilingual, width: float = 30) -> FormColumn:
    """Return a column of text, headed as the page heads it."""
    return FormColumn(name, _heading(word), None, "", width, None)


def count_column(name: str, word: str | Bilingual, group: str | None = None, width: float = 11) -> FormColumn:
    """Return a column of counts."""
    return FormColumn(name, _heading(word), page_word(group) if group else None, "", width)


def share_column(name: str, word: str | Bilingual, group: str | None = None) -> FormColumn:
    """Return a column of percentages."""
    return FormColumn(name, _heading(word), page_word(group) if group else None, "", 11, _PERCENT)


def _heading(word: str | Bilingual) -> Bilingual:
    return page_word(word) if isinstance(word, str) else word


def filtered_sheet(
    tab: Bilingual, columns: Sequence[FormColumn], rows: Iterable[tuple[Cell, ...]], added: Sequence[str] = ()
) -> FormSheet:
    """Return a table that the reader may filter; the last row adds up the columns named in ``added``."""
    kept = list(rows)
    total = tuple(
        sum(int(row[place] or 0) for row in kept) if column.name in added else TOTAL.shown() if place == 0 else None
        for place, column in enumerate(columns)
    )
    return FormSheet(tab, columns, kept, total if added else (), filtered=True)


@dataclass(frozen=True)
class SheetWords:
    """Names in the language in force of what the page's data hold by code.

    Attributes:
        data: as ``page_data`` gives them.
    """

    data: dict[str, Any]

    def unit(self, code: str) -> str:
        """Return the name of an agency."""
        if code == EVERY_UNIT:
            return page_word("all_units").shown()
        known = self.data["units"].get(code, {}).get("name")
        return str(known or (page_word("unknown_unit").shown() if code == "?" else code))

    def units(self) -> list[str]:
        """Return the codes of all agencies in the page's order."""
        return list(self.data["units"])

    def source(self, name: str) -> str:
        """Return the title of a source."""
        return str(self.data["sources"].get(name, name))

    def reason(self, code: str) -> tuple[str, str]:
        """Return a reason in words, and how to mend it."""
        if code == "-":
            return page_word("no_reason").shown(), ""
        known = self.data["reasons"].get(code, {})
        return known.get(language(), code), known.get(f"remedy_{language()}", "")

    def period(self, name: str) -> str:
        """Return the words of a period."""
        return str(self.data["spans"]["names"][name][language()])
