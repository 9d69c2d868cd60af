"""Schema drift: changes in the fields of a source since its last accepted load."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

# What can change, in the order in which it is told.
SHAPE_CHANGES = ("missing_field", "renamed_heading", "changed_type", "new_field", "moved_heading")


@dataclass(frozen=True)
class Seen:
    """One field, known or now.

    Attributes:
        name: as the source spells it.
        meaning: our field that it is read into; empty where it is not read.
        kinds: what its values are.
        always: every record (of a table: every file) has it.
        page: page that showed it first.
    """

    name: str
    meaning: str
    kinds: frozenset[str]
    always: bool
    page: str


@dataclass(frozen=True)
class SchemaChange:
    """One change.

    Attributes:
        field: name of the field.
        what: one of ``SHAPE_CHANGES``.
        before, now: kinds, or names of a renamed heading; None where there was or is none.
        page: first page that showed it.
    """

    field: str
    what: str
    before: str | None
    now: str | None
    page: str


def changes(known: Mapping[str, Seen], now: Mapping[str, Seen], lists: Collection[str], heading_row: str) -> list[SchemaChange]:
    """Compare what is known with what came now.

    A field that some records lacked before is missed by nobody, and a list that is empty now says nothing about the
    fields inside it. Of a source of which nothing is known nothing has changed.

    Args:
        known: fields by folded name.
        now: the same for what came now.
        lists: lists that hold records now, ``""`` for the page itself.
        heading_row: name under which the place of headings is kept.
    """
    if not known or not now:
        return []
    page = next(iter(now.values())).page
    lost = {key: one for key, one in known.items() if one.always and key not in now and _list_of(key) in lists}
    fresh = {key: one for key, one in now.items() if key not in known and key != heading_row}
    found = []
    for key, one in lost.items():
        heir = next((other for other in fresh.values() if one.meaning and other.meaning == one.meaning), None)
        if heir is None:
            found.append(SchemaChange(one.name, "missing_field", _kinds(one), None, page))
        else:
            found.append(SchemaChange(one.name, "renamed_heading", one.name, heir.name, heir.page))
            fresh.pop(heir.name.casefold())
        del key
    found += [SchemaChange(one.name, "new_field", None, _kinds(one), one.page) for one in fresh.values()]
    for key, one in now.items():
        before = known.get(key)
        if before is not None and not covers(before.kinds, one.kinds):
            what = "moved_heading" if key == heading_row else "changed_type"
            found.append(SchemaChange(one.name, what, _kinds(before), _kinds(one), one.page))
    return sorted(found, key=lambda change: (SHAPE_CHANGES.index(change.what), change.field))


def covers(known: frozenset[str], now: frozenset[str]) -> bool:
    """Tell whether kinds of values are nothing new.

    What was any text may be a date, and of a field without values nothing is known.
    """
    if not known or not now:
        return True
    accepted = set(known) | ({kind for kind in now if kind.startswith("date ")} if "text" in known else set())
    return now <= accepted


def learnt(known: Mapping[str, Seen], now: Mapping[str, Seen], lists: Collection[str]) -> dict[str, Seen]:
    """Return what is known after a load was accepted: a field told missing is not expected any more."""
    together = dict(known)
    for key, one in now.items():
        before = known.get(key)
        if before is None:
            together[key] = one
        else:
            together[key] = Seen(before.name, one.meaning, before.kinds | one.kinds, before.always and one.always, before.page)
    for key, one in known.items():
        if key not in now and one.always and _list_of(key) in lists:
            together[key] = Seen(one.name, one.meaning, one.kinds, False, one.page)
    return together


def _list_of(key: str) -> str:
    return key.rpartition("[].")[0]


def _kinds(one: Seen) -> str | None:
    return ", ".join(sorted(one.kinds)) or None
