"""Result of a step: numbers only, so that nothing personal reaches the orchestrator."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StepResult:
    """How many rows a step met and what became of them.

    Attributes:
        step: load, match, check, judge, measure, publish, correct.
        subject: source, partition or publication.
    """

    step: str
    subject: str
    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0

    def __add__(self, other: StepResult) -> StepResult:
        """Add up two steps' numbers under this one's name."""
        return StepResult(
            self.step,
            self.subject,
            self.read + other.read,
            self.inserted + other.inserted,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.rejected + other.rejected,
        )
