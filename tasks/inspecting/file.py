"""File of an inspection: sample, due-date ledger, hidden lateness and too-good months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from config.language import language
from config.law import citations
from config.policies import Policy
from tasks.inspecting.due_ledger import LedgerLine, due_ledger, said_of
from tasks.inspecting.sample import InspectionSample, counted_dossiers, draw_sample
from tasks.reports.suspicious_months import SuspiciousMonth, find_suspicious_months
from tasks.rules.corrections.audit_sample import at_most_wrong
from tasks.rules.indicators.interval import percent, wilson
from tasks.tracing.moments import PublicationMoment, moment_of
from tasks.warehouse.engine import fetch_all

_HIDDEN = "hidden_late"
_WRONG = (0, 1, 2, 3, 5, 10, 20)  # so many of the sample found wrong
_UNITS = "SELECT unit_code, name FROM ref.units ORDER BY valid_from, unit_code"


@dataclass(frozen=True)
class ShareLine:
    """How often a verdict stands in the sample and among all.

    Attributes:
        share: of the sample, in percent; low and high: Wilson's interval of 95 %.
    """

    verdict: str
    in_sample: int
    share: float
    low: float
    high: float
    in_all: int
    share_of_all: float


@dataclass(frozen=True)
class InspectionFile:
    """What inspectors take with them.

    Attributes:
        unit: agency that it is about, with all that stand below it; None: all of the publication.
        law: what the policy rests on, in the language in force.
        ledger: the sample, in the order drawn.
        hidden: every dossier that is late and that the source counts as in time, as the publication counted it.
        months: what is conspicuous about months of the agencies.
        agencies: names by code.
    """

    moment: PublicationMoment
    policy: Policy
    unit: str | None
    sample: InspectionSample
    law: tuple[str, ...]
    ledger: tuple[LedgerLine, ...]
    hidden: tuple[dict[str, Any], ...]
    months: tuple[SuspiciousMonth, ...]
    agencies: dict[str, str]

    @property
    def name(self) -> str:
        """What the ledger calls it: publication, agency, seed and size decide which dossiers are in it."""
        return "/".join((self.moment.publication_id, self.unit or "*", self.sample.seed, str(len(self.ledger))))

    @property
    def changed(self) -> int:
        """Dossiers of the sample whose facts no longer lead to what was published."""
        return sum(line.fact is None for line in self.ledger)

    @property
    def below(self) -> int:
        """Agencies below the one that it is about of which dossiers are counted; 0 where it is about all."""
        return 0 if self.unit is None else len(set(self.sample.counted["unit_code"]) - {self.unit})

    def shares(self) -> list[ShareLine]:
        """Hold the sample against all: how often each verdict stands in both, the most frequent first."""
        drawn, every = self.sample.rows["verdict"].value_counts(), self.sample.counted["verdict"].value_counts()
        found = []
        for verdict in sorted(every.index, key=lambda one: (-int(every[one]), str(one))):
            count, whole = (np.array([int(each.get(verdict, 0))]) for each in (drawn, every))
            size, total = (np.array([int(each.sum())]) for each in (drawn, every))
            low, high = wilson(count, size)
            shares = (float(percent(top, bottom, 1)[0]) for top, bottom in ((count, size), (whole, total)))
            share, of_all = shares
            found.append(ShareLine(str(verdict), int(count[0]), share, float(low[0]), float(high[0]), int(whole[0]), of_all))
        return found

    def reach(self) -> list[tuple[int, float]]:
        """Tell what so many wrong ones in the sample say of all: the share, in percent, that is not exceeded (95 %)."""
        size = len(self.ledger)
        return [(wrong, at_most_wrong(wrong, size)) for wrong in _WRONG if wrong <= size]


def inspection_file(
    publication_id: str, seed: str, *, size: int | None = None, error: float | None = None, unit: str | None = None
) -> InspectionFile:
    """Draw the sample of a publication and work out what goes with it.

    Args:
        publication_id: a publication or draft.
        seed: what the inspectors name; it alone decides which dossiers are drawn.
        size: how many; None: as many as the error asks for.
        error: how far shares may lie from those of all, 95 % sure: 0.03 is three points.
        unit: this agency and all that stand below it.

    Raises:
        ConfigError: the publication counts no dossier of that agency.
        UnreadableDataError: it was made before verdicts were kept.
    """
    moment = moment_of(publication_id)
    policy = moment.rules().policy(moment.policy)
    counted = counted_dossiers(moment, unit)
    sample = draw_sample(counted, seed, size, error)
    hidden = counted[(counted["verdict"] == _HIDDEN).to_numpy(dtype=bool)]
    return InspectionFile(
        moment,
        policy,
        unit,
        sample,
        tuple(citations(policy.law, moment.as_of, language())),
        tuple(due_ledger(sample, moment.policy)),
        tuple(said_of(hidden)),
        tuple(find_suspicious_months(counted)),
        {str(code): str(name) for code, name in fetch_all(_UNITS)},
    )
