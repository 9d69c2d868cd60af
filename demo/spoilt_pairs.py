"""Spoilt pairs: one dossier as two records, or two people taken for one.

A dossier was entered twice, or moved to an heir.
"""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from demo import gaps
from demo.calendar import DAY, date_of, day_number
from demo.desk import show
from demo.history import History
from demo.model import Dossier
from demo.oracle import plain_due
from demo.scene import Scene, UnfitError
from demo.spoilt_facts import live
from demo.units import REORGANISED

Pair = Callable[[Scene, History, Dossier, int], list[Dossier]]
_MOVED = day_number(REORGANISED) * DAY + 7 * 60 + 30
_TONES = ("\u0301", "\u0300", "\u0309", "\u0303", "\u0323")  # acute, grave, hook, tilde, dot below


def second_entry(scene: Scene, history: History, dossier: Dossier, number: int) -> list[Dossier]:
    """The same application entered twice.

    One was finished, the other, under the lower or the higher number, forgotten.
    """
    live(dossier, scene)
    twin = gaps.duplicate_of(dossier, scene, history, number)
    twin.first, twin.ended, twin.returned, twin.postal = None, None, None, None
    twin.view.alias = ""
    if scene.rng.random() < 0.5:  # the forgotten one came first
        twin.code, dossier.code = dossier.code, twin.code
    if dossier.source == "province" and scene.rng.random() < 0.7:
        named, other = (twin, dossier) if scene.rng.random() < 0.5 else (dossier, twin)
        named.view.alias = other.code
    twin.counted = False
    return [twin]


def two_people(scene: Scene, history: History, dossier: Dossier, number: int) -> list[Dossier]:
    """Two neighbours file the same thing on the same day.

    Their names are one tone mark apart, and the book holds no number of theirs.
    """
    live(dossier, scene)
    other = copy.copy(dossier)
    other.number = number
    other.received += scene.rng.randint(2, 20)
    if other.received // DAY != dossier.received // DAY:
        raise UnfitError
    other.submitted, other.receipt_number = other.received, ""
    other.code = history.next_code(dossier.unit, date_of(dossier.received), dossier.number)
    other.person = replace(dossier.person, name=other_tone(dossier.person.name))
    live(other, scene)
    for one in (dossier, other):
        one.view.raw = {"SoGiayToChuHoSo": "", "SoDienThoai": ""}
    return [other]


def other_tone(name: str) -> str:
    """Return a name with another tone on its last word."""
    head, _, last = name.rpartition(" ")
    letters = unicodedata.normalize("NFD", last)
    toned = next((mark for mark in _TONES if mark in letters), "")
    wanted = _TONES[1] if toned == _TONES[0] else _TONES[0]
    if toned:
        letters = letters.replace(toned, wanted)
    else:
        vowel = max(place for place, letter in enumerate(letters) if letter.lower() in "aeiouy")
        end = next(
            (place for place in range(vowel + 1, len(letters)) if not unicodedata.combining(letters[place])), len(letters)
        )
        letters = letters[:end] + wanted + letters[end:]
    return f"{head} {unicodedata.normalize('NFC', letters)}"


def moved_on_1_july(scene: Scene, history: History, dossier: Dossier, number: int) -> list[Dossier]:
    """Left open at the abolished agency.

    Taken over by its heir on 1 July 2025 under a code of that day, and ended there.
    """
    due = scene.due(dossier)
    late = scene.rng.random() < 0.25
    first = max(_MOVED, dossier.received) + 120
    again_due = plain_due(dossier.limit, _MOVED)
    if dossier.received >= _MOVED or again_due is None:
        raise UnfitError
    if late:
        ended = scene.worked_between((again_due // DAY + 1) * DAY, (again_due // DAY + 9) * DAY)
    else:
        ended = scene.worked_between(first, due - 1)
    if ended >= scene.now:
        raise UnfitError
    scene.retell(dossier, ended)
    heir = history.directory.heir(dossier.unit)
    taken = copy.copy(dossier)
    taken.number, taken.unit = number, heir
    taken.code, taken.receipt_number = history.next_code(heir, REORGANISED, taken.number), ""
    show(taken, history.directory, scene.now)
    shown = taken.view
    shown.unit, shown.unit_name = heir, history.directory.at(heir, REORGANISED).name
    shown.received = shown.submitted = _MOVED
    shown.due, shown.alias = again_due, dossier.code
    shown.log = [entry for entry in shown.log if entry.at >= _MOVED]
    shown.log.insert(0, replace(dossier.view.log[0], at=_MOVED, status=2, text="Tiếp nhận hồ sơ chuyển từ đơn vị cũ"))
    scene.leave_open(dossier)
    old = dossier.view
    old.log = [entry for entry in old.log if entry.at < _MOVED]
    old.status, old.modified = str(old.log[-1].status), old.log[-1].at
    dossier.pair, taken.pair = taken.code, dossier.code
    return [taken]


PAIRS: dict[str, Pair] = {each.__name__: each for each in (second_entry, two_people, moved_on_1_july)}
