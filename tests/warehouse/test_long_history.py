"""Days that a run tells of, in a warehouse of many years: the same counts as of all dossiers, and no table read whole."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.read_once import forget
from tasks.reports import anomalies, silence, today
from tasks.warehouse import partitions
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import connection, fetch_all
from tests.warehouse.test_judge import SOURCE_FILE

AS_OF = date(2026, 3, 31)
ZONE = "Asia/Ho_Chi_Minh"
SPAN = {"first": AS_OF - timedelta(days=13), "last": AS_OF, "zone": ZONE}
LOOK = {"source": "desk", "zone": ZONE, "as_of": AS_OF, "since": AS_OF - timedelta(days=500)}
# Sixteen years, ten dossiers a day, each some hours after the one before, so that some stand at both ends of a day and of a month.
# One in four has no end, one in three is not handed over, one in fifty has no receipt, and its month is that of its submission.
WRITTEN = (
    """
    INSERT INTO core.dossiers (source, code, partition_month, role, unit_code, received_at, done_at, returned_at, changed_in)
    SELECT source, 'D' || i, date_trunc('month', at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date,
        CASE WHEN source = 'land' THEN 'evidence' ELSE 'primary' END, nullif('H99.' || i % 6, 'H99.5'),
        CASE WHEN i % 50 > 0 THEN at END, CASE WHEN i % 4 > 0 THEN at + i % 41 * interval '17 hours' END,
        CASE WHEN i % 3 > 0 THEN at + i % 700 * interval '1 day' END, 1
    FROM generate_series(1, 60000) AS i CROSS JOIN LATERAL (
        SELECT TIMESTAMPTZ '2026-04-02 00:00+07' - i * interval '144 minutes' AS at, (ARRAY['desk', 'land', 'other'])[1 + i % 7 % 3] AS source
    ) AS made
    """,
    "ANALYZE core.dossiers",
)
WHOLE_RECEIVED = """
    SELECT unit_code, (received_at AT TIME ZONE %(zone)s)::date, count(*) FROM core.dossiers
    WHERE role = 'primary' AND unit_code IS NOT NULL AND (received_at AT TIME ZONE %(zone)s)::date BETWEEN %(first)s AND %(last)s
    GROUP BY 1, 2
"""
WHOLE_COUNTS = """
    SELECT unit_code, measure, (at AT TIME ZONE %(zone)s)::date, count(*) FROM core.dossiers
    CROSS JOIN LATERAL (VALUES ('received', received_at), ('closed', coalesce(done_at, returned_at)), ('returned', returned_at))
        AS said (measure, at)
    WHERE source = %(source)s AND (at AT TIME ZONE %(zone)s)::date BETWEEN %(since)s AND %(as_of)s GROUP BY 1, 2, 3
"""
WHOLE_SOURCES = "SELECT DISTINCT source FROM core.dossiers ORDER BY 1"
QUESTIONS = {
    "receipts of a fortnight": (today._RECEIVED, WHOLE_RECEIVED, SPAN),
    "days of anomalies and silences": (anomalies._COUNTS, WHOLE_COUNTS, LOOK),
    "sources": (partitions._SOURCES, WHOLE_SOURCES, {}),
}


@pytest.fixture
def years(warehouse: Cluster) -> Cluster:
    for statement in WRITTEN:
        with connection("test") as driver, driver.cursor() as cursor:
            cursor.execute(statement)
    return warehouse


def plan_of(question: str, parameters: dict[str, Any]) -> str:
    return "\n".join(line for (line,) in fetch_all(f"EXPLAIN {question}", parameters))


def goes_by_days(plan: str) -> bool:
    """Whether no table is read whole, and dossiers are looked up by their month or their time."""
    return "Seq Scan" not in plan and re.search(r"Index Cond: .*(partition_month|done_at|returned_at)", plan) is not None


def test_what_a_run_tells_of_days_reads_no_table_whole_and_counts_as_one_that_does(years: Cluster) -> None:
    for asked, (question, whole, parameters) in QUESTIONS.items():
        rows: list[Any] = fetch_all(question, parameters)
        assert len(rows) > 2, asked
        assert sorted(map(str, rows)) == sorted(map(str, fetch_all(whole, parameters))), asked
        assert not goes_by_days(plan_of(whole, parameters)), "the world is large enough to tell the two apart"
        assert goes_by_days(plan_of(question, parameters)), f"{asked}\n{plan_of(question, parameters)}"


def test_a_page_of_a_run_is_made_of_these_counts(years: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("desk", "land", "other"):
        (tmp_path / f"{name}.yaml").write_text(SOURCE_FILE, encoding="utf-8")
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(tmp_path))
    monkeypatch.setenv("NOWHERE", str(tmp_path))
    forget()
    read = anomalies.read_days(AS_OF)
    assert list(read) == ["desk", "land", "other"]
    assert sorted(map(str, read["desk"])) == sorted(map(str, fetch_all(WHOLE_COUNTS, LOOK)))
    assert silence.read_silences(AS_OF) == silence.read_conspicuous(AS_OF)[1]
