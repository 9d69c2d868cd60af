"""The publication layer: counts, indicators and the publications that froze them."""

from __future__ import annotations

from config.codes import BRIDGE_MEANINGS, COUNTER_MEANINGS, SEVERITIES
from schemas.fields import AS_OF, BASES, CHANGED_IN, MONTH, POLICY, SOURCE, VERDICTS, count
from schemas.table import Between, Field, Kind, NotNull, OneOf, Table

_UNIT = Field("unit_code", Kind.TEXT, "Agency; '?' where it is not in the directory.", (NotNull(),))
_FIELD = Field("field_code", Kind.TEXT, "Procedure field; '?' where unknown.", (NotNull(),))
_CHANNEL = Field("channel", Kind.TEXT, "Channel.", (NotNull(),))
_BASIS = Field(
    "basis",
    Kind.TEXT,
    "recorded: as the sources state it; cleaned: as judged, duplicates and tests left out.",
    (NotNull(), OneOf(BASES)),
)
_PUBLICATION = Field("publication_id", Kind.TEXT, "Publication: the digest of its figures, policy and as_of.", (NotNull(),))

COUNTS = Table(
    schema="mart",
    name="counts",
    description="The counters of form II.06a, and of the bridge from recorded to cleaned, for every agency, field, channel and month: "
    "working copy, not yet published.",
    grain="policy × basis × unit × field × channel × month",
    key=("policy", "basis", "unit_code", "field_code", "channel", "month"),
    fields=(
        POLICY,
        _BASIS,
        _UNIT,
        _FIELD,
        _CHANNEL,
        MONTH,
        *(count(name, description) for name, description in (COUNTER_MEANINGS | BRIDGE_MEANINGS).items()),
        Field(
            "as_of",
            Kind.DATE,
            "Day whose end the row speaks for: the last of its month, or the day of the run where that comes first. "
            "So the rows of past months stay untouched when only the day moves on.",
            (NotNull(),),
        ),
        CHANGED_IN,
    ),
    indexes=(("policy", "month"),),
    managed=("changed_in",),
)

INDICATORS = Table(
    schema="mart",
    name="indicators",
    description="Published indicators: numerator and denominator always beside the value; no value for an empty denominator.",
    grain="publication × indicator × basis × unit × field × channel × period",
    key=("publication_id", "indicator", "basis", "unit_code", "field_code", "channel", "period"),
    fields=(
        _PUBLICATION,
        Field("indicator", Kind.TEXT, "Indicator, as declared in config/indicators.", (NotNull(),)),
        _BASIS,
        Field("unit_code", Kind.TEXT, "Agency; '*' for all of them.", (NotNull(),)),
        Field("field_code", Kind.TEXT, "Procedure field; '*' for all of them.", (NotNull(),)),
        Field("channel", Kind.TEXT, "Channel; '*' for all of them.", (NotNull(),)),
        Field("period", Kind.TEXT, "Month as YYYY-MM, or '*' for the whole span.", (NotNull(),)),
        Field("numerator", Kind.INTEGER, "Numerator.", (NotNull(), Between(0))),
        Field(
            "denominator",
            Kind.INTEGER,
            "Denominator: those of the scope whose timeliness is derivable; for plain counts null.",
            (Between(0),),
        ),
        count("undetermined", "Dossiers of the scope that stand in neither; all of them late gives lower, all on time upper."),
        Field(
            "value",
            Kind.NUMBER,
            "100 × numerator / denominator, rounded as declared; null for an empty denominator. Plain counts: the count.",
            (Between(0),),
        ),
        Field("lower", Kind.NUMBER, "Value if every undetermined dossier were late.", (Between(0),)),
        Field("upper", Kind.NUMBER, "Value if every undetermined dossier were on time.", (Between(0),)),
    ),
)

PUBLICATIONS = Table(
    schema="mart",
    name="publications",
    description="Every publication ever made; readers take the newest one of a policy.",
    grain="publication",
    key=("publication_id",),
    fields=(
        _PUBLICATION,
        POLICY,
        AS_OF,
        Field("published_at", Kind.INSTANT, "When it was first committed.", (NotNull(),)),
        Field(
            "current_since",
            Kind.INSTANT,
            "When it last became the newest one of its policy: later than published_at where figures returned to what they had been.",
            (NotNull(),),
        ),
        Field("counts_digest", Kind.TEXT, "SHA-256 over all rows of mart.counts that it was made from.", (NotNull(),)),
        Field(
            "rules_digest",
            Kind.TEXT,
            "SHA-256 over policies, calendars, checks, indicators, waivers and rules code in force.",
            (NotNull(),),
        ),
        count("dossiers", "Dossiers counted."),
        count("rows", "Rows of mart.indicators."),
    ),
)

VERDICT_COUNTS = Table(
    schema="mart",
    name="verdict_counts",
    description="Published with the indicators: how many dossiers of which source and agency got which verdict, and why.",
    grain="publication × source × unit × verdict × strongest reason",
    key=("publication_id", "source", "unit_code", "verdict", "reason"),
    fields=(
        _PUBLICATION,
        SOURCE,
        _UNIT,
        Field("verdict", Kind.TEXT, "Verdict.", (NotNull(), OneOf(VERDICTS))),
        Field(
            "reason",
            Kind.TEXT,
            "Strongest reason code; for undetermined ones what is missing; '-' where there is none.",
            (NotNull(),),
        ),
        count("dossiers", "Dossiers."),
        count("recorded_late", "Of those, dossiers that the source states as late."),
        count(
            "to_correct",
            "Of those, dossiers that the agency has to correct: recorded otherwise than the evidence says, "
            "undetermined, or with an open finding of severity fail.",
        ),
    ),
)

FINDING_COUNTS = Table(
    schema="mart",
    name="finding_counts",
    description="Published with the indicators: how many dossiers of which source and agency fail which check.",
    grain="publication × source × unit × check",
    key=("publication_id", "source", "unit_code", "check_id"),
    fields=(
        _PUBLICATION,
        SOURCE,
        _UNIT,
        Field("check_id", Kind.TEXT, "Check, as declared in config/checks.yaml.", (NotNull(),)),
        Field("severity", Kind.TEXT, "Severity.", (NotNull(), OneOf(SEVERITIES))),
        count("dossiers", "Dossiers with an open finding of it that is not waived."),
        count("waived", "Dossiers with an open finding of it that a waiver leaves out."),
    ),
)


def _stored(of: Table) -> Table:
    """Return the table in which the rows of all publications stand, each once for as long as they say the same."""
    rest = tuple(field for field in of.fields if field.name != _PUBLICATION.name)
    return Table(
        schema=of.schema,
        name=f"stored_{of.name}",
        description=f"Rows of {of.full_name}, which is a view: each once, with the publications from and until which it was said.",
        grain=f"policy × {of.grain.removeprefix('publication × ')} × first publication that says it",
        key=("policy", *of.key[1:], "said_from"),
        fields=(
            POLICY,
            *rest,
            Field("said_from", Kind.INSTANT, "published_at of the first publication that says so.", (NotNull(),)),
            Field("said_until", Kind.INSTANT, "published_at of the first that says it no longer; null while none does."),
        ),
        partial=(("standing", ("policy",), "said_until IS NULL"),),
    )


STORED_INDICATORS, STORED_VERDICT_COUNTS, STORED_FINDING_COUNTS = map(_stored, (INDICATORS, VERDICT_COUNTS, FINDING_COUNTS))
STORED = {INDICATORS: STORED_INDICATORS, VERDICT_COUNTS: STORED_VERDICT_COUNTS, FINDING_COUNTS: STORED_FINDING_COUNTS}
"""What a publication says, as a view of its own (:data:`schemas.catalogue.VIEWS`), and where it is stored."""
