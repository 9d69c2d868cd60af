"""Kill points by the run that passes them: every registered point stands in one row, and a test kills at each."""

from __future__ import annotations

from tasks.warehouse.failpoints import FAILPOINTS

PUBLISHING = (
    *("versions_kept", "state_noted", "figures_stored", "publication_told", "part_sealed", "published"),
    *("page_written", "sheet_landed"),
)
"""Of a daily run that publishes; ``sheet_landed`` by one that does not, too, but less often."""
FIRST_ONLY = ("replaced", "rejects_kept")
"""Of a first load alone: what it brings does not come again."""
DELIVERING = ("message_claimed", "message_sent")
"""Of whoever delivers messages."""
PURGING = ("page_purged",)
"""Of whoever purges landing files."""
RELEASING = ("release_kept",)
"""Of whoever releases open data."""
BY_HAND = {
    "correct": ("lines_examined", "corrections_merged", "events_written", "corrections_kept"),
    "take_back": ("corrections_undone",),
    "take_folder": ("answer_taken",),
    "make_all": ("packages_recorded",),
    "back_up": ("backup_rows_written", "backup_drafted"),
}
"""Of what people start: steps of the small desk."""
ELSEWHERE = {*FIRST_ONLY, *DELIVERING, *PURGING, *RELEASING, *(point for points in BY_HAND.values() for point in points)}
DAILY = tuple(point for point in FAILPOINTS if point not in ELSEWHERE)
"""Of every daily run, a second one that changes what is there."""
