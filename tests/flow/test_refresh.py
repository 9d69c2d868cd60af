"""The daily run on real parts: what it publishes, what it does when run again, when a source fails, when a gate fails."""

from __future__ import annotations

import os
import pickle
import re
import shutil
import stat
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dask
import pytest
import yaml
from distributed import LocalCluster
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, FlowRunFilter, FlowRunFilterId
from prefect.logging.handlers import APILogWorker
from python_calamine import CalamineWorkbook

from config.errors import ConfigError, DataError, MotcuaError, TransientError
from config.read_once import forget
from config.settings import settings
from config.sources import Source, load_sources
from flows.differences import differences
from flows.refresh import refresh
from flows.replay import replay
from flows.report import report
from flows.runtime.limits import ensure_limits
from tasks.runtime.host_slots import host_slot
from tasks.runtime.safe_errors import UnexpectedError
from tests.flow.installation import AS_OF, SOURCES, Installation, moved


def with_one_place(source: Source) -> Source:
    return source.model_copy(update={"rest": source.rest and source.rest.model_copy(update={"connections": 1})})


def run(**parameters: Any) -> Any:
    return refresh(as_of=AS_OF, **parameters, return_state=True)


def of_run(state: Any) -> tuple[Any, list[Any], list[Any]]:
    """The server's record of a run: itself, its tasks, its artifacts."""
    identity = state.state_details.flow_run_id
    with get_client(sync_client=True) as client:
        only = FlowRunFilter(id=FlowRunFilterId(any_=[identity]))
        artifacts = client.request(
            "POST",
            "/artifacts/filter",
            json={
                "artifacts": ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[identity])).model_dump(mode="json"),
                "limit": 200,
            },
        ).json()
        return client.read_flow_run(identity), client.read_task_runs(flow_run_filter=only, limit=200), artifacts


def test_a_run_publishes_and_the_next_changes_nothing(installation: Installation) -> None:
    first = run()
    assert first.name == "Completed", first.message
    record, tasks, artifacts = of_run(first)
    assert record.name == "refresh-2026-03-31"
    names = {task.name for task in tasks}
    assert {"pull-province", "load-communes", "publish-qd766"} <= names
    assert [name for name in names if name.startswith("judge-province/2025-")]
    assert [name for name in names if name.startswith("check-communes/2025-")]
    assert len(tasks) <= 200, "never a task a dossier"
    assert {"sources", "agencies", "summary", "progress", "today"} <= {artifact["key"] for artifact in artifacts}
    assert [(policy, day) for policy, day, _ in installation.figures()["published"]] == [("qd766", AS_OF)]
    assert settings().page.exists()

    figures = installation.figures()
    marks = installation.query(
        "SELECT max(changed_in) FROM core.dossiers UNION ALL SELECT max(changed_in) FROM judged.verdicts"
    )
    again = run()
    assert again.name == "Completed"
    assert not moved(figures, installation.figures())
    assert (
        installation.query("SELECT max(changed_in) FROM core.dossiers UNION ALL SELECT max(changed_in) FROM judged.verdicts")
        == marks
    )
    idle = ("judge-", "check-", "publish-")
    assert not [task for task in of_run(again)[1] if task.name.startswith(idle)], "nothing was pending"

    full = run(full=True)
    assert full.name == "Completed"
    assert [task for task in of_run(full)[1] if task.name.startswith("judge-")], "everything was judged again"
    assert not moved(figures, installation.figures()), "incremental equals full"


def test_a_source_that_fails_does_not_stop_the_others(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEMO_POSTAL")
    state = run()
    assert (state.type.value, state.name) == ("FAILED", "PublishedWithFailures"), "a failed source is not green"
    assert "DEMO_POSTAL" in state.message, "the message says which source and what to do"
    _, steps, artifacts = of_run(state)
    (failed,) = [step.state for step in steps if step.name == "pull-postal"]
    assert failed.type.value == "FAILED"
    assert failed.message.startswith("biến môi trường DEMO_POSTAL"), (
        "the step says it in the same words, and no library before them"
    )
    assert failed.message in state.message
    (today,) = [artifact["data"] for artifact in artifacts if artifact["key"] == "today"]
    answered = re.search(r"(\d+) trong (\d+) nguồn trả lời", today)
    assert answered
    assert int(answered[1]) == int(answered[2]) - 1, "all but the one"
    assert "`motcua source check postal`" in today
    assert settings().page.as_uri() in today
    assert (settings().data_docs / "index.html").as_uri() in today
    held = dict(installation.query("SELECT source, count(*) FROM core.dossiers GROUP BY 1"))
    assert set(held) == {"province", "communes", "land"}
    assert len(installation.figures()["published"]) == 1
    monkeypatch.setenv("DEMO_POSTAL", installation.environment["DEMO_POSTAL"])
    assert run().name == "Completed"
    assert "postal" in dict(installation.query("SELECT source, count(*) FROM core.dossiers GROUP BY 1"))


def test_nothing_is_published_after_a_failed_gate(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sources = tmp_path / "sources"
    shutil.copytree(SOURCES, sources)
    communes = yaml.safe_load((sources / "communes.yaml").read_text(encoding="utf-8"))
    # The desks have moved their columns: what is read as the day of receipt is a word.
    communes["columns"]["received_at"] = list(communes["columns"]["status"])
    (sources / "communes.yaml").write_text(yaml.safe_dump(communes, allow_unicode=True), encoding="utf-8")
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(sources))
    forget()
    state = run()
    assert (state.type.value, state.name) == ("FAILED", "NotPublished")
    assert "communes" in state.message
    assert "received_at" in state.message
    held = dict(installation.query("SELECT source, count(*) FROM core.dossiers GROUP BY 1"))
    assert "communes" not in held, "nothing of the source that failed its gate is loaded"
    assert held["province"] > 0, "the other sources are"
    assert installation.query("SELECT count(*) FROM mart.publications") == [(0,)]
    assert installation.query("SELECT count(*) FROM quality.gate_results WHERE NOT success") != [(0,)]
    shown = (settings().data_docs / f"{AS_OF}.html").read_text(encoding="utf-8")
    assert re.search(r"#s\d+\">communes dossiers</a></th><td class=\"number\">9</td><td class=\"number bad\">1</td>", shown)


@pytest.mark.usefixtures("installation")
def test_only_the_named_sources_are_pulled_and_a_host_has_as_many_places_as_its_files_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(SOURCES, tmp_path / "sources")
    now = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh"))
    with (tmp_path / "sources" / "province.yaml").open("a", encoding="utf-8") as file:
        file.write(f'only_between: "{now - timedelta(hours=2):%H:%M}-{now - timedelta(hours=1):%H:%M}"\n')
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(tmp_path / "sources"))
    forget()
    state = run(sources=["units", "province"], anyway=["hours", "fewer"])
    assert state.name == "Completed", state.message
    record, tasks, _ = of_run(state)
    assert record.name == "refresh-2026-03-31-units+province"
    assert {task.name for task in tasks if task.name.startswith("pull-")} == {"pull-units", "pull-province"}
    everyone = {name: with_one_place(source) for name, source in load_sources(SOURCES).items() if source.rest}
    ensure_limits(everyone)
    monkeypatch.setattr("tasks.runtime.host_slots._PATIENCE", 0.5)
    with (
        host_slot(everyone["units"], everyone),
        pytest.raises(TransientError, match="other sources have been asking"),
        host_slot(everyone["province"], everyone),
    ):
        raise AssertionError("both ask one host at the same time")
    with host_slot(everyone["province"], everyone):
        pass  # it was given back


@pytest.mark.usefixtures("installation")
def test_a_source_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    forget()
    assert "names no source" in run(anyway=["fewer"]).message
    state = run(sources=["provinz"])
    assert state.type.value == "FAILED"
    assert "provinz" in state.message
    assert "province" in state.message, "the message says what there is"


def test_partitions_on_a_dask_cluster_give_the_same_figures(refreshed: Installation) -> None:
    figures = refreshed.figures()
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "env": dict(os.environ)}
    # Its workers are forked as in tests.forked.
    with dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"}), LocalCluster(**options) as cluster:
        said = refreshed.motcua("refresh", "--as-of", str(AS_OF), "--full", MOTCUA_DASK_ADDRESS=cluster.scheduler_address)
        assert cluster.scheduler.transition_counter > 0, "the cluster was asked"
    assert "20" in said.stdout
    assert not moved(figures, refreshed.figures())


def test_errors_travel_between_processes() -> None:
    error = DataError("province dossiers", "the source contract", 7, ("H99-1",), "Look.")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 (our own bytes)
    assert (type(again), str(again), again.subject) == (DataError, str(error), "province dossiers")


def test_publish_freezes_every_policy(refreshed: Installation) -> None:
    refreshed.motcua("publish")
    assert {policy for policy, _, _ in refreshed.figures()["published"]} == {"qd766", "bieu06", "recorded"}


def test_a_replay_publishes_the_same_figures_asks_no_source_two_systems_are_compared_and_forms_are_written(
    refreshed: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = refreshed.figures()
    monkeypatch.setenv("DEMO_HTTP", "http://127.0.0.1:9")  # nobody is there
    refused = replay(return_state=True)
    assert refused.type.value == "FAILED"
    assert "--overwrite" in refused.message
    state = replay(overwrite=True, return_state=True)
    assert state.name == "Completed", state.message
    assert of_run(state)[0].name == f"replay-{AS_OF}"
    assert not moved(figures, refreshed.figures())

    compared = differences("province", "land", shared=True, return_state=True)
    assert compared.name == "Completed", compared.message
    assert "differences-province-land" in {artifact["key"] for artifact in of_run(compared)[2]}
    sums = "SELECT count(*) FILTER (WHERE side <> 'right'), count(*) FILTER (WHERE side <> 'left') FROM quality.differences"
    ((left, right),) = refreshed.query(sums)
    assert 0 < right < left
    assert f"{left - right} hồ sơ" in compared.message

    for name, endings in {
        "II.06a": [".xlsx", ".pdf"],
        "II.06a-each": [".xlsx", ".pdf"],
        "late": [".xlsx", ".pdf"],
        "letters": [".xlsx", ".pdf", ".docx"],
    }.items():
        state = report(form=name, return_state=True)
        assert state.name == "Completed", state.message
        record, _, artifacts = of_run(state)
        assert record.name == f"report-{name}"
        files = [settings().home / "reports" / f"{name}_2026-03{ending}" for ending in endings]
        assert all(str(file) in state.message and stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
        (shown,) = (artifact["data"] for artifact in artifacts if artifact["key"] == "report")
        assert all(str(file) in shown for file in files)
    by_command = settings().home / "by-command.xlsx"
    refreshed.motcua("report", "II.06a", "--period", "2026-03", "--out", str(by_command))
    sheets = [
        CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        for path in (by_command, settings().home / "reports" / "II.06a_2026-03.xlsx")
    ]
    assert sheets[0] == sheets[1]
    assert len(sheets[0]) > 5
    for asked, said in (
        ({"unit": "H99.99"}, "H99.99"),
        ({"period": "2026-13"}, "2026-13"),
        ({"form": "II.06a-each", "unit": "H99.12"}, "II.06a-each"),
    ):
        state = report(**asked, return_state=True)
        assert state.type.value == "FAILED"
        assert said in state.message


PERSON = "Nguyễn Văn An 0912345678"


def fault_of_the_program(*_given: Any, **_more: Any) -> None:
    raise ValueError(PERSON)


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize(
    ("language", "fault", "kind", "beginning"),
    [
        ("vi", "no such source", ConfigError, "nguồn nowhere: không có nguồn"),
        ("en", "no such source", ConfigError, "source nowhere: there is no source"),
        ("vi", "program", UnexpectedError, "Bước refresh gặp lỗi chương trình: ValueError tại "),
        ("en", "program", UnexpectedError, "Step refresh met a fault of the program: ValueError at "),
    ],
)
def test_a_run_that_an_error_ends_shows_its_sentence_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, language: str, fault: str, kind: type[MotcuaError], beginning: str
) -> None:
    monkeypatch.setenv("MOTCUA_LANGUAGE", language)
    forget()
    if fault == "program":
        monkeypatch.setattr("flows.refresh.choose", fault_of_the_program)
    state = run(sources=["nowhere"])
    assert (state.type.value, state.name) == ("FAILED", "Failed")
    assert state.message.startswith(beginning), state.message
    with pytest.raises(kind):
        state.result()
    told = logged(state)
    assert beginning in told
    assert not any(word in told + state.message for word in ("Traceback", "exception", PERSON, "Nguyễn"))


@pytest.mark.usefixtures("installation")
def test_a_step_that_fails_shows_its_sentence_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEMO_POSTAL")
    told = logged(run(sources=["postal"]))
    assert "DEMO_POSTAL" in told
    assert "Traceback" not in told


def logged(state: Any) -> str:
    """What the server keeps of a run and its tasks, once the threads that send it are done."""
    APILogWorker.drain_all(timeout=120)
    only = {"flow_run_id": {"any_": [str(state.state_details.flow_run_id)]}}
    with get_client(sync_client=True) as client:
        records = client.request("POST", "/logs/filter", json={"logs": only, "limit": 200}).json()
    return "\n".join(record["message"] for record in records)
