"""Advisories about the pinned packages: known faults, asked of osv.dev where it can be reached.

    python -m tests.advisories PIP_AUDIT [ADDRESS]

A commit waits for what is known, not for an answer: where nobody answers, that is said and nothing else. Asked at most once a week, and
again when the pinned packages change; what was answered last is told meanwhile.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from config.settings import ROOT

PINNED = ROOT / "constraints.txt"
SERVICE = "https://api.osv.dev/v1/query"
_WEEK = 7 * 24 * 3600
_PATIENCE = 120  # seconds; some hundred questions


def main(program: Path, address: str = SERVICE, pinned: Path = PINNED) -> int:
    """Tell what is known about the pinned packages; 1 where a fault of one is."""
    answer = program.with_name("advisories.json")
    if not program.exists():
        print("advisories: pip-audit could not be installed, so nobody was asked")
        return 0
    if not _is_fresh(answer, pinned):
        asked = _ask(program, address, pinned)
        if asked is None:
            print(f"advisories: {address} did not answer, so nothing is known of the pinned packages")
            return 0
        answer.write_text(json.dumps(asked), encoding="utf-8")
    known = json.loads(answer.read_text(encoding="utf-8"))["dependencies"]
    faults = [(one, fault) for one in known for fault in one.get("vulns", ())]
    print(f"advisories: {len(known)} packages, {len(faults)} known faults")
    for one, fault in faults:
        print(
            f"  {one['name']} {one['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no release yet'}"
        )
    return 1 if faults else 0


def _is_fresh(answer: Path, pinned: Path) -> bool:
    if not answer.exists():
        return False
    asked = answer.stat().st_mtime
    return asked > pinned.stat().st_mtime and time.time() - asked < _WEEK


def _ask(program: Path, address: str, pinned: Path) -> dict[str, object] | None:
    """Ask about every pinned package; None where nobody answers."""
    command = [str(program), "--vulnerability-service", "osv", "--osv-url", address, "--disable-pip", "--no-deps"]
    command += ["--requirement", str(pinned), "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE)
        found: dict[str, object] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return None
    return found


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), *sys.argv[2:3]))
