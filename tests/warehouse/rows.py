"""Rows to load in tests: small, plain, and different where a test needs them to be."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from schemas.dossiers import DOSSIERS, EVENTS, MATCHES, PAUSES

RECEIVED = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def dossiers(*codes: str, **fields: Any) -> pd.DataFrame:
    """Dossiers of one source with the given fields, without the managed ones."""
    row = {
        "source": "province",
        "partition_month": date(2026, 3, 1),
        "role": "primary",
        "received_at": RECEIVED,
        "due_at": datetime(2026, 3, 9, 10, 0, tzinfo=UTC),
        "channel": "online",
        "status": 9,
        "done_at": datetime(2026, 3, 6, 3, 0, tzinfo=UTC),
        **fields,
    }
    return DOSSIERS.frame({**row, "code": code} for code in codes).drop(columns=list(DOSSIERS.managed))


def events(*rows: tuple[str, int, int], source: str = "province") -> pd.DataFrame:
    """Entries of progress logs, each (code, place, status)."""
    return EVENTS.frame(
        {"source": source, "code": code, "seq": seq, "at": RECEIVED, "status": status} for code, seq, status in rows
    ).drop(columns=list(EVENTS.managed))


def pauses(*rows: tuple[str, int], source: str = "province", **fields: Any) -> pd.DataFrame:
    """Pauses, each (code, place)."""
    row = {"source": source, "kind": "supplement", "started_at": RECEIVED, "origin": "supplement_record", **fields}
    return PAUSES.frame({**row, "code": code, "seq": seq} for code, seq in rows).drop(columns=list(PAUSES.managed))


def matches(*pairs: tuple[str, str], kind: str = "evidence") -> pd.DataFrame:
    """Matches of the province's dossiers with the land software's records, each (code, other code)."""
    return MATCHES.frame(
        {
            "source": "province",
            "code": code,
            "other_source": "land",
            "other_code": other,
            "kind": kind,
            "rule": "code",
            "confidence": 1.0,
        }
        for code, other in pairs
    ).drop(columns=list(MATCHES.managed))
