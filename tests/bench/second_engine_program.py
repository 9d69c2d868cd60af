"""Verdicts of every dossier of the home that the environment names, judged by the rules as they stand here, as JSON."""

from __future__ import annotations

import json
import sys
from datetime import date

import pandas as pd

from config.policies import load_policies
from tasks.judge import judge_all
from tasks.judging.judged_sources import source_named
from tasks.warehouse.batches import Batch
from tasks.warehouse.dossiers import read_batch
from tasks.warehouse.partitions import every_partition

FACTS = ("state", "timeliness", "due_at", "end_at")


def main(policy: str, as_of: date) -> None:
    """Print source, code, state, timeliness, due date and end of each, times as the office's clock shows them."""
    rows = []
    for partition in every_partition():
        frames, zone = read_batch(Batch.of(partition)), source_named(partition.source).zone
        judged = judge_all(frames, [load_policies()[policy]], partition.source, as_of)
        for source, code, state, timeliness, *times in judged[["source", "code", *FACTS]].itertuples(index=False):
            shown = [None if pd.isna(at) else at.tz_convert(zone).tz_localize(None).isoformat() for at in times]
            rows.append([source, code, state, timeliness, *shown])
    print(json.dumps(rows))


if __name__ == "__main__":
    main(sys.argv[1], date.fromisoformat(sys.argv[2]))
