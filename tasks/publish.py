"""Publishing: the figures of one policy, frozen as a publication that never changes again."""

from __future__ import annotations

from datetime import date

from prefect import task
from prefect.cache_policies import NO_CACHE

from config.errors import UnreadableDataError
from config.language import Bilingual
from config.settings import settings
from schemas.indicators import COUNTS, PUBLICATIONS
from tasks.approving.freezing import freeze, keep_draft, make_current
from tasks.approving.states import state_of
from tasks.auditing.seals import is_sealed, require_sealed, seal_publication
from tasks.gates.contracts import check_published
from tasks.publishing.current import current_publication
from tasks.publishing.figures import read_figures
from tasks.reports.site.build import write_page
from tasks.runtime.safe_errors import with_safe_errors
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import Load, load

_KNOWN = """
    SELECT publication_id FROM mart.publications AS p WHERE policy = %(policy)s AND as_of = %(as_of)s
        AND NOT EXISTS (SELECT FROM mart.withdrawn_publications AS w WHERE w.publication_id = p.publication_id)
    ORDER BY current_since DESC
"""
_MEASURED = "SELECT as_of FROM audit.progress WHERE step = 'measure' AND partition = %(policy)s"


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="publish-{policy}")
@with_safe_errors
def publish(policy: str, as_of: date) -> str:
    """Publish one policy's figures, write the page if it is the office's own policy, return the publication's id."""
    publication_id = publish_policy(policy, as_of)
    if policy == settings().policy and current_publication(policy):
        write_page(policy, settings().page, settings().page_options)
    return publication_id


def publish_policy(policy: str, as_of: date) -> str:
    """Freeze the figures of ``mart.counts`` in one transaction, so that no reader ever sees half of them.

    The publication's id is the digest of its figures: publishing equal figures again writes nothing. Where
    figures return to what an earlier publication said, that one becomes current again. Where the office publishes
    after approval they are kept as a draft.

    Args:
        policy: name of the policy.
        as_of: day whose end the figures speak for; the day that they were measured for.

    Returns:
        The id of the publication or draft.

    Raises:
        DataError: the counts speak for another day, the gate stops, or just these figures were withdrawn; nothing is
            published.
    """
    with load("publish", f"figures/{policy}") as current:
        _require_measured_for(current, policy, as_of)
        require_sealed(current, policy)
        figures = read_figures(current, policy, as_of)
        publication_id = figures.publication_id()
        state = state_of(current, publication_id)
        _refuse_withdrawn(publication_id, state)
        known = list(current.read(_KNOWN, {"policy": policy, "as_of": as_of}, PUBLICATIONS)["publication_id"])
        if known[:1] == [publication_id]:
            if is_sealed(current):
                current.abandon()
            else:
                seal_publication(current, policy, publication_id, None)
        elif publication_id in known:
            make_current(current, policy, publication_id)
        elif state is not None:
            current.abandon()
        else:
            check_published(figures.counts, as_of, figures.indicators.assign(publication_id=publication_id))
            (keep_draft if settings().publishing == "after_approval" else freeze)(current, figures, publication_id)
        failpoint("published")
    return publication_id


def _refuse_withdrawn(publication_id: str, state: str | None) -> None:
    if state == "withdrawn":
        raise UnreadableDataError(
            f"publication {publication_id[:12]}",
            Bilingual("đúng những số liệu này đã bị rút", "just these figures were withdrawn"),
            Bilingual(
                "Hãy đính chính dữ liệu rồi chạy lại, hoặc `motcua publications approve` nếu số liệu vẫn đúng.",
                "Correct the data and run again, or `motcua publications approve` if they are right after all.",
            ),
        )


def _require_measured_for(current: Load, policy: str, as_of: date) -> None:
    parameters = {"policy": policy}
    measured = current.read(_MEASURED, parameters, {"as_of": COUNTS.dtypes["as_of"]})["as_of"]
    if len(measured) and measured[0] == as_of:
        return
    fact = Bilingual(f"số liệu chưa được tính cho {as_of:%d/%m/%Y}", f"nothing speaks for {as_of}: it was never measured")
    if len(measured):
        fact = Bilingual(
            f"số liệu được tính cho {measured[0]:%d/%m/%Y}, không phải {as_of:%d/%m/%Y}",
            f"nothing speaks for {as_of}: it was measured for {measured[0]}",
        )
    action = Bilingual("Hãy chạy `motcua refresh` cho ngày đó.", "Run `motcua refresh` for that day.")
    raise UnreadableDataError(f"mart.counts, {policy}", fact, action)
