"""Outbox: events of work packages and corrections, and their deliveries."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"

_INSTANT = sa.TIMESTAMP(timezone=True)
_CHANGED_IN = ("changed_in", sa.BigInteger(), False, "Number of the load (audit.change_seq) that last changed the row.")
_EVENTS: tuple[tuple[str, sa.types.TypeEngine[Any], bool, str], ...] = (
    ("event_id", sa.Text(), False, "Digest of what it is about: the same event is written once."),
    ("kind", sa.Text(), False, "What happened (GLOSSARY.md)."),
    ("unit_code", sa.Text(), True, "Agency that it concerns, in ref.units; null: not known."),
    ("about_unit", sa.Text(), True, "Agency that it is about: of an escalation the one below; null: not known."),
    ("package", sa.Text(), False, "Work package, or file of corrections, that it is about."),
    ("items", sa.BigInteger(), False, "Questions or corrections that it is about."),
    ("account", sa.Text(), True, "Account of who did it; null: the source, the calendar, or motcua."),
    ("due_at", _INSTANT, True, "Until when an answer is or was due; null where that is not the matter."),
    ("at", _INSTANT, False, "When."),
    _CHANGED_IN,
)
_DELIVERIES: tuple[tuple[str, sa.types.TypeEngine[Any], bool, str], ...] = (
    ("event_id", sa.Text(), False, "The event, quality.loop_events."),
    ("subscription", sa.Text(), False, "Name in config/subscriptions.yaml."),
    ("message", sa.Text(), False, "Number of the message, which it bears; the same each time that it is sent."),
    ("state", sa.Text(), False, "How far it has come."),
    ("attempts", sa.BigInteger(), False, "How often it was tried."),
    ("claimed_at", _INSTANT, False, "When it was tried last."),
    ("next_at", _INSTANT, True, "When it is tried again, where it was not sent; null: as soon as possible."),
    ("sent_at", _INSTANT, True, "When the channel took it."),
    _CHANGED_IN,
)


def upgrade() -> None:
    """Create both tables; roles as in the rest of the layer."""
    _create(
        "loop_events",
        _EVENTS,
        ("event_id",),
        "What happened to work packages and corrections, written in the transaction in which it did; codes and counts only. "
        "Grain: event.",
    )
    _create(
        "deliveries",
        _DELIVERIES,
        ("event_id", "subscription"),
        "Which event was put into which message to which subscription, and how far that came. Grain: event × subscription.",
    )
    op.create_index("ix_quality_loop_events_at", "loop_events", ["at"], schema="quality")
    op.create_index("ix_quality_deliveries_subscription_state", "deliveries", ["subscription", "state"], schema="quality")


def _create(
    name: str, columns: tuple[tuple[str, sa.types.TypeEngine[Any], bool, str], ...], key: tuple[str, ...], comment: str
) -> None:
    made = [sa.Column(column, kind, nullable=nullable, comment=said) for column, kind, nullable, said in columns]
    op.create_table(name, *made, sa.PrimaryKeyConstraint(*key), schema="quality", comment=comment)
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON quality.{name} TO motcua_load")
    op.execute(f"GRANT SELECT ON quality.{name} TO motcua_publish")
