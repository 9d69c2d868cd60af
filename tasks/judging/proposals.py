"""Proposals made beside verdicts, from the same timeline and in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from config.policies import Policy
from schemas.quality import PROPOSALS
from tasks.rules.corrections.proposals import Proposal, propose_judged
from tasks.rules.verdict.judgement import judgement_of
from tasks.rules.verdict.timeline import ResolvedInputs
from tasks.warehouse.load import Load
from tasks.warehouse.merge import Merged


def proposals_of(parts: Sequence[ResolvedInputs], policy: Policy) -> list[Proposal]:
    """Propose what a policy, the office's own, finds to correct in settled dossiers."""
    return [one for settled in parts for one in propose_judged(judgement_of(settled, policy))]


def write_proposals_of(current: Load, dossiers: pd.DataFrame, found: list[Proposal], as_of: date) -> Merged:
    """Make these the only proposals about some dossiers; one that stands keeps the day on which it was first made.

    Args:
        current: the load in which they are written.
        dossiers: source and code of all that were looked at.
        found: what follows from the evidence now.
        as_of: day of a proposal that is new.
    """
    return current.merge_children(PROPOSALS, frame_of(found, as_of), dossiers, tell=False)


def frame_of(found: list[Proposal], as_of: date) -> pd.DataFrame:
    """Build rows of ``quality.proposals`` as of a day.

    A proposal that is there already keeps the day on which it was first made.
    """
    return PROPOSALS.frame({**vars(one), "proposed_on": as_of} for one in found).drop(columns=list(PROPOSALS.managed))
