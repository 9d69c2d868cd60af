"""Records with one odd value each, of every profile: each is loaded as it is or kept as a reject, and no two become one."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, partial

import pandas as pd

from config.errors import MotcuaError
from config.sources import Source
from schemas.reference import UNITS
from tasks.loading.cleaned_pages import Cleaned, clean
from tasks.sources.pages import read_page
from tasks.sources.protocol import JSON, JSON_LINES
from tests.matrix.row import Outcome, chance_of, row

PAGE = 100  # records that are read together
KEY = b"k" * 32
_HOURS = timedelta(hours=7)  # of the sources' zone
_SLOWEST = 1.0  # seconds in which a page of them has to be read and cleaned
_DEEP = "[" * 900 + "1" + "]" * 900
# JSON of values that no field expects.
ODD = (
    "null", "true", "false", "1e400", "-1e400", "NaN", "Infinity", "{}", "[]", '{"a": 1}', '[1, "b"]', "[[]]", '""', '" "', '"2025"',
    "2025", "0", "-1", "1.5", "1e15", "123456789012345678901234567890", f"1{'0' * 5000}", _DEEP, '"a\\u0000b"', '"\x01"', '"\\ud800"',
    '"\\udfff\\ud800"', f'"{"x" * 5000}"', '"=1+1"', "\"'; DROP TABLE core.dossiers; --\"", '"<script>alert(1)</script>"', '"0000-00-00"',
    '"31/02/2026"', '"99999999999999"', '"20225-03-16"', '"none"', '"N/A"', '"không có"', '"?"', '"\\u200b"', '"\\ufeff"',
)  # fmt: skip
# JSON of codes; each of them names no dossier, so that a record of it can only be rejected.
NO_CODES = (
    "null", "true", "false", "1e400", "-1e400", "NaN", "Infinity", "-Infinity", "{}", "[]", '{"a": 1}', '["H99"]', "[[]]", '""', '"  "',
    '"2025"', "2025", "2025.0", "0", '"0"', '"000"', "-1", '"true"', '"NaN"', '"none"', '"NULL"', '"N/A"', '"không có"', '"?"', '"-"',
    '"\\u200b"', '"\\ud800"', '"H99.12-26\\ud800-0001"', '"H99.12-26\\udfff-0001"', "1e15", "1.234567890123456789e30",
    '"1,2E+12"', f'"{"x" * 200}"', _DEEP,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Profile:
    """How a profile writes a dossier.

    Attributes:
        code, procedure, received: its keys of what is compared.
        record: its other keys, with a value each.
        name, number: its keys of the applicant's name and number; empty where it has none.
        format: of its times.
        lines: whether a record is a line.
    """

    profile: str
    code: str
    procedure: str
    received: str
    record: dict[str, str]
    name: str = ""
    number: str = ""
    format: str = "%Y%m%d%H%M%S"
    lines: bool = False

    def source(self) -> Source:
        """Return a source of this profile; a table's columns are its keys."""
        columns = {"code": self.code, "procedure_code": self.procedure, "received_at": self.received}
        given = {
            "name": "odd",
            "title": "Odd",
            "kind": "files",
            "profile": self.profile,
            "role": "evidence" if self.profile == "land_calls" else "primary",
            "statements": "partial" if self.profile == "land_calls" else "whole",
            "statuses": {"*": 4},
            "files": {"folder": "/x"},
        }
        return Source.model_validate(given | ({"columns": columns} if self.profile == "table" else {}))


_LOG = '[{"NguoiXuLy": "x", "ThoiDiemXuLy": "20260304080000"}]'
PROFILES = (
    Profile(
        "dvcqg", "MaHoSo", "MaTTHC", "NgayTiepNhan", {"TrangThaiHoSo": '"4"', "DanhSachTienDo": _LOG, "NgayHenTra": '"20260401170000"'},
        "TenChuHs", "SoDinhDanhChuHs",
    ),
    Profile(
        "opencps", "dossierNo", "serviceCode", "receiveDate", {"dossierStatus": '"processing"', "dossierActions": "[]"},
        "applicantName", "applicantIdNo", "%Y-%m-%d %H:%M:%S",
    ),
    Profile("land_calls", "SoBienNhan", "MaTTHC", "NgayTiepNhan", {"TenHam": '"TiepNhanHoSo"', "MaDonVi": '"H99"'}),
    Profile("table", "ma", "tthc", "nhan", {"ghi_chu": '"x"', "hen": '"2026-04-01"'}, format="%Y-%m-%d %H:%M:%S", lines=True),
)  # fmt: skip


@dataclass
class Made:
    """A record as it was written, and what has to come of it.

    Attributes:
        keys: key to JSON.
        text: the record.
        code: under which it may be loaded; None where it may only be rejected.
        touched: the key whose value is odd.
        either: it may be rejected too; how deep a parser goes is not ours to say.
    """

    keys: dict[str, str]
    code: str | None
    procedure: str
    received: datetime
    text: str = ""
    touched: str = ""
    either: bool = False
    canaries: tuple[str, ...] = field(default=())


def sound(profile: Profile, number: int) -> Made:
    """Make a record that has nothing odd; each has its own number, procedure, receipt and applicant."""
    code = f"H99.12-260303-{number:06d}"
    local = datetime(2026, 3, 3, 8) + timedelta(minutes=number % 600)
    procedure = f"1.{number % 1_000_000:06d}"
    keys = {
        profile.code: f'"{code}"',
        profile.procedure: f'"{procedure}"',
        profile.received: f'"{local.strftime(profile.format)}"',
        **profile.record,
    }
    canaries: tuple[str, ...] = ()
    if profile.name:
        canaries = (f"Canary Nguyễn{number:06d}", f"001{number:09d}")
        keys |= {profile.name: f'"{canaries[0]}"', profile.number: f'"{canaries[1]}"'}
    return Made(keys, code, procedure, (local - _HOURS).replace(tzinfo=UTC), canaries=canaries)


def _odd_code(chance: random.Random, made: Made, profile: Profile) -> None:
    made.keys[profile.code], made.code, made.touched = chance.choice(NO_CODES), None, profile.code
    if profile.profile == "land_calls" and "2025" in made.keys[profile.code]:
        made.code = "2025"  # a number of land software follows no pattern


def _odd_value(chance: random.Random, made: Made, profile: Profile) -> None:
    made.touched = chance.choice([key for key in made.keys if key != profile.code])
    value = chance.choice(ODD)
    made.keys[made.touched] = value
    made.either = value == _DEEP
    if profile.profile == "land_calls" and made.touched == "TenHam":
        made.code = None


def _without_key(chance: random.Random, made: Made, profile: Profile) -> None:
    made.touched = chance.choice(list(made.keys))
    del made.keys[made.touched]
    if made.touched in (profile.code, "TenHam"):
        made.code = None


def _key_of_its_own(chance: random.Random, made: Made, profile: Profile) -> None:
    value = chance.choice(ODD)
    made.keys[chance.choice(("o", "", "MaHoSo ", "\\u0000", "\\ud800", "x" * 3000, "__class__"))] = value
    made.either = value == _DEEP


def _no_object(chance: random.Random, made: Made, profile: Profile) -> None:
    made.text, made.code = chance.choice([one for one in ODD if not one.startswith(("{", "[["))]), None


CHANGES: tuple[Callable[[random.Random, Made, Profile], None], ...] = (
    _odd_code, _odd_code, _odd_value, _odd_value, _odd_value, _without_key, _key_of_its_own, _no_object,
)  # fmt: skip


def page_of(chance: random.Random, profile: Profile, first: int, count: int) -> list[Made]:
    """Make records with one odd thing each."""
    found = [sound(profile, first + number) for number in range(count)]
    for made in found:
        chance.choice(CHANGES)(chance, made, profile)
        made.text = made.text or "{" + ", ".join(f'"{key}": {value}' for key, value in made.keys.items()) + "}"
    return found


@row("records", count=100_000)
def records(outcome: Outcome, seed: int, count: int) -> None:
    """Make pages of odd records and read each."""
    for part in range(-(-count // PAGE)):
        chance, profile = chance_of(seed, part), PROFILES[part % len(PROFILES)]
        page = page_of(chance, profile, part * PAGE, min(PAGE, count - part * PAGE))
        read_and_judge(outcome, page, profile, f"part {part}, {profile.profile}")


def read_and_judge(outcome: Outcome, page: list[Made], profile: Profile, where: str) -> None:
    """Read a page and look where each of its records is."""
    body, read = written(page, profile), _read_as(profile)
    began = time.process_time()
    try:
        found = read(body)
    except MotcuaError as error:
        outcome.note("refused", len(page), recovered=False)
        outcome.lost += sum(made.code is not None for made in page)
        outcome.tell(f"{where}: a whole page was refused for some of its records: {error}")
        return
    except Exception as error:
        outcome.note("traceback", len(page), recovered=False)
        outcome.tell(f"{where}: {type(error).__name__}: {error!s:.200}")
        return
    seconds = time.process_time() - began
    outcome.slowest = max(outcome.slowest, seconds)
    if seconds > _SLOWEST:
        outcome.tell(f"{where}: {len(page)} records took {seconds:.1f} s")
    faults = placed(outcome, page, found, profile, where)
    kept = int((~found.rejected["page_position"].duplicated()).sum())
    outcome.note("rejected", kept, recovered=seconds <= _SLOWEST)
    outcome.note("loaded", len(page) - kept - faults, recovered=seconds <= _SLOWEST)
    if faults:
        outcome.note("wrong", faults, recovered=False)


@cache
def _read_as(profile: Profile) -> Callable[[bytes], Cleaned]:
    source = profile.source()
    kind = JSON_LINES if profile.lines else JSON
    return lambda body: clean(read_page(body, kind, source), source, UNITS.frame(), KEY)


def written(page: list[Made], profile: Profile) -> bytes:
    """Write a page as the profile's systems do."""
    texts = [made.text for made in page]
    if profile.lines:
        return "\n".join(texts).encode("utf-8", "surrogatepass")
    listed = f"[{', '.join(texts)}]"
    return (f'{{"error_code": "0", "result": {listed}}}' if profile.profile == "dvcqg" else listed).encode(
        "utf-8", "surrogatepass"
    )


def placed(outcome: Outcome, page: list[Made], found: Cleaned, profile: Profile, where: str) -> int:
    """Compare where each record is with where it has to be; return how many are not there.

    Those that share a code that names something may be one dossier; all others stand alone.
    """
    rejected = set(found.rejected["page_position"].dropna().tolist())
    loaded = {int(one.page_position): one for one in found.dossiers.itertuples()}
    say = partial(_wrong, outcome, where)
    shared = {one.code for one in loaded.values()}
    faults = 0
    for place, made in enumerate(page):
        if place in rejected and place in loaded:
            outcome.twice += 1
            faults += say(place, made, "is both loaded and rejected")
        elif place in rejected:
            if made.code is not None and not made.either:
                outcome.lost += 1
                faults += say(place, made, "was rejected, though nothing that it needs is odd")
        elif place not in loaded:
            if made.code is None or made.code not in shared:
                outcome.lost += 1
                faults += say(place, made, "is nowhere")
        elif made.code is None or str(loaded[place].code) != made.code:
            outcome.lost += 1
            faults += say(place, made, f"was loaded as {loaded[place].code!r}")
        elif differing := _differing(made, loaded[place], profile):
            outcome.lost += 1
            faults += say(place, made, f"has another {differing} than it was given")
    leaked = _leaked(page, found)
    outcome.leaked += len(leaked)
    if leaked:
        outcome.tell(f"{where}: {len(leaked)} planted persons in what goes on, such as {leaked[0][:20]!r}")
    return faults


def _wrong(outcome: Outcome, where: str, place: int, made: Made, what: str) -> int:
    outcome.tell(f"{where}, record {place} {what}: {made.text:.160}")
    return 1


def _differing(made: Made, loaded: object, profile: Profile) -> str:
    if made.touched != profile.procedure and getattr(loaded, "procedure_code", None) != made.procedure:
        return "procedure"
    received = pd.Timestamp(getattr(loaded, "received_at", None))
    return "receipt" if made.touched != profile.received and received != made.received else ""


def _leaked(page: list[Made], found: Cleaned) -> list[str]:
    frames = (found.dossiers, found.events, found.pauses, found.changes, found.rejected)
    texts = "\n".join(frame.to_csv(index=False) for frame in frames if len(frame))
    return [canary for made in page for canary in made.canaries if canary in texts]
