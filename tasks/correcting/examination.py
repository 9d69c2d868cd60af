"""Examination of correction lines: the one place through which every correction passes.

Whoever sends it and how: held against the warehouse, against who may sign, and against the documents that a better figure asks for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from config.codes import OPEN_STATUSES, number_list
from config.errors import NothingYetError
from config.people import Documents, load_people
from schemas.quality import CORRECTABLE
from tasks.correcting.rejudging import Rejudged, corrections_of, rejudge
from tasks.judging.judged_sources import first_years, office_today, zones
from tasks.rules.corrections.documents import document_of, suffices
from tasks.rules.corrections.known_times import KnownTimes
from tasks.rules.corrections.lines import PROPOSER, Accepted, CorrectionLine, Known, Refused, sort_lines
from tasks.rules.corrections.signatures import Rights, held_against_rights, waiting
from tasks.rules.corrections.value_texts import same_value, value_text
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.partitions import last_day_of

# Sources are named because keys begin with them: by code alone, PostgreSQL before 18 would read the whole index.
_LAID_OVER = """
    SELECT DISTINCT ON (source, code, field) source, code, field, new_value FROM quality.corrections
    WHERE state = 'approved' AND source = ANY(%(sources)s) AND code = ANY(%(codes)s)
    ORDER BY source, code, field, received_at DESC, correction_id DESC
"""
# What was taken in once stays proposed, so that the same file gets the same answers.
_PROPOSED = f"""
    SELECT source, code, field, array_agg(new_value ORDER BY new_value) FROM (
        SELECT source, code, field, new_value FROM quality.proposals UNION
        SELECT source, code, field, new_value FROM quality.corrections WHERE lower(proposed_by) = '{PROPOSER}'
    ) AS said WHERE source = ANY(%(sources)s) AND code = ANY(%(codes)s) AND new_value IS NOT NULL GROUP BY 1, 2, 3
"""
_WORKED = f"""
    SELECT source, code, max(at) FROM core.events
    WHERE source = ANY(%(sources)s) AND code = ANY(%(codes)s) AND status IN ({number_list(OPEN_STATUSES)}) AND at IS NOT NULL GROUP BY 1, 2
"""


_ABOVE = "SELECT DISTINCT unit_code, parent_code FROM ref.units WHERE parent_code IS NOT NULL ORDER BY 1, 2"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LARGEST_ATTACHMENT = 50_000_000


@dataclass(frozen=True)
class ExaminedLines:
    """What became of lines, and what they were held against.

    Attributes:
        answers: one a line, in the order given.
        known: what the warehouse knew about them.
        improved: source and code of the dossiers that count better by the signed lines together.
        asked: what a document has to be like.
        today: the day of the examination, office time.
        attachments: SHA-256 of the attached file, by line.
        rights: who may sign for which agency.
        judged: what the lines touch that count, judged with them for :func:`judging_day`; None: other lines were judged, or none.
    """

    answers: list[Accepted | Refused]
    known: Known
    rights: Rights
    improved: frozenset[tuple[str, str]] = frozenset()
    asked: Documents = field(default_factory=Documents)
    today: date = date.min
    attachments: Mapping[int, str] = field(default_factory=dict)
    judged: Rejudged | None = field(default=None, compare=False)

    @property
    def accepted(self) -> list[Accepted]:
        """The lines that are kept."""
        return [answer for answer in self.answers if isinstance(answer, Accepted)]

    def is_of_the_evidence(self, answer: Accepted) -> bool:
        """Tell whether motcua proposes the value, whoever writes it down: systems speak for it."""
        about = (answer.source, answer.line.code, answer.field)
        zone = self.known.zones[answer.source]
        return any(same_value(answer.field, answer.new_value, one, zone) for one in self.known.proposed.get(about, ()))

    def proof(self, answer: Accepted) -> dict[str, Any]:
        """Return what is kept of a line's proof: document, attachment, and whether its dossier counts better."""
        document = document_of(answer.line, self.asked, self.today)
        improves = (answer.source, answer.line.code) in self.improved if answer.state == "approved" or answer.waits else None
        return {
            "document_number": document.number,
            "document_date": document.day,
            "attachment_digest": self.attachments.get(answer.line.number),
            "improves": improves,
        }


def examine_lines(lines: Sequence[CorrectionLine], folder: Path | None = None, *, as_if_signed: bool = False) -> ExaminedLines:
    """Accept or refuse every line, in the order given; nothing is written.

    A line counts (``approved``) where it can be true, somebody who may proposed it, somebody else who may signed it, and,
    where its dossier counts better by it, it names a document. One that lacks only the last waits.

    Args:
        lines: of a file, or of what waits.
        folder: where attached files lie.
        as_if_signed: look at lines that nobody has signed as if somebody had who may.

    Raises:
        ConfigError: people.yaml does not follow its model.
        WarehouseError: a statement failed.
    """
    known, people = known_about(lines), load_people()
    today = office_today()
    attachments, missing = _attachments(lines, folder)
    answers = [_with_attachment(answer, missing) for answer in sort_lines(list(lines), known)]
    rights = Rights(people, today, _above(), _agencies(known))
    answers = held_against_rights(answers, rights)
    if as_if_signed:
        answers = [_signed(one) if isinstance(one, Accepted) else one for one in answers]
    asked = people.documents if people else Documents()
    found = ExaminedLines(answers, known, rights, asked=asked, today=today, attachments=attachments)
    return _held_against_documents(found)


def judging_day() -> date:
    """Return the day for which dossiers were judged last; today where none was."""
    try:
        return last_day_of()
    except NothingYetError:
        return office_today()


def _held_against_documents(found: ExaminedLines) -> ExaminedLines:
    """Have signed lines wait that improve their dossier's lateness and name no document."""
    signed = [one for one in found.accepted if one.state == "approved"]
    if not signed:
        return found
    judged = _judged(signed)
    improved = frozenset(judged.improved())
    answers = [_with_document(one, improved, found) if isinstance(one, Accepted) else one for one in found.answers]
    return replace(found, answers=answers, improved=improved, judged=judged if answers == found.answers else None)


def _signed(answer: Accepted) -> Accepted:
    return replace(answer, state="approved", waits="") if answer.state == "proposed" else answer


def _judged(signed: Sequence[Accepted]) -> Rejudged:
    return rejudge(corrections_of(signed), judging_day())


def _with_document(answer: Accepted, improved: frozenset[tuple[str, str]], found: ExaminedLines) -> Accepted | Refused:
    if answer.state != "approved" or (answer.source, answer.line.code) not in improved:
        return answer
    if found.asked.systems_count and found.is_of_the_evidence(answer):
        return answer
    named = suffices(document_of(answer.line, found.asked, found.today), found.asked)
    return answer if named else waiting(answer, "no_document")


def _with_attachment(answer: Accepted | Refused, missing: frozenset[int]) -> Accepted | Refused:
    return Refused(answer.line, "no_attachment") if answer.line.number in missing else answer


def _attachments(lines: Sequence[CorrectionLine], folder: Path | None) -> tuple[dict[int, str], frozenset[int]]:
    """Return the digest of each line's attached file, and the lines whose file is not there."""
    digests: dict[int, str] = {}
    missing: set[int] = set()
    read: dict[str, str | None] = {}
    for line in lines:
        if not line.attachment:
            continue
        if line.attachment not in read:
            read[line.attachment] = _digest(line.attachment, folder)
        digest = read[line.attachment]
        if digest is None:
            missing.add(line.number)
        else:
            digests[line.number] = digest
    return digests, frozenset(missing)


def _digest(name: str, folder: Path | None) -> str | None:
    """Return the SHA-256 of a file beside the corrections, or the one that a cell gives itself; None where there is none."""
    if _DIGEST.fullmatch(name.lower()):
        return name.lower()
    path = None if folder is None or Path(name).name != name else folder / name
    try:
        if path is None or not path.is_file() or path.stat().st_size > _LARGEST_ATTACHMENT:
            return None
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError):
        return None


def _above() -> dict[str, str]:
    return dict(fetch_all(_ABOVE))


def _agencies(known: Known) -> dict[tuple[str, str], str | None]:
    """Return the agency that holds each dossier, corrections laid over."""
    standing = {**known.stated, **known.laid_over}
    return {(source, code): value for (source, code, name), value in standing.items() if name == "unit_code"}


def known_about(lines: Sequence[CorrectionLine]) -> Known:
    """Look up in the warehouse what the lines are held against."""
    codes = sorted({line.code for line in lines if line.code})
    query = "SELECT code, array_agg(source ORDER BY source) FROM core.dossiers WHERE role = 'primary' AND code = ANY(%(codes)s) GROUP BY 1"
    known = zones()
    given = {"codes": codes, "sources": sorted(known)}
    held = {
        code: tuple(source for source in sources if source in known) for code, sources in fetch_all(query, {"codes": codes})
    }
    return Known(
        held,
        known,
        {"unit_code": _listed("ref.units", "unit_code"), "procedure_code": _listed("ref.procedures", "procedure_code")},
        _stated(codes, known),
        {(source, code, name): value for source, code, name, value in fetch_all(_LAID_OVER, given) if name in CORRECTABLE},
        {(source, code, name): tuple(values) for source, code, name, values in fetch_all(_PROPOSED, given)},
        KnownTimes(
            datetime.now(UTC),
            {(source, code): at for source, code, at in fetch_all(_WORKED, given)},
            first_years(),
        ),
    )


def _stated(codes: list[str], zones: Mapping[str, str]) -> dict[tuple[str, str, str], str | None]:
    """Look up what the sources state now of every field that can be corrected."""
    columns = ", ".join(CORRECTABLE)
    query = f"SELECT source, code, {columns} FROM core.dossiers WHERE role = 'primary' AND code = ANY(%(codes)s)"
    return {
        (source, code, name): value_text(value, zones[source])
        for source, code, *values in fetch_all(query, {"codes": codes})
        if source in zones
        for name, value in zip(CORRECTABLE, values, strict=True)
    }


def _listed(table: str, column: str) -> frozenset[str]:
    return frozenset(row[0] for row in fetch_all(f"SELECT DISTINCT {column} FROM {table}"))
