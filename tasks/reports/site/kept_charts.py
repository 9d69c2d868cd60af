"""Kept charts: what draws the page's chart, made once and read from a folder by every later run.

To load the libraries that make it takes longer than all else about a page; what they make hangs on their versions, on the words
of the chart and on the module that describes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from config.atomic_files import write_whole_file

_DRAWN_BY = Path(__file__).with_name("charts.py")


def kept_library(cache: Path) -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script."""

    def bundle() -> str:
        from tasks.reports.site.charts import library

        return library()

    return _kept(cache / f"vega-{_versions()}.js", bundle)


def kept_charts(words: Mapping[str, dict[str, str]], cache: Path) -> str:
    """Return the specification of the chart in each language, as JSON.

    Args:
        words: titles by language, as :func:`tasks.reports.site.charts.trend` asks for them.
        cache: folder in which it is kept.
    """

    def draw() -> str:
        from tasks.reports.site.charts import trend

        return json.dumps({language: trend(titles) for language, titles in words.items()}, ensure_ascii=False, allow_nan=False)

    described = hashlib.sha256(json.dumps(words, sort_keys=True).encode() + _DRAWN_BY.read_bytes()).hexdigest()[:16]
    return _kept(cache / f"trend-{_versions()}-{described}.json", draw)


def _versions() -> str:
    return f"{version('vl-convert-python')}-{version('altair')}"


def _kept(path: Path, make: Callable[[], str]) -> str:
    """Return what a file holds; where there is none, make it and write it whole."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole_file(path, make().encode())
    return path.read_text(encoding="utf-8")
