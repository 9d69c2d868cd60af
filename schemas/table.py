"""Declaration of a table, from which dtypes, DDL, expectations and documentation are derived.

A :class:`Field` is a promise about a column; a :class:`Table` is a list of them with a key and
a grain. Nothing here touches a database: ``to_sql`` only builds SQLAlchemy's description.
pandas and Arrow are imported by whoever makes a frame: commands that only read answer without them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

METADATA = sa.MetaData()


class Kind(Enum):
    """What a field holds: its Arrow type (in frames) and its SQL type (in the warehouse)."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"
    JSON = "json"

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type of a frame's column; instants are microseconds in UTC."""
        return _arrow_types()[self]

    @property
    def sql(self) -> sa.types.TypeEngine[Any]:
        """The PostgreSQL type of the warehouse's column."""
        return _SQL[self]


_SQL: dict[Kind, sa.types.TypeEngine[Any]] = {
    Kind.TEXT: sa.Text(),
    Kind.INTEGER: sa.BigInteger(),
    Kind.NUMBER: sa.Double(),
    Kind.BOOLEAN: sa.Boolean(),
    Kind.DATE: sa.Date(),
    Kind.INSTANT: sa.DateTime(timezone=True),
    Kind.JSON: JSONB(),
}


@cache
def _arrow_types() -> dict[Kind, pa.DataType]:
    import pyarrow as pa

    return {
        Kind.TEXT: pa.string(),
        Kind.INTEGER: pa.int64(),
        Kind.NUMBER: pa.float64(),
        Kind.BOOLEAN: pa.bool_(),
        Kind.DATE: pa.date32(),
        Kind.INSTANT: pa.timestamp("us", tz="UTC"),
        Kind.JSON: pa.string(),
    }


@dataclass(frozen=True)
class NotNull:
    """The field always has a value."""

    description = "always given"


@dataclass(frozen=True)
class OneOf:
    """The field, where given, is one of a closed list."""

    values: tuple[Any, ...]

    @property
    def description(self) -> str:
        """The list, as documentation prints it."""
        return "one of " + ", ".join(str(value) for value in self.values)


@dataclass(frozen=True)
class Pattern:
    """The field, where given, matches a regular expression from beginning to end."""

    regex: str

    def __post_init__(self) -> None:
        re.compile(self.regex)

    @property
    def description(self) -> str:
        """The pattern, as documentation prints it."""
        return f"matches `{self.regex}`"


@dataclass(frozen=True)
class Between:
    """The field, where given, lies between two bounds, both included."""

    low: float | None = None
    high: float | None = None

    @property
    def description(self) -> str:
        """The bounds, as documentation prints them."""
        if self.high is None:
            return f"at least {self.low:g}"
        if self.low is None:
            return f"at most {self.high:g}"
        return f"between {self.low:g} and {self.high:g}"


@dataclass(frozen=True)
class NotBefore:
    """The field, where both are given, is not earlier (smaller) than another field of the row."""

    other: str

    @property
    def description(self) -> str:
        """The order, as documentation prints it."""
        return f"not before `{self.other}`"


Constraint = NotNull | OneOf | Pattern | Between | NotBefore


@dataclass(frozen=True)
class Field:
    """One column: its name, what it holds, what it means and what is promised of it.

    Attributes:
        tolerance: share of rows (0 to 1) that may break a promise before a gate stops;
            0 means none. ``NotNull`` on a key is always strict, and so is the database.
    """

    name: str
    kind: Kind
    description: str
    constraints: tuple[Constraint, ...] = ()
    tolerance: float = 0.0

    @property
    def required(self) -> bool:
        """Whether the warehouse refuses a null here."""
        return any(isinstance(c, NotNull) for c in self.constraints) and self.tolerance == 0.0


@dataclass(frozen=True)
class Table:
    """One table: the layer it lives in, its grain, its key and its fields.

    Attributes:
        schema: the layer (``raw``, ``ref``, ``core``, ``quality``, ``judged``, ``mart``, ``audit``).
        grain: what one row is, in words.
        key: names of the fields that are unique together.
        indexes: further indexes, each a tuple of field names.
        partial: further indexes of some rows only: name, field names or expressions, and the condition in SQL.
        managed: fields that the load fills in itself; frames given to it do not carry them.
        since: fields that tell since when another one says what it says, with the name of that other; the value of a
            row stays for as long as the other does.
    """

    schema: str
    name: str
    description: str
    grain: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    indexes: tuple[tuple[str, ...], ...] = ()
    managed: tuple[str, ...] = ()
    partial: tuple[tuple[str, tuple[str, ...], str], ...] = ()
    since: tuple[tuple[str, str], ...] = ()
    sql: sa.Table = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = [f.name for f in self.fields]
        unknown = [n for n in (*self.key, *self.managed, *sum(self.indexes, ()), *sum(self.since, ())) if n not in names]
        if unknown or len(set(names)) != len(names):
            raise ValueError(f"{self.full_name}: unknown or repeated fields {unknown or names}")
        object.__setattr__(self, "sql", self._build_sql())

    @property
    def full_name(self) -> str:
        """Layer and name, as SQL writes it: ``core.dossiers``."""
        return f"{self.schema}.{self.name}"

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all fields, in the table's order."""
        return tuple(f.name for f in self.fields)

    @property
    def given_columns(self) -> tuple[str, ...]:
        """Names of the fields that a frame must carry: all but the managed ones."""
        return tuple(name for name in self.columns if name not in self.managed)

    @property
    def arrow_schema(self) -> pa.Schema:
        """The Arrow schema of all fields, in the table's order."""
        import pyarrow as pa

        return pa.schema([(f.name, f.kind.arrow) for f in self.fields])

    @cached_property
    def dtypes(self) -> dict[str, pd.ArrowDtype]:
        """The Arrow-backed pandas dtype of every field, for ``frame.astype``."""
        import pandas as pd

        return {f.name: pd.ArrowDtype(f.kind.arrow) for f in self.fields}

    def __getitem__(self, name: str) -> Field:
        """Return the field of that name; KeyError where there is none."""
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(f"{self.full_name} has no field {name}")

    def frame(self, rows: Iterable[dict[str, Any]] = ()) -> pd.DataFrame:
        """Build a frame of all fields with the declared dtypes; what a row leaves out is null."""
        import pandas as pd

        data = list(rows)
        return pd.DataFrame(
            {f.name: pd.array([r.get(f.name) for r in data], dtype=pd.ArrowDtype(f.kind.arrow)) for f in self.fields}
        )

    def conform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with the given columns in the table's order and declared dtypes.

        Raises:
            KeyError: a given (not managed) column is missing.
        """
        import pandas as pd

        missing = [name for name in self.given_columns if name not in frame.columns]
        if missing:
            raise KeyError(f"{self.full_name}: the frame lacks {', '.join(missing)}")
        names = [name for name in self.columns if name in frame.columns]
        # Column by column: most have their dtype already, and astype of a whole frame copies those too.
        columns = {name: frame[name] for name in names}
        dtypes = self.dtypes
        return pd.DataFrame(
            {name: one if one.dtype == dtypes[name] else one.astype(dtypes[name]) for name, one in columns.items()},
            index=frame.index,
        )

    def from_arrays(self, arrays: Mapping[str, Any]) -> pd.DataFrame:
        """Build a frame from one Arrow or numpy array (or pandas column) a field, all of one length.

        Raises:
            KeyError: a given (not managed) column is missing.
        """
        import pandas as pd
        import pyarrow as pa

        names = [name for name in self.columns if name in arrays or name not in self.managed]
        columns = [pa.array(arrays[name]).cast(self[name].kind.arrow) for name in names]
        return pa.table(columns, names=names).to_pandas(types_mapper=pd.ArrowDtype)

    def _build_sql(self) -> sa.Table:
        columns = [
            sa.Column(
                f.name,
                f.kind.sql,
                nullable=not (f.required or f.name in self.key),
                comment=f.description,
            )
            for f in self.fields
        ]
        indexes = [self._index(names) for names in self.indexes]
        for name, names, where in self.partial:
            of = [one if one in self.columns else sa.text(one) for one in names]
            indexes.append(sa.Index(f"ix_{self.schema}_{self.name}_{name}", *of, postgresql_where=sa.text(where)))
        return sa.Table(
            self.name,
            METADATA,
            *columns,
            sa.PrimaryKeyConstraint(*self.key),
            *indexes,
            schema=self.schema,
            comment=f"{self.description} Grain: {self.grain}.",
        )

    def _index(self, names: tuple[str, ...]) -> sa.Index:
        """Describe an index; one on a column that is often null leaves the nulls out, for nobody looks those up."""
        name = f"ix_{self.schema}_{self.name}_{'_'.join(names)}"
        sparse = len(names) == 1 and not (self[names[0]].required or names[0] in self.key)
        return sa.Index(name, *names, postgresql_where=sa.text(f"{names[0]} IS NOT NULL") if sparse else None)
