"""Rows and letter of a dispute about a share: their percentage, what each class does to it, ours."""

from __future__ import annotations

from fractions import Fraction

from config.language import decimal, translate
from tasks.tracing.dispute_file import DISPUTE_WORDS, dispute_letter
from tasks.tracing.share_disputes import ShareDispute


def share_rows(found: ShareDispute) -> list[tuple[str, str, str, str]]:
    """Return the bridge of a share: what it is, points, and dossiers of the part and of all that go or come."""
    listed = f"{found.numerator.theirs}", f"{found.denominator.theirs}"
    rows = [(translate("Tỷ lệ được đưa ra", "Their percentage"), _points(found, found.theirs), *listed)]
    for step in found.steps():
        if step.kind == "claimed":
            label = translate("danh sách của họ không cho ra tỷ lệ họ nêu", "their lists do not give their percentage")
        else:
            label = DISPUTE_WORDS[step.kind][0].shown()
        rows.append((label, _points(found, step.points, signed=True), f"{step.numerator:+d}", f"{step.denominator:+d}"))
    ours = f"{found.numerator.published}", f"{found.denominator.published}"
    rows.append((translate("Tỷ lệ đã công bố của chúng tôi", "Ours, as published"), _points(found, found.ours), *ours))
    left = translate("Còn lại không giải thích được", "Left unexplained")
    return [*rows, (left, "", f"{found.numerator.remainder}", f"{found.denominator.remainder}")]


def share_letter(found: ShareDispute) -> str:
    """Return the letter of a share.

    It says what each class does to the percentage, then what a letter says of either list.
    """
    lines = "\n".join(f"- {label}: {points}" for label, points, *_ in share_rows(found)[:-1] if not _is_nothing(points))
    head = translate("Đối chiếu tỷ lệ, điểm phần trăm:", "The percentage, and points that each class moves it by:")
    return "\n\n".join((f"{head}\n\n{lines}", dispute_letter(found.numerator), dispute_letter(found.denominator)))


def _points(found: ShareDispute, value: Fraction | None, *, signed: bool = False) -> str:
    if value is None:
        return "–"
    digits = found.numerator.definition.digits
    return decimal(f"{float(value):+.{digits}f}" if signed else f"{float(value):.{digits}f} %")


def _is_nothing(points: str) -> bool:
    return points.startswith("+") and not points.strip("+0,.")
