"""Second engine: lateness derived again in plain SQL, written from docs/law.md.

It is made of nothing that the rules are made of. Two programs that were written apart rarely err alike: where they differ
about a dossier, one of them is wrong, and a person looks. What both take as given are declared facts alone: the tables, the
days of the calendar, and the policy's answers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from config.calendar import Calendar
from config.language import Bilingual, counted
from config.policies import Policy
from config.settings import demonstration_day
from schemas.dossiers import URN
from schemas.fields import UNCOUNTED_STATES
from tasks.judging.judged_sources import all_sources, calendar_of, first_year_of, source_named
from tasks.warehouse.freshness import heard_until
from tasks.warehouse.rows import fetch_as
from tasks.warehouse.statements import statements_of

_SQL = statements_of(__file__)
_DRAWN = _SQL["drawn"].format(urn=URN)
_DERIVED = _SQL["derived"]
_NAMED = """
    SELECT d.source, coalesce(d.unit_code, '') AS unit_code, d.code FROM core.dossiers AS d
    JOIN unnest(%(sources)s::text[], %(codes)s::text[]) AS named (source, code) USING (source, code) WHERE d.role = 'primary'
"""
TOLERATED = 0.01
"""Share of the dossiers decided twice on which the engines may differ before nothing is published: 1 in 100."""
_SHOWN = 10
_DIFFERS_IN = {
    "state": Bilingual("trạng thái", "state"),
    "timeliness": Bilingual("đúng hạn hay trễ", "timeliness"),
    "due": Bilingual("hạn trả", "due date"),
    "end": Bilingual("thời điểm kết thúc", "end"),
}
_MAKE_UP = 7  # a weekday of its own: the sessions of make-up days
# The answers that the SQL is written for; a policy that gives others has no second derivation.
_ANSWERS = {
    "due": "law",
    "after_supplement": "extended",
    "end": ("done", "returned", "stopped", "refused", "withdrawn"),
    "end_from": "log",
    "other_systems": True,
    "compare": "by_unit",
    "without_due": "derive",
    "without_end": "undetermined",
    "never_late": (),
    "second_supplement": "late",
    "withdrawn": "compared",
    "stopped": "compared",
    "refused": "compared",
}


@dataclass(frozen=True)
class DrawnDossier:
    """A dossier of a sample; its agency decides by which hours it is counted."""

    source: str
    unit_code: str
    code: str


@dataclass(frozen=True)
class Derived:
    """What the second engine says of a dossier, and what was judged; times are office time.

    Attributes:
        doubt: why it cannot tell; None where it can.
        judged_state: None where the dossier has no verdict.
    """

    code: str
    state: str
    due: datetime | None
    ended: datetime | None
    timeliness: str
    doubt: str | None
    judged_state: str | None
    judged_timeliness: str | None
    judged_due: datetime | None
    judged_end: datetime | None

    @property
    def differs_in(self) -> str | None:
        """In what the two engines disagree: state, timeliness, due or end.

        None where they agree, or this one cannot tell.
        """
        if self.state in UNCOUNTED_STATES or self.judged_state is None:
            return None if self.state == self.judged_state else "state"
        if self.doubt is not None:
            return None
        pairs = {
            "state": (self.state, self.judged_state),
            "timeliness": (self.timeliness, self.judged_timeliness),
            "due": (_minute(self.due), _minute(self.judged_due)),
            "end": (_minute(self.ended), _minute(self.judged_end)),
        }
        return next((name for name, (ours, judged) in pairs.items() if ours != judged), None)


@dataclass(frozen=True)
class SecondLook:
    """What a second derivation of a sample found.

    Attributes:
        looked: dossiers drawn.
        doubts: of these, those that the second engine cannot decide, by what it lacks.
        differing: source and code of each dossier on which the engines disagree, with what they disagree in.
    """

    looked: int = 0
    doubts: Mapping[str, int] = field(default_factory=dict)
    differing: tuple[tuple[str, str, str], ...] = ()

    @property
    def decided(self) -> int:
        """Dossiers that the second engine decided."""
        return self.looked - sum(self.doubts.values())

    @property
    def is_broken(self) -> bool:
        """Whether so many differ that an engine is broken rather than a case unforeseen."""
        return len(self.differing) > max(1, TOLERATED * self.decided)

    def __add__(self, other: SecondLook) -> SecondLook:
        return SecondLook(
            self.looked + other.looked,
            Counter(self.doubts) + Counter(other.doubts),
            (*self.differing, *other.differing),
        )


def can_derive(policy: Policy) -> bool:
    """Tell whether the second engine is written for a policy's answers."""
    return all(getattr(policy, name) == answer for name, answer in _ANSWERS.items())


def look_again(policy: Policy, as_of: date, size: int, seed: str) -> SecondLook:
    """Draw a sample of the dossiers that are judged for a day, and derive their lateness again; see :func:`draw`."""
    return look_at(draw(policy, as_of, size, seed), policy, as_of)


def draw(policy: Policy, as_of: date, size: int, seed: str) -> list[DrawnDossier]:
    """Draw a sample of the dossiers that are judged for a day.

    Each is as likely as any other, and the same seed draws the same again.

    Args:
        policy: one that :func:`can_derive`.
        as_of: day of the verdicts; those judged for an earlier day are left out.
        size: how many dossiers.
        seed: hexadecimal digits that decide which: a hash that nobody could know when the dossiers were written.
    """
    given = {"policy": policy.policy, "as_of": as_of, "seed": int(seed[:15], 16), "size": size}
    return fetch_as(DrawnDossier, _DRAWN, given)


def look_at(drawn: Iterable[DrawnDossier], policy: Policy, as_of: date) -> SecondLook:
    """Derive the lateness of given dossiers again."""
    return sum((_of_office(*one, policy, as_of) for one in by_office(drawn)), SecondLook())


def find_dossiers(named: Iterable[tuple[str, str]]) -> list[DrawnDossier]:
    """Return the dossiers of these sources and codes that are judged."""
    sources, codes = zip(*named, strict=True)
    return fetch_as(DrawnDossier, _NAMED, {"sources": list(sources), "codes": list(codes)})


def difference_sentence(found: SecondLook) -> Bilingual:
    """Say on which dossiers the engines differ, and what to do."""
    count, decided = len(found.differing), found.decided
    some = found.differing[:_SHOWN]
    vi, en = (
        ", ".join(f"{source} {code} ({getattr(_DIFFERS_IN[what], language)})" for source, code, what in some)
        for language in ("vi", "en")
    )
    more = count - len(some)
    return Bilingual(
        f"Hai cách tính độc lập cho kết quả khác nhau ở {count} trong {decided} hồ sơ được rút ngẫu nhiên: {vi}"
        f"{f' và {more} hồ sơ nữa' if more else ''}. Hãy xem `motcua explain MÃ` của từng hồ sơ và báo lỗi chương trình.",
        f"Two independent derivations differ about {count} of {counted(decided, 'dossier')} drawn at random: {en}"
        f"{f' and {more} more' if more else ''}. Look at `motcua explain CODE` of each, and report it as a fault of ours.",
    )


def by_office(drawn: Iterable[DrawnDossier]) -> list[tuple[str, str | None, list[str]]]:
    """Group dossiers by source and hours: an agency that keeps hours of its own, None for the calendar's."""
    groups: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for one in drawn:
        offices = calendar_of(one.source).offices
        own = next((office.units[0] for office in offices if one.unit_code in office.units), None)
        groups[one.source, own].append(one.code)
    return [(source, unit, codes) for (source, unit), codes in groups.items()]


def _of_office(source: str, unit: str | None, codes: list[str], policy: Policy, as_of: date) -> SecondLook:
    found = derive(source, unit, codes, policy, as_of)
    doubts = Counter(one.doubt for one in found if one.doubt is not None)
    differing = tuple((source, one.code, one.differs_in) for one in found if one.differs_in is not None)
    return SecondLook(len(found), doubts, differing)


def derive(source: str, unit: str | None, codes: list[str], policy: Policy, as_of: date) -> list[Derived]:
    """Derive the lateness of some dossiers of a source, whose agencies keep the same hours, beside what was judged."""
    stated = source_named(source)
    parameters: dict[str, Any] = {
        "source": source,
        "codes": codes,
        "zone": stated.zone,
        "as_of": as_of,
        "policy": policy.policy,
        "pauses": list(policy.pauses),
        "lag": policy.end_lag,
        "before_due": policy.pause_before_due,
        "keeps_requests": stated.own_profile.keeps_requests,
        "coded": stated.codes != "free",
        "first_year": first_year_of(stated),
        "heard": None if demonstration_day() else heard_until(source),  # a demonstration's world says no more
        "carriers": [name for name, other in all_sources().items() if other.own_profile.carries_results],
    }
    return fetch_as(Derived, _DERIVED, parameters | _days_of(calendar_of(source), unit))


def _days_of(calendar: Calendar, unit: str | None) -> dict[str, Any]:
    """Return the calendar's days as the statement takes them."""
    days = calendar.in_force()
    sessions = [(day, *session) for day, some in calendar.week_of(unit).items() for session in some]
    sessions += [(_MAKE_UP, *session) for session in calendar.make_up_hours]
    weekdays, firsts, lasts = (list(column) for column in zip(*sessions, strict=True))
    return {
        "covers": calendar.covers[0],
        "until": calendar.covers[1],
        "off": [day for day, row in days.items() if row.kind == "off"],
        "made_up": [day for day, row in days.items() if row.kind == "worked"],
        "weekdays": weekdays,
        "firsts": firsts,
        "lasts": lasts,
        "cut_off": f"{calendar.same_day_cut_off // 60:02d}:{calendar.same_day_cut_off % 60:02d}",
    }


def _minute(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(second=0, microsecond=0)
