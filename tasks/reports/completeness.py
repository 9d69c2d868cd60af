"""Proof of completeness as tables and sentences: agencies, days and counts only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from config.language import as_written, counted
from config.language import translate as _
from tasks.pulling.completeness import Completeness
from tasks.reports.run_artifacts import show_table

_MOST = 3  # agency-days that a sentence names
_MOST_ROWS = 1000  # of an artifact; all are in quality.completeness


def show_completeness(proofs: Sequence[Completeness]) -> None:
    """Write what was compared, and the gaps, as artifacts of the run."""
    table = [
        {
            _("hệ thống", "source"): proof.source,
            _("cơ quan × ngày", "agency-days"): proof.pairs,
            _("nguồn tự đếm", "source's count"): proof.stated,
            _("thiếu", "missing"): proof.missing,
        }
        for proof in proofs
    ]
    show_table(table, key="completeness", description=_("Đủ hồ sơ", "Completeness"))
    missing = gap_rows(proofs)
    if missing:
        show_table(missing[:_MOST_ROWS], key="gaps", description=_("Còn thiếu", "Gaps"))


def gap_rows(proofs: Sequence[Completeness]) -> list[dict[str, Any]]:
    """Return a row an agency-day that lacks dossiers."""
    return [
        {
            _("hệ thống", "source"): proof.source,
            _("cơ quan", "agency"): gap.unit or "-",
            _("ngày tiếp nhận", "day of receipt"): str(gap.day),
            _("nguồn tự đếm", "source's count"): gap.stated,
            _("có ở đây", "held here"): gap.held,
        }
        for proof in proofs
        for gap in proof.gaps
    ]


def gap_sentence(proof: Completeness) -> str:
    """Say in one sentence what is missing and how to get it."""
    named = "; ".join(f"{gap.unit or '-'} {as_written(str(gap.day))} ({gap.held}/{gap.stated})" for gap in proof.gaps[:_MOST])
    more = "; …" if len(proof.gaps) > _MOST else ""
    command = f"motcua backfill {proof.source} --from {proof.gaps[0].day} --again"
    verb = "is" if proof.missing == 1 else "are"
    return _(
        f"{proof.source}: thiếu {proof.missing} hồ sơ ở {len(proof.gaps)} cơ quan-ngày so với số nguồn tự đếm: {named}{more}. "
        f"Chạy `{command}`.",
        f"{proof.source}: {counted(proof.missing, 'dossier')} of {counted(len(proof.gaps), 'agency-day')} {verb} missing by the source's own count: "
        f"{named}{more}. Run `{command}`.",
    )
