"""Messages are masked whatever folder a program starts in and whichever handlers it has; where they would not be, nothing starts."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from config.errors import ConfigError, SourceError
from flows.runtime import logging_file
from flows.runtime.environment import child_environment, client_environment
from flows.runtime.logging_filter import MaskedRecord, install
from flows.runtime.session import _QUIET
from tasks.runtime.safe_errors import with_safe_errors
from tests.patience import HANGS

SAID = "file Nguyễn Văn An.csv of 0912 345 678"
HELD = ("Nguyễn", "0912", "345")


def test_a_record_is_masked_where_it_is_made(caplog: pytest.LogCaptureFixture) -> None:
    install()
    assert logging.getLogRecordFactory() is MaskedRecord
    logging.getLogger("anybody").warning("file %s.csv of %s", "Nguyễn Văn An", "0912 345 678")
    assert caplog.records[-1].getMessage() == "file ***.csv of ***"
    logging.getLogger("anybody").warning("%s has %d rows", "province", 12)
    assert caplog.records[-1].args == ("province", 12)


def test_programs_search_no_modules_in_the_folder_they_start_in(tmp_path: Path) -> None:
    for name in ("tasks.py", "flows.py", "config.py"):
        (tmp_path / name).write_text("raise SystemExit(99)\n")
    block = child_environment(client_environment(tmp_path / "home", 4999, "a:b"))
    assert block["PYTHONSAFEPATH"] == "1"
    program = f"import logging, flows; logging.basicConfig(); logging.getLogger('x').warning({SAID!r})"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=block, capture_output=True, text=True, check=True)
    assert "file ***.csv of ***" in done.stderr
    command = [sys.executable, "-P", "-m", "flows.runtime.masked_prefect", "version"]
    done = subprocess.run(command, cwd=tmp_path, env=block, capture_output=True, text=True, timeout=HANGS, check=False)
    assert done.returncode == 0, done.stderr


def test_the_set_up_is_written_anew_where_somebody_took_or_changed_it(tmp_path: Path) -> None:
    block = client_environment(tmp_path, 4999, "a:b")
    place = Path(block["PREFECT_LOGGING_SETTINGS_PATH"])
    child_environment(block)
    place.write_text("version: 1\n")
    child_environment(block)
    assert place.read_text(encoding="utf-8") == logging_file.CONTENT
    handlers = yaml.safe_load(logging_file.CONTENT)["handlers"]
    assert [one["filters"] for one in handlers.values()] == [["masking"]] * 3


def test_a_command_that_speaks_for_itself_has_prefects_machinery_silent(tmp_path: Path) -> None:
    block = child_environment(client_environment(tmp_path, 4999, "a:b"))
    program = "import logging, prefect.main; logging.getLogger('prefect._internal.concurrency').error('a service failed')"
    said = []
    for environment in (block, block | _QUIET):
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=HANGS, check=True)
        said.append("a service failed" in done.stderr)
    assert said == [True, False], "a worker's log has it, an operator's terminal has not"


def test_a_set_up_that_cannot_be_written_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "prefect").write_text("a file where the folder belongs")
    with pytest.raises(ConfigError, match="cannot be written") as refused:
        child_environment(client_environment(tmp_path, 4999, "a:b"))
    assert "masked" in str(refused.value)


def test_an_error_of_ours_leaves_a_step_masked() -> None:
    @with_safe_errors
    def step() -> None:
        raise SourceError("books", f"the {SAID} cannot be read")

    with pytest.raises(SourceError) as raised:
        step()
    assert not any(word in str(raised.value) for word in HELD)
