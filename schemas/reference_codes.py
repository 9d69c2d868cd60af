"""Codes of reference series: which series are kept, and in what their values are measured.

Apart from their table, so that the arguments of a command name them without SQLAlchemy.
"""

from __future__ import annotations

SERIES = ("par_index", "sipas", "papi", "pci", "target")
SERIES_MEASURES = ("percent", "points", "rank")
