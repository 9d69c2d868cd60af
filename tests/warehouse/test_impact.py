"""Impact before approval: what a preview tells is what is published after it, to the last digit, and it writes nothing."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pytest

from config.settings import settings
from schemas.indicators import INDICATORS
from schemas.reference import UNITS
from tasks.correcting.packages import receive_corrections
from tasks.correcting.preview import preview_file
from tasks.judge import judge_batch
from tasks.measure import measure_policy
from tasks.publish import publish_policy
from tasks.warehouse.engine import fetch_all, read_frame
from tasks.warehouse.load import load
from tests.warehouse.correction_sets import correction_file
from tests.warehouse.test_judge import DAY_ONE, FEBRUARY, MONTH, desk

__all__ = ["desk"]
pytestmark = pytest.mark.usefixtures("desk")
POLICY = "qd766"
_KEYS = ["indicator", "basis", "unit_code", "period"]
_SETS = 10  # make score asks for 500


def run() -> None:
    """Judge, measure and publish as a run does."""
    for batch in (FEBRUARY, MONTH):
        judge_batch(batch, DAY_ONE)
    measure_policy(POLICY, DAY_ONE)
    publish_policy(POLICY, DAY_ONE)


def published() -> pd.DataFrame:
    names = [name for name in INDICATORS.columns if name != "publication_id"]
    query = (
        f"SELECT {', '.join(names)} FROM mart.current_indicators WHERE policy = 'qd766' AND field_code = '*' AND channel = '*'"
    )
    return ordered(read_frame(query, None, {name: INDICATORS.dtypes[name] for name in names}))


def ordered(figures: pd.DataFrame) -> pd.DataFrame:
    chosen = figures[(figures["channel"] == "*").to_numpy(dtype=bool)].sort_values(_KEYS, ignore_index=True)
    return chosen[sorted(chosen.columns)]


def agencies() -> None:
    rows = [
        {"unit_code": code, "valid_from": DAY_ONE.replace(year=2020), "name": code, "level": "commune"}
        for code in ("H99.12", "H99.13")
    ]
    with load("load", "units") as current:
        current.merge(UNITS, UNITS.frame(rows).drop(columns=list(UNITS.managed)))


def ledger() -> int:
    return int(fetch_all("SELECT count(*) FROM audit.ledger")[0][0])


def same_after_approval(folder: Path, dice: random.Random) -> bool:
    """Preview a random set, approve it, run, and tell whether the figures are those foreseen."""
    path = correction_file(folder / "set.csv", dice)
    before = ledger()
    foreseen = preview_file(path)
    assert ledger() == before, "a preview writes nothing"
    package = receive_corrections(path, settings().home / "corrections")
    run()
    assert package.approved == foreseen.impact.corrections
    return ordered(foreseen.impact.indicators).equals(published())


def test_figures_after_approval_are_those_of_the_preview(tmp_path: Path) -> None:
    agencies()
    run()
    dice = random.Random(17)  # noqa: S311 - the same sets every time
    moved = 0
    for _ in range(_SETS):
        last = published()
        assert same_after_approval(tmp_path, dice)
        moved += not last.equals(published())
    assert moved > _SETS // 2, "most of the sets move figures"


def test_what_moves_is_told_by_agency(tmp_path: Path) -> None:
    agencies()
    run()
    (code, unit), *_ = fetch_all(
        "SELECT code, unit_code FROM judged.verdicts WHERE policy = 'qd766' AND verdict = 'late' AND state = 'finished' ORDER BY code"
    )
    (received,) = fetch_all("SELECT received_at + interval '5 minutes' FROM core.dossiers WHERE code = %(c)s", {"c": code})[0]
    path = tmp_path / "one.csv"
    path.write_text(
        "dossier,field,new value,evidence,who\n"
        f"{code},done_at,{received.isoformat()},Biên bản 7/BB-MC ngày 09/03/2026,can.bo\n",
        encoding="utf-8",
    )
    found = preview_file(path).impact
    assert (found.corrections, found.dossiers, found.as_of) == (1, 1, DAY_ONE)
    assert found.improved == {("desk", code)}
    assert found.units() == [unit]
    ((where, old, new),) = found.verdicts
    assert (where, old) == (unit, "late")
    assert new in {"on_time", "phantom_late"}
    total = {one.indicator: one for one in found.figures if one.unit_code == "*" and one.period == "*"}
    rate = total["on_time_rate"]
    assert rate.after.numerator == rate.before.numerator + 1
    assert rate.after.denominator == rate.before.denominator


def test_where_nothing_was_counted_no_figure_is_told(tmp_path: Path) -> None:
    found = preview_file(correction_file(tmp_path / "a.csv", random.Random(1))).impact  # noqa: S311
    assert found.as_of is None
    assert found.figures == ()
