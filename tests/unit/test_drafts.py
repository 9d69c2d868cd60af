"""Drafts of law as files: what they are shows in their keys, and what cannot hold is named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.settings import ROOT
from schemas.reference import PROCEDURES
from tasks.reports.drafts import DraftLimit, read_draft, with_limits

CATALOGUE = PROCEDURES.frame(
    [
        {
            "procedure_code": "1.000001",
            "channel": "counter",
            "valid_from": date(2020, 1, 1),
            "name": "Thủ tục",
            "field_code": "F1",
            "limit_amount": 5.0,
            "limit_unit": "working_day",
            "changed_in": 1,
        }
    ]
)


def draft(**given: object) -> DraftLimit:
    plain = {"procedure_code": "1.000001", "valid_from": date(2026, 3, 6), "limit": "3 ngày làm việc"}
    return DraftLimit.model_validate(plain | given)


def test_a_drafted_version_stands_beside_the_others_and_takes_the_place_of_its_own_key() -> None:
    rows = with_limits(CATALOGUE, (draft(), draft(valid_from=date(2020, 1, 1), limit="8 giờ"), draft(channel="online")))
    found = [(row.channel, row.valid_from, row.limit_amount, row.limit_unit, row.field_code) for row in rows.itertuples()]
    assert sorted(found) == [
        ("counter", date(2020, 1, 1), 8.0, "hour", "F1"),
        ("counter", date(2026, 3, 6), 3.0, "working_day", "F1"),
        ("online", date(2026, 3, 6), 3.0, "working_day", "F1"),
    ]


@pytest.mark.parametrize(
    ("given", "fact"), [({"procedure_code": "9.9"}, "not in the catalogue"), ({"limit": "tùy trường hợp"}, "more than one way")]
)
def test_a_drafted_limit_that_cannot_hold_is_named(given: dict[str, str], fact: str) -> None:
    with pytest.raises(ConfigError, match=fact):
        with_limits(CATALOGUE, (draft(**given),))


def test_a_file_that_is_no_draft_says_what_one_is(tmp_path: Path) -> None:
    path = tmp_path / "draft.yaml"
    for text in ("a: 1", "[1]", ""):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError, match="is no draft"):
            read_draft(path)
    path.write_text(
        (ROOT / "config/policies/qd766.yaml").read_text(encoding="utf-8").replace("refused: compared", ""), encoding="utf-8"
    )
    with pytest.raises(ConfigError, match="refused"):
        read_draft(path)
