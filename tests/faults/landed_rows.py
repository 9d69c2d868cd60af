"""Landed rows of a desk as plain dictionaries: what an independent count begins from, with none of the product's readers."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from typing import Any

from tasks.sources import landing
from tasks.warehouse.engine import fetch_all

Row = dict[str, Any]
_PAGES = "SELECT page_digest FROM raw.pages WHERE source = %(source)s AND loaded_at IS NOT NULL ORDER BY loaded_at, number"


def rows_of(source: str) -> list[tuple[str, int, Row]]:
    """Return every row of a source's loaded pages with its page and its place there, in the order in which they were loaded."""
    found = []
    for (digest,) in fetch_all(_PAGES, {"source": source}):
        lines = landing.fetch(digest).decode("utf-8").splitlines()
        found += [(digest, place, json.loads(line)) for place, line in enumerate(lines)]
    return found


def newest_of(source: str) -> list[tuple[str, Row, str]]:
    """Return what was told last of each dossier: code, row, and agency, ``?`` for one that the directory does not know."""
    newest: dict[str, Row] = {}
    known = agencies()
    for _, _, row in rows_of(source):
        if row["ma"] and (row["ma"] not in newest or row["cap_nhat"] >= newest[row["ma"]]["cap_nhat"]):
            newest[row["ma"]] = row
    return [(code, row, row["don_vi"] if row["don_vi"] in known else "?") for code, row in newest.items()]


def agencies() -> set[str]:
    """Return the codes of the landed directory of agencies."""
    texts = [landing.fetch(digest).decode("utf-8-sig") for (digest,) in fetch_all(_PAGES, {"source": "units"})]
    return {row["ma"] for text in texts for row in csv.DictReader(io.StringIO(text))}


def counted(source: str) -> Counter[tuple[str, str, str]]:
    """Count dossiers received and finished by month and agency, ``?`` for one that the directory does not know."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for _, row, unit in newest_of(source):
        counts["received", str(row["nhan"])[:7], unit] += 1
        if row["xong"] and int(row["trang_thai"]) == 9:
            counts["finished", str(row["xong"])[:7], unit] += 1
    return counts
