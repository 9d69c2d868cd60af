"""Words of revisions: what a figure was, what it is now and why, as a sentence for the supervisor."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from config.indicators import Indicator
from config.language import Bilingual
from tasks.tracing.revisions import CELL, Revision

_EVERY = "*"
CAUSE_WORDS: Mapping[str, tuple[str, str]] = {
    "data": ("dữ liệu các hệ thống gửi thêm và thời gian trôi qua", "what systems told since, and days that passed"),
    "corrections": ("đính chính", "corrections"),
    "reorganisation": ("sắp xếp lại cơ quan", "re-organisation of agencies"),
    "calendar_change": ("lịch làm việc thay đổi", "a changed calendar"),
    "rules": ("cách tính thay đổi", "changed rules"),
}


def revision_sentence(one: Revision, definition: Indicator | None, unit: str | None = None) -> Bilingual:
    """Say what a figure was, what it is and why, the largest part first.

    Args:
        one: the revision.
        definition: its indicator; None names it by its code.
        unit: name of its agency; None names it by its code.
    """
    cell = dict(zip(CELL, one.cell, strict=True))
    what = definition.words if definition else None
    title = (what.vi, what.en) if what else (cell["indicator"], cell["indicator"])
    sign = " %" if definition and definition.is_share else ""
    where = "" if cell["unit_code"] == _EVERY else f", {unit or cell['unit_code']}"
    scope = "".join(f", {cell[name]}" for name in ("field_code", "channel") if cell[name] != _EVERY)
    then_vi, now_vi = (f"{_vi(value)}{sign}" if value is not None else "chưa có" for value in (one.before, one.after))
    then_en, now_en = (f"{value}{sign}" if value is not None else "nothing" for value in (one.before, one.after))
    why = sorted(((cause, part) for cause, part in one.parts.items() if part), key=lambda pair: -abs(pair[1]))
    vi = "; ".join(f"{CAUSE_WORDS[cause][0]} {_vi(part, signed=True)}" for cause, part in why)
    en = "; ".join(f"{CAUSE_WORDS[cause][1]} {part:+}" for cause, part in why)
    period_vi, period_en = _period(cell["period"])
    change = one.change
    return Bilingual(
        f"{period_vi}{where}{scope}, {title[0]}: trước nói {then_vi}, nay {now_vi}"
        + (f", vì {vi}{_sum_vi(why, change)}." if change is not None and vi else "."),
        f"{period_en}{where}{scope}, {title[1]}: said {then_en}, now {now_en}"
        + (f", because of {en}{_sum_en(why, change)}." if change is not None and en else "."),
    )


def _sum_vi(why: list[tuple[str, Decimal]], change: Decimal) -> str:
    return f" (cộng lại {_vi(change, signed=True)})" if len(why) > 1 else ""


def _sum_en(why: list[tuple[str, Decimal]], change: Decimal) -> str:
    return f" (in all {change:+})" if len(why) > 1 else ""


def _vi(value: Decimal, *, signed: bool = False) -> str:
    return f"{value:+}".replace(".", ",") if signed else str(value).replace(".", ",")


def _period(period: str) -> tuple[str, str]:
    if period == _EVERY:
        return "Toàn kỳ", "Whole span"
    year, month = period.split("-")
    return f"Tháng {int(month)}/{year}", f"{year}-{month}"
