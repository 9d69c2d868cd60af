"""Disputes: another body's list of dossiers held against a published figure, class by class.

Which dossiers stand in a published figure is known exactly (:mod:`tasks.tracing.contributions`), as recorded and after cleaning. So each
line of the list, and each dossier that it lacks, is of one class, and the classes lead from their number to ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from config.errors import ConfigError
from config.indicators import Indicator
from config.language import Bilingual
from tasks.tracing.contributions import FigureName
from tasks.tracing.moments import PublicationMoment, moment_of
from tasks.tracing.period_counts import PeriodCount, SharePart
from tasks.tracing.published_figures import definition_then
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.rows import fetch_as
from tasks.warehouse.statements import statements_of

_SQL = statements_of(__file__)
DISPUTE_CLASSES = (
    *("agreed", "repeated", "unknown", "not_counted", "by_evidence", "undetermined", "elsewhere", "otherwise"),
    *("missing_recorded", "missing_by_evidence"),
)
"""What a line of theirs can be, then what a dossier can be that they lack; GLOSSARY.md defines them."""
TAKEN_AWAY, ADDED = DISPUTE_CLASSES[1:8], DISPUTE_CLASSES[8:]
_Key = tuple[str, str]


@dataclass(frozen=True)
class DisputedDossier:
    """A line of theirs, or a dossier that they lack.

    Attributes:
        line: of their list, from 1; None where they lack it.
        code: as they write it, else ours.
        kind: one of :data:`DISPUTE_CLASSES`.
        said: what the publication says of it: fields of judged.verdict_versions and its landing file; None where we know none.
    """

    line: int | None
    code: str
    kind: str
    said: dict[str, Any] | None


@dataclass(frozen=True)
class Dispute:
    """A list held against a figure.

    Attributes:
        published: the figure as it was published.
        dossiers: every line of theirs and every dossier that they lack.
    """

    moment: PublicationMoment
    figure: FigureName
    definition: Indicator
    published: int
    dossiers: tuple[DisputedDossier, ...]

    def count(self, kind: str) -> int:
        """Return how many are of a class."""
        return sum(one.kind == kind for one in self.dossiers)

    @property
    def theirs(self) -> int:
        """Lines of their list."""
        return sum(one.line is not None for one in self.dossiers)

    @property
    def remainder(self) -> int:
        """What the classes leave between their number and the published one: 0, or an edit of what is kept."""
        left = self.theirs - sum(map(self.count, TAKEN_AWAY)) + sum(map(self.count, ADDED))
        return self.published - left


def dispute(publication_id: str, figure: FigureName, codes: Sequence[str], part: SharePart | None = None) -> Dispute:
    """Hold a list against a published count.

    Args:
        publication_id: a publication.
        figure: what the list is of; its period is a month, a quarter, a half year, a year, a span of months, or all.
        codes: of their list, in its order: codes, aliases or receipt numbers as anybody writes them.
        part: which count of a share; None: the figure is a plain count.

    Raises:
        ConfigError: the publication has no such figure, its period is none, or it is a share and no part of it is named.
        UnreadableDataError: it was made before verdicts were kept.
    """
    moment, figure = moment_of(publication_id), replace(figure, basis="cleaned")
    definition, _ = definition_then(moment, figure)
    if definition.is_share and part is None:
        raise ConfigError(
            f"motcua dispute {figure}",
            Bilingual("là một tỷ lệ, không phải một danh sách hồ sơ", "is a share, no list of dossiers"),
            Bilingual(
                "một số đếm, ví dụ finished_late; với tỷ lệ thì thêm --of và danh sách toàn bộ hồ sơ của họ",
                "a count such as finished_late; for a share add --of and the list of all their dossiers",
            ),
        )
    count = PeriodCount.of(moment, figure, definition, part or "numerator")
    published = count.published()
    sets = _Sets.of(count)
    known = _known(codes)
    found = list(_lines(codes, known, sets, moment))
    theirs = {(one.said["source"], one.said["code"]) for one in found if one.said}
    lacking = [key for key in sorted(sets.cleaned) if key not in theirs]
    for key, said in _said(moment, lacking).items():
        found.append(DisputedDossier(None, key[1], ADDED[key not in sets.recorded], said))
    return Dispute(moment, figure, definition, published, tuple(found))


@dataclass(frozen=True)
class _Sets:
    cleaned: frozenset[_Key]
    recorded: frozenset[_Key]
    anywhere: frozenset[_Key]

    @classmethod
    def of(cls, count: PeriodCount) -> _Sets:
        verdicts = count.moment.verdicts()
        everywhere = PeriodCount.of(count.moment, FigureName(count.figure.indicator), count.counted, "numerator")
        return cls(
            count.dossiers(verdicts, "cleaned"), count.dossiers(verdicts, "recorded"), everywhere.dossiers(verdicts, "cleaned")
        )


def _known(codes: Sequence[str]) -> dict[str, _Key]:
    """Return the dossier that each written code means; the code itself before an alias, that before a receipt number."""
    written = sorted({_folded(one) for one in codes})
    rows = fetch_all(_SQL["known"], {"codes": written})
    return {str(given): (str(source), str(code)) for given, source, code in reversed(rows)}


def _folded(code: str) -> str:
    return "".join(code.upper().split()).replace("–", "-")


def _lines(codes: Sequence[str], known: dict[str, _Key], sets: _Sets, moment: PublicationMoment) -> Iterator[DisputedDossier]:
    said = _said(moment, sorted(set(known.values())))
    seen: set[str | _Key] = set()
    for line, code in enumerate(codes, start=1):
        key = known.get(_folded(code))
        mark: str | _Key = _folded(code) if key is None else key
        kind = "repeated" if mark in seen else _kind(key, said, sets)
        seen.add(mark)
        yield DisputedDossier(line, code, kind, said.get(key) if key else None)


def _kind(key: _Key | None, said: dict[_Key, dict[str, Any]], sets: _Sets) -> str:
    if key is None or key not in said:
        return "unknown"
    if key in sets.cleaned:
        return "agreed"
    if not said[key]["counted"]:
        return "not_counted"
    if said[key]["timeliness"] == "undetermined":
        return "undetermined"
    if key in sets.recorded:
        return "by_evidence"
    return "elsewhere" if key in sets.anywhere else "otherwise"


def _said(moment: PublicationMoment, keys: Sequence[_Key]) -> dict[_Key, dict[str, Any]]:
    given = {
        "sources": [source for source, _ in keys],
        "codes": [code for _, code in keys],
        "policy": moment.policy,
        "at": moment.at,
    }
    rows = fetch_as(dict[str, Any], _SQL["said"], given)
    return {(row["source"], row["code"]): row for row in rows}
