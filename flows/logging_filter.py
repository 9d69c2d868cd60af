"""The second net under personal values: whatever looks like one is masked before any handler sees it.

The first net is that no message carries one (design 4 and 7). This one works on messages and tracebacks.
"""

from __future__ import annotations

import logging
import traceback

from tasks.rules.masking import mask


class Masking(logging.Filter):
    """Masks the message and the traceback of every record; lets every record through."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record in place; always true."""
        record.msg, record.args = mask(_message(record)), ()
        if record.exc_info and record.exc_info[0] is not None:
            # Handlers format the traceback themselves unless they find it done.
            record.exc_text = mask("".join(traceback.format_exception(*record.exc_info)).rstrip())
            record.exc_info = None
        return True


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return f"{record.msg}"


def install() -> None:
    """Mask in this process before Prefect sets up its own logging: on every handler of the root logger."""
    root = logging.getLogger()
    if not root.handlers:
        logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    for handler in root.handlers:
        if not any(isinstance(known, Masking) for known in handler.filters):
            handler.addFilter(Masking())
