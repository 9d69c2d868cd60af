"""`motcua doctor`: what is installed, reachable and migrated, line by line, each with what to do where it isn't."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from config.errors import MotcuaError
from config.known_sources import known_sources
from config.settings import ROOT, settings
from config.sources import Source
from flows.runtime.words import say
from tasks.shield import place


@dataclass(frozen=True)
class Line:
    """What the doctor found about one thing.

    Attributes:
        well: whether nothing has to be done.
        subject: what was looked at.
        fact: what was found.
        action: what to do; empty where all is well.
    """

    well: bool
    subject: str
    fact: str
    action: str = ""

    def __str__(self) -> str:
        sign = "ok " if self.well else "!! "
        return f"{sign} {self.subject}: {self.fact}" + (f" → {self.action}" if self.action else "")


def examine() -> list[Line]:
    """Look at everything; what cannot be looked at is itself a line, so that the doctor always answers."""
    parts: tuple[tuple[str, Callable[[], Iterator[Line]]], ...] = (
        (say("gói phần mềm", "packages"), packages),
        (say("đĩa", "disk"), disk),
        (say("khoá", "keys"), keys),
        (say("kho dữ liệu", "warehouse"), warehouse),
        (say("máy chủ Prefect", "Prefect server"), orchestrator),
        (say("hệ thống nguồn", "sources"), sources),
    )
    return [line for subject, look in parts for line in _lines(subject, look)]


def _lines(subject: str, look: Callable[[], Iterator[Line]]) -> list[Line]:
    try:
        return list(look())
    except MotcuaError as error:
        return [Line(False, subject, str(error))]
    except Exception as error:
        # Its text may quote what nobody should read here.
        kind = type(error).__name__
        fact = say(f"không xem được: {kind} tại {place(error)}", f"could not be looked at: {kind} at {place(error)}")
        return [Line(False, subject, fact, say("báo lại dòng này", "report this line; it holds no data"))]


def packages(constraints: Path = ROOT / "constraints.txt") -> Iterator[Line]:
    """Hold the installed versions of what we depend on against those that were tried together."""
    subject = say("gói phần mềm", "packages")
    tried = dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;]+)", constraints.read_text(), re.M)) if constraints.exists() else {}
    wrong = [f"{name} {installed(name)} ({pin})" for name, pin in tried.items() if name in _ours() and installed(name) != pin]
    if not tried:
        yield Line(
            False,
            subject,
            say("không thấy constraints.txt", "no constraints.txt"),
            say("chạy từ bản sao mã nguồn", "run from a clone"),
        )
    elif wrong:
        yield Line(
            False,
            subject,
            say(f"khác bản đã thử: {', '.join(wrong)}", f"other than tried (in brackets): {', '.join(wrong)}"),
            "pip install -c constraints.txt -e .",
        )
    else:
        yield Line(True, subject, say(f"{len(_ours())} gói đúng bản đã thử", f"{len(_ours())} packages as tried together"))


def _ours() -> set[str]:
    return {
        re.split(r"[<>=!~;\s\[]", need, maxsplit=1)[0].lower() for need in requires("motcua") or () if "extra ==" not in need
    }


def installed(name: str) -> str:
    """Return the installed version of a package, or a dash."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "-"


def disk() -> Iterator[Line]:
    """Tell how much space is free where the state lies."""
    chosen = settings()
    place = next(path for path in (chosen.home, *chosen.home.parents) if path.exists())
    free = shutil.disk_usage(place).free // 1_000_000
    subject = say(f"đĩa {chosen.home}", f"disk {chosen.home}")
    if free >= chosen.free_space_floor_mb:
        yield Line(True, subject, say(f"còn {free} MB", f"{free} MB free"))
    else:
        yield Line(
            False,
            subject,
            say(
                f"chỉ còn {free} MB, cần {chosen.free_space_floor_mb} MB",
                f"only {free} MB free of {chosen.free_space_floor_mb} MB",
            ),
            say(
                "dọn đĩa hoặc đặt MOTCUA_HOME nơi khác; trước đó không lượt nào chạy",
                "make room or move MOTCUA_HOME; no run starts before",
            ),
        )


def keys() -> Iterator[Line]:
    """Tell whether anybody but the owner may read a key."""
    folder = settings().home / "keys"
    files = sorted(folder.glob("*")) if folder.exists() else []
    open_ones = [path for path in files if path.stat().st_mode & 0o077]
    subject = say("khoá", "keys")
    if open_ones:
        names = ", ".join(path.name for path in open_ones)
        yield Line(
            False, subject, say(f"người khác đọc được: {names}", f"readable by others: {names}"), f"chmod 400 {folder}/*"
        )
    else:
        yield Line(True, subject, say(f"{len(files)} tệp, chỉ chủ đọc được", f"{len(files)} files, readable by the owner only"))


def warehouse() -> Iterator[Line]:
    """Tell whether the warehouse answers, and whether its tables are those of this release."""
    from tasks.warehouse.engine import fetch_all
    from tasks.warehouse.ledger import verify
    from tasks.warehouse.migrations import migrate

    subject = say("kho dữ liệu", "warehouse")
    server, embedded = fetch_all("SHOW server_version")[0][0], not settings().database_url.get_secret_value()
    kind = say("nhúng", "embedded") if embedded else say("bên ngoài", "external")
    yield Line(True, subject, f"PostgreSQL {server}, {kind}")
    applied = migrate()
    fact = (
        say(f"đã nâng lên {applied[-1]}", f"migrated to {applied[-1]}") if applied else say("đúng phiên bản", "of this release")
    )
    yield Line(True, say("bảng", "tables"), fact)
    broken = verify()
    subject = say("nhật ký", "ledger")
    if broken is None:
        yield Line(True, subject, say("chuỗi nguyên vẹn", "chain whole"))
    else:
        yield Line(
            False,
            subject,
            say(f"bị sửa từ mục {broken}", f"altered from entry {broken} on"),
            say("phục hồi từ bản sao lưu, tìm ai đã sửa", "restore a backup and find out who did it"),
        )


def orchestrator() -> Iterator[Line]:
    """Tell whether the Prefect server answers, and whether its scheduler makes the runs it should."""
    from flows.runtime.environment import client_environment, enter
    from flows.runtime.keys import auth_string
    from flows.runtime.server import answers

    chosen = settings()
    subject = say("máy chủ Prefect", "Prefect server")
    if not answers(chosen.home, chosen.prefect_port):
        yield Line(
            False,
            subject,
            say(
                f"không chạy ở cổng {chosen.prefect_port}: không lượt nào tự chạy",
                f"not on port {chosen.prefect_port}: nothing runs by schedule",
            ),
            "motcua up",
        )
        return
    yield Line(True, subject, f"http://127.0.0.1:{chosen.prefect_port}")
    enter(client_environment(chosen.home, chosen.prefect_port, auth_string(chosen.home)))
    from flows.runtime.slots import examine_slots

    for well, what, fact, action in examine_slots():
        yield Line(well, what, fact, action)


def sources() -> Iterator[Line]:
    """Tell of each source whether it answers."""
    found = known_sources()
    known, now = found.usable, datetime.now(UTC)
    for name, error in found.broken.items():
        yield Line(
            False,
            say(f"nguồn {name}", f"source {name}"),
            str(error),
            say("sửa tệp; các nguồn khác vẫn chạy", "mend the file; the other sources go on"),
        )
    if not known and not found.broken:
        yield Line(
            False,
            say("hệ thống nguồn", "sources"),
            say(f"chưa có tệp nào trong {settings().sources_dir}", f"no file in {settings().sources_dir}"),
            say("chép một tệp example-*.yaml và đặt địa chỉ", "copy an example-*.yaml and set its address"),
        )
    for name, source in known.items():
        if source.has_ended(now):
            fact = say(
                f"đã đóng ngày {source.ended:%d/%m/%Y}, không hỏi nữa", f"closed down on {source.ended}, not asked any more"
            )
            yield Line(True, say(f"nguồn {name}", f"source {name}"), fact)
            continue
        yield from _lines(say(f"nguồn {name}", f"source {name}"), lambda name=name, source=source: _ask(name, source))  # type: ignore[misc]


def _ask(name: str, source: Source) -> Iterator[Line]:
    from tasks.sources.adapters import adapter_for
    from tasks.sources.protocol import Window

    adapter, window = adapter_for(source), Window(since=datetime.now(UTC) - timedelta(days=1))
    next(iter(adapter.pages(window)), None)
    total = adapter.control_total(window)
    fact = say("có trả lời", "answers")
    if total is not None:
        fact += say(f"; {total} bản ghi đổi trong một ngày", f"; {total} records changed within a day")
    yield Line(True, say(f"nguồn {name}", f"source {name}"), fact)
