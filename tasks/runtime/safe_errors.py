"""Safe errors: our own messages leave a failed step as they are, others without their text.

The text of an exception that is not ours may quote a record (psycopg2, pandas and Arrow do), and the
orchestrator keeps the message of every failed run.
"""

from __future__ import annotations

import errno
import functools
import shutil
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from config.errors import MachineError, MotcuaError
from config.language import Bilingual
from config.settings import ROOT
from tasks.rules.privacy.masking import mask

P = ParamSpec("P")
R = TypeVar("R")


class UnexpectedError(MotcuaError):
    """A fault of the program; names the place and the kind of error, never what it said.

    Args:
        step: step that failed.
        error: what was raised.
    """

    exit_code = 7

    def __init__(self, step: str, error: BaseException) -> None:
        super().__init__(
            Bilingual(
                f"Bước {step} gặp lỗi chương trình: {type(error).__name__} tại {place(error)}. "
                "Bước này chưa ghi gì. Hãy báo lại dòng này; dòng này không chứa dữ liệu.",
                f"Step {step} met a fault of the program: {type(error).__name__} at {place(error)}. "
                "Nothing of this step was written. Report this line; it holds no data.",
            )
        )


def with_safe_errors(function: Callable[P, R]) -> Callable[P, R]:
    """Let our own errors pass and replace any other by its kind and place; put it right under ``@task``."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            # Its cause may quote what it hides.
            raise safe(function.__name__, error) from None

    run.__shielded__ = True  # type: ignore[attr-defined]  # a house test asks every task for it
    return run


def safe(step: str, error: Exception) -> MotcuaError:
    """Return an error without what may be personal.

    Ours is masked; of any other what the machine lacks is told, or its kind and place.

    Args:
        step: task or flow that it ended.
        error: what was raised.
    """
    if not isinstance(error, MotcuaError):
        return _machine(error) or UnexpectedError(step, error)
    # It may quote the name of a file or field.
    error.args = tuple(_masked(told) for told in error.args)
    return error


def _masked(told: object) -> object:
    if isinstance(told, Bilingual):
        return told.apply(mask)
    return mask(told) if isinstance(told, str) else told


_LEAST_SPACE = 32 * 1024 * 1024  # bytes; a database writes its log in pieces of 16 MB
_LACKS = {
    errno.ENOSPC: (
        Bilingual("đĩa đầy", "its disk is full"),
        Bilingual(
            "Hãy giải phóng dung lượng rồi chạy lại; phần đã xong giữ nguyên.",
            "Make room, then run it again; what was finished before stays.",
        ),
    ),
    errno.EDQUOT: (
        Bilingual("tài khoản đã dùng hết hạn mức đĩa", "its account may use no more of the disk"),
        Bilingual(
            "Hãy tăng hạn mức hoặc giải phóng dung lượng rồi chạy lại.", "Raise the quota or make room, then run it again."
        ),
    ),
    errno.EROFS: (
        Bilingual("đĩa không cho ghi", "its disk takes no changes"),
        Bilingual(
            "Hãy tìm hiểu vì sao đĩa chỉ cho đọc rồi chạy lại.", "Find out why it was made read-only, then run it again."
        ),
    ),
    errno.EMFILE: (
        Bilingual("có quá nhiều tệp đang mở", "too many files are open"),
        Bilingual("Hãy tăng giới hạn (ulimit -n) rồi chạy lại.", "Raise the limit (ulimit -n), then run it again."),
    ),
    errno.ENFILE: (
        Bilingual("có quá nhiều tệp đang mở", "too many files are open"),
        Bilingual("Hãy đóng bớt chương trình rồi chạy lại.", "Close some programs, then run it again."),
    ),
}


def full_disk(folder: Path) -> MachineError | None:
    """Return the error of a full disk where a folder has no room left: what ends a database ends whatever asks it."""
    return MachineError(*_LACKS[errno.ENOSPC]) if shutil.disk_usage(folder).free < _LEAST_SPACE else None


def _machine(error: BaseException) -> MachineError | None:
    """Return what the machine lacks, where that is the cause of an error, however deep."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in _LACKS:
            return MachineError(*_LACKS[seen.errno])
        if isinstance(seen, MemoryError):
            return MachineError(
                Bilingual("hết bộ nhớ", "it has no memory left"),
                Bilingual("Hãy cấp thêm bộ nhớ rồi chạy lại.", "Give it more memory, then run it again."),
            )
        seen = seen.__cause__ or seen.__context__
    return None


def place(error: BaseException) -> str:
    """Return the innermost lines of ours that the error passed, ``file:line``, the deepest first.

    >>> try:
    ...     int("Nguyen Van A")
    ... except ValueError as error:
    ...     "Nguyen" in str(UnexpectedError("x", error))
    False
    """
    frames = traceback.extract_tb(error.__traceback__)
    lines = [(Path(frame.filename), frame.lineno) for frame in reversed(frames)]
    ours = [
        f"{path.relative_to(ROOT)}:{line}" for path, line in lines if path.is_relative_to(ROOT) and ".venv" not in path.parts
    ]
    last = [f"{path.name}:{line}" for path, line in lines[:1]]
    return " < ".join((ours or last)[:3])
