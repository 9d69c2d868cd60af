"""A small office whose systems are real files, and the whole pipeline over them: what fault tests kill.

Two databases (SQLite) and a table: a one-stop system with progress log and supplements, the land software,
a catalogue. ``write(folder, edition)`` makes them; a later edition changes, adds and drops rows as
systems do. Runs are plain functions: no orchestrator, whose state is a view only.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from config.policies import policies_of_a_run
from config.read_once import forget
from config.settings import settings
from config.sources import load_sources
from demo.people import CANARIES, canary
from tasks.check import check_batch
from tasks.judge import judge_batch
from tasks.judging.rules_digest import rules_digest
from tasks.loading.pages import load_source
from tasks.match import match_all
from tasks.measure import measure_policy
from tasks.publish import publish_policy
from tasks.pull import pull_source
from tasks.recovery.run_history import keep_run, put_back_days
from tasks.reports.site.build import write_page
from tasks.warehouse.batches import Batch
from tasks.warehouse.failpoints import passes
from tasks.warehouse.partitions import pending
from tests.accounts import PEOPLE

AS_OF = date(2026, 3, 31)
DOSSIERS = 60
UNREADABLE = 2  # rows of the one-stop system that have no code, to be rejected and kept

_PERSONS = [canary(number) for number in range(CANARIES)]
PLANTED = tuple(word for one in _PERSONS for word in (one.name, one.identity, one.phone))
"""Of people who cannot be real, and who are applicants of the first dossiers."""

_DESK = """
title: Một cửa thử nghiệm
kind: sql
profile: table
role: primary
statuses: {"2": 2, "4": 4, "5": 5, "9": 9, "10": 10}
pause_kinds: {"1": supplement}
columns:
  code: ma
  receipt_number: bien_nhan
  procedure_code: thu_tuc
  unit_code: don_vi
  status: trang_thai
  received_at: nhan
  due_at: hen
  done_at: xong
  modified_at: cap_nhat
  identity_number: cccd
  applicant_name: nguoi_nop
  phone: dien_thoai
sql:
  address: {env: OFFICE_DESK}
  table: ho_so
  key: khoa
  modified: cap_nhat
  page_rows: 25
  events: {table: tien_do, key: khoa, columns: {at: luc, status: trang_thai}, order_by: luc}
  pauses: {table: bo_sung, key: khoa, columns: {kind: loai, started_at: tu, ended_at: den}, order_by: tu}
"""
_LAND = """
title: Đất đai thử nghiệm
kind: sql
profile: land
role: evidence
statuses: {"0": 9, "": 4}
pause_kinds: {"1": supplement}
columns:
  code: bien_nhan
  receipt_number: bien_nhan
  received_at: nhan
  done_at: xong
  status: trang_thai
  modified_at: cap_nhat
sql:
  address: {env: OFFICE_LAND}
  table: ho_so
  key: bien_nhan
  modified: cap_nhat
  pauses: {table: tam_dung, key: bien_nhan, columns: {kind: loai, started_at: tu, ended_at: den}, order_by: tu}
"""
_CATALOGUE = """
title: Danh mục thử nghiệm
kind: files
profile: catalogue
role: reference
columns: {procedure_code: ma, name: ten, field_code: linh_vuc, channel: kenh, limit_text: thoi_han, valid_from: tu_ngay}
channels: {Trực tiếp: counter}
files: {folder: {env: OFFICE_FILES}, pattern: "danh_muc.csv"}
"""
_UNITS = """
title: Cơ quan thử nghiệm
kind: files
profile: units
role: reference
columns: {unit_code: ma, name: ten, level: cap, valid_from: tu_ngay}
levels: {XA: commune}
files: {folder: {env: OFFICE_FILES}, pattern: "co_quan.csv"}
"""


def environment(folder: Path, home: Path) -> dict[str, str]:
    """Return the settings of a process that works for this office."""
    return {
        "MOTCUA_HOME": str(home),
        "MOTCUA_SOURCES_DIR": str(folder / "sources"),
        "MOTCUA_PEOPLE_FILE": str(PEOPLE),
        "OFFICE_DESK": f"sqlite:///{folder / 'desk.db'}",
        "OFFICE_LAND": f"sqlite:///{folder / 'land.db'}",
        "OFFICE_FILES": str(folder / "files"),
    }


def enter(patch: pytest.MonkeyPatch, folder: Path, home: Path) -> None:
    """Let this process work for this office, from its next reading of settings on."""
    for name, value in environment(folder, home).items():
        patch.setenv(name, value)
    forget()


def write(folder: Path, edition: int = 1) -> None:
    """Write the office's systems as they stand in an edition; the same edition is always the same."""
    for name in ("sources", "files"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, text in (("desk", _DESK), ("land", _LAND), ("catalogue", _CATALOGUE), ("units", _UNITS)):
        (folder / "sources" / f"{name}.yaml").write_text(text, encoding="utf-8")
    rows = ["ma,ten,linh_vuc,kenh,thoi_han,tu_ngay"]
    rows += [f"1.00000{n},Thủ tục {n},G0{n}-GD0{n},Trực tiếp,{n + 3} ngày làm việc,01/01/2025" for n in range(1, 4)]
    (folder / "files" / "danh_muc.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    rows = ["ma,ten,cap,tu_ngay", *(f"H99.{n},Ủy ban nhân dân xã {n},XA,01/01/2020" for n in range(2))]
    (folder / "files" / "co_quan.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    for name, tables in (("desk.db", _desk(edition)), ("land.db", _land(edition))):
        _write_database(folder / name, tables)


def expected_codes(edition: int) -> set[str]:
    """Return the codes of all dossiers that the one-stop system has ever shown by an edition."""
    return {_code(n) for n in range(DOSSIERS + 5 * (edition - 1))}


def run(publish: bool = True) -> None:
    """Pull, load, match, check, judge, measure and publish, as the daily flow does.

    Args:
        publish: False stops after measuring; publishing takes longer than all the rest.
    """
    forget()
    sources = sorted(load_sources(settings().sources_dir).values(), key=lambda source: not source.is_reference)
    for source in sources:
        pull_source(source)
        load_source(source)
    derive(publish)


def derive(publish: bool = True, as_of: date = AS_OF, *, replayed: bool = False) -> None:
    """Do all that comes after loading, or after a replay."""
    match_all(as_of)
    for partition in pending("check", as_of, rules_digest()):
        check_batch(Batch.of(partition), as_of)
    for partition in pending("judge", as_of, rules_digest()):
        judge_batch(Batch.of(partition), as_of)
    if replayed:
        put_back_days(as_of)
    for policy in policies_of_a_run():
        measure_policy(policy, as_of)
    if publish:
        publish_policy(settings().policy, as_of)
        write_page(settings().policy, settings().page, settings().page_options)
    keep_run()


def run_as(variables: dict[str, str], output: Path, publish: bool) -> None:
    """Run in a process of its own under the given settings; how often it passed each kill point goes to a file."""
    os.environ.update(variables)
    forget()
    with output.with_suffix(".log").open("w") as stream:
        for descriptor in (1, 2):
            os.dup2(stream.fileno(), descriptor)
    run(publish)
    output.write_text(json.dumps(passes))


def _code(number: int) -> str:
    return f"000.00.01.H99-{_received(number):%y%m%d}-{number:04d}"


def _person(number: int) -> tuple[str, str, str] | tuple[None, None, None]:
    if number >= len(_PERSONS):
        return None, None, None
    return _PERSONS[number].identity, _PERSONS[number].name, _PERSONS[number].phone


def _received(number: int) -> datetime:
    return datetime(2026, 2 + number % 2, 2 + number % 20, 8 + number % 8, number % 60)


def _changed(number: int, edition: int) -> int:
    """Return the edition in which a row was last changed: every seventh one in each edition."""
    return max([e for e in range(2, edition + 1) if number % 7 == e % 7], default=1 + max(0, (number - DOSSIERS) // 5 + 1))


def _desk(edition: int) -> dict[str, list[tuple[object, ...]]]:
    dossiers: list[tuple[object, ...]] = []
    events: list[tuple[object, ...]] = []
    pauses: list[tuple[object, ...]] = []
    for n in range(len(expected_codes(edition))):
        chance, last = random.Random(n), _changed(n, edition)  # noqa: S311 - the same office every time
        received = _received(n)
        done = received + timedelta(days=chance.randint(1, 9)) if (n + last) % 4 else None
        due = received + timedelta(days=7)
        modified = datetime(2026, 3, 20 + last, 12, n % 60)
        dossiers.append(
            (
                f"k{n}",
                _code(n),
                f"BN{n:05d}",
                f"1.00000{1 + n % 4}",
                f"H99.{n % 3}",
                9 if done else 4,
                received,
                due,
                done,
                modified,
                *_person(n),
            )
        )
        events += [(f"k{n}", received + timedelta(hours=h), status) for h, status in enumerate((2, 4, 9)[: 2 + bool(done)])]
        if n % 5 == 0 and last % 2:
            pauses.append((f"k{n}", 1 + n % 2, received + timedelta(days=1), received + timedelta(days=2)))
    dossiers += [
        (f"x{n}", None, None, None, None, 4, None, None, None, datetime(2026, 3, 20), *_person(n)) for n in range(UNREADABLE)
    ]
    return {
        "ho_so khoa ma bien_nhan thu_tuc don_vi trang_thai nhan hen xong cap_nhat cccd nguoi_nop dien_thoai": dossiers,
        "tien_do khoa luc trang_thai": events,
        "bo_sung khoa loai tu den": pauses,
    }


def _land(edition: int) -> dict[str, list[tuple[object, ...]]]:
    numbers = [n for n in range(len(expected_codes(edition))) if n % 6 == 0]
    records: list[tuple[object, ...]] = [
        (f"BN{n:05d}", _received(n), _received(n) + timedelta(days=3), "0", datetime(2026, 3, 20 + _changed(n, edition)))
        for n in numbers
    ]
    pauses: list[tuple[object, ...]] = [
        (f"BN{n:05d}", 1, _received(n) + timedelta(days=1), _received(n) + timedelta(days=1, hours=_changed(n, edition)))
        for n in numbers
        if n % 4 == 0
    ]
    return {"ho_so bien_nhan nhan xong trang_thai cap_nhat": records, "tam_dung bien_nhan loai tu den": pauses}


def _write_database(path: Path, tables: dict[str, list[tuple[object, ...]]]) -> None:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        for heading, rows in tables.items():
            name, *columns = heading.split()
            connection.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
            plain = [tuple(v.isoformat(sep=" ") if isinstance(v, datetime) else v for v in row) for row in rows]
            connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", plain)


# NOIMPORT
