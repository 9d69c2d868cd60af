"""The back-fill on real parts: named by source and span, windows shown, nothing new the second time."""

from __future__ import annotations

from datetime import date

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
