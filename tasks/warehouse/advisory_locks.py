"""Advisory locks of the warehouse: numbers that keep them apart from anybody else's."""

from __future__ import annotations

IN_FLIGHT = 0x6D6F74  # "mot": first half of the locks that show change numbers not committed yet
SUBJECT_SEED = 0x6D6F74637561  # "motcua": seed of the locks on subjects
