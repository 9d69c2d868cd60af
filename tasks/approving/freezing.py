"""Freezing: figures written down as a publication, or as a draft that waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pandas as pd

from config.errors import UnreadableDataError
from config.language import Bilingual
from schemas.indicators import COUNTS, FINDING_COUNTS, INDICATORS, PUBLICATIONS, VERDICT_COUNTS
from schemas.publications import PUBLICATION_DRAFTS
from schemas.table import Table
from schemas.verdicts import VERDICT_VERSIONS
from tasks.approving.states import PublicationStep, newest_step, note_state, step_now
from tasks.auditing.seals import seal_publication
from tasks.judging.rules_digest import figures_digest
from tasks.publishing.figures import Figures, frame_digest
from tasks.publishing.stored import next_moment, store
from tasks.publishing.verdict_versions import keep_versions
from tasks.recovery.run_history import keep_publication, land_sheet, read_sheet
from tasks.warehouse.engine import read_frame
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import Load
from tasks.warehouse.rows import fetch_as

_DRAFT = f"""
    SELECT publication_id, policy, as_of, counts_digest, rules_digest, dossiers, indicators, verdict_counts, finding_counts
    FROM {PUBLICATION_DRAFTS.full_name} WHERE publication_id = %(publication)s
"""
_INDICATORS = f"SELECT * FROM {INDICATORS.full_name} WHERE publication_id = %(publication)s"
_SHEETS: dict[str, Table] = {"indicators": INDICATORS, "verdict_counts": VERDICT_COUNTS, "finding_counts": FINDING_COUNTS}


@dataclass(frozen=True)
class DraftRow:
    """A draft: what it was made of, and the landing file of each of its tables."""

    publication_id: str
    policy: str
    as_of: date
    counts_digest: str
    rules_digest: str
    dossiers: int
    indicators: str
    verdict_counts: str
    finding_counts: str


def freeze(current: Load, figures: Figures, publication_id: str) -> None:
    """Publish figures at once: from the commit on readers see them."""
    made_of = {
        "counts_digest": frame_digest(figures.counts, COUNTS),
        "rules_digest": figures_digest(),
        "dossiers": figures.dossiers,
    }
    at = next_moment(current, figures.policy)
    versions = {VERDICT_VERSIONS: keep_versions(current, figures.policy, at)}
    step = step_now(publication_id, figures.policy, figures.as_of, "published")
    _freeze(current, figures, made_of, replace(step, at=at), versions)


def keep_draft(current: Load, figures: Figures, publication_id: str) -> None:
    """Keep figures as a draft: landing files, and a row that names them.

    Nothing of it stands in the publication layer.
    """
    at = next_moment(current, figures.policy)
    row = {
        "publication_id": publication_id,
        "policy": figures.policy,
        "as_of": figures.as_of,
        "drafted_at": at,
        "counts_digest": frame_digest(figures.counts, COUNTS),
        "rules_digest": figures_digest(),
        "dossiers": figures.dossiers,
    }
    frames = {"indicators": figures.indicators, "verdict_counts": figures.verdicts, "finding_counts": figures.findings}
    sheets = {name: land_sheet(frame.assign(publication_id=publication_id), _SHEETS[name]) for name, frame in frames.items()}
    current.put(PUBLICATION_DRAFTS, {**row, **sheets})
    note_state(current, replace(step_now(publication_id, figures.policy, figures.as_of, "draft"), at=at))
    versions = {VERDICT_VERSIONS: keep_versions(current, figures.policy, at)}
    keep_publication(current, figures.policy, publication_id, versions)
    seal_publication(current, figures.policy, publication_id, None)
    current.action = "draft"


def freeze_draft(current: Load, publication_id: str, by: str, why: str | None) -> None:
    """Publish a draft, exactly the figures that were looked at.

    Raises:
        SourceError: a landing file of it is missing or damaged.
        UnreadableDataError: its figures are not those that its id is the digest of.
    """
    draft = DraftRow(*current.fetch(_DRAFT, {"publication": publication_id})[0])
    told = (_told(draft, name) for name in _SHEETS)
    figures = Figures(draft.policy, draft.as_of, COUNTS.frame(), *told)
    if figures.publication_id() != publication_id:
        raise UnreadableDataError(
            f"{PUBLICATION_DRAFTS.full_name} {publication_id}",
            Bilingual("số liệu của dự thảo không đúng với mã của nó", "the draft's figures are not those of its id"),
            Bilingual("Hãy chạy `motcua publish` để lập dự thảo khác.", "Run `motcua publish`, which makes another draft."),
        )
    made_of = {name: getattr(draft, name) for name in ("counts_digest", "rules_digest", "dossiers")}
    step = step_now(publication_id, draft.policy, draft.as_of, "approved", by, why)
    _freeze(current, figures, made_of, replace(step, at=next_moment(current, draft.policy)), {})


def told_indicators(publication_id: str) -> pd.DataFrame:
    """Return the indicators that a publication or draft says: columns of ``mart.indicators`` but the publication."""
    found = fetch_as(DraftRow, _DRAFT, {"publication": publication_id})
    if found and newest_step(publication_id).state in ("draft", "review"):
        return _told(found[0], "indicators")
    return read_frame(_INDICATORS, {"publication": publication_id}, INDICATORS).drop(columns="publication_id")


def _told(draft: DraftRow, name: str) -> pd.DataFrame:
    return read_sheet(getattr(draft, name), _SHEETS[name]).drop(columns="publication_id")


def make_current(current: Load, policy: str, publication_id: str) -> None:
    """Bring an earlier publication back; all that it says stays as it was written."""
    current.execute(
        "UPDATE mart.publications SET current_since = %(now)s WHERE publication_id = %(id)s",
        {"now": datetime.now(UTC), "id": publication_id},
    )
    keep_publication(current, policy, publication_id, {})
    seal_publication(current, policy, publication_id, None)


def _freeze(
    current: Load,
    figures: Figures,
    made_of: Mapping[str, object],
    step: PublicationStep,
    versions: Mapping[Table, pd.DataFrame],
) -> None:
    row = {
        "publication_id": step.publication_id,
        "policy": figures.policy,
        "as_of": figures.as_of,
        "published_at": step.at,
        "current_since": step.at,
        **made_of,
        "rows": len(figures.indicators),
    }
    current.merge(PUBLICATIONS, PUBLICATIONS.frame([row]))
    note_state(current, step)
    frames = {INDICATORS: figures.indicators, VERDICT_COUNTS: figures.verdicts, FINDING_COUNTS: figures.findings}
    stored = store(current, figures.policy, step.at, frames)
    failpoint("figures_stored")
    keep_publication(current, figures.policy, step.publication_id, {**stored, **versions})
    failpoint("publication_told")
    seal_publication(current, figures.policy, step.publication_id, step.at)
