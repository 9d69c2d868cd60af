"""Order of statements about one dossier, by the source's own time of modification.

Their place in a file never decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.sources import Source
from tasks.cleaning.columns import Flags, column, series
from tasks.cleaning.timestamps import groups_of, read_timestamps
from tasks.rules.text.codes import fold_codes

Pulled = Mapping[str, datetime]  # when each page was asked for
_NEVER = np.iinfo(np.int64).min
_AHEAD = 86_400_000_000  # microseconds: a clock in another zone may run ahead of ours, no clock by a day


def oldest_first(dossiers: pd.DataFrame, source: Source, pulled: Pulled) -> np.ndarray:
    """Return the places of statements in the order in which they came to hold.

    A later time of modification wins over an earlier one wherever they stand. Equal times follow the order of the pulls,
    then of the pages and rows. A statement without a time, or with one after its own pull, holds from after what had been
    told before it: by earlier pulls; of one pull, by the rows above it where each tells only what changed, else by none.

    Args:
        dossiers: ``Readings.dossiers``, in the order in which they were told.
        source: zone and order of its dates, and whether its statements are partial.
        pulled: when pages were asked for; a page that it does not name came before all others.
    """
    count = len(dossiers)
    pages, page = np.unique(column(dossiers, "page_digest").to_numpy(zero_copy_only=False).astype(str), return_inverse=True)
    asked = np.array([_microseconds(pulled.get(name)) for name in pages.tolist()], dtype=np.int64)[page]
    read = read_timestamps(
        {"modified_at": column(dossiers, "modified_at")}, source, groups_of(dossiers["page_digest"]), Flags(count)
    )
    at = np.asarray(pc.fill_null(read["modified_at"].cast(pa.int64()), _NEVER).to_numpy(zero_copy_only=False))
    at = np.where((asked != _NEVER) & (at > asked + _AHEAD), _NEVER, at)
    told_last = (at != _NEVER) if source.statements == "whole" else np.zeros(count, dtype=bool)
    told = np.lexsort((np.arange(count), told_last, asked))
    codes = pd.factorize(series(fold_codes(column(dossiers, "code"))))[0]
    so_far = pd.Series(at[told]).groupby(codes[told], sort=False).cummax().to_numpy()
    holds = np.empty(count, dtype=np.int64)
    holds[told] = np.where(at[told] == _NEVER, so_far, at[told])
    rank = np.empty(count, dtype=np.int64)
    rank[told] = np.arange(count)
    return np.lexsort((rank, holds))


def _microseconds(moment: datetime | None) -> int:
    return _NEVER if moment is None else int(moment.timestamp() * 1_000_000)
