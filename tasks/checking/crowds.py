"""Crowds of ends: whom checks hold against dossiers of which corrections moved the end alone.

A crowd is dossiers of one month that ended together. Where an end moves, its dossier leaves one crowd and enters another; that
these are all whose answers can change spares reading its month whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pandas as pd

from config.checks import load_checks
from schemas.quality import CORRECTABLE
from tasks.rules.checks import BY_END
from tasks.rules.checks.run import always
from tasks.rules.frames import DossierFrames
from tasks.warehouse.batches import Batch
from tasks.warehouse.dossiers import AMONG_FIELDS, Selection, read_months
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.rows import fetch_column
from tasks.warehouse.statements import statements_of

_SQL = statements_of(__file__)
_TOUCHED_HOW = _SQL["touched_how"]
_LEFT_CROWDS = _SQL["left_crowds"]
_NEIGHBOURS = _SQL["neighbours"]
_END = "done_at"
_READ = frozenset(AMONG_FIELDS) & frozenset(CORRECTABLE)
"""Correctable fields that a check reads which holds a dossier against the others of its month."""


def split_touched(source: str, touched: Iterable[str], since: int) -> tuple[list[str], list[str]]:
    """Split touched dossiers by what of them can change the answers of others.

    Args:
        source: their source.
        touched: their codes.
        since: change number after which they were touched.

    Returns:
        Those whose months have to be asked whole, and those of which corrections moved the end alone. Of the others corrections
        touched only what no such check reads.
    """
    some = list(touched)
    if not some or not all(always(check) for check in load_checks().each() if check.id in BY_END):
        return some, []
    given = {"source": source, "codes": some, "since": since, "read": sorted(_READ - {_END}), "end": _END}
    found = dict(fetch_all(_TOUCHED_HOW, given))
    return [code for code in some if found.get(code) == "whole"], [code for code in some if found.get(code) == "end"]


def crowds_of(source: str, moved: list[str], months: Iterable[date]) -> tuple[DossierFrames, list[str]]:
    """Read the crowds that moved ends left and entered.

    Args:
        source: their source.
        moved: dossiers of which corrections moved the end alone since they were asked last.
        months: their months of receipt.

    Returns:
        Frames in which every crowd of the asked dossiers is whole, as :func:`tasks.warehouse.dossiers.read_months` returns them;
        and the codes of the asked ones: the moved, what stood in the crowds that they left, and what stands where they are now.
    """
    batch = Batch(source, tuple(sorted(set(months))))
    left = fetch_column(_LEFT_CROWDS, {"source": source, "codes": moved, "checks": sorted(BY_END)})
    asked = _with_neighbours(batch, {*moved, *left})
    return read_months(batch, Selection(codes=tuple(sorted(_with_neighbours(batch, asked))))), sorted(asked)


def _with_neighbours(batch: Batch, codes: set[str]) -> set[str]:
    """Return dossiers with all that may stand in a crowd with one of them; corrected ones always, wherever their ends lie now."""
    ends = read_months(batch, Selection(codes=tuple(sorted(codes)))).dossiers
    ends = ends[ends[_END].notna().to_numpy(dtype=bool)]
    given: dict[str, Any] = {
        "source": batch.source,
        "months": ends["partition_month"].tolist(),
        "units": [None if pd.isna(unit) else unit for unit in ends["unit_code"]],
        "ends": [each.to_pydatetime() for each in ends[_END]],
        "within": _window(),
        "corrected_months": list(batch.months),
        "fields": [_END, "unit_code"],
    }
    return codes.union(fetch_column(_NEIGHBOURS, given))


def _window() -> timedelta:
    """Return how far apart two ends of a crowd can lie."""
    minutes = [check.parameters.get("window_minutes") for check in load_checks().each() if check.id in BY_END]
    return timedelta(minutes=max((each for each in minutes if isinstance(each, int)), default=0), seconds=1)
