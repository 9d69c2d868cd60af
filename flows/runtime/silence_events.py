"""Event that a source fell silent, which no state of a run tells: it was heard, and said nothing."""

from __future__ import annotations

from collections.abc import Iterable

from prefect.events import emit_event

from tasks.reports.silence import Silence
from tasks.reports.translation import ALL

SOURCE_SILENT = "motcua.source.silent"


def announce_silence(found: Iterable[Silence]) -> None:
    """Tell the Prefect server which sources as a whole have had no record for longer than their rhythm."""
    for one in found:
        if one.unit_code == ALL:
            emit_event(
                event=SOURCE_SILENT,
                resource={"prefect.resource.id": f"motcua.source.{one.source}", "prefect.resource.name": one.source},
                payload={"source": one.source, "days": one.silent_days, "last": f"{one.last:%d/%m/%Y}"},
            )
