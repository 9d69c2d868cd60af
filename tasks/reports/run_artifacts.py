"""Artifacts of the run at hand in the Prefect UI: tables, texts and its progress bar.

Prefect is imported when one is written, not before: commands that only read share the tables, and answer at once.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from config.language import as_written


def show_table(table: list[dict[str, Any]], key: str, description: str) -> None:
    """Write a table as an artifact of the run.

    Args:
        table: its rows, headings as keys; a text that is a day or a time is written as the language in force does.
        key: name under which the UI keeps its versions: small letters, digits and dashes.
        description: what it shows, in the language in force.
    """
    from prefect.artifacts import create_table_artifact

    shown = [{name: as_written(cell) if isinstance(cell, str) else cell for name, cell in row.items()} for row in table]
    create_table_artifact(table=shown, key=key, description=description)


def show_markdown(markdown: str, key: str, description: str) -> None:
    """Write a text as an artifact of the run; arguments as :func:`show_table`."""
    from prefect.artifacts import create_markdown_artifact

    create_markdown_artifact(markdown=markdown, key=key, description=description)


def start_progress(description: str) -> UUID:
    """Create the run's progress bar, at zero."""
    from prefect.artifacts import create_progress_artifact

    identity = create_progress_artifact(progress=0.0, key="progress", description=description)
    return identity if isinstance(identity, UUID) else UUID(str(identity))


def show_progress(identity: UUID, percent: float, description: str | None = None) -> None:
    """Move the run's progress bar, and say beside it how far it is."""
    from prefect.artifacts import update_progress_artifact

    update_progress_artifact(artifact_id=identity, progress=percent, description=description)
