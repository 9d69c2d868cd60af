"""Proposals beside verdicts: made from the same settled dossiers and written in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from config.policies import load_policies
from config.settings import settings
from schemas.quality import PROPOSALS
from tasks.rules.case import Settled
from tasks.rules.proposals import Proposal, propose_judged
from tasks.rules.verdict import judgement_of
from tasks.warehouse.load import Load
from tasks.warehouse.merge import Merged

_KEPT = """
    SELECT source, code, field, new_value, proposed_on FROM quality.proposals
    WHERE source = ANY(%(sources)s) AND (%(all)s OR code = ANY(%(codes)s))
"""
_MANY = 1000  # codes, beyond which a source's proposals are read whole


def proposals_of(parts: Sequence[Settled]) -> list[Proposal]:
    """Propose what the office's own policy (MOTCUA_POLICY) finds to correct in settled dossiers."""
    policy = load_policies()[settings().policy]
    return [one for settled in parts for one in propose_judged(judgement_of(settled, policy))]


def write_proposals_of(current: Load, dossiers: pd.DataFrame, found: list[Proposal], as_of: date) -> Merged:
    """Make these the only proposals about some dossiers; one that stands keeps the day on which it was first made.

    Args:
        current: the load in which they are written.
        dossiers: source and code of all that were looked at.
        found: what follows from the evidence now.
        as_of: day of a proposal that is new.
    """
    codes = [] if len(dossiers) > _MANY else dossiers["code"].tolist()
    given = {"sources": sorted(set(dossiers["source"])), "codes": codes, "all": len(dossiers) > _MANY}
    names = ("source", "code", "field", "new_value", "proposed_on")
    kept = current.read(_KEPT, given, {name: PROPOSALS.dtypes[name] for name in names})
    return current.merge_children(PROPOSALS, with_days(found, kept, as_of), dossiers, tell=False)


def with_days(found: list[Proposal], kept: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Build rows of ``quality.proposals``; a value that was proposed before keeps the day on which it first was.

    Args:
        found: what is proposed now.
        kept: what was before: at least the key, ``new_value`` and ``proposed_on``.
        as_of: day of a proposal that is new.
    """
    columns = ("source", "code", "field", "new_value", "proposed_on")
    rows = kept[list(columns)].itertuples(index=False, name=None) if len(kept) else ()
    since = {tuple(row[:4]): row[4] for row in rows}
    told = [{**vars(one), "proposed_on": since.get((one.source, one.code, one.field, one.new_value), as_of)} for one in found]
    return PROPOSALS.frame(told).drop(columns=list(PROPOSALS.managed))
