"""Legal cases as a civil servant can read them, and the frames that they stand for."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from config.areas import Areas
from config.calendar import Office as OfficeHours
from config.calendar import load_calendars
from config.files import read_yaml
from config.policies import load_policies
from schemas.dossiers import DOSSIERS, EVENTS, PAUSES
from schemas.quality import CORRECTIONS
from schemas.reference import PROCEDURES, UNITS
from tasks.clocks import clock_for
from tasks.rules.case import Office
from tasks.rules.corrections import with_corrections
from tasks.rules.frames import DossierFrames, Earlier
from tasks.rules.limits import parse_limit
from tasks.rules.verdict import judge_frames

FOLDER = Path(__file__).parent / "cases"
SOURCE, CODE, PROCEDURE = "desk", "H99.12-{day}-{number:04}", "1.000001"
ZONE = "Asia/Ho_Chi_Minh"


class OwnRule:
    """How the desk of the cases counts: by the hour, end of processing, else the hand-over."""

    end = ("done_at", "returned_at")
    compare = "instant"
    no_due = "on_time"
    paused_statuses = ()


def all_cases() -> list[dict[str, Any]]:
    """Return every case of every file, with the file's name in it."""
    return [{"file": path.stem, **case} for path in sorted(FOLDER.glob("*.yaml")) for case in read_yaml(path)["cases"]]


def judge_case(case: dict[str, Any]) -> dict[str, Any]:
    """Judge one case; times of the answer are office time."""
    calendar = load_calendars()[case.get("calendar", "vn")]
    if "hours" in case:  # of the dossier's agency
        calendar = calendar.model_copy(update={"offices": (OfficeHours(name="own", units=("H99.12",), hours=case["hours"]),)})
    office = Office(
        zone=ZONE,
        clock=clock_for(calendar, "H99.12"),
        plain_clock=clock_for(calendar, "H99.12", plain=True),
        own_rule=OwnRule(),
        keeps_requests=True,
        areas=Areas.model_validate(case.get("areas", {})),
        heard_until=heard(case),
        carriers=("post",),
    )
    policy = load_policies()[case.get("policy", "qd766")].model_copy(update=case.get("policy_but", {}))
    as_of = case.get("as_of", date(2026, 3, 31))
    row = judge_frames(frames_of(case), policy, office, as_of).iloc[0].to_dict()
    for name in ("received_at", "due_at", "end_at"):
        row[name] = None if pd.isna(row[name]) else row[name].tz_convert(ZONE).tz_localize(None).to_pydatetime()
    return row


def heard(case: dict[str, Any]) -> np.datetime64 | None:
    """Return when the source of a case was last heard, office time."""
    return np.datetime64(case["heard"], "us") if "heard" in case else None


def frames_of(case: dict[str, Any], number: int = 1) -> DossierFrames:
    """Build the frames of one dossier from a case, and of those that it was filed again after."""
    received = case.get("received")
    code_day = case.get("code_day", received)
    code = CODE.format(day=f"{code_day:%y%m%d}", number=number) if code_day else "LOCAL-1"
    log = case.get("log", [])
    dossier = {
        "source": SOURCE,
        "code": code,
        "partition_month": date(2026, 1, 1),
        "role": "primary",
        "procedure_code": None if case.get("no_procedure") else PROCEDURE,
        "channel": case.get("channel", "counter"),
        "unit_code": "H99.12",
        "status": case.get("status", log[-1][1] if log else 4),
        "received_at": instant(received),
        "due_at": instant(case.get("appointed")),
        "done_at": instant(case.get("done_recorded")),
        "returned_at": instant(case.get("returned_recorded")),
        "modified_at": instant(case.get("modified")),
        "marks": case.get("marks"),
        "page_digest": "0" * 64,
        "page_position": 0,
    }
    events = [
        {"source": SOURCE, "code": code, "seq": seq, "at": instant(at), "status": status}
        for seq, (at, status) in enumerate(log)
    ]
    pauses = [pause_row(code, seq, pause) for seq, pause in enumerate(case.get("pauses", []))]
    dossiers = DOSSIERS.frame([dossier])
    dossiers["duplicate_of"] = pd.array([case.get("duplicate_of")], dtype="string[pyarrow]")
    approved = [correction_row(code, field, value) for field, value in case.get("corrections", {}).items()]
    return DossierFrames(
        dossiers=with_corrections(dossiers, CORRECTIONS.frame(approved)),
        stated=dossiers if approved else None,
        events=EVENTS.frame(events),
        pauses=PAUSES.frame(pauses),
        evidence=evidence_frame(code, case.get("elsewhere"), case.get("carried")),
        procedures=PROCEDURES.frame(procedure_row(version) for version in versions_of(case)),
        units=UNITS.frame(agency_rows(case)),
        earlier=earlier_of(case, code, number) if "first" in case else None,
    )


def earlier_of(case: dict[str, Any], code: str, number: int) -> Earlier:
    """Build the frames of the withdrawn dossier that a case names as its first filing."""
    frames = frames_of(case["first"], number + 1)
    texts = {"code": code, "first_code": frames.dossiers["code"].iloc[0]}
    return Earlier(frames, pd.DataFrame({name: pd.array([text], dtype="string[pyarrow]") for name, text in texts.items()}))


def correction_row(code: str, field: str, value: Any) -> dict[str, Any]:
    text = instant(value).isoformat() if isinstance(value, datetime) else str(value)
    return {"source": SOURCE, "code": code, "field": field, "new_value": text, "state": "approved"}


def versions_of(case: dict[str, Any]) -> list[dict[str, Any]]:
    limit = case.get("limit", "5 ngày làm việc")
    return limit if isinstance(limit, list) else [{"limit": limit}]


def procedure_row(version: dict[str, Any]) -> dict[str, Any]:
    limit = parse_limit(version["limit"])
    return {
        "procedure_code": PROCEDURE,
        "channel": version.get("channel", "counter"),
        "valid_from": version.get("from", date(2020, 1, 1)),
        "valid_to": version.get("to"),
        "name": "Thủ tục của ví dụ",
        "field_code": "F1",
        "limit_text": version["limit"],
        "limit_amount": limit.amount,
        "limit_shortest": limit.shortest,
        "limit_unit": limit.unit,
    }


def pause_row(code: str, seq: int, pause: dict[str, Any]) -> dict[str, Any]:
    return {
        "source": SOURCE,
        "code": code,
        "seq": seq,
        "kind": pause.get("kind", "supplement"),
        "started_at": instant(pause["from"]),
        "ended_at": instant(pause.get("to")),
        "due_before_at": instant(pause.get("due_before")),
        "due_after_at": instant(pause.get("due_after")),
        "origin": pause.get("origin", "supplement_record"),
        "end_origin": pause.get("end_origin", pause.get("origin", "supplement_record")) if "to" in pause else None,
    }


def agency_rows(case: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the agency, where a case says until when there was one."""
    row = {"unit_code": "H99.12", "valid_from": date(2020, 1, 1), "name": "Sở của ví dụ", "level": "province"}
    return [{**row, "valid_to": case["agency_until"]}] if "agency_until" in case else []


def evidence_frame(code: str, record: dict[str, Any] | None, carried: dict[str, Any] | None = None) -> pd.DataFrame:
    rows = []
    if carried is not None:
        post = {"source": SOURCE, "code": code, "other_source": "post", "other_code": "P1", "status": 10}
        rows = [{**post, "received_at": instant(carried["taken"]), "returned_at": instant(carried.get("delivered"))}]
    if record is not None:
        rows = [
            {
                "source": SOURCE,
                "code": code,
                "other_source": "land",
                "other_code": "L1",
                "status": record.get("status", 9),
                "received_at": instant(record.get("received")),
                "done_at": instant(record.get("done")),
                "returned_at": instant(record.get("returned")),
            }
        ]
    names = ("source", "code", "received_at", "due_at", "done_at", "returned_at", "status", "has_result", "marks")
    frame = pd.DataFrame({name: DOSSIERS.frame(rows)[name] for name in names})
    for name in ("other_source", "other_code"):
        frame[name] = pd.array([row[name] for row in rows], dtype="string[pyarrow]")
    return frame


def instant(at: datetime | date | None) -> pd.Timestamp | None:
    """Read office time as an instant; a bare day is its noon."""
    if at is None:
        return None
    if not isinstance(at, datetime):
        at = datetime(at.year, at.month, at.day, 12)
    return pd.Timestamp(at, tz=ZONE).tz_convert("UTC")
