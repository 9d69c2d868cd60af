"""Logs and events not yet sent: given time where the server takes them, dropped where it is gone.

Threads of Prefect's own hold them. When a process ends, each of them waits without a limit until its queue is empty; where
the server died first, every event in it is tried again for a minute, and a command that has said its last sentence stays.
"""

from __future__ import annotations

import sys
from contextlib import suppress

SENDING_SECONDS = 10.0


def send_or_drop(patience: float = SENDING_SECONDS) -> None:
    """Send what waits, and drop what the server has not taken in time, so that the process can end.

    Args:
        patience: seconds given to each kind of queue; 0 where nobody takes anything any more.
    """
    if "prefect" not in sys.modules:
        return
    from prefect._internal.concurrency.services import _active_services
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    APILogWorker.drain_all(timeout=patience)
    EventsWorker.drain_all(timeout=patience)
    for queue in list(_active_services):
        loop, sent = queue._loop, queue._done_event
        if queue._stopped and loop is not None and sent is not None and not sent.is_set():
            with suppress(RuntimeError):  # its loop is closed: nobody waits for it
                loop.call_soon_threadsafe(sent.set)
