"""The table of reasons: sums over provinces, nothing of nothing is no full marks."""

from __future__ import annotations

from tests.bench.reasons import Found, summed, table


def match(true: int, found: int, both: int) -> dict[str, int]:
    return {"true": true, "found": found, "both": both}


def test_reasons_add_up_over_provinces_and_know_their_verdict() -> None:
    scores = [
        {"reasons": {"duplicate": match(4, 3, 3), "limit": match(1, 1, 1)}},
        {"reasons": {"duplicate": match(6, 8, 6), "no_due_date": match(0, 2, 0)}},
    ]
    assert summed(scores) == [
        Found("phantom_late", "duplicate", 10, 11, 9, 2),
        Found("hidden_late", "no_due_date", 0, 2, 0, 1),
        Found("undetermined", "limit", 1, 1, 1, 1),
    ]


def test_a_share_of_nothing_is_a_dash() -> None:
    assert Found("hidden_late", "no_due_date", 0, 2, 0, 1).cells[-2:] == ("0.000", "-")
    assert Found("hidden_late", "no_due_date", 4, 0, 0, 1).cells[-2:] == ("-", "0.000")
    lines = list(table([Found("phantom_late", "duplicate", 10, 11, 9, 2)]))
    assert lines[1].split() == ["phantom_late", "duplicate", "10", "11", "2", "0.818", "0.900"]
