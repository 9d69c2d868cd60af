"""Circuit breakers: which sources are left alone after failures, kept from run to run."""

from __future__ import annotations

from schemas.fields import SOURCE, count
from schemas.table import Field, Kind, NotNull, Table

BREAKERS = Table(
    schema="raw",
    name="breakers",
    description="Sources whose last requests failed; one that answers again has no row.",
    grain="source",
    key=("source",),
    fields=(
        SOURCE,
        count("failures", "Requests that failed one after the other, over all runs."),
        Field("failed_at", Kind.INSTANT, "When the last of them did.", (NotNull(),)),
        Field("open_until", Kind.INSTANT, "Nothing is asked before; null while it may be asked."),
        Field("reason", Kind.TEXT, "Class of the error; asked_by_source where a Retry-After says so.", (NotNull(),)),
    ),
)
