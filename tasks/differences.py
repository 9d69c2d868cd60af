"""Differences between two systems: their dossiers compared, and why their totals differ."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.errors import ConfigError
from config.language import Bilingual
from config.settings import settings
from config.sources import Source
from schemas.differences import DIFFERENCES
from schemas.dossiers import DOSSIERS, EVENTS, MATCHES, PAUSES
from schemas.reference import PROCEDURES, UNITS
from tasks.judging.judged_sources import source_named
from tasks.recovery.run_history import keep_whole
from tasks.rules.arrays import Mask
from tasks.rules.dates.times import end_of_day
from tasks.rules.frames import DossierFrames
from tasks.rules.linkage.duplicates import Pairs
from tasks.rules.sources.differences import System, compare
from tasks.rules.verdict.ends import NOT_RECEIVED
from tasks.rules.verdict.facts import facts_of
from tasks.rules.verdict.recorded import LATE, recorded_of
from tasks.runtime.safe_errors import with_safe_errors
from tasks.runtime.step_result import StepResult
from tasks.warehouse.engine import read_frame
from tasks.warehouse.load import load

_DOSSIERS = f"SELECT {', '.join(DOSSIERS.columns)} FROM core.dossiers WHERE source = %(source)s ORDER BY code"
_LINKS = """
    SELECT source, code, other_source, other_code FROM core.matches
    WHERE source = ANY(%(both)s) AND other_source = ANY(%(both)s)
"""
# What the published figures count as recorded late.
_LATE = """
    SELECT code, recorded_timeliness = 'late' AND recorded_state NOT IN ('not_received', 'deleted') AS late FROM judged.verdicts
    WHERE source = %(source)s AND policy = %(policy)s
"""


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="differences-{left}-{right}")
@with_safe_errors
def differences(left: str, right: str, as_of: date, shared: bool = False) -> StepResult:
    """Compare two systems; see :func:`find_differences`."""
    return find_differences(left, right, as_of, shared=shared)


def find_differences(left: str, right: str, as_of: date, *, shared: bool = False) -> StepResult:
    """Compare two systems dossier by dossier and keep the result in ``quality.differences``.

    Late is what the system itself states: as in the last judgement where its dossiers are judged, else by the
    rule in its file.

    Args:
        left: source that is compared.
        right: source that it is compared with.
        as_of: day at whose end open dossiers of a source that is not judged are late or not.
        shared: leave out dossiers whose procedure the other system never had: land software knows no passports.

    Raises:
        ConfigError: a source has no file, is a directory, or is both.
        WarehouseError: nothing was written.
    """
    sources = [_comparable(name) for name in (left, right)]
    if left == right:
        raise ConfigError(
            "motcua differences",
            Bilingual(f"{left} được nêu hai lần", f"{left} is named twice"),
            Bilingual("hai nguồn", "two sources"),
        )
    systems = [_system(source, as_of) for source in sources]
    found = compare(systems[0], systems[1], _links({left: systems[0].rows, right: systems[1].rows}))
    if shared:
        found = found[_shared(found, systems)]
    frame = DIFFERENCES.conform(found.assign(left_source=left, right_source=right, as_of=as_of))
    with load("differences", f"{left}/{right}") as current:
        merged = current.replace(DIFFERENCES, frame, {"left_source": left, "right_source": right})
        if merged.inserted or merged.updated or merged.deleted:
            keep_whole(current, f"differences/{left}-{right}", DIFFERENCES, frame)
    return StepResult("differences", f"{left}/{right}", len(frame), merged.inserted, merged.updated, merged.unchanged)


def _comparable(name: str) -> Source:
    source = source_named(name)
    if source.is_reference:
        raise ConfigError(
            Bilingual(f"nguồn {name}", f"source {name}"),
            Bilingual("là nguồn danh mục, không có hồ sơ", "is a directory and holds no dossiers"),
            Bilingual("nguồn có vai trò primary hoặc evidence", "a source of role primary or evidence"),
        )
    return source


def _system(source: Source, as_of: date) -> System:
    rows = read_frame(_DOSSIERS, {"source": source.name}, DOSSIERS)
    late = _late_by_its_own_rule(rows, source, as_of)
    dtypes = {"code": DOSSIERS.dtypes["code"], "late": DOSSIERS.dtypes["is_migrated"]}
    judged = read_frame(_LATE, {"source": source.name, "policy": settings().policy}, dtypes)
    places = pd.Index(rows["code"]).get_indexer(pd.Index(judged["code"]))
    known = places >= 0
    late[places[known]] = judged["late"].to_numpy(dtype=bool)[known]
    return System(rows, late, source.zone)


def _late_by_its_own_rule(rows: pd.DataFrame, source: Source, as_of: date) -> Mask:
    evidence = DOSSIERS.frame().assign(other_source=MATCHES.frame()["other_source"], other_code=MATCHES.frame()["other_code"])
    frames = DossierFrames(rows, EVENTS.frame(), PAUSES.frame(), evidence, PROCEDURES.frame(), UNITS.frame())
    recorded = recorded_of(facts_of(frames, source.zone), source.recorded, end_of_day(as_of))
    return np.asarray((recorded.timeliness == LATE) & (recorded.state != NOT_RECEIVED))


def _links(rows: Mapping[str, pd.DataFrame]) -> Pairs:
    """Return the matches within and between two systems, by place: the left one's rows, then the right one's."""
    names = ("source", "code", "other_source", "other_code")
    found = read_frame(_LINKS, {"both": list(rows)}, {name: MATCHES.dtypes[name] for name in names})
    ends = [np.full(len(found), -1, dtype=np.int64) for _ in range(2)]
    start = 0
    for source, frame in rows.items():
        index = pd.Index(frame["code"])
        for end, (system, code) in zip(ends, (names[:2], names[2:]), strict=True):
            mine = (found[system] == source).to_numpy(dtype=bool)
            places = index.get_indexer(pd.Index(found.loc[mine, code]))
            end[mine] = np.where(places >= 0, places + start, -1)
        start += len(frame)
    known = (ends[0] >= 0) & (ends[1] >= 0)
    return Pairs.of(ends[0][known], ends[1][known], 0)


def _shared(found: pd.DataFrame, systems: list[System]) -> Mask:
    """Tell which rows are about a procedure that both systems have had."""
    left, right = (system.rows.set_index("code")["procedure_code"] for system in systems)
    both = set(left.dropna()) & set(right.dropna())
    at_right = found["side"].eq("right")
    first = found["code"].where(~at_right).map(left)
    second = found["code"].where(at_right, found["other_code"]).map(right)
    return np.asarray(first.isin(both) | second.isin(both), dtype=bool)
