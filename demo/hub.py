"""The ministry's hub: a dossier in several partial statements, each with its time (law 2.2)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from demo.calendar import DAY, moment_of
from demo.model import Dossier
from demo.procedures import CHANNEL_CODES

Statement = dict[str, Any]


def write_hub(dossiers: Sequence[Dossier], folder: Path) -> int:
    """Write the statements, a file a month of receipt; return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    months: dict[str, list[Statement]] = {}
    for dossier in sorted((one for one in dossiers if one.source == "hub"), key=lambda one: (one.received, one.code)):
        told = _statements(dossier)
        told.reverse() if dossier.view.raw.get("told") == "last first" else None
        months.setdefault(f"{moment_of(dossier.received):%Y-%m}", []).extend(told)
    for month, told in months.items():
        (folder / f"thong-diep-{month}.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return sum(map(len, months.values()))


def _statements(dossier: Dossier) -> list[Statement]:
    """Return the statements in the order of their making: at receipt, at each entry of the log, at the request."""
    shown, told = dossier.view, []
    for entry in shown.log:
        facts = _record(dossier, str(entry.status), entry.at)
        if entry.status == 1:
            facts["NgayTiepNhan"] = ""
        if entry.status in (9, 10):
            facts["NgayKetThucXuLy"] = _plain(shown.done)
        if entry.status == 10:
            facts["NgayTra"] = _plain(shown.returned)
        told.append(facts)
        told.append(_progress(dossier, entry.at, entry.status, entry.room))
    if shown.raw.get("told") == "request twice":
        asked = shown.supplements[0].asked
        first = {
            "HoSoBoSungId": f"b{dossier.number}",
            "TrangThaiBoSung": "Yêu cầu công dân bổ sung",
            "NgayBoSung": _plain(asked),
        }
        told.append(_record(dossier, "5", asked + 1) | {"DanhSachHoSoBoSung": [first]})
        again = {**first, "NgayHenTraTruoc": _plain(shown.due)}
        told.append(_record(dossier, "5", asked + DAY) | {"DanhSachHoSoBoSung": [again]})
    return told


def _record(dossier: Dossier, status: str, at: int) -> Statement:
    shown = dossier.view
    return {
        "MaHoSo": dossier.code,
        "MaTTHC": shown.procedure,
        "MaDonViTiepNhan": shown.unit,
        "DonViXuLy": shown.unit_name,
        "KenhThucHien": CHANNEL_CODES[shown.channel],
        "LoaiDoiTuong": "0",
        "ChuHoSo": dossier.person.name,
        "NgayNop": _plain(shown.submitted),
        "NgayTiepNhan": _plain(shown.received),
        "NgayHenTra": _plain(shown.due),
        "TrangThaiHoSo": status,
        "NgayCapNhat": f"{moment_of(at):%Y-%m-%dT%H:%M}:00.000",
    }


def _progress(dossier: Dossier, at: int, status: int, room: str) -> Statement:
    at_text = f"{moment_of(at):%Y-%m-%dT%H:%M}:00.000"
    return {"MaHoSo": dossier.code, "ThoiDiemXuLy": at_text, "TrangThai": str(status), "PhongBanXuLy": room}


def _plain(minute: int | None) -> str:
    return "" if minute is None else f"{moment_of(minute):%Y-%m-%d %H:%M:%S}"
