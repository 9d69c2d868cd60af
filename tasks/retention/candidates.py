"""Candidates of a purge: landing files of dossiers that ended long ago and nothing holds.

A page says more than the versions that it brought: a dossier that it repeats unchanged rests on it too. So what is old is read
before it goes, once, as a load reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pyarrow.compute as pc

from config.codes import ENDED_STATUSES
from config.known_sources import known_sources
from config.retention import Retention
from config.sources import Source
from tasks.cleaning.columns import column
from tasks.rules.text.codes import fold_codes
from tasks.sources import landing
from tasks.sources.pages import Landed, read_pages
from tasks.sources.replacements import PURGED
from tasks.warehouse.rows import fetch_as, fetch_column, fetch_value
from tasks.warehouse.statements import statements_of

_SQL = statements_of(__file__)
# Figures that wait for somebody's decision may be asked about down to the record.
_WAITING = """
    SELECT count(*) FROM audit.publication_drafts AS d WHERE (
        SELECT s.state FROM audit.publication_states AS s WHERE s.publication_id = d.publication_id ORDER BY s.at DESC LIMIT 1
    ) IN ('draft', 'review')
"""


@dataclass(frozen=True)
class OldPage:
    """A page that the rule no longer keeps.

    Attributes:
        bytes: its length as it came; records: how many it has.
        interrupted: it stands in the landing zone as purged already, and a run was killed before it said so.
    """

    source: str
    digest: str
    media_type: str
    name: str
    bytes: int
    records: int
    interrupted: bool = False


@dataclass(frozen=True)
class Kept:
    """Why files of a source are kept although they are old: how many dossiers have not ended, or are held."""

    source: str
    unfinished: int
    held_pages: int


def drafts_waiting() -> int:
    """Return how many drafts of publications wait for a decision; nothing is purged meanwhile."""
    return int(fetch_value(_WAITING))


def purgeable(source: Source) -> bool:
    """Tell whether files of a source can be purged.

    Directories of agencies and procedures are what all verdicts rest on. Records that tell only what changed are read beside the
    earlier ones about their dossiers, however old.
    """
    return not source.is_reference and source.statements == "whole"


def old_pages(rule: Retention, policy: str, day: date) -> Iterator[OldPage]:
    """Read old pages and yield those in which nothing has to be kept.

    Args:
        rule: the office's.
        policy: by whose verdicts a dossier has ended.
        day: what "so many days ago" is counted from.

    Raises:
        SourceError: a landing file is missing or damaged.
        WarehouseError: a statement failed.
    """
    for name, source in sorted(known_sources().judged.items()):
        days = rule.landing.days_of(name)
        if days is None or not purgeable(source):
            continue
        before = datetime.combine(day - timedelta(days=days), time(), UTC)
        holds = [hold for hold in rule.holds if hold.holds(name, day)]
        unfinished = fetch_column(
            _SQL["unfinished"],
            {
                "source": name,
                "policy": policy,
                "before": before,
                "ended": list(map(int, ENDED_STATUSES)),
                "held_from": [hold.received_from for hold in holds],
                "held_until": [hold.received_until for hold in holds],
            },
        )
        kept = {str(code).partition("~")[0] for code in unfinished}
        for page in fetch_as(OldPage, _SQL["old"], {"source": name, "before": before, "codes": unfinished}):
            body = landing.fetch(page.digest, name)
            if PURGED.is_in(body):
                yield OldPage(**{**vars(page), "interrupted": True})
            elif not kept.intersection(_codes_in(page, body, source)):
                yield page


def _codes_in(page: OldPage, body: bytes, source: Source) -> list[str]:
    told = read_pages([Landed(page.digest, body, page.media_type, page.name)], source, apart=True).joined()
    return [code for code in pc.unique(fold_codes(column(told.dossiers, "code"))).to_pylist() if code]
