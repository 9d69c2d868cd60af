"""Network without a way out: a command runs in one, or is watched call by call, and every attempt to leave is counted.

    python -m tests.closed_network TALLY COMMAND …

The kernel counts for all processes of the namespace, whatever they are written in: what it had no route for, and every datagram (a name is
looked up by one). Python processes also tell where they connect and which names they look up; TALLY is a folder for both.

Where this machine lets nobody make a namespace, the kernel tells strace each connection and each datagram of all processes instead: seen,
but not held back.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
from pathlib import Path

COUNTED = "kernel.json"
TOLD = "python.txt"
NOT_PERMITTED = 77
"""Exit code where this machine lets nobody make a network of its own, nor watch what processes ask of it."""
NAMESPACE, WATCHED = "namespace", "watched"
WAY = "CLOSED_NETWORK_WAY"
"""Environment variable: `watched` takes the second way though the first is there; empty: the first that this machine allows."""
_TRACE = "CLOSED_NETWORK_TRACE"
_STRACE = ("strace", "-f", "--seccomp-bpf", "-qq", "-yy", "-s", "0", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o")
_CONNECTED = re.compile(
    r'connect\(\d+<(\w+)[^>]*>, \{sa_family=AF_INET6?, [^}]*?(?:inet_addr\("|inet_pton\(AF_INET6, ")([^"]+)"'
)
_SENT = re.compile(r"\bsend(?:to|msg|mmsg)\(\d+<UDP")
_HERE = re.compile(r"127\.|::1$|::ffff:127\.")
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
    way = "" if os.environ.get(WAY) == WATCHED else _own_network()
    if not way and not _may_watch():
        return NOT_PERMITTED
    (folder / "sitecustomize.py").write_text(_HOOK, encoding="utf-8")
    told = folder / TOLD
    told.touch(0o666)
    told.chmod(0o666)
    environment = {**os.environ, "CLOSED_NETWORK_TOLD": str(told)}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(folder), environment.get("PYTHONPATH"))))
    if not way:
        os.environ[_TRACE] = environment[_TRACE] = str(folder / "strace.txt")
        command = [*_STRACE, environment[_TRACE], *command]
    before = counters()
    done = subprocess.run(command, env=environment, check=False)
    after = counters()
    devices = [name for _, name in socket.if_nameindex()] if way else []
    said = {name: after[name] - before[name] for name in after} | {"devices": devices, "way": way or WATCHED}
    (folder / COUNTED).write_text(json.dumps(said), encoding="ascii")
    return done.returncode


def _own_network() -> str:
    """Move this process into a network that has its loopback alone; return NAMESPACE, or nothing where that is not allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_NEW_NETWORK) != 0:
        if libc.unshare(_NEW_USER | _NEW_NETWORK) != 0:
            return ""
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        fcntl.ioctl(one, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP))
    return NAMESPACE


def _may_watch() -> bool:
    """Whether strace is there and may watch a process of this account."""
    return bool(shutil.which("strace")) and subprocess.run([*_STRACE, os.devnull, "true"], check=False).returncode == 0


def counters() -> dict[str, int]:
    """What the kernel counts of this network: attempts without a route, datagrams sent, TCP connections opened.

    Watched: connections asked for that lead off this machine, datagrams, connections on it.
    """
    if _TRACE in os.environ:
        return _watched(Path(os.environ[_TRACE]))
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


def _watched(trace: Path) -> dict[str, int]:
    """Count what strace has written of all processes so far."""
    lines = trace.read_text(encoding="utf-8", errors="replace").splitlines() if trace.exists() else []
    asked = [found.groups() for line in lines if (found := _CONNECTED.search(line))]
    away = [host for _, host in asked if not _HERE.match(host)]
    here = [host for kind, host in asked if kind.startswith("TCP") and _HERE.match(host)]
    sent = sum(bool(_SENT.search(line)) for line in lines)
    return {"without_route": len(away), "datagrams": sent, "connections": len(here)}


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), sys.argv[2:]))
