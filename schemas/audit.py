"""The audit layer: a tamper-evident chain of loads, and how far each step has come."""

from __future__ import annotations

from schemas.fields import CHANGED_IN, count
from schemas.table import Field, Kind, NotNull, Table

LEDGER_ACTIONS = (
    *("pull", "load", "drift", "gate", "match", "clock_faults", "check", "judge", "differences", "measure"),
    *("publish", "draft", "withdraw", "open data", "audit", "inspect", "prove", "keep", "maintain", "replay"),
    *("propose", "package", "correct", "undo", "follow_up", "tell", "reference", "erase", "purge", "access"),
)
"""What an entry of the ledger may say was done; tests/house/test_ledger_actions.py holds the list against the code."""
LEDGER = Table(
    schema="audit",
    name="ledger",
    description="Append-only record of every load, written in the transaction that it speaks of; each row carries the hash of the one before.",
    grain="action",
    key=("entry",),
    fields=(
        Field("entry", Kind.INTEGER, "Number of the entry, without gaps.", (NotNull(),)),
        Field("at", Kind.INSTANT, "When.", (NotNull(),)),
        Field("action", Kind.TEXT, f"What was done: {', '.join(LEDGER_ACTIONS)}.", (NotNull(),)),
        Field("subject", Kind.TEXT, "Source, partition or publication acted on.", (NotNull(),)),
        Field("change_number", Kind.INTEGER, "Value of audit.change_seq given to the rows it changed.", (NotNull(),)),
        count("inserted", "Rows new."),
        count("updated", "Rows changed."),
        count("unchanged", "Rows met again without a change."),
        count("deleted", "Rows removed, because a set that is replaced as a whole no longer holds them."),
        Field("digest", Kind.TEXT, "SHA-256 of what was loaded, where it has one."),
        Field("previous_hash", Kind.TEXT, "Hash of the entry before; empty for the first.", (NotNull(),)),
        Field("hash", Kind.TEXT, "SHA-256 over previous_hash and this row.", (NotNull(),)),
    ),
)

PROGRESS = Table(
    schema="audit",
    name="progress",
    description="How far each step has come with each partition: what makes a run without changes cost nothing.",
    grain="step × partition",
    key=("step", "partition"),
    fields=(
        Field("step", Kind.TEXT, "Step: check, judge, match, measure, or a source's cursor.", (NotNull(),)),
        Field("partition", Kind.TEXT, "Partition as source/YYYY-MM, or '*'.", (NotNull(),)),
        Field("through", Kind.INTEGER, "Highest change number of the inputs that the step has seen.", (NotNull(),)),
        Field("as_of", Kind.DATE, "Day that its rows speak for."),
        Field("rules_digest", Kind.TEXT, "Digest of the configuration and rules it ran under.", (NotNull(),)),
        Field("cursor", Kind.TEXT, "For sources: where the next pull begins."),
    ),
)

SEALS = Table(
    schema="audit",
    name="seals",
    description="What each row of a sealed table said when it was sealed: an edited cell no longer fits its seal.",
    grain="sealed table × part × row",
    key=("sealed_table", "part", "row_key"),
    fields=(
        Field("sealed_table", Kind.TEXT, "Table of the row.", (NotNull(),)),
        Field("part", Kind.TEXT, "Part of the table that is sealed together: a policy, or '*' for all of it.", (NotNull(),)),
        Field("row_key", Kind.TEXT, "Values of the row's key, with | between them.", (NotNull(),)),
        Field("digest", Kind.TEXT, "Half the SHA-256 over all columns of the row.", (NotNull(),)),
        Field("cells", Kind.TEXT, "Three hexadecimal digits of the digest of each column, in order.", (NotNull(),)),
    ),
)

SEAL_SUMS = Table(
    schema="audit",
    name="seal_sums",
    description="Sums over the seals of each part; the ledger keeps the digest of all of them with every publication.",
    grain="sealed table × part",
    key=("sealed_table", "part"),
    fields=(
        Field("sealed_table", Kind.TEXT, "Sealed table.", (NotNull(),)),
        Field("part", Kind.TEXT, "Part of it.", (NotNull(),)),
        Field("through", Kind.INTEGER, "Change number up to which its rows are sealed.", (NotNull(),)),
        count("seals", "Rows sealed."),
        Field(
            "first_sum",
            Kind.INTEGER,
            "Sum over the seals' digests, first 60 bits of each, without what overflows.",
            (NotNull(),),
        ),
        Field("second_sum", Kind.INTEGER, "The same of the next 60 bits.", (NotNull(),)),
    ),
)

AGENCY_READERS = Table(
    schema="audit",
    name="agency_readers",
    description="Accounts of the database that see dossiers, each those of its own agencies alone; a policy on each table asks it.",
    grain="account × agency",
    key=("reader", "unit_code"),
    fields=(
        Field("reader", Kind.TEXT, "Account of the database.", (NotNull(),)),
        Field("unit_code", Kind.TEXT, "Agency whose dossiers it sees, with all below it; '*': every agency.", (NotNull(),)),
        Field("account", Kind.TEXT, "Account in people.yaml from which the agency was taken; null: named by itself."),
        Field("since", Kind.DATE, "First day on which it sees them, office time; null: at once."),
        Field("until", Kind.DATE, "Last such day; null: no end is known."),
        CHANGED_IN,
    ),
    managed=("changed_in",),
)
