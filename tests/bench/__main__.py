"""`make bench`: how fast ours is against what a user would use otherwise, a line each.

python -m tests.bench [--long] [--only NAME]
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from tests.bench.line import LINES, run

NOT_LINES = (
    *("__main__", "days_program", "dlt_program", "line", "many_rows", "pandera_program", "province", "scale_program", "score"),
    "tables",
)


def load_lines() -> None:
    """Import every module of this folder, so that each registers its lines."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem not in NOT_LINES:
            importlib.import_module(f"tests.bench.{path.stem}")


def main() -> int:
    """Measure all lines, those of a module of this folder, or one."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", metavar="NAME", help="measure this line alone, or those of this module: days")
    parser.add_argument("--long", action="store_true", help="measure those that take a good part of an hour, not the others")
    given = parser.parse_args()
    only = given.only
    load_lines()
    lines = {name: entry for name, entry in LINES.items() if only or entry.long == given.long}
    chosen = [entry for name, entry in lines.items() if only in (None, name, entry.measure.__module__.rpartition(".")[2])]
    if not chosen:
        parser.error(f"there is no line {only}; there are {', '.join(LINES)}")
    return run(chosen, "bench")


if __name__ == "__main__":
    raise SystemExit(main())
