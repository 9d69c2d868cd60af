"""Quantities that a report states: which number is the count or the share of which dossiers.

A report is read piece by piece, a piece being what stands between two commas, brackets or semicolons. The words of a piece name a
stage (received, finished, in progress), a side of the due date and a channel; a piece without a stage goes on with the one before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from tasks.rules.stated.numbers import StatedNumber, numbers_in

Quantity = Literal[
    "handled", "received", "carried_over", "received_online", "received_otherwise",
    "finished", "finished_in_time", "finished_early", "finished_on_time", "finished_late",
    "in_progress", "in_progress_in_time", "in_progress_overdue", "withdrawn", "refused",
]  # fmt: skip
"""Names of the indicators of form II.06a where they have the same; ``finished_in_time`` is early or on time."""

WHOLE: dict[Quantity, Quantity] = {
    "received_online": "received",
    "received_otherwise": "received",
    "finished_in_time": "finished",
    "finished_early": "finished",
    "finished_on_time": "finished",
    "finished_late": "finished",
    "in_progress_in_time": "in_progress",
    "in_progress_overdue": "in_progress",
    "finished": "handled",
    "in_progress": "handled",
}
"""Of what each quantity is a share."""

_STAGES: tuple[tuple[str, Quantity], ...] = (
    ("carried_over", "carried_over"),
    ("in_progress", "in_progress"),
    ("withdrawn", "withdrawn"),
    ("refused", "refused"),
    ("finished", "finished"),
    ("received", "received"),
    ("handled", "handled"),
)
_WORDS = {
    "carried_over": r"(?:từ )?kỳ trước(?: chuyển sang| chuyển qua| tồn)?|chuyển từ kỳ trước|tồn đầu kỳ|tồn kỳ trước|tồn từ kỳ trước",
    "in_progress": r"đang (?:được )?(?:giải quyết|xử lý)|chưa (?:được )?(?:giải quyết|xử lý)|đang trong quá trình (?:giải quyết|xử lý)|còn lại",
    "withdrawn": r"(?:công dân |tổ chức |xin )?rút hồ sơ|công dân rút|xin rút",
    "refused": r"từ chối|dừng (?:giải quyết|xử lý)|không đủ điều kiện",
    "finished": r"(?:đã |được )?(?:giải quyết xong|giải quyết|xử lý xong|đã xử lý|hoàn thành)|(?:đã )?trả kết quả|đã trả",
    "received": r"tiếp nhận mới|tiếp nhận trong kỳ|tiếp nhận",
    "handled": r"tổng số(?: hồ sơ)?(?: phải| cần)? (?:giải quyết|xử lý)|phải giải quyết|tổng số hồ sơ|tổng số",
    "in_time_both": r"trước và đúng hạn|trước hạn và đúng hạn|đúng và trước hạn|đúng hạn và trước hạn|trước hạn, đúng hạn|đúng hạn, trước hạn|đúng hạn trở lên|sớm và đúng hạn",
    "early": r"trước hạn|sớm hạn|trước thời hạn",
    "on_time": r"đúng hạn|đúng thời hạn",
    "late": r"quá hạn|trễ hạn|quá thời hạn|trễ",
    "in_time": r"trong hạn|chưa đến hạn|còn hạn|còn trong hạn",
    "online": r"trực tuyến|qua cổng dịch vụ công|qua dịch vụ công",
    "otherwise": r"trực tiếp|bưu chính",
}
_PATTERNS = {name: re.compile(rf"(?<!\w)(?:{words})(?!\w)") for name, words in _WORDS.items()}
# Commas and points inside a number are none of its ends; "trước hạn, đúng hạn" is one thing.
_PIECE_END = re.compile(r"(?<!\d)[,.](?!\d)|(?<=\d)[,.](?=\s|$)|(?<=%)[,.]|[;()\n]|\s(?:trong đó|gồm)(?=\W)|\svà(?=\s+\d)")
# A share told with its two counts, before or after it: 65/68 = 95,6 %; 99,1% (9.910/10.000 hồ sơ).
_COUNT = r"\d{1,3}(?:\.\d{3})+|\d+"
_AFTER_SHARE = re.compile(rf"\s*[(=:]?\s*({_COUNT})\s*/\s*({_COUNT})(?!\s*/|[\d.,]*\d)")
_BEFORE_SHARE = re.compile(rf"(?<![\d./])({_COUNT})\s*/\s*({_COUNT})(?:\s*hồ sơ)?\s*[,(=:]?\s*(?:đạt|tỷ lệ|chiếm)?\s*$")
_TOGETHER = re.compile(r"(trước hạn|đúng hạn), (đúng hạn|trước hạn)(?=\s*(?:đạt|là|:|\d))")


@dataclass(frozen=True)
class StatedFigure:
    """A number with what it counts.

    Attributes:
        quantity: what it counts, or what it is a share of ``of``.
        of: the whole of a share; None for a count.
        number: as it stands in the text.
        line: line of the text, from 1.
    """

    quantity: Quantity
    of: Quantity | None
    number: StatedNumber
    line: int


def read_figures(text: str) -> list[list[StatedFigure]]:
    """Return the figures of a report, a list for each scope that it speaks of.

    A new scope (a level, an agency) begins where a quantity is stated again.

    Args:
        text: Vietnamese, in NFC.
    """
    return scopes_of(_figures(text))


def scopes_of(figures: Iterable[StatedFigure]) -> list[list[StatedFigure]]:
    """Part figures into scopes: another begins where a quantity is stated again as another number."""
    scopes: list[list[StatedFigure]] = [[]]
    for figure in figures:
        stated = {(one.quantity, one.of) for one in scopes[-1]}
        if (figure.quantity, figure.of) in stated:
            if any(_same(one, figure) for one in scopes[-1]):
                continue
            scopes.append([])
        scopes[-1].append(figure)
    return [_settled(scope) for scope in scopes if scope]


def _same(one: StatedFigure, other: StatedFigure) -> bool:
    return (one.quantity, one.of, one.number.value) == (other.quantity, other.of, other.number.value)


def _figures(text: str) -> Iterator[StatedFigure]:
    stage: Quantity = "finished"
    before: StatedFigure | None = None
    for words, number in _pieces(text):
        line = text.count("\n", 0, number.start) + 1
        found = quantity_of(words, stage)
        if found is None:
            # A share alone, in brackets after a count, is of that count.
            if number.is_share and before is not None and before.of is None and before.quantity in WHOLE:
                yield StatedFigure(before.quantity, WHOLE[before.quantity], number, line)
            continue
        stage = stage_of(words) or stage
        if number.is_share:
            quantity: Quantity = "finished_in_time" if found == "finished_on_time" else found
            if quantity in WHOLE:
                yield from _counts_of(text, StatedFigure(quantity, WHOLE[quantity], number, line))
            before = None
        else:
            before = StatedFigure(found, None, number, line)
            yield before


def _counts_of(text: str, share: StatedFigure) -> Iterator[StatedFigure]:
    """Yield a share, and the two counts that it is told with."""
    yield share
    told = _AFTER_SHARE.match(text, share.number.end) or _BEFORE_SHARE.search(text[: share.number.start])
    if told is None or share.of is None:
        return
    for quantity, group in ((share.quantity, 1), (share.of, 2)):
        start, end = told.span(group)
        value = Fraction(int(told[group].replace(".", "")))
        yield StatedFigure(quantity, None, StatedNumber(told[group], start, end, value, Fraction(1), False), share.line)


def _pieces(text: str) -> Iterator[tuple[str, StatedNumber]]:
    """Yield each number with the words that speak about it: those of its piece, or of several numbers those before each."""
    lower = _TOGETHER.sub(lambda match: match.group().replace(",", " "), text.lower())
    ends = [match.start() for match in _PIECE_END.finditer(lower)] + [len(lower)]
    numbers, begin = numbers_in(text), 0
    for end in ends:
        inside = [number for number in numbers if begin <= number.start < end]
        for place, number in enumerate(inside):
            since = begin if place == 0 else inside[place - 1].end
            until = end if place == len(inside) - 1 else inside[place + 1].start
            named = lower[since : number.start]
            yield (f"{named} {lower[number.end : until]}" if len(inside) == 1 or not _names_any(named) else named), number
        begin = end


def _names_any(words: str) -> bool:
    return any(pattern.search(words) for pattern in _PATTERNS.values())


def stage_of(words: str) -> Quantity | None:
    """Return the stage that words name, in small letters; None where they name none."""
    return next((quantity for name, quantity in _STAGES if _PATTERNS[name].search(_without_sides(name, words))), None)


def _without_sides(name: str, words: str) -> str:
    # "phải giải quyết" is the whole, and "chưa giải quyết" is no finished one.
    return _PATTERNS["handled"].sub(" ", words) if name == "finished" else words


def quantity_of(words: str, stage: Quantity) -> Quantity | None:
    """Return what a number with these words counts.

    Args:
        words: in small letters.
        stage: what was spoken of before; it goes on where the words name none.
    """
    own = stage_of(words)
    has = {
        name
        for name in ("in_time_both", "early", "on_time", "late", "in_time", "online", "otherwise")
        if _PATTERNS[name].search(words)
    }
    at = own or stage
    if at == "in_progress":
        if "late" in has:
            return "in_progress_overdue"
        if has & {"in_time", "on_time", "in_time_both"}:
            return "in_progress_in_time"
    elif "in_time" in has and own is None:
        return "in_progress_in_time"
    elif has & {"in_time_both", "early", "on_time", "late"}:
        if at not in ("finished", "received", "handled", "carried_over"):
            return None
        return _finished_by(has)
    if at in ("received", "handled", "carried_over") and has & {"online", "otherwise"}:
        return "received_online" if "online" in has else "received_otherwise"
    return own


def _finished_by(has: set[str]) -> Quantity:
    if "in_time_both" in has or {"early", "on_time"} <= has:
        return "finished_in_time"
    if "early" in has:
        return "finished_early"
    return "finished_late" if "late" in has else "finished_on_time"


def _settled(scope: list[StatedFigure]) -> list[StatedFigure]:
    """Read "đúng hạn" as early or on time where nothing tells those that were early, as reports mean it."""
    counted = {figure.quantity for figure in scope if figure.of is None}
    if "finished_early" in counted or "finished_on_time" not in counted:
        return scope
    return [replace(one, quantity="finished_in_time") if one.quantity == "finished_on_time" else one for one in scope]
