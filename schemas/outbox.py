"""Outbox: what happened to work packages and corrections, and who has been told of it."""

from __future__ import annotations

from config.codes import EVENT_KINDS
from schemas.fields import CHANGED_IN
from schemas.table import Between, Field, Kind, NotNull, OneOf, Table

DELIVERY_STATES = ("claimed", "staged", "failed", "sent")
"""Of a message: about to be sent, its file ready to be dropped, not sent and tried again, sent."""

LOOP_EVENTS = Table(
    schema="quality",
    name="loop_events",
    description="What happened to work packages and corrections, written in the transaction in which it did; codes and counts only.",
    grain="event",
    key=("event_id",),
    fields=(
        Field("event_id", Kind.TEXT, "Digest of what it is about: the same event is written once.", (NotNull(),)),
        Field("kind", Kind.TEXT, "What happened (GLOSSARY.md).", (NotNull(), OneOf(EVENT_KINDS))),
        Field("unit_code", Kind.TEXT, "Agency that it concerns, in ref.units; null: not known."),
        Field("about_unit", Kind.TEXT, "Agency that it is about: of an escalation the one below; null: not known."),
        Field("package", Kind.TEXT, "Work package, or file of corrections, that it is about.", (NotNull(),)),
        Field("items", Kind.INTEGER, "Questions or corrections that it is about.", (NotNull(), Between(0))),
        Field("account", Kind.TEXT, "Account of who did it; null: the source, the calendar, or motcua."),
        Field("due_at", Kind.INSTANT, "Until when an answer is or was due; null where that is not the matter."),
        Field("at", Kind.INSTANT, "When.", (NotNull(),)),
        CHANGED_IN,
    ),
    indexes=(("at",),),
    managed=("changed_in",),
)

DELIVERIES = Table(
    schema="quality",
    name="deliveries",
    description="Which event was put into which message to which subscription, and how far that came.",
    grain="event × subscription",
    key=("event_id", "subscription"),
    fields=(
        Field("event_id", Kind.TEXT, "The event, quality.loop_events.", (NotNull(),)),
        Field("subscription", Kind.TEXT, "Name in config/subscriptions.yaml.", (NotNull(),)),
        Field("message", Kind.TEXT, "Number of the message, which it bears; the same each time that it is sent.", (NotNull(),)),
        Field("state", Kind.TEXT, "How far it has come.", (NotNull(), OneOf(DELIVERY_STATES))),
        Field("attempts", Kind.INTEGER, "How often it was tried.", (NotNull(), Between(1))),
        Field("claimed_at", Kind.INSTANT, "When it was tried last.", (NotNull(),)),
        Field("next_at", Kind.INSTANT, "When it is tried again, where it was not sent; null: as soon as possible."),
        Field("sent_at", Kind.INSTANT, "When the channel took it."),
        CHANGED_IN,
    ),
    indexes=(("subscription", "state"),),
    managed=("changed_in",),
)
