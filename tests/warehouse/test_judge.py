"""Judging from the warehouse: an incremental run ends where a full one does, and touches what changed."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from config.checks import load_checks
from config.errors import ConfigError, DataError
from config.policies import load_policies
from config.read_once import forget
from config.settings import settings
from flows.commands.status import dossiers
from schemas.dossiers import DOSSIERS, EVENTS, MATCHES, PAUSES
from schemas.quality import CORRECTIONS
from schemas.reference import PROCEDURES
from schemas.verdicts import VERDICTS_TABLE
from tasks.correcting.proposal_files import refresh_proposals
from tasks.judge import judge_all, judge_batch
from tasks.judging.offices import clocks_of, office_of
from tasks.judging.rules_digest import rules_digest
from tasks.match import match_all
from tasks.reports.comparison import compare, write_lines
from tasks.reports.explanation.dossiers import explain
from tasks.reports.lists import DOSSIER_LISTS, ages, by_unit, in_office_time, read_list
from tasks.reports.resubmitted import read_resubmitted
from tasks.rules.checks import run_checks
from tasks.rules.dates.instant_texts import instant_text
from tasks.rules.dates.times import end_of_day, local_times
from tasks.rules.verdict.reasons import REASONS
from tasks.warehouse.affected import affected_codes
from tasks.warehouse.batches import Batch
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.dossiers import read_batch
from tasks.warehouse.engine import connection, fetch_all, read_frame
from tasks.warehouse.load import load
from tasks.warehouse.partitions import Partition, pending

MONTH = Batch.of(Partition("desk", date(2026, 3, 1)))
FEBRUARY = Batch.of(Partition("desk", date(2026, 2, 1)))
pytestmark = pytest.mark.usefixtures("desk")
DAY_ONE, DAY_TWO = date(2026, 3, 20), date(2026, 3, 23)
SOURCE_FILE = """
title: Một cửa thử nghiệm
kind: files
profile: table
columns: {code: [code], received_at: [received]}
files: {folder: {env: NOWHERE}, pattern: "*.csv"}
"""


@pytest.fixture
def desk(warehouse: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    (tmp_path / "desk.yaml").write_text(SOURCE_FILE, encoding="utf-8")
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(tmp_path))
    monkeypatch.setenv("NOWHERE", str(tmp_path))
    forget()
    fill(random.Random(7))  # noqa: S311 - the same rows every time
    return warehouse


def at(moment: datetime) -> pd.Timestamp:
    return pd.Timestamp(moment, tz="Asia/Ho_Chi_Minh").tz_convert("UTC")


def dossier(number: int, dice: random.Random) -> dict[str, Any]:
    received = datetime(2026, 3, dice.randint(2, 13), dice.randint(8, 16), dice.randint(0, 59))
    done = received + timedelta(days=dice.randint(0, 12)) if dice.random() < 0.7 else None
    if done and done.date() > DAY_ONE:
        done = None
    return {
        "source": "desk",
        "code": f"H99.12-{received:%y%m%d}-{number:04d}",
        "partition_month": date(2026, 3, 1),
        "role": "primary",
        "procedure_code": dice.choice(["1.000001", "1.000002", "1.999999"]),
        "channel": dice.choice(["counter", "online", None]),
        "unit_code": dice.choice(["H99.12", "H99.13"]),
        "status": 9 if done else dice.choice([2, 4, 5]),
        "received_at": at(received),
        "due_at": at(received + timedelta(days=dice.randint(0, 14))),
        "done_at": at(done) if done else None,
        "page_digest": "a" * 64,
        "page_position": number,
    }


def fill(dice: random.Random) -> None:
    dossiers = [dossier(number, dice) for number in range(300)]
    procedures = [
        {
            "procedure_code": code,
            "channel": "counter",
            "valid_from": date(2020, 1, 1),
            "name": "Thủ tục",
            "field_code": "F1",
            "limit_amount": amount,
            "limit_unit": unit,
        }
        for code, amount, unit in (("1.000001", 5.0, "working_day"), ("1.000002", 8.0, "hour"))
    ]
    pauses = [
        {
            "source": "desk",
            "code": row["code"],
            "seq": 0,
            "kind": "supplement",
            "started_at": row["received_at"] + pd.Timedelta(hours=5),
            "ended_at": None if row["status"] == 5 else row["received_at"] + pd.Timedelta(hours=30),
            "origin": "supplement_record",
        }
        for row in dossiers[::4]
    ]
    frame = DOSSIERS.frame(dossiers)
    with load("load", "desk") as current:
        current.merge(PROCEDURES, PROCEDURES.frame(procedures))
        current.merge(DOSSIERS, frame)
        current.merge_children(PAUSES, PAUSES.frame(pauses), parents=frame)
        current.merge_children(EVENTS, EVENTS.frame(), parents=frame)


def verdicts() -> pd.DataFrame:
    columns = ", ".join(VERDICTS_TABLE.given_columns)
    query = f"SELECT {columns} FROM judged.verdicts ORDER BY source, code, policy"
    return read_frame(query, None, VERDICTS_TABLE)


def change_some() -> None:
    """A dossier ends, evidence comes in for another, a third is corrected."""
    rows = read_frame("SELECT * FROM core.dossiers WHERE done_at IS NULL ORDER BY code LIMIT 3", None, DOSSIERS)
    ended = rows.iloc[[0]].assign(status=9, done_at=at(datetime(2026, 3, 21, 9)))
    evidence = DOSSIERS.frame(
        [
            {
                "source": "land",
                "code": "L1",
                "partition_month": date(2026, 3, 1),
                "role": "evidence",
                "status": 9,
                "done_at": at(datetime(2026, 3, 12, 9)),
            }
        ]
    )
    match = {"source": "desk", "code": rows["code"][1], "other_source": "land", "other_code": "L1", "kind": "evidence"}
    with load("load", "desk") as current:
        current.merge(DOSSIERS, pd.concat([ended, evidence])[list(DOSSIERS.given_columns)])
        current.merge(MATCHES, MATCHES.frame([{**match, "rule": "receipt_number", "confidence": 1.0}]))
        current.merge(CORRECTIONS, CORRECTIONS.frame([approved(rows["code"][2], "2026-03-10T10:00:00+07:00")]))


def approved(code: str, done: str) -> dict[str, Any]:
    """A correction of an end."""
    return {
        "correction_id": f"c-{code}",
        "source": "desk",
        "code": code,
        "field": "done_at",
        "new_value": done,
        "evidence": "Sổ theo dõi trang 4",
        "proposed_by": "can.bo",
        "approved_by": "lanh.dao",
        "state": "approved",
        "package": "p1",
        "received_at": at(datetime(2026, 3, 22, 9)),
    }


def two_systems_record_the_same_pause() -> None:
    """The land software says word for word what the supplement records say, and a little more."""
    paused = "SELECT d.* FROM core.dossiers AS d JOIN core.pauses USING (source, code) ORDER BY d.code"
    rows = read_frame(paused, None, DOSSIERS)
    pauses = read_frame("SELECT * FROM core.pauses ORDER BY code", None, PAUSES)
    pauses = pauses.assign(source="land", origin="land_software")
    longer = pauses.iloc[::3].assign(seq=1, ended_at=pauses["ended_at"] + pd.Timedelta(hours=30))
    events = EVENTS.frame(
        [
            {"source": "desk", "code": code, "seq": seq, "at": received + pd.Timedelta(hours=2), "status": 2 + 2 * seq}
            for code, received in zip(rows["code"], rows["received_at"], strict=True)
            for seq in (0, 1)
        ]
    )
    own = rows[list(DOSSIERS.given_columns)]
    land = own.assign(source="land", role="evidence", due_at=pd.NA)
    matches = [
        {"source": "desk", "code": code, "other_source": "land", "other_code": code, "kind": "evidence"}
        for code in rows["code"]
    ]
    with load("load", "desk") as current:
        current.merge(DOSSIERS, land)
        current.merge_children(PAUSES, pd.concat([pauses, longer])[list(PAUSES.given_columns)], parents=land)
        current.merge_children(EVENTS, events, parents=own)
        current.merge(MATCHES, MATCHES.frame([{**match, "rule": "code", "confidence": 1.0} for match in matches]))


def test_neither_verdicts_nor_findings_depend_on_the_order_in_which_rows_are_read() -> None:
    two_systems_record_the_same_pause()
    change_some()
    frames, policies, zone = read_batch(MONTH), list(load_policies().values()), office_of("desk").zone
    assert (len(frames.evidence), len(frames.pauses), len(frames.events)) == (76, 175, 150)
    judged = judge_all(frames, policies, "desk", DAY_ONE).sort_values(["code", "policy"], ignore_index=True)
    found = run_checks(frames, load_checks(), DAY_ONE, zone, *clocks_of(frames.dossiers, "desk")).rows()
    for seed in range(5):
        other = replace(
            frames,
            **{
                each.name: getattr(frames, each.name).sample(frac=1, random_state=seed).reset_index(drop=True)
                for each in fields(frames)
                if isinstance(getattr(frames, each.name), pd.DataFrame)
            },
        )
        again = judge_all(other, policies, "desk", DAY_ONE).sort_values(["code", "policy"], ignore_index=True)
        pd.testing.assert_frame_equal(again, judged)
        found_again = run_checks(other, load_checks(), DAY_ONE, zone, *clocks_of(other.dossiers, "desk")).rows()
        by = ["code", "check_id"]
        pd.testing.assert_frame_equal(found_again.sort_values(by, ignore_index=True), found.sort_values(by, ignore_index=True))


def test_a_pause_that_two_systems_record_is_the_dossiers_own() -> None:
    two_systems_record_the_same_pause()
    judge_batch(MONTH, DAY_ONE)
    rows = verdicts()
    both = rows[(rows["policy"] == "qd766") & rows["evidence"].str.contains('"pauses"')]
    assert len(both) > 20
    assert not both["reasons"].str.contains("pause_recorded_elsewhere").any()


# What tasks/rules/text/digests.py promises, said in SQL.
_DIGEST = (
    """left(encode(sha256(convert_to(to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'UTF8')), 'hex'), 16)"""
)
_DIGESTS = f"""
    SELECT e.key, count(*), bool_and(e.value ->> 'digest' = CASE e.key
        WHEN 'received' THEN {_DIGEST.format("d.received_at")}
        WHEN 'end' THEN {_DIGEST.format("coalesce(l.at, d.done_at)")}
        ELSE {_DIGEST.format("p.started_at")} END)
    FROM judged.verdicts AS v JOIN core.dossiers AS d USING (source, code)
    CROSS JOIN LATERAL jsonb_each(v.evidence - 'page' - 'limit' - 'due') AS e
    LEFT JOIN core.events AS l ON l.source = v.source AND l.code = v.code
        AND e.value ->> 'from' = 'core.events.at seq ' || l.seq
    LEFT JOIN core.pauses AS p ON p.source = v.source AND p.code = v.code
        AND e.value ->> 'from' = 'core.pauses.started_at seq ' || p.seq
    WHERE (e.value ->> 'from' = 'core.dossiers.received_at' OR e.value ->> 'from' = 'core.dossiers.done_at'
        OR l.seq IS NOT NULL OR p.seq IS NOT NULL) AND v.policy = 'qd766'
    GROUP BY 1 ORDER BY 1
"""


def test_every_dossier_has_a_verdict_under_every_policy() -> None:
    counts = judge_batch(MONTH, DAY_ONE)
    assert counts.read == 300
    digests = fetch_all(_DIGESTS)
    assert [(key, rows > 20, same) for key, rows, same in digests] == [
        (key, True, True) for key in ("end", "pauses", "received")
    ]
    rows = verdicts()
    assert rows.groupby("policy").size().to_dict() == {"bieu06": 300, "qd766": 300, "recorded": 300}
    assert {"late", "phantom_late", "hidden_late", "on_time", "undetermined"} <= set(rows["verdict"])


def test_judging_again_changes_nothing_and_reads_nothing() -> None:
    judge_batch(MONTH, DAY_ONE)
    counts = judge_batch(MONTH, DAY_ONE)
    assert (counts.read, counts.inserted, counts.updated) == (0, 0, 0)
    full = judge_batch(MONTH, DAY_ONE, full=True)
    assert (full.inserted, full.updated, full.unchanged) == (0, 0, 900)


def test_an_incremental_run_ends_where_a_full_one_does() -> None:
    judge_batch(MONTH, DAY_ONE)
    change_some()
    counts = judge_batch(MONTH, DAY_TWO)
    assert 3 <= counts.read < 200
    incremental = verdicts()
    again = refresh_proposals(load_policies()[settings().policy], DAY_TWO)
    assert (again.inserted, again.updated, again.deleted) == (0, 0, 0), "proposals follow the verdicts"
    full = judge_batch(MONTH, DAY_TWO, full=True)
    assert full.updated == 0
    pd.testing.assert_frame_equal(incremental, verdicts())


def test_a_change_is_judged_and_nothing_else() -> None:
    judge_batch(MONTH, DAY_ONE)
    change_some()
    assert judge_batch(MONTH, DAY_ONE).read == 3


def test_an_explanation_tells_in_two_languages_what_the_table_tells() -> None:
    judge_batch(MONTH, DAY_ONE)
    rows = verdicts()
    phantom = rows[(rows["policy"] == "qd766") & (rows["verdict"] == "phantom_late")]["code"].iloc[0]
    vietnamese, english = explain(phantom, "vi", policy=settings().policy), explain(phantom, "en", policy=settings().policy)
    assert "KẾT LUẬN: TRỄ ẢO" in vietnamese
    assert "VERDICT: PHANTOM LATE" in english
    for code in str(rows[(rows["code"] == phantom) & (rows["policy"] == "qd766")]["reasons"].iloc[0]).split():
        assert code in english


def test_a_partition_is_pending_until_it_is_judged() -> None:
    assert pending("judge", DAY_ONE, rules_digest()) == MONTH.partitions
    judge_batch(MONTH, DAY_ONE)
    assert pending("judge", DAY_ONE, rules_digest()) == []
    assert pending("judge", DAY_TWO, rules_digest()) == MONTH.partitions
    change_some()
    assert pending("judge", DAY_ONE, rules_digest()) == MONTH.partitions


def test_policies_are_compared_dossier_by_dossier(tmp_path: Path) -> None:
    judge_batch(MONTH, DAY_ONE)
    rows = verdicts().set_index(["source", "code", "policy"])["timeliness"].unstack()
    counted = verdicts().set_index(["source", "code", "policy"])["counted"].unstack()
    rows = rows.where(counted)
    found = compare("qd766", "recorded")
    assert found.sums()["late"] == (int((rows["qd766"] == "late").sum()), int((rows["recorded"] == "late").sum()))
    expected = rows[rows["qd766"].fillna("-") != rows["recorded"].fillna("-")]
    assert [(each.source, each.code) for each in found.disagreed] == sorted(expected.index)
    assert len(expected) > 20
    assert sum(found.reasons().values()) == sum(found.units().values()) == len(expected)
    assert sum(found.totals.values()) == 300
    back = compare("recorded", "qd766")
    assert {(b, a): n for (a, b), n in back.totals.items()} == found.totals
    assert compare("qd766", "qd766").disagreed == []
    write_lines(found, tmp_path / "lines.csv")
    assert len((tmp_path / "lines.csv").read_text(encoding="utf-8-sig").splitlines()) == len(expected) + 1


def test_a_policy_that_does_not_exist_is_named() -> None:
    with pytest.raises(ConfigError, match="qd767"):
        compare("qd766", "qd767")
    with pytest.raises(DataError, match="refresh"):
        compare("qd766", "bieu06")


def test_lists_hold_whom_they_concern_the_most_pressing_first() -> None:
    judge_batch(MONTH, DAY_ONE)
    rows = verdicts()
    rows = rows[(rows["policy"] == "qd766") & rows["counted"]]
    late = read_list("late", "qd766")
    assert set(late["code"]) == set(rows[rows["timeliness"] == "late"]["code"])
    assert len(late) > 5
    over = late["days_over"].astype(float)
    assert over.is_monotonic_decreasing
    assert over.min() >= 0, "one that ended on the weekend after is late by no working time"
    assert sum(ages(late).values()) == sum(count for _, count in by_unit(late)) == len(late)
    assert ages(late)["≤ 1"] == int((over <= 1).sum())
    assert ages(late)["> 30"] == int((over > 30).sum())
    assert set(read_list("ageing", "qd766")["code"]) <= set(late["code"])


def test_every_list_is_printed_in_the_words_of_officials(capsys: pytest.CaptureFixture[str]) -> None:
    judge_batch(MONTH, DAY_ONE)
    for name in DOSSIER_LISTS:
        rows = read_list(name, "qd766")
        dossiers(name, "qd766")
        printed = capsys.readouterr().out
        codes = rows["code"].head(20).tolist()
        assert str(len(rows)) in printed
        assert all(code in printed for code in codes), name
        assert not any(code in printed for code in REASONS), name
        shown = in_office_time(rows)["due_at"].tolist()
        assert shown == [instant_text(due, "Asia/Ho_Chi_Minh") if pd.notna(due) else None for due in rows["due_at"]]


def test_a_list_holds_what_ended_just_in_time() -> None:
    """A minute before the due date and at the due date are both no day over it."""
    judge_batch(MONTH, DAY_ONE)
    with connection("test") as driver, driver.cursor() as cursor:
        cursor.execute(
            "WITH chosen AS (SELECT source, code, row_number() OVER (ORDER BY code) AS place FROM judged.verdicts "
            "WHERE policy = 'qd766' AND counted AND due_at IS NOT NULL LIMIT 6) "
            "UPDATE judged.verdicts AS v SET verdict = 'phantom_late', "
            "end_at = date_trunc('day', due_at) + interval '8 hours' - (place % 2) * interval '1 minute', "
            "due_at = date_trunc('day', due_at) + interval '8 hours' FROM chosen "
            "WHERE v.source = chosen.source AND v.code = chosen.code AND v.policy = 'qd766'"
        )
    assert read_list("phantom", "qd766")["days_over"].tolist().count(0) >= 6


def test_what_will_be_late_within_a_working_day_is_what_is_due_by_then() -> None:
    judge_batch(MONTH, DAY_ONE)
    clock, zone = office_of("desk").clock, office_of("desk").zone
    limit = clock.after_working_minutes(np.array([end_of_day(DAY_ONE)]), np.array([480]))[0]
    rows = verdicts()
    rows = rows[
        (rows["policy"] == "qd766") & rows["counted"] & (rows["state"] == "in_progress") & (rows["timeliness"] != "late")
    ]
    due = local_times(rows["due_at"], zone)
    expected = set(rows[~np.isnat(due) & (due <= limit)]["code"])
    assert expected
    assert set(read_list("soon", "qd766")["code"]) == expected


def filed(code: str, received: datetime, status: int, done: datetime | None, applicant: str = "k1") -> dict[str, Any]:
    row = dossier(0, random.Random(1)) | {  # noqa: S311
        "code": code,
        "procedure_code": "1.000001",
        "applicant_key": applicant,
    }
    return row | {"received_at": at(received), "due_at": None, "status": status, "done_at": at(done) if done else None}


def test_who_files_again_after_a_withdrawal_is_listed_and_just_before_the_due_date_runs_by_the_first_clock() -> None:
    first, soon = datetime(2026, 3, 3, 8), datetime(2026, 3, 6, 9)
    february, done, later = date(2026, 2, 1), datetime(2026, 3, 12, 9), {"due_at": at(datetime(2026, 3, 31, 17))}
    rows = [
        filed("A-1", first, 7, soon),  # five working days: due on 10 March
        filed("A-2", datetime(2026, 3, 9, 8), 9, datetime(2026, 3, 12, 9)),
        filed("B-1", first, 7, soon, "k2"),
        filed("B-2", datetime(2026, 3, 6, 14), 9, datetime(2026, 3, 10, 16, 59), "k2"),
        filed("C-1", first, 7, soon, "k3"),
        filed("C-2", datetime(2026, 3, 17, 8), 4, None, "k3"),  # eleven days later
        filed("D-1", first, 9, soon, "k4"),  # not withdrawn
        filed("D-2", datetime(2026, 3, 9, 8), 4, None, "k4"),
        # Received on the last working day of February's partition, due on 6 March; withdrawn then, and twice filed again.
        filed("E-1", datetime(2026, 2, 27, 8), 7, datetime(2026, 3, 6, 9), "k5") | {"partition_month": february},
        filed("E-2", datetime(2026, 3, 6, 14), 7, datetime(2026, 3, 9, 9), "k5"),
        filed("E-3", datetime(2026, 3, 9, 14), 9, done, "k5") | later,
        # The same, but by somebody who files many of them.
        filed("F-1", datetime(2026, 2, 27, 8), 7, datetime(2026, 3, 6, 9), "k6") | {"partition_month": february},
        filed("F-2", datetime(2026, 3, 6, 14), 9, done, "k6") | later,
        filed("F-3", datetime(2026, 3, 9, 14), 9, done, "k6") | later,
    ]
    with load("load", "desk") as current:
        current.merge(DOSSIERS, DOSSIERS.frame(rows))
    match_all(DAY_ONE)
    for batch in (FEBRUARY, MONTH):
        judge_batch(batch, DAY_ONE)
    found = [(one.code, one.next_code, one.would_be_late, one.refiled) for one in read_resubmitted("qd766")]
    assert sorted(found) == [
        ("A-1", "A-2", True, False),
        ("B-1", "B-2", False, False),
        ("E-1", "E-2", True, False),
        ("E-2", "E-3", True, True),
        ("F-1", "F-2", True, False),
    ]
    assert found[0][0] == "E-2"
    assert reasons() == {"E-3": ("hidden_late", "refiled")}

    # Days of the first filing touch the second and the third.
    assert {"E-2", "E-3"} <= set(affected_codes(MONTH, [date(2026, 3, 3)]))
    assert "F-2" not in affected_codes(MONTH, [date(2026, 2, 10)])

    # The first one's withdrawal was earlier: nothing in the third, of another month and two steps on, changed itself.
    changed = filed("E-1", datetime(2026, 2, 27, 8), 7, datetime(2026, 3, 4, 9), "k5") | {"partition_month": february}
    with load("load", "desk") as current:
        current.merge(DOSSIERS, DOSSIERS.frame([changed]))
    match_all(DAY_ONE)
    assert set(pending("judge", DAY_ONE, rules_digest())) == {*FEBRUARY.partitions, *MONTH.partitions}
    assert judge_batch(MONTH, DAY_ONE).read == 2  # E-2 and E-3
    assert judge_batch(FEBRUARY, DAY_ONE).read == 1
    assert reasons() == {}
    # A correction puts the withdrawal back to where it was.
    with load("correct", "test") as current:
        current.merge(CORRECTIONS, CORRECTIONS.frame([approved("E-1", "2026-03-06T09:00:00+07:00")]))
    assert judge_batch(MONTH, DAY_ONE).read == 2
    assert reasons() == {"E-3": ("hidden_late", "refiled")}
    judge_batch(FEBRUARY, DAY_ONE)
    incremental = verdicts()
    assert sum(judge_batch(batch, DAY_ONE, full=True).updated for batch in (FEBRUARY, MONTH)) == 0
    pd.testing.assert_frame_equal(incremental, verdicts())


def reasons() -> dict[str, tuple[str, str]]:
    rows = verdicts()
    rows = rows[(rows["policy"] == "qd766") & rows["code"].str.match("[EF]-") & (rows["verdict"] == "hidden_late")]
    return {code: (verdict, why) for code, verdict, why in rows[["code", "verdict", "reasons"]].itertuples(index=False)}


def test_a_list_of_nothing_judged_says_so() -> None:
    with pytest.raises(DataError, match="refresh"):
        read_list("late", "qd766")
