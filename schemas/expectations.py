"""Expectations of the gates, derived from the declarations of tables.

They are plain promises, with no engine behind them. A table's promises come from its fields and key. The source
contract speaks about text as it came, and says from which share of broken rows on the source has changed rather than
erred.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from schemas.table import Between, Constraint, Field, NotBefore, NotNull, OneOf, Pattern, Table

ExpectationKind = Literal["given", "one_of", "pattern", "between", "not_before", "unique"]
Severity = Literal["fail", "warn"]

# Fewer broken rows than this never stop a gate that tolerates some: of ten pauses one is no share.
FEW = 20
# Every form of date that systems were seen to write (law 2.2, 6.2), Excel serials among them.
DATE_TEXT = r"\s*(?:\d{14}|\d{8}|\d{4}-\d{1,2}-\d{1,2}(?:[ T].*)?|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}(?:\s.*)?|\d{5}(?:\.\d+)?|.*\d{4}.*)\s*"
# Agency, date and number, whatever hyphens and spaces stand between them.
CODE_TEXT = r".*\d\D+(?:\d{6}|\d{8})\D+\d{3,}\s*"
_DATE_FIELDS = ("submitted_at", "received_at", "due_at", "done_at", "returned_at", "refused_at")


@dataclass(frozen=True)
class Expectation:
    r"""One promise about the rows of a frame.

    Attributes:
        kind: given: not null; one_of, pattern, between: of each given value; not_before: the first column is not
            smaller than the second, where both are given; unique: no two rows agree in the columns, where all
            are given.
        columns: the column, or the columns.
        severity: fail stops the run; warn is shown.
        tolerance: share of the rows it speaks about that may break it, 0 to 1.
        values: allowed values of one_of.
        regex: pattern that the whole text matches, in RE2's language (no look-around; \d and \s are ASCII).
        low, high: bounds of between, both included; None for none.
    """

    kind: ExpectationKind
    columns: tuple[str, ...]
    severity: Severity = "fail"
    tolerance: float = 0.0
    values: tuple[Any, ...] = ()
    regex: str = ""
    low: float | None = None
    high: float | None = None

    @property
    def name(self) -> str:
        """What it is called in ``quality.gate_results``: column and promise."""
        return f"{', '.join(self.columns[:1] if self.kind == 'not_before' else self.columns)}: {self._promise}"

    @property
    def _promise(self) -> str:
        if self.kind == "not_before":
            return f"not before {self.columns[1]}"
        if self.kind == "between" and self.low is not None and self.low == self.high:
            return f"is {self.low:g}"
        return self.kind.replace("_", " ")

    @property
    def whole(self) -> str:
        """The pattern, bound to the whole text: a line break at the end is not forgiven."""
        return rf"\A(?s:{self.regex})\z"

    @property
    def least(self) -> int:
        """Fewest broken rows at which it can stop a gate."""
        return FEW if self.tolerance else 1

    def stops(self, checked: int, unexpected: int) -> bool:
        """Tell whether so many broken rows are too many."""
        return unexpected >= self.least and unexpected > self.tolerance * checked


def expectations_of(table: Table) -> tuple[Expectation, ...]:
    """Return the promises of a table: each field's, and the key's."""
    fields = [f for f in table.fields if f.name not in table.managed]
    promised = [one for f in fields for c in f.constraints for one in _of_field(table, f, c)]
    keys_given = [
        Expectation("given", (name,)) for name in table.key if not any(isinstance(c, NotNull) for c in table[name].constraints)
    ]
    return (*keys_given, *promised, Expectation("unique", table.key))


def _of_field(table: Table, field: Field, constraint: Constraint) -> Iterator[Expectation]:
    column, tolerance = (field.name,), field.tolerance
    match constraint:
        case NotNull():
            yield Expectation("given", column, tolerance=0.0 if field.name in table.key else tolerance)
        case OneOf(values):
            yield Expectation("one_of", column, tolerance=tolerance, values=values)
        case Pattern(regex):
            yield Expectation("pattern", column, tolerance=tolerance, regex=regex)
        case Between(low, high):
            yield Expectation("between", column, tolerance=tolerance, low=low, high=high)
        case NotBefore(other):
            yield Expectation("not_before", (field.name, other), tolerance=tolerance)


def source_dossiers(*, national: bool, received: bool) -> tuple[Expectation, ...]:
    """Return what is expected of dossiers as text.

    Args:
        national: their codes follow the national pattern (law 3.1), once folded.
        received: the source states when a dossier was received.
    """
    wanted = [Expectation("given", ("code",), tolerance=0.05)]
    if national:
        wanted.append(Expectation("pattern", ("code",), severity="warn", tolerance=0.2, regex=CODE_TEXT))
    if received:
        wanted.append(Expectation("given", ("received_at",), tolerance=0.5))
    dates = [Expectation("pattern", (name,), tolerance=0.2, regex=DATE_TEXT) for name in _DATE_FIELDS]
    return (*wanted, *dates)


SOURCE_EVENTS = (
    Expectation("given", ("code",), tolerance=0.05),
    Expectation("given", ("at",), tolerance=0.2),
    Expectation("pattern", ("at",), tolerance=0.2, regex=DATE_TEXT),
)
SOURCE_SUPPLEMENTS = (
    Expectation("given", ("code",), tolerance=0.05),
    Expectation("pattern", ("started_at",), tolerance=0.2, regex=DATE_TEXT),
    Expectation("pattern", ("ended_at",), tolerance=0.2, regex=DATE_TEXT),
)
SOURCE_PROCEDURES = (
    Expectation("given", ("procedure_code",), tolerance=0.05),
    Expectation("given", ("limit_text",), severity="warn", tolerance=0.5),
)
SOURCE_UNITS = (
    Expectation("given", ("unit_code",), tolerance=0.05),
    Expectation("given", ("name",), tolerance=0.05),
)


def source_parts(*, national: bool, received: bool) -> dict[str, tuple[Expectation, ...]]:
    """Return what is expected of each part of what a source sends, as text; see :func:`source_dossiers`."""
    return {
        "dossiers": source_dossiers(national=national, received=received),
        "events": SOURCE_EVENTS,
        "supplements": SOURCE_SUPPLEMENTS,
        "procedures": SOURCE_PROCEDURES,
        "units": SOURCE_UNITS,
    }


SOURCE_WARNINGS = tuple(
    sorted({one.name for part in source_parts(national=True, received=True).values() for one in part if one.severity == "warn"})
)
"""Names of the promises of the source gate that are shown where they are broken and stop nothing."""


# Differences of the identities of form II.06a (tasks/rules/indicators/identities.py), computed beside the counts.
IDENTITY_COLUMNS = ("balance", "otherwise", "carry", "bridge")
IDENTITY_EXPECTATIONS = tuple(Expectation("between", (name,), low=0, high=0) for name in IDENTITY_COLUMNS)
# Of an indicator: the interval holds the value, and a share has no more on top than below.
INTERVAL = (
    Expectation("not_before", ("value", "lower")),
    Expectation("not_before", ("upper", "value")),
    Expectation("not_before", ("denominator", "numerator")),
)
