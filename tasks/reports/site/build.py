"""Published page as one file that loads nothing, in Vietnamese with a switch to English."""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from config.atomic_files import write_whole_file
from config.settings import PageOptions
from tasks.reports.site.data import page_data
from tasks.reports.site.kept_charts import kept_charts, kept_library
from tasks.reports.site.plain import plain_page
from tasks.reports.site.tables import keep_tables, serve_tables, write_tables
from tasks.reports.site.words import PAGE_PARTS, page_words
from tasks.warehouse.failpoints import failpoint


def write_page(policy: str, path: Path, options: PageOptions) -> Path:
    """Write the page of a policy's newest publication, whole or not at all, and its tables beside it.

    Args:
        policy: name of the policy.
        path: the page, e.g. ``settings().page``; its folder is made.
        options: language that it opens in, where parts of it are kept, and whether a web server of another account reads it.

    Returns:
        ``path``.

    Raises:
        DataError: nothing of the policy is published.
    """
    data = page_data(policy, options.language)
    links = write_tables(data, path)
    if options.served:
        serve_tables(path)
    text = page(data | {"tables": links}, options.cache)
    write_whole_file(path, text.encode(), written=lambda: failpoint("page_written"))
    if options.served:
        path.parent.chmod(0o755)
        path.chmod(0o644)
    keep_tables(path, links)
    return path


def remove_page(path: Path) -> None:
    """Remove a page and its tables."""
    path.unlink(missing_ok=True)
    keep_tables(path, {})


def page(data: dict[str, Any], cache: Path) -> str:
    """Return the page as HTML.

    Scripts run only if their digest is named in the page's own policy, no address is allowed at all, and
    every value goes in as JSON: a name in the data can neither run nor call out.
    """
    words, (library, charts) = page_words(), charting(cache)
    script, style = _part("page.js"), _part("page.css")
    filled = {
        "policy": _security_policy(library, script),
        "style": style,
        "title": escape(words["vi"]["title"]),
        "plain": plain_page(data),
        "data": _json(_lean(data)),
        "words": _json(words),
        "charts": _json(charts),
        "library": library,
        "script": script,
    }
    return _fill(_part("page.html"), filled)


def charting(cache: Path) -> tuple[str, dict[str, Any]]:
    """Return the script that draws the chart, and the chart by language; made once and kept in a folder."""
    words = page_words()
    titles = {language: {name: words[language][f"chart_{name}"] for name in _TREND} for language in ("vi", "en")}
    return kept_library(cache), json.loads(kept_charts(titles, cache))


_TREND = ("recorded", "cleaned", "interval", "month")


def _lean(data: dict[str, Any]) -> dict[str, Any]:
    """Return the data with nothing said twice: a tenth of the page.

    Months that stand among the spans with the same numbers are left out, and zeros beside each other stand together.
    """
    known = data["spans"]["rates"]
    rates = {
        unit: {period: of for period, of in periods.items() if known.get(unit, {}).get(period) != of}
        for unit, periods in data["rates"].items()
    }
    figures = {
        unit: {period: {basis: _runs(values) for basis, values in of.items()} for period, of in periods.items()}
        for unit, periods in data["spans"]["figures"].items()
    }
    return data | {"rates": rates, "spans": data["spans"] | {"figures": figures}}


def _runs(values: list[Any]) -> list[Any]:
    """Return values with as many zeros as stand beside each other told as one number below zero, as no figure is.

    >>> _runs([3, 0, 0, 0, None, 0, 1])
    [3, -3, None, 0, 1]
    """
    found: list[Any] = []
    for zero, run in groupby(values, key=lambda value: value == 0):
        each = list(run)
        found += [-len(each)] if zero and len(each) > 1 else each
    return found


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


def _part(name: str) -> str:
    return (PAGE_PARTS / name).read_text(encoding="utf-8")
