from __future__ import annotations

import pytest
from sqlalchemy import make_url

from flows.commands.psql import run_psql
from tasks.warehouse.engine import warehouse_url

pytestmark = pytest.mark.usefixtures("warehouse")


def test_psql_answers_and_changes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_psql(["select count(*) as dossiers from core.dossiers"]) == 0
    assert "dossiers" in capfd.readouterr().out
    assert run_psql(["delete from core.dossiers"]) == 1
    assert "read-only" in capfd.readouterr().err


def test_the_password_stands_in_no_list_of_processes(capfd: pytest.CaptureFixture[str]) -> None:
    password = make_url(warehouse_url()).password
    assert run_psql([r"\! tr '\0' ' ' < /proc/$PPID/cmdline"]) == 0
    shown = capfd.readouterr().out
    assert "--dbname=" in shown
    assert password
    assert password not in shown
