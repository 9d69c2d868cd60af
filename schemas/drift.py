"""Schema of each source at its last accepted load, and every change of it.

Names and kinds of fields, never values.
"""

from __future__ import annotations

from schemas.fields import CHANGED_IN, SOURCE
from schemas.table import Field, Kind, NotNull, OneOf, Table

DRIFT_KINDS = ("missing_field", "renamed_heading", "changed_type", "new_field", "moved_heading", "displaced_cells")
POLICIES = ("accept", "warn", "stop")

SHAPES = Table(
    schema="quality",
    name="shapes",
    description="Fields of each source as its last accepted load showed them; what comes next is compared with it.",
    grain="source × field",
    key=("source", "field_key"),
    fields=(
        SOURCE,
        Field("field_key", Kind.TEXT, "Name of the field in lower case; a field of a list is List[].Field.", (NotNull(),)),
        Field("name", Kind.TEXT, "Name as the source first spelled it.", (NotNull(),)),
        Field("meaning", Kind.TEXT, "Our field that it is read into; empty where it is not read.", (NotNull(),)),
        Field("kinds", Kind.TEXT, "What its values were so far, comma-separated: text, number, a form of date …", (NotNull(),)),
        Field(
            "always",
            Kind.BOOLEAN,
            "Whether every record (of tables: every file) had it, so that it can be missed.",
            (NotNull(),),
        ),
        Field("first_page", Kind.TEXT, "Landing file that showed it first.", (NotNull(),)),
        CHANGED_IN,
    ),
    managed=("changed_in",),
)

DRIFT = Table(
    schema="quality",
    name="drift",
    description="What changed in the shape of a source, and what its policy made of it. Names and kinds only, never a value.",
    grain="source × field × change × landing file",
    key=("source", "field", "what", "first_page"),
    fields=(
        SOURCE,
        Field("field", Kind.TEXT, "Name of the field or heading.", (NotNull(),)),
        Field("what", Kind.TEXT, "What happened to it.", (NotNull(), OneOf(DRIFT_KINDS))),
        Field("first_page", Kind.TEXT, "Landing file that showed the change first; its records are kept there.", (NotNull(),)),
        Field("before", Kind.TEXT, "Kinds, name or place before."),
        Field("now", Kind.TEXT, "Kinds, name or place now."),
        Field(
            "policy",
            Kind.TEXT,
            "What the source's file says about such a change: accept, warn (the run says so), stop (nothing was loaded).",
            (NotNull(), OneOf(POLICIES)),
        ),
        CHANGED_IN,
    ),
    managed=("changed_in",),
)
