"""Page without scripts: main figures, sources older than the day, tables to take; in Vietnamese."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from config.language import decimal
from schemas.fields import BASES
from tasks.reports.site.tables import table_title
from tasks.reports.site.words import page_words

_UNHEARD = "no_news"  # what is missing of a dossier whose source was not heard since it was due


def plain_page(data: dict[str, Any]) -> str:
    """Return what a reader sees whose browser runs no scripts: numbers, also of each agency, and tables to take."""
    rates, words = data["rates"], page_words()["vi"]
    heads = "".join(f'<th scope="col">{escape(words[name])}</th>' for name in ("unit", *BASES, "interval"))
    rows = []
    for code in ("*", *data["units"]):
        name = words["all_units"] if code == "*" else data["units"][code]["name"] or code
        cells = "".join(f'<td class="n">{escape(one)}</td>' for one in _plain_cells(rates.get(code, {}).get("*", {}), words))
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>')
    table = f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    tables = data.get("tables", {}).get("vi", {})
    links = (f'<a href="{escape(link)}" download>{escape(table_title(name).vi)}</a>' for name, link in tables.items())
    table = _stale(data, words) + table
    return f'{table}<p class="take">{escape(words["take_table"])}: {" ".join(links)}</p>' if tables else table


def _plain_cells(rates: dict[str, list[Any]], words: dict[str, str]) -> Iterator[str]:
    for basis in BASES:
        numerator, denominator, _, value, lower, upper = rates.get(basis, [0, 0, 0, None, None, None])
        yield words["none"] if value is None else f"{decimal(f'{value:.2f}', 'vi')} % ({numerator}/{denominator})"
    yield words["none"] if lower is None else decimal(f"{lower:.2f} – {upper:.2f} %", "vi")


def _stale(data: dict[str, Any], words: dict[str, str]) -> str:
    """Return which sources are older than the day, with the dossiers that are undecided because of it; empty where none is."""
    lines = []
    sources = list(data["sources"])
    for pull in data["pulls"]:
        if not pull["stale"]:
            continue
        said = words["stale_since" if pull["good_at"] and pull["silent_since"] else "stale_never"]
        told = said.format(source=pull["title"], since=_day(pull["silent_since"]), good=pull["good_at"])
        undecided = sum(
            row[4] for row in data["verdicts"] if row[2:4] == ["undetermined", _UNHEARD] and sources[row[0]] == pull["source"]
        )
        lines.append(
            f"<li>{escape(told)} {words['stale_undecided' if undecided else 'stale_nothing'].format(n=undecided)}</li>"
        )
    title = words["stale_title"].format(day=_day(data["meta"]["as_of"]))
    return f"<p><b>{title}</b></p><ul>{''.join(lines)}</ul>" if lines else ""


def _day(iso: str | None) -> str:
    return "/".join(reversed((iso or "").split("-")))
