"""Model of the made-up province: true facts of a dossier, and what each system shows of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from demo.oracle import Limit, Pause

PAUSE_STATUS = {"supplement": 5, "financial": 6, "stop": 8, "posting": 8}
ENDED = (9, 10, 7, 8, 3)


@dataclass(frozen=True, slots=True)
class Person:
    """An applicant assembled from syllables; kind 1 is a person, 2 a business."""

    name: str
    identity: str
    phone: str
    kind: int = 1


@dataclass(slots=True)
class Entry:
    """One entry of the progress log."""

    at: int
    status: int
    room: str
    officer: str
    text: str = ""


@dataclass(slots=True)
class Supplement:
    """A row of the list of supplements, as shown; due dates are None where the system left them empty."""

    asked: int
    came: int | None
    due_before: int | None
    due_after: int | None


@dataclass(slots=True)
class Shown:
    """What the one-stop system shows: minutes, None where empty, and ``raw`` texts that replace a field's own."""

    status: str
    unit: str
    unit_name: str
    procedure: str
    channel: str
    received: int | None
    submitted: int | None
    due: int | None
    done: int | None = None
    returned: int | None = None
    refused: int | None = None
    log: list[Entry] = field(default_factory=list)
    supplements: list[Supplement] = field(default_factory=list)
    has_result: bool = False
    alias: str = ""
    summary: str = ""
    level: str = "4"
    migrated: bool = False
    modified: int = 0
    raw: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class LandRow:
    """What the land software shows."""

    received: int
    due: int | None
    ended: int | None
    state: int
    pauses: list[Pause]
    modified: int


@dataclass(slots=True)
class PostalRow:
    """One hand-over of the postal service: taken over from the desk, delivered to the citizen."""

    taken: int
    delivered: int | None


@dataclass(slots=True)
class Dossier:
    """True facts of a dossier and, beside them, what the systems show.

    Attributes:
        number: place in the making; decides names and numbers.
        source: province (over HTTP) or communes (workbooks).
        limit: the limit that truly governs; ``settled`` is False where the catalogue leaves it open.
        ended: true end, which may lie after the day spoken for; None where it never ends.
        end_status: 9, or 7, 8, 3 where it ends without a result.
        planted: names of all causes planted, deciding or not.
        cause: the deciding one, or "".
        missing: what evidence is missing, where the truth cannot be known.
        known_end: end that the evidence shows, where it differs from the true one.
        kept: the systems' view is no longer derived from the history (a fault was planted).
        before_receipt: only registered, or refused without receipt.
        first: dossier that the same person withdrew before filing this one in its place.
        spoilt: kind of spoiling in a spoilt province, or "" (:mod:`demo.spoilt`).
        decidable: whether what was written out lets anybody know the truth.
        also: verdicts that what was written out allows besides.
        pair: code of the other record of the same dossier, of which one counts whichever it is.
    """

    number: int
    source: str
    unit: str
    procedure: str
    owner: str
    channel: str
    limit: Limit
    person: Person
    code: str
    receipt_number: str
    received: int
    submitted: int
    settled: bool = True
    pauses: list[Pause] = field(default_factory=list)
    ended: int | None = None
    end_status: int = 9
    returned: int | None = None
    by_post: bool = False
    appointment: int | None = None
    before_receipt: int = 0
    shown: Shown | None = None
    land: LandRow | None = None
    postal: PostalRow | None = None
    planted: list[str] = field(default_factory=list)
    cause: str = ""
    missing: str = ""
    known_end: int | None = None
    counted: bool = True
    kept: bool = False
    first: Dossier | None = None
    spoilt: str = ""
    decidable: bool = True
    also: tuple[str, ...] = ()
    pair: str = ""

    @property
    def view(self) -> Shown:
        """What the one-stop system shows; ValueError before it was made."""
        if self.shown is None:
            raise ValueError(f"{self.code} has no view yet")
        return self.shown
