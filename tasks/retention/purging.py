"""Purge of landing files: day and rule take the place of each, then its row says so.

What is killed in between is found by the next purge: the file says that it was purged, the row not yet. Figures, publications
and seals rest on rows of the warehouse, which stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice

from config.retention import Retention
from tasks.recovery.manifests import keep_purge
from tasks.retention.candidates import OldPage, drafts_waiting, old_pages
from tasks.sources import landing
from tasks.sources.purged_pages import Purge, purge_of, purged_body
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import load

PURGE = "purge"
_BATCH = 50  # files a transaction: what a killed purge has to say again
_MARK = """
    UPDATE raw.pages AS p SET purged_on = g.day, purge_rule = g.rule
    FROM unnest(%(digests)s::text[], %(days)s::date[], %(rules)s::text[]) AS g (digest, day, rule)
    WHERE p.source = %(source)s AND p.page_digest = g.digest
"""


@dataclass(frozen=True)
class Purged:
    """What was purged, or would be.

    Attributes:
        waiting: drafts of publications that wait for a decision: nothing is purged meanwhile.
        by_source: source to files, bytes and records.
    """

    waiting: int
    by_source: dict[str, tuple[int, int, int]]

    @property
    def files(self) -> int:
        """Files of all sources."""
        return sum(files for files, _, _ in self.by_source.values())


def rule_words(rule: Retention, source: str) -> str:
    """Say a source's rule as the row and the file keep it."""
    return f"retention.yaml: {rule.landing.days_of(source)} days after end"


def purge_landing(rule: Retention, policy: str, day: date, by: str = "maintain", *, apply: bool = True) -> Purged:
    """Purge the landing files that the rule no longer keeps.

    Args:
        rule: the office's; one that keeps everything costs nothing.
        policy: by whose verdicts a dossier has ended.
        day: of the purge.
        by: account of who does it, for the ledger.
        apply: False only counts.

    Raises:
        SourceError: a landing file is missing or damaged; what was purged before it is.
        WarehouseError: a statement failed; the next purge says what this one did.
    """
    waiting = drafts_waiting()
    totals: dict[str, tuple[int, int, int]] = {}
    if waiting:
        return Purged(waiting, totals)
    pages = iter(old_pages(rule, policy, day))
    while some := list(islice(pages, _BATCH)):
        for page in some:
            files, size, records = totals.get(page.source, (0, 0, 0))
            totals[page.source] = (files + 1, size + page.bytes, records + page.records)
        if apply:
            _purge(some, rule, day, by)
    return Purged(0, totals)


def _purge(pages: Iterable[OldPage], rule: Retention, day: date, by: str) -> None:
    done: dict[str, list[tuple[str, Purge]]] = {}
    for page in pages:
        if page.interrupted:
            purge = purge_of(landing.fetch(page.digest, page.source))
        else:
            purge = Purge(day, rule_words(rule, page.source))
            landing.overwrite(page.digest, purged_body(page.digest, purge))
            failpoint("page_purged")
        done.setdefault(page.source, []).append((page.digest, purge))
    for source, marked in done.items():
        proof = hashlib.sha256("\n".join(digest for digest, _ in marked).encode()).hexdigest()
        with load(PURGE, f"{by}: {source}", digest=proof) as current:
            current.execute(
                _MARK,
                {
                    "source": source,
                    "digests": [digest for digest, _ in marked],
                    "days": [purge.day for _, purge in marked],
                    "rules": [purge.rule for _, purge in marked],
                },
            )
            keep_purge(current, source, [digest for digest, _ in marked])
