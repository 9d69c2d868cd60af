"""The list of receptions against the clock asked the other way round: minutes passed, not the last minute."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from config.errors import DataError
from config.read_once import forget
from config.settings import settings
from tasks.judge import judge_batch
from tasks.judging.offices import office_of
from tasks.reports.explanation.dossiers import explain
from tasks.reports.receptions import by_unit, read_receptions
from tasks.rules.dates.times import local_times
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all, read_frame
from tasks.warehouse.load import load
from tests.warehouse.test_judge import DAY_ONE, DOSSIERS, MONTH, SOURCE_FILE, fill


@pytest.fixture(autouse=True)
def desk(warehouse: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "desk.yaml").write_text(SOURCE_FILE, encoding="utf-8")
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(tmp_path))
    monkeypatch.setenv("NOWHERE", str(tmp_path))
    forget()
    dice = random.Random(7)  # noqa: S311 - the same rows every time
    fill(dice)
    with load("load", "desk") as current:
        for (code,) in current.fetch("SELECT code FROM core.dossiers WHERE channel = 'online' ORDER BY code"):
            hours = timedelta(hours=dice.randint(0, 60))
            current.execute(
                "UPDATE core.dossiers SET submitted_at = received_at - %(h)s WHERE code = %(c)s", {"h": hours, "c": code}
            )


def test_late_is_whoever_waited_longer_than_eight_working_hours() -> None:
    with pytest.raises(DataError, match="refresh"):
        read_receptions()
    judge_batch(MONTH, DAY_ONE)
    rows = read_receptions()
    office = office_of("desk")
    online = read_frame("SELECT * FROM core.dossiers WHERE channel = 'online' ORDER BY code", None, DOSSIERS)
    submitted, received = (local_times(online[name], office.zone) for name in ("submitted_at", "received_at"))
    waited = office.clock.working_minutes_between(submitted, received)
    # Late is whose eight hours were over a minute before already: at 17:00 they may be over, and nothing is counted until morning.
    before = office.clock.working_minutes_between(submitted, received - np.timedelta64(1, "m"))
    expected = np.where(submitted == received, "untold", np.where(before >= 480, "late", "in_time"))
    assert [(row.code, row.outcome) for row in rows] == list(zip(online["code"], expected.tolist(), strict=True))
    assert {"late", "in_time", "untold"} <= set(expected)
    over = {row.code: row.minutes_over for row in rows if row.outcome == "late"}
    assert over == {
        code: int(m) - 480 for code, m, what in zip(online["code"], waited, expected, strict=True) if what == "late"
    }
    assert sum(by_unit(rows).values(), Counter()) == Counter(expected.tolist())
    code = next(iter(over))
    assert "taken in late" in explain(code, "en", policy=settings().policy)
    assert "chậm tiếp nhận" in explain(code, "vi", policy=settings().policy)


def test_a_corrected_receipt_counts_and_only_it_is_read() -> None:
    judge_batch(MONTH, DAY_ONE)
    late = next(row for row in read_receptions() if row.outcome == "late")
    new = datetime.fromisoformat(f"{late.submitted}+07:00") + timedelta(minutes=1)
    with load("correct", "desk") as current:
        current.execute(
            "INSERT INTO quality.corrections (correction_id, source, code, field, new_value, evidence, proposed_by, approved_by, state,"
            " package, received_at, changed_in) VALUES ('c', 'desk', %(code)s, 'received_at', %(new)s, 'x', 'a', 'b', 'approved',"
            " 'p', now(), %(number)s)",
            {"code": late.code, "new": new.isoformat(), "number": current.change_number},
        )
    before = fetch_all("SELECT count(*), max(changed_in) FROM judged.verdicts")
    found = {row.code: row.outcome for row in read_receptions()}
    assert found[late.code] == "in_time"
    assert fetch_all("SELECT count(*), max(changed_in) FROM judged.verdicts") == before
