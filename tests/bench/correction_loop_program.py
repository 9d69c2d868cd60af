"""Simulations of the correction loop over a desk of 300 dossiers, in the home that the environment names; counts as JSON."""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from openpyxl.worksheet.worksheet import Worksheet

from config.policies import load_policies
from config.read_once import forget
from config.settings import settings
from tasks.check import check_batch
from tasks.correcting.making import make_packages
from tasks.correcting.packages import receive_corrections
from tasks.judge import judge_batch
from tasks.warehouse.cluster import ensure_cluster
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.migrations import migrate
from tests.accounts import PEOPLE
from tests.warehouse.relay_faults import into_a_folder, over_a_relay
from tests.warehouse.test_correction_loop import MOVABLE, state
from tests.warehouse.test_impact import agencies, run, same_after_approval
from tests.warehouse.test_judge import DAY_ONE, MONTH, SOURCE_FILE, fill
from tests.warehouse.test_work_packages import COLUMN, FIRST, filled

_STATES = "SELECT code, field, state FROM quality.work_questions WHERE kind = 'proposal' AND field = ANY(%(fields)s)"


def open_desk(folder: Path) -> None:
    """Fill an empty warehouse with the desk of the tests."""
    (folder / "desk.yaml").write_text(SOURCE_FILE, encoding="utf-8")
    os.environ |= {"MOTCUA_SOURCES_DIR": str(folder), "NOWHERE": str(folder), "MOTCUA_PEOPLE_FILE": str(PEOPLE)}
    forget()
    ensure_cluster(settings().home)
    migrate()
    fill(random.Random(7))  # noqa: S311 - the same rows every time


def preview(folder: Path, sets: int, part: int) -> dict[str, int]:
    """Preview, approve and publish as many random sets."""
    agencies()
    run()
    dice = random.Random(500 + part)  # noqa: S311 - the same sets every time
    return {"sets": sets, "same": sum(same_after_approval(folder, dice) for _ in range(sets))}


def notifications(folder: Path, faults: int, _part: int) -> dict[str, int]:
    """Deliver over channels that fail so often together; count the events that came under one number."""
    (folder / "drop").mkdir()
    each = -(-faults // 3)
    found = [over_a_relay(channel, each)[:2] for channel in ("email", "webhook")] + [into_a_folder(folder / "drop", each)]
    return {
        "events": sum(len(packages) for _, packages in found),
        "once": sum(told[one] == 1 for told, all_ in found for one in all_),
    }


def verified(folder: Path, steps: int, _part: int) -> dict[str, int]:
    """Answer, approve, report as fixed, and have the source state this and that; look at the states after each step."""
    check_batch(MONTH, DAY_ONE)
    judge_batch(MONTH, DAY_ONE)
    made = make_packages(folder / "out", load_policies()[settings().policy])
    dice, stated, counts = random.Random(300), {}, {"wrong": 0, "looked_at": 0}  # noqa: S311 - the same every time
    wanted = {
        (item.question.code, item.question.field): str(item.question.new_value)
        for one in made
        for item in one.package.items
        if item.question.new_value and item.question.field in MOVABLE
    }
    for step in range(steps):
        code, field = dice.choice(sorted(wanted))
        act = dice.choice(["right", "right", "wrong", "beside", "answered"])
        if act == "answered":
            file = filled(
                dice.choice(made).file, folder / f"{step}.xlsx", _answers(dice), approver=dice.choice(["", "lanh.dao"])
            )
            receive_corrections(file, folder / "results")
        else:
            name, value = {
                "right": (field, wanted[code, field]),
                "wrong": (
                    field,
                    "3" if field == "status" else f"2024-03-{dice.randint(2, 9):02d}T02:0{dice.randint(0, 9)}:00Z",
                ),
                "beside": ("received_at", f"2026-03-01T01:0{dice.randint(0, 9)}:00Z"),
            }[act]
            state(code, name, value)
            stated[code, name] = value
        expected = {key for key, value in wanted.items() if stated.get(key) == value}
        now = {(code, field): told for code, field, told in fetch_all(_STATES, {"fields": list(MOVABLE)})}
        found = {key for key, told in now.items() if told == "verified"}
        counts["wrong"] += len(found ^ expected)
        counts["looked_at"] += len(now)
    return counts


def _answers(dice: random.Random) -> Callable[[Worksheet, int], None]:
    def answer(sheet: Worksheet, row: int) -> None:
        if row >= FIRST and dice.random() < 0.3:
            sheet.cell(row, COLUMN["decision"]).value = dice.choice(["Đồng ý", "Không", "Đã sửa", "Cần xem lại"])

    return answer


def main() -> None:
    """Print the counts of what the arguments ask for."""
    what, number, part = sys.argv[1:]
    simulations = {"preview": preview, "notifications": notifications, "verified": verified}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        open_desk(folder)
        print(json.dumps(simulations[what](folder, int(number), int(part))))


if __name__ == "__main__":
    main()
