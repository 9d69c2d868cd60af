"""Purged pages: what stands in the landing zone for a page whose time was over.

It says the day and the rule and nothing else, and keeps the name of the page, so that nobody takes the file for lost, and the
same bytes that come again bring nothing back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from tasks.sources.replacements import PURGED


@dataclass(frozen=True)
class Purge:
    """When and by which rule a page was purged."""

    day: date
    rule: str


def purged_body(digest: str, purge: Purge) -> bytes:
    """Return what stands for the page of a digest."""
    content = json.dumps({"purged_on": f"{purge.day}", "rule": purge.rule}, ensure_ascii=False).encode()
    return PURGED.body(digest, content)


def purge_of(body: bytes) -> Purge:
    """Read what stands for a purged page."""
    said = json.loads(PURGED.content(body))
    return Purge(date.fromisoformat(said["purged_on"]), said["rule"])
