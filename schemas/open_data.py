"""Open data: releases of form II.06a in which small counts are kept back, cell by cell."""

from __future__ import annotations

from schemas.fields import POLICY, count
from schemas.table import Between, Field, Kind, NotNull, OneOf, Table

SCOPES = ("province", "with_branches", "agency")
_RELEASE = Field("release_id", Kind.TEXT, "Release: the digest of its cells.", (NotNull(),))

OPEN_RELEASES = Table(
    schema="mart",
    name="open_releases",
    description="Releases of open data, for good: what was told once cannot be taken back, so each later release reckons with it.",
    grain="release",
    key=("release_id",),
    fields=(
        _RELEASE,
        POLICY,
        Field("publication_id", Kind.TEXT, "Publication whose figures it tells.", (NotNull(),)),
        Field("period", Kind.TEXT, "Period, as the command names it.", (NotNull(),)),
        Field("threshold", Kind.INTEGER, "Smallest count that it tells, besides 0.", (NotNull(), Between(2))),
        Field("released_at", Kind.INSTANT, "When it was made.", (NotNull(),)),
    ),
)

OPEN_CELLS = Table(
    schema="mart",
    name="open_cells",
    description="Cells of the releases of open data, those told and those kept back.",
    grain="release × scope × agency × span × counter",
    key=("release_id", "scope", "unit_code", "span", "counter"),
    fields=(
        _RELEASE,
        Field(
            "scope",
            Kind.TEXT,
            "Whose dossiers: of the agency, of it with its branches, of the province.",
            (NotNull(), OneOf(SCOPES)),
        ),
        Field("unit_code", Kind.TEXT, "Agency; '*' for the province.", (NotNull(),)),
        Field("span", Kind.TEXT, "Period or month of it.", (NotNull(),)),
        Field("counter", Kind.TEXT, "Column of form II.06a.", (NotNull(),)),
        count("dossiers", "Dossiers."),
        Field("shown", Kind.BOOLEAN, "Whether the release tells the count.", (NotNull(),)),
        Field(
            "counted_with",
            Kind.TEXT,
            "Agency with which a row of scope agency is counted together; itself where it is no branch.",
        ),
    ),
)
