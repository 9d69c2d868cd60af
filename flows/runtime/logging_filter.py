"""Logging filter: whatever looks like a personal value is masked before a handler sees it.

The first net is that no message carries one. This one works on messages and tracebacks.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any

from config.errors import ConfigError, MotcuaError
from config.language import Bilingual
from tasks.rules.privacy.masking import MASK, mask

_PROBE = "0912345678"


class Masking(logging.Filter):
    """Masks the message and the traceback of every record; lets every record through."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record in place; always true."""
        _mask(record)
        _spare_traceback(record)
        if record.exc_info and record.exc_info[0] is not None:
            # Handlers format the traceback themselves unless they find it done.
            record.exc_text = mask("".join(traceback.format_exception(*record.exc_info)).rstrip())
            record.exc_info = None
        return True


def _spare_traceback(record: logging.LogRecord) -> None:
    """Show an error of ours as its sentence; where it was raised is for whoever asks for debug (PREFECT_LOGGING_LEVEL)."""
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    if not isinstance(error, MotcuaError) or logging.getLogger(record.name).getEffectiveLevel() <= logging.DEBUG:
        return
    record.msg, record.args, record.exc_info, record.exc_text = mask(str(error)), (), None, None


def _mask(record: logging.LogRecord) -> None:
    """Mask a message; one without anything personal keeps its arguments, which some handlers ask for."""
    told = _message(record)
    kept = mask(told)
    if kept != told:
        record.msg, record.args = kept, ()


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return f"{record.msg}"


class MaskedRecord(logging.LogRecord):
    """Log record that is masked where it is made, whichever handlers there are.

    One without anything personal stays as it is.
    """

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        _mask(self)


def install() -> None:
    """Mask in this process: every record that is made, and on every handler that the root logger has.

    Raises:
        ConfigError: a message of this process would still show what is personal; nothing may be started.
    """
    logging.setLogRecordFactory(MaskedRecord)
    for handler in logging.getLogger().handlers:
        if not any(isinstance(known, Masking) for known in handler.filters):
            handler.addFilter(Masking())
    record = logging.getLogger("motcua").makeRecord("motcua", logging.INFO, __file__, 0, "%s", (_PROBE,), None)
    if record.getMessage() != MASK:
        raise ConfigError(
            "logging",
            Bilingual("thông báo của tiến trình này sẽ không được che", "messages of this process would not be masked"),
            Bilingual("chỉ thiết lập do motcua cài đặt", "the set-up that motcua installs, alone"),
        )
