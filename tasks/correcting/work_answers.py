"""Work packages that came back: their rows looked up, the answers noted, and told in words row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from config.language import translate
from schemas.packages import PACKAGE_ROWS
from tasks.correcting.answer_table import AnswerTable, answer_table
from tasks.correcting.answer_times import with_first_answers
from tasks.correcting.answers import AnswerReader, AskedRow, RowAnswer
from tasks.correcting.work_items import Question, name_book
from tasks.rules.corrections.lines import Accepted, CorrectionLine, Refused
from tasks.rules.corrections.refusals import REFUSAL_REASONS
from tasks.warehouse.load import Load
from tasks.warehouse.rows import fetch_as

_ASKED = """
    SELECT r.row_key, r.package, r.source, r.code, r.kind, r.rule, r.field, r.old_value, r.new_value, coalesce(p.evidence, '') AS evidence
    FROM quality.package_rows AS r LEFT JOIN quality.proposals AS p ON p.source = r.source AND p.code = r.code
        AND p.field = r.field AND p.new_value = r.new_value
    WHERE r.row_key = ANY(%(keys)s)
"""
_NEWEST = """
    SELECT DISTINCT ON (source, code, field) source, code, field, new_value, evidence, proposed_by, approved_by, state
    FROM quality.corrections WHERE code = ANY(%(codes)s) ORDER BY source, code, field, received_at DESC, correction_id DESC
"""
_NOTED = {
    "agree": ("Đã ghi nhận: cơ quan sẽ sửa ở hệ thống nguồn", "noted: the agency mends it at the source"),
    "no": ("Đã ghi nhận: dữ liệu đang ghi là đúng", "noted: what is recorded is right"),
    "fixed": ("Đã ghi nhận: chờ hệ thống nguồn ghi đúng", "noted: it waits for the source to state it"),
    "look_again": ("Đã ghi nhận: còn xem lại", "noted: it is being looked at"),
}
_ROWS = f"""
    SELECT {", ".join(f"r.{name}" for name in PACKAGE_ROWS.given_columns)}, p.unit_code AS asked_unit, p.made_at AS asked_at FROM quality.package_rows AS r
    JOIN quality.packages AS p ON p.package = r.package WHERE r.row_key = ANY(%(keys)s)
"""
_STATES = {
    "approved": ("Đã duyệt; số liệu được tính lại", "approved; figures are worked out again"),
    "proposed": ("Đã nhận, chờ người duyệt", "taken in, waiting for a second person"),
    "rejected": ("Đã nhận: không sửa, giữ giá trị hệ thống ghi", "taken in: turned down, the record stands"),
}
_WAITS_FOR_APPROVER = ("Đã ghi nhận: không đồng ý, chờ người duyệt", "noted: not agreed, waiting for a second person")


@dataclass(frozen=True)
class WorkReply:
    """A returned work package before it is held against the warehouse.

    Attributes:
        rows: of the file, each answered.
    """

    table: AnswerTable
    rows: tuple[RowAnswer, ...]

    @property
    def lines(self) -> list[CorrectionLine]:
        """What the ordinary examination of corrections is given."""
        return [row.line for row in self.rows if row.line is not None]


@dataclass(frozen=True)
class RowOutcome:
    """What became of a row.

    Attributes:
        state: approved, proposed, rejected, noted, again, open or refused.
        says: the same in words, with the reason.
    """

    row: RowAnswer
    state: str
    says: str
    reason: str = ""


def work_reply(body: bytes) -> WorkReply | None:
    """Read a file as a returned work package; None where it is none.

    Raises:
        UnreadableFileError: it is one that cannot be read.
        WarehouseError: the rows could not be looked up.
    """
    table = answer_table(body)
    if table is None:
        return None
    asked = _asked([row.key for row in table.rows if row.key])
    return WorkReply(table, tuple(AnswerReader(asked, name_book()).read(table)))


def _asked(keys: Sequence[str]) -> dict[str, AskedRow]:
    rows = fetch_as(dict[str, Any], _ASKED, {"keys": list(keys)})
    return {row.pop("row_key"): AskedRow(row.pop("package"), Question(**row)) for row in rows}


def outcomes(reply: WorkReply, answers: Sequence[Accepted | Refused]) -> list[RowOutcome]:
    """Join what the rows say with what became of their lines, in the order of the file."""
    by_number = {answer.line.number: answer for answer in answers}
    return [_outcome(row, by_number.get(row.given.number)) for row in reply.rows]


def _outcome(row: RowAnswer, answer: Accepted | Refused | None) -> RowOutcome:
    if isinstance(answer, Accepted):
        return RowOutcome(row, answer.state, _accepted(answer))
    reason = answer.reason if isinstance(answer, Refused) else row.reason
    if reason:
        told = translate(*REFUSAL_REASONS[reason])
        return RowOutcome(row, "refused", translate(f"Không nhận: {told}", f"refused: {told}"), reason)
    if row.again is not None:
        return RowOutcome(row, "again", translate(f"Trùng với dòng {row.again}", f"as line {row.again}"))
    if row.is_open:
        return RowOutcome(row, "open", translate("Chưa quyết định: vẫn chờ", "undecided: it still waits"))
    waits = row.decision == "no" and row.asked is not None and row.asked.question.new_value is not None
    return RowOutcome(row, "noted", translate(*(_WAITS_FOR_APPROVER if waits else _NOTED[row.decision])))


def _accepted(answer: Accepted) -> str:
    """Say that a line was taken in, and why it waits although it is signed."""
    if not answer.waits:
        return translate(*_STATES[answer.state])
    told = translate(*REFUSAL_REASONS[answer.waits])
    return translate(f"Đã nhận, {told}", f"taken in; {told}")


def not_said_before(current: Load, frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out corrections that say what the newest one about the same field says already.

    An office sends the same workbook again and again, each time with some more rows answered: what was in it before, by the
    same persons with the same evidence, is not taken in twice, and what was taken back meanwhile does not come back by itself.

    Args:
        current: the load in which they are to be written.
        frame: rows of ``quality.corrections``.
    """
    newest = current.fetch(_NEWEST, {"codes": frame["code"].tolist()})
    said = {tuple(row[:3]): (*(value or "" for value in row[3:7]), row[7]) for row in newest}
    columns = ("source", "code", "field", "new_value", "evidence", "proposed_by", "approved_by")
    rows = zip(*(frame[name].astype(object).where(frame[name].notna(), "") for name in columns), frame["state"], strict=True)
    new = [said.get(row[:3], ())[:4] != row[3:7] or said[row[:3]][4] not in (row[7], "undone") for row in rows]
    return frame[np.array(new, dtype=bool)]


def note_answers(current: Load, file: str, reply: WorkReply, told: Sequence[RowOutcome]) -> list[dict[str, Any]]:
    """Write down which rows were answered how, by whom and in which file; return those whose answer is new.

    Args:
        current: the load in which the corrections of the file are written.
        file: the file by name and digest.
        reply: what came back.
        told: what became of its rows.
    """
    taken = {one.row.given.key: one.row for one in told if one.state in ("approved", "proposed", "rejected", "noted")}
    now = datetime.now(UTC)
    other = [
        row
        for row in _rows(current, list(taken))
        if (row["decision"], row["answered_by"]) != (taken[row["row_key"]].decision, reply.table.answerer)
    ]
    said = {"answered_by": reply.table.answerer, "answered_at": now, "answered_in": file}
    new = [{**row, **said, "decision": taken[row["row_key"]].decision} for row in with_first_answers(other, now)]
    if new:
        frame = PACKAGE_ROWS.frame([{name: row[name] for name in PACKAGE_ROWS.given_columns} for row in new])
        current.merge(PACKAGE_ROWS, PACKAGE_ROWS.conform(frame.drop(columns=list(PACKAGE_ROWS.managed))))
    return new


def _rows(current: Load, keys: list[str]) -> list[dict[str, Any]]:
    """Return rows of packages with whom they asked and when."""
    names = (*PACKAGE_ROWS.given_columns, "asked_unit", "asked_at")
    return [dict(zip(names, row, strict=True)) for row in current.fetch(_ROWS, {"keys": keys})]
