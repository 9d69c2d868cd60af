"""Explanation as text: thirty lines that an official reads from top to bottom."""

from __future__ import annotations

from typing import Any

from config.checks import load_checks
from config.codes import WORKING_DAY_MINUTES
from config.language import decimal, translate
from config.policies import load_policies
from tasks.reports.cleaned import rule_words
from tasks.reports.due_changes import BY, WHEN
from tasks.reports.explanation import words as words
from tasks.reports.receptions import RECEPTION_WORDS as RECEPTION
from tasks.rules.verdict.reasons import MISSING, REASONS

Entry = dict[str, Any]


class ExplanationText:
    """Renders an explanation in one language.

    Args:
        language: ``vi`` or ``en``.
    """

    def __init__(self, language: str) -> None:
        self._language = language

    def of(self, fact: Entry) -> str:
        """Return the text of one dossier."""
        return "\n".join(
            [
                *self._head(fact),
                *self._verdict(fact),
                *self._sides(fact),
                *self.counting(fact),
                *self._holding(fact),
                *self._story(fact),
            ]
        )

    def _say(self, key: str) -> str:
        return translate(*words.TEXT[key], self._language)

    def _head(self, fact: Entry) -> list[str]:
        named = [
            ("dossier", fact["code"]),
            ("procedure", _joined(fact["procedure"], fact["procedure_name"])),
            ("unit", _joined(fact["unit"], fact["unit_name"])),
            ("channel", translate(*words.CHANNEL_WORDS[fact["channel"]], self._language) if fact["channel"] else None),
            ("source", fact["source_title"]),
            ("policy", load_policies()[fact["policy"]].title.model_dump()[self._language]),
            ("as_of", day(fact["as_of"])),
        ]
        return [f"{self._say(key)}: {value or self._say('none')}" for key, value in named]

    def _verdict(self, fact: Entry) -> list[str]:
        lines = ["", f"{self._say('verdict')}: {translate(*words.VERDICT[fact['verdict']], self._language)}"]
        for code, text, remedy in self.reasons(fact):
            lines += [f"  {self._say('why')}: {text} [{code}]", f"  {self._say('remedy')}: {remedy}"]
        return lines + [f"  {self._say('missing')}: {lack}" for lack in self.missing(fact)]

    def reasons(self, fact: Entry) -> list[tuple[str, str, str]]:
        """Code, text and remedy of each reason."""
        known = [(code, REASONS[code]) for code in fact["reasons"]]
        return [
            (
                code,
                translate(reason.vi, reason.en, self._language),
                translate(reason.remedy_vi, reason.remedy_en, self._language),
            )
            for code, reason in known
        ]

    def missing(self, fact: Entry) -> list[str]:
        """What an undetermined dossier lacks."""
        return [self._lack(name, fact) for name in fact["missing"]]

    def _lack(self, name: str, fact: Entry) -> str:
        if name == "no_news" and fact["heard"]:
            return f"{self._say('no_news_since')} {moment(fact['heard'])}"
        return translate(*MISSING[name], self._language)

    def _sides(self, fact: Entry) -> list[str]:
        lines = ["", f"{self._say('compare'):<14}{self._say('recorded'):<32}{self._say('derived')}"]
        for key in ("received", "due", "end"):
            sides = [moment(fact[side][key]) or self._say("none") for side in ("recorded", "derived")]
            lines.append(f"  {self._say(key):<12}{sides[0]:<32}{sides[1]}")
        results = [
            f"{translate(*words.STATE[fact[side]['state']], self._language)}, {translate(*words.TIMELINESS_WORDS[fact[side]['timeliness']], self._language)}"
            for side in ("recorded", "derived")
        ]
        lines.append(f"  {self._say('result'):<12}{results[0]:<32}{results[1]}")
        return lines + self._reception(fact["reception"])

    def _reception(self, fact: Entry | None) -> list[str]:
        if fact is None:
            return []
        parts = [
            f"{self._say(key)} {moment(fact[key]) or self._say('none')}" for key in ("submitted", "reception_due", "answered")
        ]
        outcome = translate(*RECEPTION[fact["outcome"]], self._language)
        return ["", f"{self._say('reception')}: {outcome} ({fact['reference'][self._language]})", f"  {'; '.join(parts)}"]

    def limit(self, limit: Entry) -> str:
        """The limit in words, with its version and reference."""
        unit = translate(*words.LIMIT_UNIT[limit["unit"]], self._language)
        text = f"{limit['amount']:g} {unit}" if limit["amount"] else unit
        if limit["version"]:
            text += f" ({self._say('version')} {day(limit['version'])}" + (
                f"; {limit['reference']})" if limit["reference"] else ")"
            )
        return text

    def counting(self, fact: Entry) -> list[str]:
        """How the limit was counted, in lines; the first two are empty and the heading."""
        limit, text = fact["limit"], self.limit(fact["limit"])
        lines = ["", f"{self._say('counted')}:", f"  {self._say('limit')}: {text}"]
        lines.append("  " + self._say("to_minute" if limit["unit"] == "hour" else "first_day"))
        for kind, key in (("off", "days_off"), ("worked", "worked_days")):
            listed = [
                f"{day(one['day'])} ({one['note'][self._language]})" for one in fact["special_days"] if one["kind"] == kind
            ]
            if listed:
                lines.append(f"  {self._say(key)}: {', '.join(listed)}")
        if first := fact["first"]:
            told = ", ".join(
                f"{self._say(key)} {moment(first[name])}"
                for key, name in (("first_due", "due"), ("first_withdrawn", "withdrawn"), ("own_clock", "due_by_own_clock"))
            )
            lines.append(f"  {self._say('first_clock')}: {first['code']} ({told})")
        for pause in fact["pauses"]:
            end = moment(pause["to"]) or self._say("until_now")
            what, by = (
                translate(*words.PAUSE[pause["kind"]], self._language),
                translate(*words.ORIGIN[pause["origin"]], self._language),
            )
            lines.append(f"  {self._say(pause['made_of_it'])}: {moment(pause['from'])} – {end}, {what} ({by})")
        if fact["paused_minutes"]:
            lines.append(f"  {self._say('pause_total')}: {self.span(fact['paused_minutes'])}")
        if fact["worked_minutes"] is not None:
            lines.append(f"  {self._say('worked_total')}: {self.span(fact['worked_minutes'])}")
        return lines

    def _holding(self, fact: Entry) -> list[str]:
        """Who held it for how long, and how its due date was moved."""
        lines = []
        if fact["held_minutes"]:
            lines += ["", f"{self._say('held_by')}:"]
        for holder, minutes in sorted(fact["held_minutes"].items(), key=lambda each: -each[1]):
            over = fact["held_minutes_over"].get(holder)
            late = f"; {self._say('held_over')} {self.span(over)}" if over else ""
            lines.append(f"  {translate(*words.HOLDER[holder], self._language)}: {self.span(minutes)}{late}")
        if len(fact["held_minutes"]) > 1:
            lines.append(f"  {self._say('held_total')}: {self.span(sum(fact['held_minutes'].values()))}")
        if fact["due_changes"]:
            lines += ["", f"{self._say('due_changes')}:", *(f"  {self.due_change(one)}" for one in fact["due_changes"])]
        return lines

    def due_change(self, change: Entry) -> str:
        """One change of the due date, in a line."""
        none = self._say("none")
        when, by = translate(*WHEN[change["when"]], self._language), translate(*BY[change["by"]], self._language)
        at = f", {self._say('seen')} {moment(change['at'])}" if change["at"] else ""
        return f"{moment(change['old']) or none} → {moment(change['new']) or none}{at}, {when} ({by})"

    def _story(self, fact: Entry) -> list[str]:
        lines = ["", f"{self._say('timeline')}:"]
        lines += [f"  {moment(entry['at'])}  {self.happened(entry, fact)}" for entry in fact["timeline"]]
        return lines + self.trace(fact)

    def happened(self, entry: Entry, fact: Entry) -> str:
        """What an entry of the timeline says."""
        if entry["what"] == "status":
            return translate(*words.STATUS_WORDS[entry["status"]], self._language)
        if entry["what"] == "elsewhere":
            return (
                f"{translate(*words.STATUS_WORDS[entry['status']], self._language)} ({self._say('elsewhere')}: {entry['by']})"
            )
        what = self._say(entry["what"])
        if entry["what"] == "carried":
            what += f" ({entry['by']})"
        if entry["what"] == "ended_by_evidence":
            what += f" ({translate(*words.EVIDENCE[fact['end_from']], self._language)})"
        return what

    def trace(self, fact: Entry) -> list[str]:
        """What cleaning changed, failed checks, corrections, and where the record lies."""
        lines = ["", f"{self._say('cleaned')}:", *map(self._cleaned, fact["cleaned"])] if fact["cleaned"] else []
        if fact["findings"]:
            lines += ["", f"{self._say('findings')}:", *(self._finding(name, fact) for name in fact["findings"])]
        if fact["corrected"]:
            lines.append(f"{self._say('corrections')}: {', '.join(fact['corrected'])}")
        if fact["record"]:
            lines.append(f"{self._say('trace')}: {fact['record']['page'][:16]}… #{fact['record']['position']}")
        return lines

    def _cleaned(self, change: Entry) -> str:
        given, kept = change["given"] or self._say("hidden"), change["kept"] or self._say("none")
        how = f"{translate(*rule_words(change['rule']), self._language)}; {self._say('version_of_rule')} {change['version']}"
        sure = decimal(f"{change['confidence']:.2f}", self._language)
        return f"  {change['field']}: {given} → {kept} ({how}; {self._say('sure')} {sure})"

    def _finding(self, name: str, fact: Entry) -> str:
        return f"  {self._check(name)}" + (f" ({self._say('waived')})" if name in fact["waived"] else "")

    def _check(self, name: str) -> str:
        """Title of a check; one that is no longer declared keeps its name."""
        titles = {check.id: translate(check.title.vi, check.title.en, self._language) for check in load_checks().each()}
        return f"{titles.get(name, name)} [{name}]"

    def span(self, minutes: int) -> str:
        """A number of working minutes in words."""
        return f"{self.hours(minutes)} (= {decimal(f'{minutes / WORKING_DAY_MINUTES:.1f}', self._language)} {self._say('working_days_of_8h')})"

    def hours(self, minutes: int) -> str:
        """A number of working minutes, short."""
        return f"{minutes // 60} {self._say('hours')} {minutes % 60} {self._say('minutes')}"


def _joined(code: str | None, name: str | None) -> str | None:
    return " – ".join(part for part in (code, name) if part) or None


def moment(text: str | None) -> str | None:
    """Write ``2026-03-31 17:00`` the way officials do: ``31/03/2026 17:00``."""
    return None if text is None else f"{day(text[:10])} {text[11:]}"


def day(text: str) -> str:
    """Write ``2026-03-31`` the way officials do: ``31/03/2026``."""
    return "/".join(reversed(text.split("-")))
