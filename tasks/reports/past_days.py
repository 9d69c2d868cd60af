"""Table of past days that are stated again: how each stands now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from config.language import translate as _
from tasks.publishing.past_days import PastDay
from tasks.reports.run_artifacts import show_table

STANDING_WORDS = {
    "missing": ("chưa công bố", "never published"),
    "failed": ("có cổng không đạt", "with a failed gate"),
    "outdated": ("theo quy định cũ", "under other rules"),
    "current": ("theo quy định hiện hành", "under the rules in force"),
}


def day_rows(days: Sequence[PastDay]) -> list[dict[str, Any]]:
    """Return a row a day: its date, how it stands, its publication."""
    return [
        {
            _("ngày", "day"): f"{each.day:%d/%m/%Y}",
            _("hiện nay", "stands"): _(*STANDING_WORDS[each.standing]),
            _("bản công bố", "publication"): (each.publication or "-")[:12],
        }
        for each in days
    ]


def show_days(days: Sequence[PastDay]) -> None:
    """Write the days that a run states again as an artifact of the run."""
    words = _("Các ngày sẽ công bố lại", "Days to be stated again")
    show_table(day_rows(days), key="days-planned", description=words)
