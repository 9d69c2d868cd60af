"""Reference data: agencies with their succession, procedures with their versions."""

from __future__ import annotations

from config.codes import CHANNELS, UNIT_LEVELS
from schemas.fields import CHANGED_IN, LIMIT_UNITS, PROCEDURE_CODE
from schemas.table import Between, Field, Kind, NotBefore, NotNull, OneOf, Table

UNITS = Table(
    schema="ref",
    name="units",
    description="Directory of agencies; a code means something only together with a date (law 7.1).",
    grain="agency × start of validity",
    key=("unit_code", "valid_from"),
    fields=(
        Field("unit_code", Kind.TEXT, "Agency identifier, e.g. H99.12 (law 3.2).", (NotNull(),)),
        Field("valid_from", Kind.DATE, "First day on which the code means this agency.", (NotNull(),)),
        Field("valid_to", Kind.DATE, "Last such day; null while it is in force.", (NotBefore("valid_from"),)),
        Field("name", Kind.TEXT, "Name of the agency in Vietnamese.", (NotNull(),)),
        Field("level", Kind.TEXT, "Level.", (NotNull(), OneOf(UNIT_LEVELS))),
        Field("parent_code", Kind.TEXT, "Agency above it."),
        Field(
            "succeeded_by",
            Kind.TEXT,
            "Agency that took over its dossiers after valid_to; several, of one that was split, with ; between them.",
        ),
        Field("old_code", Kind.TEXT, "Code of the same agency in the old style (NNN.NN.NN.Xnn)."),
        CHANGED_IN,
    ),
    managed=("changed_in",),
)

_PROCEDURE_FLAGS = (
    Field("has_fee", Kind.BOOLEAN, "The catalogue names a fee or charge above 0 (PHILEPHI); null where it says nothing."),
    Field("gives_result", Kind.BOOLEAN, "The catalogue lists a result (KETQUATHUCHIEN); null where it says nothing."),
)
PROCEDURE_FLAGS = tuple(field.name for field in _PROCEDURE_FLAGS)
"""Yes-or-no columns about a procedure, beside its limit."""

PROCEDURES = Table(
    schema="ref",
    name="procedures",
    description="Catalogue of procedures: the time limit of each version by channel; expired versions are kept.",
    grain="procedure × channel × start of validity",
    key=("procedure_code", "channel", "valid_from"),
    fields=(
        PROCEDURE_CODE,
        Field("channel", Kind.TEXT, "Channel that the limit is for.", (NotNull(), OneOf(CHANNELS))),
        Field("valid_from", Kind.DATE, "First day of receipt that this version governs.", (NotNull(),)),
        Field("valid_to", Kind.DATE, "Last such day; null while in force.", (NotBefore("valid_from"),)),
        Field("name", Kind.TEXT, "Name of the procedure in Vietnamese.", (NotNull(),)),
        Field("field_code", Kind.TEXT, "Procedure field (MaLinhVuc).", (NotNull(),)),
        Field("field_name", Kind.TEXT, "Name of the field in Vietnamese."),
        Field("limit_text", Kind.TEXT, "Time limit as the catalogue writes it."),
        Field("limit_amount", Kind.NUMBER, "Limit in limit_unit; of a range the longer end.", (Between(0),)),
        Field("limit_shortest", Kind.NUMBER, "Shorter end of a range, else as limit_amount.", (Between(0),)),
        Field(
            "limit_unit",
            Kind.TEXT,
            "Unit of the limit; none: the law sets no limit (not zero); unsettled: the text cannot be read for certain.",
            (NotNull(), OneOf(LIMIT_UNITS)),
        ),
        Field("reference", Kind.TEXT, "Number of the decision that announced the version."),
        *_PROCEDURE_FLAGS,
        CHANGED_IN,
    ),
    managed=("changed_in",),
)
