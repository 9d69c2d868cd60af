"""An explanation as text: thirty lines that an official reads from top to bottom."""

from __future__ import annotations

from typing import Any

from config.checks import load_checks
from config.policies import load_policies
from tasks.reports import explain_words as words
from tasks.reports.receptions import WORDS as RECEPTION
from tasks.rules.reasons import MISSING, REASONS

Entry = dict[str, Any]


class ExplanationText:
    """Renders an explanation in one language.

    Args:
        language: ``vi`` or ``en``.
    """

    def __init__(self, language: str) -> None:
        self._place = 0 if language == "vi" else 1

    def of(self, fact: Entry) -> str:
        """Return the text of one dossier."""
        return "\n".join(
            [*self._head(fact), *self._verdict(fact), *self._sides(fact), *self._counting(fact), *self._story(fact)]
        )

    def _say(self, key: str) -> str:
        return words.TEXT[key][self._place]

    def _head(self, fact: Entry) -> list[str]:
        named = [
            ("dossier", fact["code"]),
            ("procedure", _joined(fact["procedure"], fact["procedure_name"])),
            ("unit", _joined(fact["unit"], fact["unit_name"])),
            ("channel", words.CHANNEL[fact["channel"]][self._place] if fact["channel"] else None),
            ("source", fact["source_title"]),
            ("policy", load_policies()[fact["policy"]].title.model_dump()[("vi", "en")[self._place]]),
            ("as_of", _day(fact["as_of"])),
        ]
        return [f"{self._say(key)}: {value or self._say('none')}" for key, value in named]

    def _verdict(self, fact: Entry) -> list[str]:
        lines = ["", f"{self._say('verdict')}: {words.VERDICT[fact['verdict']][self._place]}"]
        for code in fact["reasons"]:
            reason = REASONS[code]
            text, remedy = ((reason.vi, reason.remedy_vi), (reason.en, reason.remedy_en))[self._place]
            lines += [f"  {self._say('why')}: {text} [{code}]", f"  {self._say('remedy')}: {remedy}"]
        return lines + [f"  {self._say('missing')}: {MISSING[name][self._place]}" for name in fact["missing"]]

    def _sides(self, fact: Entry) -> list[str]:
        lines = ["", f"{self._say('compare'):<14}{self._say('recorded'):<24}{self._say('derived')}"]
        for key in ("received", "due", "end"):
            sides = [_moment(fact[side][key]) or self._say("none") for side in ("recorded", "derived")]
            lines.append(f"  {self._say(key):<12}{sides[0]:<24}{sides[1]}")
        results = [
            f"{words.STATE[fact[side]['state']][self._place]}, {words.TIMELINESS[fact[side]['timeliness']][self._place]}"
            for side in ("recorded", "derived")
        ]
        lines.append(f"  {self._say('result'):<12}{results[0]:<24}{results[1]}")
        return lines + self._reception(fact["reception"])

    def _reception(self, fact: Entry | None) -> list[str]:
        if fact is None:
            return []
        parts = [
            f"{self._say(key)} {_moment(fact[key]) or self._say('none')}" for key in ("submitted", "reception_due", "answered")
        ]
        outcome = RECEPTION[fact["outcome"]][self._place]
        return ["", f"{self._say('reception')}: {outcome} ({fact['reference']})", f"  {'; '.join(parts)}"]

    def _counting(self, fact: Entry) -> list[str]:
        limit = fact["limit"]
        unit = words.LIMIT_UNIT[limit["unit"]][self._place]
        text = f"{limit['amount']:g} {unit}" if limit["amount"] else unit
        if limit["version"]:
            text += f" ({self._say('version')} {_day(limit['version'])}" + (
                f"; {limit['reference']})" if limit["reference"] else ")"
            )
        lines = ["", f"{self._say('counted')}:", f"  {self._say('limit')}: {text}"]
        lines.append("  " + self._say("to_minute" if limit["unit"] == "hour" else "first_day"))
        for kind, key in (("off", "days_off"), ("worked", "worked_days")):
            listed = [f"{_day(day['day'])} ({day['note']})" for day in fact["special_days"] if day["kind"] == kind]
            if listed:
                lines.append(f"  {self._say(key)}: {', '.join(listed)}")
        for pause in fact["pauses"]:
            end = _moment(pause["to"]) or self._say("until_now")
            what, by = words.PAUSE[pause["kind"]][self._place], words.ORIGIN[pause["origin"]][self._place]
            lines.append(f"  {self._say(pause['made_of_it'])}: {_moment(pause['from'])} – {end}, {what} ({by})")
        if fact["paused_minutes"]:
            lines.append(f"  {self._say('pause_total')}: {self._span(fact['paused_minutes'])}")
        if fact["worked_minutes"] is not None:
            lines.append(f"  {self._say('worked_total')}: {self._span(fact['worked_minutes'])}")
        return lines

    def _story(self, fact: Entry) -> list[str]:
        lines = ["", f"{self._say('timeline')}:"]
        for entry in fact["timeline"]:
            if entry["what"] == "status":
                what = words.STATUS[entry["status"]][self._place]
            elif entry["what"] == "elsewhere":
                what = f"{words.STATUS[entry['status']][self._place]} ({self._say('elsewhere')}: {entry['by']})"
            else:
                what = self._say(entry["what"])
                if entry["what"] == "ended_by_evidence":
                    what += f" ({words.EVIDENCE[fact['end_from']][self._place]})"
            lines.append(f"  {_moment(entry['at'])}  {what}")
        if fact["findings"]:
            lines += ["", f"{self._say('findings')}:", *(f"  {self._check(name)}" for name in fact["findings"])]
        if fact["corrected"]:
            lines.append(f"{self._say('corrections')}: {', '.join(fact['corrected'])}")
        if fact["record"]:
            lines.append(f"{self._say('trace')}: {fact['record']['page'][:16]}… #{fact['record']['position']}")
        return lines

    def _check(self, name: str) -> str:
        """Title of a check; one that is no longer declared keeps its name."""
        titles = {check.id: (check.title.vi, check.title.en)[self._place] for check in load_checks().each()}
        return f"{titles.get(name, name)} [{name}]"

    def _span(self, minutes: int) -> str:
        return f"{minutes // 60} {self._say('hours')} {minutes % 60} {self._say('minutes')} (= {minutes / 480:.1f} {self._say('working_days_of_8h')})"


def _joined(code: str | None, name: str | None) -> str | None:
    return " – ".join(part for part in (code, name) if part) or None


def _moment(text: str | None) -> str | None:
    """Write ``2026-03-31 17:00`` the way officials do: ``31/03/2026 17:00``."""
    return None if text is None else f"{_day(text[:10])} {text[11:]}"


def _day(text: str) -> str:
    return "/".join(reversed(text.split("-")))
