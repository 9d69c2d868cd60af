"""Small desk as real files, and each step of the product over it: the other side of the plain model."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.policies import load_policies, policies_of_a_run
from config.read_once import forget
from config.retention import LandingRetention, Retention
from config.settings import settings
from config.sources import load_sources
from tasks.check import check_batch
from tasks.correcting.landing_folder import take_answers
from tasks.correcting.making import make_packages
from tasks.correcting.packages import receive_corrections
from tasks.correcting.undo import undo
from tasks.judge import judge_batch
from tasks.judging.rules_digest import rules_digest
from tasks.loading.pages import load_source
from tasks.maintain import forget_gate_results, remove_leftovers
from tasks.match import match_all
from tasks.measure import measure_policy
from tasks.publish import publish_policy
from tasks.pull import pull_source
from tasks.recovery.backup import make_backup
from tasks.recovery.run_history import keep_run
from tasks.retention.purging import purge_landing
from tasks.warehouse.batches import Batch
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.partitions import pending
from tests.accounts import PEOPLE
from tests.faults.plain_model import AS_OF, CORRECTED, FIGURES, LIMITS, MONTH, UNITS, Counts, Facts
from tests.forked import PROCESSES
from tests.patience import HANGS
from tests.warehouse.emptying import empty_warehouse
from tests.warehouse.snapshot import Snapshot, snapshot

KILLED = -signal.SIGKILL
RULE, LONG_AFTER = Retention(landing=LandingRetention(days_after_end=30)), date(2030, 6, 1)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_FIELDS = dict(zip(CORRECTED, ("unit_code", "received_at", "done_at"), strict=True))
_NAMES = {field: name for name, field in _FIELDS.items()}
_DESK = """
title: Một cửa nhỏ
kind: sql
profile: table
role: primary
statuses: {"4": 4, "7": 7, "9": 9}
columns:
  code: ma
  receipt_number: bien_nhan
  procedure_code: thu_tuc
  unit_code: don_vi
  status: trang_thai
  received_at: nhan
  due_at: hen
  done_at: xong
  deleted_at: xoa_luc
  deletion_reason: ly_do_xoa
  modified_at: cap_nhat
sql: {address: {env: OFFICE_DESK}, table: ho_so, key: ma, modified: cap_nhat, page_rows: 7}
"""
_CATALOGUE = """
title: Danh mục nhỏ
kind: files
profile: catalogue
role: reference
columns: {procedure_code: ma, name: ten, field_code: linh_vuc, channel: kenh, limit_text: thoi_han, valid_from: tu_ngay}
channels: {Trực tiếp: counter}
files: {folder: {env: OFFICE_FILES}, pattern: "danh_muc.csv"}
"""
_UNITS = """
title: Cơ quan nhỏ
kind: files
profile: units
role: reference
columns: {unit_code: ma, name: ten, level: cap, valid_from: tu_ngay}
levels: {XA: commune}
files: {folder: {env: OFFICE_FILES}, pattern: "co_quan.csv"}
"""
_KNOWN = """
    SELECT code, unit_code, procedure_code, status, received_at, due_at, done_at, coalesce(is_deleted, false) FROM core.dossiers
    WHERE source = 'desk'
"""
_IN_FORCE = """
    SELECT DISTINCT ON (code, field) code, field, new_value FROM quality.corrections WHERE state = 'approved'
    ORDER BY code, field, received_at DESC, correction_id DESC
"""
_PUBLISHED = """
    SELECT i.basis, i.unit_code, i.indicator, i.numerator FROM mart.indicators AS i
    JOIN mart.current_publications AS p ON p.publication_id = i.publication_id
    WHERE p.policy = %(policy)s AND i.period = %(month)s AND i.field_code = '*' AND i.channel = '*'
        AND i.indicator = ANY(%(figures)s)
"""


def environment(folder: Path, home: Path) -> dict[str, str]:
    """Return the settings of a process that works for this desk."""
    return {
        "MOTCUA_HOME": str(home),
        "MOTCUA_SOURCES_DIR": str(folder / "sources"),
        "MOTCUA_PEOPLE_FILE": str(PEOPLE),
        "OFFICE_DESK": f"sqlite:///{folder / 'desk.db'}",
        "OFFICE_FILES": str(folder / "files"),
    }


def enter(patch: pytest.MonkeyPatch, folder: Path, home: Path) -> None:
    """Let this process work for this desk, from its next reading of settings on."""
    for name, value in environment(folder, home).items():
        patch.setenv(name, value)
    forget()


def write_office(folder: Path) -> None:
    """Write source files and directories; the desk itself is empty."""
    for name in ("sources", "files"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, text in (("desk", _DESK), ("catalogue", _CATALOGUE), ("units", _UNITS)):
        (folder / "sources" / f"{name}.yaml").write_text(text, encoding="utf-8")
    limits = [f"{code},Thủ tục {code},G01-GD01,Trực tiếp,{days} ngày làm việc,01/01/2020" for code, days in LIMITS.items()]
    units = [f"{code},Ủy ban nhân dân xã {code},XA,01/01/2020" for code in UNITS]
    for name, heading, lines in (
        ("danh_muc", "ma,ten,linh_vuc,kenh,thoi_han,tu_ngay", limits),
        ("co_quan", "ma,ten,cap,tu_ngay", units),
    ):
        (folder / "files" / f"{name}.csv").write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    with closing(sqlite3.connect(folder / "desk.db")) as desk, desk:
        desk.execute("DROP TABLE IF EXISTS ho_so")
        desk.execute(
            "CREATE TABLE ho_so ("
            "ma PRIMARY KEY, bien_nhan, thu_tuc, don_vi, trang_thai, nhan, hen, xong, cap_nhat, xoa_luc, ly_do_xoa)"
        )


def show(folder: Path, code: str, facts: Facts, tick: int, day: date = AS_OF) -> None:
    """Have the desk show a dossier, changed at a moment of its own."""
    moment = datetime.combine(day, time(6)) + timedelta(seconds=20 * tick)
    done = None if facts.done is None else _at(facts.done, 10)
    row = (
        code,
        f"BN-{code[-4:]}",
        facts.procedure,
        facts.unit,
        facts.status,
        _at(facts.received, 9),
        _at(facts.due, 17),
        done,
        str(moment),
        str(moment) if facts.deleted else None,
        "Nhập nhầm" if facts.deleted else None,
    )
    with closing(sqlite3.connect(folder / "desk.db")) as desk, desk:
        desk.execute("INSERT OR REPLACE INTO ho_so VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def remove(folder: Path, code: str) -> None:
    """Delete a dossier at the desk; nothing there tells of it any more."""
    with closing(sqlite3.connect(folder / "desk.db")) as desk, desk:
        desk.execute("DELETE FROM ho_so WHERE ma = ?", (code,))


def correction_file(folder: Path, number: int, lines: Iterable[tuple[str, str, str]]) -> Path:
    """Write a file of corrections, signed by two."""
    path = folder / f"corrections-{number}.csv"
    rows = ["dossier,field,new value,evidence,who,approved by"]
    rows += [f"{code},{_FIELDS[name]},{_given(name, value)},Sổ {number},an,binh" for code, name, value in lines]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def refer() -> None:
    """Load the directories of agencies and procedures."""
    for source in load_sources(settings().sources_dir).values():
        if source.is_reference:
            pull_source(source)
            load_source(source)


def ingest() -> None:
    source = load_sources(settings().sources_dir)["desk"]
    pull_source(source)
    load_source(source)


def rerun(day: date = AS_OF) -> None:
    match_all(day)
    for step, batch_of in (("check", check_batch), ("judge", judge_batch)):
        for partition in pending(step, day, rules_digest()):
            batch_of(Batch.of(partition), day)
    for policy in policies_of_a_run():
        measure_policy(policy, day)
    keep_run()


def publish(day: date = AS_OF) -> str:
    """Return the id of what readers see."""
    return publish_policy(settings().policy, day)


def correct(path: str) -> None:
    """Take in a file for the first time: each of its lines counts."""
    package = receive_corrections(Path(path), settings().home / "corrections")
    waiting = (package.proposed, package.refused, package.waits)
    assert not any(waiting), f"the desk's lines are sound, and became {package}"


def receive_again(path: str) -> None:
    """Take in a file that may have come before."""
    receive_corrections(Path(path), settings().home / "corrections")


def take_back(package: str) -> None:
    undo(package, "an")


def take_folder(folder: str) -> None:
    """Take in what lies in a landing folder of answers."""
    list(take_answers(Path(folder), settings().home / "corrections"))


def make_all(folder: str) -> None:
    """Make the work package of every agency."""
    make_packages(Path(folder), load_policies()[settings().policy])


def back_up(file: str) -> None:
    make_backup(Path(file), settings())


def purge_by_rule() -> None:
    """Purge the landing files of dossiers that ended long before a day far ahead."""
    purge_landing(RULE, settings().policy, LONG_AFTER)


def purge() -> None:
    """Forget what is old: drafts of killed runs, results of gates, landing files by the rule; no figure rests on them."""
    purge_by_rule()
    remove_leftovers(older_than=0)
    forget_gate_results(days=0)


def whole_run() -> None:
    ingest()
    rerun()
    publish()


_ALL = (
    ingest,
    rerun,
    publish,
    correct,
    receive_again,
    take_back,
    take_folder,
    make_all,
    back_up,
    purge,
    purge_by_rule,
    whole_run,
)
STEPS: dict[str, Callable[..., None]] = {step.__name__: step for step in _ALL}


def step_as(variables: dict[str, str], output: Path, step: str, arguments: tuple[str, ...]) -> None:
    """Do a step in a process of its own, which may be killed in it; what it says goes to a file."""
    os.environ.update(variables)
    forget()
    with output.open("w") as stream:
        for descriptor in (1, 2):
            os.dup2(stream.fileno(), descriptor)
    STEPS[step](*arguments)


def known() -> dict[str, Facts]:
    """Return the dossiers of the warehouse as their source told them last."""
    return {
        code: Facts(unit, procedure, status, _day(received), _day(due), _day(done) if done else None, deleted)
        for code, unit, procedure, status, received, due, done, deleted in fetch_all(_KNOWN)
    }


def in_force() -> dict[tuple[str, str], str]:
    """Return what stands over which field of which dossier."""
    found = ((code, _NAMES[field], value) for code, field, value in fetch_all(_IN_FORCE))
    return {(code, name): value if name == "unit" else str(_day(datetime.fromisoformat(value))) for code, name, value in found}


def published() -> Counts:
    """Return what readers see, by agency; nothing where nothing is published, and no figure that is 0."""
    given = {"policy": settings().policy, "month": MONTH, "figures": list(FIGURES)}
    return {(basis, unit, figure): number for basis, unit, figure, number in fetch_all(_PUBLISHED, given) if number}


def settle(path: Path) -> None:
    """Date a file back: whoever copied it has finished."""
    os.utime(path, (0, 0))


def killed_in(step: str, arguments: tuple[str, ...], at: str, folder: Path, home: Path) -> int:
    """Do a step in a process of its own that is told to die at a point; return its exit code, which is 0 or KILLED."""
    output = folder / "said.log"
    variables = environment(folder, home) | {"MOTCUA_KILL_AT": at}
    process = PROCESSES.Process(target=step_as, args=(variables, output, step, arguments))
    process.start()
    process.join(HANGS)
    assert process.exitcode in (0, KILLED), f"{step} at {at}: {output.read_text()[-800:]}"
    return int(process.exitcode)


@contextmanager
def small_office(cluster: Cluster, folder: Path) -> Iterator[Snapshot]:
    """Have this process work for a small desk whose directories are loaded; yield the warehouse as it is then."""
    with pytest.MonkeyPatch.context() as patch:
        enter(patch, folder, cluster.home)
        write_office(folder)
        empty_warehouse()
        refer()
        yield snapshot(folder / "aside")
    forget()


def _at(day: date, hour: int) -> str:
    return str(datetime.combine(day, time(hour)))


def _given(name: str, value: str) -> str:
    return value if name == "unit" else f"{value} {'09' if name == 'received' else '10'}:00"


def _day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()
