"""Erasure of one person: surrogates take the place of their values in every landing file.

The pseudonym becomes that of the surrogate. Counts, verdicts and seals stay what they are, since nothing that they rest on changes; a replay comes to the same. The pages
are written first, each whole or not at all, and the warehouse last: what is killed in between is done again by the same command,
with the same surrogates, whose secret lies beside the keys until the erasure is complete.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np

from config.pseudonym_key import pseudonym_key
from config.secret_files import secret_in
from tasks.persons.search import (
    Identity,
    KnownPage,
    holds_number,
    identity_of,
    known_pages,
    readings_of,
    rows_of,
    sources_of,
)
from tasks.rules.privacy.surrogates import Surrogates
from tasks.sources import landing
from tasks.sources.erased_pages import erased_body
from tasks.sources.parsed_records import ParsedRecords
from tasks.warehouse.load import load

ERASE = "erase"
_PSEUDONYM = "UPDATE core.dossiers SET applicant_key = %(new)s WHERE applicant_key = %(old)s"


@dataclass(frozen=True)
class Erased:
    """What was erased.

    Attributes:
        pages: landing files that were rewritten.
        records: records of the person in them.
        dossiers: dossiers of the warehouse that have another pseudonym now.
        left: landing files in which the number still stands; 0 unless something landed meanwhile.
    """

    pages: int
    records: int
    dossiers: int
    left: int


def erase_person(identity: Identity, home: Path, by: str, reason: str) -> Erased:
    """Erase a person from the landing zone and replace the pseudonym.

    Args:
        identity: whose.
        home: folder below which the secret of an unfinished erasure lies.
        by: account of who does it, for the ledger.
        reason: why, for the ledger; names nobody.

    Raises:
        ConfigError: a source whose pages have to be read has no file any more; nothing was changed.
        SourceError: a landing file is missing or damaged; what was written is whole, the rest waits for the next time.
        WarehouseError: the warehouse did not take it; again the same command completes it.
    """
    secret_file = home / "keys" / f"erasure-{_name(identity)}.key"
    surrogates = Surrogates(secret_in(secret_file, lambda: secrets.token_hex(32)))
    digests, records = [], 0
    for digest, body, count in _rewritten(identity, surrogates):
        landing.overwrite(digest, body)
        digests.append(f"{digest} {landing.digest_of(body)}")
        records += count
    new = identity_of(surrogates.identity(identity.digits)).key
    proof = hashlib.sha256("\n".join(digests).encode()).hexdigest()
    with load(ERASE, f"{by}: {reason}", digest=proof) as current:
        dossiers = current.execute(_PSEUDONYM, {"old": identity.key, "new": new})
    left = sum(holds_number(landing.fetch(one), identity) for one in {page.digest for page in known_pages()})
    secret_file.unlink()
    return Erased(len(digests), records, dossiers, left)


def _rewritten(identity: Identity, surrogates: Surrogates) -> Iterable[tuple[str, bytes, int]]:
    """Yield pages that hold the person: digest, new body, records of the person."""
    known = known_pages()
    sources = sources_of(known)
    for digest, pages in groupby(known, key=lambda page: page.digest):
        several: list[KnownPage] = list(pages)
        body = landing.fetch(digest, several[0].source)
        told = {page.source: readings_of(page, body, sources) for page in several}
        rows = {source: rows_of(one, identity) for source, one in told.items()}
        if any(each.any() for each in rows.values()) or holds_number(body, identity):
            without = {source: _without(one, rows[source], identity, surrogates) for source, one in told.items()}
            yield digest, erased_body(digest, without), sum(int(each.sum()) for each in rows.values())


def _without(told: ParsedRecords, rows: np.ndarray, identity: Identity, surrogates: Surrogates) -> ParsedRecords:
    """Return readings in which surrogates stand for the person's values."""
    if not rows.any():
        return told
    dossiers = told.dossiers.copy()
    ways = {
        "identity_number": lambda _: surrogates.identity(identity.digits),
        "phone": surrogates.phone,
        "applicant_name": surrogates.words,
        "summary": surrogates.words,
    }
    for column, way in ways.items():
        given = dossiers.loc[rows, column]
        dossiers.loc[rows, column] = given.map(way, na_action="ignore").astype(dossiers[column].dtype)
    return replace(told, dossiers=dossiers)


def _name(identity: Identity) -> str:
    """Name the file of an unfinished erasure so that only who has key and number finds it."""
    return hmac.digest(pseudonym_key(), b"erasure\x00" + identity.digits.encode(), "sha256").hex()[:16]
