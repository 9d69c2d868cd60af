"""`make nights`: each fault of the night made in earnest, and how the next run comes out of it; written to a page of docs.

Each night has an installation of its own, copied from one that has started once; its disk is a small one in memory, so that
it can be filled.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from config.settings import ROOT
from tasks.warehouse.cluster import Cluster
from tests.faults.place import ended, place_of_its_own, ready
from tests.flow.installation import moved as differing
from tests.nights import beside, cut_off, machine
from tests.nights.night import NIGHTS, Hands, Morning, Night, decided, refresh, told

PAGE = ROOT / "docs" / "nights.md"
PARTS = (cut_off, beside, machine)
_ROOM = "900m"


def main() -> int:
    """Make the nights that are asked for, print a row each; return 1 where one did not end in a good run."""
    asked = argparse.ArgumentParser(prog="make nights", description=__doc__)
    asked.add_argument("--only", choices=sorted(NIGHTS), help="one of them; the page is then not written")
    given = asked.parse_args()
    for name in [name for name in os.environ if name.startswith(("MOTCUA_", "PREFECT_"))]:
        del os.environ[name]
    os.environ["COLUMNS"] = "1000"  # or a sentence is broken into lines
    mornings, right = [], {}
    with template() as prepared:
        chosen = [NIGHTS[given.only]] if given.only else list(NIGHTS.values())
        for each in [NIGHTS["quiet"], *(one for one in chosen if one.name != "quiet")]:
            try:
                morning, found = lived_through(each, prepared, right)
            except Exception:
                traceback.print_exc()
                morning, found = Morning(each, None, [], [], "the night could not be made", {}), {}
            right = right or found
            mornings.append(morning)
            print(row(morning), flush=True)
    if not given.only:
        PAGE.write_text(page(mornings), encoding="utf-8")
    good = sum(is_good(each) for each in mornings)
    print(f"nights: {good} of {len(mornings)} end in a good run with the figures of a quiet night")
    return 0 if good == len(mornings) else 1


@contextmanager
def template() -> Iterator[Path]:
    """Make an installation that has started once and holds nothing: what each night begins with."""
    kept = Path(tempfile.mkdtemp(prefix="motcua-nights-"))
    try:
        with place_of_its_own() as place:
            command = place.command()
            ready(command)
            assert ended(command) == 0
            subprocess.run(["cp", "-a", f"{place.home}/.", str(kept)], check=True)
        yield kept
    finally:
        shutil.rmtree(kept)


@contextmanager
def small_disk() -> Iterator[Path]:
    """Mount a disk of its own where we may, for a night that fills it."""
    folder = Path(tempfile.mkdtemp(prefix="motcua-night-"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_ROOM},mode=0711", "tmpfs", str(folder)], check=False)
    home = folder / "home"
    home.mkdir()
    try:
        if mounted.returncode:
            raise PermissionError("a disk of its own cannot be mounted here; run it as root")
        yield home
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", "--lazy", str(folder)], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def lived_through(each: Night, prepared: Path, right: dict[str, list[Any]]) -> tuple[Morning, dict[str, list[Any]]]:
    """Make a night and the run after it.

    Args:
        each: the night.
        prepared: the installation that it begins with.
        right: figures of a quiet night; empty where this is the quiet one.

    Returns:
        The morning and its figures.
    """
    with small_disk() as home:
        subprocess.run(["cp", "-a", f"{prepared}/.", str(home)], check=True)
        with place_of_its_own(home) as place:
            hands = Hands()
            shown = each.make(place, hands)
            began = time.monotonic()
            again = refresh(place)
            after = told(again)
            seconds = time.monotonic() - began if again.returncode == 0 else None
            found = decided(place)
            Cluster(home).stop()
            return Morning(each, seconds, hands.done, shown, after, differing(right, found) if right else {}), found


def is_good(morning: Morning) -> bool:
    """Tell whether the next run was good and has the figures of a quiet night."""
    return morning.seconds is not None and not morning.moved


def row(morning: Morning) -> str:
    """Write a row of the table."""
    seconds = "never" if morning.seconds is None else f"{morning.seconds:.0f}"
    equal = f"differ: {', '.join(morning.moved)}" if morning.moved else "equal"
    shown = "<br>".join(cell(said) for said in morning.shown) or "nothing: it was killed"
    if morning.night.name == "quiet":
        shown = "-"
    cells = [morning.night.title, seconds, "; ".join(morning.hands) or "none", equal, shown, cell(morning.after)]
    return f"| {' | '.join(cells)} |"


def cell(said: str) -> str:
    """Make a sentence fit for a table."""
    return said.replace("|", "\\|").replace(tempfile.gettempdir(), "…")


def page(mornings: list[Morning]) -> str:
    """Write the page of all nights."""
    memory = psutil.virtual_memory().total / 1e9
    facts = f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}"
    good = sum(is_good(each) for each in mornings)
    head = [
        "fault of the night",
        "seconds until the next good run",
        "hands needed",
        "figures",
        "shown meanwhile",
        "shown by the next run",
    ]
    return "\n".join(
        [
            "# Faults of the night",
            "",
            "Written by `make nights`, which makes each fault in earnest on a small made-up province, starts the next refresh and",
            "waits for nothing in between. Seconds are those of that refresh, its start included; *hands* is what a person had to do",
            "before it; *figures* says whether verdicts, counts, findings and publication are those of a quiet night.",
            "",
            "A run whose database is killed goes on where it can. Where the database died under a page that was being written, it ends",
            'with exit code 6 and "It passes; run it again.": nothing of that page was kept, and the next run is good.',
            "",
            f"{datetime.now(UTC):%Y-%m-%d}, {facts}: {good} of {len(mornings)} end in a good run with the figures of a quiet night.",
            "",
            f"| {' | '.join(head)} |",
            "|" + "---|" * len(head),
            *map(row, mornings),
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
