"""Reference series: what other bodies publish by year, beside our figures and never mixed with them."""

from __future__ import annotations

from schemas.fields import CHANGED_IN
from schemas.reference_codes import SERIES, SERIES_MEASURES
from schemas.table import Between, Field, Kind, NotNull, OneOf, Pattern, Table

REFERENCE_SERIES = Table(
    schema="mart",
    name="reference_series",
    description="Values of other bodies, as entered from a file: PAR index, SIPAS, PAPI, PCI, targets. No figure of ours is made of them.",
    grain="series × agency × year × publisher",
    key=("series", "unit_code", "year", "published_by"),
    fields=(
        Field("series", Kind.TEXT, "Series.", (NotNull(), OneOf(SERIES))),
        Field("unit_code", Kind.TEXT, "Agency that the value is of; '*' is the province.", (NotNull(),)),
        Field("year", Kind.INTEGER, "Year that the value is of.", (NotNull(), Between(2000, 2100))),
        Field("published_by", Kind.TEXT, "Who published it, and where.", (NotNull(),)),
        Field("value", Kind.NUMBER, "The value as published.", (NotNull(), Between(0))),
        Field("measure", Kind.TEXT, "What it is measured in.", (NotNull(), OneOf(SERIES_MEASURES))),
        Field("indicator", Kind.TEXT, "Indicator of ours that is shown beside it; null: the headline."),
        Field("remarks", Kind.TEXT, "Remarks of whoever entered it."),
        Field("entered_by", Kind.TEXT, "Account of who entered it.", (NotNull(),)),
        Field("file_digest", Kind.TEXT, "SHA-256 of the file that it was entered from.", (NotNull(), Pattern(r"[0-9a-f]{64}"))),
        CHANGED_IN,
    ),
    managed=("changed_in",),
)
