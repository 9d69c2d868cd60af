"""Backup and restore from the command line: what was done, where it lies, and what is left to do."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from config.language import counted, decimal, translate
from config.settings import settings
from flows.runtime.session import check_free_space, warehouse
from flows.runtime.users import Users
from tasks.recovery.backup import make_backup
from tasks.recovery.restore import Restored, examine_backup, in_use, restore_backup

_OUT = Console(soft_wrap=True, highlight=False, markup=False)


def back_up(file: str) -> None:
    """Write a backup and say what is in it and whom it concerns."""
    with warehouse():
        made = make_backup(Path(file), settings())
    size = decimal(f"{made.size / 1_000_000:.1f}")
    _OUT.print(
        translate(
            f"Đã sao lưu vào {made.file}: {made.rows} dòng của kho, {made.landed} tệp gốc, {size} MB.",
            f"Backed up to {made.file}: {counted(made.rows, 'row')} of the warehouse, {counted(made.landed, 'landing file')}, {size} MB.",
        )
    )
    _OUT.print(
        translate(
            "Tệp này chứa dữ liệu cá nhân và các khóa; chỉ chủ sở hữu đọc được. Hãy giữ trên đĩa khác và mã hóa khi chuyển đi.",
            "It holds personal data and the keys; only its owner may read it. Keep it on another disk; encrypt it on its way.",
        )
    )


def restore(file: str, replace: bool, check: bool) -> None:
    """Restore a backup, or only tell whether it is whole."""
    if check:
        header = examine_backup(Path(file))
        _OUT.print(
            translate(
                f"Bản sao lưu nguyên vẹn, tạo lúc {header.made_at} bằng motcua {header.version}.",
                f"The backup is whole; it was made at {header.made_at} by motcua {header.version}.",
            )
        )
        return
    _refuse_running()
    check_free_space(settings().home, settings().free_space_floor_mb)
    _tell(restore_backup(Path(file), settings(), replace=replace))


def _refuse_running() -> None:
    chosen = settings()
    if not (chosen.home / "prefect").exists():
        return
    users = Users(chosen.home / "prefect", chosen.prefect_port)
    if not users.are_gone() or users.keeper() is not None:
        raise in_use(chosen.home)


def _tell(restored: Restored) -> None:
    _OUT.print(
        translate(
            f"Đã phục hồi bản sao lưu lúc {restored.header.made_at}: {restored.rows} dòng, {restored.landed} tệp gốc.",
            f"Restored the backup of {restored.header.made_at}: {counted(restored.rows, 'row')}, {counted(restored.landed, 'landing file')}.",
        )
    )
    if restored.written:
        names = ", ".join(restored.written)
        _OUT.print(translate(f"Tệp cấu hình được đặt lại: {names}.", f"Files of the configuration put back: {names}."))
    if restored.readers:
        names = ", ".join(restored.readers)
        _OUT.print(
            translate(
                f"Tài khoản chỉ đọc không tạo lại được cùng mật khẩu cũ: {names}. Hãy tạo lại bằng `motcua reader add`.",
                f"Readers that could not be made again with their passwords: {names}. Make them with `motcua reader add`.",
            )
        )
    if restored.differ:
        names = ", ".join(restored.differ)
        _OUT.print(
            translate(
                f"Cấu hình ở đây khác bản sao lưu: {names}. Bản của lúc sao lưu nằm ở {restored.aside}.",
                f"The configuration here differs from the backup's: {names}. The backup's files lie in {restored.aside}.",
            )
        )
