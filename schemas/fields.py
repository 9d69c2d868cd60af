"""Fields that stand in several tables: the same quantity has the same name everywhere."""

from __future__ import annotations

from config.codes import CHANNELS
from schemas.table import Between, Field, Kind, NotNull, OneOf, Pattern

VERDICTS = ("on_time", "late", "phantom_late", "hidden_late", "undetermined", "not_received", "deleted")
STATES = ("finished", "in_progress", "withdrawn", "refused", "not_received", "deleted")
UNCOUNTED_STATES = ("not_received", "deleted")
"""States of which no figure counts a dossier, on either basis: the source's own reports do not either."""
LEFT_OUT_REASONS = ("test", "second_entry", "by_policy")
"""Why a received dossier is not counted after cleaning; of several the first holds."""
TIMELINESS = ("early", "on_time", "late", "undetermined")
BASES = ("recorded", "cleaned")
LIMIT_UNITS = ("working_day", "calendar_day", "hour", "month", "same_day", "none", "unsettled")

SOURCE = Field("source", Kind.TEXT, "One-stop system the row comes from: the name of its file in config/sources.", (NotNull(),))
CODE = Field(
    "code",
    Kind.TEXT,
    "Dossier code (MaHoSo), folded: NFKC, upper case, no inner spaces, plain hyphens (law 3.1).",
    (NotNull(),),
)
UNIT_CODE = Field(
    "unit_code", Kind.TEXT, "Agency responsible for the dossier, as in ref.units; null where it is not in the directory."
)
PROCEDURE_CODE = Field(
    "procedure_code",
    Kind.TEXT,
    "National procedure code (MaTTHC) without owner suffix, e.g. 1.004616; a local invented code is kept as it is.",
)
FIELD_CODE = Field("field_code", Kind.TEXT, "Procedure field (MaLinhVuc), e.g. G03-GD10.")
CHANNEL = Field(
    "channel",
    Kind.TEXT,
    "How the dossier was submitted; a source that gives none means the counter (QD 766, 3.3).",
    (OneOf(CHANNELS),),
)
POLICY = Field(
    "policy", Kind.TEXT, "Policy that answers what counts as late: the name of its file in config/policies.", (NotNull(),)
)
MONTH = Field("month", Kind.DATE, "First day of the calendar month, office time.", (NotNull(),))
AS_OF = Field("as_of", Kind.DATE, "Day whose end the row speaks for: open dossiers are judged at the end of it.", (NotNull(),))
RECEIVED_AT = Field("received_at", Kind.INSTANT, "Receipt by the one-stop desk (NgayTiepNhan).")
CHANGED_IN = Field("changed_in", Kind.INTEGER, "Number of the load (audit.change_seq) that last changed the row.", (NotNull(),))
PULL_ID = Field("pull_id", Kind.TEXT, "The pull that brought it, raw.pulls.", (NotNull(),))
PAGE_DIGEST = Field("page_digest", Kind.TEXT, "SHA-256 of the landing file that holds the record.", (Pattern(r"[0-9a-f]{64}"),))
PAGE_POSITION = Field("page_position", Kind.INTEGER, "Place of the record in its landing file, from 0.", (Between(0),))


def count(name: str, description: str) -> Field:
    """Declare a count of dossiers: never null, never negative."""
    return Field(name, Kind.INTEGER, description, (NotNull(), Between(0)))
