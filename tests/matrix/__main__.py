"""`make faults`: faults of every kind of the matrix, a row each, from a seed that makes them again.

python -m tests.matrix [--only NAME] [--seed N] [--count N]
"""

from __future__ import annotations

import argparse
import os
import sys

from tests.matrix import configurations, days, files, hand_kills, kills, records, sequences
from tests.matrix.row import HEADINGS, ROWS, Outcome

PARTS = (records, files, configurations, kills, hand_kills, sequences, days)
_WIDTHS = (16, *[10] * (len(HEADINGS) - 1))


def main() -> int:
    """Make the faults that are asked for and print the table; return 1 where one did not end as it has to."""
    asked = argparse.ArgumentParser(prog="make faults", description=__doc__)
    asked.add_argument("--only", choices=sorted(ROWS), help="one row")
    asked.add_argument("--seed", type=int, default=1, help="the same number makes the same faults")
    asked.add_argument("--count", type=int, help="how many faults a row makes; each has its own number")
    given = asked.parse_args()
    for name in [name for name in os.environ if name.startswith(("MOTCUA_", "PREFECT_"))]:
        del os.environ[name]
    print(_line(HEADINGS), flush=True)
    outcomes = [_made(name, given.seed, given.count) for name in ([given.only] if given.only else ROWS)]
    injected, good = sum(one.injected for one in outcomes), sum(one.is_good for one in outcomes)
    print(f"faults: {injected} injected, {good} of {len(outcomes)} rows without a loss; seed {given.seed} makes the same again")
    return 0 if good == len(outcomes) else 1


def _made(name: str, seed: int, count: int | None) -> Outcome:
    found = ROWS[name].run(seed, count)
    cells = (found.injected, found.lost, found.twice, found.leaked, found.recovered, f"{found.seconds:.0f}", seed)
    print(_line((name, *map(str, cells))), flush=True)
    became = ", ".join(f"{kind} {number}" for kind, number in sorted(found.became.items()))
    print(f"    {became}; the slowest {found.slowest:.2f} s", flush=True)
    for told in found.told:
        print(f"    {told}", flush=True)
    return found


def _line(cells: tuple[str, ...]) -> str:
    return "".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


if __name__ == "__main__":
    sys.exit(main())
