"""The back-fill on real parts: named by source and span, windows shown, nothing new the second time."""

from __future__ import annotations

import signal
from datetime import date

import pytest

from flows.backfill import backfill
from tests.flow.installation import Installation
from tests.flow.test_refresh import of_run


def test_a_span_is_filled_and_its_windows_are_shown(installation: Installation) -> None:
    state = backfill(source="province", since=date(2025, 1, 1), until=date(2025, 3, 31), return_state=True)
    assert state.name == "Completed", state.message
    record, tasks, artifacts = of_run(state)
    assert record.name == "backfill-province-2025-01-01..2025-03-31"
    filled = sorted(task.name for task in tasks if task.name.startswith("fill-"))
    assert filled == ["fill-province-2025-01-01", "fill-province-2025-02-01", "fill-province-2025-03-04"]
    assert {"windows-planned", "windows"} <= {artifact["key"] for artifact in artifacts}
    held = installation.query("SELECT count(*) FROM core.dossiers WHERE source = 'province'")
    assert held[0][0] > 0
    again = backfill(source="province", since=date(2025, 1, 1), until=date(2025, 3, 31), return_state=True)
    assert not [task for task in of_run(again)[1] if task.name.startswith("fill-")]
    assert installation.query("SELECT count(*) FROM core.dossiers WHERE source = 'province'") == held


SPAN = ("backfill", "province", "--from", "2025-01-01", "--to", "2025-03-31")


def windows(installation: Installation) -> list[tuple[object, ...]]:
    return installation.query("SELECT window_from::date, state, count(*) FROM raw.windows GROUP BY 1, 2 ORDER BY 1, 2")


@pytest.mark.parametrize("moment", ["window_done:2", "page_recorded:3"])
def test_a_reading_again_that_is_killed_is_gone_on_with_exactly(installation: Installation, moment: str) -> None:
    installation.motcua(*SPAN)
    once = windows(installation)
    assert {(state, count) for _, state, count in once} == {("done", 1)}
    killed = installation.motcua(*SPAN, "--what", "all", check=False, MOTCUA_KILL_AT=moment)
    assert killed.returncode == -signal.SIGKILL
    said = installation.motcua(*SPAN, "--what", "all", "--dry-run", MOTCUA_LANGUAGE="en").stdout
    assert "A cut-off reading goes on." in " ".join(said.split())
    installation.motcua(*SPAN, "--what", "all")
    assert windows(installation) == [(since, "done", 2) for since, _, _ in once], "each window once more, none twice"
    installation.motcua(*SPAN, "--what", "all")
    assert windows(installation) == [(since, "done", 3) for since, _, _ in once], "a new order reads all again"


def test_a_dry_run_says_what_would_be_done_and_does_nothing(installation: Installation) -> None:
    said = installation.motcua(*SPAN, "--dry-run", MOTCUA_LANGUAGE="en").stdout
    assert "province: 3 windows would be read (3 missing). 0 dossiers modified" in " ".join(said.split())
    assert windows(installation) == []
    state = backfill(source="province", since=date(2025, 1, 1), until=date(2025, 3, 31), dry_run=True, return_state=True)
    assert state.name == "Completed"
    _, tasks, artifacts = of_run(state)
    assert not tasks
    assert [artifact["key"] for artifact in artifacts] == ["windows-planned"]
    assert windows(installation) == []
    installation.motcua(*SPAN)
    said = " ".join(installation.motcua(*SPAN, "--dry-run").stdout.split())
    assert "province: không thiếu khoảng nào, sẽ không hỏi gì." in said
    said = " ".join(installation.motcua(*SPAN, "--what", "all", "--dry-run").stdout.split())
    held = installation.query(
        "SELECT count(*), count(DISTINCT partition_month) FROM core.dossiers "
        "WHERE source = 'province' AND modified_at >= '2025-01-01+07' AND modified_at < '2025-04-01+07'"
    )[0]
    assert "sẽ đọc 3 khoảng (3 đọc lại)" in said
    assert f"Đang giữ {held[0]} hồ sơ" in said
    assert f"({held[1]} tháng)" in said
