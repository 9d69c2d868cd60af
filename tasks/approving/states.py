"""States of publications: a row a step, of which the newest holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from config.errors import ConfigError
from config.language import Bilingual
from schemas.publications import PUBLICATION_STATES, STANDING_STATES
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.rows import fetch_as, fetch_column

if TYPE_CHECKING:
    from tasks.warehouse.load import Load

_NEWEST = """
    SELECT DISTINCT ON (publication_id) publication_id, policy, as_of, at, state, decided_by, reason
    FROM audit.publication_states {where} ORDER BY publication_id, at DESC
"""
_LIST = f"SELECT * FROM ({_NEWEST.format(where='WHERE policy = %(policy)s')}) AS s ORDER BY as_of DESC, at DESC"
_ONE = _NEWEST.format(where="WHERE publication_id = %(publication)s")
_STEPS = """
    SELECT publication_id, policy, as_of, at, state, decided_by, reason FROM audit.publication_states
    WHERE publication_id = %(publication)s ORDER BY at
"""
_NAMED = """
    SELECT DISTINCT publication_id FROM audit.publication_states
    WHERE publication_id = %(given)s OR length(%(given)s) >= 6 AND starts_with(publication_id, %(given)s) ORDER BY 1 LIMIT 2
"""
_STATE = "SELECT state FROM audit.publication_states WHERE publication_id = %(publication)s ORDER BY at DESC LIMIT 1"
_LAST = "SELECT max(at) FROM audit.publication_states WHERE publication_id = %(publication)s"


@dataclass(frozen=True)
class PublicationStep:
    """A step of a publication: its state from then on, who decided and why."""

    publication_id: str
    policy: str
    as_of: date
    at: datetime
    state: str
    decided_by: str | None
    reason: str | None

    @property
    def stands(self) -> bool:
        """Whether readers may see it."""
        return self.state in STANDING_STATES


def publication_named(given: str) -> str:
    """Return the publication or draft that is called so: its id, or the first six characters of it and more.

    Raises:
        ConfigError: none is, or several are.
    """
    found = fetch_column(_NAMED, {"given": given})
    if len(found) == 1:
        return str(found[0])
    fact = Bilingual("nhiều lần công bố có mã bắt đầu như vậy", "begins the id of several publications")
    if not found:
        fact = Bilingual("không có lần công bố nào mang mã này", "is no publication")
    raise ConfigError(
        f"motcua publications {given}",
        fact,
        Bilingual("một mã trong `motcua publications list`", "an id of `motcua publications list`"),
    )


def newest_steps(policy: str) -> list[PublicationStep]:
    """List every publication and draft of a policy as it stands, the newest day first."""
    return fetch_as(PublicationStep, _LIST, {"policy": policy})


def newest_step(publication_id: str) -> PublicationStep:
    """Return how a publication stands that there is."""
    return fetch_as(PublicationStep, _ONE, {"publication": publication_id})[0]


def steps_of(publication_id: str) -> list[PublicationStep]:
    """Return all steps of a publication, in order."""
    return fetch_as(PublicationStep, _STEPS, {"publication": publication_id})


def state_of(current: Load, publication_id: str) -> str | None:
    """Return the state of a publication as an open load sees it; None where there is none."""
    found: str | None = current.read_one(_STATE, {"publication": publication_id})
    return found


def note_state(current: Load, step: PublicationStep) -> None:
    """Write the next step of a publication, later than all before it."""
    last: datetime | None = current.read_one(_LAST, {"publication": step.publication_id})
    at = step.at if last is None else max(step.at, last + timedelta(microseconds=1))
    given = {name: getattr(step, name) for name in PUBLICATION_STATES.given_columns}
    current.put(PUBLICATION_STATES, {**given, "at": at})
    failpoint("state_noted")


def step_now(
    publication_id: str, policy: str, as_of: date, state: str, by: str | None = None, why: str | None = None
) -> PublicationStep:
    """Return a step that is taken now."""
    return PublicationStep(publication_id, policy, as_of, datetime.now(UTC), state, by, why)
