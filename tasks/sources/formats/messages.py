"""Messages of the national exchange: dossiers and progress in one list.

DongBoHoSoMC carries dossiers, CapNhatTienDoHoSoMC progress.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from schemas.rejects import RejectReason
from tasks.sources.formats import exchange
from tasks.sources.formats.exchange import EVENT_KEYS, EXCHANGE_KEYS, read_dossiers
from tasks.sources.formats.record_format import RecordFormat, child_names
from tasks.sources.formats.records import Fields, Keys, Objects
from tasks.sources.parsed_records import Pages, ParsedRecords, Part, concatenated, readings

# What only a record of CapNhatTienDoHoSoMC has, and what it never has but a dossier does.
PROGRESS_ONLY = ("ThoiDiemXuLy",)
DOSSIER_ONLY = ("TrangThaiHoSo", "MaTTHC", "NgayTiepNhan", "NgayNop")
# The 2026 shape names the dossier by the receiver's id as well, and spells it in two ways.
DOSSIER_IDS = ("MaHoSo", "IdHoSo")


def read_messages(given: Objects, pages: Pages, partial: bool) -> ParsedRecords:
    """Read dossiers, and progress records that stand beside them, in front of them or without them.

    Args:
        given: the records.
        pages: in which they stand.
        partial: a progress record without its dossier is a statement that brings the code alone (see ``statements``
            of :class:`config.sources.Source`); else it would overwrite what is known, and is kept as rejected.
    """
    keys, positions = given.keys, given.positions
    if not keys.has(*PROGRESS_ONLY):
        return read_dossiers(given, pages)
    entry = np.array([value is not None for value in keys.values(*PROGRESS_ONLY)])
    entry &= np.array([value is None for value in keys.values(*DOSSIER_ONLY)])
    whole, entries = np.flatnonzero(~entry).tolist(), np.flatnonzero(entry).tolist()
    objects = keys.records
    of_dossiers = Objects(Keys([objects[place] for place in whole]), positions[whole], given.others, given.reasons)
    dossiers = read_dossiers(of_dossiers, pages)
    names = _names(keys)
    homes = {name: place for place in reversed(whole) for name in names[place]}
    progress = [(place, next((homes[name] for name in names[place] if name in homes), None)) for place in entries]
    return concatenated([dossiers, *_entries(objects, positions, progress, pages, partial)])


def _names(keys: Fields) -> list[list[str]]:
    """Return the names of each record's dossier, the code first."""
    given = [keys.texts(name).to_pylist() for name in DOSSIER_IDS]
    return [[name.strip().upper() for name in row if name] for row in zip(*given, strict=True)]


def _entries(
    objects: Sequence[Any], positions: np.ndarray, progress: Sequence[tuple[int, int | None]], pages: Pages, partial: bool
) -> list[ParsedRecords]:
    """Read progress records, given with the place of their dossier's record in the page, or None."""
    kept = [(place, home) for place, home in progress if home is not None or partial]
    alone = [place for place, home in progress if home is None]
    rows = Keys([objects[place] for place, _ in kept])
    codes = Keys([objects[place if home is None else home] for place, home in kept]).texts(*EXCHANGE_KEYS["code"])
    columns = {"code": codes, **{field: rows.texts(*names) for field, names in EVENT_KEYS.items()}}
    events = Part(columns, positions[[place if home is None else home for place, home in kept]])
    lonely = {"code": Keys([objects[place] for place in alone]).texts(*EXCHANGE_KEYS["code"])}
    places = positions[alone]
    if partial:
        return [readings(pages, events=events, dossiers=Part(lonely, places))]
    refused = {**lonely, "reason": pa.array([RejectReason.NO_DOSSIER.value] * len(alone), pa.string())}
    return [readings(pages, events=events, rejected=Part(refused, places))]


EXCHANGE_MESSAGES = RecordFormat(
    read=lambda objects, pages, source: read_messages(objects, pages, source.statements == "partial"),
    keys={
        **exchange.EXCHANGE_KEYS,
        "events": (exchange.EXCHANGE_EVENTS,),
        "pauses": (exchange.SUPPLEMENTS,),
        "fee_amount": (exchange.FEES, f"{exchange.FEES}[].Gia"),
        "paid_online": (exchange.PAID_ONLINE,),
        "has_components": (exchange.COMPONENTS, *(f"{exchange.COMPONENTS}[].{name}" for name in exchange.COMPONENT_MARKS)),
        "reuses_component": (exchange.WITH_REUSED, *(f"{exchange.COMPONENTS}[].{name}" for name in exchange.REUSED)),
        "taken_from_store": (f"{exchange.COMPONENTS}[].{exchange.FROM_STORE}",),
        "has_result": (exchange.RESULTS, *(f"{exchange.RESULTS}[].{name}" for name in exchange.RESULT_MARKS)),
        "identity_number": (
            *exchange.EXCHANGE_KEYS["identity_number"],
            exchange.EXCHANGE_IDENTITIES,
            f"{exchange.EXCHANGE_IDENTITIES}[].SoDinhDanh",
        ),
        "applicant": (exchange.APPLICANT[0], f"{exchange.APPLICANT[0]}[].{exchange.APPLICANT[1]}"),
        "is_migrated": (exchange.MIGRATED,),
        **child_names(exchange.EXCHANGE_EVENTS, exchange.EVENT_KEYS, "events"),
        **child_names(exchange.SUPPLEMENTS, exchange.SUPPLEMENT_KEYS, "pauses"),
    },
    alternatives=exchange.EXCHANGE_KEYS,
    in_columns=True,
)
