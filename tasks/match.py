"""Matching: records about the same dossier; only changed ones are compared with all the rest."""

from __future__ import annotations

import itertools
from datetime import date

import pandas as pd
import pyarrow.compute as pc
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.codes import ENDED_STATUSES, FINISHED_STATUSES, Status, number_list
from schemas.dossiers import DOSSIERS, MATCHES
from schemas.reference import UNITS
from tasks.judging.judged_sources import zones
from tasks.judging.rules_digest import rules_digest
from tasks.rules.arrays import keys
from tasks.rules.linkage.matching import MATCH_COLUMNS, match_dossiers
from tasks.rules.linkage.refiling import WITHIN_DAYS
from tasks.rules.reference import successors
from tasks.runtime.safe_errors import with_safe_errors
from tasks.runtime.step_result import StepResult
from tasks.warehouse.dossiers import StepProgress
from tasks.warehouse.engine import fetch_all, read_table
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import Load, load
from tasks.warehouse.partitions import high_watermark
from tasks.warehouse.rows import fetch_as

_SUBJECT = "*"
_PROGRESS = "SELECT through, rules_digest, as_of FROM audit.progress WHERE step = 'match' AND partition = '*'"
_CHANGED = """
    SELECT EXISTS (SELECT FROM core.dossiers WHERE changed_in > %(through)s),
        EXISTS (SELECT FROM ref.units WHERE changed_in > %(through)s)
"""
# When the citizen withdrew it: as the record states it, else by its log.
_WITHDRAWN = f"""CASE WHEN d.status = {Status.WITHDRAWN} THEN coalesce(d.done_at, (
    SELECT max(e.at) FROM core.events AS e WHERE e.source = d.source AND e.code = d.code AND e.status = {Status.WITHDRAWN})) END"""
_KEYS = "d.source, d.code, d.alias_code, d.receipt_number, d.applicant_key, d.procedure_code, d.unit_code, d.received_at"
_KEYS += f", {_WITHDRAWN} AS withdrawn_at"
_SCOPE = f"""
    CREATE TEMP TABLE scope ON COMMIT DROP AS
    SELECT {_KEYS}, 0 AS round FROM core.dossiers AS d WHERE d.changed_in > %(through)s
"""
# Records of other systems that speak about no dossier although one bears their number: several did, and one of
# those may have changed its number since. They are few.
_UNDECIDED = f"""
    INSERT INTO scope
    SELECT {_KEYS}, 0 FROM core.dossiers AS d
    WHERE d.role = 'evidence' AND d.changed_in <= %(through)s
        AND NOT EXISTS (SELECT FROM core.matches AS m WHERE m.other_source = d.source AND m.other_code = d.code)
        AND EXISTS (SELECT FROM core.dossiers AS p WHERE p.role = 'primary' AND p.receipt_number = d.receipt_number)
"""
_UNDECIDED_BY_APPLICANT = f"""
    INSERT INTO scope
    SELECT {_KEYS}, 0 FROM core.dossiers AS d
    WHERE d.role = 'evidence' AND d.changed_in <= %(through)s AND d.applicant_key IS NOT NULL
        AND NOT EXISTS (SELECT FROM core.matches AS m WHERE m.other_source = d.source AND m.other_code = d.code)
        AND NOT EXISTS (SELECT FROM scope AS t WHERE t.source = d.source AND t.code = d.code)
        AND EXISTS (
            SELECT FROM core.dossiers AS p WHERE p.role = 'primary'
            AND p.applicant_key = d.applicant_key AND p.procedure_code = d.procedure_code
            AND p.received_at BETWEEN d.received_at - interval '1 day' AND d.received_at + interval '1 day')
"""
# Whether the log shows a result that the record itself does not.
_LOG_ENDED = f"""CASE WHEN d.role = 'primary' AND d.status NOT IN ({number_list(ENDED_STATUSES)}) AND d.done_at IS NULL AND d.returned_at IS NULL THEN EXISTS (
    SELECT FROM core.events AS e WHERE e.source = d.source AND e.code = d.code AND e.status IN ({number_list(FINISHED_STATUSES)})) END"""
_READ = ", ".join(f"d.{name}" for name in MATCH_COLUMNS)
ROWS = f"SELECT {_READ}, {_WITHDRAWN} AS withdrawn_at, {_LOG_ENDED} AS log_ended FROM core.dossiers AS d"
# What its system has deleted repeats nothing and speaks about nothing: else a deleted second entry would take the first with it.
_STANDING_ROWS = " WHERE d.is_deleted IS NOT TRUE"
ROW_TYPES = DOSSIERS.dtypes | {"withdrawn_at": DOSSIERS.dtypes["received_at"], "log_ended": DOSSIERS.dtypes["has_result"]}
# One join for each way in which two rows can have to do with each other, so that each can use its index.
_BY_KEY = "SELECT {keys} FROM scope AS s JOIN core.dossiers AS d ON {link} WHERE s.round = %(round)s"
_LINKS = (
    "d.code = s.code",
    "d.code = s.alias_code",
    "d.alias_code = s.code",
    "d.alias_code = s.alias_code",
    "d.receipt_number = s.receipt_number",
    # Of whichever agency: another may stand in its place by now.
    "d.applicant_key = s.applicant_key AND d.procedure_code = s.procedure_code AND ("
    "d.received_at BETWEEN s.received_at - interval '1 day' AND s.received_at + interval '1 day' "
    f"OR d.received_at BETWEEN s.withdrawn_at AND s.withdrawn_at + interval '{WITHIN_DAYS} days' "
    f"OR s.received_at BETWEEN {_WITHDRAWN} AND {_WITHDRAWN} + interval '{WITHIN_DAYS} days')",
)
# A match that stands may rest on keys that have changed since.
_BY_MATCH = """
    SELECT {keys} FROM scope AS s JOIN core.matches AS m ON m.source = s.source AND m.code = s.code
    JOIN core.dossiers AS d ON d.source = m.other_source AND d.code = m.other_code WHERE s.round = %(round)s
  UNION
    SELECT {keys} FROM scope AS s JOIN core.matches AS m ON m.other_source = s.source AND m.other_code = s.code
    JOIN core.dossiers AS d ON d.source = m.source AND d.code = m.code WHERE s.round = %(round)s
"""
_RELATED = " UNION ".join([*(_BY_KEY.format(keys=_KEYS, link=link) for link in _LINKS), _BY_MATCH.format(keys=_KEYS)])
_GROW = f"""
    INSERT INTO scope SELECT d.*, %(round)s + 1 FROM ({_RELATED}) AS d
    WHERE NOT EXISTS (SELECT FROM scope AS t WHERE t.source = d.source AND t.code = d.code)
"""
_STANDING = "SELECT m.* FROM core.matches AS m"
_OF_SCOPE = " JOIN scope USING (source, code)"
_GONE = "unnest(%(source)s::text[], %(code)s::text[], %(other_source)s::text[], %(other_code)s::text[])"
_DELETE = f"""
    DELETE FROM core.matches AS m USING {_GONE} AS g (source, code, other_source, other_code)
    WHERE (m.source, m.code, m.other_source, m.other_code) = (g.source, g.code, g.other_source, g.other_code)
"""
_BUMP = f"""
    UPDATE core.dossiers AS d SET changed_in = %(number)s
    FROM (SELECT DISTINCT source, code FROM {_GONE} AS g (source, code, other_source, other_code)) AS g
    WHERE (d.source, d.code) = (g.source, g.code)
"""


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="match")
@with_safe_errors
def match(as_of: date) -> StepResult:
    """Match the dossiers that changed; see :func:`match_all`."""
    return match_all(as_of)


def match_all(as_of: date, *, full: bool = False) -> StepResult:
    """Bring ``core.matches`` up to date.

    What changed since the last time is compared with everything that shares a code, an alias, a receipt number or
    an application with it, and so on from row to row: the result is that of matching everything. A match that no
    longer holds is removed, and its dossier counts as changed.

    Args:
        as_of: day of the run, kept with the progress; no match depends on it.
        full: match everything anew.

    Raises:
        WarehouseError: a statement failed; nothing was written.
    """
    digest, mark = rules_digest(), high_watermark()  # before reading: what changes meanwhile is done again
    done = fetch_as(StepProgress, _PROGRESS)
    everything = full or not done or done[0].rules_digest != digest
    through = -1 if everything else done[0].through
    ((dossiers, units),) = fetch_all(_CHANGED, {"through": through})
    if not dossiers and not units:
        return StepResult("match", _SUBJECT)
    everything |= units  # who stands in whose place may touch any dossier
    with load("match", _SUBJECT) as current:
        if not everything:
            _take_in(current, through)
        scope = "" if everything else _OF_SCOPE
        rows = current.read(f"{ROWS}{scope}{_STANDING_ROWS} ORDER BY d.source, d.code", None, ROW_TYPES)
        found = match_dossiers(rows, _zones(rows), successors(read_table(UNITS)))
        failpoint("matched")
        merged = current.merge(MATCHES, found)
        removed = _remove_gone(current, found, current.read(_STANDING + scope, None, MATCHES))
        current.progress("match", _SUBJECT, through=mark, as_of=as_of, rules_digest=digest)
    return StepResult(
        "match", _SUBJECT, len(rows), inserted=merged.inserted, updated=merged.updated + removed, unchanged=merged.unchanged
    )


def _take_in(current: Load, through: int) -> None:
    """Name in ``scope`` the rows whose matches may have changed: closed under every way of having to do with each other."""
    current.execute(_SCOPE, {"through": through})
    current.execute(_UNDECIDED, {"through": through})
    current.execute(_UNDECIDED_BY_APPLICANT, {"through": through})
    current.execute("CREATE INDEX ON scope (source, code)")
    for round_ in itertools.count():
        current.execute("ANALYZE scope")
        if current.execute(_GROW, {"round": round_}) == 0:
            break


def _remove_gone(current: Load, found: pd.DataFrame, standing: pd.DataFrame) -> int:
    """Delete matches of the affected rows that were not found again, and mark their dossiers as changed.

    A match that is new or other carries this load's number itself; one that is gone leaves it on its dossier.
    """
    known = pc.is_in(keys(standing, "other_source", "other_code"), value_set=keys(found, "other_source", "other_code"))
    gone = standing[~known.to_numpy(zero_copy_only=False)]
    if len(gone) == 0:
        return 0
    parameters = {name: gone[name].tolist() for name in MATCHES.key}
    current.execute(_BUMP, {**parameters, "number": current.change_number})
    return current.execute(_DELETE, parameters)


def _zones(rows: pd.DataFrame) -> dict[str, str]:
    """Return the zone of each source, configured no longer ones too: their rows are still there."""
    configured = zones()
    return {name: configured.get(name, "Asia/Ho_Chi_Minh") for name in rows["source"].unique()}
