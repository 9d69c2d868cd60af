"""Plain model of the product, in dictionaries and loops: what a warehouse has to say after any sequence of steps.

It shares nothing with the product but the words. Its world is small: three agencies, three procedures with limits in working
days, one month without holidays; a dossier is open, finished or withdrawn, and never open again. Its desk may mark it as deleted, and show
it again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

MONTH, AS_OF = "2026-03", date(2026, 3, 31)
UNITS = ("H99.1", "H99.2", "H99.3")
LIMITS = {"1.000001": 3, "1.000002": 5, "1.000003": 8}  # working days
OPEN, WITHDRAWN, FINISHED = 4, 7, 9
CORRECTED = ("unit", "received", "done")
FIGURES = (
    *("received", "finished_early", "finished_on_time", "finished_late", "in_progress_in_time", "in_progress_overdue"),
    *("withdrawn", "late"),
)

Counts = dict[tuple[str, str, str], int]  # basis, agency and figure to the number of dossiers


@dataclass(frozen=True)
class Facts:
    """What is said of one dossier."""

    unit: str
    procedure: str
    status: int
    received: date
    due: date
    done: date | None = None
    deleted: bool = False


@dataclass
class Correction:
    """One line of a file: what stands over a field of a dossier until somebody takes it back."""

    package: str
    code: str
    field: str
    value: str
    undone: bool = False


@dataclass
class Model:
    """What the desk shows, what the warehouse has to hold, and what its readers have to see.

    Attributes:
        desk: dossiers that the desk shows now.
        known: dossiers that were ever pulled, each as it was told last.
        corrections: lines in the order in which they came in.
        counted: what was counted by the last run; None before the first.
        published: what readers see; None before the first publication.
    """

    desk: dict[str, Facts] = field(default_factory=dict)
    known: dict[str, Facts] = field(default_factory=dict)
    corrections: list[Correction] = field(default_factory=list)
    counted: Counts | None = None
    published: Counts | None = None

    def ingest(self) -> None:
        """What the desk shows is known; what it no longer shows stays as it was told."""
        self.known |= self.desk

    def correct(self, package: str, lines: list[tuple[str, str, str]]) -> None:
        """A file counts once, whenever and however often it comes; not again where it was taken back."""
        if any(one.package == package for one in self.corrections):
            return
        self.corrections += [Correction(package, *line) for line in lines]

    def undo(self, package: str) -> None:
        for one in self.corrections:
            one.undone = one.undone or one.package == package

    def rerun(self) -> None:
        self.counted = self.figures()

    def publish(self) -> None:
        self.published = self.counted

    def in_force(self) -> dict[tuple[str, str], str]:
        """Return the newest line that stands over each field of each dossier."""
        return {(one.code, one.field): one.value for one in self.corrections if not one.undone}

    def corrected(self) -> dict[str, Facts]:
        """Return what is known with the corrections laid over it."""
        found = dict(self.known)
        for (code, name), value in self.in_force().items():
            if code in found:
                meant = value if name == "unit" else date.fromisoformat(value)
                found[code] = replace(found[code], **{name: meant})
        return found

    def figures(self) -> Counts:
        """Count each dossier twice: as the desk states it, and as corrected and held against the law.

        Both times at the agency whose it is: which of two agencies that is, a correction decides for both. One that the desk
        says it deleted is counted on neither.
        """
        counts: Counter[tuple[str, str, str]] = Counter()
        for code, facts in self.corrected().items():
            if facts.deleted:
                continue
            stated, by_law = self.known[code], worked_on(facts.received, LIMITS[facts.procedure])
            for basis, figures in (("recorded", _figures_of(stated, stated.due)), ("cleaned", _figures_of(facts, by_law))):
                for figure in figures:
                    counts[basis, facts.unit, figure] += 1
                    counts[basis, "*", figure] += 1
        return dict(counts)


def _figures_of(facts: Facts, due: date) -> list[str]:
    ended = facts.done if facts.done is not None else AS_OF
    # The day is over: what is open at its end and was due on it is overdue (decision 0003).
    late = ["late"] if ended > due or (facts.status == OPEN and ended == due) else []
    if facts.status == WITHDRAWN:
        return ["received", "withdrawn", *late]
    if facts.status == OPEN:
        return ["received", "in_progress_overdue" if late else "in_progress_in_time", *late]
    return ["received", "finished_late" if late else "finished_on_time" if ended == due else "finished_early", *late]


def worked_on(day: date, days: int) -> date:
    """Return the day so many working days later: no weekend, and the month has no holiday."""
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day
