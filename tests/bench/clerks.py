"""Clerks who answer work packages: right answers, slips and manglings, and what each of them ought to come to.

They know a workbook by its cells alone, as an office does; what is right is worked out here, apart from the code that reads it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

Row = list[Any]
Taken = tuple[str, str, str, str]  # source, code, field, value
COLUMNS = (
    *("number", "code", "procedure", "unit", "received", "appointed", "says", "why", "todo"),
    *("decision", "value", "document", "document_date", "note", "key"),
)
AT = {name: place for place, name in enumerate(COLUMNS)}
STATUS_NAMES = {"9": ("Đã xử lý xong", "đã xử lý xong", "9"), "10": ("Đã trả kết quả", "ĐÃ TRẢ KẾT QUẢ", "10")}
_GARBAGE = ("OK", "rồi", "???", "sẽ làm", "đồng ý không")
_IMPOSSIBLE = ("31/02/2026", "01/01/1900", "30/13/2025", "24/01/25", "15/06/2190", "hôm qua", "01/01/1991")


@dataclass(frozen=True)
class Asked:
    """What the maker of the package knows of a row."""

    source: str
    code: str
    kind: str
    field: str | None
    new_value: str | None


@dataclass
class Trial:
    """One answered package.

    Attributes:
        rows: cells of the sheet below its headings.
        taken: what ought to be taken in.
        refused: identities of the rows that ought to be refused.
    """

    rows: list[Row]
    taken: set[Taken] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)


class Clerk:
    """One clerk with habits of their own: how dates are written, how much is answered, what goes wrong."""

    def __init__(self, dice: random.Random, *, formulas: bool, typed: bool) -> None:
        self.dice = dice
        self.formulas = formulas
        self.american = dice.random() < 0.1
        self._receipts: dict[str, datetime] = {}
        forms: list[Callable[[date], Any]] = [_slashed, _dashed, _dotted, _iso]
        if typed:
            forms += [_moment, _serial]
        self.forms = [_american] if self.american else forms

    def answer(self, rows: list[Row], asked: list[Asked]) -> Trial:
        """Answer some rows of a package, mangle a few, and put them into another order."""
        trial = Trial([])
        moved = [one for one in asked if one.field == "received_at" and one.new_value]
        self._receipts = {one.code: datetime.fromisoformat(str(one.new_value)) for one in moved}
        for row, one in zip(rows, asked, strict=True):
            self._row(trial, list(row), one)
        if self.american:
            self._proof(trial)
        self._around(trial)
        return trial

    def _row(self, trial: Trial, row: Row, one: Asked) -> None:
        said = self.dice.random()
        if said < 0.15:
            trial.rows.append(row)  # left open
        elif said < 0.75:
            self._right(trial, row, one)
        elif said < 0.95:
            self._wrong(trial, row, one)
        # else: the row was deleted, and stays open

    def _right(self, trial: Trial, row: Row, one: Asked) -> None:
        choice = self.dice.random()
        if choice < 0.55:
            row[AT["decision"]] = self.dice.choice(("Đồng ý", "Đồng ý", "đồng ý", " ĐỒNG Ý "))
            if one.new_value is not None:
                trial.taken.add((one.source, one.code, str(one.field), one.new_value))
        elif choice < 0.65:
            row[AT["decision"]] = "Không"
        elif choice < 0.7:
            row[AT["decision"]] = "Cần xem lại"
        elif one.field in ("due_at", "status"):
            self._other(trial, row, one)
        if self.dice.random() < 0.3:
            row[AT["note"]] = self.dice.choice(("đã kiểm tra sổ, trang 4", 'x; y, "z"', "dòng 1\ndòng 2"))
        trial.rows.append(row)

    def _other(self, trial: Trial, row: Row, one: Asked) -> None:
        row[AT["decision"]] = "Giá trị khác"
        row[AT["document"]] = f"{self.dice.randint(1, 400)}/BC-VP"
        if one.field == "status":
            value = self.dice.choice(sorted(STATUS_NAMES))
            row[AT["value"]] = self.dice.choice(STATUS_NAMES[value])
        else:
            day = self._first_day(row, one) + timedelta(days=self.dice.randint(20, 90))
            row[AT["value"]], value = self.dice.choice(self.forms)(day), f"{day}T17:00"
        trial.taken.add((one.source, one.code, str(one.field), value))

    def _first_day(self, row: Row, one: Asked) -> date:
        """The day of receipt, be it corrected in the same file: nothing is due before it."""
        days = [one.date() for one in (row[AT["received"]], self._receipts.get(one.code)) if isinstance(one, datetime)]
        return max(days, default=date(2026, 1, 5))

    def _wrong(self, trial: Trial, row: Row, one: Asked) -> None:
        """Do one thing that must not be taken, and remember the row."""
        slips = [self._key, self._code, self._says, self._garbage, self._undecided, self._made_up, self._both]
        slips += [self._formula] if self.formulas else []
        slips += [self._impossible, self._without_document] if one.field == "due_at" else []
        self.dice.choice(slips)(row)
        trial.refused.add(id(row))
        trial.rows.append(row)

    def _key(self, row: Row) -> None:
        key = str(row[AT["key"]])
        place = self.dice.randrange(len(key))
        row[AT["key"]] = key[:place] + ("0" if key[place] != "0" else "1") + key[place + 1 :]
        row[AT["decision"]] = "Đồng ý"

    def _code(self, row: Row) -> None:
        code = str(row[AT["code"]])
        row[AT["code"]] = code[:-1] + ("1" if code[-1] != "1" else "2")
        row[AT["decision"]] = "Đồng ý"

    def _says(self, row: Row) -> None:
        row[AT["says"]] = f"{row[AT['says']]} 2"
        row[AT["decision"]] = "Đồng ý"

    def _garbage(self, row: Row) -> None:
        row[AT["decision"]] = self.dice.choice(_GARBAGE)

    def _undecided(self, row: Row) -> None:
        row[AT["value"]], row[AT["document"]] = "10", "1/BC"

    def _made_up(self, row: Row) -> None:
        row[AT["key"]] = None
        row[AT["decision"]] = "Đồng ý"

    def _both(self, row: Row) -> None:
        row[AT["decision"]], row[AT["value"]] = "Đồng ý", "9"

    def _formula(self, row: Row) -> None:
        row[AT["decision"]] = '=IF(1=1,"Đồng ý","Không")'

    def _impossible(self, row: Row) -> None:
        value = self.dice.choice(_IMPOSSIBLE)
        if self.american:
            value = "hôm qua"
        elif value == "01/01/1991" and not isinstance(row[AT["received"]], datetime):
            value = "31/02/2026"  # without a receipt nothing says that a year is wrong
        row[AT["decision"]], row[AT["value"]], row[AT["document"]] = "Giá trị khác", value, "2/BC"

    def _without_document(self, row: Row) -> None:
        row[AT["decision"]], row[AT["value"]] = "Giá trị khác", "02/24/2026" if self.american else "24/02/2026"

    def _proof(self, trial: Trial) -> None:
        """See to it that an American file shows its order."""
        answered = [row for row in trial.rows if id(row) not in trial.refused and row[AT["decision"]]]
        if answered:
            answered[0][AT["document"]], answered[0][AT["document_date"]] = "3/BC", "01/27/2026"

    def _around(self, trial: Trial) -> None:
        """Sort, copy, and leave gaps."""
        dice = self.dice
        if dice.random() < 0.4:
            dice.shuffle(trial.rows)
        elif dice.random() < 0.3:
            trial.rows.sort(key=lambda row: str(row[AT["decision"]] or ""), reverse=True)
        sound = [row for row in trial.rows if id(row) not in trial.refused]
        if sound and dice.random() < 0.2:
            trial.rows.append(list(dice.choice(sound)))  # word for word the same
        if dice.random() < 0.2:
            made_up: Row = [None] * len(COLUMNS)
            made_up[AT["code"]], made_up[AT["decision"]] = "H99.99-260101-0001", "Đồng ý"
            trial.refused.add(id(made_up))
            trial.rows.append(made_up)
        if dice.random() < 0.2:
            trial.rows.insert(dice.randrange(len(trial.rows) + 1), [None] * len(COLUMNS))


def _slashed(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _dashed(day: date) -> str:
    return f"{day.day}-{day.month}-{day.year}"


def _dotted(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _iso(day: date) -> str:
    return day.isoformat()


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def _serial(day: date) -> int:
    return (day - date(1899, 12, 30)).days


def _american(day: date) -> str:
    return f"{day:%m/%d/%Y}"
