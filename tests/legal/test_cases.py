"""Every legal case gives what is written beside it."""

import importlib.util
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tasks.rules.reasons import MISSING, REASONS

_SPEC = importlib.util.spec_from_file_location("legal_cases", Path(__file__).parent / "legal_cases.py")
assert _SPEC is not None
assert _SPEC.loader is not None
legal_cases = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(legal_cases)

CASES = legal_cases.all_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['file']}: {case['name']}")
def test_legal_case(case: dict[str, Any]) -> None:
    row = legal_cases.judge_case(case)
    for name, expected in case["expect"].items():
        got = row[name]
        if isinstance(expected, date) and not isinstance(expected, datetime):
            got = got.date() if got is not None else None
        if isinstance(expected, list):
            got = str(got).split() if isinstance(got, str) else []
        assert got == expected, f"{case['name']}: {name} is {got}, not {expected}; {row['evidence']}"
    assert not set(case.get("near", ())) & {*str(row["reasons"]).split(), *str(row["missing"]).split()}


@pytest.mark.parametrize("code", [*REASONS, *MISSING])
def test_every_reason_has_a_case_that_gives_it_and_one_that_nearly_does(code: str) -> None:
    given = [case for case in CASES for name in ("reasons", "missing") if code in case["expect"].get(name, ())]
    near = [case for case in CASES if code in case.get("near", ())]
    assert given, f"no legal case gives {code}"
    assert near, f"no legal case comes near {code}"
