"""Every legal case gives what is written beside it."""

import hashlib
import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from config.calendar import load_calendars
from config.policies import load_policies
from tasks.judging.clocks import clock_for
from tasks.legal_cases.judging import mismatches
from tasks.legal_cases.model import LegalCase
from tasks.rules.verdict.judgement import judge_frames
from tasks.rules.verdict.reasons import MISSING, REASONS
from tasks.rules.verdict.timeline import JudgingOffice
from tests.legal import legal_cases

CASES = legal_cases.all_cases()


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{file}: {case.en}") for file, case in CASES])
def test_legal_case(case: LegalCase) -> None:
    row = legal_cases.judge_case(case)
    assert mismatches(case, row) == [], f"{case.en}; {row['evidence']}"


@pytest.mark.parametrize("code", [*REASONS, *MISSING])
def test_every_reason_has_a_case_that_gives_it_and_one_that_nearly_does(code: str) -> None:
    given = [case for _, case in CASES if code in (*(case.expect.reasons or ()), *(case.expect.missing or ()))]
    near = [case for _, case in CASES if code in case.near]
    assert given, f"no legal case gives {code}"
    assert near, f"no legal case comes near {code}"


_RECEIVED = {"received": "03/03/2026 08:00", "appointed": "10/03/2026 17:00"}
_STOPPED = {
    "status": "dừng xử lý",
    "done_recorded": "12/03/2026 10:00",
    "log": [["03/03/2026 08:00", "được tiếp nhận"], ["12/03/2026 10:00", "dừng xử lý"]],
}
_TWICE, _TEST = {"duplicate_of": "H99.12-260303-0002"}, {"marks": "test_wording"}
_NOT_COUNTED = {**_STOPPED, "policy_but": {"stopped": "not_counted"}}


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({}, None),
        (_STOPPED, None),
        (_TEST, "test"),
        (_TWICE, "second_entry"),
        (_NOT_COUNTED, "by_policy"),
        (_TWICE | _TEST, "test"),
        (_NOT_COUNTED | _TWICE, "second_entry"),
        (_TWICE | {"policy": "recorded"}, None),
    ],
)
def test_a_received_dossier_that_is_not_counted_says_why(facts: dict[str, Any], why: str | None) -> None:
    row = legal_cases.judge_case({**_RECEIVED, **facts})
    assert row["counted"] == (why is None)
    assert (None if pd.isna(row["left_out"]) else row["left_out"]) == why


def test_evidence_names_table_field_and_digest_of_the_value() -> None:
    case = {
        "received": datetime(2026, 3, 3, 8),
        "appointed": datetime(2026, 3, 10, 17),
        "pauses": [{"from": datetime(2026, 3, 4, 8), "to": datetime(2026, 3, 4, 10)}],
        "elsewhere": {"done": datetime(2026, 3, 10, 16)},
    }
    evidence = json.loads(legal_cases.judge_case(case)["evidence"])
    assert evidence == {
        "received": {
            "from": "core.dossiers.received_at",
            "is": "2026-03-03T08:00",
            "digest": digest("2026-03-03T01:00:00.000000Z"),
        },
        "limit": {
            "from": "ref.procedures.limit_text from 2020-01-01, own channel",
            "is": "5 ngày làm việc",
            "digest": digest("5 ngày làm việc"),
        },
        "due": {"from": "law", "is": "2026-03-11T17:00"},
        "pauses": {
            "from": "core.pauses.started_at seq 0",
            "is": "1 counted, the first from 2026-03-04T08:00",
            "digest": digest("2026-03-04T01:00:00.000000Z"),
        },
        "end": {
            "from": "core.dossiers.done_at of land",
            "is": "2026-03-10T16:00",
            "digest": digest("2026-03-10T09:00:00.000000Z"),
        },
        "page": "0000000000000000#0",
    }


def test_evidence_of_a_dossier_that_was_filed_again_names_the_first_one_its_due_date_and_its_withdrawal() -> None:
    first = {"received": datetime(2026, 3, 3, 8), "log": [[datetime(2026, 3, 3, 8), 2], [datetime(2026, 3, 10, 10), 7]]}
    again = {"received": datetime(2026, 3, 10, 14), "appointed": datetime(2026, 3, 17, 17), "first": first}
    evidence = json.loads(legal_cases.judge_case(again)["evidence"])
    assert evidence["due"] == {"from": "law, by the clock of the first filing", "is": "2026-03-11T17:00"}
    assert evidence["first_due"] == {"from": "law of H99.12-260303-0002", "is": "2026-03-10T17:00"}
    assert evidence["first_end"] == {
        "from": "core.events.at seq 1 of H99.12-260303-0002",
        "is": "2026-03-10T10:00",
        "digest": digest("2026-03-10T03:00:00.000000Z"),
    }


def test_evidence_of_an_empty_request_names_it() -> None:
    (case,) = (case for _, case in CASES if (case.en or "").startswith("pause_before_due: before a due date that an earlier"))
    evidence = json.loads(legal_cases.judge_case(case)["evidence"])
    assert evidence["pauses"]["from"] == "core.pauses.started_at seq 0"
    assert evidence["empty_request"] == {
        "from": "core.pauses.started_at seq 1",
        "is": "2026-03-12T16:59",
        "digest": digest("2026-03-12T09:59:00.000000Z"),
    }


@pytest.mark.parametrize(
    ("case", "key", "place"),
    [
        ({"received": datetime(2025, 1, 6, 8), "code_day": date(2026, 1, 6)}, "received", "core.dossiers.code"),
        ({"corrections": {"received_at": datetime(2026, 3, 4, 9)}}, "received", "quality.corrections.new_value of received_at"),
        ({"log": [[datetime(2026, 3, 9, 10), 9]]}, "end", "core.events.at seq 0"),
        ({"status": 9, "done_recorded": datetime(2026, 3, 9, 10)}, "end", "core.dossiers.done_at"),
        ({"status": 10, "returned_recorded": datetime(2026, 3, 9, 10)}, "end", "core.dossiers.returned_at"),
        ({"elsewhere": {"status": 4, "returned": datetime(2026, 3, 9, 10)}}, "end", "core.dossiers.returned_at of land"),
        ({"limit": "Không quy định", "appointed": datetime(2026, 3, 9, 17)}, "due", "core.dossiers.due_at"),
        ({"policy": "recorded", "appointed": datetime(2026, 3, 9, 17)}, "due", "core.dossiers.due_at"),
    ],
)
def test_evidence_names_where_the_fact_was_taken_from(case: dict[str, Any], key: str, place: str) -> None:
    given = {"received": datetime(2026, 3, 3, 8), "appointed": datetime(2026, 3, 10, 17), **case}
    found = json.loads(legal_cases.judge_case(given)["evidence"])[key]
    assert found["from"] == place
    assert len(found["digest"]) == 16


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def test_a_link_of_a_dossier_that_is_not_judged_moves_no_other() -> None:
    first = {"received": datetime(2026, 3, 3, 8), "log": [[datetime(2026, 3, 3, 8), 2], [datetime(2026, 3, 10, 10), 7]]}
    log = [[datetime(2026, 3, 10, 14), 2], [datetime(2026, 3, 12, 10), 9]]
    again = {"received": datetime(2026, 3, 10, 14), "appointed": datetime(2026, 3, 17, 17), "log": log, "first": first}
    frames, calendar = legal_cases.frames_of(again), load_calendars()["vn"]
    clocks = (clock_for(calendar), clock_for(calendar, plain=True))
    office = JudgingOffice(legal_cases.ZONE, *clocks, legal_cases.OwnRule(), keeps_requests=True)
    elsewhere = replace(frames.earlier, links=frames.earlier.links.assign(code=pd.array(["H99-2"], dtype="string[pyarrow]")))
    judged = [
        judge_frames(each, load_policies()["qd766"], office, date(2026, 3, 31))["verdict"][0]
        for each in (frames, replace(frames, earlier=elsewhere))
    ]
    assert judged == ["hidden_late", "on_time"]
