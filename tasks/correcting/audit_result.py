"""Audit results: a filled-in sample read back, its bound recorded in the ledger and published."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.errors import ConfigError, UnreadableDataError
from config.language import Bilingual, bilingual
from config.text_bytes import read_given
from schemas.audits import AUDITS
from tasks.correcting.guard import AUDIT_HEADINGS, AuditSample, audit_sample_of
from tasks.recovery.manifests import keep_audit
from tasks.rules.corrections.lines import require_short
from tasks.rules.privacy.masking import looks_personal
from tasks.rules.text.normal_form import fold
from tasks.sources.tables.small_tables import small_table
from tasks.warehouse.load import load

_ID, _RESULT = (fold(AUDIT_HEADINGS[place]) for place in (0, -2))
_WANTED = Bilingual("tệp mẫu đã điền", "the filled-in file of the sample")
_RIGHT, _WRONG = {"dung", "right", "true"}, {"sai", "wrong", "false"}


def take_audit(month: str, path: Path, by: str) -> dict[str, Any]:
    """Record what was found of a month's sample; the same file twice writes nothing the second time.

    Args:
        month: as 2026-03.
        path: the file of ``motcua corrections audit MONTH --csv``, with *đúng* or *sai* on every line.
        by: account of who looked.

    Returns:
        The row of ``mart.audits``.

    Raises:
        ConfigError: the month has not ended, there is no such file, or ``by`` names nobody.
        DataError: it is another sample, or not every line of it is answered.
        WarehouseError: nothing was written.
    """
    if not by.strip() or looks_personal(by):
        raise ConfigError(
            "motcua corrections audit --by",
            Bilingual("không nêu ai, hoặc nêu bằng số cá nhân", "names nobody, or by a personal number"),
            Bilingual("một tài khoản, ví dụ thanh.tra", "an account such as thanh.tra"),
        )
    sample, body = audit_sample_of(month), read_given(path, _WANTED)
    wrong = _wrong(sample, _results(path, body), path)
    row: dict[str, Any] = {
        **{"month": month, "corrections": sample.corrections, "looked_at": len(sample.drawn), "wrong": wrong},
        **{"at_most_wrong": round(sample.bound(wrong), 4), "entry": sample.entry, "audited_by": by.strip()},
        "digest": hashlib.sha256(body).hexdigest(),
    }
    with load("audit", f"corrections {month}", digest=row["digest"]) as current:
        told = current.fetch("SELECT digest, audited_by FROM mart.audits WHERE month = %(month)s", {"month": month})
        if told == [(row["digest"], row["audited_by"])]:
            current.abandon()
        else:
            current.put(AUDITS, {**row, "recorded_at": datetime.now(UTC)})
            keep_audit(current, month)
    return row


def _results(path: Path, body: bytes) -> dict[str, str]:
    """Return what stands beside each correction, by its id."""
    try:
        require_short(body)
        table = small_table(body, _is_heading, code_pages=True)
    except ValueError as error:
        raise _refused(path, bilingual(error)) from None
    if not table.found:
        raise _refused(path, Bilingual("không có các cột của tệp mẫu", "lacks the columns of the sample"))
    at = {fold(cell): place for place, cell in enumerate(table.headings)}
    filled = [[*row.cells, *[""] * len(table.headings)] for row in table.rows]
    return {cells[at[_ID]].strip(): fold(cells[at[_RESULT]]) for cells in filled if any(cells)}


def _is_heading(cells: Sequence[str]) -> bool:
    return {_ID, _RESULT} <= {fold(cell) for cell in cells}


def _wrong(sample: AuditSample, results: dict[str, str], path: Path) -> int:
    """Count the wrong ones of a sample that is answered whole: who leaves lines out chooses."""
    asked = {str(row["correction_id"]) for row in sample.drawn}
    if strange := len(results.keys() - asked):
        raise _refused(
            path, Bilingual(f"{strange} dòng không thuộc mẫu của tháng", f"{strange} lines are not of the month's sample")
        )
    open_lines = sum(results.get(one, "") not in _RIGHT | _WRONG for one in asked)
    if open_lines:
        raise _refused(
            path, Bilingual(f"{open_lines} dòng chưa ghi đúng hoặc sai", f"{open_lines} lines say neither right nor wrong")
        )
    return sum(one in _WRONG for one in results.values())


def _refused(path: Path, fact: Bilingual) -> UnreadableDataError:
    return UnreadableDataError(
        path.name,
        fact,
        Bilingual(
            "Hãy điền đủ tệp của `motcua corrections audit` rồi gửi lại.",
            "Fill in the whole file of `motcua corrections audit`.",
        ),
    )
