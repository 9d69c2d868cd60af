"""Publishing: whole or not at all, once for equal figures, and nothing after a failed gate."""

from __future__ import annotations

import os
import re
import signal
import threading
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from config.errors import DataError
from config.read_once import forget
from config.settings import settings
from schemas.indicators import INDICATORS
from schemas.quality import FINDINGS
from schemas.verdicts import VERDICTS_TABLE
from tasks.measure import measure_policy
from tasks.publish import publish_policy
from tasks.publishing.figures import frame_digest
from tasks.reports.site.build import remove_page, write_page
from tasks.reports.site.data import page_data
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import connection, fetch_all, read_frame
from tasks.warehouse.load import load
from tests.forked import PROCESSES
from tests.patience import HANGS
from tests.warehouse.verdict_rows import AS_OF, frame, verdict_rows

pytestmark = pytest.mark.usefixtures("warehouse")
POLICY = "qd766"


def publish(rows: list[dict[str, Any]], as_of: date = AS_OF) -> str:
    """Judge, measure and publish as a run does."""
    with load("judge", "test") as current:
        current.replace(VERDICTS_TABLE, frame(rows), {"policy": POLICY})
    measure_policy(POLICY, as_of)
    return publish_policy(POLICY, as_of)


def corrected(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same dossiers, one late one found to be on time."""
    at = next(n for n, row in enumerate(rows) if row["verdict"] == "late" and row["counted"])
    changed = rows[at] | {"timeliness": "on_time", "verdict": "phantom_late", "reasons": "due_wrong_calendar"}
    return [*rows[:at], changed, *rows[at + 1 :]]


def current_id() -> str:
    return str(fetch_all("SELECT publication_id FROM mart.current_publications WHERE policy = 'qd766'")[0][0])


def publications() -> int:
    return int(fetch_all("SELECT count(*) FROM mart.publications")[0][0])


def test_a_publication_holds_what_the_dossiers_say() -> None:
    rows = verdict_rows(300)
    publication = publish(rows)
    (numbers,) = fetch_all(
        "SELECT numerator, denominator, undetermined FROM mart.current_indicators WHERE indicator = 'on_time_rate' "
        "AND basis = 'cleaned' AND unit_code = '*' AND field_code = '*' AND channel = '*' AND period = '*'"
    )
    counted = Counter(row["timeliness"] for row in rows if row["counted"])
    on_time = counted["early"] + counted["on_time"]
    assert numbers == (on_time, on_time + counted["late"], counted["undetermined"])
    verdicts = fetch_all("SELECT verdict, sum(dossiers)::int FROM mart.current_verdict_counts GROUP BY 1")
    assert dict(verdicts) == Counter(row["verdict"] for row in rows)
    assert fetch_all("SELECT publication_id, dossiers FROM mart.current_publications") == [(publication, sum(counted.values()))]


def test_equal_figures_are_one_publication_and_write_nothing() -> None:
    rows = verdict_rows(200)
    first = publish(rows)
    before = fetch_all("SELECT max(entry) FROM audit.ledger"), fetch_all("SELECT * FROM mart.publications")
    assert publish_policy(POLICY, AS_OF) == first
    assert (fetch_all("SELECT max(entry) FROM audit.ledger"), fetch_all("SELECT * FROM mart.publications")) == before


def test_the_digest_of_figures_knows_no_order() -> None:
    rows = frame(verdict_rows(50))
    shuffled = rows.sample(frac=1, random_state=3)
    assert frame_digest(shuffled, VERDICTS_TABLE) == frame_digest(rows, VERDICTS_TABLE)
    assert frame_digest(rows.iloc[1:], VERDICTS_TABLE) != frame_digest(rows, VERDICTS_TABLE)


def test_a_correction_makes_a_new_publication_and_its_undoing_brings_the_old_one_back() -> None:
    rows = verdict_rows(200)
    first = publish(rows)
    published_at = fetch_all("SELECT published_at FROM mart.publications")
    second = publish(corrected(rows))
    assert second != first
    assert current_id() == second
    assert publish(rows) == first
    assert current_id() == first
    assert publications() == 2
    query = "SELECT published_at FROM mart.publications WHERE publication_id = %(id)s"
    assert fetch_all(query, {"id": first}) == published_at


def test_an_earlier_day_published_later_does_not_replace_the_newest_day() -> None:
    rows = verdict_rows(200)
    newest = publish(rows)
    earlier = publish(rows, date(2026, 2, 28))
    assert earlier != newest
    assert current_id() == newest


@pytest.mark.parametrize("slipped", [date(2031, 3, 31), date(2131, 1, 1)])
def test_a_slipped_day_that_had_not_ended_hides_no_later_figures(slipped: date) -> None:
    rows = verdict_rows(12)
    future = publish(rows, slipped)  # as earlier versions let it be
    assert current_id() == future, "the only figures there are"
    ended = publish(rows)
    assert publish(rows, slipped) == future, "published again, it hides them no more"
    assert current_id() == ended
    assert publish(rows, date(2026, 4, 1)) == current_id(), "and the days go on"


def test_figures_of_another_day_are_not_published() -> None:
    publish(verdict_rows(100), date(2026, 3, 30))
    with pytest.raises(DataError, match=r"speaks for 2026-03-31.*measured for 2026-03-30"):
        publish_policy(POLICY, AS_OF)
    assert publications() == 1


def test_nothing_measured_is_not_published() -> None:
    with pytest.raises(DataError, match="never measured"):
        publish_policy(POLICY, AS_OF)


def test_a_tampered_count_stops_at_the_gate_and_says_so() -> None:
    rows = verdict_rows(200)
    first = publish(rows)
    with load("test", "tamper") as current:
        current.execute(
            "UPDATE mart.counts SET finished_on_time = finished_on_time + 1 WHERE ctid = (SELECT min(ctid) FROM mart.counts)"
        )
    with pytest.raises(DataError, match=r"II\.06a"):
        publish_policy(POLICY, AS_OF)
    assert current_id() == first
    assert publications() == 1
    assert fetch_all("SELECT count(*) > 0 FROM quality.gate_results WHERE gate = 'published' AND NOT success") == [(True,)]


def test_to_correct_counts_a_dossier_once_however_many_faults_it_has() -> None:
    rows = verdict_rows(60)
    on_time = next(row for row in rows if row["verdict"] == "on_time")
    findings = FINDINGS.frame(
        {"source": on_time["source"], "code": on_time["code"], "check_id": check, "severity": "fail"}
        | {"first_seen_on": AS_OF, "last_seen_on": AS_OF, "resolved_on": resolved}
        for check, resolved in (("done_before_received", None), ("due_before_received", None), ("no_due_date", AS_OF))
    ).drop(columns=["changed_in"])
    with load("check", "test") as current:
        current.merge(FINDINGS, findings)
    publish(rows)
    moved = sum(row["verdict"] in ("phantom_late", "hidden_late", "undetermined") for row in rows)
    assert fetch_all("SELECT sum(to_correct)::int FROM mart.current_verdict_counts") == [(moved + 1,)]
    assert fetch_all("SELECT count(*), sum(dossiers)::int FROM mart.current_finding_counts") == [(2, 2)]


def test_readers_never_see_half_a_publication() -> None:
    rows = verdict_rows(400)
    versions = (rows, corrected(rows))
    publish(rows)
    seen: list[tuple[Any, ...]] = []
    done = threading.Event()

    def read() -> None:
        query = (
            "SELECT p.publication_id, p.rows, (SELECT count(*) FROM mart.current_indicators AS i WHERE i.policy = p.policy), "
            "(SELECT sum(dossiers)::int FROM mart.current_verdict_counts AS v WHERE v.policy = p.policy) "
            "FROM mart.current_publications AS p"
        )
        while not done.is_set():
            seen.extend(fetch_all(query))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    ids = {publish(versions[n % 2]) for n in range(1, 7)}
    done.set()
    for reader in readers:
        reader.join()
    assert len(ids) == 2
    assert {row[0] for row in seen} == ids, "the readers watched both become current"
    assert all(row[1] == row[2] and row[3] == len(rows) for row in seen)


def test_two_publishers_make_one_publication() -> None:
    rows = verdict_rows(200)
    with load("judge", "test") as current:
        current.replace(VERDICTS_TABLE, frame(rows), {"policy": POLICY})
    measure_policy(POLICY, AS_OF)
    found: list[str] = []
    publishers = [threading.Thread(target=lambda: found.append(publish_policy(POLICY, AS_OF))) for _ in range(3)]
    for publisher in publishers:
        publisher.start()
    for publisher in publishers:
        publisher.join()
    assert len(found) == 3
    assert len(set(found)) == 1
    assert publications() == 1


def killed_at(point: str, home: Path, *steps: Callable[[str, date], object]) -> int | None:
    """Take steps in a process of its own that dies at a point; return its exit code."""
    variables = {"MOTCUA_HOME": str(home), "MOTCUA_KILL_AT": f"{point}:1"}
    process = PROCESSES.Process(target=_take, args=(variables, steps))
    process.start()
    process.join(HANGS)
    return process.exitcode


def _take(variables: dict[str, str], steps: tuple[Callable[[str, date], object], ...]) -> None:
    os.environ.update(variables)
    forget()
    for step in steps:
        step(POLICY, AS_OF)


def _write(path: Path, policy: str, _day: date) -> None:
    write_page(policy, path, settings().page_options)


@pytest.mark.parametrize("point", ["measured", "published"])
def test_killed_before_the_commit_leaves_the_old_figures_whole(warehouse: Cluster, point: str) -> None:
    rows = verdict_rows(200)
    first = publish(rows)
    with load("judge", "test") as current:
        current.replace(VERDICTS_TABLE, frame(corrected(rows)), {"policy": POLICY})
    assert killed_at(point, warehouse.home, measure_policy, publish_policy) == -signal.SIGKILL
    assert current_id() == first
    assert fetch_all("SELECT count(*) FROM mart.indicators WHERE publication_id <> %(id)s", {"id": first}) == [(0,)]
    measure_policy(POLICY, AS_OF)
    assert publish_policy(POLICY, AS_OF) != first


def test_readers_may_read_publications_and_nothing_else() -> None:
    with connection("look at grants") as driver, driver.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('motcua_read', 'mart.current_indicators', 'SELECT'), "
            "has_table_privilege('motcua_read', 'mart.indicators', 'UPDATE'), has_schema_privilege('motcua_read', 'core', 'USAGE')"
        )
        assert cursor.fetchone() == (True, False, False)


def test_the_page_says_what_the_newest_publication_says_and_names_no_dossier(tmp_path: Path) -> None:
    rows = verdict_rows(300)
    publication = publish(rows)
    path = write_page(POLICY, tmp_path / "page" / "index.html", settings().page_options)
    text = path.read_text(encoding="utf-8")
    assert publication in text
    assert not any(row["code"] in text for row in rows)
    tables = {f"tables/{one.name}" for one in (path.parent / "tables").iterdir()}
    assert {one.name for one in path.parent.iterdir()} == {path.name, "tables"}, "no part of a page is left behind"
    assert all(f'"{link}"' in text for link in tables)
    data = page_data(POLICY, settings().language)
    published = read_frame(
        "SELECT * FROM mart.indicators WHERE indicator = 'on_time_rate' AND field_code = '*' AND channel = '*'",
        None,
        INDICATORS,
    )
    for row in published.to_dict("records"):
        shown = data["rates"][row["unit_code"]][row["period"]][row["basis"]]
        assert shown[:3] == [row["numerator"], row["denominator"], row["undetermined"]]
    assert sum(len(basis) for unit in data["rates"].values() for basis in unit.values()) == len(published)


def test_tables_beside_the_page_are_those_of_its_figures_and_go_with_it(tmp_path: Path) -> None:
    path, folder = tmp_path / "index.html", tmp_path / "tables"
    rows = verdict_rows(120)
    publish(rows)
    write_page(POLICY, path, settings().page_options)
    before = {one.name for one in folder.iterdir()}
    (folder / "own.xlsx").write_bytes(b"of the office")
    (folder / "units-2026-03-30-01234567.xlsx").write_bytes(b"of an earlier release, whose tables had one language")
    publish(corrected(rows))
    text = write_page(POLICY, path, settings().page_options).read_text(encoding="utf-8")
    after = {one.name for one in folder.iterdir()} - {"own.xlsx"}
    assert before - after, "figures moved"
    assert set(re.findall(r"tables/([a-z]+-(?:vi|en)-2026-03-31-[0-9a-f]{8}\.xlsx)", text)) == after
    assert not any(row["code"].encode() in b"".join(_unzipped(folder / name)) for name in after for row in rows)
    remove_page(path)
    assert [one.name for one in folder.iterdir()] == ["own.xlsx"], "what is not ours stays"
    assert not path.exists()


def _unzipped(path: Path) -> list[bytes]:
    with zipfile.ZipFile(path) as book:
        return [book.read(name) for name in book.namelist()]


def test_a_page_without_a_publication_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="motcua refresh"):
        write_page(POLICY, tmp_path / "index.html", settings().page_options)
    assert not (tmp_path / "index.html").exists()


def test_killed_while_writing_the_page_leaves_the_old_one(warehouse: Cluster, tmp_path: Path) -> None:
    publish(verdict_rows(50))
    path = tmp_path / "index.html"
    path.write_text("the page before", encoding="utf-8")
    assert killed_at("page_written", warehouse.home, partial(_write, path)) == -signal.SIGKILL
    assert path.read_text(encoding="utf-8") == "the page before"


def test_a_name_in_the_data_cannot_run(tmp_path: Path) -> None:
    """An agency called like a script stays text: JSON cannot end its element, and only named scripts run."""
    rows = verdict_rows(40)
    for row in rows:
        row["unit_code"] = "</script><script>alert(1)</script>"
    publish(rows)
    text = write_page(POLICY, tmp_path / "index.html", settings().page_options).read_text(encoding="utf-8")
    assert "</script><script>alert" not in text
    assert "script-src 'sha256-" in text
    assert "unsafe-eval" not in text


def test_a_page_of_a_folder_of_its_own_can_be_read_by_whoever_serves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(verdict_rows(60))
    monkeypatch.setenv("MOTCUA_PAGE_DIR", str(tmp_path / "served"))
    forget()
    os.umask(0o077)
    served = write_page(POLICY, settings().page, settings().page_options)
    assert served == tmp_path / "served" / "index.html"
    assert (served.stat().st_mode & 0o777, served.parent.stat().st_mode & 0o777) == (0o644, 0o755)
    tables = served.parent / "tables"
    assert {one.stat().st_mode & 0o777 for one in tables.iterdir()} == {0o644}
    assert tables.stat().st_mode & 0o777 == 0o755
    monkeypatch.delenv("MOTCUA_PAGE_DIR")
    forget()
    own = write_page(POLICY, settings().page, settings().page_options)
    assert not any(one.stat().st_mode & 0o077 for one in (own, own.parent / "tables", *(own.parent / "tables").iterdir()))
