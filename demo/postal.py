"""Postal service's hand-over lists: one CSV a quarter, UTF-8 with a byte-order mark."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from demo.calendar import date_of, moment_of
from demo.model import Dossier, PostalRow

HEADINGS = ("Mã hồ sơ", "Ngày nhận", "Ngày phát", "Trạng thái")


def write_postal(dossiers: Sequence[Dossier], folder: Path) -> int:
    """Write the lists; return the number of hand-overs."""
    folder.mkdir(parents=True, exist_ok=True)
    quarters: dict[str, list[list[str]]] = {}
    handed = sorted(((d.postal.taken, d.code, d.postal) for d in dossiers if d.postal), key=lambda each: each[:2])
    for taken, code, row in handed:
        day = date_of(taken)
        quarters.setdefault(f"{day.year}-quy{(day.month + 2) // 3}", []).append(_row(code, row))
    for name, rows in quarters.items():
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\r\n")
        writer.writerow(HEADINGS)
        writer.writerows(rows)
        (folder / f"buu-chinh-{name}.csv").write_bytes(buffer.getvalue().encode("utf-8-sig"))
    return len(handed)


def _row(code: str, row: PostalRow) -> list[str]:
    delivered = "" if row.delivered is None else f"{moment_of(row.delivered):%d/%m/%Y %H:%M}"
    return [code, f"{moment_of(row.taken):%d/%m/%Y %H:%M}", delivered, "Đã phát" if delivered else "Đang vận chuyển"]
