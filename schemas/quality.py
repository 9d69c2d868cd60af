"""The quality layer: failed checks, gate results, corrections with author and approver."""

from __future__ import annotations

from config.codes import SEVERITIES
from schemas.fields import AS_OF, CHANGED_IN, CODE, MONTH, SOURCE, count
from schemas.table import Between, Field, Kind, NotNull, OneOf, Table

_LAST_SEEN = "as_of of the run that wrote the row as open, or of the last one that still saw it before it was resolved."

FINDINGS = Table(
    schema="quality",
    name="findings",
    description="Every failed check of every dossier; a finding that no longer holds is resolved, not deleted.",
    grain="dossier × check",
    key=("source", "code", "check_id"),
    fields=(
        SOURCE,
        CODE,
        Field("check_id", Kind.TEXT, "Check, as declared in config/checks.yaml.", (NotNull(),)),
        Field("severity", Kind.TEXT, "Severity when it was last seen.", (NotNull(), OneOf(SEVERITIES))),
        Field("first_seen_on", Kind.DATE, "as_of of the run that first saw it.", (NotNull(),)),
        Field("last_seen_on", Kind.DATE, _LAST_SEEN, (NotNull(),)),
        Field("resolved_on", Kind.DATE, "as_of of the run that no longer saw it; null while it holds."),
        CHANGED_IN,
    ),
    indexes=(("check_id",),),
    managed=("changed_in",),
)

CORRECTABLE = (
    "procedure_code",
    "unit_code",
    "channel",
    "status",
    "received_at",
    "due_at",
    "done_at",
    "returned_at",
    "refused_at",
    "receipt_number",
    "alias_code",
)
"""Fields of a dossier that a correction may set; the same everywhere: lists, workbooks, checks."""

CORRECTIONS = Table(
    schema="quality",
    name="corrections",
    description="New values for single fields of dossiers, with evidence; laid over the source's statement, never into it.",
    grain="correction",
    key=("correction_id",),
    fields=(
        Field(
            "correction_id",
            Kind.TEXT,
            "SHA-256 over package, dossier, field and value: the same line twice is one correction.",
            (NotNull(),),
        ),
        SOURCE,
        CODE,
        Field("field", Kind.TEXT, "Field of core.dossiers that is corrected.", (NotNull(),)),
        Field("new_value", Kind.TEXT, "New value as text: ISO 8601 for instants, codes as in the tables."),
        Field(
            "old_value",
            Kind.TEXT,
            "What the source stated when the correction came in, written as the new value; empty: nothing; null: not kept then.",
        ),
        Field("evidence", Kind.TEXT, "What proves it: document number, page of the register.", (NotNull(),)),
        Field("proposed_by", Kind.TEXT, "Account of who proposes it.", (NotNull(),)),
        Field("approved_by", Kind.TEXT, "Account of who approved it, another person than proposed_by."),
        Field(
            "state",
            Kind.TEXT,
            "proposed, approved, rejected or undone; only approved ones are applied.",
            (NotNull(), OneOf(("proposed", "approved", "rejected", "undone"))),
        ),
        Field("package", Kind.TEXT, "File that brought it, by name and digest.", (NotNull(),)),
        Field("received_at", Kind.INSTANT, "When it came in.", (NotNull(),)),
        Field("undone_by", Kind.TEXT, "Account of who took it back."),
        Field("undone_at", Kind.INSTANT, "When it was taken back."),
        Field("document_number", Kind.TEXT, "Number of the document that proves it, as the office writes such numbers."),
        Field("document_date", Kind.DATE, "Date of that document."),
        Field("attachment_digest", Kind.TEXT, "SHA-256 of the attached file that holds the document."),
        Field(
            "improves",
            Kind.BOOLEAN,
            "Whether the dossier counts better by it, or can no longer turn late, when it was taken in; null: was not looked at.",
        ),
        CHANGED_IN,
    ),
    indexes=(("source", "code"),),
    managed=("changed_in",),
)

CHANGES = Table(
    schema="quality",
    name="changes",
    description="Every field that cleaning changed of a dossier, an entry of its log or a pause: the value as given, the value "
    "kept, and the rule that made it.",
    grain="dossier, entry or pause × field",
    key=("source", "code", "table_name", "seq", "field"),
    fields=(
        SOURCE,
        CODE,
        Field(
            "table_name",
            Kind.TEXT,
            "Table of the row that was changed.",
            (NotNull(), OneOf(("core.dossiers", "core.events", "core.pauses"))),
        ),
        Field(
            "seq",
            Kind.INTEGER,
            "Place of the entry or pause, as in its table; below 0 where it was left out; 0 of a dossier.",
            (NotNull(),),
        ),
        Field("field", Kind.TEXT, "Field of that table.", (NotNull(),)),
        Field(
            "source_value",
            Kind.TEXT,
            "Value as the source gives it; null: none, or one that may be personal and stands in the landing file alone.",
        ),
        Field("cleaned_value", Kind.TEXT, "Value kept, instants in the source's own time; null: left empty, or a pseudonym."),
        Field("rule", Kind.TEXT, "What changed it (GLOSSARY.md).", (NotNull(),)),
        Field("rule_version", Kind.INTEGER, "Version of the rule that did it.", (NotNull(), Between(1))),
        Field("confidence", Kind.NUMBER, "How far the cleaned value is to be trusted.", (NotNull(), Between(0, 1))),
        CHANGED_IN,
    ),
    indexes=(("rule",),),
    managed=("changed_in",),
)

PROPOSALS = Table(
    schema="quality",
    name="proposals",
    description="New values that the evidence speaks for, waiting for a person; none is applied before it is approved as a correction.",
    grain="dossier × field",
    key=("source", "code", "field"),
    fields=(
        SOURCE,
        CODE,
        Field("field", Kind.TEXT, "Field of core.dossiers that would be corrected.", (NotNull(),)),
        Field("unit_code", Kind.TEXT, "Agency that is asked: the dossier's, in ref.units."),
        Field("old_value", Kind.TEXT, "Value that stands now, written as in quality.corrections; null: none."),
        Field("new_value", Kind.TEXT, "Value that the evidence speaks for.", (NotNull(),)),
        Field(
            "rule",
            Kind.TEXT,
            "Reason of the verdict from which it follows; unit_succeeded: the directory's succession; waiting_elsewhere: another system's status.",
            (NotNull(),),
        ),
        Field("confidence", Kind.NUMBER, "How far the rule's kind of evidence is to be trusted.", (NotNull(), Between(0, 1))),
        Field("evidence", Kind.TEXT, "Tables and fields that it rests on, with what they say.", (NotNull(),)),
        Field("proposed_on", Kind.DATE, "as_of of the first proposal of this value.", (NotNull(),)),
        CHANGED_IN,
    ),
    managed=("changed_in",),
    since=(("proposed_on", "new_value"),),
)

GATE_RESULTS = Table(
    schema="quality",
    name="gate_results",
    description="What each gate expected and how far it held: counts only, never a value.",
    grain="gate × what was checked × expectation × day",
    key=("gate", "subject", "expectation", "as_of"),
    fields=(
        Field("gate", Kind.TEXT, "Which contract.", (NotNull(), OneOf(("source", "cleaned", "published")))),
        Field("subject", Kind.TEXT, "Source, table or partition that was checked.", (NotNull(),)),
        Field("expectation", Kind.TEXT, "Column and expectation.", (NotNull(),)),
        AS_OF,
        Field("success", Kind.BOOLEAN, "Whether it held.", (NotNull(),)),
        count("checked", "Rows looked at."),
        count("unexpected", "Rows that broke it."),
        Field("tolerance", Kind.NUMBER, "Share of rows that may.", (NotNull(), Between(0, 1))),
        CHANGED_IN,
    ),
    managed=("changed_in",),
)

COMPLETENESS = Table(
    schema="quality",
    name="completeness",
    description="Dossiers of each agency and day of receipt: how many the source itself counts and how many are held here.",
    grain="source × agency × day of receipt",
    key=("source", "unit", "day"),
    fields=(
        SOURCE,
        Field(
            "unit",
            Kind.TEXT,
            "Agency: its code in ref.units, else as the source names it; empty where it names none.",
            (NotNull(),),
        ),
        Field("day", Kind.DATE, "Day of receipt, in the source's own time zone.", (NotNull(),)),
        count("stated", "Dossiers by the source's own count."),
        count("held", "Dossiers of this source in core.dossiers."),
        CHANGED_IN,
    ),
    managed=("changed_in",),
)

CLOCK_FAULTS = Table(
    schema="quality",
    name="clock_faults",
    description="Agencies whose times lie outside office hours and would lie inside them if their clock were set right: a server "
    "that runs in UTC, or office time that was converted twice.",
    grain="source × agency × month of receipt",
    key=("source", "unit_code", "month"),
    fields=(
        SOURCE,
        Field("unit_code", Kind.TEXT, "Agency in ref.units; empty where the dossiers name none.", (NotNull(),)),
        MONTH,
        Field("receipt_minutes", Kind.INTEGER, "Minutes by which receipts are to be moved; 0: they are right.", (NotNull(),)),
        Field("end_minutes", Kind.INTEGER, "Minutes by which ends are to be moved; 0: they are right.", (NotNull(),)),
        count("receipts", "Receipts with a time of day."),
        count("receipts_outside", "Of these, outside office hours."),
        count("ends", "Ends with a time of day."),
        count("ends_outside", "Of these, outside office hours."),
        CHANGED_IN,
    ),
    managed=("changed_in",),
)
