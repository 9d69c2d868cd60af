"""Correction packages: a file of new values with evidence, each line accepted or refused.

What was accepted asks for a run that judges the dossiers again.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from config.errors import UnreadableDataError
from config.language import Bilingual, bilingual
from config.text_bytes import read_given
from schemas.quality import CORRECTIONS
from tasks.correcting.answer_files import AnswerPlace, write_answers
from tasks.correcting.examination import ExaminedLines, examine_lines
from tasks.correcting.loop_events import events_of_answers, events_of_corrections, write_events
from tasks.correcting.work_answers import RowOutcome, WorkReply, not_said_before, note_answers, outcomes, work_reply
from tasks.recovery.manifests import keep_package
from tasks.reports.list_files import write_rows
from tasks.rules.corrections.lines import (
    MAX_CORRECTIONS_BYTES,
    UNDECIDED_LINE,
    Accepted,
    CorrectionLine,
    Refused,
    UnreadableFileError,
    is_heading,
    lines_of,
    require_short,
)
from tasks.rules.corrections.refusals import REFUSAL_REASONS
from tasks.rules.privacy.masking import HIDDEN, looks_personal, personal_code_or_text
from tasks.sources.privacy_guard import code_as_kept, page_name
from tasks.sources.tables.small_tables import small_table
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import Load, load
from tasks.warehouse.rows import fetch_column

_WANTED = Bilingual("tệp CSV các đính chính", "a CSV file of corrections")
_UNDONE = "SELECT correction_id FROM quality.corrections WHERE package = %(package)s AND state = 'undone'"


@dataclass(frozen=True)
class Package:
    """What became of one correction file.

    Attributes:
        name: the file by name and digest; no value of a line.
        approved, proposed: lines that count, and that wait for a second person.
        new: of these, lines that were not there before.
        refused: line number and reason code of those that cannot be used.
        result: file that holds the answer to every line.
        rejected: lines that the second person turned down; kept, so that they are not proposed again.
        undecided: lines about which nothing was decided; they go on waiting.
        waits: line number and reason code of lines that wait although somebody signed them.
        noted: answers that correct nothing by themselves: of a work package, kept with its rows.
        undone: lines that came with this file before and were taken back since: they count no more.
    """

    name: str
    approved: int
    proposed: int
    new: int
    refused: tuple[tuple[int, str], ...]
    result: Path
    rejected: int = 0
    undecided: int = 0
    noted: int = 0
    waits: tuple[tuple[int, str], ...] = ()
    undone: int = 0


@dataclass(frozen=True)
class ReceivedFile:
    """A correction file before it is examined.

    Attributes:
        name: by file name and digest.
        reply: its rows, where it is a work package that came back.
    """

    name: str
    body: bytes
    reply: WorkReply | None
    lines: list[CorrectionLine]


def receive_corrections(path: Path, folder: Path, beside: Path | None = None) -> Package:
    """Take in a correction file: examine each line, write the accepted ones in one transaction, keep the answers.

    The same file twice writes nothing the second time. Values are never printed; refused lines are told by
    number and reason, and stand with the reason in the result file.

    Args:
        path: CSV with the headings dossier, field, new value, evidence, who (and approved by, source), in
            Vietnamese or English; the file of `motcua proposals` has also old value and decision. Or a work package that
            came back, as a workbook or saved as text.
        folder: where the answers are kept; it is made.
        beside: where the answer to whoever sent the file goes; None: a workbook's beside it, any other into ``folder``.

    Raises:
        ConfigError: there is no such file.
        DataError: the file as a whole cannot be read.
        WarehouseError: nothing was written.
    """
    received = read_file(path)
    name, reply = received.name, received.reply
    examined = examine_lines(received.lines, path.parent)
    failpoint("lines_examined")
    told = outcomes(reply, examined.answers) if reply is not None else []
    new = _write(name, examined, reply, told)
    failpoint("corrections_kept")
    if reply is not None:
        sent = write_answers(AnswerPlace(path, beside, folder, name), received.body, told)
        return replace(_of_work(name, new, told, sent), waits=_signed_and_waiting(examined))
    return _told(name, new, examined, AnswerPlace(path, beside, folder, name).listed)


def take_in(name: str, examined: ExaminedLines, folder: Path, *, only_decided: bool = False) -> Package:
    """Write lines that were examined, in one transaction, and keep the answers.

    Args:
        name: of the package.
        examined: the lines.
        folder: where the answers are kept; it is made.
        only_decided: lines that wait are there already, and are not written again.

    Raises:
        WarehouseError: nothing was written.
    """
    kept = [one for one in examined.answers if isinstance(one, Refused) or one.state != "proposed"]
    new = _write(name, replace(examined, answers=kept) if only_decided else examined, None, [])
    return _told(name, new, examined, folder / f"{name}.result.csv")


def _told(name: str, new: int, examined: ExaminedLines, result: Path) -> Package:
    gone = _undone(name, examined)
    states = Counter(answer.state for answer in examined.accepted if answer not in gone)
    refused = [answer for answer in examined.answers if isinstance(answer, Refused)]
    return Package(
        name,
        approved=states["approved"],
        proposed=states["proposed"],
        new=new,
        refused=tuple((answer.line.number, answer.reason) for answer in refused if answer.reason != UNDECIDED_LINE),
        result=_write_result(result, examined.answers, gone),
        rejected=states["rejected"],
        undecided=sum(answer.reason == UNDECIDED_LINE for answer in refused),
        waits=_signed_and_waiting(examined),
        undone=len(gone),
    )


def _signed_and_waiting(examined: ExaminedLines) -> tuple[tuple[int, str], ...]:
    return tuple((answer.line.number, answer.waits) for answer in examined.accepted if answer.waits)


def read_file(path: Path) -> ReceivedFile:
    """Read a correction file, or a work package that came back; its lines are not held against anything yet.

    Raises:
        ConfigError: there is no such file.
        DataError: the file as a whole cannot be read.
    """
    body = read_given(path, _WANTED)
    name = package_name(path.name, body)
    try:
        reply = work_reply(body) if len(body) <= MAX_CORRECTIONS_BYTES else None
        lines = _lines(body) if reply is None else reply.lines
    except UnreadableFileError as error:
        raise UnreadableDataError(
            name,
            bilingual(error),
            Bilingual("Hãy sửa tệp rồi gửi lại.", "Correct the file and submit it again."),
        ) from None
    return ReceivedFile(name, body, reply, lines)


def _of_work(name: str, new: int, told: list[RowOutcome], result: Path) -> Package:
    states = Counter(one.state for one in told)
    return Package(
        name,
        approved=states["approved"],
        proposed=states["proposed"],
        new=new,
        refused=tuple((one.row.given.number, one.reason) for one in told if one.state == "refused"),
        result=result,
        rejected=states["rejected"],
        undecided=states["open"],
        noted=states["noted"],
    )


def package_name(file_name: str, body: bytes) -> str:
    """Name a package by its file's name and digest; a person in the name is left out.

    The same file is so the same package.

    >>> package_name("Đính chính tháng 3.csv", b"")
    'nh-ch-nh-th-ng-3-e3b0c44298fc'
    """
    stem = re.sub(r"[^a-z0-9]+", "-", Path(page_name(file_name)).stem.lower()).strip("-")[:40]
    return f"{stem or 'package'}-{hashlib.sha256(body).hexdigest()[:12]}"


def _lines(body: bytes) -> list[CorrectionLine]:
    """Read text, or a workbook that somebody sent instead.

    Raises:
        UnreadableFileError: it is neither, or lacks a heading.
    """
    require_short(body)
    try:
        lines = lines_of(small_table(body, is_heading))
    except UnreadableFileError:
        raise
    except ValueError as error:
        raise UnreadableFileError(bilingual(error)) from None
    return [replace(line, code=code_as_kept(line.code)) for line in lines]


def _write(package: str, examined: ExaminedLines, reply: WorkReply | None, told: list[RowOutcome]) -> int:
    """Write corrections that are not there yet, decisions about those that waited, and the answers to rows of work packages.

    Returns:
        How many corrections are new.
    """
    if not examined.accepted and not any(one.state == "noted" for one in told):
        return 0
    frame = _frame(package, examined)
    with load("correct", package) as current:
        new = _not_there(current, package, frame)
        new = new if reply is None else not_said_before(current, new)
        merged = current.merge(CORRECTIONS, new)
        failpoint("corrections_merged")
        noted = note_answers(current, package, reply, told) if reply is not None else []
        if merged.inserted or merged.updated or noted:
            keep_package(current, package)
        events = events_of_answers(noted, package, reply.table.answerer) if reply is not None else []
        write_events(current, [*events, *events_of_corrections(current, new, package)])
    return merged.inserted + merged.updated


def _not_there(current: Load, package: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out what is there: it keeps the time at which it came in; what waited and is decided now came in now."""
    there = current.read(
        "SELECT correction_id, state FROM quality.corrections WHERE package = %(package)s",
        {"package": package},
        {name: CORRECTIONS.dtypes[name] for name in ("correction_id", "state")},
    )
    settled = there.loc[(there["state"] != "proposed").to_numpy(dtype=bool), "correction_id"]
    waits = frame["correction_id"].isin(there["correction_id"]) & (frame["state"] == "proposed")
    return frame[~(frame["correction_id"].isin(settled) | waits).to_numpy(dtype=bool)]


def _frame(package: str, examined: ExaminedLines) -> pd.DataFrame:
    now = datetime.now(UTC)
    rows = {
        _identity(package, answer): {
            "correction_id": _identity(package, answer),
            "source": answer.source,
            "code": answer.line.code,
            "field": answer.field,
            "new_value": answer.new_value,
            "old_value": examined.known.stated.get((answer.source, answer.line.code, answer.field)) or "",
            "evidence": answer.line.evidence or answer.line.document,
            "proposed_by": answer.line.proposed_by,
            "approved_by": (answer.line.approved_by if answer.state != "proposed" else "") or None,
            "state": answer.state,
            "package": package,
            "received_at": now,
            **examined.proof(answer),
        }
        for answer in examined.accepted
    }
    return CORRECTIONS.conform(CORRECTIONS.frame(rows.values()).drop(columns=list(CORRECTIONS.managed)))


def _undone(package: str, examined: ExaminedLines) -> list[Accepted]:
    """Return the lines that came with this file before and were taken back since."""
    taken_back = set(fetch_column(_UNDONE, {"package": package}))
    return [answer for answer in examined.accepted if _identity(package, answer) in taken_back]


def _identity(package: str, answer: Accepted) -> str:
    # The unit separator stands in no cell, so two lines never read as one.
    parts = (package, answer.source, answer.line.code, answer.field, answer.new_value or "\0")
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _write_result(path: Path, answers: list[Accepted | Refused], undone: Sequence[Accepted]) -> Path:
    """Write the answer to every line, readable by the owner only; cells that a spreadsheet would run are quoted."""
    rows: list[tuple[object, ...]] = [("dòng", "mã hồ sơ", "trường", "kết quả", "lý do", "reason")]
    for answer in answers:
        line = answer.line
        state, reason = (answer.state, answer.waits) if isinstance(answer, Accepted) else ("refused", answer.reason)
        state = "undone" if answer in undone else state
        reasons = REFUSAL_REASONS[reason] if reason else ("", "")
        rows.append((line.number, line.code, _repeated(line.field), state, *reasons))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return write_rows(path, rows, private=True)


def _repeated(cell: str) -> str:
    """Return a cell as an answer may repeat it: the line's number tells which it was."""
    return HIDDEN if looks_personal(cell) or personal_code_or_text(cell) else cell
