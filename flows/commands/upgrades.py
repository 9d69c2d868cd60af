"""Rehearsal of an upgrade: a backup judged by this release, and what comes out otherwise.

It stands in a folder of its own, with a warehouse of its own, and is gone at the end: the installation in use is not touched.
The release in use makes the backup, the clone of the new one rehearses. What was read from landing files stays as the release in use
read it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from config.errors import ConfigError
from config.language import Bilingual, counted, translate
from config.read_once import forget
from config.settings import settings
from flows.commands.console_tables import add_figures, console_table
from flows.runtime.session import check_free_space, warehouse
from tasks.check import check_batch
from tasks.clock_faults import find_faults
from tasks.judge import judge_batch
from tasks.judging.rules_digest import rules_digest
from tasks.match import match_all
from tasks.preview.upgrade import UpgradedVerdict, verdicts_before
from tasks.recovery.restore import Restored, restore_backup
from tasks.reports.list_files import write_mappings
from tasks.reports.translation import VERDICT_WORDS
from tasks.warehouse.batches import batched
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import reset_engine
from tasks.warehouse.partitions import every_partition, last_day_of

_PREFIX, _LOCK = "motcua-rehearsal-", "rehearsal.lock"
# What places an installation's things: the rehearsal has places of its own.
_PLACES = ("HOME", "DATABASE_URL", "LANDING", "SOURCES_DIR", "PEOPLE_FILE", "SUBSCRIPTIONS_FILE", "PAGE_DIR")
_OUT = Console(soft_wrap=True, highlight=False, markup=False)


def rehearse_upgrade(file: str, lines: str | None, work: str | None) -> int:
    """Judge a backup's dossiers by this release, print what comes out otherwise; return 0.

    Args:
        file: the backup.
        lines: file that each dossier that comes out otherwise is written to.
        work: folder below which the rehearsal's home stands meanwhile; the machine's temporary one by default.

    Raises:
        ConfigError: the folder cannot be used, or less space is free than the settings ask for.
        UnreadableDataError: the backup cannot be used.
    """
    backup, target = Path(file).expanduser().absolute(), None if lines is None else Path(lines).expanduser().absolute()
    with _home_of_its_own(Path(work or tempfile.gettempdir()).expanduser().absolute()):
        restored = restore_backup(backup, settings())
        with warehouse(), verdicts_before() as before:
            _judge_again()
            changed, judged = before.changed(), before.judged()
        if target is not None:
            write_mappings(target, [one._asdict() for one in changed])
        _tell(restored, judged, changed, target)
    return 0


def _judge_again() -> None:
    """Match, check and judge all that there is for the day that was judged last, as a whole run does."""
    day, digest = last_day_of(), rules_digest()
    match_all(day)
    find_faults(day)
    every = every_partition()
    for batch in batched("check", every, digest):
        check_batch(batch, day, full=True)
    for batch in batched("judge", every, digest):
        judge_batch(batch, day, full=True)


@contextmanager
def _home_of_its_own(work: Path) -> Iterator[None]:
    """Have the settings speak of a new home below a folder; it is gone at the end, and so is one that a kill left there."""
    if not work.is_dir():
        there = Bilingual("không có thư mục này", "there is no such folder")
        raise ConfigError(str(work), there, Bilingual("một thư mục đang có", "a folder that is there"))
    _sweep(work)
    check_free_space(work, settings().free_space_floor_mb)
    home = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=work))
    home.chmod(0o711)  # the server's account passes through
    kept = {name: os.environ.pop(f"MOTCUA_{name}", None) for name in _PLACES}
    with (home / "begun").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (home / "begun").rename(home / _LOCK)  # who sweeps sees it locked only
        os.environ |= {"MOTCUA_HOME": str(home / "office"), "MOTCUA_SOURCES_DIR": str(home / "office" / "sources")}
        forget()
        try:
            yield
        finally:
            reset_engine()
            _remove(home)
            for name, value in kept.items():
                os.environ.pop(f"MOTCUA_{name}", None)
                if value is not None:
                    os.environ[f"MOTCUA_{name}"] = value
            forget()


def _sweep(work: Path) -> None:
    """Remove homes of rehearsals that were killed."""
    for home in work.glob(f"{_PREFIX}*"):
        if home.stat().st_uid != os.getuid() or not (home / _LOCK).exists():
            continue
        with (home / _LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            _remove(home)


def _remove(home: Path) -> None:
    if (home / "office" / "cluster").exists():
        Cluster(home / "office").stop()
    shutil.rmtree(home)


def _tell(restored: Restored, judged: dict[str, int], changed: Sequence[UpgradedVerdict], lines: Path | None) -> None:
    old, new, made = restored.header.version, version("motcua"), restored.header.made_at
    for policy, total in judged.items():
        pairs = Counter((one.verdict_before, one.verdict) for one in changed if one.policy == policy)
        _OUT.print(
            translate(
                f"{policy}: {pairs.total()} trong {total} hồ sơ có kết luận, hạn hoặc ngày kết thúc khác.",
                f"{policy}: {pairs.total()} of {counted(total, 'dossier')} with another verdict, due date or end.",
            )
        )
        if pairs:
            _print_pairs(pairs)
    if restored.differ:
        names = ", ".join(restored.differ)
        _OUT.print(
            translate(
                f"Cấu hình của bản này khác bản sao lưu, và đã được dùng: {names}.",
                f"The configuration of this release differs from the backup's, and was used: {names}.",
            )
        )
    if lines is not None:
        _OUT.print(translate(f"Từng hồ sơ: {lines}", f"Each dossier: {lines}"))
    _OUT.print(
        translate(
            f"Bản {new} trên bản sao lưu {made} của bản {old}. Chưa có gì được cài hay thay đổi.",
            f"Release {new} on the backup of {made} by release {old}. Nothing was installed or changed.",
        )
    )


def _print_pairs(pairs: Counter[tuple[str | None, str | None]]) -> None:
    table = console_table()
    table.add_column(translate("bản đang dùng", "release in use"))
    table.add_column(translate("bản này", "this release"))
    add_figures(table, [translate("hồ sơ", "dossiers")])
    for (old, new), count in pairs.most_common():
        table.add_row(_word(old), _word(new), str(count))
    _OUT.print(table)


def _word(verdict: str | None) -> str:
    return translate("không kết luận", "not judged") if verdict is None else translate(*VERDICT_WORDS[verdict])
