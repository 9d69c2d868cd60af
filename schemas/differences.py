"""Differences between two systems, each dossier of either in exactly one row."""

from __future__ import annotations

from schemas.fields import AS_OF, CHANGED_IN
from schemas.table import Field, Kind, NotNull, OneOf, Table

# Of several that hold, the first one is the class of a pair; same where none does.
CLASSES = ("missing", "duplicate", "lag", "state", "date", "unit", "same")
SIDES = ("both", "left", "right")

DIFFERENCES = Table(
    schema="quality",
    name="differences",
    description="Two systems compared dossier by dossier: the sums over the classes are the gaps between their totals.",
    grain="pair of sources × dossier, or pair of dossiers that are the same one",
    key=("left_source", "right_source", "side", "code"),
    fields=(
        Field("left_source", Kind.TEXT, "The system that is compared.", (NotNull(),)),
        Field("right_source", Kind.TEXT, "The system that it is compared with.", (NotNull(),)),
        Field("side", Kind.TEXT, "Which of the two hold the dossier.", (NotNull(), OneOf(SIDES))),
        Field("code", Kind.TEXT, "Its code in the left system; in the right one where only that holds it.", (NotNull(),)),
        Field("other_code", Kind.TEXT, "Its code in the right system, where both hold it."),
        Field(
            "kind",
            Kind.TEXT,
            "missing: the other system has no such dossier. duplicate: its own system holds the dossier a second time. lag: they differ and "
            "one was modified later. state, date, unit: they differ in that, modified together or nobody knows when. same: in nothing.",
            (NotNull(), OneOf(CLASSES)),
        ),
        Field("fields", Kind.TEXT, "Names of the fields of core.dossiers in which they differ, space-separated."),
        Field("left_late", Kind.BOOLEAN, "Whether the left system states it as late; null where it does not hold it."),
        Field("right_late", Kind.BOOLEAN, "Whether the right one does."),
        AS_OF,
        CHANGED_IN,
    ),
    indexes=(("left_source", "right_source", "kind"),),
    managed=("changed_in",),
)
