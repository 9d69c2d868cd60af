"""One dossier that nothing is wrong with, and for each check what has to be done to it to make that check fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa

from schemas.dossiers import DOSSIERS, EVENTS, PAUSES
from schemas.reference import PROCEDURES, UNITS
from tasks.rules.frames import DossierFrames
from tasks.rules.marks import MARKS

ZONE = "Asia/Ho_Chi_Minh"
AS_OF = date(2026, 3, 31)
CODE = "H99.12-260302-0001"
Fields = dict[str, Any]


def at(text: str) -> pd.Timestamp:
    """Read office time."""
    return pd.Timestamp(text, tz=ZONE).tz_convert("UTC")


# Monday 2 March 2026, five working days: due Monday 9 March, 17:00.
SOUND: Fields = {
    "source": "province",
    "code": CODE,
    "partition_month": date(2026, 3, 1),
    "role": "primary",
    "receipt_number": "BN-0001",
    "procedure_code": "1.000001",
    "field_code": "G01-A",
    "unit_code": "H99.12",
    "unit_as_given": "Sở Thử nghiệm",
    "channel": "counter",
    "person_kind": "person",
    "applicant_key": "k1",
    "status": 10,
    "status_as_given": "10",
    "submitted_at": at("2026-03-02 08:20"),
    "received_at": at("2026-03-02 08:30"),
    "due_at": at("2026-03-09 17:00"),
    "done_at": at("2026-03-06 10:15"),
    "returned_at": at("2026-03-06 15:40"),
    "result_at": at("2026-03-06 09:50"),
    "has_result": True,
    "fee_amount": 20_000,
    "is_migrated": False,
    "modified_at": at("2026-03-06 15:45"),
    "page_digest": "0" * 64,
    "page_position": 0,
}
LOG: tuple[tuple[str, int], ...] = (
    ("2026-03-02 08:30", 2),
    ("2026-03-02 09:10", 4),
    ("2026-03-06 10:15", 9),
    ("2026-03-06 15:40", 10),
)
STILL_OPEN: Fields = {"status": 4, "done_at": None, "returned_at": None, "result_at": None, "has_result": None}
PROCEDURE: Fields = {
    "procedure_code": "1.000001",
    "channel": "counter",
    "valid_from": date(2020, 1, 1),
    "name": "Thủ tục thử",
    "field_code": "G01-A",
    "limit_text": "5 ngày làm việc",
    "limit_amount": 5.0,
    "limit_shortest": 5.0,
    "limit_unit": "working_day",
}
CATALOGUE: tuple[Fields, ...] = (
    PROCEDURE,
    {**PROCEDURE, "channel": "online"},
    {**PROCEDURE, "procedure_code": "1.000002"},
    {**PROCEDURE, "procedure_code": "1.000003", "limit_unit": "none", "limit_amount": None},
    {**PROCEDURE, "procedure_code": "1.000004", "limit_unit": "unsettled", "limit_amount": None},
    {**PROCEDURE, "procedure_code": "1.000005", "valid_to": date(2026, 2, 28)},
)
UNIT: Fields = {"unit_code": "H99.12", "valid_from": date(2015, 1, 1), "name": "Sở Thử nghiệm", "level": "department"}
DIRECTORY: tuple[Fields, ...] = (
    {**UNIT, "old_code": "000.00.12.H99"},
    {**UNIT, "unit_code": "H99.70", "level": "district", "valid_to": date(2025, 6, 30)},
    {**UNIT, "unit_code": "H99.71", "level": "commune", "valid_to": date(2026, 3, 15)},
    {**UNIT, "unit_code": "H44.12"},
    {**UNIT, "unit_code": "H62.12"},
)


@dataclass(frozen=True)
class Case:
    """What differs from the sound dossier.

    Attributes:
        fields: fields of the dossier.
        log: its progress log, (office time, status).
        planned: planned end of every entry of the log.
        pauses: fields of its pauses; times as office time.
        others: fields of matched records of other systems.
        crowd: how many such dossiers there are, each with a code and applicant of its own.
    """

    fields: Fields = field(default_factory=dict)
    log: Sequence[tuple[str, int]] = LOG
    planned: str | None = None
    pauses: Sequence[Fields] = ()
    others: Sequence[Fields] = ()
    crowd: int = 1


def frames_of(*cases: Case, source: str = "province") -> DossierFrames:
    """Build a partition of cases, in order, a crowd's dossiers one after another."""
    dossiers: list[Fields] = []
    events: list[Fields] = []
    pauses: list[Fields] = []
    others: list[Fields] = []
    for case in cases:
        for _ in range(case.crowd):
            row = _row(case, source, len(dossiers), alone=len(cases) == 1 and case.crowd == 1)
            key = {"source": source, "code": row["code"]}
            dossiers.append(row)
            planned = at(case.planned) if case.planned else None
            events += [
                {**key, "seq": seq, "at": at(when), "status": status, "planned_end_at": planned}
                for seq, (when, status) in enumerate(case.log)
            ]
            pauses += [{**key, "seq": seq, **_timed(pause)} for seq, pause in enumerate(case.pauses)]
            others += [{**key, "other_source": "land", "other_code": "L1", **_timed(other)} for other in case.others]
    return DossierFrames(
        dossiers=_with(DOSSIERS.frame(dossiers), dossiers, "duplicate_of", "corrected"),
        events=EVENTS.frame(events),
        pauses=PAUSES.frame(pauses),
        evidence=_with(
            DOSSIERS.frame(others)[
                ["source", "code", "received_at", "due_at", "done_at", "returned_at", "status", "has_result", "marks"]
            ],
            others,
            "other_source",
            "other_code",
        ),
        procedures=PROCEDURES.frame(CATALOGUE),
        units=UNITS.frame(DIRECTORY),
    )


def _row(case: Case, source: str, number: int, *, alone: bool) -> Fields:
    """Give each dossier of a crowd a code, receipt number and applicant of its own, unless the case sets them."""
    row = {**SOUND, "source": source}
    if not alone:
        row |= {"code": f"H99.12-260302-{number + 2000:04d}", "applicant_key": f"k{number}", "receipt_number": f"BN-{number}"}
    row |= case.fields
    if not alone and "code" in case.fields:
        row["code"] = case.fields["code"] if case.crowd == 1 else f"{case.fields['code'][:-2]}{number:02d}"
    return row


def _timed(fields: Fields) -> Fields:
    return {name: at(value) if name.endswith("_at") and isinstance(value, str) else value for name, value in fields.items()}


def _with(frame: pd.DataFrame, rows: Sequence[Fields], *names: str) -> pd.DataFrame:
    text = pd.ArrowDtype(pa.string())
    return frame.assign(**{name: pd.array([row.get(name) for row in rows], dtype=text) for name in names})


def day(**fields: str | None) -> Case:
    """Change times of the dossier, given in office time."""
    return Case({name: at(value) if value else None for name, value in fields.items()})


def supplement(start: str = "2026-03-03 09:00", end: str | None = "2026-03-04 16:00", **fields: Any) -> Fields:
    """A wait for a supplement after which the due date was moved."""
    moved = {"due_before_at": "2026-03-09 17:00", "due_after_at": "2026-03-10 17:00"}
    return {"kind": "supplement", "origin": "supplement_record", "started_at": start, "ended_at": end, **moved, **fields}


MOVED = {"due_at": at("2026-03-10 17:00")}
LAND: Fields = {"received_at": "2026-03-02 08:30", "due_at": "2026-03-09 17:00", "done_at": "2026-03-06 10:10", "status": 9}
WITHOUT_TIMES: Fields = {"done_at": None, "returned_at": None, "result_at": None, "has_result": None}

CASES: dict[str, Case] = {
    # codes
    "dossier_code_malformed": Case({"code": "HS-17"}),
    "dossier_code_date_impossible": Case({"code": "H99.12-260231-0001"}),
    "code_date_differs": Case({"code": "H99.12-260212-0001"}),
    "code_date_one_day_off": Case({"code": "H99.12-20260301-0001"}),
    "receipt_year_slip": Case({"code": "H99.12-250302-0001"}),
    "receipt_day_month_swapped": Case({"code": "H99.12-260203-0001"}),
    "code_date_in_future": Case({"code": "H99.12-260402-0001"}),
    "code_agency_unknown": Case({"code": "H98.12-260302-0001"}),
    "code_agency_not_valid_on_day": Case({"code": "H99.70-260302-0001"}),
    "code_province_closed": Case({"code": "H62.12-260302-0001"}),
    "code_is_random_alias": Case({"code": "H99.12-260302-48213", "alias_code": "HS.17"}),
    "procedure_code_missing": Case({"procedure_code": None}),
    "procedure_code_malformed": Case({"procedure_code": "TS_lop1.000.00.00.H22"}),
    "procedure_unknown": Case({"procedure_code": "1.999999"}),
    "procedure_not_in_force": Case({"procedure_code": "1.000005"}),
    "procedure_field_differs": Case({"field_code": "G09-Z"}),
    "online_not_offered": Case({"procedure_code": "1.000002", "channel": "online"}),
    "agency_unknown": Case({"unit_code": None}),
    "agency_not_valid_on_day": Case({"unit_code": "H99.70"}),
    "agency_abolished_still_open": Case({"unit_code": "H99.71", **STILL_OPEN}, log=LOG[:2]),
    "agency_is_no_agency": Case({"unit_as_given": "Account KHONG DUNG"}),
    # order of dates
    "received_missing": day(received_at=None),
    "submitted_in_future": day(submitted_at="2026-04-01 08:00"),
    "received_in_future": day(received_at="2026-04-01 08:00"),
    "done_in_future": day(done_at="2026-04-01 08:00"),
    "returned_in_future": day(returned_at="2026-04-01 08:00"),
    "refused_in_future": day(refused_at="2026-04-01 08:00"),
    "submitted_after_received": day(submitted_at="2026-03-02 08:36"),
    "received_after_done": day(done_at="2026-03-02 08:29"),
    "received_after_returned": day(returned_at="2026-03-02 08:29"),
    "done_after_returned": day(returned_at="2026-03-06 10:09"),
    "refused_before_received": Case({"status": 8, "refused_at": at("2026-03-01 10:00")}),
    "result_before_received": day(result_at="2026-03-01 10:00"),
    "result_after_done": day(result_at="2026-03-07 10:00"),
    "received_implausibly_early": day(received_at="1997-03-02 08:30"),
    "received_on_day_off": day(received_at="2026-03-01 08:30"),
    "done_on_day_off": day(done_at="2026-03-07 10:00"),
    "finished_within_minutes": day(done_at="2026-03-02 08:40"),
    "ended_after_last_change": day(modified_at="2026-03-06 10:09"),
    "times_without_hour": day(received_at="2026-03-02", done_at="2026-03-06"),
    "january_year_slip": Case({"code": "H99.12-260105-0001", "received_at": at("2025-01-05 08:30")}),
    # due date
    "due_missing": day(due_at=None),
    "due_missing_limit_unknown": Case({"due_at": None, "procedure_code": "1.000004"}),
    "due_without_legal_limit": Case({"procedure_code": "1.000003"}),
    "limit_unsettled": Case({"procedure_code": "1.000004"}),
    "due_before_received": day(due_at="2026-03-02 08:00"),
    "due_same_moment_as_received": day(due_at="2026-03-02 08:30"),
    "due_on_day_off": day(due_at="2026-03-08 17:00"),
    "due_outside_office_hours": day(due_at="2026-03-09 03:00"),
    "due_after_default_hours": day(due_at="2026-03-02 10:30"),
    "due_far_shorter": day(due_at="2026-03-04 10:00"),
    "due_far_longer": day(due_at="2026-03-20 17:00"),
    "due_differs_from_limit": day(due_at="2026-03-10 17:00"),
    "due_ignores_days_off": Case(
        # Tết 2026 lies between: the law says 25 February, a clock of weekends alone 19 February.
        {"code": "H99.12-260212-0002", "received_at": at("2026-02-12 08:30"), "due_at": at("2026-02-19 17:00")}
    ),
    "due_counts_calendar_days": day(due_at="2026-03-07 17:00"),
    "limit_misconfigured": Case({"due_at": at("2026-03-12 17:00")}, crowd=10),
    "late_by_hours_only": Case({"due_at": at("2026-03-06 09:00")}),
    "late_by_hand_over_only": Case({"due_at": at("2026-03-06 17:00"), "returned_at": at("2026-03-09 09:00")}),
    "source_flag_contradicts_dates": Case({"source_flag": "late"}),
    # status
    "status_missing": Case({"status": None}),
    "finished_without_end": Case({"done_at": None}),
    "ended_without_any_time": Case(WITHOUT_TIMES, log=LOG[:2]),
    "end_without_finish_status": Case({"status": 4}),
    "returned_but_open": Case({"status": 4, "done_at": None}),
    "result_but_open": Case({**STILL_OPEN, "has_result": True}, log=LOG[:2]),
    "returned_status_without_time": Case({"returned_at": None}),
    "refused_without_time": Case({"status": 8, **WITHOUT_TIMES}),
    "withdrawn_without_time": Case({"status": 7, **WITHOUT_TIMES}),
    "refused_but_finished": day(refused_at="2026-03-04 10:00"),
    "refused_but_open": Case({**STILL_OPEN, "refused_at": at("2026-03-04 10:00")}, log=LOG[:2]),
    "withdrawn_with_result": Case({"status": 7}),
    "registered_but_processed": Case({"status": 1}),
    "result_without_end": Case({"has_result": False}),
    "waiting_for_collection": Case(
        {"status": 9, "returned_at": None, "done_at": at("2025-12-01 10:00"), "received_at": at("2025-11-26 08:30")}
    ),
    "open_very_long": Case({**STILL_OPEN, "received_at": at("2025-03-03 08:30")}, log=LOG[:2]),
    "silent_while_open": Case(
        {**STILL_OPEN, "due_at": at("2026-01-09 17:00"), "modified_at": at("2026-01-05 10:00")}, log=(("2026-01-05 10:00", 4),)
    ),
    "waiting_for_supplement_long": Case(
        {**STILL_OPEN, "status": 5}, log=LOG[:2], pauses=[supplement("2026-01-05 09:00", None)]
    ),
    # pauses
    "pause_without_end": Case(MOVED, pauses=[supplement(end=None)]),
    "pause_ends_before_start": Case(MOVED, pauses=[supplement(end="2026-03-03 08:00")]),
    "pause_before_received": Case(MOVED, pauses=[supplement("2026-03-02 08:00")]),
    "pause_after_end": Case(MOVED, pauses=[supplement("2026-03-06 11:00", "2026-03-06 16:00")]),
    "pause_in_future": Case(MOVED, pauses=[supplement(end="2026-04-01 08:00")]),
    "pauses_overlap": Case(MOVED, pauses=[supplement(), supplement("2026-03-04 10:00", "2026-03-05 10:00")]),
    "supplement_without_moved_due": Case(pauses=[supplement(due_after_at=None)]),
    "moved_due_not_taken_over": Case(pauses=[supplement()]),
    "due_moved_after_expiry": Case(
        MOVED, pauses=[supplement("2026-03-05 09:00", "2026-03-05 16:00", due_before_at="2026-03-04 17:00")]
    ),
    "pause_begun_just_before_due": Case(
        MOVED, pauses=[supplement("2026-03-09 10:00", "2026-03-10 09:00", due_after_at="2026-03-10 17:00")]
    ),
    "waiting_without_pause": Case({**STILL_OPEN, "status": 6}, log=LOG[:2]),
    "repeated_supplement": Case(MOVED, pauses=[supplement(), supplement("2026-03-05 08:00", "2026-03-05 10:00")]),
    "pause_very_long": Case({**STILL_OPEN, "status": 6}, log=LOG[:2], pauses=[supplement("2025-09-01 08:00", None)]),
    "pause_recorded_elsewhere_only": Case(pauses=[supplement(origin="land_software", due_after_at=None)]),
    # progress log
    "log_missing": Case(log=()),
    "log_illegal_order": Case(log=(LOG[0], ("2026-03-02 09:00", 8), *LOG[2:])),
    "log_skipped_step": Case(log=(LOG[0], *LOG[2:])),
    "log_begins_midway": Case(log=LOG[1:]),
    "log_reopened_after_closing": Case(log=(*LOG, ("2026-03-06 16:00", 4), ("2026-03-06 16:30", 10))),
    "log_work_after_stated_end": Case({"done_at": at("2026-03-02 09:05")}),
    "log_closed_within_minutes": Case(log=(LOG[0], ("2026-03-02 08:31", 4), ("2026-03-02 08:38", 9), LOG[3])),
    "log_before_received": Case(log=(("2026-03-01 08:00", 2), ("2026-03-01 09:00", 4), *LOG[2:])),
    "log_in_future": Case(log=(*LOG, ("2026-04-01 08:00", 10))),
    "log_end_differs": Case(log=(*LOG[:2], ("2026-03-04 10:15", 9), LOG[3])),
    "log_end_shifted_seven_hours": Case(log=(*LOG[:2], ("2026-03-06 03:15", 9), LOG[3])),
    "log_times_on_the_hour": Case(log=(("2026-03-02 09:00", 2), ("2026-03-02 10:00", 4), ("2026-03-06 10:00", 9))),
    "log_all_at_once": Case(log=[("2026-03-06 10:15", status) for status in (2, 4, 9, 10)]),
    "log_night_work": Case(log=(*LOG[:2], ("2026-03-05 23:15", 9), LOG[3])),
    "log_step_overdue": Case(planned="2026-03-05 17:00"),
    "status_differs_from_log": Case(log=LOG[:3]),
    "pause_sent_as_finished": Case({"status": 9}, log=(*LOG[:2], ("2026-03-03 10:00", 6))),
    # other systems
    "ended_elsewhere_but_open": Case(STILL_OPEN, log=LOG[:2], others=[LAND]),
    "handed_over_elsewhere_but_open": Case(STILL_OPEN, log=LOG[:2], others=[{"returned_at": "2026-03-07 10:00"}]),
    "finished_but_open_elsewhere": Case(others=[{**LAND, "done_at": None}]),
    "end_shifted_seven_hours": Case(others=[{**LAND, "done_at": "2026-03-06 03:15"}]),
    "end_differs_elsewhere": Case(others=[{**LAND, "done_at": "2026-03-04 10:00"}]),
    "handed_over_before_done": Case(others=[{**LAND, "returned_at": "2026-03-05 10:00"}]),
    "ended_elsewhere_before_received": Case(others=[{**LAND, "done_at": "2026-02-27 10:00"}]),
    "received_differs_elsewhere": Case(others=[{**LAND, "received_at": "2026-02-25 08:30"}]),
    "due_differs_elsewhere": Case(others=[{**LAND, "due_at": "2026-03-12 17:00"}]),
    "duplicate_dossier": Case({"duplicate_of": "H99.12-260302-0009"}),
    "two_codes": Case({"alias_code": "HS.17"}),
    # a dossier among others
    "closed_in_batch": Case({"done_at": at("2026-03-05 16:42")}, crowd=10),
    "received_in_bulk": Case({"received_at": at("2026-03-02 08:30:07")}, crowd=20),
    "changed_in_bulk": Case({"unit_code": None, "done_at": at("2026-03-06 10:15:07")}, crowd=20),
    "migrated": Case({"is_migrated": True}),
    "deleted_overdue": Case({**STILL_OPEN, "is_deleted": True, "deleted_at": at("2026-03-12 09:00")}),
    "deleted_in_batch": Case({**STILL_OPEN, "is_deleted": True, "deleted_at": at("2026-03-04 09:00")}, crowd=10),
    "receipt_number_repeated": Case({"receipt_number": "BN-7"}, crowd=2),
    "applicant_repeats": Case({"applicant_key": "one"}, crowd=10),
    "fee_implausible": Case({"fee_amount": 1_500_000_000}),
    **{mark: Case({"marks": f"{mark} code_folded" if mark != "code_folded" else mark}) for mark in MARKS},
}
