"""Processes forked from one that has imported everything once: each costs its work, not seconds of imports.

They are processes as any other: with an environment, an output and an end of their own, and killed as such. Tests about
how a command starts, about its command line or its children start Python itself.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import IO

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
        process = PROCESSES.Process(target=_into_files, args=(name, arguments, dict(environment), said))
        process.start()
        process.join(patience)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired([name, *arguments], patience)
        out, err = (path.read_text(encoding="utf-8") for path in said)
        return subprocess.CompletedProcess([name, *arguments], process.exitcode, out, err)


@dataclass
class ForkedProcess:
    """A forked process as ``subprocess.Popen`` has one that was started: with pipes, told and killed by its number.

    Attributes:
        returncode: its exit code, the negative number of the signal where one ended it; None while nobody has waited for it.
    """

    process: BaseProcess
    stdin: IO[str]
    stdout: IO[str]
    stderr: IO[str]
    returncode: int | None = None

    @property
    def pid(self) -> int:
        """Its number."""
        assert self.process.pid is not None
        return self.process.pid

    def poll(self) -> int | None:
        """Return its exit code, or None while it runs."""
        self.returncode = self.process.exitcode
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it ends at this moment
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it by force."""
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Close its input, wait for its end, and return what it had said on both streams.

        Args:
            timeout: seconds; None waits for ever.

        Raises:
            TimeoutExpired: it goes on.
        """
        if self.stdin.closed:
            return "", ""
        with suppress(BrokenPipeError):
            self.stdin.close()
        said = ["", ""]

        def read(place: int, stream: IO[str]) -> None:
            with stream:
                said[place] = stream.read()

        readers = [threading.Thread(target=read, args=one, daemon=True) for one in enumerate((self.stdout, self.stderr))]
        for reader in readers:
            reader.start()
        self.process.join(timeout)
        if self.poll() is None:
            raise subprocess.TimeoutExpired(str(self.process), timeout or 0.0)
        for reader in readers:
            reader.join(timeout)
        return said[0], said[1]


def start_forked(target: Callable[..., object], *arguments: object, environment: Mapping[str, str]) -> ForkedProcess:
    """Start a function as a command of its own, beside this process, with pipes for its input and its output.

    Args:
        target: what it does; a whole module by ``as_main`` and its name and command line.
        arguments: of the function.
        environment: everything that it finds in its environment.
    """
    theirs, ours = zip(PROCESSES.Pipe(duplex=False), *(PROCESSES.Pipe(duplex=False)[::-1] for _ in range(2)), strict=True)
    process = PROCESSES.Process(target=_with_pipes, args=(target, arguments, dict(environment), theirs))
    process.start()
    for pipe in theirs:
        pipe.close()
    streams = [os.fdopen(os.dup(pipe.fileno()), mode, encoding="utf-8") for pipe, mode in zip(ours, "wrr", strict=True)]
    for pipe in ours:
        pipe.close()
    return ForkedProcess(process, *streams)


def _with_pipes(
    target: Callable[..., object], arguments: tuple[object, ...], environment: dict[str, str], pipes: tuple[Connection, ...]
) -> None:
    for descriptor, pipe in enumerate(pipes):
        os.dup2(pipe.fileno(), descriptor)
        pipe.close()
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)  # that of a process of multiprocessing is empty
    # It takes the end of its terminal as a command that is started there does, also where the tests run under nohup.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    _as_command(lambda: target(*arguments), environment)


def as_main(name: str, *arguments: str) -> None:
    """Do what ``python -m`` does with a module and its command line."""
    sys.argv = [name, *arguments]
    runpy.run_module(name, run_name="__main__", alter_sys=True)


def _into_files(name: str, arguments: tuple[str, ...], environment: dict[str, str], said: list[Path]) -> None:
    for descriptor, path in enumerate(said, start=1):
        with path.open("wb") as stream:
            os.dup2(stream.fileno(), descriptor)
    _as_command(lambda: as_main(name, *arguments), environment)


def _as_command(work: Callable[[], object], environment: dict[str, str]) -> None:
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    forget()
    code = 0
    try:
        work()
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
