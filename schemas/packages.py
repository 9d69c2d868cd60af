"""Work packages: what an agency was asked about its dossiers, and what it answered."""

from __future__ import annotations

from dataclasses import replace

from schemas.fields import AS_OF, CHANGED_IN, CODE, MONTH, SOURCE, count
from schemas.table import Field, Kind, NotNull, OneOf, Table

ITEM_KINDS = ("proposal", "finding", "reason", "missing")
"""What a row of a package asks about: a proposal, a failed check, a verdict's reason, or what a verdict lacks."""
DECISIONS = ("agree", "no", "other", "fixed", "look_again")
QUESTION_STATES = (
    *("proposed", "sent", "answered", "approved", "rejected"),
    *("reported_fixed", "verified", "reopened"),
)
"""How far a question has come; derived in one place, the view quality.work_questions."""

PACKAGES = Table(
    schema="quality",
    name="packages",
    description="Work packages made: one workbook for an agency, with all that it is asked about its dossiers.",
    grain="package",
    key=("package",),
    fields=(
        Field(
            "package", Kind.TEXT, "Day, agency and digest of what is asked: the same questions are one package.", (NotNull(),)
        ),
        Field("unit_code", Kind.TEXT, "Agency that is asked, in ref.units; null: dossiers whose agency is not known."),
        AS_OF,
        Field("made_at", Kind.INSTANT, "When it was made first.", (NotNull(),)),
        Field(
            "due_at",
            Kind.INSTANT,
            "Until when the agency is to answer, by its own working days; null: made before due dates were kept.",
        ),
        count("rows", "Rows that it holds."),
        CHANGED_IN,
    ),
    managed=("changed_in",),
)

PACKAGE_ROWS = Table(
    schema="quality",
    name="package_rows",
    description="Rows of work packages, each a question about one field or finding of a dossier, with the answer once it came.",
    grain="package × dossier × field or finding",
    key=("row_key",),
    fields=(
        Field("row_key", Kind.TEXT, "Keyed digest of package, dossier, question and what the row says.", (NotNull(),)),
        Field("package", Kind.TEXT, "Package that holds the row, quality.packages.", (NotNull(),)),
        SOURCE,
        CODE,
        Field("kind", Kind.TEXT, "What the row asks about.", (NotNull(), OneOf(ITEM_KINDS))),
        Field("rule", Kind.TEXT, "Reason, check or missing evidence that it follows from (GLOSSARY.md).", (NotNull(),)),
        Field("field", Kind.TEXT, "Field of core.dossiers that an answer corrects; null: none by itself."),
        Field("old_value", Kind.TEXT, "Value that stood when the package was made, as in quality.corrections; null: none."),
        Field("new_value", Kind.TEXT, "Value that was proposed; null: a finding without a proposal."),
        Field("decision", Kind.TEXT, "Newest answer that was taken in; null while there is none.", (OneOf(DECISIONS),)),
        Field("answered_by", Kind.TEXT, "Account of who answered."),
        Field("answered_at", Kind.INSTANT, "When that answer came in."),
        Field("answered_in", Kind.TEXT, "File that brought it, by name and digest, as in quality.corrections."),
        Field("first_answered_at", Kind.INSTANT, "When the first answer came in; null while there is none."),
        Field(
            "working_minutes",
            Kind.INTEGER,
            "Working minutes of its agency from the making of the package to the first answer; null: none, or not counted.",
        ),
        Field(
            "verified_at",
            Kind.INSTANT,
            "When it was last seen that the source states by itself what was asked for; null: never.",
        ),
        Field(
            "reopened_at",
            Kind.INSTANT,
            "When it was last seen that the source says otherwise, although it was verified or reported as fixed; null: never.",
        ),
        CHANGED_IN,
    ),
    indexes=(("package",), ("source", "code")),
    managed=("changed_in",),
)

_UNIT = Field("unit_code", Kind.TEXT, "Agency that is asked, in ref.units; null: dossiers whose agency is not known.")
WORK_QUESTIONS = Table(
    schema="quality",
    name="work_questions",
    description="A view: what agencies are asked about dossiers, each once however many packages repeat it, and how far it has come.",
    grain="agency × dossier × question",
    key=("unit_code", "source", "code", "kind", "rule", "field", "old_value", "new_value"),
    fields=(
        _UNIT,
        SOURCE,
        CODE,
        Field("kind", Kind.TEXT, "What the question is about.", (NotNull(), OneOf(ITEM_KINDS))),
        Field("rule", Kind.TEXT, "Reason, checks or missing evidence that it follows from (GLOSSARY.md).", (NotNull(),)),
        Field("field", Kind.TEXT, "Field of core.dossiers that an answer corrects; null: none by itself."),
        Field("old_value", Kind.TEXT, "Value that stood when it was asked first, as in quality.corrections; null: none."),
        Field("new_value", Kind.TEXT, "Value that was proposed; null: none."),
        Field(
            "state",
            Kind.TEXT,
            "How far it has come (GLOSSARY.md); verified only by what the source has stated since it was asked.",
            (NotNull(), OneOf(QUESTION_STATES)),
        ),
        Field("asked_at", Kind.INSTANT, "When the first package with it was made; null: proposed, in no package yet."),
        Field("due_at", Kind.INSTANT, "Until when the agency was to answer."),
        Field("answered_at", Kind.INSTANT, "When its first answer came in."),
        Field("decision", Kind.TEXT, "Newest answer.", (OneOf(DECISIONS),)),
        Field("decided_at", Kind.INSTANT, "When the newest answer came in."),
        Field("working_minutes", Kind.INTEGER, "Working minutes from question to first answer."),
        Field("verified_at", Kind.INSTANT, "When it was last seen that the source states by itself what was asked for."),
        Field("reopened_at", Kind.INSTANT, "When it was last seen that the source says otherwise after all."),
        Field("packages", Kind.INTEGER, "Packages that ask it.", (NotNull(),)),
        Field("recurred", Kind.BOOLEAN, "Whether the same was asked again after it had been verified.", (NotNull(),)),
    ),
)

AGENCY_QUESTIONS = replace(
    WORK_QUESTIONS,
    name="agency_questions",
    description="What an account of an agency sees of quality.work_questions: what its own agencies are asked about dossiers, "
    "and how far it has come.",
)
WORK_LOOP = Table(
    schema="mart",
    name="work_loop",
    description="A view: what became of the questions that agencies were asked for the first time in a month.",
    grain="agency × month",
    key=("unit_code", "month"),
    fields=(
        _UNIT,
        MONTH,
        Field("asked", Kind.INTEGER, "Questions."),
        Field("answered", Kind.INTEGER, "Of these, answered."),
        Field("in_time", Kind.INTEGER, "Of these, answered until due."),
        Field("overdue", Kind.INTEGER, "Not answered, and the due date has passed."),
        Field("approved", Kind.INTEGER, "Questions whose correction was approved, and which the source does not state yet."),
        Field("rejected", Kind.INTEGER, "Questions whose proposal a second person turned down."),
        Field(
            "reported_fixed",
            Kind.INTEGER,
            "Questions that the agency reports as fixed at the source, which has stated nothing since.",
        ),
        Field("verified", Kind.INTEGER, "Questions of which the source states by itself what was asked for."),
        Field(
            "reopened",
            Kind.INTEGER,
            "Questions that were verified or reported as fixed, and of which the source says otherwise.",
        ),
        Field("recurred", Kind.INTEGER, "Questions asked again after they had been verified."),
        Field("repeated", Kind.INTEGER, "Questions asked again in a later package although they had been answered."),
        Field("hours", Kind.NUMBER, "Median of the working hours from question to first answer; null while there is none."),
    ),
)
