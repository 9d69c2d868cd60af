"""Quality score on the page: agencies, procedures and systems, with trend."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date
from typing import Any

from tasks.reports.correction_loop import audit_results, loop_by_agency
from tasks.reports.forms.published import procedure_names
from tasks.reports.quality import SUBJECTS, Score, months_until, read_all_scores, together

TREND_MONTHS = 12  # drawn


def quality(policy: str, as_of: date) -> dict[str, Any]:
    """Return the scores of quality as lists, ready for JSON.

    Each is ``[name, dossiers, with nothing to correct, trend, [[dossiers, right] a month]]``. ``loop`` tells of each agency what
    became of its work packages: ``[agency, asked, answered, in time, verified, asked again, hours]``; ``audits`` of each month: ``[month, corrections, looked at, wrong, per cent wrong at most]``.

    Args:
        policy: whose verdicts.
        as_of: day whose waivers count, and whose month is the last one drawn.
    """
    scores, months = read_all_scores(policy, as_of), months_until(as_of, TREND_MONTHS)
    names = procedure_names()
    return {
        "months": list(months),
        "total": _row(together(scores["source"]), months, as_of),
        **{subject: [_row(one, months, as_of) for one in scores[subject]] for subject in SUBJECTS},
        "audits": [list(astuple(one)) for one in audit_results()],
        "loop": [list(astuple(one)) for one in loop_by_agency()],
        "procedures": {one.name: names[one.name] for one in scores["procedure"] if one.name in names},
    }


def _row(one: Score, months: tuple[str, ...], as_of: date) -> list[Any]:
    right = sum(good for _, good in one.months.values())
    return [one.name, one.dossiers, right, one.trend(as_of), [list(one.months.get(month, (0, 0))) for month in months]]
