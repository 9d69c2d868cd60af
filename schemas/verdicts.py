"""The verdict layer: due date, end and timeliness of each dossier under each policy."""

from __future__ import annotations

from dataclasses import replace

from schemas.fields import (
    CHANGED_IN,
    CHANNEL,
    CODE,
    FIELD_CODE,
    LEFT_OUT_REASONS,
    POLICY,
    PROCEDURE_CODE,
    RECEIVED_AT,
    SOURCE,
    STATES,
    TIMELINESS,
    UNIT_CODE,
    VERDICTS,
)
from schemas.table import Between, Field, Kind, NotNull, OneOf, Table

MOVING = "moving"
"""Condition of the verdicts that change with the day."""
LAST_MOMENT = "GREATEST(received_at, end_at, recorded_end_at)"
"""When the last of what is counted of a verdict happened: one that does not move is in no figure of a later month."""

VERDICTS_TABLE = Table(
    schema="judged",
    name="verdicts",
    description="Verdict with evidence for every primary dossier under every policy.",
    grain="dossier × policy",
    key=("source", "code", "policy"),
    fields=(
        SOURCE,
        CODE,
        POLICY,
        UNIT_CODE,
        PROCEDURE_CODE,
        FIELD_CODE,
        CHANNEL,
        RECEIVED_AT,
        Field("recorded_due_at", Kind.INSTANT, "Due date as the source states it."),
        Field("recorded_end_at", Kind.INSTANT, "End as the source would count it; null while it counts the dossier as open."),
        Field("recorded_state", Kind.TEXT, "State as the source states it.", (NotNull(), OneOf(STATES))),
        Field(
            "recorded_timeliness", Kind.TEXT, "Early, on time or late by the source's own rule.", (NotNull(), OneOf(TIMELINESS))
        ),
        Field("due_at", Kind.INSTANT, "Due date derived from the law and the cleaned facts; null: no limit, or not derivable."),
        Field("end_at", Kind.INSTANT, "End derived from the evidence; null while in progress."),
        Field("state", Kind.TEXT, "Derived state.", (NotNull(), OneOf(STATES))),
        Field("timeliness", Kind.TEXT, "Derived: early, on time, late, or undetermined.", (NotNull(), OneOf(TIMELINESS))),
        Field("verdict", Kind.TEXT, "Recorded against derived (decision 0003).", (NotNull(), OneOf(VERDICTS))),
        Field("reasons", Kind.TEXT, "Reason codes, space-separated, the strongest first; GLOSSARY.md defines them."),
        Field("missing", Kind.TEXT, "What evidence is missing, for undetermined ones, space-separated."),
        Field(
            "counted",
            Kind.BOOLEAN,
            "Counted in the cleaned indicators: received, not deleted, not a duplicate, not a test.",
            (NotNull(),),
        ),
        Field(
            "left_out",
            Kind.TEXT,
            "Why it is not counted although it was received (GLOSSARY.md); null: counted, not received or deleted.",
            (OneOf(LEFT_OUT_REASONS),),
        ),
        Field(
            "limit_minutes",
            Kind.INTEGER,
            "Legal limit in working minutes (a working day is the calendar's own), where it has any.",
            (Between(0),),
        ),
        Field(
            "worked_minutes",
            Kind.INTEGER,
            "Working minutes from receipt to end, pauses left out; null while no end is known.",
            (Between(0),),
        ),
        Field("paused_minutes", Kind.INTEGER, "Working minutes in pauses, overlapping ones once.", (Between(0),)),
        Field("evidence", Kind.JSON, "What each derived fact rests on: table, key, field and a digest of the value."),
        Field(
            "as_of",
            Kind.DATE,
            "Day of the end, which the verdict speaks for; null while it moves with the day: then that of audit.progress.",
        ),
        Field(
            "moving",
            Kind.BOOLEAN,
            "The verdict changes with the day: the dossier is open, its end unknown, or its record tells of a later time.",
            (NotNull(),),
        ),
        CHANGED_IN,
    ),
    # No index holds what a new day changes, and pages keep room (migration 0017): a row grows older where it stands.
    indexes=(("policy", "verdict"), ("unit_code", "policy")),
    partial=(("moving", ("source", "code"), MOVING), ("settled", ("policy", LAST_MOMENT), f"NOT {MOVING}")),
    managed=("changed_in",),
)

COUNTED = (
    *("source", "unit_code", "field_code", "channel", "received_at", "recorded_due_at", "recorded_end_at", "recorded_state"),
    *("recorded_timeliness", "due_at", "end_at", "state", "timeliness", "counted", "left_out"),
)
"""The fields of a verdict from which figures are made."""

RECOUNTS = Table(
    schema="judged",
    name="recounts",
    description="Verdicts of which something changed that is counted, each as the counters of its policy hold it until they are "
    "brought up to date.",
    grain="dossier × policy",
    key=("source", "code", "policy"),
    fields=(
        SOURCE,
        CODE,
        POLICY,
        Field(
            "held", Kind.BOOLEAN, "The counters hold the dossier as the row says; false: they do not hold it yet.", (NotNull(),)
        ),
        *(replace(VERDICTS_TABLE[name], constraints=()) for name in COUNTED[1:]),
    ),
    indexes=(("policy",),),
)

VERSION_CAUSES = ("data", "corrections", "rules", "calendar_change", "reorganisation")
"""Why a verdict counts otherwise than before: what the parts of a revision are called."""

VERDICT_VERSIONS = Table(
    schema="judged",
    name="verdict_versions",
    description="What publications counted of each verdict: a row once for as long as it stayed the same, with why it changed.",
    grain="policy × dossier × first publication or draft that rests on it",
    key=("policy", "source", "code", "said_from"),
    fields=(
        POLICY,
        SOURCE,
        CODE,
        *(replace(VERDICTS_TABLE[name], constraints=()) for name in ("unit_code", "procedure_code", *COUNTED[2:])),
        *(replace(VERDICTS_TABLE[name], constraints=()) for name in ("verdict", "reasons", "missing")),
        Field("findings", Kind.TEXT, "Open findings as check:severity, space-separated, in order; empty: none.", (NotNull(),)),
        Field("cause", Kind.TEXT, "Why it differs from the row before (GLOSSARY.md).", (NotNull(), OneOf(VERSION_CAUSES))),
        Field("said_from", Kind.INSTANT, "When the first publication or draft that rests on it was made.", (NotNull(),)),
        Field("said_until", Kind.INSTANT, "When the first that no longer does was made; null while none is."),
    ),
    partial=(("standing", ("policy",), "said_until IS NULL"),),
)
