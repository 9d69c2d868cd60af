"""A thousand faults of each kind of input that `make faults` makes a hundred times as many of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.matrix import configurations, files, records
from tests.matrix.row import ROWS

SEED, COUNT = 7, 1_000
PARTS = (records, files, configurations)


@pytest.mark.parametrize("name", ["records", "files", "configurations"])
def test_hostile_input_is_read_rejected_or_refused_and_nothing_is_lost(name: str) -> None:
    found = ROWS[name].run(SEED, COUNT)
    assert found.is_good, found.told
    assert found.injected >= COUNT
    assert len(found.became) >= 2, "the generator makes but one outcome"


def test_what_the_matrix_looks_for_would_be_seen() -> None:
    """A record that is nowhere, one in two places and a planted person that goes on are counted."""
    profile = records.PROFILES[0]
    page = [records.sound(profile, number) for number in range(3)]
    for made in page:
        made.text = "{" + ", ".join(f'"{key}": {value}' for key, value in made.keys.items()) + "}"
    read = records._read_as(profile)
    whole, short = read(records.written(page, profile)), read(records.written(page[:2], profile))
    assert judged(page, whole) == (0, 0, 0)
    assert judged(page, short) == (1, 0, 0)
    refused = read(b'{"error_code": "0", "result": [true]}').rejected
    assert judged(page, replace(whole, rejected=refused)) == (0, 1, 0)
    told = whole.dossiers.assign(unit_as_given=page[0].canaries[0])
    assert judged(page, replace(whole, dossiers=told)) == (0, 0, 1)


def judged(page: list[records.Made], found: records.Cleaned) -> tuple[int, int, int]:
    outcome = records.Outcome()
    records.placed(outcome, page, found, records.PROFILES[0], "here")
    return outcome.lost, outcome.twice, outcome.leaked
