"""Moments of publications: as of when the warehouse knows what a publication or draft rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from config.errors import UnreadableDataError
from config.language import Bilingual
from config.waivers import Waiver
from tasks.judging.rules_archive import ArchivedRules, archived
from tasks.measuring.counting import counts_of
from tasks.publishing.figures import verdicts_then
from tasks.warehouse.rows import fetch_as

_FOUND = """
    SELECT s.publication_id, s.policy, s.as_of, min(s.at) AS at,
        coalesce(max(p.rules_digest), max(d.rules_digest)) AS rules_digest,
        EXISTS (SELECT FROM judged.verdict_versions AS v WHERE v.policy = s.policy AND v.said_from <= min(s.at)) AS is_kept
    FROM audit.publication_states AS s LEFT JOIN mart.publications AS p USING (publication_id)
    LEFT JOIN audit.publication_drafts AS d USING (publication_id)
    WHERE s.publication_id = %(publication)s GROUP BY s.publication_id, s.policy, s.as_of
"""


@dataclass(frozen=True)
class PublicationMoment:
    """What a publication or draft rests on.

    Attributes:
        at: when its figures were worked out.
        rules_digest: of the rules and configuration of then.
        is_kept: whether the verdicts of then are kept; older versions did not keep them.
    """

    publication_id: str
    policy: str
    as_of: date
    at: datetime
    rules_digest: str
    is_kept: bool

    def rules(self) -> ArchivedRules:
        """Return the configuration of then.

        Raises:
            UnreadableDataError: it was made before verdicts and configuration were kept.
        """
        found = archived(self.rules_digest) if self.is_kept else None
        if found is None:
            raise UnreadableDataError(
                f"publication {self.publication_id[:12]}",
                Bilingual(
                    "được lập trước khi kho giữ lại kết luận và cấu hình của từng lần công bố",
                    "was made before verdicts and configuration of each publication were kept",
                ),
                Bilingual(
                    "Chỉ đối chiếu được với niêm phong: `motcua verify`.",
                    "It can be held against its seal only: `motcua verify`.",
                ),
            )
        return found

    def waivers(self) -> list[Waiver]:
        """Return the waivers of then."""
        return self.rules().waivers(self.as_of)

    def verdicts(self) -> pd.DataFrame:
        """Return the counted fields of every verdict of then."""
        return verdicts_then(self.policy, self.at)

    def counts(self, verdicts: pd.DataFrame, day: date | None = None) -> pd.DataFrame:
        """Return the counters that some verdicts make, for the day of the publication or another."""
        return counts_of(verdicts, self.policy, day or self.as_of, self.rules().zones)


def moment_of(publication_id: str) -> PublicationMoment:
    """Return what a publication or draft that there is rests on."""
    return fetch_as(PublicationMoment, _FOUND, {"publication": publication_id})[0]
