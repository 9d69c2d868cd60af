"""Limits that differ by area, chosen by the agency's area on the day of receipt.

Where the area is unknown they are left alone.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

import numpy as np

from config.areas import Areas
from tasks.rules.clock.due_dates import ALL_LIMIT_UNITS, UNSETTLED, Limits
from tasks.rules.clock.limit_texts import Limit, fold, parse_limit

_PART = re.compile(r"^(?P<limit>[^():]+)\((?P<area>[^()]+)\)$|^(?P<area_first>[^():]+):(?P<limit_last>[^():]+)$")


@lru_cache(maxsize=4096)
def parse_by_area(text: str) -> dict[str, Limit]:
    """Read a text that gives each area its limit; empty where it is anything else.

    >>> {area: limit.amount for area, limit in parse_by_area("17 ngày (khu vực thường) / 27 ngày (vùng khó khăn)").items()}
    {'khu vực thường': 17.0, 'vùng khó khăn': 27.0}
    """
    found: dict[str, Limit] = {}
    parts = re.split(r"[/;]", fold(text))
    for part in parts:
        match = _PART.match(part.strip())
        if match is None:
            return {}
        area = fold(match["area"] or match["area_first"])
        limit = parse_limit(match["limit"] or match["limit_last"])
        if area in found or limit.unit == "unsettled":
            return {}
        found[area] = limit
    return found if len(found) > 1 else {}


def settled_by_area(limits: Limits, text: np.ndarray, unit_code: np.ndarray, received: np.ndarray, areas: Areas) -> Limits:
    """Settle the limits that differ by area.

    Args:
        limits: limit of each dossier.
        text: limit as the catalogue writes it; None where unknown.
        unit_code: agency of each dossier; None where unknown, and then nothing is settled.
        received: day of receipt, ``datetime64[D]``.
        areas: what is known of areas.
    """
    unit, amount = limits.unit.copy(), limits.amount.copy()
    for place in np.flatnonzero(limits.unit == UNSETTLED):
        if text[place] is None or unit_code[place] is None or np.isnat(received[place]):
            continue
        limit = _of_agency(parse_by_area(text[place]), unit_code[place], received[place], areas)
        if limit is not None:
            unit[place], amount[place] = ALL_LIMIT_UNITS.index(limit.unit), limit.amount or 0.0
    return replace(limits, unit=unit, amount=amount)


def _of_agency(by_area: dict[str, Limit], unit_code: str, received: np.datetime64, areas: Areas) -> Limit | None:
    """Return the limit of an agency: of the one area that it is in, or the ordinary one where all other areas are known."""
    day = received.astype("datetime64[D]").item()
    held = [each for each in areas.areas if each.since <= day and (each.until is None or day <= each.until)]
    known = {fold(each.area) for each in held}
    inside = [by_area[area] for area in {fold(each.area) for each in held if unit_code in each.units} if area in by_area]
    if inside:
        return inside[0] if len(inside) == 1 else None
    ordinary = [limit for area, limit in by_area.items() if area in {fold(word) for word in areas.ordinary}]
    others = [area for area in by_area if area not in {fold(word) for word in areas.ordinary}]
    return ordinary[0] if len(ordinary) == 1 and known.issuperset(others) else None
