"""Run by Alembic inside ``tasks.warehouse.migrations.migrate``, on the connection that it is given there."""

from __future__ import annotations

from alembic import context

from schemas.migrations.comparison import OPTIONS

context.configure(connection=context.config.attributes["connection"], **OPTIONS)
with context.begin_transaction():
    context.run_migrations()
