"""Form II.07: reasons for overdue dossiers, by who held each of them longest since it was due."""

from __future__ import annotations

from collections import Counter

from config.language import Bilingual
from tasks.reports.explanation.words import HOLDER
from tasks.reports.forms.bieu06a import AGENCY, told
from tasks.reports.forms.late_dossiers import LATE_COUNTERS, late_dossiers
from tasks.reports.forms.model import Form, FormColumn
from tasks.reports.forms.numbered import counted_sheet
from tasks.reports.forms.published import PublishedCounters
from tasks.rules.indicators.periods import Period
from tasks.rules.indicators.structure import Structure
from tasks.rules.verdict.holders import HOLDERS

_TITLE = Bilingual("Nguyên nhân quá hạn đối với hồ sơ thủ tục hành chính", "Reasons for overdue dossiers")
_OVERDUE = Bilingual("Số hồ sơ quá hạn", "Overdue dossiers")
_REASONS = Bilingual("Ai giữ hồ sơ lâu nhất từ khi quá hạn", "Who held them longest since they were due")
_NOTES = (
    Bilingual("(3) = (4) + (5) + (6) = tổng các cột (7) đến (14).", "(3) = (4) + (5) + (6) = the sum of (7) to (14)."),
    Bilingual(
        "(4) và (5) bằng cột (10) và (13) của biểu II.06a cùng kỳ; (6) là hồ sơ rút, từ chối, dừng sau hạn.",
        "(4) and (5) equal (10) and (13) of form II.06a of the period; (6) are those withdrawn, refused or stopped too late.",
    ),
)


def bieu07(counters: PublishedCounters, period: Period, unit: str | None, structure: Structure) -> Form:
    """Return the form of a period; arguments and errors as of ``late_dossiers``."""
    rows = late_dossiers(counters, period, unit, structure)
    counts: dict[str, Counter[str]] = {}
    for agency, counter, holder in zip(rows["agency"], rows["counter"], rows["holder"], strict=True):
        counts.setdefault(str(agency), Counter()).update((str(counter), str(holder)))
    names = (*LATE_COUNTERS, *HOLDERS)
    cells = [(code, _cells(found, names)) for code, found in sorted(counts.items())]
    tab = Bilingual("Nguyên nhân", "Reasons")
    sheet = counted_sheet(tab, AGENCY, _columns(), cells, counters.unit_names, _NOTES)
    return Form("II.07/VPCP/KSTT", _TITLE, told(counters, period, unit), [sheet], signed=True)


def _columns() -> tuple[FormColumn, ...]:
    heads = (
        ("late", Bilingual("Tổng số", "Total"), _OVERDUE),
        ("finished_late", Bilingual("Đã giải quyết", "Finished"), _OVERDUE),
        ("in_progress_overdue", Bilingual("Đang giải quyết", "In progress"), _OVERDUE),
        ("otherwise_late", Bilingual("Rút, từ chối, dừng", "Withdrawn, refused, stopped"), _OVERDUE),
        *((name, Bilingual(*HOLDER[name]), _REASONS) for name in HOLDERS),
    )
    return tuple(
        FormColumn(name, heading, group, f"({place})", 13) for place, (name, heading, group) in enumerate(heads, start=3)
    )


def _cells(found: Counter[str], names: tuple[str, ...]) -> tuple[int, ...]:
    return (sum(found[name] for name in LATE_COUNTERS), *(found[name] for name in names))
