"""Report of `motcua doctor`: what is installed, reachable and migrated, and what to do if not."""

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
from config.language import counted, shown, translate
from config.misspelt_variables import misspelt_variables
from config.settings import ROOT, settings
from config.sources import Source
from tasks.runtime.safe_errors import place


@dataclass(frozen=True)
class HealthLine:
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


def examine() -> list[HealthLine]:
    """Look at everything; what cannot be looked at is itself a line, so that the doctor always answers."""
    parts: tuple[tuple[str, Callable[[], Iterator[HealthLine]]], ...] = (
        (translate("gói phần mềm", "packages"), packages),
        (translate("biến môi trường", "environment"), variables),
        (translate("đĩa", "disk"), disk),
        (translate("khóa", "keys"), keys),
        (translate("vùng lưu bản gốc", "landing zone"), landing_zone),
        (translate("kho dữ liệu", "warehouse"), warehouse),
        (translate("máy chủ Prefect", "Prefect server"), orchestrator),
        (translate("trang công bố", "published page"), published_page),
        (translate("hệ thống nguồn", "sources"), sources),
    )
    return [line for subject, look in parts for line in _lines(subject, look)]


def _lines(subject: str, look: Callable[[], Iterator[HealthLine]]) -> list[HealthLine]:
    try:
        return list(look())
    except MotcuaError as error:
        return [HealthLine(False, subject, shown(error))]
    except Exception as error:
        # Its text may quote what nobody should read here.
        kind = type(error).__name__
        fact = translate(f"không xem được: {kind} tại {place(error)}", f"could not be looked at: {kind} at {place(error)}")
        return [HealthLine(False, subject, fact, translate("báo lại dòng này", "report this line; it holds no data"))]


def packages(constraints: Path = ROOT / "constraints.txt") -> Iterator[HealthLine]:
    """Hold the installed versions of what we depend on against those that were tried together."""
    subject = translate("gói phần mềm", "packages")
    tried = dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;]+)", constraints.read_text(), re.M)) if constraints.exists() else {}
    wrong = [f"{name} {installed(name)} ({pin})" for name, pin in tried.items() if name in _ours() and installed(name) != pin]
    if not tried:
        yield HealthLine(
            False,
            subject,
            translate("không thấy constraints.txt", "no constraints.txt"),
            translate("chạy từ bản sao mã nguồn", "run from a clone"),
        )
    elif wrong:
        yield HealthLine(
            False,
            subject,
            translate(f"khác bản đã thử: {', '.join(wrong)}", f"other than tried (in brackets): {', '.join(wrong)}"),
            "pip install -c constraints.txt -e .",
        )
    else:
        yield HealthLine(
            True,
            subject,
            translate(f"{len(_ours())} gói đúng bản đã thử", f"{counted(len(_ours()), 'package')} as tried together"),
        )


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


def variables() -> Iterator[HealthLine]:
    """Tell of variables that look like a setting and are none."""
    subject = translate("biến môi trường", "environment")
    wrong = misspelt_variables()
    for name, fact in wrong:
        yield HealthLine(False, subject, shown(fact), f"unset {name}")
    if not wrong:
        yield HealthLine(True, subject, translate("mọi biến MOTCUA_… đều là thiết lập", "every MOTCUA_… is a setting"))


def disk() -> Iterator[HealthLine]:
    """Tell how much space is free where the state lies."""
    chosen = settings()
    place = next(path for path in (chosen.home, *chosen.home.parents) if path.exists())
    free = shutil.disk_usage(place).free // 1_000_000
    subject = translate(f"đĩa {chosen.home}", f"disk {chosen.home}")
    if free >= chosen.free_space_floor_mb:
        yield HealthLine(True, subject, translate(f"còn {free} MB", f"{free} MB free"))
    else:
        yield HealthLine(
            False,
            subject,
            translate(
                f"chỉ còn {free} MB, cần {chosen.free_space_floor_mb} MB",
                f"only {free} MB free of {chosen.free_space_floor_mb} MB",
            ),
            translate(
                "dọn đĩa hoặc đặt MOTCUA_HOME nơi khác; trước đó không lượt nào chạy",
                "make room or move MOTCUA_HOME; no run starts before",
            ),
        )


def keys() -> Iterator[HealthLine]:
    """Tell whether anybody but the owner may read a key."""
    folder = settings().home / "keys"
    files = sorted(folder.glob("*")) if folder.exists() else []
    open_ones = [path for path in files if path.stat().st_mode & 0o077]
    subject = translate("khóa", "keys")
    if open_ones:
        names = ", ".join(path.name for path in open_ones)
        yield HealthLine(
            False, subject, translate(f"người khác đọc được: {names}", f"readable by others: {names}"), f"chmod 400 {folder}/*"
        )
    else:
        yield HealthLine(
            True,
            subject,
            translate(f"{len(files)} tệp, chỉ chủ đọc được", f"{counted(len(files), 'file')}, readable by the owner only"),
        )


def landing_zone() -> Iterator[HealthLine]:
    """Tell whether what is written into the landing zone is locked, and with which key.

    Raises:
        ConfigError: the file of keys cannot be used.
    """
    from config.landing_keys import landing_keys

    given = landing_keys()
    if given:
        number = given[0].number.hex()
        fact = translate(f"mã hóa bằng khóa {number}", f"encrypted with key {number}")
    else:
        fact = translate(
            "không mã hóa (MOTCUA_LANDING_KEY_FILE chưa đặt)", "not encrypted (MOTCUA_LANDING_KEY_FILE is not set)"
        )
    yield HealthLine(True, translate("vùng lưu bản gốc", "landing zone"), fact)


def warehouse() -> Iterator[HealthLine]:
    """Tell whether the warehouse answers, and whether its tables are those of this release."""
    from tasks.recovery.unfinished_restore import refuse_unfinished
    from tasks.warehouse.migrations import migrate
    from tasks.warehouse.rows import fetch_value

    refuse_unfinished(settings().home)
    subject = translate("kho dữ liệu", "warehouse")
    server, embedded = fetch_value("SHOW server_version"), not settings().database_url.get_secret_value()
    kind = translate("nhúng", "embedded") if embedded else translate("bên ngoài", "external")
    yield HealthLine(True, subject, f"PostgreSQL {server}, {kind}")
    applied = migrate()
    fact = (
        translate(f"đã nâng lên {applied[-1]}", f"migrated to {applied[-1]}")
        if applied
        else translate("đúng phiên bản", "of this release")
    )
    yield HealthLine(True, translate("bảng", "tables"), fact)
    yield from _ledger_and_seals()


def _ledger_and_seals() -> Iterator[HealthLine]:
    from tasks.auditing.seals import verify_seals
    from tasks.warehouse.ledger import verify

    broken, subject = verify(), translate("nhật ký", "ledger")
    if broken is None:
        yield HealthLine(True, subject, translate("chuỗi nguyên vẹn", "chain whole"))
    else:
        yield HealthLine(
            False,
            subject,
            translate(f"bị sửa từ mục {broken}", f"altered from entry {broken} on"),
            translate("phục hồi từ bản sao lưu, tìm ai đã sửa", "restore a backup and find out who did it"),
        )
    seals = verify_seals()
    action = (
        translate("phục hồi từ bản sao lưu, tìm ai đã sửa", "restore a backup and find out who did it") if seals.edited else ""
    )
    yield HealthLine(not seals.edited, translate("niêm phong", "seals"), shown(seals.said), action)


def orchestrator() -> Iterator[HealthLine]:
    """Tell whether the Prefect server answers, and whether its scheduler makes the runs it should."""
    from flows.runtime.environment import client_environment, enter
    from flows.runtime.keys import auth_string
    from flows.runtime.server import answers

    chosen = settings()
    subject = translate("máy chủ Prefect", "Prefect server")
    if not answers(chosen.home, chosen.prefect_port):
        yield HealthLine(
            False,
            subject,
            translate(
                f"không chạy ở cổng {chosen.prefect_port}: không lượt nào tự chạy",
                f"not on port {chosen.prefect_port}: nothing runs by schedule",
            ),
            "motcua up",
        )
        return
    yield HealthLine(True, subject, f"http://127.0.0.1:{chosen.prefect_port}")
    enter(client_environment(chosen.home, chosen.prefect_port, auth_string(chosen.home)))
    from flows.runtime.slots import examine_slots

    for well, what, fact, action in examine_slots():
        yield HealthLine(well, what, fact, action)


def published_page() -> Iterator[HealthLine]:
    """Tell where the published page is read."""
    from flows.runtime.page_server import page_address

    port = settings().served_page_port
    address = page_address(port)
    fact = address or translate(f"không được phục vụ ở cổng {port}", f"not served on port {port}")
    yield HealthLine(address is not None, translate("trang công bố", "published page"), fact, "" if address else "motcua up")


def sources() -> Iterator[HealthLine]:
    """Tell of each source whether it answers."""
    found = known_sources()
    known, now = found.usable, datetime.now(UTC)
    for name, error in found.broken.items():
        yield HealthLine(
            False,
            translate(f"nguồn {name}", f"source {name}"),
            shown(error),
            translate("sửa tệp; các nguồn khác vẫn chạy", "correct the file; the other sources go on"),
        )
    if not known and not found.broken:
        yield HealthLine(
            False,
            translate("hệ thống nguồn", "sources"),
            translate(f"chưa có tệp nào trong {settings().sources_dir}", f"no file in {settings().sources_dir}"),
            translate("chép một tệp example-*.yaml và đặt địa chỉ", "copy an example-*.yaml and set its address"),
        )
    for name, source in known.items():
        if source.has_ended(now):
            fact = translate(
                f"đã đóng ngày {source.ended:%d/%m/%Y}, không hỏi nữa", f"closed down on {source.ended}, not asked any more"
            )
            yield HealthLine(True, translate(f"nguồn {name}", f"source {name}"), fact)
            continue
        yield from _lines(translate(f"nguồn {name}", f"source {name}"), lambda name=name, source=source: _ask(name, source))  # type: ignore[misc]


def _ask(name: str, source: Source) -> Iterator[HealthLine]:
    from tasks.sources.adapters import adapter_for
    from tasks.sources.protocol import Window

    adapter, window = adapter_for(source), Window(since=datetime.now(UTC) - timedelta(days=1))
    next(iter(adapter.pages(window)), None)
    total = adapter.control_total(window)
    fact = translate("có trả lời", "answers")
    if total is not None:
        fact += translate(f"; {total} bản ghi đổi trong một ngày", f"; {counted(total, 'record')} changed within a day")
    yield HealthLine(True, translate(f"nguồn {name}", f"source {name}"), fact)
