"""Everything that an office does from pull to letters, once, by the commands that it types: what is run where there is no way out.

    python -m tests.flow.closed_cycle FOLDER

The made-up province is served in the same network, as its configured sources. Nobody else listens there, so ports are the usual ones. What came of it is `cycle.json` in the folder.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from config.settings import ROOT, settings
from flows.runtime.page_server import PageServer, page_address, served_address
from tests.browser.flags import BROWSER_FLAGS, ERRANDS
from tests.closed_network import counters
from tests.patience import HANGS, wait_for

DOSSIERS = 600  # the fewest hundreds with a doubtful dossier that a document settles
CAME_OF_IT = "cycle.json"
HEADS = ("mã hồ sơ", "trường", "giá trị mới", "căn cứ", "người đề nghị", "duyệt (có/không)", "người duyệt")


def main(folder: Path) -> None:
    """Run the cycle and write what came of it."""
    run(folder, "-m", "flows.commands.demo", "--dossiers", str(DOSSIERS))
    hints = dict(
        line.removeprefix("export ").split("=", 1) for line in (settings().home / "env.sh").read_text("utf-8").splitlines()
    )
    os.environ["MOTCUA_SOURCES_DIR"] = str(ROOT / "demo" / "sources")
    os.environ["MOTCUA_PEOPLE_FILE"] = str(ROOT / "demo" / "people.yaml")
    motcua(folder, "packages", "make", "--out", str(folder / "packages"))
    motcua(
        folder,
        "report",
        "letters",
        "--period",
        "2026",
        "--register",
        str(register(folder)),
        "--out",
        str(folder / "letters.docx"),
    )
    corrected = motcua(folder, "correct", str(correction(folder, hints)))
    before = counters()
    browsed = look(folder)
    came = {
        "workbooks": len(list((folder / "packages").rglob("*.xlsx"))),
        "letters": (folder / "letters.docx").stat().st_size,
        "corrected": corrected,
        "browser": browsed,
        "by_browser": {name: after - before[name] for name, after in counters().items()},
    }
    (folder / CAME_OF_IT).write_text(json.dumps(came), encoding="utf-8")


def run(folder: Path, *command: str) -> str:
    """Run Python as a process of its own and return what it says; its output is kept in the folder, too."""
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    with (folder / "said.txt").open("a", encoding="utf-8") as said:
        said.write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}")
    done.check_returncode()
    return done.stdout


def motcua(folder: Path, *arguments: str) -> str:
    """Run a command of the product."""
    return run(folder, "-m", "flows.commands.cli", *arguments)


def register(folder: Path) -> Path:
    """A register of letters in which none stands yet."""
    path = folder / "register.csv"
    path.write_text("code,sent\n", encoding="utf-8")
    return path


def correction(folder: Path, hints: dict[str, str]) -> Path:
    """The correction of the tour, signed by two people."""
    end, day = (hints[name].strip("'") for name in ("DOUBT_END", "DOUBT_DAY"))
    row = (hints["DOUBT"], "done_at", end, f"sổ trả kết quả số 12 ngày {day}", "can-bo-mot-cua", "có", "lanh-dao")
    path = folder / "dinh-chinh.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADS, row])
    return path


def look(folder: Path) -> dict[str, Any]:
    """Serve the published page, open it in Chromium, and return whether it was drawn and what the browser asked for."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is missing: apt-get install chromium"
    port = settings().served_page_port
    served = PageServer(port, folder / "page-server.log")
    served.start()
    try:
        wait_for(lambda: page_address(port) is not None, HANGS)
        log = folder / "netlog.json"
        flags = [*BROWSER_FLAGS, *ERRANDS, "--headless", f"--user-data-dir={folder / 'browser'}", f"--log-net-log={log}"]
        command = [program, *flags, "--virtual-time-budget=20000", "--dump-dom", served_address(port)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=HANGS)
    finally:
        served.stop()
    return {
        "drawn": bool(re.search(r'data-drawn="(?:vi|en) \*"', done.stdout)),
        "address": served_address(port),
        **asked_for(log),
    }


def asked_for(log: Path) -> dict[str, Any]:
    """What Chromium's own log says that it asked for: addresses, names that it looked up, hosts, and how often it probed for IPv6.

    A probe asks the kernel for a route to a server of its maker, and sends nothing.
    """
    noted = json.loads(log.read_text(encoding="utf-8"))
    kinds = {number: name for name, number in noted["constants"]["logEventTypes"].items()}
    told = [(kinds[one["type"]], one.get("params", {})) for one in noted["events"]]
    addresses = {given["url"] for kind, given in told if kind == "URL_REQUEST_START_JOB" and "url" in given}
    names = {str(given["host"]) for kind, given in told if kind.startswith("HOST_RESOLVER") and "host" in given}
    hosts = {str(given["address"]) for kind, given in told if kind.endswith("_CONNECT") and "address" in given}
    probes = sum(kind.endswith("IPV6_REACHABILITY_CHECK") and given.get("cached") is False for kind, given in told)
    return {"addresses": sorted(addresses), "names": sorted(names), "hosts": sorted(hosts), "probes": probes}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
