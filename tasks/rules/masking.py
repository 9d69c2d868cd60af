"""What looks like a personal value or a secret in a text, and the text without it."""

from __future__ import annotations

import re

MASK = "***"

# Identity papers have twelve or nine digits; a dossier code's groups are shorter and hang on hyphens.
_IDENTITY = re.compile(r"(?<![\w-])(?:\d{12}|\d{9})(?![\w-])")
# +84 or 0, then nine digits, spaced or dotted as people write them.
_TELEPHONE = re.compile(r"(?<![\w.-])(?:\+84|0)(?:[ .]?\d){9}(?![\w-])")
# Looked for from the beginning of a run of its letters only: from each of them, a word of 40,000 letters takes 20 s.
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PERSONAL = (_MAIL, _TELEPHONE, _IDENTITY)

_SECRETS = (
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
)


def mask(text: str) -> str:
    """Return the text with everything that looks like a personal value or a secret replaced.

    >>> mask("CCCD 001099012345 of 0912 345 678, mail a.b@example.vn")
    'CCCD *** of ***, mail ***'
    >>> mask("000.00.01.H99-250401-0001 in 20250401101500")
    '000.00.01.H99-250401-0001 in 20250401101500'
    >>> mask("https://host/api?token=abc and postgresql://u:p@host/db")
    'https://host/api?token=*** and postgresql://***@host/db'
    """
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    for pattern in _PERSONAL:
        text = pattern.sub(MASK, text)
    return text


def looks_personal(text: str) -> bool:
    """Tell whether a text holds what looks like an identity number, a telephone or a mail address."""
    return any(pattern.search(text) for pattern in _PERSONAL)
