"""A spoilt province: every kind is there, the truth is kept apart, and nobody is accused by the truth table without evidence."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from demo.score import read_truth
from demo.spoilt import spoilt_rates
from demo.spoilt_pairs import other_tone
from demo.spoilt_score import judge_spoiling
from demo.world import make_world, read_world, write_world

DOSSIERS = 1_500
FOUNDED = {"late", "hidden_late"}


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("spoilt")
    write_world(make_world(7, DOSSIERS, spoilt=0.5), out)
    return out


@pytest.fixture(scope="module")
def truth(spoilt: Path) -> list[dict[str, str]]:
    return read_truth(spoilt)


def judged(row: dict[str, str], verdict: str) -> dict[str, object]:
    counted = verdict not in ("uncounted", "not_received")
    said = "on_time" if verdict == "uncounted" else verdict
    same = {name: row[name] for name in ("source", "code", "received_at")}
    return {**same, "verdict": said, "reasons": "", "missing": "", "counted": counted}


def test_every_kind_is_planted_and_half_of_the_dossiers_are_spoilt(truth: list[dict[str, str]]) -> None:
    planted = Counter(row["spoilt"] for row in truth)
    rates = spoilt_rates()
    kinds = {*rates["facts"], *rates["hub"], *rates["registers"], "same_form_dates", "number_reused", "limit_wording"}
    assert kinds <= set(planted), kinds - set(planted)
    assert sum(count for kind, count in planted.items() if kind not in ("", "limit_wording")) > 0.45 * DOSSIERS


def test_what_nobody_can_know_allows_no_accusation(truth: list[dict[str, str]]) -> None:
    unknown = [row for row in truth if row["decidable"] == "false" and row["counted"] == "true"]
    assert len(unknown) > 50
    assert not [row for row in unknown if FOUNDED & set(row["accepts"].split())]


def test_a_plain_province_is_spoilt_by_nothing(province: object) -> None:
    assert {row["spoilt"] for row in read_truth(province.out)} == {""}  # type: ignore[attr-defined]


def test_the_recipe_gives_the_same_province_again(spoilt: Path, tmp_path: Path) -> None:
    write_world(read_world(spoilt), tmp_path)
    assert (tmp_path / "truth" / "truth.csv").read_bytes() == (spoilt / "truth" / "truth.csv").read_bytes()
    again = sorted(path.relative_to(tmp_path) for path in (tmp_path / "files").rglob("*.csv"))
    assert again
    assert all((tmp_path / path).read_bytes() == (spoilt / path).read_bytes() for path in again)


def test_no_file_tells_the_truth_behind_it(spoilt: Path) -> None:
    with (spoilt / "files" / "registers" / "so-plain.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.reader(file))[0] == "Mã hồ sơ"
    served = (spoilt / "served" / "dossiers.jsonl").read_text(encoding="utf-8").splitlines()
    assert not {"spoilt", "decidable", "accepts", "pair"} & set(json.loads(served[0]))


def test_neighbours_are_two_people_whose_names_differ_by_one_tone() -> None:
    assert other_tone("Pờ Lãm Biêng Miên") == "Pờ Lãm Biêng Miến"
    assert other_tone("Pờ Lãm Biêng Phẩm") == "Pờ Lãm Biêng Phấm"


def test_the_score_of_the_truth_itself_is_full(truth: list[dict[str, str]]) -> None:
    score = judge_spoiling(truth, [judged(row, _own(row)) for row in truth if not row["pair"]])
    kinds = {name: kind for name, kind in score.kinds.items() if name != "moved_on_1_july"}
    assert all(kind.right == kind.dossiers for kind in kinds.values())
    assert score.unfounded == 0
    assert score.inside


def test_an_accusation_that_nobody_can_know_is_counted_as_one(truth: list[dict[str, str]]) -> None:
    row = next(each for each in truth if each["spoilt"] == "land_lag_days")
    score = judge_spoiling([row], [judged(row, "late")])
    assert (score.unfounded, score.kinds["land_lag_days"].wrong) == (1, 1)
    assert judge_spoiling([row], [judged(row, "undetermined")]).kinds["land_lag_days"].right == 1


def test_of_two_records_of_one_dossier_one_counts(truth: list[dict[str, str]]) -> None:
    one = next(each for each in truth if each["pair"])
    other = next(each for each in truth if each["code"] == one["pair"])
    allowed = one["accepts"].split()[0]
    good = judge_spoiling([one, other], [judged(one, allowed), judged(other, "uncounted")])
    assert good.kinds["moved_on_1_july"].wrong == 0
    both = judge_spoiling([one, other], [judged(one, allowed), judged(other, other["accepts"].split()[0])])
    assert both.kinds["moved_on_1_july"].wrong > 0
    none = judge_spoiling([one, other], [judged(one, "uncounted"), judged(other, "uncounted")])
    assert none.kinds["moved_on_1_july"].wrong > 0


def _own(row: dict[str, str]) -> str:
    accepts = row["accepts"].split()
    return next((each for each in accepts if each not in ("undetermined", "absent")), accepts[-1])
