"""Dirt that changes no verdict: spellings, missing fields that something else settles, odd formats.

Each function answers whether the dossier could take the dirt.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from demo.calendar import DAY, date_of, moment_of
from demo.model import Dossier, Shown
from demo.scene import Scene
from demo.units import REORGANISED

Dirt = Callable[[Dossier, Shown, Scene], bool]


def _code_folded(dossier: Dossier, shown: Shown, _: Scene) -> bool:
    forms = (dossier.code.lower(), dossier.code.replace("-", "–"), dossier.code.replace("-", " - "), f" {dossier.code} ")
    shown.raw["MaHoSo"] = forms[dossier.number % 4]
    return True


def _procedure_suffix(dossier: Dossier, shown: Shown, _: Scene) -> bool:
    shown.raw["MaTTHC"] = f"{shown.procedure}.000.00.00.H99"
    return dossier.cause != "procedure_unknown"


def _name_nfd(dossier: Dossier, shown: Shown, _: Scene) -> bool:
    shown.raw["ChuHoSo"] = unicodedata.normalize("NFD", dossier.person.name)
    return True


def _name_legacy(dossier: Dossier, shown: Shown, _: Scene) -> bool:
    name = dossier.person.name
    if "đ" not in name.lower():
        return False
    shown.raw["ChuHoSo"] = name.replace("Đ", "Ñ").replace("đ", "ñ")
    return True


def _id_placeholder(_: Dossier, shown: Shown, __: Scene) -> bool:
    shown.raw["SoGiayToChuHoSo"] = "000000001"
    return True


def _id_malformed(dossier: Dossier, shown: Shown, _: Scene) -> bool:
    shown.raw["SoGiayToChuHoSo"] = dossier.person.identity[:-1]
    return True


def _phone_placeholder(_: Dossier, shown: Shown, __: Scene) -> bool:
    shown.raw["SoDienThoai"] = "0123456789"
    return True


def _channel_blank(dossier: Dossier, shown: Shown, _: Scene) -> bool:
    shown.raw["KenhThucHien"] = ""
    return dossier.channel == "counter"


def _channel_mismatch(dossier: Dossier, shown: Shown, _: Scene) -> bool:
    shown.level = "2"
    return dossier.channel == "online"


def _receipt_missing(dossier: Dossier, shown: Shown, _: Scene) -> bool:
    shown.received = shown.submitted = None
    return dossier.limit.unit in ("working_day", "calendar_day", "month") and not dossier.pauses


def _status_blank(dossier: Dossier, shown: Shown, scene: Scene) -> bool:
    shown.status = ""
    return shown.done is not None and shown.due is not None and shown.due >= scene.now and dossier.end_status == 9


def _done_missing(dossier: Dossier, shown: Shown, _: Scene) -> bool:
    in_time = shown.returned is not None and shown.due is not None and shown.returned <= shown.due
    shown.done = None
    return in_time and dossier.source == "province" and shown.status == "10"


def _done_year_slip(dossier: Dossier, shown: Shown, _: Scene) -> bool:
    if shown.done is None or dossier.end_status != 9 or (date_of(shown.done).month, date_of(shown.done).day) == (2, 29):
        return False
    day = date_of(shown.done)
    shown.done -= (day - day.replace(year=day.year - 1)).days * DAY
    return shown.done > 0 and dossier.source == "province" and shown.returned is None


def _due_year_zero(dossier: Dossier, shown: Shown, _: Scene) -> bool:
    shown.raw["NgayHenTra"] = "00010101000000"
    return dossier.source == "province" and dossier.limit.unit != "none"


def _due_blank(dossier: Dossier, shown: Shown, _: Scene) -> bool:
    shown.due = None
    return dossier.limit.unit != "none"


def _dates_iso(dossier: Dossier, shown: Shown, _: Scene) -> bool:
    if shown.received is None or shown.due is None:
        return False
    shown.raw["NgayTiepNhan"] = f"{moment_of(shown.received):%Y-%m-%d %H:%M:%S}"
    shown.raw["NgayHenTra"] = f"{moment_of(shown.due):%Y-%m-%dT%H:%M:%S.000}"
    return dossier.source == "province"


def _migrated(dossier: Dossier, shown: Shown, _: Scene) -> bool:
    shown.log, shown.migrated = [], True
    return dossier.source == "province" and shown.done is not None and not dossier.pauses


def _unit_expired(dossier: Dossier, shown: Shown, scene: Scene) -> bool:
    if dossier.owner != "district" or date_of(dossier.received) < REORGANISED:
        return False
    before = [unit for unit in scene.directory.all if unit.successor == dossier.unit]
    if not before:
        return False
    shown.unit, shown.unit_name = before[0].code, before[0].name
    return True


def _unit_pseudo(dossier: Dossier, shown: Shown, _: Scene) -> bool:
    shown.unit, shown.unit_name = "", "account khong dung"
    return dossier.source == "province"


def _record_twice(dossier: Dossier, _: Shown, __: Scene) -> bool:
    return dossier.source == "province"


# Spellings may lie on any dossier. What deciding causes also touch is soiled only where truth and record
# agree; the scarcest first.
ANYWHERE: dict[str, Dirt] = {
    "code_folded": _code_folded,
    "procedure_suffix": _procedure_suffix,
    "name_nfd": _name_nfd,
    "name_legacy": _name_legacy,
    "id_placeholder": _id_placeholder,
    "id_malformed": _id_malformed,
    "phone_placeholder": _phone_placeholder,
    "channel_blank": _channel_blank,
    "channel_mismatch": _channel_mismatch,
    "record_twice": _record_twice,
}
ON_TRUE_RECORDS: dict[str, Dirt] = {
    "status_blank": _status_blank,
    "receipt_missing": _receipt_missing,
    "done_missing": _done_missing,
    "done_year_slip": _done_year_slip,
    "due_year_zero": _due_year_zero,
    "due_blank": _due_blank,
    "dates_iso": _dates_iso,
    "migrated": _migrated,
    "unit_expired": _unit_expired,
    "unit_pseudo": _unit_pseudo,
}
