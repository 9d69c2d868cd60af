"""Guard over corrections: who improves lateness far more than others, and the audit sample.

The sample of a month is drawn by the hash of the ledger's first entry after the month: nobody knows it before, and anybody
can draw it again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from config.calendar import OFFICE_ZONE_NAME
from config.errors import ConfigError
from config.language import Bilingual
from tasks.rules.corrections.audit_sample import at_most_wrong, drawn, sample_size
from tasks.rules.corrections.lines import PROPOSER
from tasks.rules.corrections.whitewash import Shares, shares_by, suspicious_half_years
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.rows import fetch_as

# What persons sent and what became of it: also what waits for want of a document, for it was tried.
_LOOKED_AT = f"""
    SELECT coalesce(d.unit_code, '?') AS unit_code, lower(c.proposed_by) AS proposed_by,
        coalesce(lower(c.approved_by), '-') AS approved_by, c.improves, c.document_number IS NOT NULL AS documented,
        (c.received_at AT TIME ZONE %(zone)s)::date AS day
    FROM quality.corrections AS c LEFT JOIN core.dossiers AS d ON d.source = c.source AND d.code = c.code
    WHERE c.improves IS NOT NULL AND c.state <> 'undone' AND lower(c.proposed_by) <> '{PROPOSER}'
    ORDER BY c.received_at, c.correction_id
"""
_APPROVED = """
    SELECT correction_id, source, code, field, old_value, new_value, evidence, document_number, document_date, proposed_by, approved_by
    FROM quality.corrections WHERE approved_by IS NOT NULL AND state IN ('approved', 'undone')
        AND (received_at AT TIME ZONE %(zone)s)::date >= %(first)s AND (received_at AT TIME ZONE %(zone)s)::date < %(after)s
    ORDER BY correction_id
"""
_SEED = """
    SELECT entry, hash FROM audit.ledger WHERE (at AT TIME ZONE %(zone)s)::date >= %(after)s ORDER BY entry LIMIT 1
"""
_BY = {
    "unit_code": ("Theo cơ quan", "By agency"),
    "proposed_by": ("Theo người đề nghị", "By proposer"),
    "approved_by": ("Theo người duyệt", "By approver"),
}
AUDIT_HEADINGS: tuple[str, ...] = (
    *("mã đính chính", "nguồn", "mã hồ sơ", "trường", "giá trị cũ", "giá trị mới", "căn cứ", "số văn bản", "ngày văn bản"),
    *("người đề nghị", "người duyệt", "kết quả kiểm tra (đúng/sai)", "ghi chú"),
)
"""Columns of a sample's file; auditors fill in the last but one."""


@dataclass(frozen=True)
class AuditSample:
    """The corrections of a month that are to be held against the paper.

    Attributes:
        month: as 2026-03.
        corrections: how many were approved in it.
        entry: number of the ledger's entry whose hash draws.
        drawn: rows of ``quality.corrections``, in the order drawn.
    """

    month: str
    corrections: int
    entry: int
    drawn: tuple[dict[str, Any], ...]

    def bound(self, wrong: int) -> float:
        """Return the share of all that are wrong at most, in percent, where so many of the sample are."""
        return at_most_wrong(min(wrong, len(self.drawn)), len(self.drawn))


def suspicions() -> list[tuple[tuple[str, str], list[Shares]]]:
    """Hold agencies, proposers and approvers against all others; a heading in both languages and the groups of each."""
    frame = _looked_at()
    return [(heading, shares_by(frame, column)) for column, heading in _BY.items()]


def half_years_that_stand_out() -> list[tuple[tuple[str, str], str, Shares]]:
    """Name who stands out within a half year: a heading in both languages, the half year, and the group in it."""
    frame = _looked_at()
    return [(heading, half, one) for column, heading in _BY.items() for half, one in suspicious_half_years(frame, column)]


def _looked_at() -> pd.DataFrame:
    rows = fetch_as(dict[str, Any], _LOOKED_AT, {"zone": OFFICE_ZONE_NAME})
    frame = pd.DataFrame(rows, columns=[*_BY, "improves", "documented", "day"])
    frame["day"] = pd.array(frame["day"].to_numpy(dtype="datetime64[s]"))
    return frame


def audit_sample_of(month: str) -> AuditSample:
    """Draw the sample of a month.

    Args:
        month: as 2026-03.

    Raises:
        ConfigError: it is no month, or nothing was written to the ledger since it ended.
    """
    first, after = _days(month)
    rows = fetch_as(dict[str, Any], _APPROVED, {"zone": OFFICE_ZONE_NAME, "first": first, "after": after})
    seed = fetch_all(_SEED, {"zone": OFFICE_ZONE_NAME, "after": after})
    if not seed:
        raise ConfigError(
            f"motcua corrections audit {month}",
            Bilingual(
                "tháng chưa kết thúc, nên chưa ai được biết mẫu", "the month has not ended, and nobody may know the sample yet"
            ),
            Bilingual("một tháng đã qua", "a month that is over"),
        )
    ((entry, digest),) = seed
    by_id = {row["correction_id"]: row for row in rows}
    chosen = drawn(by_id, digest, sample_size(len(by_id)))
    return AuditSample(month, len(by_id), int(entry), tuple(by_id[one] for one in chosen))


def audit_rows(sample: AuditSample) -> list[tuple[object, ...]]:
    """Return the sample as a table that auditors fill in."""
    return [AUDIT_HEADINGS, *(("" if value is None else value for value in (*row.values(), "", "")) for row in sample.drawn)]  # type: ignore[list-item]


def _days(month: str) -> tuple[date, date]:
    """Return the first day of a month and that of the next."""
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month) is None:
        raise ConfigError(
            f"motcua corrections audit {month}",
            Bilingual("không phải tháng", "is no month"),
            Bilingual("năm-tháng, ví dụ 2026-03", "YEAR-MONTH such as 2026-03"),
        )
    start = np.datetime64(month, "M")
    return start.astype("datetime64[D]").item(), (start + 1).astype("datetime64[D]").item()
