"""Random sets of corrections to dossiers of a desk, written as correction files are; apart from the code that reads them."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tasks.warehouse.engine import fetch_all

_OFFICE = ZoneInfo("Asia/Ho_Chi_Minh")
_HEADING = "dossier,field,new value,evidence,who,approved by"


def correction_file(path: Path, dice: random.Random, most: int = 12) -> Path:
    """Write corrections of up to so many dossiers, one to three fields of each, signed by two."""
    rows = fetch_all("SELECT code, received_at, due_at FROM core.dossiers WHERE role = 'primary' ORDER BY code")
    lines = [_HEADING]
    for code, received, due in dice.sample(rows, dice.randint(1, most)):
        changes = [
            f"done_at,{_time(received, dice, 0, 20)}",
            "done_at,empty",
            f"received_at,{_time(received, dice, -6, 6)}",
            f"due_at,{_time(due or received, dice, -9, 30)}",
            f"returned_at,{_time(received, dice, 1, 20)}",
            f"status,{dice.choice((2, 3, 4, 5, 7, 8, 9, 10))}",
            f"unit_code,{dice.choice(('H99.12', 'H99.13'))}",
            f"channel,{dice.choice(('counter', 'online', 'postal'))}",
            f"procedure_code,{dice.choice(('1.000001', '1.000002'))}",
            f"receipt_number,BN {dice.randint(1, 99)}",
        ]
        lines += [
            f"{code},{change},Biên bản 7/BB-MC ngày 09/03/2026,can.bo,lanh.dao"
            for change in dice.sample(changes, dice.randint(1, 3))
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _time(moment: datetime, dice: random.Random, least: int, most: int) -> str:
    when = moment.astimezone(_OFFICE) + timedelta(days=dice.randint(least, most), minutes=dice.randint(-200, 200))
    return f"{when:%Y-%m-%d %H:%M}" if dice.random() < 0.7 else f"{when:%Y-%m-%d}"
