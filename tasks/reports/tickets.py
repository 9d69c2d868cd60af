"""Tickets: what has to be corrected, who is affected, how many false alarms it would end.

Codes, names of agencies and procedures, months; nothing about persons.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.calendar import OFFICE_ZONE_NAME
from config.checks import load_checks
from config.errors import ConfigError, NothingYetError
from config.language import Bilingual, translate
from config.policies import load_policies
from schemas.verdicts import VERDICTS_TABLE
from tasks.judging.judged_sources import all_sources
from tasks.reports.explanation.words import CHANNEL_WORDS, VERDICT
from tasks.reports.list_files import write_rows
from tasks.rules.arrays import Mask, arrow, as_codes, truths
from tasks.rules.dates.times import local_times
from tasks.rules.sources.tickets import Cause, Ground, Ticket, tickets
from tasks.rules.verdict.reasons import MISSING, REASONS
from tasks.warehouse.engine import fetch_all, read_frame

RECOVERED: Final = ("phantom_late", "undetermined")  # verdicts that a mended cause puts right
STEPS: Final = {
    "register": ("vào sổ", "registering"),
    "receive": ("tiếp nhận", "receiving"),
    "appoint": ("hẹn trả", "appointing the due date"),
    "wait": ("chờ bổ sung, chờ thực hiện nghĩa vụ tài chính", "waiting for the citizen"),
    "finish": ("kết thúc", "closing"),
    "hand_over": ("trả kết quả", "handing over"),
    "report": ("tổng hợp, so sánh", "reporting"),
    "publish": ("công bố danh mục", "publishing the catalogue"),
}
"""Steps of an office's work, in Vietnamese and in English."""

STEP_OF: Final = {
    "cleared_by_correction": "report",
    "test_dossier": "register",
    "duplicate": "register",
    "clock_shifted": "finish",
    "lag_between_systems": "finish",
    "closed_after_hand_over": "finish",
    "end_year_slipped": "finish",
    "ended_elsewhere": "finish",
    "withdrawn_open": "finish",
    "unit_moved": "finish",
    "handed_over_not_closed": "hand_over",
    "counted_by_return": "hand_over",
    "receipt_wrong": "receive",
    "due_impossible": "appoint",
    "pause_recorded_elsewhere": "wait",
    "pause_not_subtracted": "wait",
    "due_wrong_calendar": "appoint",
    "due_wrong_limit": "appoint",
    "compared_by_instant": "report",
    "paused_open": "wait",
    "no_limit": "appoint",
    "otherwise": "report",
    "receipt": "receive",
    "procedure": "publish",
    "limit": "publish",
    "end": "finish",
    "unreadable": "finish",
    "status": "finish",
    "end_order": "finish",
    "night_job": "finish",
    "end_year": "finish",
    "lag": "finish",
    "receipt_day": "receive",
    "receipt_year": "receive",
    "clock": "receive",
    "pause": "wait",
    "contradiction": "finish",
    "ambiguous_date": "report",
    "calendar": "publish",
    "no_news": "report",
}
"""The step at which each cause arises: the reasons of phantom lateness, and what is missing."""

_NAMES: Final = {
    "source": ("hệ thống", "source"),
    "other_source": ("hệ thống đối chứng", "other system"),
    "unit_code": ("cơ quan", "agency"),
    "field_code": ("lĩnh vực", "field"),
    "procedure_code": ("thủ tục", "procedure"),
    "channel": ("hình thức nộp", "channel"),
}
_KNOWN = (
    "source",
    "code",
    "unit_code",
    "field_code",
    "procedure_code",
    "channel",
    "received_at",
    "verdict",
    "reasons",
    "missing",
)
_COLUMNS = {name: VERDICTS_TABLE.dtypes[name] for name in _KNOWN} | {"other_source": VERDICTS_TABLE.dtypes["source"]}
_DOSSIERS = """
    SELECT v.source, v.code, v.unit_code, v.field_code, v.procedure_code, coalesce(v.channel, 'counter') AS channel,
        v.received_at, v.verdict, v.reasons, v.missing, e.other_source
    FROM judged.verdicts AS v LEFT JOIN (
        SELECT source, code, string_agg(DISTINCT other_source COLLATE "C", ' ' ORDER BY other_source COLLATE "C") AS other_source
        FROM core.matches WHERE kind = 'evidence' GROUP BY source, code
    ) AS e ON e.source = v.source AND e.code = v.code
    WHERE v.policy = %(policy)s AND v.verdict <> 'not_received' ORDER BY v.source COLLATE "C", v.code COLLATE "C"
"""
_FINDINGS = "SELECT source, code, check_id FROM quality.findings WHERE resolved_on IS NULL AND severity IN ('fail', 'warn')"
_TEXTS = """
    (SELECT DISTINCT ON (unit_code) 'unit_code', unit_code, name FROM ref.units ORDER BY unit_code, valid_from DESC)
    UNION ALL (SELECT DISTINCT ON (field_code) 'field_code', field_code, field_name FROM ref.procedures
        WHERE field_name IS NOT NULL ORDER BY field_code, valid_from DESC, field_name)
    UNION ALL (SELECT DISTINCT ON (procedure_code) 'procedure_code', procedure_code, name FROM ref.procedures
        WHERE name IS NOT NULL ORDER BY procedure_code, valid_from DESC, name)
"""


@dataclass(frozen=True)
class Tickets:
    """All tickets of a policy.

    Attributes:
        tickets: ranked, the one that puts most verdicts right first.
        codes: source and code of each dossier, by its place.
        names: what codes of agencies, fields and procedures mean, by column and code.
        language: ``vi`` or ``en``.
    """

    tickets: list[Ticket]
    codes: list[tuple[str, str]]
    names: dict[tuple[str, str], str]
    language: str

    def total(self, kind: str) -> int:
        """Return how many dossiers all tickets of a kind hold."""
        return sum(len(each.rows) for each in self.tickets if each.kind == kind)

    def explaining(self, share: float) -> int:
        """Return how many of the largest tickets hold such a share of the phantom late dossiers."""
        held = np.cumsum([len(each.rows) for each in self.tickets if each.kind == "phantom_late"])
        return int(np.searchsorted(held, share * held[-1]) + 1) if len(held) else 0

    def say(self, words: tuple[str, str]) -> str:
        """Return the words in the language asked for."""
        return translate(*words, self.language)

    def cause(self, ticket: Ticket) -> str:
        """Return the cause in words."""
        if ticket.kind == "undetermined" and ticket.cause in MISSING:
            return self.say(("Thiếu: ", "Missing: ")) + self.say(MISSING[ticket.cause])
        if ticket.kind == "phantom_late" and ticket.cause in REASONS:
            return self.say((REASONS[ticket.cause].vi, REASONS[ticket.cause].en))
        return self._check(ticket.cause)

    def share(self, ticket: Ticket) -> str:
        """Return which share of all verdicts of its kind a ticket recovers, with their name; empty for a finding."""
        if ticket.kind not in RECOVERED:
            return ""
        verdict = self.say(VERDICT[ticket.kind]).lower()
        return f"{100 * len(ticket.rows) / self.total(ticket.kind):.0f} % {verdict}"

    def step(self, ticket: Ticket) -> str:
        """Return the step at which the cause arises; empty for a finding, whose check says it."""
        return self.say(STEPS[STEP_OF[ticket.cause]]) if ticket.cause in STEP_OF else ""

    def remedy(self, ticket: Ticket) -> str:
        """Return what has to be done; empty where the cause says it."""
        reason = REASONS.get(ticket.cause)
        return self.say((reason.remedy_vi, reason.remedy_en)) if reason else ""

    def where(self, ticket: Ticket) -> str:
        """Return the description of the dossiers."""
        parts = [f"{self.say(_NAMES[name])} {self._named(name, value)}" for name, value in ticket.where.conditions]
        since, until = ticket.where.since, ticket.where.until
        if since is not None:
            parts.append(self.say((f"tiếp nhận từ tháng {since.astype(object):%m/%Y}", f"received since {since}")))
        if until is not None:
            parts.append(self.say((f"tiếp nhận đến tháng {until.astype(object):%m/%Y}", f"received until {until}")))
        return "; ".join(parts) or self.say(("rải rác", "here and there"))

    def symptoms(self, ticket: Ticket) -> list[str]:
        """Return the titles of the checks that fail because of the cause."""
        return [self._check(check) for check in ticket.symptoms]

    def _named(self, name: str, value: str) -> str:
        if not value:
            return self.say(("(không có)", "(none)"))
        if name == "channel" and value in CHANNEL_WORDS:
            return self.say(CHANNEL_WORDS[value])
        return f"{value} {self.names[name, value]}" if (name, value) in self.names else value

    def _check(self, check: str) -> str:
        known = {each.id: each.title for each in load_checks().each()}
        return self.say((known[check].vi, known[check].en)) if check in known else check


def read_tickets(policy: str, language: str) -> Tickets:
    """Group false alarms, undetermined dossiers and findings by cause.

    Args:
        policy: by whose verdicts.
        language: ``vi`` or ``en``.

    Raises:
        ConfigError: there is no policy of that name.
        NothingYetError: nothing was judged under it.
    """
    if policy not in load_policies():
        raise ConfigError(
            "policy", Bilingual(f"không có cách tính {policy}", f"there is no {policy}"), ", ".join(load_policies())
        )
    rows = read_frame(_DOSSIERS, {"policy": policy}, _COLUMNS)
    if not len(rows):
        raise NothingYetError(Bilingual(f"kết luận theo {policy}", f"verdict under {policy}"))
    causes, also = _causes(rows)
    found = tickets(Ground.of(rows, _received(rows)), causes, _findings(rows), also)
    names = {(column, code): name for column, code, name in fetch_all(_TEXTS)}
    codes = list(zip(rows["source"].to_list(), rows["code"].to_list(), strict=True))
    return Tickets(found, codes, names, language)


def write_lines(found: Tickets, path: Path) -> None:
    """Write a line for every dossier of every ticket as CSV, for whoever mends it."""
    write_rows(path, _lines(found))


def _lines(found: Tickets) -> Iterator[tuple[object, ...]]:
    about_it = ("rank", "ticket", "kind", "cause", "step", "where", "dossiers", "alone", "among", "symptoms", "remedy")
    yield (*about_it, "source", "code")
    for rank, ticket in enumerate(found.tickets, start=1):
        words = (found.cause(ticket), found.step(ticket), found.where(ticket))
        head = (rank, ticket.number, ticket.kind, *words, len(ticket.rows), ticket.alone, ticket.among)
        about = ("; ".join(found.symptoms(ticket)), found.remedy(ticket))
        for place in ticket.rows.tolist():
            yield (*head, *about, *found.codes[place])


def _received(rows: pd.DataFrame) -> np.ndarray:
    """Return the receipt of each dossier in its office's time."""
    times = np.full(len(rows), np.datetime64("NaT", "us"))
    for source, part in rows.groupby("source", observed=True):
        known = all_sources().get(str(source))
        times[part.index.to_numpy()] = local_times(part["received_at"], known.zone if known else OFFICE_ZONE_NAME)
    return times


def _causes(rows: pd.DataFrame) -> tuple[dict[Cause, Mask], dict[Cause, Mask]]:
    """Return the dossiers by strongest cause, of which none is left out, and by every weaker one that they have besides."""
    first: dict[Cause, Mask] = {}
    also: dict[Cause, Mask] = {}
    for kind, column in zip(RECOVERED, ("reasons", "missing"), strict=True):
        struck = truths(pc.equal(arrow(rows["verdict"]), kind))
        told = as_codes(pc.if_else(pa.array(struck), pc.fill_null(arrow(rows[column]), "otherwise"), None))
        for place, text in sorted(enumerate(told.texts), key=itemgetter(1)):
            named = told.index == place
            for cause, known in zip(text.split(), [first, *[also] * text.count(" ")], strict=True):
                known[kind, cause] = known.get((kind, cause), np.zeros(len(rows), dtype=bool)) | named
    return dict(sorted(first.items())), dict(sorted(also.items()))


def _findings(rows: pd.DataFrame) -> dict[str, Mask]:
    """Return the dossiers that fail each check now."""
    text = pd.ArrowDtype(pa.string())
    failed = read_frame(_FINDINGS, None, dict.fromkeys(("source", "code", "check_id"), text))
    placed = failed.merge(rows[["source", "code"]].astype(text).assign(place=np.arange(len(rows))), on=["source", "code"])
    found: dict[str, Mask] = {}
    for check, part in sorted(placed.groupby("check_id")["place"]):
        found[str(check)] = np.zeros(len(rows), dtype=bool)
        found[str(check)][part.to_numpy()] = True
    return found
