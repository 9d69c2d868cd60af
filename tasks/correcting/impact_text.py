"""Impact of corrections as Markdown, for the form of an approval: counts and codes of agencies only."""

from __future__ import annotations

from collections.abc import Sequence

from config.indicators import indicators_in_force
from config.language import decimal, translate
from config.titles import Title
from tasks.correcting.impact import Impact
from tasks.correcting.preview import Preview
from tasks.reports.affected_figures import FigureChange
from tasks.reports.translation import VERDICT_WORDS
from tasks.rules.corrections.refusals import REFUSAL_REASONS

_MOST = 12


def impact_markdown(found: Preview) -> str:
    """Return what lines would move once approved.

    How many count, wait and are refused, then verdicts, figures and ranks.
    """
    impact = found.impact
    counts = (
        (impact.corrections, translate("dòng được áp dụng nếu duyệt", "lines count once approved")),
        (impact.dossiers, translate("hồ sơ được kết luận lại", "dossiers are judged again")),
        (len(impact.improved), translate("hồ sơ được tính tốt hơn về thời hạn", "dossiers count better")),
    )
    parts = [
        " · ".join(f"**{count}** {words}" for count, words in counts),
        *_stopped(found),
        *_verdicts(impact),
        *_figures(impact),
        *_ranks(impact),
    ]
    return "\n\n".join(parts)


def _stopped(found: Preview) -> list[str]:
    told = found.stopped
    lines = [
        f"* {translate('dòng', 'line')} {number}: {translate(*REFUSAL_REASONS[reason])}" for number, reason in told[:_MOST]
    ]
    more = len(told) - len(lines)
    lines += [translate(f"* … và {more} dòng nữa", f"* … and {more} more")] if more else []
    return ["\n".join([translate("Chưa áp dụng được:", "Cannot count yet:"), "", *lines])] if told else []


def _verdicts(impact: Impact) -> list[str]:
    body = [
        (unit, f"{translate(*VERDICT_WORDS[old])} → {translate(*VERDICT_WORDS[new])}", str(count))
        for unit, old, new, count in impact.moves()[:_MOST]
    ]
    heading = (translate("Cơ quan", "Agency"), translate("Kết luận đổi", "Verdict"), translate("Hồ sơ", "Dossiers"))
    return [_table(heading, body)] if body else []


def _figures(impact: Impact) -> list[str]:
    if impact.as_of is None:
        return [translate("Chưa có số liệu để so sánh.", "No figures were counted to compare with.")]
    titles = indicators_in_force(impact.as_of)
    rates = [
        one for one in impact.figures if one.period == "*" and titles[one.indicator].denominator and titles[one.indicator].short
    ]
    if not rates:
        return [translate("Không tỷ lệ công bố nào đổi.", "No published rate moves.")]
    body = [_figure(one, titles[one.indicator].short or titles[one.indicator].title) for one in rates[:_MOST]]
    heading = (translate("Số liệu đổi", "Figures that move"), translate("Trước → sau", "Before → after"))
    return [_table(heading, body)]


def _figure(one: FigureChange, title: Title) -> tuple[str, ...]:
    """Return two narrow cells: the form is."""
    unit = translate("tất cả", "all") if one.unit_code == "*" else one.unit_code
    values = " → ".join("–" if side.value is None else decimal(f"{side.value:g}") for side in (one.before, one.after))
    counts = " → ".join(f"{side.numerator}/{side.denominator}" for side in (one.before, one.after))
    return f"{unit}: {translate(title.vi, title.en)}", f"{values} % ({counts})"


def _ranks(impact: Impact) -> list[str]:
    body = [(one.unit_code, f"{one.before or '–'} → {one.after or '–'}") for one in impact.ranks[:_MOST]]
    heading = (translate("Cơ quan", "Agency"), translate("Thứ hạng theo tỷ lệ đúng hạn", "Rank by on-time rate"))
    return [_table(heading, body)] if body else []


def _table(heading: tuple[str, ...], body: Sequence[tuple[str, ...]]) -> str:
    rows = [heading, ("---",) * len(heading), *body]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
