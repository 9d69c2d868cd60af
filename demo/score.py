"""Score of the product's verdicts against the truth: the only place where the two meet."""

from __future__ import annotations

import csv
import operator
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg2

VERDICTS = ("on_time", "late", "phantom_late", "hidden_late", "undetermined", "not_received")
_CLEARED = ("on_time", "phantom_late")
_QUERY = "select source, code, verdict, reasons, missing, counted, received_at from judged.verdicts where policy = %s"
Row = Mapping[str, Any]
Pairs = list[tuple[Row, Row]]


@dataclass(frozen=True)
class Match:
    """How one verdict or reason was found: true ones, found ones, and those in both."""

    name: str
    true: int
    found: int
    both: int

    @property
    def precision(self) -> float | None:
        """Share of what was found that is true; None where nothing was found."""
        return self.both / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """Share of what is true that was found; None where there is nothing to find."""
        return self.both / self.true if self.true else None


@dataclass(frozen=True)
class Score:
    """The whole comparison.

    Attributes:
        compared, lost, extra: dossiers in both, only in the truth, only in the warehouse.
        accuracy: share of equal verdicts.
        false_clearances: share of truly late dossiers that were judged on time or phantom late.
        unfounded: dossiers judged late of which nobody can know whether they were.
        true_rate: share of counted dossiers that were truly on time; lower, upper: the published interval.
        wrong: the most frequent confusions, as truth, verdict, planted causes, how many.
    """

    compared: int
    lost: int
    extra: int
    accuracy: float
    false_clearances: float
    unfounded: int
    true_rate: float
    lower: float
    upper: float
    verdicts: tuple[Match, ...]
    reasons: tuple[Match, ...]
    wrong: tuple[tuple[str, str, str, int], ...]

    @property
    def inside(self) -> bool:
        """Whether the true rate lies inside the interval."""
        return self.lower <= self.true_rate <= self.upper

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        named = {match.name: asdict(match) | {"precision": match.precision, "recall": match.recall} for match in self.verdicts}
        reasons = {match.name: asdict(match) | {"precision": match.precision, "recall": match.recall} for match in self.reasons}
        return asdict(self) | {"inside": self.inside, "verdicts": named, "reasons": reasons}


def read_truth(out: Path) -> list[dict[str, str]]:
    """Read the truth table."""
    with (out / "truth" / "truth.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_verdicts(url: str, policy: str) -> list[dict[str, Any]]:
    """Read the product's verdicts straight from its table."""
    connection = psycopg2.connect(url.replace("postgresql+psycopg2", "postgresql", 1))
    try:
        with connection.cursor() as cursor:
            cursor.execute(_QUERY, (policy,))
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    finally:
        connection.close()


def compare(truth: Iterable[Row], verdicts: Iterable[Row]) -> Score:
    """Compare truth and verdicts by source and code.

    Raises:
        ValueError: they have no dossier in common.
    """
    judged = {(row["source"], row["code"]): row for row in verdicts}
    known = {(row["source"], row["code"]): row for row in truth}
    pairs = [(_allowing(row, judged[key]), judged[key]) for key, row in known.items() if key in judged]
    if not pairs:
        raise ValueError("truth and warehouse have no dossier in common; was the flow run on this province?")
    confusion = Counter(
        (row["verdict"], found["verdict"], row["planted"]) for row, found in pairs if row["verdict"] != found["verdict"]
    )
    lower, upper = _interval(pairs)
    return Score(
        compared=len(pairs),
        lost=len(known.keys() - judged.keys()),
        extra=len(judged.keys() - known.keys()),
        accuracy=sum(row["verdict"] == found["verdict"] for row, found in pairs) / len(pairs),
        false_clearances=_false_clearances(pairs),
        unfounded=sum(row["verdict"] == "undetermined" and found["verdict"] == "late" for row, found in pairs),
        true_rate=_true_rate(pairs),
        lower=lower,
        upper=upper,
        verdicts=tuple(_match(name, pairs, lambda row: {row["verdict"]}) for name in VERDICTS),
        reasons=_reasons(pairs),
        wrong=tuple((*names, count) for names, count in confusion.most_common(25)),
    )


def _allowing(row: Row, found: Row) -> Row:
    """Return the truth, with the verdict found where what was written out allows that one as well."""
    also = row.get("accepts", "").split() if row["verdict"] != found["verdict"] and row["counted"] == "true" else []
    said = {name: found[name] or "" for name in ("verdict", "reasons", "missing")}
    return {**row, **said} if found["verdict"] in also else row


def _match(name: str, pairs: Pairs, names_of: Callable[[Row], set[str]]) -> Match:
    true, found = [name in names_of(row) for row, _ in pairs], [name in names_of(row) for _, row in pairs]
    return Match(name, sum(true), sum(found), sum(map(operator.and_, true, found)))


def _reasons(pairs: Pairs) -> tuple[Match, ...]:
    """Hold the strongest reason found against the planted one; for undetermined ones, what is missing."""
    names = sorted({name for pair in pairs for row in pair for name in _first(row)})
    return tuple(_match(name, pairs, _first) for name in names)


def _first(row: Row) -> set[str]:
    return set((row["reasons"] or row["missing"] or "").split()[:1])


def _false_clearances(pairs: Pairs) -> float:
    late = [found for row, found in pairs if row["actual"] == "late" and row["counted"] == "true"]
    return sum(found["verdict"] in _CLEARED for found in late) / len(late) if late else 0.0


def _true_rate(pairs: Pairs) -> float:
    counted = [row for row, _ in pairs if row["counted"] == "true"]
    return sum(str(row["actual"]) == "on_time" for row in counted) / len(counted)


def _interval(pairs: Pairs) -> tuple[float, float]:
    counted = [found for _, found in pairs if found["counted"]]
    on_time = sum(found["verdict"] in _CLEARED for found in counted)
    unknown = sum(found["verdict"] == "undetermined" for found in counted)
    return on_time / max(1, len(counted)), (on_time + unknown) / max(1, len(counted))
