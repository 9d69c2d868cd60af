"""Patience of the tests: what is only slow is waited for, and only what hangs fails by the clock.

How long a start, a run or an answer takes says how busy the machine is; where time is the subject, a test says so itself.
"""

from __future__ import annotations

import time
from typing import Any

HANGS = 600.0  # seconds


def wait_for(true: Any, patience: float = HANGS, every: float = 0.2, seen: Any = None) -> Any:
    """Return what a question answers as soon as it is true; a question that cannot be asked yet is not true.

    Args:
        true: the question.
        patience: seconds.
        every: seconds between two times that it is asked.
        seen: what tells how things stand where it never becomes true.
    """
    until = time.monotonic() + patience
    problem: object = None
    while time.monotonic() < until:
        try:
            if answer := true():
                return answer
        except Exception as error:
            problem = error
        time.sleep(every)
    raise AssertionError(f"not within {patience:g} s; last problem: {problem!r}; seen: {seen() if seen else None}")
