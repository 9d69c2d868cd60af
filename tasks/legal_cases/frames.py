"""Frames of a legal case: the rows that a source with only this dossier would leave."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import pandas as pd

from config.codes import Status
from schemas.dossiers import DOSSIERS, EVENTS, PAUSES
from schemas.quality import CORRECTIONS
from schemas.reference import PROCEDURES, UNITS
from tasks.legal_cases.model import Carried, DossierOfCase, LimitVersion, OtherRecord, PauseOfCase
from tasks.rules.clock.limit_texts import parse_limit
from tasks.rules.corrections.values import with_corrections
from tasks.rules.frames import DossierFrames, Earlier

SOURCE, POST, LAND, PROCEDURE = "desk", "post", "land", "1.000001"
ZONE = "Asia/Ho_Chi_Minh"
_ALWAYS = date(2020, 1, 1)


def frames_of(case: DossierOfCase, number: int = 1, zone: str = ZONE) -> DossierFrames:
    """Build the frames of one dossier, and of those that it was filed again after.

    Args:
        case: the dossier.
        number: the number in its code; each earlier filing has the next.
        zone: IANA zone of the office, whose time the case is written in.
    """
    day = case.days_of_code
    code = f"{case.agency}-{day:%y%m%d}-{number:04}" if day else "LOCAL-1"
    dossiers = DOSSIERS.frame([_dossier_row(case, code, zone)])
    dossiers["duplicate_of"] = pd.array([case.duplicate_of], dtype="string[pyarrow]")
    events = [
        {"source": SOURCE, "code": code, "seq": seq, "at": instant(at, zone), "status": status}
        for seq, (at, status) in enumerate(case.log)
    ]
    approved = [_correction_row(code, field, value, zone) for field, value in case.corrections.items()]
    return DossierFrames(
        dossiers=with_corrections(dossiers, CORRECTIONS.frame(approved)),
        stated=dossiers if approved else None,
        events=EVENTS.frame(events),
        pauses=PAUSES.frame([_pause_row(code, seq, pause, zone) for seq, pause in enumerate(case.pauses)]),
        evidence=_evidence_frame(code, case, zone),
        procedures=PROCEDURES.frame(_procedure_row(version) for version in _versions_of(case)),
        units=UNITS.frame(_agency_rows(case)),
        earlier=_earlier_of(case.first, code, number, zone) if case.first else None,
    )


def instant(at: datetime | date | None, zone: str = ZONE) -> pd.Timestamp | None:
    """Read office time as an instant; a bare day is its noon."""
    if at is None:
        return None
    if not isinstance(at, datetime):
        at = datetime(at.year, at.month, at.day, 12)
    return pd.Timestamp(at, tz=zone).tz_convert("UTC")


def _dossier_row(case: DossierOfCase, code: str, zone: str) -> dict[str, Any]:
    return {
        "source": SOURCE,
        "code": code,
        "partition_month": date(2026, 1, 1),
        "role": "primary",
        "procedure_code": None if case.no_procedure else PROCEDURE,
        "channel": case.channel,
        "unit_code": case.agency,
        "status": case.stated_status,
        "received_at": instant(case.received, zone),
        "due_at": instant(case.appointed, zone),
        "done_at": instant(case.done_recorded, zone),
        "returned_at": instant(case.returned_recorded, zone),
        "modified_at": instant(case.modified, zone),
        "marks": case.marks,
        "page_digest": "0" * 64,
        "page_position": 0,
    }


def _earlier_of(first: DossierOfCase, code: str, number: int, zone: str) -> Earlier:
    frames = frames_of(first, number + 1, zone)
    texts = {"code": code, "first_code": frames.dossiers["code"].iloc[0]}
    return Earlier(frames, pd.DataFrame({name: pd.array([text], dtype="string[pyarrow]") for name, text in texts.items()}))


def _correction_row(code: str, field: str, value: object, zone: str) -> dict[str, Any]:
    at = instant(value, zone) if isinstance(value, date) else None
    text = str(value) if at is None else at.isoformat()
    return {"source": SOURCE, "code": code, "field": field, "new_value": text, "state": "approved"}


def _versions_of(case: DossierOfCase) -> Iterable[LimitVersion]:
    return (LimitVersion(limit=case.limit),) if isinstance(case.limit, str) else case.limit


def _procedure_row(version: LimitVersion) -> dict[str, Any]:
    limit = parse_limit(version.limit)
    return {
        "procedure_code": PROCEDURE,
        "channel": version.channel,
        "valid_from": version.since,
        "valid_to": version.until,
        "name": "Thủ tục của ví dụ",
        "field_code": "F1",
        "limit_text": version.limit,
        "limit_amount": limit.amount,
        "limit_shortest": limit.shortest,
        "limit_unit": limit.unit,
    }


def _pause_row(code: str, seq: int, pause: PauseOfCase, zone: str) -> dict[str, Any]:
    return {
        "source": SOURCE,
        "code": code,
        "seq": seq,
        "kind": pause.kind,
        "started_at": instant(pause.since, zone),
        "ended_at": instant(pause.until, zone),
        "due_before_at": instant(pause.due_before, zone),
        "due_after_at": instant(pause.due_after, zone),
        "origin": pause.origin,
        "end_origin": (pause.end_origin or pause.origin) if pause.until else None,
    }


def _agency_rows(case: DossierOfCase) -> list[dict[str, Any]]:
    """Return the agency, where a case says until when there was one."""
    row = {"unit_code": case.agency, "valid_from": _ALWAYS, "name": "Sở của ví dụ", "level": "province"}
    return [{**row, "valid_to": case.agency_until}] if case.agency_until else []


def _evidence_frame(code: str, case: DossierOfCase, zone: str) -> pd.DataFrame:
    rows = [_carried_row(code, case.carried, zone)] if case.carried else []
    rows = [_other_row(code, case.elsewhere, zone)] if case.elsewhere else rows
    names = ("source", "code", "received_at", "due_at", "done_at", "returned_at", "status", "has_result", "marks")
    frame = pd.DataFrame({name: DOSSIERS.frame(rows)[name] for name in names})
    for name in ("other_source", "other_code"):
        frame[name] = pd.array([row[name] for row in rows], dtype="string[pyarrow]")
    return frame


def _carried_row(code: str, carried: Carried, zone: str) -> dict[str, Any]:
    post = {"source": SOURCE, "code": code, "other_source": POST, "other_code": "P1", "status": Status.RETURNED}
    return {**post, "received_at": instant(carried.taken, zone), "returned_at": instant(carried.delivered, zone)}


def _other_row(code: str, record: OtherRecord, zone: str) -> dict[str, Any]:
    land = {"source": SOURCE, "code": code, "other_source": LAND, "other_code": "L1", "status": record.status}
    times = {"received_at": record.received, "done_at": record.done, "returned_at": record.returned}
    return {**land, **{name: instant(at, zone) for name, at in times.items()}}
