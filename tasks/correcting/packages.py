"""Correction packages: a file of new values with evidence, each line accepted or refused.

What was accepted asks for a run that judges the dossiers again.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from config.codes import OPEN_STATUSES, number_list
from config.errors import ConfigError, UnreadableDataError
from config.language import Bilingual, bilingual
from schemas.quality import CORRECTIONS
from tasks.judging.offices import first_years, zones
from tasks.recovery.manifests import keep_package
from tasks.reports.list_files import write_rows
from tasks.rules.corrections.known_times import KnownTimes
from tasks.rules.corrections.lines import (
    PROPOSER,
    REFUSAL_REASONS,
    Accepted,
    CorrectionLine,
    Known,
    Refused,
    UnreadableFileError,
    is_heading,
    lines_of,
    require_short,
    sort_lines,
)
from tasks.rules.corrections.value_texts import value_text
from tasks.rules.corrections.values import CORRECTABLE
from tasks.rules.privacy.masking import HIDDEN, looks_personal, personal_code_or_text
from tasks.sources.privacy_guard import code_as_kept, page_name
from tasks.sources.tables.small_tables import small_table
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load

_LAID_OVER = """
    SELECT DISTINCT ON (source, code, field) source, code, field, new_value FROM quality.corrections
    WHERE state = 'approved' AND code = ANY(%(codes)s)
    ORDER BY source, code, field, received_at DESC, correction_id DESC
"""
# What was taken in once stays proposed, so that the same file gets the same answers.
_PROPOSED = f"""
    SELECT source, code, field, array_agg(new_value ORDER BY new_value) FROM (
        SELECT source, code, field, new_value FROM quality.proposals UNION
        SELECT source, code, field, new_value FROM quality.corrections WHERE lower(proposed_by) = '{PROPOSER}'
    ) AS said WHERE code = ANY(%(codes)s) AND new_value IS NOT NULL GROUP BY 1, 2, 3
"""
_WORKED = f"""
    SELECT source, code, max(at) FROM core.events WHERE code = ANY(%(codes)s) AND status IN ({number_list(OPEN_STATUSES)}) AND at IS NOT NULL
    GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Package:
    """What became of one correction file.

    Attributes:
        name: the file by name and digest; no value of a line.
        approved, proposed: lines that count, and that wait for a second person.
        rejected: lines that the second person turned down; kept, so that they are not proposed again.
        new: of these, lines that were not there before.
        refused: line number and reason code of the others.
        result: file that holds the answer to every line.
    """

    name: str
    approved: int
    proposed: int
    new: int
    refused: tuple[tuple[int, str], ...]
    result: Path
    rejected: int = 0


def receive_corrections(path: Path, folder: Path) -> Package:
    """Take in a correction file: examine each line, write the accepted ones in one transaction, keep the answers.

    The same file twice writes nothing the second time. Values are never printed; refused lines are told by
    number and reason, and stand with the reason in the result file.

    Args:
        path: CSV with the headings dossier, field, new value, evidence, who (and approved by, source), in
            Vietnamese or English; the file of `motcua proposals` has also old value and decision.
        folder: where the answers are kept; it is made.

    Raises:
        ConfigError: there is no such file.
        DataError: the file as a whole cannot be read.
        WarehouseError: nothing was written.
    """
    body = _read(path)
    name = package_name(path.name, body)
    try:
        lines = _lines(body)
    except UnreadableFileError as error:
        raise UnreadableDataError(
            name,
            bilingual(error),
            Bilingual("Hãy sửa tệp rồi gửi lại.", "Correct the file and submit it again."),
        ) from None
    known = _known(lines)
    answers = sort_lines(lines, known)
    accepted = [answer for answer in answers if isinstance(answer, Accepted)]
    new = _write(name, accepted, known)
    states = Counter(answer.state for answer in accepted)
    return Package(
        name,
        approved=states["approved"],
        proposed=states["proposed"],
        new=new,
        refused=tuple((answer.line.number, answer.reason) for answer in answers if isinstance(answer, Refused)),
        result=_write_result(folder / f"{name}.result.csv", answers),
        rejected=states["rejected"],
    )


def package_name(file_name: str, body: bytes) -> str:
    """Name a package by its file's name and digest, so that the same file is the same package; a person in it is not named.

    >>> package_name("Đính chính tháng 3.csv", b"")
    'nh-ch-nh-th-ng-3-e3b0c44298fc'
    """
    stem = re.sub(r"[^a-z0-9]+", "-", Path(page_name(file_name)).stem.lower()).strip("-")[:40]
    return f"{stem or 'package'}-{hashlib.sha256(body).hexdigest()[:12]}"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            str(path),
            Bilingual(f"không đọc được ({error.strerror})", f"cannot be read ({error.strerror})"),
            Bilingual("tệp CSV các đính chính", "a CSV file of corrections"),
        ) from None


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


def _known(lines: list[CorrectionLine]) -> Known:
    """Look up in the warehouse what the lines are held against."""
    codes = sorted({line.code for line in lines if line.code})
    query = "SELECT code, array_agg(source ORDER BY source) FROM core.dossiers WHERE role = 'primary' AND code = ANY(%(codes)s) GROUP BY 1"
    known = zones()
    held = {
        code: tuple(source for source in sources if source in known) for code, sources in fetch_all(query, {"codes": codes})
    }
    return Known(
        held,
        known,
        {"unit_code": _listed("ref.units", "unit_code"), "procedure_code": _listed("ref.procedures", "procedure_code")},
        _stated(codes, known),
        {
            (source, code, name): value
            for source, code, name, value in fetch_all(_LAID_OVER, {"codes": codes})
            if name in CORRECTABLE
        },
        {(source, code, name): tuple(values) for source, code, name, values in fetch_all(_PROPOSED, {"codes": codes})},
        KnownTimes(
            datetime.now(UTC),
            {(source, code): at for source, code, at in fetch_all(_WORKED, {"codes": codes})},
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


def _write(package: str, accepted: list[Accepted], known: Known) -> int:
    """Write the corrections that are not there yet; return how many."""
    if not accepted:
        return 0
    frame = _frame(package, accepted, known)
    with load("correct", package) as current:
        there = current.read(
            "SELECT correction_id FROM quality.corrections WHERE package = %(package)s",
            {"package": package},
            {"correction_id": CORRECTIONS.dtypes["correction_id"]},
        )
        # What is there keeps the time at which it came in.
        merged = current.merge(CORRECTIONS, frame[~frame["correction_id"].isin(there["correction_id"])])
        if merged.inserted:
            keep_package(current, package)
    return merged.inserted


def _frame(package: str, accepted: list[Accepted], known: Known) -> pd.DataFrame:
    now = datetime.now(UTC)
    rows = {
        _identity(package, answer): {
            "correction_id": _identity(package, answer),
            "source": answer.source,
            "code": answer.line.code,
            "field": answer.field,
            "new_value": answer.new_value,
            "old_value": known.stated.get((answer.source, answer.line.code, answer.field)) or "",
            "evidence": answer.line.evidence,
            "proposed_by": answer.line.proposed_by,
            "approved_by": answer.line.approved_by or None,
            "state": answer.state,
            "package": package,
            "received_at": now,
        }
        for answer in accepted
    }
    return CORRECTIONS.conform(CORRECTIONS.frame(rows.values()).drop(columns=list(CORRECTIONS.managed)))


def _identity(package: str, answer: Accepted) -> str:
    # The unit separator stands in no cell, so two lines never read as one.
    parts = (package, answer.source, answer.line.code, answer.field, answer.new_value or "\0")
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _write_result(path: Path, answers: list[Accepted | Refused]) -> Path:
    """Write the answer to every line, readable by the owner only; cells that a spreadsheet would run are quoted."""
    rows: list[tuple[object, ...]] = [("dòng", "mã hồ sơ", "trường", "kết quả", "lý do", "reason")]
    for answer in answers:
        line = answer.line
        state, *reasons = (
            (answer.state, "", "") if isinstance(answer, Accepted) else ("refused", *REFUSAL_REASONS[answer.reason])
        )
        rows.append((line.number, line.code, _repeated(line.field), state, *reasons))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return write_rows(path, rows, private=True)


def _repeated(cell: str) -> str:
    """Return a cell as an answer may repeat it: the line's number tells which it was."""
    return HIDDEN if looks_personal(cell) or personal_code_or_text(cell) else cell
