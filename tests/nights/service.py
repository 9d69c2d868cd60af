"""Service of a night: `motcua up` and what a person asks of its server, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from tests.faults.place import Place
from tests.patience import wait_for

DAY = "2026-03-31"


@dataclass
class Service:
    """`motcua up` in a place."""

    place: Place
    process: subprocess.Popen[str] = field(init=False)

    def start(self) -> None:
        """Start it and wait until its worker takes runs."""
        self.process = self.place.run("-m", "flows.commands.cli", "up")
        worker = "SELECT 1 FROM worker WHERE status = 'ONLINE'"
        wait_for(lambda: self.place.ask(worker), patience=240)

    def ask_for_a_refresh(self, *sources: str) -> str:
        """Have the worker run a refresh, of these sources only where some are named; return its number."""
        return self._ask("run", json.dumps(list(sources)))

    def retry(self, run: str) -> None:
        """Do what the button *Retry* of the UI does."""
        self._ask("retry", run)

    def state(self, run: str) -> str:
        """Return the name of a run's state."""
        return str(self.place.ask(f"SELECT state_name FROM flow_run WHERE id = '{UUID(run)}'")[0][0])

    def message(self, run: str) -> str:
        """Return what a run's state says."""
        statement = (
            f"SELECT s.message FROM flow_run AS r JOIN flow_run_state AS s ON s.id = r.state_id WHERE r.id = '{UUID(run)}'"
        )
        return str(self.place.ask(statement)[0][0])

    def stop(self) -> None:
        """End it as a service manager does."""
        self.process.terminate()
        self.process.communicate(timeout=120)

    def _ask(self, *arguments: str) -> str:
        asked = self.place.run("-m", "tests.nights.service", str(self.place.home), str(self.place.port), *arguments)
        said, wrong = asked.communicate(timeout=240)
        assert asked.returncode == 0, said + wrong
        return said.strip()


def main(home: Path, port: int, what: str, given: str) -> None:
    """Ask the server of an installation for a run, or for another try of one."""
    from flows.runtime.environment import client_environment, enter
    from flows.runtime.keys import auth_string

    enter(client_environment(home, port, auth_string(home)))
    from prefect.client.orchestration import get_client
    from prefect.states import Scheduled

    with get_client(sync_client=True) as client:
        if what == "run":
            deployment = client.read_deployment_by_name("refresh/refresh")
            parameters = {"as_of": DAY, "sources": json.loads(given) or None}
            print(client.create_flow_run_from_deployment(deployment.id, parameters=parameters).id)
        else:
            client.set_flow_run_state(UUID(given), Scheduled(name="AwaitingRetry"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4])
