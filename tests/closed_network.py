"""Network without a way out: a namespace that has its loopback alone, in which a command runs and every attempt to leave is counted.

    python -m tests.closed_network TALLY COMMAND …

The kernel counts for all processes of the namespace, whatever they are written in: what it had no route for, and every datagram (a name is
looked up by one). Python processes also tell where they connect and which names they look up; TALLY is a folder for both.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

COUNTED = "kernel.json"
TOLD = "python.txt"
NOT_PERMITTED = 77
"""Exit code where this machine lets nobody make a network of its own."""
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET
_SET_FLAGS, _UP = 0x8914, 0x1  # SIOCSIFFLAGS, IFF_UP
_HOOK = '''"""Tells where Python connects and what it looks up; the interpreter imports it by its name."""
import os, sys

_WATCHED = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}


def _tell(event, given):
    if event in _WATCHED:
        about = given[1] if event in ("socket.connect", "socket.sendto", "socket.sendmsg") else given[0]
        file = os.open(os.environ["CLOSED_NETWORK_TOLD"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        os.write(file, f"{event} {about!r}\\n".encode())
        os.close(file)


if "CLOSED_NETWORK_TOLD" in os.environ:
    sys.addaudithook(_tell)
'''


def main(folder: Path, command: list[str]) -> int:
    """Run a command in a network of its own, then write down what the kernel counted; return the command's exit code."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_NEW_NETWORK) != 0:
        if libc.unshare(_NEW_USER | _NEW_NETWORK) != 0:
            return NOT_PERMITTED
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        fcntl.ioctl(one, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP))
    (folder / "sitecustomize.py").write_text(_HOOK, encoding="utf-8")
    told = folder / TOLD
    told.touch(0o666)
    told.chmod(0o666)
    environment = {**os.environ, "CLOSED_NETWORK_TOLD": str(told)}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(folder), environment.get("PYTHONPATH"))))
    before = counters()
    done = subprocess.run(command, env=environment, check=False)
    after = counters()
    said = {name: after[name] - before[name] for name in after} | {"devices": [name for _, name in socket.if_nameindex()]}
    (folder / COUNTED).write_text(json.dumps(said), encoding="ascii")
    return done.returncode


def counters() -> dict[str, int]:
    """What the kernel counts of this network: attempts without a route, datagrams sent, TCP connections opened."""
    found: dict[str, int] = {}
    lines = [line.split() for line in Path("/proc/self/net/snmp").read_text(encoding="ascii").splitlines()]
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        found |= {names[0][:-1] + name: int(value) for name, value in zip(names[1:], values[1:], strict=True)}
    for line in Path("/proc/self/net/snmp6").read_text(encoding="ascii").splitlines():
        name, value = line.split()
        found[name] = int(value)
    return {
        "without_route": found["IpOutNoRoutes"] + found["Ip6OutNoRoutes"],
        "datagrams": found["UdpOutDatagrams"] + found["Udp6OutDatagrams"],
        "connections": found["TcpActiveOpens"],
    }


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), sys.argv[2:]))
