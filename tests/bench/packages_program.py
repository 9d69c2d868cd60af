"""Answered work packages of the home that the environment names, taken in; counts as JSON, in a process of its own."""

from __future__ import annotations

import json
import random
import sys
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

import psycopg2

from config.policies import load_policies
from config.settings import settings
from tasks.correcting.making import MadePackage, make_packages
from tasks.correcting.packages import Package, receive_corrections
from tasks.warehouse.cluster import ensure_cluster
from tests.bench.clerks import AT, Asked, Clerk, Taken, Trial
from tests.bench.office_forms import FIRST, FORMS, TEXTS, Sheet, as_kept, cells_of, save_by_libreoffice

MOST_ROWS = 60
CLERK = "can-bo-mot-cua"  # may propose for every agency, by demo/people.yaml
TYPED = ("kept", "libreoffice", "values")


def asked_of(one: MadePackage) -> list[Asked]:
    """Return what each row of a package asks, in order."""
    questions = [item.question for item in one.package.items]
    return [Asked(q.source, q.code, q.kind, q.field, q.new_value) for q in questions]


def answered(sheet: Sheet, trial: Trial) -> Sheet:
    """Return the sheet with the rows of a trial, and the clerk's account at its top."""
    top = [list(row) for row in sheet[: FIRST - 1]]
    top[2][2] = CLERK
    return [*top, *trial.rows]


def normal(rows: set[Taken]) -> set[Taken]:
    """Write times to the minute of the office, whatever form they are kept in."""

    def minute(name: str, value: str) -> str:
        return f"{datetime.fromisoformat(value):%Y-%m-%dT%H:%M}" if name.endswith("_at") and value else value

    return {(source, code, name, minute(name, value)) for source, code, name, value in rows}


def written(url: str, package: str) -> set[Taken]:
    """Read what a package wrote, and take it away again, so that the next one meets the same warehouse."""
    statement = "DELETE FROM quality.corrections WHERE package = %s RETURNING source, code, field, coalesce(new_value, '')"
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement, (package,))
        return set(cursor.fetchall())


def refused_lines(trial: Trial, form: str) -> set[int]:
    """Return the lines of the rows that ought to be refused; in a text a cell of two lines moves those behind it."""
    line, lines = FIRST + (form == "sep"), set()
    for row in trial.rows:
        if id(row) in trial.refused:
            lines.add(line)
        line += 1 + (sum(str(cell).count("\n") for cell in row) if form in TEXTS else 0)
    return lines


def edits(trials: int, seed: int) -> dict[str, int]:
    """Answer, mangle, save and take in as many packages."""
    url = ensure_cluster(settings().home).url("motcua", "")
    dice = random.Random(seed)  # noqa: S311 - the same every time
    sums = dict.fromkeys(("rows", "good", "wrong", "lost", "bad", "told", "loud"), 0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = [one for one in made_in(folder) if len(one.package.items) <= MOST_ROWS]
        sheets = {one.file: cells_of(one.file) for one in made}
        planned = []
        for number in range(trials):
            form, one = dice.choice(sorted(FORMS)), dice.choice(made)
            clerk = Clerk(dice, formulas=form in ("kept", "libreoffice"), typed=form in TYPED)
            trial = clerk.answer(sheets[one.file][FIRST - 1 :], asked_of(one))
            file = folder / f"{number}{'.csv' if form in TEXTS else '.xlsx'}"
            file.write_bytes(FORMS[form](one.file, answered(sheets[one.file], trial)))
            planned.append((form, file, trial))
        save_by_libreoffice([file for form, file, _ in planned if form == "libreoffice"], folder)
        for form, file, trial in planned:
            count(sums, trial, receive_corrections(file, folder / "results"), url, form)
    return sums


def count(sums: dict[str, int], trial: Trial, package: Package, url: str, form: str) -> None:
    """Hold what was taken in and refused against what ought to be; what differs is told on standard error."""
    took, right = normal(written(url, package.name)), normal(trial.taken)
    bad, told = refused_lines(trial, form), {number for number, reason in package.refused if reason}
    if took != right or told != bad:
        lines = [one for one in package.refused if one[0] in told ^ bad]
        print(form, "wrong", took - right, "lost", right - took, "refused", sorted(told ^ bad), lines, file=sys.stderr)
    found = {"rows": len(trial.rows), "good": len(right), "wrong": len(took - right), "lost": len(right - took)}
    found |= {"bad": len(bad), "told": len(bad & told), "loud": len(told - bad)}
    for name, number in found.items():
        sums[name] += number


def libreoffice() -> dict[str, int]:
    """Agree to every row of the largest package, have LibreOffice save it, and count the rows that come back."""
    url = ensure_cluster(settings().home).url("motcua", "")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one = max(made_in(folder), key=lambda made: len(made.package.items))
        sheet = cells_of(one.file)
        for row in sheet[FIRST - 1 :]:
            row[AT["decision"]] = "Đồng ý"
        file = folder / "a.xlsx"
        file.write_bytes(as_kept(one.file, answered(sheet, Trial(sheet[FIRST - 1 :]))))
        save_by_libreoffice([file], folder)
        package = receive_corrections(file, folder / "results")
        written(url, package.name)
        return {"rows": len(one.package.items), "kept": package.proposed + package.noted}


def made_in(folder: Path) -> list[MadePackage]:
    """Make the packages of every agency."""
    return make_packages(folder / "out", load_policies()[settings().policy])


def main() -> None:
    """Print the counts of what the arguments ask for."""
    what, *numbers = sys.argv[1:]
    print(json.dumps(libreoffice() if what == "libreoffice" else edits(int(numbers[0]), int(numbers[1]))))


if __name__ == "__main__":
    main()
