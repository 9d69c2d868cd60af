"""Facts that a right reading of the real files must give (the table of the folder's README)."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from config.settings import ROOT
from config.sources import Source, load_source
from schemas.reference import UNITS
from tasks.loading.cleaned_pages import Cleaned, clean
from tasks.preview.clock_diagnosis import diagnose
from tasks.rules.clock.limit_texts import parse_limit
from tasks.rules.dates.times import days, local_times
from tasks.sources.adapters import adapter_for
from tasks.sources.pages import read_page
from tasks.sources.parsed_records import ParsedRecords, concatenated
from tasks.sources.protocol import Window

Fact = tuple[str, Any, Any]
EXAMPLES = ROOT / "config" / "sources"
_KEY = b"key of a run on public data only"
# What the 462 texts of the procedure list say, counted by their readers (README of the data).
LIMIT_CLASSES = {"working_day": 176, "calendar_day": 186, "hour": 44, "none": 39, "unsettled": 17}
# Unit, shorter and longer end of the texts that are hard to read, as stated beside them.
HARD_TEXTS = {
    "05 - 10 ngày làm việc": ("working_day", 5.0, 10.0),
    "17 ngày (khu vực thường) / 27 ngày (vùng khó khăn)": ("unsettled", None, None),
    "8 ngày làm việc (Không tính 30 ngày niêm yết)": ("working_day", 8.0, 8.0),
    "Trong ngày làm việc": ("same_day", None, None),
    "Không quy định": ("none", None, None),
}


def read(name: str, folder: Path, pattern: str | None = None) -> tuple[Source, Cleaned]:
    """Read a folder as an example source file says, through its adapter; nothing but the folder is changed."""
    source = _source(name, folder, pattern)
    return source, clean(_readings(source), source, UNITS.frame(), _KEY)


def _readings(source: Source) -> ParsedRecords:
    return concatenated([read_page(page.body, page.media_type, source) for page in adapter_for(source).pages(Window())])


def _source(name: str, folder: Path, pattern: str | None = None) -> Source:
    source = load_source(EXAMPLES / f"example-{name}.yaml")
    assert source.files is not None
    changes = {"folder": str(folder)} | ({"pattern": pattern} if pattern else {})
    return source.model_copy(update={"files": source.files.model_copy(update=changes)})


def facts(data_dir: Path) -> list[Fact]:
    """Return name, expected and got of every fact.

    Args:
        data_dir: folder with ``receipt``, ``boston311``, ``nyc311`` and ``tthc``.
    """
    found: list[Fact] = []
    for part in (_receipt, _boston_2016, _boston_closed, _boston_diagnosis, _boston_small, _new_york, _procedures):
        found += part(data_dir)
    return found


def times(source: Source, dossiers: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return receipt, due date and end in the source's wall-clock time."""
    return {name: local_times(dossiers[name], source.zone) for name in ("received_at", "due_at", "done_at")}


def flagged_late(dossiers: pd.DataFrame) -> np.ndarray:
    """Tell which dossiers the source itself flags as late."""
    return (dossiers["source_flag"] == "late").fillna(False).to_numpy(dtype=bool)


def _receipt(data_dir: Path) -> Iterator[Fact]:
    source, cleaned = read("receipt", data_dir / "receipt")
    local = times(source, cleaned.dossiers)
    received, due, done = local["received_at"], local["due_at"], local["done_at"]
    finished, early_end = ~np.isnat(done), done < received
    yield "receipt: events", 8577, len(cleaned.events)
    yield "receipt: dossiers", 1434, len(cleaned.dossiers)
    yield "receipt: finished", 1329, int((cleaned.dossiers["status"] == 9).sum())
    yield "receipt: open", 105, int((cleaned.dossiers["status"] == 4).sum())
    yield "receipt: late by local date", 309, int((days(done) > days(due)).sum())
    yield "receipt: late by instant", 377, int((done > due).sum())
    yield (
        "receipt: open past their deadline on 2012-01-24",
        39,
        int((~finished & (days(due) < np.datetime64("2012-01-24"))).sum()),
    )
    yield "receipt: ended before they began", 2, int(early_end.sum())
    gaps = sorted({int(gap) for gap in (received - done)[early_end] // np.timedelta64(1, "m")})
    yield "receipt: minutes by which they did", [66], gaps
    yield "receipt: rejected", 0, len(cleaned.rejected)
    yield "receipt: rows with a mark", 0, int(cleaned.dossiers["marks"].notna().sum())


def _boston_2016(data_dir: Path) -> Iterator[Fact]:
    source, cleaned = read("boston311-2016", data_dir / "boston311")
    local, late = times(source, cleaned.dossiers), flagged_late(cleaned.dossiers)
    ended = ~np.isnat(local["done_at"])
    yield "boston 2016: requests", 7494, len(cleaned.dossiers)
    yield "boston 2016: flagged overdue", 659, int(late.sum())
    yield "boston 2016: closed late", 103, int((ended & (local["done_at"] > local["due_at"])).sum())
    yield "boston 2016: open past target", 556, int((late & ~ended).sum())
    yield "boston 2016: open", 2134, int((~ended).sum())
    yield "boston 2016: without target", 3011, int(np.isnat(local["due_at"]).sum())
    yield "boston 2016: closed before opened", 5, int((local["done_at"] < local["received_at"]).sum())


def _boston_closed(data_dir: Path) -> Iterator[Fact]:
    source, cleaned = read("boston311-closed", data_dir / "boston311")
    local, late = times(source, cleaned.dossiers), flagged_late(cleaned.dossiers)
    flagged = cleaned.dossiers["source_flag"].notna().to_numpy(dtype=bool)
    target = ~np.isnat(local["due_at"])
    both = target & flagged
    on_time = flagged & ~late
    yield "boston closed: requests", 4995, len(cleaned.dossiers)
    yield "boston closed: rows with target and flag", 4283, int(both.sum())
    yield (
        "boston closed: flag agrees with closed > target",
        4283,
        int(((local["done_at"] > local["due_at"]) == late)[both].sum()),
    )
    yield "boston closed: without target", 711, int((~target).sum())
    yield "boston closed: on-time rate by the city's rule", 90.51, round(100 * on_time.sum() / flagged.sum(), 2)
    yield "boston closed: on-time rate of those with target", 88.91, round(100 * (on_time & target).sum() / target.sum(), 2)


def _boston_diagnosis(data_dir: Path) -> Iterator[Fact]:
    source = _source("boston311-closed", data_dir / "boston311")
    found = diagnose(source)
    clock = found.clocks["done_at"]
    yield "boston closed: hours by which its words are later", {4: 2178, 5: 975}, {m // 60: n for m, n in clock.gaps.items()}
    yield "boston closed: words that are right in UTC", 3153, clock.as_utc
    yield (
        "boston closed: years whose days off it did not know",
        [2018, 2022],
        [y.year for y in found.days_off if y.unknown_to_source],
    )
    known = [year.year for year in found.days_off if year.kept and not year.ignored + year.on_days_off]
    yield (
        "boston closed: years whose days off it kept without exception",
        [2015, 2016, 2017, 2019, 2020, 2021, 2023, 2024],
        known,
    )


def _boston_small(data_dir: Path) -> Iterator[Fact]:
    source, cleaned = read("boston311-dmy", data_dir / "boston311")
    received = times(source, cleaned.dossiers)["received_at"]
    yield (
        "boston dmy: all dates read day first, in January 2022",
        100,
        int((received.astype("datetime64[M]") == np.datetime64("2022-01")).sum()),
    )
    yield "boston dmy: rows with a mark", 0, int(cleaned.dossiers["marks"].notna().sum())
    _, cleaned = read("boston311-repeated", data_dir / "boston311")
    yield "boston repeated: requests", 80, len(cleaned.dossiers)
    yield "boston repeated: marked as repeated", 20, int((cleaned.dossiers["marks"] == "duplicate_record").sum())


def _new_york(data_dir: Path) -> Iterator[Fact]:
    source, cleaned = read("nyc311", data_dir / "nyc311")
    received = times(source, cleaned.dossiers)["received_at"]
    yield "new york: requests", 999, len(cleaned.dossiers)
    yield "new york: dates that parse", 999, int((~np.isnat(received)).sum())
    yield "new york: rows with a mark", 0, int(cleaned.dossiers["marks"].notna().sum())
    yield (
        "new york: hours of the afternoon are there",
        True,
        bool((received.astype("datetime64[h]").astype(int) % 24 > 12).any()),
    )


def _procedures(data_dir: Path) -> Iterator[Fact]:
    _, cleaned = read("procedures", data_dir / "tthc", "procedures_207.csv")
    yield "procedures: codes accepted", 207, cleaned.procedures["procedure_code"].nunique()
    yield "procedures: rejected", 0, len(cleaned.rejected)
    told = _readings(_source("procedures", data_dir / "tthc", "procedures_207.csv")).procedures
    texts = (pa.array(told[name]).to_pylist() for name in ("limit_text", "limit_unit_text"))
    units = Counter(parse_limit(*row).unit for row in zip(*texts, strict=True))
    for unit, count in LIMIT_CLASSES.items():
        yield f"procedures: limits in the class {unit}", count, units[unit]
    with (data_dir / "tthc" / "hard_texts.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            limit = parse_limit(row["text"])
            yield (
                f"procedures: the hard text {row['text']!r}",
                HARD_TEXTS.get(row["text"]),
                (limit.unit, limit.shortest, limit.amount),
            )


def told(found: list[Fact]) -> list[str]:
    """Say each fact in a line: what a right reading gives, and what ours gave."""
    return [
        f"{'ok    ' if expected == got else 'MISSED'} {name}: {expected if expected == got else f'{expected} expected, {got} got'}"
        for name, expected, got in found
    ]


def main() -> int:
    """Print every fact of the folder named by REAL_DATA; 1 if one is missed."""
    found = facts(Path(os.environ["REAL_DATA"]))
    print("\n".join(told(found)))  # noqa: T201
    return int(any(expected != got for _, expected, got in found))


if __name__ == "__main__":
    raise SystemExit(main())
