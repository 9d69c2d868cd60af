"""Order of the test files: those that share a server, then the others, and of each the longest first.

So no worker still has a long one when the others are done, and each has its server for as long as it needs one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shared_server import asks_for_it

HERE = Path(__file__).parent

# By time from the first test to the last, waiting included. Between those of one test stand short ones: a worker takes a
# file of a single test together with the next.
LONGEST_FILES = (
    "faults/test_prefect_kill.py",
    "flow/test_runbook.py",
    "flow/test_tour.py",
    "flow/test_no_way_out.py",
    "flow/test_up.py",
    "flow/test_users.py",
    "flow/test_restate.py",
    "faults/test_kill_load.py",
    "faults/test_backup.py",
    "flow/test_server.py",
    "flow/test_refresh.py",
    "house/test_style.py",
    "flow/test_days.py",
    "field/test_displaced_cells.py",
    "faults/test_kill_hands.py",
    "faults/test_replay.py",
    "faults/test_model.py",
    "flow/test_canaries.py",
    "flow/test_places.py",
    "browser/test_page.py",
    "faults/test_broken_database.py",
    "field/test_reused_numbers.py",
)
_PLACES = {HERE / name: place for place, name in enumerate(LONGEST_FILES)}


def longest_first(items: list[pytest.Item]) -> None:
    """Sort in place; within a file, and among files that are not named, the order stays."""
    served = {item.path for item in items if asks_for_it(item)}
    items.sort(key=lambda item: (item.path not in served, _PLACES.get(item.path, len(_PLACES))))
