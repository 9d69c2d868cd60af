"""Evidence of a verdict: table, field and a digest of the value behind each derived fact."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from config.codes import Status
from tasks.rules.arrays import arrow, group_numbers, has_word
from tasks.rules.clock.due_dates import NONE
from tasks.rules.dates.times import LocalTimes, instants, local_times
from tasks.rules.text.digests import instant_digests, text_digest, text_digests
from tasks.rules.verdict.ends import FROM_HAND_OVER, FROM_LOG, FROM_OTHER, FROM_RECORD
from tasks.rules.verdict.facts import NAT, sorted_rows_of
from tasks.rules.verdict.timeline import Timeline

_DAY_MINUTES = 1440
_CLOCK = pa.array([f"T{minute // 60:02}:{minute % 60:02}" for minute in range(_DAY_MINUTES)])


def evidence_of(case: Timeline) -> pa.Array:
    """Return for each dossier a JSON object with the keys received, limit, due, pauses, end and page.

    A dossier that runs by the clock of its first filing has two more, first_due and first_end: those of the first. One of
    which a request stopped no clock, because it came just before the due date and nobody answered, has it as empty_request.
    One that fell due after the last news of its source has as heard when that was.

    Each says from which table and field the fact was taken, what it is, and the digest of the value in that field
    (:mod:`tasks.rules.text.digests`); what was not derived is left out, and what the law makes of other facts has no digest.
    Times are office time to the minute. ``page`` is the landing file that holds the record, and its place in it.
    """
    return pc.binary_join_element_wise(
        "{",
        _received(case),
        _limit(case),
        _due(case),
        _pauses(case),
        *_empty_request(case),
        _entry("end", *_end(case)),
        *_first(case),
        *_heard(case),
        _page(case),
        "}",
        "",
    )


def _received(case: Timeline) -> pa.Array:
    dossiers, by_code = case.facts.frames.dossiers, case.receipt.corrected
    place = pc.if_else(pa.array(by_code), "core.dossiers.code", _field(case, "received_at"))
    digest = instant_digests(dossiers["received_at"])
    if by_code.any():
        codes = pc.if_else(pa.array(by_code), arrow(dossiers["code"]), pa.scalar(None, pa.string()))
        digest = pc.if_else(pa.array(by_code), text_digests(codes), digest)
    return _entry("received", place, _minute(case.receipt.at), ~np.isnat(case.receipt.at), digest, first=True)


def _limit(case: Timeline) -> pa.Array:
    """Name the version of the procedure: few of them, so each entry is made once."""
    limits, texts = case.limits, pc.dictionary_encode(pa.array(case.settled.limit_text, pa.string()))
    text = pc.fill_null(texts.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    start = limits.valid_from.astype("datetime64[D]")
    group, size = group_numbers(text, start.astype(np.int64), limits.by_channel.astype(np.int64))
    one = np.zeros(size, dtype=np.int64)
    one[group] = np.arange(len(group))
    words = texts.dictionary.to_pylist()
    made = [
        _limit_entry(words[text[row]], str(start[row]), bool(limits.by_channel[row]))
        if text[row] >= 0 and not np.isnat(start[row])
        else ""
        for row in one.tolist()
    ]
    return pa.array(made, pa.string()).take(pa.array(group))


def _limit_entry(text: str, start: str, own_channel: bool) -> str:
    place = f"ref.procedures.limit_text from {start}, {'own channel' if own_channel else 'counter'}"
    entry = {"from": place, "is": text, "digest": text_digest(text)}
    return ',"limit":' + json.dumps(entry, ensure_ascii=False, separators=(",", ":"))


def _due(case: Timeline) -> pa.Array:
    stated = np.full(len(case.facts), case.policy.due == "recorded") | (case.limits.unit == NONE)
    place = pc.if_else(pa.array(stated), _field(case, "due_at"), _whose_law(case))
    digest = pc.if_else(pa.array(stated), instant_digests(_only(case, "due_at", stated)), pa.scalar(None, pa.string()))
    return _entry("due", place, _minute(case.due), ~np.isnat(case.due), digest)


def _whose_law(case: Timeline) -> pa.Scalar | pa.Array:
    if case.first is None:
        return pa.scalar("law")
    return pa.array(np.where(case.first.row >= 0, "law, by the clock of the first filing", "law"), pa.string())


def _first(case: Timeline) -> list[pa.Array]:
    """Name the first filing's due date and withdrawal, where its clock counts: from which record, and the value's digest."""
    if case.first is None:
        return []
    first, known = case.first.case, case.first.row >= 0
    rows = pa.array(np.where(known, case.first.row, 0))
    of = pc.binary_join_element_wise(" of ", arrow(first.facts.frames.dossiers["code"]), "")
    entries = []
    law = pa.array(np.full(len(first.facts), "law"), pa.string())
    due = (law, _minute(first.due), ~np.isnat(first.due), pa.nulls(len(law), pa.string()))
    for key, (place, minute, there, digest) in (("first_due", due), ("first_end", _end(first))):
        place = pc.binary_join_element_wise(place, of, "")
        entries.append(_entry(key, place.take(rows), minute.take(rows), known & there[rows], digest.take(rows)))
    return entries


def _pauses(case: Timeline) -> pa.Array:
    counted, table = case.paused.counted, case.pauses
    if not counted.any():
        return pa.array(np.full(len(counted), ""), pa.string())
    start, elsewhere = np.full(len(counted), NAT), np.zeros(len(counted), dtype=bool)
    first = np.flatnonzero(table.seqs == case.paused.first_seq[table.rows])[::-1]  # the last assignment stands: the earliest
    start[table.rows[first]], elsewhere[table.rows[first]] = table.start[first], table.elsewhere[first]
    seq = pa.array(case.paused.first_seq.astype(np.int64)).cast(pa.string())
    whose = pa.array(np.where(elsewhere, " of another system", ""), pa.string())
    place = pc.binary_join_element_wise("core.pauses.started_at seq ", seq, whose, "")
    number = pa.array(counted.astype(np.int64)).cast(pa.string())
    text = pc.binary_join_element_wise(number, " counted, the first from ", _minute(start), "")
    known = (counted > 0) & ~np.isnat(start)
    return _entry("pauses", place, text, known, instant_digests(instants(start, case.facts.zone)))


def _empty_request(case: Timeline) -> list[pa.Array]:
    asked, table = case.paused.empty_from, case.pauses
    if np.isnat(asked).all():
        return []
    seqs = np.full(len(asked), -1)
    first = np.flatnonzero(table.start == asked[table.rows])
    seqs[table.rows[first]] = table.seqs[first]
    place = pc.binary_join_element_wise("core.pauses.started_at seq ", pa.array(seqs).cast(pa.string()), "")
    digest = instant_digests(instants(asked, case.facts.zone))
    return [_entry("empty_request", place, _minute(asked), ~np.isnat(asked), digest)]


def _end(case: Timeline) -> tuple[pa.Array, pa.Array, np.ndarray, pa.Array]:
    """Name the field of the end, of the log, of the record, or of another system's record: place, time, whether known, digest."""
    ends, size = case.ends, len(case.facts)
    place = pa.array(np.full(size, ""), pa.string())
    value = arrow(instants(ends.at, case.facts.zone))
    log = ends.origin == FROM_LOG
    if log.any():
        seqs = np.full(size, -1)
        for status, places in case.facts.log.end_seqs.items():
            seqs = np.where(log & (ends.status == status), places, seqs)
        text = pa.array(seqs.astype(np.int64)).cast(pa.string())
        place = pc.if_else(pa.array(log), pc.binary_join_element_wise("core.events.at seq ", text, ""), place)
    for field, of in _record_fields(case).items():
        if of.any():
            place = pc.if_else(pa.array(of), _field(case, field), place)
            value = pc.if_else(pa.array(of), arrow(case.facts.frames.dossiers[field]), value)
    for origin, fields in ((FROM_OTHER, ("done_at",)), (FROM_HAND_OVER, ("received_at", "returned_at"))):
        for field in fields:  # what a carrier received was handed over; of two fields with that time the last is named
            names = _other_sources(case, field)
            of = (ends.origin == origin) & (names != "")
            if of.any():
                other = pc.binary_join_element_wise(f"core.dossiers.{field} of ", pa.array(names, pa.string()), "")
                place = pc.if_else(pa.array(of), other, place)
    return place, _minute(ends.at), ~np.isnat(ends.at), instant_digests(value)


def _record_fields(case: Timeline) -> dict[str, np.ndarray]:
    """Tell for each field of the record which dossiers' ends it holds."""
    status, of = case.ends.status, case.ends.origin == FROM_RECORD
    refused = (status == Status.REFUSED) & ~np.isnat(case.facts.refused)
    return {
        "returned_at": of & (status == Status.RETURNED),
        "refused_at": of & refused,
        "done_at": of & (status != Status.RETURNED) & ~refused,
    }


def _other_sources(case: Timeline, field: str) -> np.ndarray:
    """Name the system whose matched record holds the end; of several the first by name, "" without one."""
    evidence = case.facts.frames.evidence
    rows = sorted_rows_of(case.facts.frames.dossiers, evidence)
    same = (rows >= 0) & (local_times(evidence[field], case.facts.zone) == case.ends.at[rows])
    names = evidence["other_source"].astype(object).to_numpy()
    found = np.full(len(case.facts), "", dtype=object)
    places = np.flatnonzero(same)
    places = places[np.argsort(names[places].astype(str), kind="stable")[::-1]]
    found[rows[places]] = names[places]
    return found


def _field(case: Timeline, field: str) -> pa.Array:
    """Name a field of the dossier, or the approved correction that is laid over it."""
    corrected = arrow(case.facts.frames.dossiers["corrected"])
    if corrected.null_count == len(corrected):
        return pa.array([f"core.dossiers.{field}"]).take(pa.array(np.zeros(len(corrected), dtype=np.int64)))
    return pc.if_else(
        pa.array(has_word(corrected, field)), f"quality.corrections.new_value of {field}", f"core.dossiers.{field}"
    )


def _only(case: Timeline, field: str, wanted: np.ndarray) -> pa.Array:
    values = arrow(case.facts.frames.dossiers[field])
    return pc.if_else(pa.array(wanted), values, pa.scalar(None, values.type))


def _heard(case: Timeline) -> list[pa.Array]:
    """Name the last good pull of the source, where what it has told since decides."""
    if case.office.heard_until is None or not case.unheard.any():
        return []
    size = len(case.facts)
    place = pc.binary_join_element_wise("raw.windows.started_at of ", arrow(case.facts.frames.dossiers["source"]), "")
    heard = np.full(size, case.office.heard_until, dtype="datetime64[us]")
    return [_entry("heard", place, _minute(heard), case.unheard, pa.nulls(size, pa.string()))]


def _page(case: Timeline) -> pa.Array:
    dossiers = case.facts.frames.dossiers
    digest = pc.utf8_slice_codeunits(pc.fill_null(pa.array(dossiers["page_digest"]).cast(pa.string()), ""), 0, 16)
    position = pc.fill_null(pa.array(dossiers["page_position"]).cast(pa.string()), "")
    return pc.binary_join_element_wise(',"page":"', digest, "#", position, '"', "")


def _minute(times: LocalTimes) -> pa.Array:
    """Write times to the minute, out of a text for each day and one for each minute of a day; empty where unknown."""
    known = ~np.isnat(times)
    if not known.any():
        return pa.array(np.full(len(times), ""), pa.string())
    minute = times.astype("datetime64[m]").astype(np.int64)
    day, of_day = np.divmod(np.where(known, minute, 0), _DAY_MINUTES)
    number, days = _numbered(day)
    texts = pa.array(np.datetime_as_string(days.astype("datetime64[D]")), pa.string())
    places = (pa.array(values, mask=~known) for values in (number, of_day))
    text = pc.binary_join_element_wise(texts.take(next(places)), _CLOCK.take(next(places)), "")
    return pc.fill_null(text, "")


def _numbered(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number the distinct values: each row's number, and the value of each number."""
    encoded = pc.dictionary_encode(pa.array(values))
    return encoded.indices.to_numpy(), encoded.dictionary.to_numpy()


def _entry(key: str, place: pa.Array, value: pa.Array, known: np.ndarray, digest: pa.Array, *, first: bool = False) -> pa.Array:
    start = ("" if first else ",") + f'"{key}":{{"from":"'
    told = pc.if_else(digest.is_valid(), pc.binary_join_element_wise('","digest":"', digest, ""), "")
    entry = pc.binary_join_element_wise(start, place, '","is":"', value, pc.fill_null(told, ""), '"}', "")
    empty = f'"{key}":null' if first else ""
    return pc.if_else(pa.array(known), entry, empty)
