"""Preview of a correction file: what it would move once somebody approves it; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tasks.correcting.examination import ExaminedLines, examine_lines, judging_day
from tasks.correcting.impact import Impact, impact_of
from tasks.correcting.packages import read_file
from tasks.correcting.rejudging import corrections_of
from tasks.rules.corrections.lines import Accepted, CorrectionLine, Refused


@dataclass(frozen=True)
class Preview:
    """What lines would move.

    Attributes:
        name: of the package.
        examined: the answer to each line, as if those that nobody has signed were signed by somebody who may.
        impact: of the lines that would count.
    """

    name: str
    examined: ExaminedLines
    impact: Impact

    @property
    def waits(self) -> list[Accepted]:
        """Lines that would go on waiting, with the reason."""
        return [one for one in self.examined.accepted if one.waits]

    @property
    def refused(self) -> list[Refused]:
        """Lines that are refused."""
        return [one for one in self.examined.answers if isinstance(one, Refused)]

    @property
    def stopped(self) -> list[tuple[int, str]]:
        """Line number and reason code of what would wait and of what is refused, in the order of the file."""
        waits = [(one.line.number, one.waits) for one in self.waits]
        return sorted(waits + [(one.line.number, one.reason) for one in self.refused])


def preview_file(path: Path) -> Preview:
    """Look at a correction file as it would be taken in.

    Raises:
        ConfigError: there is no such file, or people.yaml does not follow its model.
        DataError: the file as a whole cannot be read.
        WarehouseError: a statement failed.
    """
    received = read_file(path)
    return preview_lines(received.name, received.lines, path.parent)


def preview_lines(name: str, lines: Sequence[CorrectionLine], folder: Path | None = None) -> Preview:
    """Look at lines as they would be taken in; see :func:`preview_file`."""
    examined = examine_lines(lines, folder, as_if_signed=True)
    counting = [one for one in examined.accepted if one.state == "approved"]
    return Preview(name, examined, impact_of(corrections_of(counting), judging_day(), examined.judged))
