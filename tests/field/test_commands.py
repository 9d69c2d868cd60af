"""Commands: a name that nothing bears is an error that names what there is, and files are whole whoever stops reading the screen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.lookup import look_up
from config.settings import ROOT, settings
from flows.commands.cli import main
from flows.commands.lists import show
from flows.commands.quality import cleaned
from flows.commands.status import comparison, dossiers, rejected, tickets, windows
from flows.runs.names import unit_named
from tasks.warehouse.engine import fetch_all
from tests.field.test_silence import LONG, OPEN, judge, office, read, tell
from tests.patience import HANGS

__all__ = ["office"]


@pytest.fixture
def judged(office: Path) -> Path:
    tell(office, OPEN, LONG)
    read()
    judge()
    return office


@pytest.mark.usefixtures("judged")
def test_a_name_that_nothing_bears_is_an_error_that_names_what_there_is() -> None:
    for ask, says in (
        (lambda: dossiers("late", "qd767"), "qd766"),
        (lambda: tickets("qd767"), "qd766"),
        (lambda: show("too-good", "qd767", None), "qd766"),
        (lambda: comparison("qd766", "qd767"), "bieu06"),
        (lambda: windows("dask"), "catalogue, desk"),
        (lambda: rejected("dask", 5), "catalogue, desk"),
        (lambda: cleaned("dask", None, None), "catalogue, desk"),
        (lambda: cleaned(None, "date-order", None), "date_order"),
        (lambda: unit_named("H99.99"), "H99.12"),
    ):
        with pytest.raises(ConfigError, match="there is no ") as told:
            ask()
        assert says in str(told.value)


@pytest.mark.usefixtures("judged")
def test_a_policy_that_was_not_judged_says_so() -> None:
    with pytest.raises(ConfigError, match="is judged on request only"):
        dossiers("late", "opencps")
    assert fetch_all("SELECT count(*) FROM judged.verdicts WHERE policy = 'opencps'") == [(0,)]


def test_of_many_names_the_most_alike_are_told() -> None:
    with pytest.raises(ConfigError, match=r"H99\.177,") as told:
        look_up("agency", "H99.1777", {f"H99.{number}": None for number in range(400)})
    assert "400 in all" in str(told.value)
    assert len(str(told.value)) < 300


def test_a_file_is_written_whoever_stops_reading_the_screen(judged: Path, tmp_path: Path) -> None:
    csv = tmp_path / "late.csv"
    reader, writer = os.pipe()
    os.close(reader)  # nobody reads a single line
    environment = {**os.environ, "MOTCUA_SOURCES_DIR": str(settings().sources_dir), "MOTCUA_HOME": str(settings().home)}
    command = [sys.executable, "-m", "flows.commands.cli", "list", "late", "--csv", str(csv)]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=HANGS)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")
    assert "H99.12-260303-0001" in csv.read_text(encoding="utf-8-sig")
    assert judged.exists()


def test_what_a_command_without_its_file_needs_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    with pytest.raises(SystemExit) as left:
        main(["checks", "try"])
    assert left.value.code == 2
    assert "needs the FILE" in capsys.readouterr().err
