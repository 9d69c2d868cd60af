"""Command whose Prefect server is killed or falls silent: it ends, whatever still waits to be sent."""

from __future__ import annotations

import signal

import psutil
import pytest

from tests.faults.place import Place, place_of_its_own, ready

ENDS_WITHIN = 90.0  # seconds; a single event was tried again for longer than that

# Both connections stand when the server goes: what follows is tried again for as long as Prefect has patience.
TELLS = """
import logging, sys, time, uuid
from flows.runtime.session import session
with session():
    from prefect.events import emit_event
    from prefect.logging.handlers import APILogHandler

    logger = logging.getLogger("motcua.told")
    logger.addHandler(APILogHandler())

    def tell(number):
        logger.warning("line %d", number, extra={"flow_run_id": str(uuid.uuid4())})
        emit_event(event="motcua.test", resource={"prefect.resource.id": f"motcua.test.{number}"})

    tell(0)
    time.sleep(3)
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(10):
        tell(number)
        time.sleep(0.1)
sys.exit(3)
"""


def orchestration(place: Place) -> list[psutil.Process]:
    """The server and its keeper: killed together, nobody starts it again."""
    told = ("flows.runtime.keeper", "flows.runtime.masked_prefect")
    return [process for process in place.processes() if any(name in process.cmdline() for name in told)]


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
def test_a_command_ends_though_nobody_takes_what_it_told(fault: signal.Signals) -> None:
    with place_of_its_own() as place:
        command = place.run("-c", TELLS)
        ready(command)
        hit = orchestration(place)
        assert len(hit) >= 2, "the server and its keeper"
        try:
            for process in hit:
                process.send_signal(fault)
            command.communicate("\n", timeout=ENDS_WITHIN)
            assert command.returncode == 3
            assert not orchestration(place), "the last user ended what was silent"
        finally:
            for process in orchestration(place):
                process.kill()
