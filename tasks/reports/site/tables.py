"""Tables of the page as workbooks, made of the very data that it shows: their sums are the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, get_args

from config.atomic_files import write_whole_file
from config.language import Bilingual, Language, in_language
from tasks.reports.forms.model import Form, FormSheet
from tasks.reports.site.both_languages import workbooks
from tasks.reports.site.bridge_sheets import bridge_sheets
from tasks.reports.site.files import TABLES_FOLDER, tables_beside
from tasks.reports.site.rate_sheets import indicator_sheets, unit_sheets
from tasks.reports.site.sheet_words import SheetWords, page_word
from tasks.reports.site.table_sheets import (
    check_sheets,
    gate_sheets,
    loop_sheets,
    quality_sheets,
    source_sheets,
    verdict_sheets,
)

TableLinks = dict[str, dict[str, str]]
"""Address of each table of the page by language and the name of its part."""
_SHEETS: Mapping[str, tuple[str, Callable[[SheetWords], Iterator[FormSheet]]]] = {
    "indicators": ("indicators_table", indicator_sheets),
    "bridge": ("bridge_table", bridge_sheets),
    "moved": ("reasons_title", partial(verdict_sheets, verdict="phantom_late", heading="reason")),
    "units": ("units_title", unit_sheets),
    "inspect": ("inspect_title", partial(verdict_sheets, verdict="hidden_late", heading="reason")),
    "missing": ("missing_title", partial(verdict_sheets, verdict="undetermined", heading="missing")),
    "checks": ("checks_title", check_sheets),
    "quality": ("quality_title", quality_sheets),
    "loop": ("loop_sheet", loop_sheets),
    "gates": ("gates_title", gate_sheets),
    "fresh": ("fresh_title", source_sheets),
}


def page_tables(data: dict[str, Any]) -> dict[str, Form]:
    """Return the tables of a page, filled in, by the name of the part of the page that shows them.

    Args:
        data: of the page. A table without a row is left out.
    """
    words, meta = SheetWords(data), data["meta"]
    day = "/".join(reversed(meta["as_of"].split("-")))
    told = [
        Bilingual(f"Tính đến hết ngày {day}", f"As of the end of {day}"),
        Bilingual(f"Bản công bố {meta['publication_id']}", f"Publication {meta['publication_id']}"),
    ]
    found = {}
    for name, (_, made) in _SHEETS.items():
        sheets = [sheet for sheet in made(words) if sheet.rows]
        if sheets:
            found[name] = Form(Bilingual(**meta["policy_title"]).shown(), table_title(name), told, sheets)
    return found


def table_title(name: str) -> Bilingual:
    """Return the title of a table by its name."""
    return page_word(_SHEETS[name][0])


def write_tables(data: dict[str, Any], page: Path) -> TableLinks:
    """Write the tables of a page beside it in each language, each whole or not at all.

    A name tells language, day and content: a reader of the page never takes a table of other figures than those that stand there, and
    what is there already is not made again.

    Args:
        data: of the page.
        page: file of the page.

    Returns:
        Address of each table as the page links it, by language and the name of its part.
    """
    (page.parent / TABLES_FOLDER).mkdir(parents=True, exist_ok=True)
    forms: dict[Language, dict[str, Form]] = {}
    for each in get_args(Language):
        with in_language(each):
            forms[each] = page_tables(data)
    found: TableLinks = {each: {} for each in forms}
    for name in next(iter(forms.values())):
        of_languages = {each: tables[name] for each, tables in forms.items()}
        links = {each: _link(name, each, form, data) for each, form in of_languages.items()}
        _write_table(of_languages, {each: page.parent / link for each, link in links.items()})
        for each, link in links.items():
            found[each][name] = link
    return found


def _link(name: str, spoken: Language, form: Form, data: dict[str, Any]) -> str:
    content = hashlib.sha256(f"{spoken} {form}".encode()).hexdigest()[:8]
    return f"{TABLES_FOLDER}/{name}-{spoken}-{data['meta']['as_of']}-{content}.xlsx"


def _write_table(forms: dict[Language, Form], paths: dict[Language, Path]) -> None:
    """Write a table in the languages in which it is not there."""
    lacking = [each for each, path in paths.items() if not path.exists()]
    if lacking:
        made = workbooks(forms)
        for each in lacking:
            write_whole_file(paths[each], made[each])


def keep_tables(page: Path, links: TableLinks) -> None:
    """Remove the tables beside a page that it does not link, which are those of the page before."""
    kept = {Path(link).name for each in links.values() for link in each.values()}
    for path in tables_beside(page):
        if path.name not in kept:
            path.unlink(missing_ok=True)


def serve_tables(page: Path) -> None:
    """Let every account read the tables beside a page."""
    (page.parent / TABLES_FOLDER).chmod(0o755)
    for path in tables_beside(page):
        path.chmod(0o644)
