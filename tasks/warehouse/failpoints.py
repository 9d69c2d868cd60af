"""Failpoints: named places where a fault test kills the process.

They prove that nothing is lost or doubled. Without ``MOTCUA_KILL_AT`` in the environment a point costs a count.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

from config.settings import kill_point_requested

FAILPOINTS = (
    "pull_planned",  # what a pull asks for is decided, its source was not asked for it
    "window_begun",  # a window is written down as begun, none of its pages came
    "page_landed",  # bytes are in the landing zone, their row in raw.pages is not written
    "page_recorded",  # and its row, with the place where a pull goes on, is committed
    "window_done",  # a window is committed as done, the receipt of its pull is not
    "pull_recorded",  # the pull's receipt and cursor are committed, nothing is loaded
    "locked",  # the load holds its lock and its change number
    "staged",  # rows lie in the temporary stage
    "updated",  # changed rows are updated, new ones not inserted
    "merged",  # one table is merged, others not
    "children_merged",  # events or pauses are merged
    "replaced",  # a set of rows is replaced
    "receipt_landed",  # the receipt of a load is in the landing zone, the load is not committed
    "drift_written",  # what is new in the fields of a source is written, none of its records
    "pages_marked",  # all of a load is written and its pages say so, its receipt is not in the landing zone
    "progressed",  # the step's progress is written
    "ledger_written",  # the ledger row is written
    "before_commit",
    "after_commit",
    "matched",  # matches are computed, not written
    "checked",  # findings are computed, not written
    "judged",  # verdicts are computed, not written
    "measured",  # counts are computed, not written
    "published",  # the publication is written, not committed
    "message_claimed",  # a message is claimed, its channel has not taken it
    "message_sent",  # its channel has taken it, which is not written down
    "page_written",  # the page's new file is complete, the old one still in its place
)

passes: Counter[str] = Counter()  # how often this process went through each point
_known = frozenset(FAILPOINTS)


def failpoint(name: str) -> None:
    """Die here by SIGKILL if ``MOTCUA_KILL_AT`` is ``name:n`` and this is the n-th pass in this process.

    Raises:
        KeyError: the name is not registered, so no test would ever kill there.
    """
    if name not in _known:
        raise KeyError(name)
    passes[name] += 1
    requested = kill_point_requested()
    if requested is None:
        return
    wanted, _, nth = requested.partition(":")
    if wanted == name and passes[name] == int(nth or 1):
        os.kill(os.getpid(), signal.SIGKILL)
