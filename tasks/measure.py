"""Measuring: from verdicts to the counters of every agency, field, channel and month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.errors import DataError
from config.language import Bilingual
from schemas.fields import BASES
from schemas.indicators import COUNTS
from schemas.verdicts import VERDICTS_TABLE
from tasks.judging.offices import zones
from tasks.judging.rules_digest import rules_digest
from tasks.rules.indicators.counters import COUNTED, OFFICE_ZONE_NAME, count_dossiers, counted_dossiers
from tasks.rules.indicators.identities import IDENTITIES, Break, broken_identities, broken_recount
from tasks.runtime.safe_errors import with_safe_errors
from tasks.runtime.step_result import StepResult
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import Load, load
from tasks.warehouse.merge import Merged
from tasks.warehouse.partitions import high_watermark
from tasks.warehouse.statements import statements_of

_STEP = "measure"
_SQL = statements_of(__file__)
_TOUCHED = _SQL["touched"]


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="measure-{policy}")
@with_safe_errors
def measure(policy: str, as_of: date, full: bool = False) -> StepResult:
    """Bring the counters of one policy up to date; see :func:`measure_policy`."""
    return measure_policy(policy, as_of, full=full)


def measure_policy(policy: str, as_of: date, *, full: bool = False) -> StepResult:
    """Bring ``mart.counts`` of one policy up to date: the agencies whose verdicts changed, equal to all of them anew.

    A new day or new rules touch every agency, because open dossiers move with them.

    Args:
        policy: name of the policy.
        as_of: day whose end the counters speak for.
        full: count every agency, whatever changed.

    Raises:
        DataError: an identity of ``tasks.rules.indicators.identities`` does not hold; nothing is written.
    """
    through = high_watermark()
    with load(_STEP, subject(policy)) as current:
        units = None if full else _touched_units(current, policy, as_of)
        if units == []:
            current.abandon()
            return StepResult(_STEP, policy)
        read, merged = _measure_units(current, policy, as_of, units)
        current.progress(_STEP, policy, through=through, as_of=as_of, rules_digest=rules_digest())
    return StepResult(_STEP, policy, read, merged.inserted, merged.updated, merged.unchanged)


def subject(policy: str) -> str:
    """Return the name under which measuring and publishing of one policy exclude each other."""
    return f"figures/{policy}"


def _touched_units(current: Load, policy: str, as_of: date) -> list[str] | None:
    """Return the agencies to count anew; None for all."""
    progress = current.read(
        "SELECT through, as_of, rules_digest FROM audit.progress WHERE step = %(step)s AND partition = %(policy)s",
        {"step": _STEP, "policy": policy},
        {"through": COUNTS.dtypes["changed_in"], "as_of": COUNTS.dtypes["as_of"], "rules_digest": COUNTS.dtypes["policy"]},
    )
    if progress.empty or progress["as_of"][0] != as_of or progress["rules_digest"][0] != rules_digest():
        return None
    parameters = {"policy": policy, "through": int(progress["through"][0])} | _last_instants(as_of)
    return list(current.read(_TOUCHED, parameters, {"unit_code": COUNTS.dtypes["unit_code"]})["unit_code"])


def _last_instants(as_of: date) -> dict[str, Any]:
    """Return the end of ``as_of`` as an instant, by source and for those without a file."""
    known = zones()
    return {
        "last": _end_of(as_of, OFFICE_ZONE_NAME),
        "sources": list(known),
        "lasts": [_end_of(as_of, zone) for zone in known.values()],
    }


def _end_of(day: date, zone: str) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) + timedelta(days=1)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def _measure_units(current: Load, policy: str, as_of: date, units: list[str] | None) -> tuple[int, Merged]:
    parameters: dict[str, Any] = {"policy": policy} | ({"units": units} if units is not None else {})
    only = "AND coalesce(unit_code, '?') = ANY(%(units)s)" if units is not None else ""
    verdicts = current.read(
        f"SELECT {', '.join(COUNTED)} FROM judged.verdicts WHERE policy = %(policy)s {only}", parameters, VERDICTS_TABLE
    )
    counts = counts_of(verdicts, policy, as_of, zones())
    failpoint("measured")
    where: dict[str, Any] = {"policy": policy} | ({"unit_code": units} if units is not None else {})
    return len(verdicts), current.replace(COUNTS, counts, where)


def counts_of(verdicts: pd.DataFrame, policy: str, as_of: date, zones: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows of ``mart.counts`` that verdicts of one policy make, on both bases.

    Raises:
        DataError: an identity does not hold.
    """
    parts = []
    for basis in BASES:
        cases = counted_dossiers(verdicts, basis, zones, as_of)
        counts = count_dossiers(cases, as_of)
        require_identities([*broken_identities(counts), *broken_recount(counts, cases, as_of)], f"{policy} {basis}")
        parts.append(counts.assign(policy=policy, basis=basis))
    return COUNTS.conform(pd.concat(parts, ignore_index=True))


def require_identities(broken: list[Break], of: str) -> None:
    """Pass if no identity is broken.

    Raises:
        DataError: names the identity and the first three rows; holds no dossier.
    """
    if not broken:
        return
    first = broken[0].identity
    where = "; ".join(f"{found.where} (by {found.difference})" for found in broken[:3])
    raise DataError(
        f"mart.counts, {of}",
        Bilingual(f"về đẳng thức {first} ({IDENTITIES[first]})", f"identity {first} ({IDENTITIES[first]})"),
        len(broken),
        action=Bilingual(f"Các dòng: {where}.", f"Rows: {where}."),
    )
