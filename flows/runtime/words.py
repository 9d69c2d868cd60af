"""Sentences that several commands share, in both languages."""

from __future__ import annotations


def each_dossier(path: str) -> tuple[str, str]:
    """Return the line under figures that tells, in both languages, which file lists the dossiers behind them."""
    return f"Từng hồ sơ: {path}", f"Each dossier: {path}"
