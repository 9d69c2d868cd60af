"""Refusals inside answers with a good HTTP status: access denied, or a failure.

Many systems answer every question with HTTP 200 and write what happened into the body. It is looked at where the body
brings no records: an answer that brings some is a good one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from config.language import Bilingual
from tasks.rules.text.normal_form import fold
from tasks.sources.formats.records import text

# Of HTTP: unauthorised, forbidden, and what several frameworks answer when a session has ended.
REFUSING = frozenset({401, 403, 419, 440, 498})
_NOTHING_THERE = ("204", "404")
_CODES = frozenset(
    [
        "status",
        "statuscode",
        "code",
        "errorcode",
        "resultcode",
        "returncode",
        "responsecode",
        "httpcode",
        "httpstatus",
        "errcode",
        "error",
        "maloi",
    ]
)
_WORDS = frozenset(
    [
        "message",
        "msg",
        "error",
        "errormessage",
        "errordescription",
        "errmsg",
        "description",
        "detail",
        "title",
        "reason",
        "thongbao",
        "mota",
    ]
)
_SUCCESS = frozenset(["success", "ok", "issuccess", "succeeded", "thanhcong"])
_LONGEST = 500  # characters of a message that are looked at
_WHO = r"(?:access |bearer )?token|session|phien|jwt|credentials?|dang nhap|xac thuc"
_ENDED = r"expire|het han|het hieu luc|invalid|khong hop le|not valid|revoked|da ket thuc|timed? ?out"
_REFUSAL = re.compile(
    rf"unauthori[sz]ed|unauthenticated|access denied|not (?:logged|signed) in|(?:chua|vui long|hay) (?:dang nhap|xac thuc)"
    rf"|(?:login|log in) (?:again|required)|dang nhap lai|(?:{_WHO})\b.{{0,60}}(?:{_ENDED})|(?:{_ENDED})\b.{{0,30}}(?:{_WHO})"
)
_THINGS = r"du lieu|ban ghi|ho so|ket qua|data|records?|results?|contents?|items?|dossiers?"
_NOTHING = re.compile(
    rf"(?:khong (?:co|tim thay|ton tai)|no|empty)\b.{{0,12}}\b(?:{_THINGS})\b|\b(?:{_THINGS})\b.{{0,12}}\bnot found"
)
_FAILED = ("error", "fail", "failed", "failure", "err", "loi", "false", "denied")


def refusal(answer: Any) -> Bilingual | None:
    """Return how an answer says that it does not accept who asks, without any word of it.

    None where it does not say so.
    """
    for name, code in _told(answer, _CODES):
        if code.isdigit() and int(code) in REFUSING:
            return Bilingual(f"{name} {code!r} trong câu trả lời", f"with {name} {code!r} inside the answer")
    if any(_REFUSAL.search(fold(words)) for _, words in _told(answer, _WORDS)):
        return Bilingual(
            "câu trả lời báo token hoặc phiên đã hết hạn", "inside the answer: it says that the token or session has ended"
        )
    return None


def complaint(answer: Any) -> str | Bilingual | None:
    """Return how an answer says that it failed, without any word of it.

    None where it does not, or only found nothing.
    """
    if says_nothing_found(answer):
        return None
    for name, said in _told(answer, _SUCCESS):
        if said in ("false", "0"):
            return f"{name} {said!r}"
    for name, code in _told(answer, _CODES):
        wrong = code.startswith("-") if not code.isdigit() else int(code) >= 400 and code not in _NOTHING_THERE
        if wrong or fold(code) in _FAILED:
            return f"{name} {code!r}"
    if any(name == "error" and said not in ("false", "0") and not said.isdigit() for name, said in _told(answer, _WORDS)):
        return Bilingual("lỗi", "an error")
    return None


def says_nothing_found(answer: Any) -> bool:
    """Tell whether an answer says in words that there are no records to give."""
    return any(_NOTHING.search(fold(words)) for _, words in _told(answer, _WORDS))


def _told(answer: Any, names: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield what an answer, or an object right inside it, has under some names, as short text."""
    if not isinstance(answer, dict):
        return
    for outer in (answer, *(value for value in answer.values() if isinstance(value, dict))):
        for key, value in outer.items():
            name = re.sub(r"[^a-z]", "", str(key)[:40].casefold())
            if name in names and not isinstance(value, dict | list):
                said = str(text(value) or "").strip()
                if said:
                    yield name, said[:_LONGEST] if names is _WORDS else said[:20]
