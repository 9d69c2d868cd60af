"""Audits of corrections: how many of a month's random sample were found wrong, as published."""

from __future__ import annotations

from schemas.fields import CHANGED_IN, count
from schemas.table import Between, Field, Kind, NotNull, Pattern, Table

AUDITS = Table(
    schema="mart",
    name="audits",
    description="Random samples of approved corrections that were held against the paper, and how many of all are wrong at most.",
    grain="month",
    key=("month",),
    fields=(
        Field("month", Kind.TEXT, "Month of approval as YYYY-MM, office time.", (NotNull(), Pattern(r"\d{4}-\d{2}"))),
        count("corrections", "Corrections approved in it."),
        count("looked_at", "Of these, drawn and held against the paper."),
        count("wrong", "Of these, wrong."),
        Field(
            "at_most_wrong",
            Kind.NUMBER,
            "Share of all that are wrong at most, in percent, 95 % sure (Wilson's upper bound).",
            (NotNull(), Between(0, 100)),
        ),
        Field("entry", Kind.INTEGER, "Entry of audit.ledger whose hash drew the sample.", (NotNull(),)),
        Field("audited_by", Kind.TEXT, "Account of who looked.", (NotNull(),)),
        Field("digest", Kind.TEXT, "SHA-256 of the file with the results.", (NotNull(),)),
        Field("recorded_at", Kind.INSTANT, "When the results came in.", (NotNull(),)),
        CHANGED_IN,
    ),
    managed=("changed_in",),
)
