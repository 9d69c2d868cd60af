"""Words that an operator reads: those of the reports, and sentences several commands share."""

from __future__ import annotations

from tasks.reports.translation import ALL, or_all, translate

__all__ = ["ALL", "each_dossier", "or_all", "translate"]


def each_dossier(path: str) -> tuple[str, str]:
    """Return the line under figures that tells, in both languages, which file lists the dossiers behind them."""
    return f"Từng hồ sơ: {path}", f"Each dossier: {path}"
