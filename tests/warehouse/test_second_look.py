"""The second engine on PostgreSQL: it agrees with the rules, and what only one of the two says is named."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from config.policies import load_policies
from config.read_once import forget
from schemas.dossiers import DOSSIERS, EVENTS, PAUSES
from schemas.reference import PROCEDURES
from tasks.auditing.second_engine import DrawnDossier, can_derive, derive, difference_sentence, draw, look_at
from tasks.judge import judge_batch
from tasks.second_look import look_at_judged
from tasks.warehouse.batches import Batch
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import connection, fetch_all
from tasks.warehouse.load import load
from tasks.warehouse.partitions import Partition
from tests.warehouse.test_judge import SOURCE_FILE

DAY = date(2026, 3, 20)
QD766 = load_policies()["qd766"]
# Limit of each procedure, and by hand: when a dossier received on Tuesday 3 March 2026 at 16:00 is due.
LIMITS = {
    "1.000001": (5.0, "working_day", datetime(2026, 3, 10, 17)),
    "1.000002": (8.0, "hour", datetime(2026, 3, 4, 16)),
    "1.000003": (4.0, "calendar_day", datetime(2026, 3, 9, 17)),  # the 7th is a Saturday
    "1.000004": (1.0, "month", datetime(2026, 4, 3, 17)),
    "1.000005": (None, "same_day", datetime(2026, 3, 4, 17)),  # after 15:00
    "1.000006": (0.5, "working_day", datetime(2026, 3, 4, 10, 30)),
}
RECEIVED = datetime(2026, 3, 3, 16)


def at(moment: datetime) -> pd.Timestamp:
    return pd.Timestamp(moment, tz="Asia/Ho_Chi_Minh").tz_convert("UTC")


@pytest.fixture
def desk(warehouse: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    (tmp_path / "desk.yaml").write_text(SOURCE_FILE, encoding="utf-8")
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(tmp_path))
    monkeypatch.setenv("NOWHERE", str(tmp_path))
    forget()
    dice = random.Random(11)  # noqa: S311 - the same rows every time
    rows, events, pauses = [], [], []
    for number in range(240):
        received = RECEIVED if number < len(LIMITS) else datetime(2026, 3, dice.randint(2, 13), dice.randint(8, 16), 30)
        ended = received + timedelta(hours=dice.randint(2, 300)) if dice.random() < 0.7 else None
        ended = None if ended is None or ended.date() > DAY else ended
        code = f"H99.12-{received:%y%m%d}-{number:04d}"
        common = {"source": "desk", "code": code}
        rows.append(
            {
                **common,
                "partition_month": date(2026, 3, 1),
                "role": "primary",
                "procedure_code": list(LIMITS)[number % len(LIMITS)],
                "channel": dice.choice(["counter", "online", None]),
                "unit_code": "H99.12",
                "status": 9 if ended else dice.choice([2, 4, 5]),
                "received_at": at(received),
                "done_at": at(ended) if ended else None,
                "page_digest": "a" * 64,
                "page_position": number,
            }
        )
        events.append({**common, "seq": 0, "at": at(received), "status": 2})
        if number % 3 == 0 and number >= len(LIMITS):
            asked = received + timedelta(hours=dice.randint(1, 90))
            came = None if rows[-1]["status"] == 5 else at(asked + timedelta(hours=dice.randint(1, 90)))
            pauses.append({**common, "seq": 0, "kind": "supplement", "started_at": at(asked), "ended_at": came})
    frame = DOSSIERS.frame(rows)
    with load("load", "desk") as current:
        current.merge(PROCEDURES, PROCEDURES.frame(_procedure(*each) for each in LIMITS.items()))
        current.merge(DOSSIERS, frame)
        current.merge_children(PAUSES, PAUSES.frame({**each, "origin": "supplement_record"} for each in pauses), parents=frame)
        current.merge_children(EVENTS, EVENTS.frame(events), parents=frame)
    judge_batch(Batch.of(Partition("desk", date(2026, 3, 1))), DAY)
    return warehouse


def _procedure(code: str, limit: tuple[float | None, str, datetime]) -> dict[str, object]:
    common = {"procedure_code": code, "channel": "counter", "valid_from": date(2020, 1, 1), "name": "Thủ tục"}
    return {**common, "field_code": "F1", "limit_amount": limit[0], "limit_unit": limit[1]}


def falsify(code: str) -> None:
    """Turn a verdict round behind the program's back; a second time, back again."""
    with connection("falsify") as driver, driver.cursor() as cursor:
        turned = "CASE timeliness WHEN 'late' THEN 'on_time' ELSE 'late' END"
        cursor.execute(f"UPDATE judged.verdicts SET timeliness = {turned} WHERE code = %s AND policy = 'qd766'", (code,))


def test_due_dates_are_those_worked_out_by_hand(desk: Cluster) -> None:
    codes = [f"H99.12-260303-{number:04d}" for number in range(len(LIMITS))]
    found = derive("desk", None, codes, QD766, DAY)
    assert [one.due for one in found] == [due for _, _, due in LIMITS.values()]


def test_both_engines_agree_about_every_dossier(desk: Cluster) -> None:
    codes = [code for (code,) in fetch_all("SELECT code FROM core.dossiers ORDER BY code")]
    found = derive("desk", None, codes, QD766, DAY)
    assert [one for one in found if one.differs_in] == []
    decided = [one for one in found if one.doubt is None]
    assert len(decided) > 200, "ends that fall into the night read two ways"
    assert {one.timeliness for one in decided} == {"early", "on_time", "late"}


def test_what_only_one_of_them_says_is_named_until_it_is_mended(desk: Cluster) -> None:
    ((code,),) = fetch_all("SELECT min(code) FROM judged.verdicts WHERE policy = 'qd766' AND timeliness = 'late'")
    falsify(code)
    found = look_at_judged("qd766", DAY, size=1000)
    assert (found.looked, found.differing) == (240, (("desk", code, "timeliness"),))
    assert not found.is_broken
    said = difference_sentence(found)
    assert f"desk {code} (đúng hạn hay trễ)" in said.vi
    assert f"desk {code} (timeliness)" in said.en
    again = look_at_judged("qd766", DAY, size=1000)
    assert (again.looked, again.differing) == (1, found.differing), "nothing was judged since: the alarm stands"
    falsify(code)
    assert look_at_judged("qd766", DAY, size=1000).differing == ()


def test_a_seed_draws_the_same_sample_again_and_all_seeds_each_dossier_alike(desk: Cluster) -> None:
    drawn = [[one.code for one in draw(QD766, DAY, 24, hashlib.sha256(str(seed).encode()).hexdigest())] for seed in range(150)]
    again = draw(QD766, DAY, 24, hashlib.sha256(b"7").hexdigest())
    assert [one.code for one in again] == drawn[7]
    assert len({tuple(codes) for codes in drawn}) == 150, "another seed draws another sample"
    times = Counter(code for codes in drawn for code in codes)
    assert all(len(set(codes)) == 24 for codes in drawn)
    # Each is drawn 15 times of 150 on average. Squares of what is off that, over the variance of one: 240 on average, and
    # more than 340 in one of two hundred thousand.
    off = sum((times[code] - 15) ** 2 for (code,) in fetch_all("SELECT code FROM core.dossiers")) / (150 * 0.1 * 0.9)
    assert off < 340


def test_a_run_that_judged_nothing_is_not_looked_at(desk: Cluster) -> None:
    assert look_at_judged("qd766", DAY, size=50).looked == 50
    before = fetch_all("SELECT max(entry) FROM audit.ledger")
    assert look_at_judged("qd766", DAY, size=50).looked == 0
    assert fetch_all("SELECT max(entry) FROM audit.ledger") == before


def test_a_dossier_without_a_verdict_is_one_on_which_they_differ(desk: Cluster) -> None:
    code = "H99.12-260303-0000"
    with connection("falsify") as driver, driver.cursor() as cursor:
        cursor.execute("DELETE FROM judged.verdicts WHERE code = %s", (code,))
    assert look_at([DrawnDossier("desk", "H99.12", code)], QD766, DAY).differing == (("desk", code, "state"),)


def test_policies_that_answer_otherwise_have_no_second_engine() -> None:
    assert {name for name, policy in load_policies().items() if can_derive(policy)} == {"qd766"}
