"""Explanation as a page: drawn timeline and text in one file that loads nothing."""

from __future__ import annotations

from html import escape
from pathlib import Path

from config.language import translate
from config.policies import load_policies
from tasks.reports.explanation import words as words
from tasks.reports.explanation.drawing import Drawing
from tasks.reports.explanation.text import Entry, ExplanationText, day, moment

_STYLE = Path(__file__).parents[1] / "page" / "explain.css"
# No script runs and no address is allowed: a name in the data can neither run nor call out.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(facts: list[Entry], language: str) -> str:
    """Return the page of the dossiers that bear a code.

    Args:
        facts: of each dossier, see :func:`tasks.reports.explanation.dossiers.explanations`.
        language: ``vi`` or ``en``.
    """
    articles = "".join(_Article(fact, language, str(number)).html() for number, fact in enumerate(facts))
    title = escape(f"{translate(*words.TEXT['dossier'], language)} {facts[0]['code']}")
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        f"<style>{_STYLE.read_text(encoding='utf-8')}</style></head><body><main>{articles}</main></body></html>\n"
    )


class _Article:
    def __init__(self, fact: Entry, language: str, name: str) -> None:
        self._fact, self._language, self._name = fact, language, name
        self._text = ExplanationText(language)

    def html(self) -> str:
        return (
            f"<article>{self._head()}{self._reasons()}{self._picture()}{self._tables()}{self._story()}{self._foot()}</article>"
        )

    def _say(self, key: str) -> str:
        return escape(translate(*(words.PAGE_WORDS.get(key) or words.TEXT[key]), self._language))

    def _head(self) -> str:
        fact = self._fact
        policy = load_policies()[fact["policy"]].title.model_dump()[self._language]
        lines = [
            ("procedure", " – ".join(filter(None, (fact["procedure"], fact["procedure_name"])))),
            ("unit", " – ".join(filter(None, (fact["unit"], fact["unit_name"])))),
            ("channel", translate(*words.CHANNEL_WORDS[fact["channel"]], self._language) if fact["channel"] else ""),
            ("source", fact["source_title"]),
            ("limit", self._text.limit(fact["limit"])),
        ]
        listed = "".join(f"<div><dt>{self._say(key)}</dt><dd>{escape(value) or '–'}</dd></div>" for key, value in lines)
        return (
            f'<header><p class="eyebrow">{self._say("dossier")}</p><h1>{escape(fact["code"])}</h1>'
            f'<p class="verdict {fact["verdict"]}">{escape(translate(*words.VERDICT[fact["verdict"]], self._language))}</p>'
            f'<p class="muted">{self._say("policy")}: {escape(policy)}. {self._say("as_of")} {day(fact["as_of"])}.</p>'
            f"<dl>{listed}</dl></header>"
        )

    def _reasons(self) -> str:
        reasons = [
            f"<li><b>{escape(text)}</b> <code>{escape(code)}</code><br>{self._say('remedy')}: {escape(remedy)}</li>"
            for code, text, remedy in self._text.reasons(self._fact)
        ]
        reasons += [f"<li>{self._say('missing')}: {escape(lack)}</li>" for lack in self._text.missing(self._fact)]
        return f'<ul class="why {self._fact["verdict"]}">{"".join(reasons)}</ul>' if reasons else ""

    def _picture(self) -> str:
        drawn = Drawing(self._fact, self._language, self._name).svg()
        if drawn is None:
            return f'<p class="muted">{self._say("no_picture")}</p>'
        keys = [("in-time", "in_time")] * (' in-time"' in drawn) + [("no-end", "no_end")] * ('"no-end"' in drawn)
        keys += [("over", "over")] * (' over"' in drawn) + [("off", "off")]
        keys += [("pause", "pause")] * any(one["made_of_it"] == "pause_counted" for one in self._fact["pauses"])
        keys += [("refused", "pause_refused")] * any(one["made_of_it"] != "pause_counted" for one in self._fact["pauses"])
        keys += [("earlier", "due_earlier")] * bool(self._fact["due_changes"])
        legend = "".join(f'<li><i class="key {kind}"></i>{self._say(key)}</li>' for kind, key in keys)
        # On a phone it is wider than the screen: the keyboard moves it, too.
        moved = f'<div class="picture" tabindex="0" role="group" aria-label="{self._say("picture")}">{drawn}</div>'
        return f'<section><h2>{self._say("picture")}</h2>{moved}<ul class="legend">{legend}</ul></section>'

    def _tables(self) -> str:
        return f'<div class="two">{self._sides()}{self._holders()}</div>{self._changes()}'

    def _sides(self) -> str:
        fact = self._fact
        rows = []
        for key in ("received", "due", "end"):
            recorded, derived = (moment(fact[side][key]) or self._say("none") for side in ("recorded", "derived"))
            mark = "" if recorded == derived else ' class="differs"'
            rows.append(f"<tr{mark}><th scope=row>{self._say(key)}</th><td>{recorded}</td><td>{derived}</td></tr>")
        results = "".join(
            f"<td>{escape(translate(*words.STATE[fact[side]['state']], self._language))}, {escape(translate(*words.TIMELINESS_WORDS[fact[side]['timeliness']], self._language))}</td>"
            for side in ("recorded", "derived")
        )
        return (
            f"<section><h2>{self._say('compare')}</h2><table><thead><tr><td></td><th scope=col>{self._say('recorded')}</th>"
            f"<th scope=col>{self._say('derived')}</th></tr></thead><tbody>{''.join(rows)}"
            f"<tr><th scope=row>{self._say('result')}</th>{results}</tr></tbody></table></section>"
        )

    def _holders(self) -> str:
        minutes, over = self._fact["held_minutes"], self._fact["held_minutes_over"]
        total = sum(minutes.values())
        if not total:
            return ""
        rows = "".join(
            f'<tr><th scope=row><i class="key {holder}"></i>{escape(translate(*words.HOLDER[holder], self._language))}</th>'
            f"<td>{self._text.hours(held)}</td><td>{held / total:.0%}</td><td>{self._text.hours(over[holder]) if holder in over else '–'}</td></tr>"
            for holder, held in sorted(minutes.items(), key=lambda each: (-each[1], each[0]))
        )
        late = self._text.hours(sum(over.values())) if over else "–"
        return (
            f"<section><h2>{self._say('held_by')}</h2><table><thead><tr><td></td><th scope=col>{self._say('held_for')}</th><td></td>"
            f"<th scope=col>{self._say('held_over')}</th></tr></thead><tbody>{rows}</tbody><tfoot><tr><th scope=row>{self._say('held_total')}"
            f"</th><td>{self._text.hours(total)}</td><td>100%</td><td>{late}</td></tr></tfoot></table></section>"
        )

    def _changes(self) -> str:
        lines = "".join(f"<li>{escape(self._text.due_change(one))}</li>" for one in self._fact["due_changes"])
        return f"<section><h2>{self._say('due_changes')}</h2><ul>{lines}</ul></section>" if lines else ""

    def _story(self) -> str:
        lines = "".join(
            f"<tr><td>{moment(entry['at'])}</td><td>{escape(self._text.happened(entry, self._fact))}</td></tr>"
            for entry in self._fact["timeline"]
        )
        counting = "".join(f"<li>{escape(line.strip())}</li>" for line in self._text.counting(self._fact)[2:])
        return (
            f'<div class="two"><section><h2>{self._say("story")}</h2><table class="story"><tbody>{lines}</tbody></table></section>'
            f"<section><h2>{self._say('counted')}</h2><ul>{counting}</ul></section></div>"
        )

    def _foot(self) -> str:
        lines = self._text.trace(self._fact)
        return f"<footer>{'<br>'.join(escape(line.strip()) for line in lines)}</footer>" if lines else ""
