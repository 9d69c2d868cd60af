"""Comparison of two policies, dossier by dossier and in sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.errors import ConfigError, NothingYetError
from config.language import Bilingual
from config.policies import Policy, load_policies, policies_of_a_run
from schemas.fields import TIMELINESS
from tasks.judging.judged_sources import source_named
from tasks.reports.drafts import Draft
from tasks.reports.list_files import write_rows
from tasks.reports.rehearsal import rehearse
from tasks.rules.dates.instant_texts import instant_text
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.rows import fetch_as

WHY = {
    "due": ("hạn khác nhau", "another due date"),
    "end": ("thời điểm kết thúc khác nhau", "another end"),
    "due_and_end": ("hạn và thời điểm kết thúc đều khác", "another due date and another end"),
    "counted": ("có được tính là hồ sơ hay không", "whether it counts as a dossier"),
    "comparison": ("cách so sánh hạn với thời điểm kết thúc", "how end and due date are compared"),
}
"""Why two policies disagree about a dossier, in Vietnamese and in English."""

_PAIRS = """
    FROM judged.verdicts AS a JOIN judged.verdicts AS b ON b.source = a.source AND b.code = a.code AND b.policy = %(other)s
    WHERE a.policy = %(one)s
"""
_TOTALS = f"""
    SELECT CASE WHEN a.counted THEN a.timeliness END, CASE WHEN b.counted THEN b.timeliness END, count(*) {_PAIRS}
    GROUP BY 1, 2
"""
_DISAGREED = f"""
    SELECT a.source, a.code, a.unit_code, CASE WHEN a.counted THEN a.timeliness END AS one,
        CASE WHEN b.counted THEN b.timeliness END AS other, a.due_at AS one_due, b.due_at AS other_due, a.end_at AS one_end,
        b.end_at AS other_end
    {_PAIRS} AND (a.counted, a.counted AND a.timeliness = b.timeliness) IS DISTINCT FROM (b.counted, b.counted)
    ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Disagreement:
    """One dossier about which two policies disagree; timeliness is None where a policy does not count it."""

    source: str
    code: str
    unit_code: str | None
    one: str | None
    other: str | None
    one_due: datetime | None
    other_due: datetime | None
    one_end: datetime | None
    other_end: datetime | None

    @property
    def why(self) -> str:
        """What makes the difference; a key of :data:`WHY`."""
        if (self.one is None) != (self.other is None):
            return "counted"
        due, end = self.one_due != self.other_due, self.one_end != self.other_end
        if due and end:
            return "due_and_end"
        return "due" if due else "end" if end else "comparison"


@dataclass(frozen=True)
class Comparison:
    """Two policies side by side.

    Attributes:
        totals: dossiers by what the one says and what the other says (a timeliness, or None: not counted).
        disagreed: the dossiers about which they differ, by source and code.
    """

    one: str
    other: str
    totals: dict[tuple[str | None, str | None], int]
    disagreed: list[Disagreement]

    def sums(self) -> dict[str, tuple[int, int]]:
        """Return dossiers by timeliness, under the one and under the other."""
        ones, others = Counter[str | None](), Counter[str | None]()
        for (one, other), count in self.totals.items():
            ones[one] += count
            others[other] += count
        return {name: (ones[name], others[name]) for name in TIMELINESS}

    def reasons(self) -> Counter[str]:
        """Return how many dossiers differ for which reason."""
        return Counter(each.why for each in self.disagreed)

    def units(self) -> Counter[str | None]:
        """Return how many dossiers differ at which agency."""
        return Counter(each.unit_code for each in self.disagreed)


def compare(one: str, other: str) -> Comparison:
    """Compare the verdicts of two policies, as they were judged last; those judged on request are worked out now.

    Raises:
        ConfigError: there is no policy of that name.
        NothingYetError: nothing was judged under one of them.
    """
    known = load_policies()
    for name in (one, other):
        if name not in known:
            raise ConfigError("policy", Bilingual(f"không có cách tính {name}", f"there is no {name}"), ", ".join(known))
    if not {one, other} <= set(policies_of_a_run()):
        return _worked_out(one, known[other])
    names = {"one": one, "other": other}
    totals = {(a, b): int(count) for a, b, count in fetch_all(_TOTALS, names)}
    if not totals:
        raise NothingYetError(Bilingual(f"kết luận theo {one} và {other}", f"verdict under {one} and {other}"))
    return Comparison(one, other, totals, fetch_as(Disagreement, _DISAGREED, names))


def _worked_out(one: str, other: Policy) -> Comparison:
    (found,) = rehearse(Draft(policy=other), [one])
    totals = sum(found.by_unit.values(), Counter[tuple[str | None, str | None]]())
    disagreed = [
        Disagreement(each.source, each.code, each.unit_code, *each.timeliness, *each.due_at, *each.end_at)
        for each in found.changed
        if each.timeliness[0] != each.timeliness[1]
    ]
    return Comparison(one, other.policy, dict(totals), disagreed)


def write_lines(comparison: Comparison, path: Path) -> None:
    """Write the dossiers about which two policies differ as CSV.

    It holds codes and office times, nothing about persons.
    """
    write_rows(path, _lines(comparison))


def _lines(comparison: Comparison) -> Iterator[tuple[object, ...]]:
    names = (comparison.one, comparison.other)
    yield (
        "source",
        "code",
        "unit_code",
        "why",
        *(f"{what}_{name}" for what in ("timeliness", "due_at", "end_at") for name in names),
    )
    for each in comparison.disagreed:
        zone = source_named(each.source).zone
        times = (instant_text(at, zone) for at in (each.one_due, each.other_due, each.one_end, each.other_end))
        words = (each.one or "not_counted", each.other or "not_counted")
        yield (each.source, each.code, each.unit_code, each.why, *words, *(at or "" for at in times))
