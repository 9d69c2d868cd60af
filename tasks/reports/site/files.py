"""Files of the published site: the page, and the folder of tables beside it."""

from __future__ import annotations

import re
from pathlib import Path

TABLES_FOLDER = "tables"

_TABLE = re.compile(r"[a-z]+(-(vi|en))?-\d{4}-\d\d-\d\d-[0-9a-f]{8}\.xlsx")


def is_table(name: str) -> bool:
    """Tell whether a file is named as a table that was written beside the page.

    A name tells part, language (none in those of before there were two), day and digest of what it holds.
    """
    return _TABLE.fullmatch(name) is not None


def tables_beside(page: Path) -> list[Path]:
    """Return the tables beside a page."""
    return [path for path in sorted((page.parent / TABLES_FOLDER).glob("*.xlsx")) if is_table(path.name)]
