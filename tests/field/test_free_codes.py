"""``codes: free`` means free: no date, agency or fault is read from a code, even from one that looks like a national one."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.read_once import forget
from tasks.check import check_batch
from tasks.judge import judge_batch
from tasks.judging.judged_sources import source_named
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.warehouse.batches import Batch
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.partitions import every_partition
from tests.field.test_silence import DAY, SOURCE_FILE

# The code says 3 January, the desk 3 March; the second has no receipt; the third is no national code at all.
ROWS = (
    "H99.12-260103-0001,1.000001,9,2026-03-03 08:00,2026-03-10 17:00,2026-03-09 10:00",
    "H99.12-260103-0002,1.000001,9,,2026-03-10 17:00,2026-03-09 10:00",
    "Việc số 7,1.000001,9,2026-03-03 08:00,2026-03-10 17:00,2026-03-09 10:00",
)
BY_CODE = {
    *("dossier_code_malformed", "dossier_code_date_impossible", "received_not_code_date", "receipt_year_slip"),
    *("code_unreadable", "no_code_date", "code_date_differs"),
}


@pytest.mark.parametrize("codes", ["national", "free"])
def test_a_free_code_is_a_name(codes: str, warehouse: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert warehouse.is_running
    (tmp_path / "desk.yaml").write_text(SOURCE_FILE + f"codes: {codes}\n", encoding="utf-8")
    (tmp_path / "desk.csv").write_text("\n".join(["code,procedure,status,received,due,done", *ROWS]) + "\n", encoding="utf-8")
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(tmp_path))
    monkeypatch.setenv("DESK_FOLDER", str(tmp_path))
    forget()
    pull_source(source_named("desk"))
    load_source(source_named("desk"))
    for partition in every_partition():
        check_batch(Batch.of(partition), DAY)
        judge_batch(Batch.of(partition), DAY)
    received = dict(
        fetch_all(
            "SELECT right(code, 4), (received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date::text FROM judged.verdicts "
            "WHERE policy = 'qd766'"
        )
    )
    units = {unit for (unit,) in fetch_all("SELECT unit_code FROM core.dossiers")}
    found = {check for (check,) in fetch_all("SELECT DISTINCT check_id FROM quality.findings")}
    marks = {mark for (text,) in fetch_all("SELECT marks FROM core.dossiers WHERE marks IS NOT NULL") for mark in text.split()}
    if codes == "free":
        assert received["0001"] == "2026-03-03"
        assert received["0002"] is None, "no receipt is read from a name"
        assert units == {None}, "and no agency"
        assert not (found | marks) & BY_CODE
    else:
        assert received["0002"] == "2026-01-03"
        assert (found | marks) & BY_CODE
