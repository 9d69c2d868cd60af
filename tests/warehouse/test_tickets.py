"""Tickets from the warehouse: every false alarm is under one, in words of both languages, and a planted fault leads."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from config.errors import ConfigError, DataError
from flows.commands.cli import main
from schemas.dossiers import MATCHES
from schemas.quality import FINDINGS
from schemas.verdicts import VERDICTS_TABLE
from tasks.reports.tickets import read_tickets, write_lines
from tasks.warehouse.load import load
from tests.warehouse.verdict_rows import frame, verdict_rows

pytestmark = pytest.mark.usefixtures("warehouse")
POLICY = "qd766"


def test_every_false_alarm_is_under_one_ticket_and_a_planted_fault_leads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = verdict_rows(400)
    calm = [row for row in rows if row["verdict"] == "on_time" and row["source"] == "province"]
    for row in calm[:60]:
        row |= {"verdict": "phantom_late", "reasons": "ended_elsewhere pause_not_subtracted", "unit_code": "H99.77"}
    fault = [("province", str(row["code"])) for row in calm[:60]]
    matches = [
        {"source": s, "code": c, "other_source": "land", "other_code": c, "kind": "evidence", "rule": "code", "confidence": 1.0}
        for s, c in fault
    ]
    seen = {"severity": "fail", "first_seen_on": date(2026, 3, 31), "last_seen_on": date(2026, 3, 31), "resolved_on": None}
    findings = [{"source": s, "code": c, "check_id": "ended_elsewhere_but_open", **seen} for s, c in fault]
    with load("judge", "test") as current:
        current.replace(VERDICTS_TABLE, frame(rows), {"policy": POLICY})
        current.merge(MATCHES, MATCHES.frame(matches).drop(columns=["changed_in"]))
        current.merge(FINDINGS, FINDINGS.frame(findings).drop(columns=["changed_in"]))

    found = read_tickets(POLICY, "en")
    first = found.tickets[0]
    assert {found.codes[place] for place in first.rows} == set(fault)
    assert (first.kind, first.cause, first.symptoms) == ("phantom_late", "ended_elsewhere", ("ended_elsewhere_but_open",))
    assert first.where.conditions in ((("other_source", "land"),), (("unit_code", "H99.77"),))
    assert found.cause(first) == "Ended in the specialised software, still open at the one-stop desk"
    phantom = {(row["source"], row["code"]) for row in rows if row["verdict"] == "phantom_late"}
    assert found.total("phantom_late") == len(phantom)
    assert found.share(first) == f"{100 * 60 / len(phantom):.0f} % phantom late"

    write_lines(found, tmp_path / "tickets.csv")
    with (tmp_path / "tickets.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    held = Counter((line["source"], line["code"]) for line in lines if line["kind"] in ("phantom_late", "undetermined"))
    struck = {(row["source"], row["code"]) for row in rows if row["verdict"] in ("phantom_late", "undetermined")}
    assert set(held) == struck
    assert set(held.values()) == {1}
    assert [int(line["rank"]) for line in lines] == sorted(int(line["rank"]) for line in lines)

    assert main(["tickets", "--out", str(tmp_path / "vi.csv")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "trễ ảo" in said
    assert f"của {len(phantom)} hồ sơ trễ ảo" in said
    assert pd.read_csv(tmp_path / "vi.csv").shape[0] == len(lines)


def test_nothing_judged_and_no_such_policy_are_said() -> None:
    with pytest.raises(DataError, match="motcua refresh"):
        read_tickets(POLICY, "vi")
    with pytest.raises(ConfigError, match="there is no moon"):
        read_tickets("moon", "vi")
