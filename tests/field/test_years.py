"""Years before which a source can have received nothing: its own, asked by the check, the verdict and the correction alike."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from config.checks import load_checks
from config.read_once import forget
from tasks.check import check_batch
from tasks.judge import judge_batch
from tasks.judging.judged_sources import first_years, source_named
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.rules.corrections.known_times import KnownTimes
from tasks.rules.corrections.lines import Known, Refused, read_lines, sort_lines
from tasks.warehouse.batches import Batch
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.partitions import every_partition
from tests.field.test_silence import SOURCE_FILE

DAY = date(2026, 3, 20)
FREE, CODED, BOTH = "GP-0000001", "H99.12-260303-0002", "H99.12-040303-0003"
HEADINGS = "code,procedure,status,received,due,done"


@pytest.mark.parametrize(
    ("own", "code", "received", "right", "found"),
    [
        # first year of the source (None: 2007, the check's), code, receipt stated, day of receipt judged by, the check fails
        (None, FREE, "2004-03-03 08:00", None, True),
        (None, FREE, "2006-12-31 16:00", None, True),
        (None, FREE, "2007-01-02 08:00", "2007-01-02", False),
        (None, CODED, "2004-03-03 08:00", "2026-03-03", True),
        (None, BOTH, "2004-03-03 08:00", None, True),  # the code's year is as impossible as the stated one
        (2000, FREE, "2004-03-03 08:00", "2004-03-03", False),
        (2000, BOTH, "2004-03-03 08:00", "2004-03-03", False),
        (2020, FREE, "2019-12-31 16:00", None, True),
        (2020, FREE, "2020-01-02 08:00", "2020-01-02", False),
        (2026, CODED, "2025-12-31 16:00", "2026-03-03", True),
    ],
)
def test_a_receipt_before_the_first_year_of_its_source_is_none(
    own: int | None,
    code: str,
    received: str,
    right: str | None,
    found: bool,
    warehouse: Cluster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert warehouse.is_running
    row = f"{code},1.000001,9,{received},2026-03-10 17:00,2026-03-09 10:00"
    (tmp_path / "desk.yaml").write_text(SOURCE_FILE + (f"dates: {{first_year: {own}}}\n" if own else ""), encoding="utf-8")
    (tmp_path / "desk.csv").write_text(f"{HEADINGS}\n{row}\n", encoding="utf-8")
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(tmp_path))
    monkeypatch.setenv("DESK_FOLDER", str(tmp_path))
    forget()
    pull_source(source_named("desk"))
    load_source(source_named("desk"))
    for partition in every_partition():
        check_batch(Batch.of(partition), DAY)
        judge_batch(Batch.of(partition), DAY)
    query = (
        "SELECT (received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date::text, verdict FROM judged.verdicts WHERE policy = 'qd766'"
    )
    ((day, verdict),) = fetch_all(query)
    assert day == right
    assert right is not None or verdict == "undetermined"
    checks = {check for (check,) in fetch_all("SELECT check_id FROM quality.findings WHERE resolved_on IS NULL")}
    assert ("received_implausibly_early" in checks) is found
    assert first_years()["desk"] == (own or 2007)


@pytest.mark.parametrize(
    ("first_year", "line", "right"),
    [
        (2007, "received_at,31/12/2006", "before_first_year"),
        (2007, "received_at,01/01/2007", ""),
        (2020, "received_at,31/12/2019 16:00", "before_first_year"),
        (2020, "due_at,05/01/2019", "before_first_year"),
        (2020, "received_at,02/01/2020", ""),
        (1985, "received_at,02/01/1986", ""),
        (2020, "status,9", ""),
        (2020, "done_at,trống", ""),
        (2020, "received_at,02/01/2150", "bad_value"),
    ],
)
def test_a_correction_to_a_time_before_the_first_year_is_refused(first_year: int, line: str, right: str) -> None:
    assert answer(line, first_year) == right


def test_the_wrong_old_value_of_a_correction_may_lie_before_the_first_year() -> None:
    heading = "dossier,field,old value,new value,evidence,who,approved by"
    assert answer("received_at,03/03/1997,03/03/2026", 2007, heading) == ""


def answer(line: str, first_year: int, heading: str = "dossier,field,new value,evidence,who,approved by") -> str:
    stated = {("desk", CODED, "received_at"): "1997-03-03T00:00:00+07:00"}
    held = KnownTimes(datetime(2026, 4, 1, tzinfo=UTC), first_years={"desk": first_year})
    known = Known({CODED: ("desk",)}, {"desk": "Asia/Ho_Chi_Minh"}, stated=stated, held=held)
    (found,) = sort_lines(read_lines(f"{heading}\n{CODED},{line},sổ 4,an,bình".encode()), known)
    return found.reason if isinstance(found, Refused) else ""


@pytest.mark.parametrize(("own", "right"), [(None, 2007), (1995, 1995), (2020, 2020)])
def test_the_year_of_the_check_gives_way_to_the_source(own: int | None, right: int) -> None:
    assert load_checks().with_first_year(own).first_year == right
