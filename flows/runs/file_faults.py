"""Faulty files that a run loaded, named at its end, so that their office corrects them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from config.language import translate
from flows.runs.outcome import RunFailures
from tasks.rules.privacy.masking import mask
from tasks.sources.file_notes import NOTE_KINDS, FileNote
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.rows import fetch_value

_MARK = "SELECT now()"
_SINCE = """
    SELECT source, name, notes FROM raw.pages WHERE loaded_at >= %(mark)s AND notes IS NOT NULL ORDER BY source, name
"""
_MOST = 10  # files of a run; all are in raw.pages


@contextmanager
def told_of_files(trouble: RunFailures) -> Iterator[None]:
    """Tell at the end what was odd in the files that were loaded inside."""
    mark = fetch_value(_MARK)
    yield
    told = [(source, name, said) for source, name, notes in fetch_all(_SINCE, {"mark": mark}) if (said := _said(notes))]
    for source, name, said in told[:_MOST]:
        trouble.warn(f"{source}: {mask(name)}: {said}")
    if len(told) > _MOST:
        more = len(told) - _MOST
        trouble.warn(translate(f"{more} tệp khác cũng có điều lạ (raw.pages).", f"{more} more files are odd too (raw.pages)."))


def _said(notes: str) -> str:
    read = map(FileNote.read, notes.splitlines())
    return " ".join(translate(*note.said()) for note in read if note.kind in NOTE_KINDS)
