"""Releases of open data: what they tell is published, what they keep back is remembered."""

from __future__ import annotations

import csv
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.read_once import forget
from flows.commands.forms import report
from schemas.verdicts import VERDICTS_TABLE
from tasks.measure import measure_policy
from tasks.publish import publish_policy
from tasks.reports.forms.open_releases import earlier_releases
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load
from tests.warehouse.test_publish import killed_at
from tests.warehouse.verdict_rows import AS_OF, frame, verdict_rows

ROWS = verdict_rows(400)
COLUMNS = ("received_online", "received_otherwise", "finished_late", "finished_on_time")


@pytest.fixture
def published(warehouse: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    forget()
    _publish(len(ROWS))
    yield
    monkeypatch.undo()
    forget()


def _publish(dossiers: int) -> None:
    with load("judge", "test") as current:
        current.replace(VERDICTS_TABLE, frame(ROWS[:dossiers]), {"policy": "qd766"})
    measure_policy("qd766", AS_OF)
    publish_policy("qd766", AS_OF)


def _read(path: Path) -> dict[tuple[str, str], dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {(row["span"], row["code"]): row for row in csv.DictReader(file)}


@pytest.mark.usefixtures("published")
def test_releases_tell_no_small_count_and_later_ones_keep_back_what_earlier_ones_did(tmp_path: Path) -> None:
    form, first, again, later = (tmp_path / f"{name}.csv" for name in ("form", "first", "again", "later"))
    report("II.06a", "2026-Q1", None, None, "then", str(form))
    report("open-data", "2026-Q1", None, None, "then", str(first))
    with form.open(encoding="utf-8-sig", newline="") as file:
        true = {row["code"]: row for row in csv.DictReader(file)}
    told, hidden = _read(first), 0
    assert {code for span, code in told if span == "2026-Q1"} == {"*", *true}
    for code, row in true.items():
        for name in COLUMNS:
            shown = told["2026-Q1", code][name]
            assert shown in ("", row[name]), "what is told is what is published"
            hidden += shown == ""
            assert shown == "" or not 0 < int(shown) < 5
    assert hidden, "the made-up agencies have small counts"
    report("open-data", "2026-Q1", None, None, "then", str(again))
    assert again.read_bytes() == first.read_bytes()
    assert len(fetch_all("SELECT FROM mart.open_releases")) == 1, "the same release twice is one"

    _publish(len(ROWS) - 12)
    report("open-data", "2026-01", None, None, "then", str(later))
    assert len(fetch_all("SELECT FROM mart.open_releases")) == 2
    before, after = (release for release in earlier_releases())
    assert before.shown is not None
    assert after.shown is not None
    same = {name for name, count in after.counts.items() if before.counts.get(name) == count}
    assert same - before.shown, "numbers that were not corrected stand in both"
    assert not (same - before.shown) & after.shown, "what was kept back once stays so"


@pytest.mark.usefixtures("published")
def test_a_preview_releases_nothing_and_a_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    report("open-data", "2026-Q1", None, None, "then", None)
    assert "A preview" in capsys.readouterr().out
    assert fetch_all("SELECT FROM mart.open_releases") == []
    with pytest.raises(ConfigError, match="takes no --unit"):
        report("open-data", "2026-Q1", None, None, "now", None)
    with pytest.raises(ConfigError, match="not begun"):
        report("open-data", "2026-H1", None, None, "then", None)


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("name", ["open.docx", "open", "taken/open.csv"])
def test_what_cannot_be_written_is_not_released(tmp_path: Path, name: str) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(ConfigError):
        report("open-data", "2026-Q1", None, None, "then", str(tmp_path / name))
    assert fetch_all("SELECT FROM mart.open_releases") == []
    assert [one.name for one in tmp_path.iterdir()] == ["taken"]


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("point", "kept"), [("ledger_written", 0), ("before_commit", 0), ("after_commit", 1), ("release_kept", 1)]
)
def test_killed_while_it_releases_nothing_is_lost_and_nothing_released_twice(
    warehouse: Cluster, tmp_path: Path, point: str, kept: int
) -> None:
    path = tmp_path / "open.csv"
    assert killed_at(point, warehouse.home, partial(_release, path)) == -signal.SIGKILL
    assert not path.exists(), "nobody gets a file before its release is kept"
    assert len(fetch_all("SELECT FROM mart.open_releases")) == kept
    _release(path)
    _release(tmp_path / "again.csv")
    assert len(fetch_all("SELECT FROM mart.open_releases")) == 1
    assert path.read_bytes() == (tmp_path / "again.csv").read_bytes()
    assert {code for span, code in _read(path) if span == "2026-Q1"} >= {"*"}


def _release(path: Path, *_policy_and_day: object) -> None:
    report("open-data", "2026-Q1", None, None, "then", str(path))
