"""Tags of a run: day, policy, span of data, calendar and rules, so that the UI filters by them."""

from __future__ import annotations

from datetime import date

from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from config.settings import settings
from tasks.judging.rules_digest import calendar_digest, rules_digest

_SHOWN = 8  # characters of a digest


def tag_run(as_of: date | None, since: date | None = None, until: date | None = None) -> None:
    """Tag the run that this is called in; every flow calls it once, before it works.

    Args:
        as_of: day that the figures speak for; None where the run makes none.
        since: first day of the data that the run is about; None: from the beginning.
        until: last day of it; the day of the figures by default.
    """
    if flow_run.id is None:
        return
    tags = {
        *flow_run.tags,
        f"calendar:{calendar_digest(settings().config_dir / 'calendar')[:_SHOWN]}",
        f"rules:{rules_digest()[:_SHOWN]}",
    }
    tags.add(f"policy:{settings().policy}")
    last = until or as_of
    if since is not None or last is not None:
        tags.add(f"data:{since or ''}..{last or ''}")
    if as_of is not None:
        tags.add(f"as-of:{as_of}")
    with get_client(sync_client=True) as client:
        client.update_flow_run(flow_run.id, tags=sorted(tags))
