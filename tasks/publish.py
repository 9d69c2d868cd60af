"""Publishing: the figures of one policy, frozen as a publication that never changes again."""

from __future__ import annotations

from datetime import UTC, date, datetime

from prefect import task
from prefect.cache_policies import NO_CACHE

from config.errors import UnreadableDataError
from config.language import Bilingual
from config.settings import settings
from schemas.indicators import COUNTS, FINDING_COUNTS, INDICATORS, PUBLICATIONS, VERDICT_COUNTS
from tasks.auditing.seals import is_sealed, require_sealed, seal_publication
from tasks.gates.contracts import check_published
from tasks.judging.rules_digest import figures_digest
from tasks.publishing.figures import Figures, frame_digest, read_figures
from tasks.publishing.stored import next_moment, store
from tasks.recovery.run_history import keep_publication
from tasks.reports.site.build import write_page
from tasks.runtime.safe_errors import with_safe_errors
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import Load, load

_KNOWN = """
    SELECT publication_id FROM mart.publications WHERE policy = %(policy)s AND as_of = %(as_of)s
    ORDER BY current_since DESC
"""
_MEASURED = "SELECT as_of FROM audit.progress WHERE step = 'measure' AND partition = %(policy)s"


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="publish-{policy}")
@with_safe_errors
def publish(policy: str, as_of: date) -> str:
    """Publish one policy's figures, write the page if it is the office's own policy, return the publication's id."""
    publication_id = publish_policy(policy, as_of)
    if policy == settings().policy:
        write_page(policy, settings().page, settings().page_options)
    return publication_id


def publish_policy(policy: str, as_of: date) -> str:
    """Freeze the figures of ``mart.counts`` in one transaction, so that no reader ever sees half of them.

    The publication's id is the digest of its figures: publishing equal figures again writes nothing. Where
    figures return to what an earlier publication said, that one becomes current again.

    Args:
        policy: name of the policy.
        as_of: day whose end the figures speak for; the day that they were measured for.

    Returns:
        The publication's id.

    Raises:
        DataError: the counts speak for another day, or the gate stops; nothing is published.
    """
    with load("publish", f"figures/{policy}") as current:
        _require_measured_for(current, policy, as_of)
        require_sealed(current, policy)
        figures = read_figures(current, policy, as_of)
        publication_id = figures.publication_id()
        known = list(current.read(_KNOWN, {"policy": policy, "as_of": as_of}, PUBLICATIONS)["publication_id"])
        if known[:1] == [publication_id]:
            if is_sealed(current):
                current.abandon()
            else:
                seal_publication(current, policy, publication_id, None)
            return publication_id
        if publication_id in known:
            _make_current(current, publication_id)
            keep_publication(current, policy, publication_id, {})
            seal_publication(current, policy, publication_id, None)
        else:
            check_published(figures.counts, as_of, figures.indicators.assign(publication_id=publication_id))
            _freeze(current, figures, publication_id)
        failpoint("published")
    return publication_id


def _require_measured_for(current: Load, policy: str, as_of: date) -> None:
    parameters = {"policy": policy}
    measured = current.read(_MEASURED, parameters, {"as_of": COUNTS.dtypes["as_of"]})["as_of"]
    if len(measured) and measured[0] == as_of:
        return
    fact = Bilingual(f"số liệu chưa được tính cho {as_of}", f"nothing speaks for {as_of}: it was never measured")
    if len(measured):
        fact = Bilingual(
            f"số liệu được tính cho {measured[0]}, không phải {as_of}",
            f"nothing speaks for {as_of}: it was measured for {measured[0]}",
        )
    action = Bilingual("Hãy chạy `motcua refresh` cho ngày đó.", "Run `motcua refresh` for that day.")
    raise UnreadableDataError(f"mart.counts, {policy}", fact, action)


def _make_current(current: Load, publication_id: str) -> None:
    """Bring an earlier publication back; all that it says stays as it was written."""
    current.execute(
        "UPDATE mart.publications SET current_since = %(now)s WHERE publication_id = %(id)s",
        {"now": datetime.now(UTC), "id": publication_id},
    )


def _freeze(current: Load, figures: Figures, publication_id: str) -> None:
    now = next_moment(current, figures.policy)
    row = {
        "publication_id": publication_id,
        "policy": figures.policy,
        "as_of": figures.as_of,
        "published_at": now,
        "current_since": now,
        "counts_digest": frame_digest(figures.counts, COUNTS),
        "rules_digest": figures_digest(),
        "dossiers": figures.dossiers,
        "rows": len(figures.indicators),
    }
    current.merge(PUBLICATIONS, PUBLICATIONS.frame([row]))
    frames = {INDICATORS: figures.indicators, VERDICT_COUNTS: figures.verdicts, FINDING_COUNTS: figures.findings}
    keep_publication(current, figures.policy, publication_id, store(current, figures.policy, now, frames))
    seal_publication(current, figures.policy, publication_id, now)
