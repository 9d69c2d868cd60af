"""What reading a large warehouse takes: an agency's account beside its owner's, questions to the figures, commands that read."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg2

from config.policies import own_policy
from config.settings import ROOT
from tasks.warehouse.agency_readers import GrantedAgency, end_reader, let_see
from tasks.warehouse.engine import connection, fetch_all
from tests.bench.days_program import motcua

READER = "scale_reader"
_REPEATS = 3
# The agency in the middle by number of dossiers, of those that have a hundred at least.
_MIDDLE = """
    SELECT unit_code FROM (
        SELECT unit_code, percent_rank() OVER (ORDER BY count(*), unit_code) AS place FROM judged.verdicts
        WHERE policy = %(policy)s AND unit_code IS NOT NULL GROUP BY 1 HAVING count(*) >= 100
    ) AS agencies ORDER BY abs(place - 0.5) LIMIT 1
"""
_AGENCIES = "SELECT array_agg(unit_code ORDER BY unit_code) FROM audit.seen_agencies() AS seen (unit_code)"
# As an agency's own program asks, which need not say whose dossiers; the owner has to say it.
QUESTIONS = {
    "verdicts counted": """
        SELECT verdict, count(*) FROM judged.verdicts AS v WHERE policy = %(policy)s AND {own} GROUP BY 1 ORDER BY 1
    """,
    "late ones listed": """
        SELECT v.code, d.received_at, v.due_at, v.verdict FROM judged.verdicts AS v JOIN core.dossiers AS d USING (source, code)
        WHERE v.policy = %(policy)s AND v.timeliness = 'late' AND {own} ORDER BY v.due_at, v.code
    """,
    "findings counted": """
        SELECT f.check_id, count(*) FROM judged.verdicts AS v JOIN quality.findings AS f USING (source, code)
        WHERE v.policy = %(policy)s AND {own} GROUP BY 1 ORDER BY 1
    """,
    "log of one": """
        SELECT e.at, e.status FROM core.events AS e JOIN judged.verdicts AS v USING (source, code)
        WHERE v.policy = %(policy)s AND {own} AND e.code = %(code)s ORDER BY e.seq
    """,
}
_OWN = "v.unit_code = ANY(%(agencies)s)"


def agency() -> dict[str, dict[str, float]]:
    """Return seconds of each question of an agency's account, and of the owner for the same rows.

    Raises:
        AssertionError: the two got different answers.
    """
    policy = own_policy().policy
    ((unit,),) = fetch_all(_MIDDLE, {"policy": policy})
    address = let_see(READER, [GrantedAgency(unit)])
    assert address is not None
    try:
        with closing(psycopg2.connect(address)) as theirs, connection("scale") as owners:
            ((agencies,),) = _asked(theirs, _AGENCIES, {})[1]
            given = {"policy": policy, "agencies": agencies, "code": _a_code(policy, agencies)}
            found = {}
            for name, question in QUESTIONS.items():
                own, answer = _asked(theirs, question.format(own="true"), given)
                owner, same = _asked(owners, question.format(own=_OWN), given)
                assert answer == same, f"{name}: another answer than the owner's"
                assert answer, f"{name}: nothing was found"
                found[name] = {"agency": own, "owner": owner, "rows": len(answer)}
    finally:
        end_reader(READER)
    return found


def _a_code(policy: str, agencies: list[str]) -> str:
    query = "SELECT min(code) FROM judged.verdicts JOIN core.events USING (source, code) WHERE policy = %(policy)s AND unit_code = ANY(%(agencies)s)"
    ((code,),) = fetch_all(query, {"policy": policy, "agencies": agencies})
    return str(code)


def _asked(driver: Any, query: str, given: dict[str, Any]) -> tuple[float, list[tuple[Any, ...]]]:
    """Return the seconds of the quickest of some repeats, and the answer."""
    best, rows = float("inf"), []
    for _ in range(_REPEATS):
        with driver, driver.cursor() as cursor:
            began = time.perf_counter()
            cursor.execute(query, given)
            rows = cursor.fetchall()
            best = min(best, time.perf_counter() - began)
    return round(best, 4), rows


def indicators() -> dict[str, float]:
    """Return seconds of each question of docs/queries.md, asked of the published figures."""
    text = (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")
    found = {}
    with connection("scale") as owners:
        for title, query in re.findall(r"^## (.+?)\n\n```sql\n(.+?)```", text, re.MULTILINE | re.DOTALL):
            found[title.split(" · ")[0]] = _asked(owners, query.replace("%", "%%"), {"": None})[0]
    assert len(found) == 10, "queries.md has ten questions"
    return found


def commands() -> dict[str, Callable[[], None]]:
    """Return commands that read, by name."""
    policy = own_policy().policy
    ((code, unit),) = fetch_all(
        "SELECT code, unit_code FROM judged.verdicts WHERE policy = %(policy)s AND verdict = 'phantom_late' "
        "AND unit_code IS NOT NULL ORDER BY code LIMIT 1",
        {"policy": policy},
    )
    asked = {
        "status": ("status",),
        "list": ("list", "truly-late"),
        "explain": ("explain", code),
        "trace": ("trace", f"on_time_rate/{unit}"),
    }
    return {name: lambda words=words: motcua(*words) for name, words in asked.items()}  # type: ignore[misc]
