"""No way out: the whole cycle runs in a network that has none, and nothing ever asks for one but for the configured sources."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.settings import ROOT
from tests.browser.flags import NOBODY
from tests.closed_network import COUNTED, NAMESPACE, NOT_PERMITTED, TOLD, WATCHED, WAY
from tests.flow.closed_cycle import CAME_OF_IT

REFUSED = (
    "This machine lets nobody make a network of its own, and strace is missing or may watch nothing, so nobody can see here whether "
    "anything leaves: apt-get install strace (in a container --cap-add SYS_PTRACE), or run the tests as root, or allow user namespaces "
    "(sysctl kernel.unprivileged_userns_clone=1; in a container --cap-add SYS_ADMIN)."
)
PROBED = "[2001:4860:4860::8888]:443"
PORTS = {8600: "the sources", 4200: "Prefect's server", 4201: "the published page"}
HERE = re.compile(r"127\.0\.0\.1|::1|localhost")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the database server's account can pass through."""
    with tempfile.TemporaryDirectory(prefix="motcua-closed-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


def closed(folder: Path, *command: str, way: str = "") -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    """Run a command in a network without a way out.

    Returns:
        What the kernel counted of all processes, and where those that are Python connected and what they looked up.
    """
    given = {name: value for name, value in os.environ.items() if not name.startswith(("MOTCUA_", "PREFECT_", "DEMO_"))}
    given |= {"MOTCUA_HOME": str(folder / "home"), "MOTCUA_LANGUAGE": "en", "PYTHONPATH": str(ROOT), WAY: way}
    line = [sys.executable, "-m", "tests.closed_network", str(folder), *command]
    done = subprocess.run(line, cwd=ROOT, env=given, capture_output=True, text=True, check=False)
    assert done.returncode != NOT_PERMITTED, REFUSED
    said = folder / "said.txt"
    assert done.returncode == 0, f"{said.read_text('utf-8')[-4000:] if said.exists() else ''}\n{done.stdout}{done.stderr}"
    told = [line.split(" ", 1) for line in (folder / TOLD).read_text(encoding="utf-8").splitlines()]
    return json.loads((folder / COUNTED).read_text()), [(event, ast.literal_eval(about)) for event, about in told]


ATTEMPTS = {
    "a program of C that connects": ("exec 3<>/dev/tcp/192.0.2.1/80", 1, 0),
    "a program of C that looks a name up": ("getent ahosts motcua.example.org", 1, 0),
    "Python that connects": (f"{sys.executable} -c 'import socket; socket.create_connection((\"198.51.100.7\", 80), 1)'", 1, 1),
    "Python that looks a name up": (
        f"{sys.executable} -c 'import socket; socket.getaddrinfo(\"motcua.example.org\", 80)'",
        1,
        1,
    ),
    "nobody": ("true", 0, 0),
}


@pytest.mark.parametrize("way", [NAMESPACE, WATCHED])
@pytest.mark.parametrize("who", ATTEMPTS)
def test_an_attempt_to_leave_is_seen_whoever_makes_it(folder: Path, who: str, way: str) -> None:
    attempt, counted, told = ATTEMPTS[who]
    kernel, python = closed(folder, "bash", "-c", 'timeout 9 bash -c "$0" 2>&1; true', attempt, way=way)
    assert kernel["devices"] == (["lo"] if kernel["way"] == NAMESPACE else [])
    assert min(1, kernel["without_route"] + kernel["datagrams"]) == counted
    assert min(1, len(outside(python))) == told


def outside(told: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """What Python processes asked for that is not on this machine."""
    found = []
    for event, about in told:
        host = about[0] if isinstance(about, tuple) else about
        of_a_file = event == "socket.connect" and not isinstance(about, tuple)  # a socket in a folder
        if host and not of_a_file and not HERE.fullmatch(host.decode() if isinstance(host, bytes) else str(host)):
            found.append((event, about))
    return found


def test_the_whole_cycle_runs_and_asks_for_nothing_but_its_sources(folder: Path) -> None:
    kernel, python = closed(folder, sys.executable, "-m", "tests.flow.closed_cycle", str(folder), way=os.environ.get(WAY, ""))
    came = json.loads((folder / CAME_OF_IT).read_text(encoding="utf-8"))
    assert came["workbooks"] > 0
    assert came["letters"] > 1000
    assert "before → after" in came["corrected"]
    assert came["browser"]["drawn"]
    # Of all processes, by the kernel: nothing without a route, no datagram (so no name looked up), only connections on this machine.
    # Chromium asks once whether there is a route to the world of IPv6, whatever page is open, and sends nothing.
    probes = came["browser"]["probes"]
    assert {name: kernel[name] for name in ("without_route", "datagrams", "devices")} == {
        "without_route": probes,
        "datagrams": 0,
        "devices": ["lo"] if kernel["way"] == NAMESPACE else [],
    }
    assert (came["by_browser"]["without_route"], came["by_browser"]["datagrams"]) == (probes, 0)
    # It keeps the answer for a second: as many seconds as a busy machine takes to draw a page, and no more.
    assert probes < 10
    assert {host for host in came["browser"]["hosts"] if not host.startswith("127.0.0.1:")} <= {PROBED}
    assert kernel["connections"] > 0
    assert outside(python) == []
    address = came["browser"]["address"]
    assert address in came["browser"]["addresses"]
    assert {url for url in came["browser"]["addresses"] if not url.startswith((address, "data:", NOBODY))} == set()
    assert {name for name in came["browser"]["names"] if not HERE.search(name)} == set()
    assert {about[1] for event, about in python if event == "socket.connect" and isinstance(about, tuple)} <= set(PORTS)
