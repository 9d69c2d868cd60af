"""Mark of an unfinished restore: such a home is used for nothing but the next restore."""

from __future__ import annotations

from pathlib import Path

from config.errors import ConfigError, MotcuaError
from config.language import Bilingual

_NAME = "restoring"


def restore_mark(home: Path) -> Path:
    """Return the file that stands in a home while a backup is restored into it; it names the backup."""
    return home / _NAME


class RestoreRefusedError(MotcuaError):
    """A home or a database that nothing can be restored into, or that a broken-off restore has left.

    Args:
        home: the home.
        fact: why.
        action: what the operator can do.
    """

    exit_code = ConfigError.exit_code

    def __init__(self, home: Path, fact: Bilingual, action: Bilingual) -> None:
        super().__init__(
            Bilingual(f"{home}: {fact.vi}. Chưa làm gì. {action.vi}", f"{home}: {fact.en}. Nothing was done. {action.en}")
        )


def refuse_unfinished(home: Path) -> None:
    """Refuse a home whose restore was broken off.

    Raises:
        RestoreRefusedError: with the command that finishes it.
    """
    mark = restore_mark(home)
    if not mark.is_file():
        return
    command = f"motcua restore {mark.read_text(encoding='utf-8').strip()}"
    raise RestoreRefusedError(
        home,
        Bilingual(
            "việc phục hồi từ bản sao lưu bị ngắt giữa chừng, dữ liệu ở đây chưa đủ",
            "a restore was broken off, and the data here are not whole",
        ),
        Bilingual(f"Hãy chạy lại `{command}`.", f"Run `{command}` again."),
    )
