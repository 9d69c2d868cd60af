"""What each derived fact rests on: table, key and field, so that a verdict can be followed to its records."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.rules.case import Case
from tasks.rules.ends import FROM_HAND_OVER, FROM_LOG, FROM_OTHER, FROM_RECORD
from tasks.rules.times import LocalTimes


def evidence_of(case: Case) -> pa.Array:
    """Return for each dossier a JSON object with the keys received, limit, due, pauses, end and page.

    Each says where the fact was taken from and what it is; what was not derived is left out. Times are
    office time to the minute. ``page`` is the landing file that holds the record, and its place in it.
    """
    return pc.binary_join_element_wise(
        "{",
        _received(case),
        _limit(case),
        _due(case),
        _pauses(case),
        _end(case),
        _page(case),
        "}",
        "",
    )


def _received(case: Case) -> pa.Array:
    place = np.where(case.receipt.corrected, "date in code", "core.dossiers.received_at")
    return _entry("received", place, _minute(case.receipt.at), ~np.isnat(case.receipt.at), first=True)


def _limit(case: Case) -> pa.Array:
    channel = np.where(case.limits.by_channel, "own channel", "counter")
    known = ~np.isnat(case.limits.valid_from)
    version = np.where(known, case.limits.valid_from.astype("datetime64[D]").astype(str), "")
    return _entry("limit", channel, pc.binary_join_element_wise("ref.procedures from ", pa.array(version), ""), known)


def _due(case: Case) -> pa.Array:
    place = "law" if case.policy.due == "law" else "core.dossiers.due_at"
    return _entry("due", np.full(len(case.facts), place), _minute(case.due), ~np.isnat(case.due))


def _pauses(case: Case) -> pa.Array:
    number = pa.array(case.paused.counted.astype(np.int64)).cast(pa.string())
    first = pa.array(case.paused.first_seq.astype(np.int64)).cast(pa.string())
    text = pc.binary_join_element_wise(number, " counted, first is core.pauses seq ", first, "")
    place = np.where(case.paused.own, "core.pauses", "core.pauses of another system")
    return _entry("pauses", place, text, case.paused.counted > 0)


def _end(case: Case) -> pa.Array:
    origin = case.ends.origin
    place = np.select(
        [origin == FROM_LOG, origin == FROM_RECORD, origin == FROM_OTHER, origin == FROM_HAND_OVER],
        ["core.events", "core.dossiers", "core.matches, done_at there", "core.matches, returned_at there"],
        "",
    )
    return _entry("end", place, _minute(case.ends.at), ~np.isnat(case.ends.at))


def _page(case: Case) -> pa.Array:
    dossiers = case.facts.frames.dossiers
    digest = pc.utf8_slice_codeunits(pc.fill_null(pa.array(dossiers["page_digest"]).cast(pa.string()), ""), 0, 16)
    position = pc.fill_null(pa.array(dossiers["page_position"]).cast(pa.string()), "")
    return pc.binary_join_element_wise(',"page":"', digest, "#", position, '"', "")


def _minute(times: LocalTimes) -> pa.Array:
    return pa.array(np.where(np.isnat(times), "", np.datetime_as_string(times.astype("datetime64[m]"))), pa.string())


def _entry(key: str, place: np.ndarray, value: pa.Array, known: np.ndarray, *, first: bool = False) -> pa.Array:
    start = ("" if first else ",") + f'"{key}":{{"from":"'
    entry = pc.binary_join_element_wise(start, pa.array(place, pa.string()), '","is":"', value, '"}', "")
    empty = f'"{key}":null' if first else ""
    return pc.if_else(pa.array(known), entry, empty)
