"""Processes forked from one that has imported everything once: each costs its work, not seconds of imports.

They are processes as any other: with an environment, an output and an end of their own, and killed as such. Tests about
how a command starts, about its command line or its children start Python itself.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path

from config.read_once import forget
from config.settings import ROOT

PROCESSES = multiprocessing.get_context("forkserver")
# What runs import late is named beside what they begin with; not the flows, which choose where they run when they are imported.
PROCESSES.set_forkserver_preload(
    [
        "tests.faults.office",
        "tests.faults.small_desk",
        "flows.commands.runs",
        "flows.runs.stages",
        "prefect_dask",
        "pyarrow.parquet",
        "great_expectations",
        "great_expectations.execution_engine.pandas_execution_engine",
        "great_expectations.render.renderer.page_renderer",
        "great_expectations.render.view.view",
        "great_expectations.validator.validator",
    ]
)


def run_module(
    name: str, *arguments: str, environment: Mapping[str, str], patience: float = 1800.0
) -> subprocess.CompletedProcess[str]:
    """Run a module as ``python -m`` does at the root of the clone, and keep what it says.

    Args:
        name: the module.
        arguments: its command line.
        environment: everything that it finds in its environment.
        patience: seconds until it is killed.
    """
    with tempfile.TemporaryDirectory(prefix="motcua-said-") as folder:
        said = [Path(folder) / stream for stream in ("out", "err")]
        process = PROCESSES.Process(target=_as_main, args=(name, arguments, dict(environment), said))
        process.start()
        process.join(patience)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired([name, *arguments], patience)
        out, err = (path.read_text(encoding="utf-8") for path in said)
        return subprocess.CompletedProcess([name, *arguments], process.exitcode, out, err)


def _as_main(name: str, arguments: tuple[str, ...], environment: dict[str, str], said: list[Path]) -> None:
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    forget()
    for descriptor, path in enumerate(said, start=1):
        with path.open("wb") as stream:
            os.dup2(stream.fileno(), descriptor)
    sys.argv = [name, *arguments]
    code = 0
    try:
        runpy.run_module(name, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    # As an interpreter ends: threads are waited for, then what was registered is done.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)
