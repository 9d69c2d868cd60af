"""Summary of a run in counts: per source, per agency, and the three main figures.

It is read from a publication.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from config.indicators import Indicator, headline_in_force, indicators_in_force
from tasks.judging.waivers import waived, waiver_parameters
from tasks.reports.corrections import Waiting, count_waiting
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.rows import fetch_as

_PULLS = """
    SELECT DISTINCT ON (source) source, state, records, started_at FROM raw.pulls WHERE shrinkage_accepted IS NOT TRUE
    ORDER BY source, started_at DESC
"""
_REJECTED = "SELECT source, reason, count(*) FROM raw.rejected GROUP BY 1, 2"
_DOSSIERS = "SELECT source, count(*) FROM core.dossiers GROUP BY 1"
# Only findings of a check that is waived for somebody are looked up: they are few.
_FINDINGS = f"""
    WITH left_out AS (
        SELECT f.source, count(*) AS findings FROM quality.findings AS f
        JOIN core.dossiers AS d ON d.source = f.source AND d.code = f.code
        WHERE f.resolved_on IS NULL AND f.check_id = ANY(%(waived_check_id)s) AND {waived("f", "d")} GROUP BY 1
    ), standing AS (SELECT source, count(*) AS findings FROM quality.findings WHERE resolved_on IS NULL GROUP BY 1)
    SELECT s.source, s.findings - coalesce(l.findings, 0), coalesce(l.findings, 0)
    FROM standing AS s LEFT JOIN left_out AS l ON l.source = s.source
"""
_PUBLICATION = "SELECT publication_id, as_of, current_since FROM mart.current_publications WHERE policy = %(policy)s"
_OF_DAY = """
    SELECT publication_id, as_of, current_since FROM mart.publications AS p WHERE policy = %(policy)s AND as_of = %(as_of)s
        AND NOT EXISTS (SELECT FROM mart.withdrawn_publications AS w WHERE w.publication_id = p.publication_id)
    ORDER BY current_since DESC LIMIT 1
"""
_VERDICTS = """
    SELECT source, unit_code, verdict, sum(dossiers) AS dossiers, sum(to_correct) AS to_correct FROM mart.verdict_counts
    WHERE publication_id = %(publication)s GROUP BY 1, 2, 3
"""
_RATES = """
    SELECT unit_code, basis, numerator, denominator, value, lower, upper FROM mart.indicators
    WHERE publication_id = %(publication)s AND indicator = %(headline)s
        AND field_code = '*' AND channel = '*' AND period = '*'
"""
_FIGURES = """
    SELECT indicator, basis, value FROM mart.indicators WHERE publication_id = %(publication)s
        AND unit_code = '*' AND field_code = '*' AND channel = '*' AND period = '*'
"""
_NAMES = "SELECT DISTINCT ON (unit_code) unit_code, name FROM ref.units ORDER BY unit_code, valid_from DESC"
_GATES = """
    SELECT gate, count(*), count(*) FILTER (WHERE NOT success) FROM quality.gate_results
    WHERE as_of = (SELECT max(as_of) FROM quality.gate_results WHERE as_of < now()) GROUP BY 1 ORDER BY 1
"""


class _Verdicts(NamedTuple):
    """Dossiers of an agency of a source under one verdict, and how many of them are to be corrected."""

    source: str
    unit_code: str
    verdict: str
    dossiers: int
    to_correct: int


@dataclass(frozen=True)
class Rate:
    """The headline rate on one basis, in per cent; None where nothing stands in the denominator."""

    numerator: int
    denominator: int
    value: float | None
    lower: float | None
    upper: float | None


@dataclass
class SourceLine:
    """One source: state of its last pull, records in it, and what the warehouse holds of it; waived findings apart."""

    name: str
    pull: str = "-"
    records: int = 0
    rejected: int = 0
    dossiers: int = 0
    findings: int = 0
    waived: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)


@dataclass
class UnitLine:
    """One agency: its verdicts, dossiers it has to correct, and its rates by basis."""

    code: str
    name: str
    verdicts: Counter[str] = field(default_factory=Counter)
    to_correct: int = 0
    rates: dict[str, Rate] = field(default_factory=dict)


@dataclass(frozen=True)
class Figure:
    """One indicator over all agencies: its declaration and its value by basis, None where it has none."""

    name: str
    declared: Indicator
    values: Mapping[str, float | None]


@dataclass(frozen=True)
class Summary:
    """All of it; ``publication`` is None where nothing was published yet.

    Attributes:
        gates: gate to expectations checked and failed on the last day that any gate saw.
        waiting: proposals that wait for a decision.
        since: when the publication became the current one.
        headline: the rate that ``rates`` are of; None where nothing was published yet.
        figures: the indicators shown beside it, in the order in which they are declared.
    """

    policy: str
    publication: str | None
    as_of: date | None
    sources: list[SourceLine]
    units: list[UnitLine]
    rates: Mapping[str, Rate]
    rejected: Mapping[str, int]
    gates: Mapping[str, tuple[int, int]]
    waiting: Waiting
    since: datetime | None = None
    headline: Indicator | None = None
    figures: list[Figure] = field(default_factory=list)

    @property
    def verdicts(self) -> Counter[str]:
        """Dossiers by verdict, over all sources."""
        return sum((line.verdicts for line in self.sources), Counter())


def read_summary(policy: str, day: date | None = None) -> Summary:
    """Read the summary of a policy's publication and of the warehouse as it is.

    Args:
        policy: its name.
        day: day that the figures speak for, with or without a publication; None takes the newest publication.

    Raises:
        WarehouseError: the warehouse does not answer.
    """
    found = fetch_all(_PUBLICATION if day is None else _OF_DAY, {"policy": policy, "as_of": day})
    publication, as_of, since = found[0] if found else (None, day, None)
    verdicts = fetch_as(_Verdicts, _VERDICTS, {"publication": publication})
    headline, declared = headline_in_force(as_of) if publication and as_of else ("", None)
    rates = _rates(publication, headline)
    rejected = fetch_all(_REJECTED)
    return Summary(
        policy=policy,
        publication=publication,
        as_of=as_of,
        sources=_sources(verdicts, rejected, as_of),
        units=_units(verdicts, rates),
        rates=rates.get("*", {}),
        rejected=_added((reason, count) for _, reason, count in rejected),
        gates={gate: (int(checked), int(failed)) for gate, checked, failed in fetch_all(_GATES)},
        waiting=count_waiting(as_of),
        since=since,
        headline=declared,
        figures=_figures(publication, as_of) if publication and as_of else [],
    )


def _sources(verdicts: list[_Verdicts], rejected: list[tuple[Any, ...]], as_of: date | None) -> list[SourceLine]:
    lines: dict[str, SourceLine] = {}

    def line(name: str) -> SourceLine:
        return lines.setdefault(name, SourceLine(name))

    for name, state, records, _ in fetch_all(_PULLS):
        line(name).pull, line(name).records = state, int(records)
    for name, _, count in rejected:
        line(name).rejected += int(count)
    for name, count in fetch_all(_DOSSIERS):
        line(name).dossiers = int(count)
    for name, count, left_out in fetch_all(_FINDINGS, waiver_parameters(as_of)):
        line(name).findings, line(name).waived = int(count), int(left_out)
    for one in verdicts:
        line(one.source).verdicts[one.verdict] += int(one.dossiers)
    return sorted(lines.values(), key=lambda one: (-one.dossiers, one.name))


def _units(verdicts: list[_Verdicts], rates: Mapping[str, dict[str, Rate]]) -> list[UnitLine]:
    names = dict(fetch_all(_NAMES))
    lines: dict[str, UnitLine] = {}
    for one in verdicts:
        unit = one.unit_code
        line = lines.setdefault(unit, UnitLine(unit, names.get(unit, unit), rates=rates.get(unit, {})))
        line.verdicts[one.verdict] += int(one.dossiers)
        line.to_correct += int(one.to_correct)
    return sorted(lines.values(), key=lambda one: (-one.to_correct, one.code))


def _rates(publication: str | None, headline: str) -> dict[str, dict[str, Rate]]:
    rates: dict[str, dict[str, Rate]] = {}
    for row in fetch_as(dict[str, Any], _RATES, {"publication": publication, "headline": headline}):
        rate = Rate(int(row["numerator"]), int(row["denominator"] or 0), row["value"], row["lower"], row["upper"])
        rates.setdefault(row["unit_code"], {})[row["basis"]] = rate
    return rates


def _figures(publication: str, as_of: date) -> list[Figure]:
    values: dict[str, dict[str, float | None]] = {}
    for name, basis, value in fetch_all(_FIGURES, {"publication": publication}):
        values.setdefault(name, {})[basis] = value
    return [
        Figure(name, declared, values.get(name, {}))
        for name, declared in indicators_in_force(as_of).items()
        if declared.shown == "brief"
    ]


def _added(pairs: Any) -> dict[str, int]:
    total: Counter[str] = Counter()
    for key, count in pairs:
        total[key] += int(count)
    return dict(total.most_common())
