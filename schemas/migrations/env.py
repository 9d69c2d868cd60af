"""Alembic's entry point, run on the connection of ``tasks.warehouse.migrations.migrate``."""

from __future__ import annotations

from alembic import context

from schemas.migrations.comparison import OPTIONS

context.configure(connection=context.config.attributes["connection"], **OPTIONS)
with context.begin_transaction():
    context.run_migrations()
