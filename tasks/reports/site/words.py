"""Words of the page in both languages, as they are kept beside it."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

PAGE_PARTS = Path(__file__).parents[1] / "page"
"""Folder of what the page is put together from."""


@lru_cache
def page_words() -> dict[str, dict[str, str]]:
    """Return language -> key -> words."""
    loaded: dict[str, dict[str, str]] = json.loads((PAGE_PARTS / "words.json").read_text(encoding="utf-8"))
    return loaded
