"""Page of a trace: one file that loads nothing, to be printed; it names no person."""

from __future__ import annotations

from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from config.calendar import OFFICE_ZONE_NAME
from config.language import as_written, translate
from tasks.reports.explanation.words import TIMELINESS_WORDS
from tasks.reports.translation import VERDICT_WORDS
from tasks.rules.dates.instant_texts import instant_text
from tasks.rules.verdict.reasons import MISSING, REASONS

_STYLE = Path(__file__).parents[1] / "reports" / "page" / "trace.css"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_NUMBERS = {
    "numerator": ("tử số", "numerator"),
    "denominator": ("mẫu số", "denominator"),
    "undetermined": ("chưa đủ căn cứ", "undetermined"),
}
_HEADS = (
    ("mã hồ sơ", "dossier"),
    ("cơ quan", "agency"),
    ("tử / mẫu", "in"),
    ("kết luận", "verdict"),
    ("hạn trả; kết thúc", "due; ended"),
    ("nguyên nhân", "reason"),
    ("bản gốc", "landing file"),
    ("đính chính", "corrections"),
)


def trace_page(told: dict[str, Any], language: str) -> str:
    """Return the page of a trace.

    Args:
        told: see :func:`tasks.tracing.traces.trace`.
        language: ``vi`` or ``en``.
    """
    say = _Words(language)
    figure, rule = told["figure"], told["rule"]
    title = f"{rule['title'][language]} · {'/'.join(figure[name] for name in ('unit_code', 'period', 'field_code', 'channel'))}"
    numbers = "".join(
        f"<tr><th>{say(*words)}</th><td>{_plain(told['published'][name])}</td><td>{told['counted'][name]}</td></tr>"
        for name, words in _NUMBERS.items()
    )
    rows = "".join(say.row(one) for one in told["dossiers"])
    heads = "".join(f"<th>{say(*words)}</th>" for words in _HEADS)
    law = "; ".join((*rule["law"][language], *rule["policy_law"][language]))
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><title>{escape(title)}</title>'
        f"<style>{_STYLE.read_text(encoding='utf-8')}</style></head><body><main><h1>{escape(title)}</h1>"
        f"<p>{say('Lần công bố', 'Publication')} {escape(told['publication']['id'])}, {say('số liệu đến hết', 'to the end of')} "
        f"{escape(as_written(told['publication']['as_of'], language))}.</p>"
        f"<table><tr><td></td><th>{say('đã công bố', 'published')}</th><th>{say('cộng từ hồ sơ', 'from dossiers')}</th></tr>"
        f"{numbers}<tr><th>{say('giá trị', 'value')}</th><td>{_plain(told['published']['value'])}</td><td></td></tr></table>"
        f"<p>{say('Cách tính', 'Policy')}: {escape(rule['policy']['title'][language])}. {say('Căn cứ', 'Law')}: {escape(law)}.</p>"
        f"<table class=dossiers><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></main></body></html>\n"
    )


class _Words:
    def __init__(self, language: str) -> None:
        self._language = language

    def __call__(self, vi: str, en: str) -> str:
        return escape(translate(vi, en, self._language))

    def row(self, one: dict[str, Any]) -> str:
        times = "; ".join(self._moment(one[name]) for name in ("due_at", "end_at"))
        lateness = f"{self(*VERDICT_WORDS[one['verdict']])}, {self(*TIMELINESS_WORDS[one['timeliness']])}"
        digest = (one["page_digest"] or "")[:16]
        place = digest if one["page_position"] is None else f"{digest}, {one['page_position']}"
        cells = (
            escape(one["code"]),
            escape(one["unit_code"] or "?"),
            f"{one['numerator']} / {one['denominator']}",
            lateness,
            times,
            self._why(one),
            escape(place),
            "<br>".join(self._correction(each) for each in one["corrections"]),
        )
        return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"

    def _moment(self, at: datetime | None) -> str:
        text = instant_text(at, OFFICE_ZONE_NAME)
        return "–" if text is None else as_written(text, self._language)

    def _why(self, one: dict[str, Any]) -> str:
        reasons = [(REASONS[code].vi, REASONS[code].en) for code in (one["reasons"] or "").split() if code in REASONS]
        missing = [MISSING[code] for code in (one["missing"] or "").split() if code in MISSING]
        return "; ".join(self(*words) for words in (*reasons, *missing))

    def _correction(self, one: dict[str, Any]) -> str:
        document = one["document_number"] or one["evidence"]
        who = " → ".join(filter(None, (one["proposed_by"], one["approved_by"])))
        return escape(f"{one['field']}: {one['old_value'] or '–'} → {one['new_value'] or '–'} ({document}; {who})")


def _plain(value: object) -> str:
    return "–" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
