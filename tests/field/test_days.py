"""The day that a run speaks for: it has ended, the policy and its rate hold on it, and a demonstration's day stands still."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.errors import ConfigError
from config.read_once import forget
from flows.commands.cli import main
from flows.commands.demo import DEMO_DAY, _prepare
from flows.runs.reporting_day import day_of_run, last_finished_day, named_day, require_ended


def day(ago: int) -> date:
    """The office's day so many days ago, when it is asked for: a run of the tests may go past midnight."""
    return datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date() - timedelta(days=ago)


@pytest.mark.parametrize(
    ("policy", "asked", "right"),
    [
        ("qd766", 1, None),
        ("qd766", 0, "has not ended"),
        ("qd766", -1, "has not ended"),
        ("qd766", date(2131, 1, 1), "has not ended"),
        ("qd766", date(2022, 8, 1), None),
        ("qd766", date(2022, 7, 31), "begins on 2022-08-01"),
        ("qd766", date(2, 1, 1), "begins on 2022-08-01"),
        ("bieu06", date(2022, 7, 31), "indicators/qd766.yaml: begins on 2022-08-01"),  # the policy holds, its rate does not
        ("recorded", date(1999, 12, 31), "policies/recorded.yaml: begins on 2000-01-01"),
        ("qd767", 1, "there is no policy 'qd767'"),
    ],
)
def test_a_run_speaks_for_a_day_that_has_ended_and_that_its_rules_govern(
    policy: str, asked: date | int, right: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = day(ago=asked) if isinstance(asked, int) else asked
    monkeypatch.setenv("MOTCUA_POLICY", policy)
    forget()
    if right is None:
        assert day_of_run(asked) == asked
    else:
        with pytest.raises(ConfigError, match=right):
            day_of_run(asked)


def test_without_a_day_it_is_the_usual_one_unless_that_never_ended() -> None:
    assert day_of_run(None) == named_day(None) == day(ago=1)
    assert day_of_run(None, date(2026, 3, 31)) == named_day(None, date(2026, 3, 31)) == date(2026, 3, 31)
    assert day_of_run(None, date(2031, 1, 1)) == day(ago=1)  # a slip of an earlier version is not gone on with
    assert named_day(date(2031, 1, 1)) == date(2031, 1, 1)  # what is refused has a name all the same


@pytest.mark.parametrize(
    "command",
    [
        ["refresh", "--as-of", "2131-01-01"],
        ["refresh", "--as-of", "TODAY"],
        ["rerun", "--as-of", "2131-01-01"],
        ["publish", "--as-of", "2131-01-01"],
        ["replay", "--as-of", "2131-01-01", "--overwrite"],
        ["differences", "a", "b", "--as-of", "2131-01-01"],
        ["backfill", "desk", "--from", "2131-01-01"],
        ["backfill", "desk", "--from", "2026-01-01", "--to", "TODAY"],
        ["checks", "try", "checks.yaml", "--since", "2131-01-01"],
    ],
    ids=" ".join,
)
def test_every_command_refuses_a_day_that_has_not_ended_before_it_starts_anything(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MOTCUA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    forget()
    assert main([str(day(ago=0)) if word == "TODAY" else word for word in command]) == 2
    assert f"a day up to {day(ago=1)}" in capsys.readouterr().err
    assert not (tmp_path / "home").exists()


def test_the_demonstration_stays_at_its_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOTCUA_SOURCES_DIR", "MOTCUA_PREFECT_PORT"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("MOTCUA_HOME", str(tmp_path / "home"))
    forget()
    _prepare(1, 600)
    assert last_finished_day() == day_of_run(None) == DEMO_DAY  # the scheduled run, and whatever is clicked
    assert day_of_run(None, day(ago=1)) == DEMO_DAY
    assert day_of_run(DEMO_DAY - timedelta(days=1)) == DEMO_DAY - timedelta(days=1)
    with pytest.raises(ConfigError, match="this demonstration stands still"):
        require_ended(DEMO_DAY + timedelta(days=1))
