"""States of publications: what became of each, by whom and why, and drafts that wait for approval."""

from __future__ import annotations

from schemas.fields import AS_OF, CHANGED_IN, POLICY, count
from schemas.table import Field, Kind, NotNull, OneOf, Table

PUBLICATION_STATE_CODES = ("draft", "review", "approved", "published", "withdrawn")
"""States of a publication: those that stand are approved (by a person) and published (at once, by a run)."""
STANDING_STATES = ("approved", "published")
_ID = Field("publication_id", Kind.TEXT, "Publication: the digest of its figures, policy and as_of.", (NotNull(),))

PUBLICATION_STATES = Table(
    schema="audit",
    name="publication_states",
    description="What became of each publication, a row a step; nothing is ever removed, and the newest row holds.",
    grain="publication × step",
    key=("publication_id", "at"),
    fields=(
        _ID,
        POLICY,
        AS_OF,
        Field("at", Kind.INSTANT, "When; of a publication that was never a draft its published_at.", (NotNull(),)),
        Field("state", Kind.TEXT, "State from then on (GLOSSARY.md).", (NotNull(), OneOf(PUBLICATION_STATE_CODES))),
        Field("decided_by", Kind.TEXT, "Account of who decided; null: a run, as the office has it."),
        Field("reason", Kind.TEXT, "Why, in a sentence without personal values; of a withdrawal always."),
        CHANGED_IN,
    ),
    managed=("changed_in",),
)

PUBLICATION_DRAFTS = Table(
    schema="audit",
    name="publication_drafts",
    description="Figures that wait for approval, each table of them as a landing file: in no view, page, form or reader's table.",
    grain="draft",
    key=("publication_id",),
    fields=(
        _ID,
        POLICY,
        AS_OF,
        Field("drafted_at", Kind.INSTANT, "When the figures were worked out.", (NotNull(),)),
        Field("counts_digest", Kind.TEXT, "SHA-256 over all rows of mart.counts that it was made from.", (NotNull(),)),
        Field("rules_digest", Kind.TEXT, "SHA-256 over the rules in force, as in mart.publications.", (NotNull(),)),
        count("dossiers", "Dossiers counted."),
        Field("indicators", Kind.TEXT, "Digest of the landing file with its rows of mart.indicators.", (NotNull(),)),
        Field("verdict_counts", Kind.TEXT, "The same of mart.verdict_counts.", (NotNull(),)),
        Field("finding_counts", Kind.TEXT, "The same of mart.finding_counts.", (NotNull(),)),
        CHANGED_IN,
    ),
    managed=("changed_in",),
)

RULES_ARCHIVE = Table(
    schema="audit",
    name="rules_archive",
    description="Configuration under which figures were made, whole: indicators, waivers, calendars, policies, checks.",
    grain="rules digest",
    key=("rules_digest",),
    fields=(
        Field("rules_digest", Kind.TEXT, "Digest of rules and configuration, as in mart.publications.", (NotNull(),)),
        Field("calendar_digest", Kind.TEXT, "Digest of the calendars alone.", (NotNull(),)),
        Field("code_digest", Kind.TEXT, "Digest of the rules' code alone, which is not kept.", (NotNull(),)),
        Field("rest_digest", Kind.TEXT, "Digest of all the rest: what differs where a rule changed.", (NotNull(),)),
        Field("files", Kind.JSON, "Text of each file by its name below the configuration.", (NotNull(),)),
        Field("zones", Kind.JSON, "IANA zone of each source.", (NotNull(),)),
        CHANGED_IN,
    ),
    managed=("changed_in",),
)
