"""Event that corrections came in or were taken back; an automation starts a rerun on it."""

from __future__ import annotations

from prefect.events import emit_event

from flows.runtime.unsent import send_or_drop

CORRECTIONS_RECEIVED = "motcua.corrections.received"


def announce(package: str, approved: int, proposed: int = 0) -> None:
    """Tell the Prefect server that corrections came in or were taken back; its automation starts ``rerun``.

    The event carries the package's name and counts only.
    """
    emit_event(
        event=CORRECTIONS_RECEIVED,
        resource={"prefect.resource.id": f"motcua.package.{package}", "prefect.resource.name": package},
        payload={"package": package, "approved": approved, "proposed": proposed},
    )
    # Events leave from a thread of their own; a command ends sooner than that thread would send.
    send_or_drop()
