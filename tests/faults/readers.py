"""Readers of what is published, fifty times a second, while runs are killed: old or new, never a mixture."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from types import TracebackType

import psycopg2

_EACH = 0.02  # seconds from one look to the next
_LOOK = """
    SELECT p.publication_id, count(i.*), md5(coalesce(string_agg(i::text, '' ORDER BY i::text), '')) FROM mart.current_publications AS p
    LEFT JOIN mart.indicators AS i ON i.publication_id = p.publication_id WHERE p.policy = %s GROUP BY 1
"""


class Readers:
    """Look at the current publication of a policy from a thread with a connection of its own, until the block ends.

    Args:
        address: of the warehouse.
        policy: whose publication.

    Attributes:
        looks: how often they looked.
        said: publication to what it said, a row count and a digest for each way in which it was met.
    """

    def __init__(self, address: str, policy: str) -> None:
        self.looks = 0
        self.said: defaultdict[str, set[tuple[int, str]]] = defaultdict(set)
        self._address, self._policy = address, policy
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Readers:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()

    def check(self, rows: Mapping[str, int]) -> None:
        """Assert that each publication was met whole, and always as the same.

        Args:
            rows: publication to how many rows it has in the end.
        """
        assert self.looks, "I4: nobody looked"
        assert set(self.said) <= set(rows), "I4: a publication was read that is none"
        for publication, said in self.said.items():
            assert [count for count, _ in said] == [rows[publication]], f"I4: {publication[:12]} was read as {len(said)} things"

    def _look(self) -> None:
        driver = psycopg2.connect(self._address)
        driver.autocommit = True
        with driver.cursor() as cursor:
            while not self._stop.wait(_EACH):
                cursor.execute(_LOOK, (self._policy,))
                found = cursor.fetchall()
                assert len(found) <= 1
                for publication, count, digest in found:
                    self.said[publication].add((count, digest))
                self.looks += 1
        driver.close()
