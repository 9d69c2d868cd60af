"""Runs tests against changed modules: a process that has imported the libraries, and forks for every run.

It reads a line of JSON a run (a list of stages, each a list of arguments of pytest) and answers with a line: the number of the
stage that failed, -1 where all passed.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

import great_expectations  # noqa: F401 - the libraries take most of the time of a start
import hypothesis  # noqa: F401
import numpy  # noqa: F401
import pandas  # noqa: F401
import psycopg2  # noqa: F401
import pyarrow  # noqa: F401
import pydantic  # noqa: F401
import pytest

SECONDS = 600  # of computing: a change that makes a loop endless is caught so, and a busy machine is no such change
QUIET = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", "--tb=no")


def passes(arguments: list[str]) -> bool:
    """Run pytest in a child and tell whether every test passed."""
    child = os.fork()
    if child == 0:
        silent = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silent, stream)
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        os._exit(int(pytest.main([*QUIET, *arguments])))
    _, status = os.waitpid(child, 0)
    return status == 0


def main() -> None:
    """Answer until there are no more lines."""
    sys.path.insert(0, str(Path.cwd()))
    for line in sys.stdin:
        stages = json.loads(line)
        failed = next((number for number, stage in enumerate(stages) if not passes(stage)), -1)
        print(failed, flush=True)


if __name__ == "__main__":
    main()
