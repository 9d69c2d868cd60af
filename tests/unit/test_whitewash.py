"""Guard over corrections: cheats stand above honest agencies; the audit sample is drawn by nobody's choice."""

from __future__ import annotations

import random

import numpy as np
import pandas as pd
import pytest

from tasks.rules.corrections.audit_sample import at_most_wrong, drawn, sample_size
from tasks.rules.corrections.whitewash import shares_by, suspicious_half_years

CALM, CLOSING = "2026-03-20", "2026-03-13"
HONEST = {f"h{number}": (40, 12, 2, 1) for number in range(8)}


def corrections(**offices: tuple[int, int, int, int]) -> pd.DataFrame:
    """By agency: corrections, of which improving, of which without document, of which before the closing day."""
    rows = [
        (unit, at < improving, at >= undocumented, CLOSING if improving - burst <= at < improving else CALM)
        for unit, (count, improving, undocumented, burst) in offices.items()
        for at in range(count)
    ]
    frame = pd.DataFrame(rows, columns=["unit", "improves", "documented", "day"])
    return frame.assign(day=pd.to_datetime(frame["day"]))


@pytest.mark.parametrize(
    ("office", "suspicious"),
    [
        ((40, 12, 2, 1), False),  # as the others
        ((40, 0, 0, 0), False),  # makes itself no better
        ((2, 2, 0, 0), False),  # too few to say anything
        ((40, 39, 2, 4), True),  # improves whatever it touches
        ((60, 30, 28, 3), True),  # on its word
        ((60, 30, 5, 28), True),  # just before the report
    ],
)
def test_an_office_is_held_against_the_others(office: tuple[int, int, int, int], suspicious: bool) -> None:
    found = {one.group: one for one in shares_by(corrections(**HONEST, x=office), "unit")}
    assert found["x"].is_suspicious == suspicious, found["x"]
    assert (found["x"].corrections, found["x"].improving, found["x"].undocumented, found["x"].burst) == office
    assert not any(one.is_suspicious for group, one in found.items() if group != "x")


def test_a_half_year_is_held_against_itself() -> None:
    """Seven half years like the others' and one in which it improves whatever it touches: all together hide it."""
    halves = [f"{year}-{month}" for year in (2023, 2024, 2025, 2026) for month in ("03", "09")]
    parts = []
    for half in halves:
        part = corrections(**HONEST, x=(40, 39, 2, 4) if half == "2026-03" else (40, 9, 1, 0))
        parts.append(part.assign(day=pd.to_datetime(part["day"].dt.strftime(f"{half}-%d"))))
    every = pd.concat(parts, ignore_index=True)
    assert not any(one.is_suspicious for one in shares_by(every, "unit"))
    assert [(half, one.group, one.corrections) for half, one in suspicious_half_years(every, "unit")] == [("2026-H1", "x", 40)]


@pytest.mark.parametrize(
    ("day", "half"),
    [("2025-06-30", "2025-H1"), ("2025-07-01", "2025-H2"), ("2025-12-31", "2025-H2"), ("2026-01-01", "2026-H1")],
)
def test_a_half_year_begins_with_january_and_july(day: str, half: str) -> None:
    frame = corrections(**HONEST, x=(40, 39, 2, 4)).assign(day=pd.Timestamp(day))
    assert [(name, one.group) for name, one in suspicious_half_years(frame, "unit")] == [(half, "x")]


def test_nothing_is_no_suspicion() -> None:
    assert shares_by(corrections(), "unit") == []
    assert suspicious_half_years(corrections(), "unit") == []


def test_the_sample_hangs_on_the_seed_alone() -> None:
    identities = [f"c{number}" for number in range(300)]
    first = drawn(identities, "a" * 64, 70)
    shuffled = random.Random(1).sample(identities, 300)  # noqa: S311
    assert drawn(shuffled, "a" * 64, 70) == first
    assert len(set(first)) == 70
    assert drawn(identities, "b" * 64, 70) != first
    assert len(drawn(identities[:50], "a" * 64, 70)) == 50, "never more than there are"


def test_every_correction_is_as_likely_as_any_other() -> None:
    identities = [f"c{number}" for number in range(40)]
    taken = [one for seed in range(2000) for one in drawn(identities, f"{seed:064x}", 10)]
    counts = np.array([taken.count(one) for one in identities])
    assert abs(counts - 500).max() < 5 * np.sqrt(2000 * 0.25 * 0.75)


def test_the_size_and_the_bound() -> None:
    assert [sample_size(count) for count in (0, 5, 100, 10_000)] == [0, 5, 50, 96]
    assert sample_size(10_000, 0.05) == 370
    sizes = [sample_size(count) for count in range(2000)]
    assert sizes == sorted(sizes)
    assert 3.5 < at_most_wrong(0, 97) < 4.0
    assert at_most_wrong(10, 97) > at_most_wrong(1, 97)
