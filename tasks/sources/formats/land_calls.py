"""Calls between land software (VBDLIS, iLIS) and the one-stop system (law 2.11).

They are kept as a list of messages. A call tells only what happened: receipt, waiting, taken up again, ended, handed
over. All calls with one receipt number together are the dossier, so the source's ``statements`` are partial.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from schemas.rejects import RejectReason
from tasks.sources.formats.exchange import not_objects
from tasks.sources.formats.record_format import RecordFormat
from tasks.sources.formats.records import Keys, Objects, Record
from tasks.sources.parsed_records import Pages, ParsedRecords, Part, concatenated, readings

NAME = ("TenHam", "Ham", "service", "method", "action")  # which call a message is
ARGUMENTS = ("data", "ThamSo", "request", "body")  # its arguments, where they do not stand beside the name
NUMBER = ("SoBienNhan",)
# Call to the fields that it states.
CALLS: dict[str, dict[str, tuple[str, ...]]] = {
    "TiepNhanHoSo": {
        "alias_code": ("MaHoSoMotCua",),
        "received_at": ("NgayTiepNhan",),
        "due_at": ("NgayHenTra",),
        "procedure_code": ("MaTTHC",),
        "unit_code": ("MaDonVi", "DonViId"),
    },
    "DongBoTrangThaiChoBoSung": {},
    "DaBoSung": {"due_at": ("NgayHenTraMoi",)},
    "KetThuc": {"done_at": ("NgayKetThuc",), "status": ("TrangThaiKetThuc",)},
    "LuanChuyen": {},
    "KetQuaThue": {},
    "CapNhatKetQuaTraHoSo": {"returned_at": ("NgayTra",)},
    "ThongBaoNhapSaiThuTuc": {},
    "ThueChuyenTraHoSoDoSai": {},
}
# Calls that begin a pause, and the one that ends it; the other half of the row comes with the other call.
PAUSE_CALLS: dict[str, dict[str, tuple[str, ...]]] = {
    "DongBoTrangThaiChoBoSung": {"started_at": ("NgayChoBoSung",), "kind": ("LaTamDung",)},
    "DaBoSung": {"ended_at": ("NgayNhanBoSung",), "due_after_at": ("NgayHenTraMoi",)},
}
_CALL_NAMES = {name.casefold(): name for name in CALLS}


def read_calls(objects: Objects, pages: Pages) -> ParsedRecords:
    """Read calls: a statement each; a call that is not listed is kept as rejected."""
    keys, positions = objects.keys, objects.positions
    names = [_CALL_NAMES.get((name or "").strip().casefold(), "") for name in keys.texts(*NAME).to_pylist()]
    arguments = [{**outer, **inner} for outer, inner in zip(keys.records, map(_object, keys.values(*ARGUMENTS)), strict=True)]
    known = [place for place, name in enumerate(names) if name]
    unknown = [positions[place] for place, name in enumerate(names) if not name]
    reason = pa.array([RejectReason.UNKNOWN_CALL.value] * len(unknown), pa.string())
    parts = [
        _calls(name, [p for p in known if names[p] == name], arguments, positions, pages) for name in CALLS if name in names
    ]
    stated = concatenated(
        [
            *parts,
            readings(pages, rejected=not_objects(objects)),
            readings(pages, rejected=Part({"reason": reason}, unknown)),
        ]
    )
    return _in_order(stated)


def _calls(name: str, places: list[int], arguments: Sequence[Record], positions: np.ndarray, pages: Pages) -> ParsedRecords:
    keys = Keys([arguments[place] for place in places])
    number = keys.texts(*NUMBER)
    here = [positions[place] for place in places]
    columns = {"code": number, "receipt_number": number}
    columns |= {field: keys.texts(*spellings) for field, spellings in CALLS[name].items()}
    parts = {"dossiers": Part(columns, here)}
    if name in PAUSE_CALLS:
        halves = {field: keys.texts(*spellings) for field, spellings in PAUSE_CALLS[name].items()}
        parts["supplements"] = Part({"code": number, **halves}, here)
    return readings(pages, **parts)


def _in_order(stated: ParsedRecords) -> ParsedRecords:
    """Put the statements back into the order of the page: of two about one field the later one counts."""
    frames = {
        name: getattr(stated, name).sort_values("page_position", kind="stable", ignore_index=True)
        for name in ("dossiers", "supplements")
    }
    return ParsedRecords(
        frames["dossiers"], stated.events, frames["supplements"], stated.procedures, stated.units, stated.rejected
    )


def _object(value: Any) -> Record:
    return value if isinstance(value, dict) else {}


LAND_CALLS = RecordFormat(
    read=lambda objects, pages, _: read_calls(objects, pages),
    keys={
        "call": (*NAME, *ARGUMENTS),
        "receipt_number": NUMBER,
        **{field: names for call in CALLS.values() for field, names in call.items()},
        **{f"pauses.{field}": names for call in PAUSE_CALLS.values() for field, names in call.items()},
    },
    # The arguments of a call may stand beside its name or in an object of their own.
    inside=ARGUMENTS,
)
