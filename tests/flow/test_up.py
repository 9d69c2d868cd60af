"""`motcua up` as an operator starts it: runs by schedule, after corrections, after being away; and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.flow_runs import resume_flow_run

from config.settings import ROOT
from flows.runtime.page_server import page_address
from flows.runtime.server import PrefectServer
from tasks.warehouse.cluster import ensure_cluster
from tests.accounts import PEOPLE
from tests.flow.installation import SOURCES, Province, figures, joined, motcua, moved, query
from tests.patience import HANGS, wait_for
from tests.ports import free_port
from tests.prepared_home import new_home

_PROGRAM = """
import sys
from pathlib import Path
from flows.runtime.up import run
run(lambda current, changed, cancelled: print("ready", ",".join(changed), cancelled, flush=True), Path(sys.argv[1]))
"""
_TICK = """
from prefect import flow
@flow(name="tick", persist_result=False)
def tick(): return None
"""


@dataclass
class Operator:
    """One installation of its own, started and stopped as often as a test wants."""

    home: Path
    environment: dict[str, str]
    deployments: Path
    process: subprocess.Popen[str] | None = None
    seen: list[psutil.Process] = field(default_factory=list)

    def start(self) -> str:
        """Start it and return what it says when it is ready."""
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(self.deployments)],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline().strip()
        assert said.startswith("ready"), f"{said!r}; {self.process.poll()}"
        return said

    def children(self) -> list[psutil.Process]:
        assert self.process is not None
        found = psutil.Process(self.process.pid).children(recursive=True)
        self.seen += found
        return found

    def child(self, word: str) -> psutil.Process:
        return next(child for child in self.children() if word in child.cmdline())

    def stop(self) -> None:
        if self.process is None:
            return
        self.children()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(HANGS) == 0
        self.process = None
        left = [process for process in self.seen if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
        assert not left, f"left behind: {left}"

    def ask(self, statement: str, database: str = "prefect") -> list[tuple[Any, ...]]:
        return query(ensure_cluster(self.home), statement, database)

    def told(self) -> str:
        """What the states of the last runs and the worker say."""
        states = self.ask(
            "SELECT r.name, s.timestamp, s.name, s.message FROM flow_run_state AS s JOIN flow_run AS r ON r.id = s.flow_run_id "
            "ORDER BY s.timestamp DESC LIMIT 30"
        )
        return "\n".join([*map(str, states), (self.home / "log" / "prefect-worker.log").read_text(encoding="utf-8")[-4000:]])

    def runs(self, flow: str) -> list[tuple[str, str, datetime]]:
        """State name, run name and expected start of all runs of a flow, the oldest first."""
        return self.ask(
            "SELECT r.state_name, r.name, r.expected_start_time FROM flow_run AS r JOIN flow AS f ON f.id = r.flow_id "
            f"WHERE f.name = '{flow}' ORDER BY r.expected_start_time"
        )


@pytest.fixture(scope="module")
def operator(province: Province) -> Iterator[Operator]:
    home = new_home("motcua-up-")
    (home / "tickflow.py").write_text(_TICK, encoding="utf-8")
    cluster = ensure_cluster(home)
    cluster.create_database("demo_land")
    land = cluster.url("demo_land", "")
    province.demo("load-land", "--url", land)
    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    deployments["deployments"].append(
        {
            "name": "tick",
            "entrypoint": "tickflow.tick",
            "work_pool": {"name": "motcua"},
            "schedules": [{"interval": 20, "active": True, "slug": "often"}],
            "concurrency_limit": {"limit": 1, "collision_strategy": "ENQUEUE"},
        }
    )
    (home / "prefect.yaml").write_text(yaml.safe_dump(deployments), encoding="utf-8")
    environment = {
        **province.environment,
        "DEMO_LAND_URL": land,
        "MOTCUA_HOME": str(home),
        "MOTCUA_PREFECT_PORT": str(free_port()),
        "MOTCUA_PAGE_PORT": str(free_port()),
        "MOTCUA_SOURCES_DIR": str(SOURCES),
        "MOTCUA_PEOPLE_FILE": str(PEOPLE),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(home)]),
    }
    one = Operator(home, environment, home / "prefect.yaml")
    yield one
    if one.process is not None:
        one.children()
        one.process.kill()
        for process in one.seen:
            if process.is_running():
                process.kill()
    cluster.stop()
    shutil.rmtree(home)


def test_a_scheduled_run_really_starts(operator: Operator) -> None:
    said = operator.start()
    assert (
        said
        == "ready refresh,rerun,approve,approvals,restate,backfill,publish,differences,replay,maintain,packages,answers,report,tell,tick 0"
    )
    wait_for(lambda: [run for run in operator.runs("tick") if run[0] == "Completed"])
    wait_for(lambda: operator.runs("refresh"))
    daily = operator.runs("refresh")
    assert {start.astimezone(UTC).hour for _, _, start in daily} == {22}, "05:00 in Ha Noi"


def test_parts_that_are_killed_come_back(operator: Operator) -> None:
    parts = ("server", "worker", "flows.runtime.page_server")
    killed = {name: operator.child(name) for name in parts}
    for child in killed.values():
        child.kill()
    wait_for(lambda: all(operator.child(name).pid != child.pid for name, child in killed.items()))
    wait_for(lambda: page_address(int(operator.environment["MOTCUA_PAGE_PORT"])))
    before = len([run for run in operator.runs("tick") if run[0] == "Completed"])
    wait_for(lambda: len([run for run in operator.runs("tick") if run[0] == "Completed"]) > before)


def test_slots_missed_while_away_are_caught_up_by_one_run(operator: Operator) -> None:
    operator.stop()
    # Fifty slots of the daily run have passed meanwhile: as the scheduler would have left them.
    operator.ask(
        "UPDATE deployment_schedule SET active = false WHERE deployment_id = (SELECT id FROM deployment WHERE name = 'tick') RETURNING 1"
    )
    operator.ask(
        "DELETE FROM flow_run WHERE flow_id = (SELECT id FROM flow WHERE name = 'tick') AND state_type = 'SCHEDULED' RETURNING 1"
    )
    began = datetime.now(UTC)
    missed = [began - timedelta(minutes=minute) for minute in range(50, 0, -1)]
    for number, slot in enumerate(missed):
        _insert_missed(operator, number, slot)
    said = operator.start()
    assert said == "ready  49"
    wait_for(
        lambda: [run for run in operator.runs("tick") if run[1] == "missed-49" and run[0] == "Completed"], seen=operator.told
    )
    states = {state for state, name, _ in operator.runs("tick") if name.startswith("missed-") and name != "missed-49"}
    assert states == {"Missed"}, "the others never start"


def _insert_missed(operator: Operator, number: int, slot: datetime) -> None:
    """Write a late run as the scheduler writes it: a scheduled state, its time in the past."""
    operator.ask(
        f"""
        WITH old AS (SELECT r.* FROM flow_run AS r JOIN flow AS f ON f.id = r.flow_id WHERE f.name = 'tick' ORDER BY r.created LIMIT 1),
        made AS (
            INSERT INTO flow_run (id, name, flow_id, deployment_id, work_queue_id, work_queue_name, auto_scheduled,
                state_type, state_name, next_scheduled_start_time, expected_start_time, parameters, idempotency_key, state_id)
            SELECT gen_random_uuid(), 'missed-{number}', flow_id, deployment_id, work_queue_id, work_queue_name, true,
                'SCHEDULED', 'Scheduled', '{slot.isoformat()}', '{slot.isoformat()}', '{{}}', 'missed-{number}', gen_random_uuid()
            FROM old RETURNING id, state_id
        )
        INSERT INTO flow_run_state (id, flow_run_id, type, name, message, timestamp, state_details)
        SELECT state_id, id, 'SCHEDULED', 'Scheduled', 'Flow run scheduled', now(),
            jsonb_build_object('scheduled_time', '{slot.isoformat()}')
        FROM made RETURNING 1
        """
    )


def test_corrections_start_a_rerun_whose_result_equals_a_full_run(operator: Operator, tmp_path: Path) -> None:
    cluster, environment = ensure_cluster(operator.home), operator.environment
    motcua(environment, "refresh", "--as-of", "2026-03-31")
    code, end = query(
        cluster,
        "SELECT code, end_at + interval '200 days' FROM judged.verdicts WHERE policy = 'qd766' AND verdict = 'on_time' "
        "AND state = 'finished' AND source = 'province' AND end_at < '2025-08-01' AND due_at IS NOT NULL ORDER BY code LIMIT 1",
    )[0]
    before = figures(cluster)
    file = tmp_path / "dinh-chinh.csv"
    file.write_text(
        "Mã hồ sơ,Trường,Giá trị mới,Căn cứ,Người đề nghị,Người duyệt\n"
        f"{code},Ngày kết thúc xử lý,{end.isoformat()},Sổ 12 trang 4,an,bình\n"
        f"{code},Trạng thái,99,Sổ 12 trang 4,an,bình\n",
        encoding="utf-8",
    )
    said = motcua(environment, "correct", str(file), MOTCUA_LANGUAGE="en").stdout
    assert "1 approved, 0 waiting for approval, 0 turned down, lines refused: 1; 1 new" in said
    assert "line 3: the new value is not in the directory" in said
    assert "starts by itself" in said
    wait_for(lambda: [run for run in operator.runs("rerun") if run[0] == "Completed"])
    ((_, name, _),) = operator.runs("rerun")
    assert name.startswith("rerun-2026") or "dinh-chinh" in name
    after = figures(cluster)
    changed = {row[1] for row in set(after["verdicts"]) ^ set(before["verdicts"])}
    assert changed == {code}, "exactly what the correction touches is judged anew"
    assert after["published"] != before["published"]
    motcua(environment, "refresh", "--as-of", "2026-03-31", "--full")
    assert not moved(after, figures(cluster)), "and equals a full run"
    said = motcua(environment, "correct", str(file), MOTCUA_LANGUAGE="en").stdout
    assert "; 0 new" in said, "the same file twice is one package"


def test_a_form_that_waits_outlives_a_restart(operator: Operator, tmp_path: Path) -> None:
    ((code,),) = operator.ask(
        "SELECT min(code) FROM judged.verdicts WHERE policy = 'qd766' AND verdict = 'on_time' AND source = 'province'", "motcua"
    )
    file = tmp_path / "cho-duyet.csv"
    file.write_text(
        f"Mã hồ sơ,Trường,Giá trị mới,Căn cứ,Người đề nghị\n{code},Số biên nhận,BN 12,Sổ 4 trang 1,an\n", encoding="utf-8"
    )
    said = motcua(operator.environment, "correct", str(file), MOTCUA_LANGUAGE="en").stdout
    assert "0 approved, 1 waiting for approval" in said
    with _client(operator) as client:
        client.create_flow_run_from_deployment(client.read_deployment_by_name("approvals/approvals").id)
    wait_for(lambda: operator.runs("approve") and operator.runs("approve")[0][0] == "Suspended", seen=operator.told)
    decisions = "SELECT state FROM quality.corrections WHERE new_value = 'BN 12' ORDER BY received_at"
    operator.stop()
    operator.start()
    assert [state for state, *_ in operator.runs("approve")] == ["Suspended"], "it asks for the same decision still"
    assert operator.ask(decisions, "motcua") == [("proposed",)]
    with _client(operator) as client:
        ((run,),) = operator.ask("SELECT r.id FROM flow_run AS r JOIN flow AS f ON f.id = r.flow_id WHERE f.name = 'approve'")
        resume_flow_run(run, run_input={"quyet_dinh": "Duyệt", "nguoi_duyet": "binh"})
    wait_for(lambda: operator.runs("approve")[0][0] == "Completed", seen=operator.told)
    assert operator.ask(decisions, "motcua") == [("proposed",), ("approved",)]


@contextmanager
def _client(operator: Operator) -> Iterator[SyncPrefectClient]:
    """Join this process to the operator's server, as a browser does."""
    server = PrefectServer(operator.home, int(operator.environment["MOTCUA_PREFECT_PORT"]))
    with joined(server), get_client(sync_client=True) as client:
        yield client


def test_doctor_finds_all_well_and_says_what_is_not(operator: Operator) -> None:
    said = motcua(operator.environment, "doctor", check=False, MOTCUA_LANGUAGE="en").stdout
    wrong = [line for line in said.splitlines() if line.startswith("!!")]
    assert not [line for line in wrong if "deployment tick" not in line and "packages" not in line], said
    for subject in (
        "packages",
        "disk",
        "keys",
        "warehouse",
        "tables",
        "ledger",
        "Prefect server",
        "published page: http",
        "landing zone: not encrypted",
        "deployment",
        "worker",
        "source province",
    ):
        assert subject in said, subject
    lame = motcua(
        operator.environment,
        "doctor",
        check=False,
        MOTCUA_LANGUAGE="en",
        MOTCUA_PREFECT_PORT=str(free_port()),
        DEMO_POSTAL="/nowhere",
    )
    assert lame.returncode == 1
    assert "motcua up" in lame.stdout
    assert [line for line in lame.stdout.splitlines() if line.startswith("!!") and "postal" in line]


def test_nothing_is_left_behind(operator: Operator) -> None:
    operator.stop()
