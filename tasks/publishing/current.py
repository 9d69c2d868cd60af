"""Current publication of a policy, the one that readers see: its name, and the day that it speaks for."""

from __future__ import annotations

from datetime import date

from tasks.warehouse.rows import fetch_value

_NAME = "SELECT publication_id FROM mart.current_publications WHERE policy = %(policy)s"
_DAY = "SELECT as_of FROM mart.current_publications WHERE policy = %(policy)s"


def current_publication(policy: str) -> str | None:
    """Return the publication that readers of a policy see; None before the first."""
    found: str | None = fetch_value(_NAME, {"policy": policy})
    return found


def published_day(policy: str) -> date | None:
    """Return the day that the current publication of a policy speaks for; None before the first."""
    found: date | None = fetch_value(_DAY, {"policy": policy})
    return found
