"""The score: right where everything is right, and every kind of error lowers the right figure."""

from __future__ import annotations

from typing import Any

import pytest

from demo.__main__ import main
from demo.score import compare
from tests.demo.conftest import Province


def perfect(province: Province) -> list[dict[str, Any]]:
    return [
        {
            "source": row["source"],
            "code": row["code"],
            "verdict": row["verdict"],
            "reasons": row["reasons"] or None,
            "missing": row["missing"] or None,
            "counted": row["counted"] == "true",
        }
        for row in province.truth
    ]


def test_the_truth_scores_full_marks(province: Province) -> None:
    score = compare(province.truth, perfect(province))
    assert (score.accuracy, score.lost, score.extra, score.false_clearances, score.unfounded) == (1.0, 0, 0, 0.0, 0)
    assert score.inside
    assert all(match.precision in (None, 1.0) and match.recall in (None, 1.0) for match in (*score.verdicts, *score.reasons))
    assert {match.name for match in score.reasons} >= {"ended_elsewhere", "no_due_date", "procedure"}


def test_a_false_clearance_is_seen(province: Province) -> None:
    verdicts = perfect(province)
    late = [row for row in verdicts if row["verdict"] == "late"]
    late[0]["verdict"] = "on_time"
    score = compare(province.truth, verdicts)
    known_late = sum(row["actual"] == "late" and row["counted"] == "true" for row in province.truth)
    cleared_by_gap = 0  # undetermined ones are not cleared
    assert score.false_clearances == pytest.approx((1 + cleared_by_gap) / known_late)
    by_name = {match.name: match for match in score.verdicts}
    assert by_name["late"].recall == pytest.approx(1 - 1 / len(late))
    assert by_name["on_time"].precision is not None
    assert by_name["on_time"].precision < 1
    assert score.wrong[0][:2] == ("late", "on_time")


def test_a_rate_outside_the_interval_is_seen(province: Province) -> None:
    verdicts = [
        {**row, "verdict": "late" if row["verdict"] in ("phantom_late", "undetermined") else row["verdict"]}
        for row in perfect(province)
    ]
    score = compare(province.truth, verdicts)
    assert not score.inside
    assert score.unfounded == sum(row["verdict"] == "undetermined" for row in province.truth) > 0


def test_lost_and_extra_dossiers_are_counted(province: Province) -> None:
    verdicts = perfect(province)
    score = compare(province.truth, [*verdicts[5:], {**verdicts[0], "code": "H99.01-250101-9999"}])
    assert (score.lost, score.extra) == (5, 1)


def test_a_foreign_warehouse_is_refused(province: Province) -> None:
    with pytest.raises(ValueError, match="no dossier in common"):
        compare(province.truth, [])


def test_bad_arguments_get_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    assert main(["--dossiers", "10", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
