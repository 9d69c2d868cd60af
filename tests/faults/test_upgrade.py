"""Rehearsed upgrade: another release judges the backup of an office, and names exactly what comes out otherwise."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import pytest

from config.read_once import forget
from config.settings import ROOT, settings
from tasks.recovery.backup import make_backup
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tests.faults import office
from tests.faults.invariants import everything
from tests.patience import HANGS, wait_for
from tests.warehouse.emptying import empty_warehouse

RELEASE = ("config", "schemas", "tasks", "flows", "pyproject.toml", "prefect.yaml")
# As the new release knows it: a Tuesday on which nobody works.
OFF = date(2026, 3, 10)
_ROW = (
    f'  - {{day: {OFF}, kind: "off", announced_on: 2026-01-01, document: "Resolution 28/2026/QH16, art. 2", '
    'note: {vi: "thử nghiệm", en: "trial"}, verified: false}\n'
)
_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True)
class OldRelease:
    """The backup of an office, its settings, and day of receipt and due day of each dossier as it judged them."""

    backup: Path
    environment: dict[str, str]
    due: dict[str, tuple[date, date | None]]


@pytest.fixture(scope="module")
def old(_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OldRelease]:
    folder = tmp_path_factory.mktemp("office")
    with pytest.MonkeyPatch.context() as patch:
        office.enter(patch, folder, _cluster.home)
        empty_warehouse()
        office.write(folder)
        office.run()
        make_backup(folder / "old.backup", settings())
        rows = fetch_all("SELECT code, received_at, due_at FROM judged.verdicts WHERE policy = 'qd766'")
        due = {code: (_day(received), due and _day(due)) for code, received, due in rows}
        yield OldRelease(folder / "old.backup", office.environment(folder, _cluster.home), due)
    forget()


@pytest.fixture
def work() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="motcua-upgrade-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def _day(at: datetime) -> date:
    return at.astimezone(_ZONE).date()


def release(folder: Path, *, calendar: str = "") -> Path:
    """Copy what a release consists of; the calendar of the new one may know further days."""
    for name in RELEASE:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, folder / name)
    with (folder / "config" / "calendar" / "vn.yaml").open("a", encoding="utf-8") as file:
        file.write(calendar)
    return folder


def rehearsal(old: OldRelease, work: Path, *options: str, of: Path = ROOT) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "flows.commands.cli",
        "upgrade",
        "rehearse",
        str(old.backup),
        "--work",
        str(work),
        *options,
    ]
    environment = {**os.environ, **old.environment, "MOTCUA_LANGUAGE": "en"}
    return subprocess.Popen(command, cwd=of, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def said(command: subprocess.Popen[str]) -> str:
    out, wrong = command.communicate(timeout=HANGS)
    assert command.returncode == 0, wrong
    return out


def left(work: Path) -> list[str]:
    """What a rehearsal left: folders, and processes that work in them."""
    processes = [" ".join(one.info["cmdline"] or []) for one in psutil.process_iter(["cmdline"])]
    return [str(path) for path in work.glob("motcua-rehearsal-*")] + [
        one for one in processes if f"{work}/motcua-rehearsal" in one
    ]


def test_what_comes_out_otherwise_is_named_dossier_by_dossier(old: OldRelease, work: Path, tmp_path: Path) -> None:
    lines = tmp_path / "changed.csv"
    told = said(rehearsal(old, work, "--csv", str(lines), of=release(tmp_path / "new", calendar=_ROW)))
    with lines.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["policy"] == "qd766"]
    moved = {row["code"] for row in rows if row["due_at"] != row["due_at_before"]}
    within = {code for code, (received, due) in old.due.items() if due and received < OFF <= due}
    beside = {code for code, (received, due) in old.due.items() if due is None or due < OFF or received > OFF}
    assert within, "the office has dossiers that run over that day"
    assert within <= moved
    assert not moved & beside
    assert f"qd766: {len(rows)} of {len(old.due)} dossiers with another verdict, due date or end." in told
    assert "calendar/vn.yaml" in told, "which file of the configuration is another"
    assert not left(work)


def test_the_same_release_changes_nothing_and_touches_nothing(
    old: OldRelease, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in old.environment.items():
        monkeypatch.setenv(name, value)
    forget()
    before = everything()
    told = said(rehearsal(old, work))
    assert f"qd766: 0 of {len(old.due)} dossiers" in told
    assert "Nothing was installed or changed." in told
    assert everything() == before
    assert not left(work)


def test_what_a_killed_rehearsal_left_goes_with_the_next(old: OldRelease, work: Path) -> None:
    command = rehearsal(old, work)
    wait_for(lambda: list(work.glob("motcua-rehearsal-*/office/cluster/data/postmaster.pid")))
    command.send_signal(signal.SIGKILL)
    command.communicate()
    assert left(work)
    said(rehearsal(old, work))
    assert not left(work)


def test_a_folder_that_is_not_there_is_refused(old: OldRelease, tmp_path: Path) -> None:
    command = rehearsal(old, tmp_path / "nowhere")
    _, wrong = command.communicate(timeout=HANGS)
    assert command.returncode == 2
    assert "there is no such folder" in wrong
