"""`make mutations`: changes the rules in one place at a time and counts the changes that a legal or unit test catches.

Run by the Python of .venv/mutations, which has cosmic-ray; the tests run in copies of the tree, by that of .venv.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.mutations.places import ROOT, Mutation, drawn

PYTHON = ROOT / ".venv/bin/python"
EQUIVALENT = Path(__file__).parent / "equivalent.yaml"
COPIED = ("config", "schemas", "tasks", "flows", "demo", "tests", "docs", "pyproject.toml", "constraints.txt", "GLOSSARY.md")


@dataclass(frozen=True)
class Outcome:
    """What became of a mutation: which tests caught it, None where it survived; seconds that it took."""

    mutation: Mutation
    caught_by: str | None
    seconds: float


def main() -> int:
    """Draw, try and tell; return 1 where a mutation survived."""
    asked = argparse.ArgumentParser(prog="make mutations", description=__doc__)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--count", type=int, default=50)
    asked.add_argument("--processes", type=int, default=2)
    asked.add_argument("--only", action="append", help="mutations whose place or change contains this text")
    given = asked.parse_args()
    os.nice(10)
    wanted = (each for each in drawn(given.seed) if not given.only or any(word in str(each) for word in given.only))
    chosen, equivalent = sample(wanted, given.count)
    print(f"Seed {given.seed}: {len(chosen)} changes of the rules, each against legal and unit tests.", flush=True)
    with workers(given.processes) as ready:
        outcomes = list(tried(chosen, ready))
    for mutation, reason in equivalent:
        print(f"means the same  {mutation}\n    {reason}")
    survivors = [each.mutation for each in outcomes if each.caught_by is None]
    for mutation in survivors:
        print(f"SURVIVED  {mutation}")
    print(
        f"caught {len(outcomes) - len(survivors)} of {len(outcomes)} (seed {given.seed}, {len(equivalent)} drawn that mean the same)"
    )
    return 1 if survivors else 0


def sample(mutations: Iterator[Mutation], count: int) -> tuple[list[Mutation], list[tuple[Mutation, str]]]:
    """Take so many mutations; those that are known to change no outcome are told apart, with the reason."""
    reasons = {
        (each["path"], each["before"], each["after"]): each["reason"]
        for each in yaml.safe_load(EQUIVALENT.read_text("utf-8")) or ()
    }
    chosen: list[Mutation] = []
    equivalent: list[tuple[Mutation, str]] = []
    while len(chosen) < count and (mutation := next(mutations, None)):
        reason = reasons.get((mutation.path, mutation.before, mutation.after))
        if reason is None:
            chosen.append(mutation)
        else:
            equivalent.append((mutation, reason))
    return chosen, equivalent


def stages_of(mutation: Mutation) -> list[tuple[str, list[str]]]:
    """Return the tests to run, with their name; those first that most often catch a change and are soonest done."""
    module = mutation.path.removesuffix(".py").replace("/", ".")
    package, _, name = module.rpartition(".")
    named = (f"from {module} import", f"from {package} import {name}\n", f"import {module}\n")
    unit = sorted((ROOT / "tests/unit").rglob("test_*.py"))
    near = [str(path.relative_to(ROOT)) for path in unit if any(each in path.read_text("utf-8") for each in named)]
    if ".checks." in module:  # no verdict asks them
        near = sorted({*near, "tests/unit/test_checks.py", "tests/unit/test_checks_columns.py"})
        return [("the checks' tests", near), ("unit tests", ["tests/unit"])]
    first = [("unit tests that name the module", near)] if near else []
    return [("legal tests", ["tests/legal"]), *first, ("unit tests", ["tests/unit"])]


def tried(mutations: list[Mutation], ready: queue.Queue[Worker]) -> Iterator[Outcome]:
    """Try every mutation, as many at once as there are workers; tell each as it ends."""
    done: queue.Queue[Outcome] = queue.Queue()
    waiting = iter(mutations)

    def run(worker: Worker) -> None:
        for mutation in iter_shared(waiting):
            done.put(worker.outcome(mutation))

    threads = [threading.Thread(target=run, args=(ready.get(),)) for _ in range(ready.qsize())]
    for thread in threads:
        thread.start()
    for number in range(1, len(mutations) + 1):
        outcome = done.get()
        by = "SURVIVED" if outcome.caught_by is None else f"caught by {outcome.caught_by}"
        print(f"{number:3} {outcome.seconds:4.0f} s  {outcome.mutation.path}:{outcome.mutation.line}  {by}", flush=True)
        yield outcome
    for thread in threads:
        thread.join()


_LOCK = threading.Lock()


def iter_shared(mutations: Iterator[Mutation]) -> Iterator[Mutation]:
    """Yield what no other thread has taken."""
    while True:
        with _LOCK:
            mutation = next(mutations, None)
        if mutation is None:
            return
        yield mutation


class Worker:
    """A copy of the tree and a process that tests it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
            copy(ROOT / name, folder / name)
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "MOTCUA_HOME": str(folder / "home")}
        program = [str(PYTHON), "-m", "tests.mutations.worker"]
        self.process = subprocess.Popen(
            program, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, stages: list[list[str]]) -> int:
        """Run stages of tests; return the number of the one that failed, -1 where none did."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(stages) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit("The process that runs the tests has ended by itself. Run `make test` and see what fails.")
        return int(answer)

    def outcome(self, mutation: Mutation) -> Outcome:
        """Try one mutation and put the file back."""
        path, begun = self.folder / mutation.path, time.monotonic()
        before = path.read_text("utf-8")
        path.write_text(mutation.source, "utf-8")
        stages = stages_of(mutation)
        try:
            failed = self.ask([arguments for _, arguments in stages])
        finally:
            path.write_text(before, "utf-8")
        return Outcome(mutation, None if failed < 0 else stages[failed][0], time.monotonic() - begun)


@contextmanager
def workers(count: int) -> Iterator[queue.Queue[Worker]]:
    """Make the copies, see that the tests pass in them unchanged, and take everything away at the end."""
    with tempfile.TemporaryDirectory(prefix="motcua-mutations-") as name:
        ready: queue.Queue[Worker] = queue.Queue()
        made = []
        try:
            for number in range(count):
                folder = Path(name) / str(number)
                folder.mkdir()
                made.append(Worker(folder))
                ready.put(made[-1])
            if made[0].ask([["tests/legal", "tests/unit"]]) >= 0:
                raise SystemExit("Legal or unit tests fail without any change. Nothing was tried. Run `make test` first.")
            yield ready
        finally:
            for worker in made:
                worker.process.terminate()
                worker.process.wait()


if __name__ == "__main__":
    sys.exit(main())
