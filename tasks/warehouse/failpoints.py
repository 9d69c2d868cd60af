"""Failpoints: named places where a fault test kills the process.

They prove that nothing is lost or doubled. Without ``MOTCUA_KILL_AT`` in the environment a point costs a count.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

from config.settings import kill_point_requested

FAILPOINTS = (
    # pull and land
    "pull_begun",  # a pull is written down as begun, nothing of it is decided
    "pull_planned",  # what a pull asks for is decided, its source was not asked for it
    "window_begun",  # a window is written down as begun, none of its pages came
    "page_landed",  # bytes are in the landing zone, their row in raw.pages is not written
    "page_recorded",  # and its row, with the place where a pull goes on, is committed
    "window_done",  # a window is committed as done, the receipt of its pull is not
    "pull_recorded",  # the pull's receipt and cursor are committed, nothing is loaded
    # lock and stage
    "announced",  # the load holds its lock and has announced a change number, which is not drawn
    "locked",  # the load holds its lock and its change number
    "staged",  # rows lie in the temporary stage
    # merge
    "gone_deleted",  # rows that are gone are deleted, those in their place not written
    "updated",  # changed rows are updated, new ones not inserted
    "merged",  # one table is merged, others not
    "children_merged",  # events or pauses are merged
    "parents_told",  # dossiers have a new change number because of their children
    "replaced",  # a set of rows is replaced
    "rejects_kept",  # records that could not be used are kept, their pages not marked
    "drift_written",  # what is new in the fields of a source is written, none of its records
    "pages_marked",  # all of a load is written and its pages say so, its receipt is not in the landing zone
    "receipt_landed",  # the receipt of a load is in the landing zone, the load is not committed
    "sheet_landed",  # rows that a receipt will name are in the landing zone, the receipt is not
    # ledger and commit
    "progressed",  # the step's progress is written
    "ledger_locked",  # the newest row of the ledger is read and held, the next one not written
    "ledger_written",  # the ledger row is written
    "before_commit",
    "after_commit",
    # match, check, judge, measure
    "matched",  # matches are computed, not written
    "checked",  # findings are computed, not written
    "judged",  # verdicts are computed, not written
    "verdicts_merged",  # verdicts are written, the proposals that follow from them not
    "measured",  # counts are computed, not written
    # publish and seal
    "versions_kept",  # the verdicts that a publication rests on are noted, its figures not
    "state_noted",  # the state of a publication is written, not what it says
    "figures_stored",  # what a publication says is written, not told in a receipt
    "publication_told",  # its receipt is in the landing zone, it is not sealed
    "part_sealed",  # one table of a publication is sealed, others not
    "published",  # the publication is written, not committed
    "page_written",  # the page's new file is complete, the old one still in its place
    # open data
    "release_kept",  # a release is committed, and its complete file does not have its name
    # retention
    "page_purged",  # the landing zone says that a page was purged, its row does not
    # packages and corrections
    "packages_recorded",  # what agencies are asked is committed, no workbook is written
    "lines_examined",  # the lines of a file are accepted or refused, none is written
    "corrections_merged",  # its corrections are written, not committed
    "events_written",  # what is to be told of them is written, not committed
    "corrections_kept",  # they are committed, the answer to the file is not written
    "answer_taken",  # a file of the landing folder is taken in and answered, and still lies there
    "corrections_undone",  # corrections are taken back, not committed
    # notification
    "message_claimed",  # a message is claimed, its channel has not taken it
    "message_sent",  # its channel has taken it, which is not written down
    # backup
    "backup_rows_written",  # the rows of a backup are written, its landing files not
    "backup_drafted",  # a backup is complete, and does not have its name
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
