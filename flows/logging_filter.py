"""The second net under personal values: whatever looks like one is masked before any handler sees it.

The first net is that no message carries one (design 4 and 7). This one catches numbers of twelve and nine
digits (identity papers), telephones, mail addresses and tokens, in messages and in tracebacks.
"""

from __future__ import annotations

import logging
import re
import traceback

MASK = "***"

_PATTERNS = (
    # Words that announce a secret, in an address, a header or JSON; what follows goes.
    (
        re.compile(
            r"(?i)\b(token|password|passwd|pwd|secret|api[_-]?key|session|authorization)(\"?\s*[=:]\s*\"?)"
            r"((?:basic|bearer)\s+)?[^\s\"'&,;]+"
        ),
        rf"\1\2{MASK}",
    ),
    (re.compile(r"(?i)\b(basic|bearer)\s+[a-z0-9+/_.=-]{8,}"), rf"\1 {MASK}"),
    (re.compile(r"://[^/\s:@]+:[^/\s@]+@"), f"://{MASK}@"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), MASK),
    # +84 or 0, then nine digits, spaced or dotted as people write them.
    (re.compile(r"(?<![\w.-])(?:\+84|0)(?:[ .]?\d){9}(?![\w-])"), MASK),
    (re.compile(r"(?<![\w-])(?:\d{12}|\d{9})(?![\w-])"), MASK),
)


def mask(text: str) -> str:
    """Return the text with everything that looks like a personal value or a secret replaced.

    >>> mask("CCCD 001099012345 of 0912 345 678, mail a.b@example.vn")
    'CCCD *** of ***, mail ***'
    >>> mask("000.00.01.H99-250401-0001 in 20250401101500")
    '000.00.01.H99-250401-0001 in 20250401101500'
    """
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


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
    """Mask in this process too: on every handler of the root logger and of whatever is logged before Prefect's own set-up."""
    root = logging.getLogger()
    if not root.handlers:
        logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    for handler in root.handlers:
        if not any(isinstance(known, Masking) for known in handler.filters):
            handler.addFilter(Masking())
