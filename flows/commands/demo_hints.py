"""Hints after the demonstration: where to look, and three things to try.

What a shell needs for them is written beside the demonstration, so that commands can be copied as they stand.
"""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

from config.people import people_path
from config.settings import settings
from tasks.reports.examples import Examples, read_examples


def where_to_look(province: re.Match[str] | None) -> list[str]:
    """Tell where page, gates and Prefect's UI are.

    Args:
        province: its seed and number of dossiers.
    """
    chosen = settings()
    up = "make up DEMO=1"
    if chosen.home.name != "motcua-demo" and province:
        up += f" SEED={province[1]} DOSSIERS={province[2]}"
    return [
        f"Trang công bố · Published page:  {chosen.page}",
        f"Các cổng · Quality gates:        {chosen.data_docs / 'index.html'}",
        f"Giao diện Prefect · Prefect UI:  {up}",
        f"  http://127.0.0.1:{chosen.prefect_port}, mật khẩu · password: {chosen.home / 'keys' / 'prefect.key'}",
    ]


def what_to_try(source: str) -> list[str]:
    """Write what a shell needs to speak of the demonstration, and return the lines that tell what to do in it.

    Args:
        source: the one-stop system whose dossiers serve as examples.
    """
    found = read_examples(settings().policy, source)
    alarm = [
        f"2  motcua explain {found.false_alarm[0] if found.false_alarm else 'CODE'}",
        "   một báo trễ sai, và vì sao không trễ · one false alarm, and why it is none",
    ]
    return [
        f". {_write_environment(found)}",
        "   trước tiên: lệnh motcua nói về bản trình diễn này · first: motcua then speaks of this demonstration",
        "1  motcua tickets",
        "   lỗi nào gây nhiều báo trễ sai nhất · which fault causes most of the false alarms",
        *alarm,
        "3  motcua proposals --out de-nghi",
        "   đề nghị đính chính, mỗi cơ quan một tệp · corrections to approve, a file an agency",
        "Năm phút, đến khi con số đổi: docs/tour.vi.md · Five minutes, until a figure moves: docs/tour.md",
    ]


def _write_environment(found: Examples) -> Path:
    """Write the variables of the demonstration, and of the examples that the tour speaks of, as a file for a shell."""
    chosen = settings()
    variables = {
        "MOTCUA_HOME": str(chosen.home),
        "MOTCUA_SOURCES_DIR": str(chosen.sources_dir),
        "MOTCUA_PEOPLE_FILE": str(people_path()),
    }
    if found.false_alarm:
        variables |= dict(zip(("FALSE_ALARM", "AGENCY"), found.false_alarm, strict=True))
    if found.doubt:
        code, end = found.doubt
        variables |= {"DOUBT": code, "DOUBT_END": f"{end:%d/%m/%Y %H:%M}"}
        variables |= {"DOUBT_END_AT_SOURCE": f"{end:%Y%m%d%H%M%S}", "DOUBT_DAY": f"{end:%d/%m/%Y}"}
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    programs = shlex.quote(str(Path(sys.executable).parent))
    file = chosen.home / "env.sh"
    file.write_text("\n".join([*lines, f'export PATH={programs}:"$PATH"', ""]), encoding="utf-8")
    return file
