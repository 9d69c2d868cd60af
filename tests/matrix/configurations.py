"""Configurations with one odd thing each: each is read, or refused with a sentence in both languages that names its file."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml

from config.areas import load_areas
from config.calendar import load_calendars
from config.checks import load_checks
from config.errors import MotcuaError
from config.files import read_model
from config.formulas import load_formulas
from config.indicators import load_definitions
from config.language import bilingual
from config.law import load_register
from config.people import load_people
from config.policies import load_policies
from config.read_once import forget
from config.reception import load_reception
from config.retention import load_retention
from config.settings import ROOT
from config.sources import load_source
from config.subscriptions import Subscriptions
from config.waivers import load_waivers
from config.watch import load_watch
from tasks.legal_cases.model import read_cases
from tasks.reports.drafts import read_draft
from tests.matrix.row import Outcome, chance_of, row

_SLOWEST = 1.0  # seconds until one is read or refused
_CONFIG = ROOT / "config"
_FORGOTTEN = 200  # files after which what was read once is forgotten
# YAML of values and keys that no file expects; the first words are those with which YAML itself has trouble.
ODD = (
    "2026-99-99", "2026-13-45T99:99:99Z", "!!int x", "!!float x", "!!bool x", "!!timestamp x", "!!binary '#'", "!!set {a}", "!!omap [1]",
    "!!python/object/apply:os.system ['true']", "!!python/name:os.system", "&a [*a]", "*nowhere", "<<: 5", "? [a, b]", "? {a: b}",
    "[" * 200_000, "[" * 5_000 + "]" * 5_000, "{a: " * 50_000, "- " * 100_000, "null", "~", "true", "''", "' '", "[]", "{}", "{'': 1}",
    "[[], {}]", "-1", "0", "1e400", ".nan", ".inf", "-.inf", "9" * 5000, "0x", "1:99:99", "x" * 20_000, '"\\ud800"', '"\\u0000"', "\0", "\t",
    "{env: X}", "{env: ''}", "../../etc/passwd", "'%s %d {0} {}'", "'{missing}'", "'(('", "'*'", "2026-01-01", "9999-12-31", "0001-01-01",
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A kind of file: examples of it, and what reads one that lies in a folder of its own."""

    files: tuple[Path, ...]
    read: Callable[[Path], Any]


def _of_folder(load: Callable[[Path], Any], path: Path) -> Any:
    return load(path.parent)


@cache
def kinds() -> tuple[Kind, ...]:
    """Return every kind of configuration that the product reads."""
    folders = {
        "policies": load_policies,
        "indicators": load_definitions,
        "formulas": load_formulas,
        "calendar": load_calendars,
        "law": load_register,
    }
    alone = {
        "areas.yaml": load_areas,
        "example-areas.yaml": load_areas,
        "checks.yaml": load_checks,
        "example-people.yaml": load_people,
        "example-subscriptions.yaml": partial(read_model, model=Subscriptions),
        "reception.yaml": load_reception,
        "retention.yaml": load_retention,
        "waivers.yaml": load_waivers,
        "watch.yaml": load_watch,
    }
    found = [Kind(tuple(sorted((_CONFIG / name).glob("*.yaml"))), partial(_of_folder, load)) for name, load in folders.items()]
    found += [Kind((_CONFIG / name,), load) for name, load in alone.items()]
    sources = tuple(sorted((_CONFIG / "sources").glob("*.yaml")))
    drafts = tuple(path for name in ("policies", "calendar") for path in sorted((_CONFIG / name).glob("*.yaml")))
    cases = tuple(sorted((ROOT / "tests" / "legal" / "cases").glob("*.yaml")))
    return (*found, *[Kind(sources, load_source)] * 5, Kind(drafts, read_draft), Kind(cases, read_cases))


@cache
def _said(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _content(path: Path) -> Any:
    return yaml.safe_load(_said(path))


def _places(content: Any) -> list[tuple[Any, Any]]:
    """Return every mapping and list of a file with each of its keys or places."""
    found: list[tuple[Any, Any]] = []
    pairs = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in list(pairs):
        found += [(content, key), *_places(value)]
    return found


def _of_tree(chance: random.Random, path: Path) -> bytes:
    """Replace, drop, add or move one value of a file."""
    content = yaml.load(_said(path), Loader=yaml.CSafeLoader)
    places = _places(content)
    holder, key = chance.choice(places)
    mark, odd = "MOTCUA-ODD", chance.choice(ODD)
    match chance.randrange(5):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[mark] = holder.pop(key)
        case 2:
            other, place = chance.choice(places)
            holder[key] = other[place] if not isinstance(other[place], dict | list) else None
        case _:
            holder[key] = mark
    text = yaml.dump(content, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
    return text.replace(mark, odd).encode("utf-8", "surrogatepass")


def _of_bytes(chance: random.Random, path: Path) -> bytes:
    """Change bytes of a file: flipped, dropped, put in, cut off, or lines taken twice."""
    body = bytearray(_said(path).encode())
    for _ in range(chance.choice((1, 1, 3))):
        at = chance.randrange(len(body) or 1)
        match chance.randrange(6):
            case 0:
                body[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del body[at : at + chance.choice((1, 2, 30))]
            case 2:
                body[at:at] = chance.choice(ODD).encode("utf-8", "surrogatepass")
            case 3:
                del body[at:]
            case 4:
                body[at:at] = body[at : at + 200]
            case _:
                start = body.rfind(b"\n", 0, at) + 1
                body[start:start] = body[start : body.find(b"\n", at) + 1]
    return bytes(body)


@row("configurations", count=10_000)
def configurations(outcome: Outcome, seed: int, count: int) -> None:
    """Make files with one odd thing and read each."""
    with tempfile.TemporaryDirectory(prefix="motcua-odd-") as folder:
        for part in range(count):
            chance = chance_of(seed, part)
            kind = chance.choice(kinds())
            path = chance.choice(kind.files)
            body = chance.choice((_of_tree, _of_bytes))(chance, path)
            home = Path(folder) / str(part)
            home.mkdir()
            copy = home / path.name
            copy.write_bytes(body)
            _read(outcome, kind, copy, f"part {part}, {path.relative_to(ROOT)}")
            copy.unlink()
            home.rmdir()
            if part % _FORGOTTEN == 0:
                forget()


def _read(outcome: Outcome, kind: Kind, path: Path, where: str) -> None:
    began = time.process_time()
    try:
        kind.read(path)
        became, good = "read", True
    except MotcuaError as error:
        said = bilingual(error)
        became, good = "refused", bool(said.vi and said.en and said.vi != said.en)
        if not good:
            outcome.tell(f"{where}: it is not said in both languages: {said.en:.200}")
    except Exception as error:
        became, good = "traceback", False
        outcome.tell(f"{where}: {type(error).__name__}: {error!s:.200}")
    seconds = time.process_time() - began
    outcome.slowest = max(outcome.slowest, seconds)
    if seconds > _SLOWEST:
        good = False
        outcome.tell(f"{where}: it took {seconds:.1f} s")
    outcome.note(became, recovered=good)
