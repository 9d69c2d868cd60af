"""OpenCPS v2: the dossier of its REST service and what its due-date options do (law 2.7, 4.6, 5.3).

Its release date is the end of processing, its finish date the hand-over. ``extendDate`` is no extension of the
deadline there but a mark of an early release, so it is not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from config.codes import CHANNELS
from tasks.sources.formats.exchange import child_columns, not_objects
from tasks.sources.formats.record_format import RecordFormat, child_names
from tasks.sources.formats.records import Fields, Keys, Objects, Record, keys_of, text
from tasks.sources.parsed_records import Pages, ParsedRecords, Part, readings

OPENCPS_KEYS: dict[str, tuple[str, ...]] = {
    "code": ("dossierNo",),
    "alias_code": ("originDossierNo", "dossierIdCTN"),
    "procedure_code": ("serviceCode",),
    "field_code": ("domainCode",),
    "unit_code": ("govAgencyCode",),
    "unit": ("govAgencyName",),
    "person_kind": ("applicantIdType",),
    "identity_number": ("applicantIdNo",),
    "applicant_name": ("applicantName",),
    "phone": ("contactTelNo", "applicantTelNo"),
    "summary": ("briefNote", "dossierName"),
    "status": ("dossierStatus",),
    "submitted_at": ("submitDate",),
    "received_at": ("receiveDate",),
    "due_at": ("dueDate",),
    "done_at": ("releaseDate",),
    "returned_at": ("finishDate",),
    "modified_at": ("modifiedDate",),
}
SUB_STATUS = ("dossierSubStatus",)
ACTIONS = ("dossierActions", "actions")
ACTION_KEYS = {
    "at": ("createDate", "actionDate"),
    "status": ("dossierStatus",),
    "unit": ("stepName",),
    "actor": ("actionUser",),
    "planned_end_at": ("dueDate",),
}
DATE_OPTION = ("dateOption",)
# What an action does to the clock (DossierTerm): 1 and 9 lock it, 3 adds the working time of the pause to the due date,
# 6 begins the whole duration anew. 11 to 13 set due dates of single phases and pause nothing.
OPENCPS_PAUSES = ("1", "9")
RESUMES = ("3", "6")
# Where a dossier came in: our own words, for the source's map of channels.
ONLINE, COUNTER, POSTAL = CHANNELS


def read_opencps(objects: Objects, pages: Pages, statuses: Iterable[str] = ()) -> ParsedRecords:
    """Read dossiers of the REST service.

    Args:
        objects: the records.
        pages: in which they stand.
        statuses: codes of the source's own list. A status is read together with its sub-status, as
            ``status/sub-status``, where the list has that; OpenCPS lets an office map either.
    """
    keys, positions = objects.keys, objects.positions
    columns = {field: keys.texts(*names) for field, names in OPENCPS_KEYS.items()}
    columns["channel"] = pa.array([_channel(*row) for row in zip(*_ways(keys), strict=True)], pa.string())
    columns["status"] = _with_sub_status(columns["status"], keys.texts(*SUB_STATUS), set(statuses))
    actions = [value if isinstance(value, list) else [] for value in keys.values(*ACTIONS)]
    waits = [pauses_of(listed) for listed in actions]
    pauses = {field: (field,) for field in ("kind", "started_at", "ended_at", "due_before_at", "due_after_at")}
    return readings(
        pages,
        dossiers=Part(columns, positions),
        events=child_columns(*keys_of(actions), ACTION_KEYS, columns["code"], positions),
        supplements=child_columns(*keys_of(waits), pauses, columns["code"], positions),
        rejected=not_objects(objects),
    )


def pauses_of(actions: Sequence[Any]) -> list[Record]:
    """Return the pauses that the actions of one dossier tell, in the order given; the last may be open.

    The kind is the status in which the clock was locked, for the source's map of pauses.
    """
    found: list[Record] = []
    rows = [action for action in actions if isinstance(action, dict)]
    keys = Keys(rows)
    times, options = keys.values(*ACTION_KEYS["at"]), keys.values(*DATE_OPTION)
    details = zip(times, options, keys.values("dossierStatus"), keys.values("dueDate"), strict=True)
    for moment, option, status, due in details:
        waiting = bool(found) and "ended_at" not in found[-1]
        if text(option) in OPENCPS_PAUSES and not waiting:
            found.append({"kind": status, "started_at": moment, "due_before_at": due})
        elif text(option) in RESUMES and waiting:
            found[-1] |= {"ended_at": moment, "due_after_at": due}
    return found


def _ways(keys: Fields) -> tuple[Sequence[Any], Sequence[Any]]:
    return keys.values("online"), keys.values("fromViaPostal")


def _channel(online: Any, by_post: Any) -> str | None:
    if text(online) is None:
        return None
    if str(text(online)).casefold() in ("true", "1"):
        return ONLINE
    return POSTAL if (text(by_post) or "0") not in ("0", "false") else COUNTER


def _with_sub_status(statuses: pa.Array, finer: pa.Array, known: set[str]) -> pa.Array:
    pairs = zip(statuses.to_pylist(), finer.to_pylist(), strict=True)
    return pa.array([f"{one}/{two}" if f"{one}/{two}" in known else one for one, two in pairs], pa.string())


OPENCPS_RECORDS = RecordFormat(
    read=lambda objects, pages, source: read_opencps(objects, pages, source.statuses),
    keys={
        **OPENCPS_KEYS,
        "channel": ("online", "fromViaPostal"),
        "events": ACTIONS,
        **child_names(ACTIONS[0], {**ACTION_KEYS, "option": DATE_OPTION}, "events"),
    },
    alternatives=OPENCPS_KEYS,
)
