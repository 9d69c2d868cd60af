"""Words of a legal case: an official's words for statuses, verdicts and pauses, with their codes."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator

from config.codes import Channel, PauseKind
from config.language import Bilingual
from config.status_lists import STATUS_CODES
from tasks.reports.explanation.words import CHANNEL_WORDS, ORIGIN, PAUSE, STATE, STATUS_WORDS, TIMELINESS_WORDS, VERDICT
from tasks.rules.verdict.reasons import MISSING, REASONS

OUTCOME_WORDS: dict[str, tuple[str, str]] = {
    "verdict": ("kết luận", "verdict"),
    "reasons": ("nguyên nhân", "reasons"),
    "missing": ("căn cứ còn thiếu", "missing evidence"),
    "near": ("nguyên nhân không được nêu", "reasons that must not be given"),
    "state": ("tình trạng", "state"),
    "timeliness": ("so với hạn", "timeliness"),
    "counted": ("tính vào tỷ lệ", "counted"),
    "received_at": ("tiếp nhận", "receipt"),
    "due_at": ("hạn trả", "due"),
    "end_at": ("kết thúc", "end"),
    "worked_minutes": ("số phút làm việc", "working minutes"),
    "paused_minutes": ("số phút dừng được trừ", "minutes of pauses that count"),
    "recorded_state": ("tình trạng theo hệ thống nguồn", "state as recorded"),
    "recorded_timeliness": ("so với hạn theo hệ thống nguồn", "timeliness as recorded"),
}
"""What a case can expect, and what it must not give, in both languages."""
_OUTCOME_WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "verdict": VERDICT,
    "state": STATE,
    "recorded_state": STATE,
    "timeliness": TIMELINESS_WORDS,
    "recorded_timeliness": TIMELINESS_WORDS,
}


def read_status(value: object) -> object:
    """Return the national status (1 to 10) that a word stands for; None for none.

    Raises:
        ValueError: it stands for none of them; names those in use.
    """
    if value is None or (type(value) is int and value in STATUS_WORDS):
        return value
    known = {**{_plain(name): code for name, code in STATUS_CODES.items()}, **_by_word(STATUS_WORDS)}
    if isinstance(value, str) and _plain(value) in known:
        return known[_plain(value)]
    raise ValueError(
        Bilingual(
            f"không phải trạng thái quốc gia; chọn một trong {_names(STATUS_WORDS)}, hoặc số từ 1 đến 10",
            f"is no national status; it is one of {_names(STATUS_WORDS)}, or a number from 1 to 10",
        )
    )


def in_words(name: str, value: Any, language: Literal["vi", "en"]) -> str:
    """Return an outcome in words that an official reads.

    Args:
        name: name of the outcome, as a case expects it.
        value: verdict, codes, time or number; None for none.
        language: of the words.
    """
    english = language == "en"
    if value is None or value == ():
        return ("không", "none")[english]
    if isinstance(value, tuple):
        return "; ".join(_reason(code, english) for code in value)
    if isinstance(value, bool | np.bool_):
        return (("có", "yes") if value else ("không", "no"))[english]
    if isinstance(value, date):
        clock = f" {value:%H:%M}" if isinstance(value, datetime) else ""
        return f"{value:%Y-%m-%d}{clock}" if english else f"{value:%d/%m/%Y}{clock}"
    table = _OUTCOME_WORDS.get(name, {})
    return table[value][english].lower() if value in table else str(value)


def _reason(code: str, english: bool) -> str:
    vietnamese, other = (REASONS[code].vi, REASONS[code].en) if code in REASONS else MISSING[code]
    return f"{other if english else vietnamese} ({code})"


def _reader(what: str, table: Mapping[str, tuple[str, str]]) -> BeforeValidator:
    known = _by_word(table)

    def read(value: object) -> object:
        if value is None or (isinstance(value, str) and value in table):
            return value
        if isinstance(value, str) and _plain(value) in known:
            return known[_plain(value)]
        raise ValueError(
            Bilingual(f"không phải {what}; chọn một trong {_names(table)}", f"is no {what}; it is one of {_names(table)}")
        )

    return BeforeValidator(read)


def _by_word(table: Mapping[Any, tuple[str, str]]) -> dict[str, Any]:
    return {_plain(word): code for code, words in table.items() for word in words}


def _names(table: Mapping[Any, tuple[str, str]]) -> str:
    return ", ".join(f"{vietnamese.lower()} ({english.lower()})" for vietnamese, english in table.values())


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


StatusWord = Annotated[int | None, BeforeValidator(read_status)]
ChannelWord = Annotated[Channel | None, _reader("channel", CHANNEL_WORDS)]
PauseWord = Annotated[PauseKind, _reader("kind of pause", PAUSE)]
OriginWord = Annotated[Literal["supplement_record", "progress_log", "land_software"], _reader("origin of a pause", ORIGIN)]
VerdictWord = Annotated[str, _reader("verdict", VERDICT)]
TimelinessWord = Annotated[str, _reader("timeliness", TIMELINESS_WORDS)]
StateWord = Annotated[str, _reader("state", STATE)]
