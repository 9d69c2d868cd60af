"""Explained dossiers: timeline, what counts and what does not, why late or not, what to do."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from config.codes import Status
from config.errors import MotcuaError
from config.language import Bilingual, bilingual
from config.law import cited
from config.policies import Policy, load_policies
from config.reception import load_reception
from tasks.judging.judged_sources import source_named
from tasks.judging.offices import as_coded, judging_office
from tasks.judging.waivers import waived, waiver_parameters
from tasks.reports.cleaned import changes_of
from tasks.reports.due_changes import DueChange, read_due_changes
from tasks.reports.explanation.due_dates import DueDateFacts
from tasks.reports.explanation.page import page
from tasks.reports.explanation.text import Entry, ExplanationText
from tasks.reports.list_files import write_whole
from tasks.rules.clock.reception import OUTCOMES, receptions_of
from tasks.rules.dates.instant_texts import instant_text
from tasks.rules.dates.times import local_times, minute_text
from tasks.rules.linkage.reused_numbers import family_of
from tasks.rules.verdict.ends import ORIGINS
from tasks.rules.verdict.facts import facts_of
from tasks.rules.verdict.holders import HOLDERS, Holdings, holders_of
from tasks.rules.verdict.judgement import judgement_of
from tasks.rules.verdict.timeline import Timeline, resolve_inputs
from tasks.warehouse.batches import Batch
from tasks.warehouse.dossiers import Selection, read_batch
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.partitions import Partition

LONGEST_PICTURE = 4000  # days of which the days off are listed


@dataclass(frozen=True)
class DossierPlace:
    """Where a dossier lies."""

    source: str
    code: str
    partition: Partition


def explain(code: str, language: str = "vi", *, policy: str, as_json: bool = False) -> str:
    """Explain the verdict on a dossier.

    Args:
        code: dossier code, alias or receipt number, as anybody writes it.
        language: ``vi`` or ``en``.
        as_json: the same facts as a JSON object, codes instead of words.
        policy: what counts as late.

    Returns:
        Text of some thirty lines for each dossier that bears the code, those of other years that bear its number too. It holds no name and no number of a
        person.

    Raises:
        MotcuaError: there is no such dossier, or no such policy.
    """
    facts = explanations(code, policy)
    if as_json:
        return json.dumps(facts, ensure_ascii=False, indent=2)
    text = ExplanationText(language)
    return "\n\n".join(text.of(fact) for fact in facts)


def write_explanation(code: str, path: Path, language: str = "vi", *, policy: str) -> Path:
    """Write the explanation as a page with the timeline drawn: one file that asks nobody for anything.

    Args:
        code: as in :func:`explain`, and so are the others.
        path: the file; its folder is made, and it is written whole or not at all.
        language: ``vi`` or ``en``.
        policy: what counts as late.

    Raises:
        MotcuaError: there is no such dossier, or no such policy, or the file cannot be written.
    """
    return write_whole(path, page(explanations(code, policy), language))


def explanations(code: str, policy: str) -> list[Entry]:
    """Return the facts of the explanation of every dossier that bears a code; see :func:`explain`."""
    chosen = load_policies().get(policy)
    if chosen is None:
        raise MotcuaError(
            Bilingual(
                f"Không có cách tính {policy!r}. Không giải thích được. Hãy chọn một trong {', '.join(sorted(load_policies()))}.",
                f"There is no policy {policy!r}. Nothing can be explained. Choose one of {', '.join(sorted(load_policies()))}.",
            )
        )
    return [explanation(place, chosen) for place in _find(code)]


def explanation(place: DossierPlace, policy: Policy) -> Entry:
    """Gather the facts of an explanation; times are office time to the minute."""
    frames = as_coded(read_batch(Batch.of(place.partition), Selection(codes=(place.code,))), place.source)
    as_of = judged_for(place)
    unit = frames.dossiers["unit_code"].iloc[0]
    office = judging_office(place.source, unit=unit if isinstance(unit, str) else None)
    judged = judgement_of(resolve_inputs(facts_of(frames, office.zone, office.carriers), office, as_of), policy)
    counted = DueDateFacts.of(place.source, judged)
    case, verdict, reasons = judged.case, counted.verdict(0), judged.reasons[0].as_py()
    row = frames.dossiers.iloc[0]
    return {
        "code": place.code,
        "source": place.source,
        "source_title": source_named(place.source).title,
        "policy": policy.policy,
        "as_of": as_of.isoformat(),
        "verdict": verdict,
        "reasons": reasons.split() if reasons else [],
        "missing": [name for name, lacks in judged.missing.items() if lacks[0]] if verdict == "undetermined" else [],
        "heard": minute_text(np.datetime64(office.heard_until)) if office.heard_until is not None and case.unheard[0] else None,
        **_where(case, row),
        "recorded": counted.recorded(0),
        "derived": counted.derived(0),
        "reception": _reception(case),
        "end_from": ORIGINS[case.ends.origin[0]],
        "limit": counted.limit(0),
        "special_days": counted.special_days(0),
        "first": _first(case),
        "pauses": counted.pauses(0),
        "paused_minutes": counted.paused_minutes(0),
        "worked_minutes": counted.worked_minutes(0),
        **_holders(case),
        "due_changes": [_due_change(one, office.zone) for one in read_due_changes(place.source, place.code)],
        "closed_days": _closed_days(case),
        "timeline": _timeline(case),
        "cleaned": changes_of(place.source, place.code),
        **_findings(place, as_of),
        "corrected": None if row["corrected"] is None or row.isna()["corrected"] else str(row["corrected"]).split(),
        "record": {"page": row["page_digest"], "position": row["page_position"]} if not row.isna()["page_digest"] else None,
    }


def _find(code: str) -> list[DossierPlace]:
    folded = "".join(code.upper().split()).replace("–", "-")
    rows = fetch_all(
        "SELECT source, code, partition_month FROM core.dossiers WHERE role = 'primary' "
        "AND (code = ANY(%(codes)s) OR alias_code = %(code)s OR receipt_number = %(given)s) ORDER BY source, code LIMIT 5",
        {"code": folded, "codes": [folded] if "~" in folded else family_of(folded), "given": code.strip()},
    )
    if not rows:
        raise MotcuaError(
            Bilingual(
                f"Không có hồ sơ {folded}. Không giải thích được. Hãy kiểm tra lại mã, hoặc lấy lại dữ liệu bằng `motcua refresh`.",
                f"There is no dossier {folded}. Nothing can be explained. Check the code, or pull the source again with `motcua refresh`.",
            )
        )
    return [DossierPlace(source, found, Partition(source, month)) for source, found, month in rows]


def judged_for(place: DossierPlace) -> date:
    """Return the day that a dossier's partition was last judged for.

    Raises:
        MotcuaError: it has not been judged yet.
    """
    rows = fetch_all(
        "SELECT as_of FROM audit.progress WHERE step = 'judge' AND partition = %(partition)s",
        {"partition": place.partition.key},
    )
    if not rows or rows[0][0] is None:
        raise MotcuaError(
            Bilingual(
                f"Hồ sơ {place.code} chưa được kết luận. Chưa giải thích được. Hãy chạy `motcua refresh` rồi hỏi lại.",
                f"Dossier {place.code} has not been judged yet. Run `motcua refresh`, then ask again.",
            )
        )
    day: date = rows[0][0]
    return day


def _where(case: Timeline, row: Any) -> Entry:
    units, procedures = case.facts.frames.units, case.facts.frames.procedures
    unit, procedure = row["unit_code"], row["procedure_code"]
    unit_names = units.loc[units["unit_code"] == unit, "name"].tolist()
    names = procedures.loc[procedures["procedure_code"] == procedure, "name"].tolist()
    return {
        "unit": unit if isinstance(unit, str) else None,
        "unit_name": unit_names[-1] if unit_names else None,
        "procedure": procedure if isinstance(procedure, str) else None,
        "procedure_name": names[-1] if names else None,
        "channel": row["channel"] if isinstance(row["channel"], str) else None,
    }


def _reception(case: Timeline) -> Entry | None:
    """Tell whether it was taken in in time; None where no rule asks."""
    rules = load_reception()
    found = receptions_of(case.facts, case.receipt, rules, case.office.clock, case.as_of_end)
    if found.rule[0] < 0:
        return None
    rule = rules[found.rule[0]]
    return {
        "submitted": minute_text(case.facts.submitted[0]),
        "reception_due": minute_text(found.due[0]),
        "answered": minute_text(found.answered[0]),
        "outcome": OUTCOMES[found.outcome[0]],
        "reference": asdict(cited(rule.law) if rule.law else bilingual(rule.reference)),
    }


def _first(case: Timeline) -> Entry | None:
    """Tell of the withdrawn dossier by whose clock this one runs, if it was filed again in its place."""
    if case.first is None or case.first.row[0] < 0:
        return None
    first, row = case.first.case, case.first.row[0]
    return {
        "code": first.facts.frames.dossiers["code"].iloc[row],
        "received": minute_text(first.receipt.at[row]),
        "due": minute_text(first.due[row]),
        "withdrawn": minute_text(first.ends.at[row]),
        "due_by_own_clock": minute_text(case.first.own[0]),
    }


def _holders(case: Timeline) -> Entry:
    """List who held it from when to when, and each holder's working minutes: their sum is all of them."""
    held = holders_of(case)
    minutes, over = held.shares(1)[0].tolist(), held.shares(1, over=True)[0].tolist()
    return {
        "held": _stretches(held),
        "held_minutes": {name: sum_ for name, sum_ in zip(HOLDERS, minutes, strict=True) if sum_},
        "held_minutes_over": {name: sum_ for name, sum_ in zip(HOLDERS, over, strict=True) if sum_},
    }


def _stretches(held: Holdings) -> list[Entry]:
    """Return the stretches in one hand; neighbours that differ in nothing but lying after the due date are one."""
    entries: list[Entry] = []
    for place, holder in enumerate(held.holder.tolist()):
        room = held.rooms[held.room[place]] if held.room[place] >= 0 else None
        who = {"holder": HOLDERS[holder], "room": room, "status": int(held.status[place]) or None}
        if entries and all(entries[-1][name] == value for name, value in who.items()):
            entries[-1]["to"] = minute_text(held.end[place])
            entries[-1]["minutes"] += int(held.minutes[place])
        else:
            times = {"from": minute_text(held.start[place]), "to": minute_text(held.end[place])}
            entries.append({**times, **who, "minutes": int(held.minutes[place])})
    return entries


def _due_change(change: DueChange, zone: str) -> Entry:
    return {
        "old": instant_text(change.old_due, zone),
        "new": instant_text(change.new_due, zone),
        "not_before": instant_text(change.not_before, zone),
        "at": instant_text(change.at, zone),
        "when": change.when,
        "by": change.by,
        "page": change.page_digest,
    }


def _closed_days(case: Timeline) -> list[list[str]]:
    """Return the days on which the office is closed, from (the first) receipt to due date or end, as spans: first and last day."""
    start, end = case.receipt.at[0], np.fmax(case.due[0], np.datetime64(case.until[0]))
    if case.first is not None and case.first.row[0] >= 0:
        start = np.fmin(start, case.first.case.receipt.at[case.first.row[0]])
    if np.isnat(start) or np.isnat(end) or end < start:
        return []
    first = start.astype("datetime64[D]")
    days = np.arange(first, np.fmin(end.astype("datetime64[D]"), first + LONGEST_PICTURE) + 1)
    closed = days[~case.office.clock.is_working_day(days)]
    breaks = np.flatnonzero(np.diff(closed).astype(int) > 1) + 1
    return [[str(span[0]), str(span[-1])] for span in np.split(closed, breaks) if len(span)]


def _timeline(case: Timeline) -> list[Entry]:
    """List all that happened, by any system's word, in order of time."""
    frames, zone = case.facts.frames, case.facts.zone
    entries: list[Entry] = [
        {"at": minute_text(at), "what": "status", "status": int(status)}
        for at, status in zip(local_times(frames.events["at"], zone), frames.events["status"].fillna(0), strict=True)
        if status
    ]
    for name in ("done_at", "returned_at"):
        for at, other in zip(local_times(frames.evidence[name], zone), frames.evidence["other_source"], strict=True):
            entries.append(
                {
                    "at": minute_text(at),
                    "what": "elsewhere",
                    "status": int(Status.DONE if name == "done_at" else Status.RETURNED),
                    "by": other,
                }
            )
    for at, other in zip(local_times(frames.evidence["received_at"], zone), frames.evidence["other_source"], strict=True):
        if other in case.office.carriers:
            entries.append({"at": minute_text(at), "what": "carried", "by": other})
    if not len(frames.events):
        for times, status in ((case.facts.received, 2), (case.facts.done, 9), (case.facts.returned, 10)):
            entries.append({"at": minute_text(times[0]), "what": "status", "status": status})
    entries.append({"at": minute_text(case.stated.due[0]), "what": "appointed"})
    if case.policy.due == "law":
        entries.append({"at": minute_text(case.due[0]), "what": "due_by_law"})
    entries.append({"at": minute_text(case.ends.at[0]), "what": "ended_by_evidence"})
    return sorted((entry for entry in entries if entry["at"]), key=lambda entry: str(entry["at"]))


def _findings(place: DossierPlace, as_of: date) -> Entry:
    """List the failed checks, and which of them are waived on the day."""
    rows = fetch_all(
        f"SELECT f.check_id, {waived('f', 'd')} FROM quality.findings AS f JOIN core.dossiers AS d USING (source, code) "
        "WHERE f.source = %(source)s AND f.code = %(code)s AND f.resolved_on IS NULL ORDER BY 1",
        {"source": place.source, "code": place.code, **waiver_parameters(as_of)},
    )
    return {"findings": [name for name, _ in rows], "waived": [name for name, left_out in rows if left_out]}
