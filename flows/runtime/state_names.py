"""Names of the states that a run ends in, and the colour of each.

Prefect colours and counts by the type of a state, events and automations go by its name (decision 0020). No Prefect here:
commands import it late.
"""

from __future__ import annotations

WARNED = "CompletedWithWarnings"
"""Green: every source was heard and figures are published; there is something to look at."""
SOURCE_FAILED = "PublishedWithFailures"
"""Red: figures are published without the news of a source that failed."""
NOT_PUBLISHED = "NotPublished"
"""Red: a gate failed, or the day has no news; readers see the publication before."""
ENDED_IN_ERROR = "Failed"
"""Red: an error ended the run, or a step of one that publishes nothing failed."""
NOT_DECIDED = "NotDecided"
"""Green: nobody decided about corrections that wait; nothing changed and they are asked again."""
COMPLETED = "Completed"
"""Green: all was done."""
PUBLISHED = (COMPLETED, WARNED, SOURCE_FAILED)
"""A run that ended so has published what there was."""
ENDED = (*PUBLISHED, NOT_DECIDED, NOT_PUBLISHED, ENDED_IN_ERROR, "Cancelled", "Crashed")
"""Every name of a run that is over."""
