"""Days of an office with its servers running, each by `motcua` itself: processor seconds of the whole process tree, as JSON.

In a process of its own, with a made-up province whose making and serving are not counted.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psutil

from config.settings import DEMONSTRATION_DAY, ROOT, settings
from flows.commands import demo
from flows.runtime.session import session
from tasks.warehouse.engine import fetch_all, reset_engine

NEWS, CORRECTED = 0.005, 0.001  # of all dossiers
_DAY = demo.DEMO_DAY
_LINE = ("mã hồ sơ", "trường", "giá trị mới", "căn cứ", "người đề nghị", "duyệt (có/không)", "người duyệt")
# Ended dossiers, evenly over all months, and an end a day earlier or later than it was.
_TO_CORRECT = """
    SELECT code, to_char((done_at AT TIME ZONE 'Asia/Ho_Chi_Minh') + interval '1 hour', 'DD/MM/YYYY HH24:MI') FROM (
        SELECT *, row_number() OVER (ORDER BY code) AS place, count(*) OVER () AS total FROM core.dossiers
        WHERE source = 'province' AND role = 'primary' AND status = 10 AND done_at IS NOT NULL
            AND returned_at > done_at + interval '2 hours' AND due_at IS NOT NULL
    ) AS ended WHERE place %% greatest(total / %(wanted)s, 1) = 0 LIMIT %(wanted)s
"""


class Meter:
    """Processor time of this process's children and their children, the living and the ended, but for those left out."""

    def __init__(self) -> None:
        self._left_out = {child.pid for child in psutil.Process().children() if "demo" in child.cmdline()}

    def seconds(self) -> float:
        """Return what they have taken so far."""
        mine = psutil.Process()
        total = mine.cpu_times().children_user + mine.cpu_times().children_system
        for process in self.counted():
            with suppress(psutil.Error):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
        return total

    def counted(self) -> list[psutil.Process]:
        """Return our descendants and those of the warehouse's server, which lives by itself."""
        home = str(settings().home)
        found = {each.pid: each for each in psutil.Process().children(recursive=True) if each.pid not in self._left_out}
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if process.name().startswith("postgres") and process.cwd().startswith(home):
                    found[process.pid] = process
        return list(found.values())


def main(seed: int, dossiers: int) -> dict[str, Any]:
    """Run the days one after the other; return seconds of the processor and of the clock for each, by its name."""
    place = demo._prepare(seed, dossiers)
    (place.home / DEMONSTRATION_DAY).unlink()  # an office's days go on
    found: dict[str, Any] = {}

    with session():
        from tasks.warehouse.cluster import ensure_cluster

        wanted = ["--seed", str(seed), "--dossiers", str(dossiers), "--as-of", _DAY.isoformat()]
        demo._finish(demo._demo(place, *wanted), place)
        with demo._served(place, ensure_cluster(place.home)):
            meter = Meter()

            def timed(name: str, work: Callable[[], None]) -> None:
                before, began = meter.seconds(), time.perf_counter()
                work()
                found[name] = {"cpu": meter.seconds() - before, "wall": time.perf_counter() - began}

            timed("full", lambda: refresh(_DAY))
            timed("unchanged", lambda: refresh(_DAY))
            timed("new day", lambda: refresh(_DAY + timedelta(days=1)))
            add_news(place.province / "served" / "dossiers.jsonl", round(NEWS * dossiers), _DAY + timedelta(days=2))
            before = fetch_all("SELECT last_value FROM audit.change_seq")[0][0]
            timed("news", lambda: refresh(_DAY + timedelta(days=2)))
            found["changed"] = fetch_all("SELECT count(*) FROM core.dossiers WHERE changed_in > %(n)s", {"n": before})[0][0]
            lines = corrections(place.home / "corrections.csv", round(CORRECTED * dossiers))
            timed("corrections", lambda: motcua("correct", str(lines)))
            found["corrected"] = fetch_all("SELECT count(*) FROM quality.corrections WHERE state = 'approved'")[0][0]
            reset_engine()
    return found


def refresh(day: date) -> None:
    """Run the daily flow for a day."""
    motcua("refresh", "--as-of", day.isoformat())


def motcua(*arguments: str) -> None:
    """Run a command of ours; RuntimeError where it ends badly."""
    command = [sys.executable, "-m", "flows.commands.cli", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"motcua {' '.join(arguments)} ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}")


def add_news(served: Path, wanted: int, day: date) -> None:
    """Let so many dossiers have news on a day: half of them are new, half were open and have ended."""
    records = [json.loads(line) for line in served.read_text(encoding="utf-8").splitlines()]
    stamp = f"{day:%Y%m%d}"
    ending = [one for one in records if one["TrangThaiHoSo"] in ("2", "4")][: wanted // 2]
    for one in ending:
        one |= {"TrangThaiHoSo": "9", "NgayKetThucXuLy": f"{stamp}100000", "NgayCapNhat": f"{stamp}100500"}
    models = [one for one in records if one["TrangThaiHoSo"] == "4" and one["SoBienNhan"] and one["MaDonViTiepNhan"]]
    for number in range(wanted - len(ending)):
        old = models[number % len(models)]
        code = f"{old['MaDonViTiepNhan']}-{day:%y%m%d}-{1000 + number:04d}"
        at = f"{stamp}{8 + number % 8:02d}{number % 60:02d}30"
        given = {
            "MaHoSo": code,
            "MaHoSoKhac": "",
            "SoBienNhan": f"{old['SoBienNhan'][:7]}{9_000_000 + number}",
            "NgayNopHoSo": at,
        }
        given |= {
            "NgayTiepNhan": at,
            "NgayHenTra": f"{day + timedelta(days=20):%Y%m%d}170000",
            "NgayCapNhat": at,
            "TrangThaiHoSo": "2",
            "NgayKetThucXuLy": "",
            "DanhSachTienDo": [],
        }
        records.append(old | given)
    records.sort(key=lambda one: one["NgayCapNhat"])  # as the system serves them
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records)
    made = served.with_suffix(".new")
    made.write_text(text, encoding="utf-8")
    made.replace(served)


def corrections(path: Path, wanted: int) -> Path:
    """Write a file that corrects the end of so many dossiers; return it."""
    rows = fetch_all(_TO_CORRECT, {"wanted": wanted})
    assert len(rows) >= wanted * 0.9, f"{len(rows)} to correct, {wanted} wanted"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_LINE)
        writer.writerows((code, "done_at", value, "sổ trả kết quả", "can-bo-mot-cua", "có", "lanh-dao") for code, value in rows)
    return path


def run(arguments: Sequence[str]) -> None:
    """Print what :func:`main` returns."""
    print(json.dumps(main(**json.loads(arguments[0]))))


if __name__ == "__main__":
    run(sys.argv[1:])
