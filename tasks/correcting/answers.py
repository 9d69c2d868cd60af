"""Answers to a work package: each returned row refused, open, noted, or a line of correction.

What was asked is known by the key of the row alone; what an officer sees is held against it, so that nobody agrees to
words that were changed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pyarrow as pa

from tasks.correcting.answer_table import AnswerTable, GivenAnswer
from tasks.correcting.work_items import Question, row_key
from tasks.correcting.work_words import NameBook
from tasks.judging.judged_sources import office_today
from tasks.reports.explanation.words import CHANNEL_WORDS, STATUS_WORDS
from tasks.rules.corrections.lines import EMPTY, PROPOSER, CorrectionLine
from tasks.rules.corrections.value_texts import is_instant
from tasks.rules.dates.file_dates import read_file_dates
from tasks.rules.privacy.masking import looks_personal
from tasks.rules.text.normal_form import fold, fold_code_text
from tasks.rules.text.spelling import agreed, spelled

_DECISIONS = {
    "agree": ("dong y", "co", "duyet", "dung", "yes", "agree"),
    "no": ("khong", "khong dong y", "tu choi", "no"),
    "other": ("gia tri khac", "khac", "other"),
    "fixed": ("da sua", "da sua o nguon", "fixed"),
    "look_again": ("can xem lai", "xem lai"),
}
_DECISION_OF = {word: name for name, words in _DECISIONS.items() for word in words}
_DATE = re.compile(
    r"(?:\d{1,2}[:hH]\d{2}(?::\d{2})?,? )?\d{1,2}([-/.])\d{1,2}\1\d{4}(?:,? \d{1,2}[:hH]\d{2}(?::\d{2})?)?"
    r"|\d{4}-\d{1,2}-\d{1,2}(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
    r"|\d{5}(?:[.,]\d+)?"
)
_FIRST_DOCUMENT = date(1990, 1, 1)


@dataclass(frozen=True)
class AskedRow:
    """A row of a package as it was recorded."""

    package: str
    question: Question


@dataclass(frozen=True)
class RowAnswer:
    """What became of a row before it is held against the warehouse.

    Attributes:
        decision: a key of :data:`DECISION_WORDS`; empty while undecided.
        line: what the ordinary examination of corrections is given; None: there is nothing to correct.
        reason: why it is refused, a key of :data:`REFUSAL_REASONS`; empty where it is not.
        again: number of an earlier row that says the same of the same question; None: there is none.
    """

    given: GivenAnswer
    asked: AskedRow | None = None
    decision: str = ""
    line: CorrectionLine | None = None
    reason: str = ""
    again: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing was decided."""
        return not self.reason and not self.decision


@dataclass(frozen=True)
class _Dates:
    """Times given in a file, by the row's number and column: ISO 8601 without a zone, or why there is none."""

    read: Mapping[tuple[int, str], str]
    reasons: Mapping[tuple[int, str], str]


@dataclass(frozen=True)
class AnswerReader:
    """Reading of one returned table.

    Attributes:
        asked: rows of packages by key.
        book: names, by which officers write agencies and procedures.
        today: last day that a document can bear.
    """

    asked: Mapping[str, AskedRow]
    book: NameBook
    today: date = field(default_factory=office_today)

    def read(self, table: AnswerTable) -> list[RowAnswer]:
        """Answer every row that is not blank, in the order given."""
        dates = _dates(table, self.asked)
        answers = [self._answer(given, table, dates) for given in table.rows]
        return _without_repetition(answers)

    def _answer(self, given: GivenAnswer, table: AnswerTable, dates: _Dates) -> RowAnswer:
        asked = self.asked.get(given.key)
        decision = _DECISION_OF.get(fold(given.decision), "")
        reason = _not_the_row(given, asked) or _not_filled_in(given, decision, table)
        answer = RowAnswer(given, asked, decision, reason=reason)
        if reason or asked is None or not decision:
            return answer
        reason = _not_fitting(given, decision, asked.question, dates, self.today)
        if reason:
            return replace(answer, reason=reason)
        if decision in ("fixed", "look_again") or (asked.question.new_value is None and decision != "other"):
            return answer  # what the agency fixed at the source, the source itself will state
        if decision == "no" and not table.approver:
            return answer  # to turn a proposal down takes two, as to accept it does
        return replace(answer, line=self._line(given, decision, asked.question, table, dates))

    def _line(self, given: GivenAnswer, decision: str, asked: Question, table: AnswerTable, dates: _Dates) -> CorrectionLine:
        name = asked.field or ""
        value = self._value(given, name, dates) if decision == "other" else asked.new_value or ""
        return CorrectionLine(
            number=given.number,
            code=asked.code,
            field=name,
            new_value=value,
            evidence=_evidence(given, dates) or (asked.evidence or f"quality.packages: {asked.rule}"),
            proposed_by=table.answerer,
            approved_by=table.approver,
            source=asked.source,
            old_value=asked.old_value or "empty",
            decision=("no" if decision == "no" else "yes") if table.approver else "",
            document=given.document,
            document_date=dates.read.get((given.number, "document_date"), "")[:10],
        )

    def _value(self, given: GivenAnswer, name: str, dates: _Dates) -> str:
        """Return another value as corrections hold it; what cannot be read goes on as it is, to be refused."""
        text = given.value
        if fold(text) in EMPTY:
            return "empty"
        if is_instant(name):
            return dates.read.get((given.number, "value"), text)
        named = {
            "status": {fold(words[0]): str(int(status)) for status, words in STATUS_WORDS.items()},
            "channel": {fold(words[0]): channel for channel, words in CHANNEL_WORDS.items()},
        }.get(name)
        if named is not None:
            return named.get(fold(text), fold_code_text(text))
        listed = {"unit_code": self.book.units, "procedure_code": self.book.procedures}.get(name)
        if listed is None or text in listed:
            return text
        return agreed((spelled(words), code) for code, words in listed.items()).get(spelled(text), text)


def _not_the_row(given: GivenAnswer, asked: AskedRow | None) -> str:
    """Answer why the row is none that was sent so, or an empty text."""
    if given.formula:
        return "formula"
    if not given.key:
        return "no_key"
    if asked is None:
        return "unknown_row"
    same = given.code == asked.question.code and row_key(asked.package, asked.question, given.says) == given.key
    return "" if same else "row_changed"


def _not_filled_in(given: GivenAnswer, decision: str, table: AnswerTable) -> str:
    if given.damaged:
        return "damaged_text"
    if not given.decision:
        return "no_decision" if given.value or given.document or given.document_date else ""
    if not decision:
        return "unclear_answer"
    if not table.answerer or fold(table.answerer) == PROPOSER:
        return "no_answerer"
    if looks_personal(table.answerer):
        return "personal_value"
    return ""


def _not_fitting(given: GivenAnswer, decision: str, asked: Question, dates: _Dates, today: date) -> str:
    """Answer what of the answer does not fit the decision, or an empty text."""
    if decision != "other" and given.value:
        return "decision_and_value"
    if given.document_date:
        text = dates.read.get((given.number, "document_date"), "")
        if not text:
            return dates.reasons.get((given.number, "document_date"), "bad_document_date")
        if not _FIRST_DOCUMENT <= date.fromisoformat(text[:10]) <= today:
            return "bad_document_date"
    if decision != "other":
        return ""
    if asked.field is None:
        return "no_field"
    if not given.value:
        return "no_value"
    if not given.document:
        return "no_evidence"
    return dates.reasons.get((given.number, "value"), "") if is_instant(asked.field) and fold(given.value) not in EMPTY else ""


def _evidence(given: GivenAnswer, dates: _Dates) -> str:
    if not given.document:
        return ""
    day = dates.read.get((given.number, "document_date"), "")
    return f"{given.document} ngày {date.fromisoformat(day[:10]):%d/%m/%Y}" if day else given.document


def _without_repetition(answers: Sequence[RowAnswer]) -> list[RowAnswer]:
    """Refuse rows of one question that say different things; of those that say the same the first counts."""
    rows = defaultdict(list)
    for answer in answers:
        if answer.asked is not None and answer.given.decision:
            rows[answer.given.key].append(answer)
    unlike = {key for key, some in rows.items() if len({one.given.said for one in some}) > 1}
    first = {key: some[0].given.number for key, some in rows.items()}
    told = []
    for answer in answers:
        key, number = answer.given.key, answer.given.number
        if key in unlike and answer.given.decision and not answer.reason:
            answer = replace(answer, reason="answered_twice", line=None)
        elif answer.decision and not answer.reason and first.get(key, number) != number:
            answer = replace(answer, line=None, again=first[key])
        told.append(answer)
    return told


def _dates(table: AnswerTable, asked: Mapping[str, AskedRow]) -> _Dates:
    """Read all times of a file together: its own dates say whether the day or the month stands first."""
    places = [
        (given.number, column, text)
        for given in table.rows
        for column, text in (("value", given.value), ("document_date", given.document_date))
        if text and (column == "document_date" or _is_time(asked.get(given.key)))
    ]
    texts = [" ".join(text.split()) if _DATE.fullmatch(" ".join(text.split())) else None for _, _, text in places]
    read = read_file_dates(pa.array(texts, pa.string()))
    times, reasons = {}, {}
    for at, (number, column, text) in enumerate(places):
        if read.doubtful[at]:
            reasons[number, column] = "date_two_ways"
        elif np.isnat(read.times[at]):
            reasons[number, column] = "unreadable_date" if column == "value" else "bad_document_date"
        else:
            serial = text.replace(",", ".").replace(".", "", 1).isdigit() and len(text.split(".")[0].split(",")[0]) == 5
            times[number, column] = _iso(read.times[at] + np.timedelta64(table.serial_shift if serial else 0, "D"))
    return _Dates(times, reasons)


def _is_time(asked: AskedRow | None) -> bool:
    return asked is not None and asked.question.field is not None and is_instant(asked.question.field)


def _iso(time: np.datetime64) -> str:
    """Write a time to the nearest minute; a day alone where it is midnight, for then no hour was given."""
    minute = (time.astype("datetime64[us]") + np.timedelta64(30, "s")).astype("datetime64[m]")
    day = minute.astype("datetime64[D]")
    return str(day) if minute == day else str(minute)
