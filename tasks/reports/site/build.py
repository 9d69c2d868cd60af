"""Published page as one file that loads nothing, in Vietnamese with a switch to English."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from config.atomic_files import write_whole_file
from config.language import decimal
from config.settings import PageOptions
from schemas.fields import BASES
from tasks.reports.site.data import page_data
from tasks.reports.site.kept_charts import kept_charts, kept_library
from tasks.warehouse.failpoints import failpoint

_PARTS = Path(__file__).parents[1] / "page"


def write_page(policy: str, path: Path, options: PageOptions) -> Path:
    """Write the page of a policy's newest publication, whole or not at all.

    Args:
        policy: name of the policy.
        path: the page, e.g. ``settings().page``; its folder is made.
        options: language that it opens in, where parts of it are kept, and whether a web server of another account reads it.

    Returns:
        ``path``.

    Raises:
        DataError: nothing of the policy is published.
    """
    text = page(page_data(policy, options.language), options.cache)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole_file(path, text.encode(), written=lambda: failpoint("page_written"))
    if options.served:
        path.parent.chmod(0o755)
        path.chmod(0o644)
    return path


def page(data: dict[str, Any], cache: Path) -> str:
    """Return the page as HTML.

    Scripts run only if their digest is named in the page's own policy, no address is allowed at all, and
    every value goes in as JSON: a name in the data can neither run nor call out.
    """
    words, (library, charts) = _words(), charting(cache)
    script, style = _part("page.js"), _part("page.css")
    filled = {
        "policy": _security_policy(library, script),
        "style": style,
        "title": escape(words["vi"]["title"]),
        "plain": _plain(data, words["vi"]),
        "data": _json(data),
        "words": _json(words),
        "charts": _json(charts),
        "library": library,
        "script": script,
    }
    return _fill(_part("page.html"), filled)


def charting(cache: Path) -> tuple[str, dict[str, Any]]:
    """Return the script that draws the chart, and the chart by language; made once and kept in a folder."""
    words = _words()
    titles = {language: {name: words[language][f"chart_{name}"] for name in _TREND} for language in ("vi", "en")}
    return kept_library(cache), json.loads(kept_charts(titles, cache))


_TREND = ("recorded", "cleaned", "interval", "month")


def _fill(template: str, values: dict[str, str]) -> str:
    """Put values at their places; a value's own text is never searched for places."""
    pieces = template.split("@@")
    return "".join(values[piece] if odd % 2 else piece for odd, piece in enumerate(pieces))


def _security_policy(*scripts: str) -> str:
    digests = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts)
    return f"default-src 'none'; script-src {digests}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def _json(value: Any) -> str:
    """Return JSON that cannot end the script element it stands in."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def _plain(data: dict[str, Any], words: dict[str, str]) -> str:
    """Return the three numbers, and those of each agency, for a reader whose browser runs no scripts."""
    rates = data["rates"]
    heads = "".join(f'<th scope="col">{escape(words[name])}</th>' for name in ("unit", *BASES, "interval"))
    rows = []
    for code in ("*", *data["units"]):
        name = words["all_units"] if code == "*" else data["units"][code]["name"] or code
        cells = "".join(f'<td class="n">{escape(one)}</td>' for one in _plain_cells(rates.get(code, {}).get("*", {}), words))
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>')
    return f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _plain_cells(rates: dict[str, list[Any]], words: dict[str, str]) -> Iterator[str]:
    for basis in BASES:
        numerator, denominator, _, value, lower, upper = rates.get(basis, [0, 0, 0, None, None, None])
        yield words["none"] if value is None else f"{decimal(f'{value:.2f}', 'vi')} % ({numerator}/{denominator})"
    yield words["none"] if lower is None else decimal(f"{lower:.2f} – {upper:.2f} %", "vi")


@lru_cache
def _words() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = json.loads(_part("words.json"))
    return loaded


def _part(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")
