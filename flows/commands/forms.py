"""Output of `motcua report`: a form of a period, on the screen or as a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from config.errors import ConfigError
from config.language import Bilingual, counted, decimal, translate
from config.settings import settings
from flows.commands.console_tables import add_figures, console_table
from flows.runs.names import policy_named, unit_named
from tasks.reports.forms.agency_sheets import agency_sheets
from tasks.reports.forms.bieu06a_cuts import Cut, bieu06a_by
from tasks.reports.forms.catalogue import catalogue
from tasks.reports.forms.files import write_form
from tasks.reports.forms.model import Cell, Form, FormColumn
from tasks.reports.forms.named import LETTERS, NAMED_FORMS
from tasks.reports.forms.open_data import open_data, open_release
from tasks.reports.forms.open_releases import earlier_releases, keep_release
from tasks.reports.forms.published import PublishedCounters, published_counters
from tasks.reports.letters import read_letters
from tasks.reports.list_files import write_whole
from tasks.rules.indicators.periods import Period, period_named
from tasks.rules.indicators.structure import Structure

_OUT = Console()
_FIRST = 30  # rows on the screen; a file has all

OPEN_DATA = "open-data"
"""The one form that is for everybody."""


def show_catalogue(out: str | None) -> None:
    """Print which formulas are answered and why others are not; write all about them to a file."""
    _show(catalogue(), out)


def report(
    name: str,
    period: str,
    policy: str | None,
    unit: str | None,
    structure: Structure,
    out: str | None,
    each: bool = False,
    register: str | None = None,
    by: Cut | None = None,
) -> None:
    """Print the first sheet of a form, or write it to a file if one is given.

    Args:
        name: a key of the forms.
        period: name of the period.
        policy: by whose published figures; the installation's by default.
        unit: this agency and those below it.
        structure: agencies as they counted the dossiers, or as they stand today.
        out: the file.
        each: a sheet of each agency behind that of the province.
        register: the office's letters, for ``letters``.
        by: divide each agency of form II.06a.

    Raises:
        ConfigError: ``each`` with another form than II.06a, with one agency, or without a file; ``register`` with another form than
            ``letters``; ``by`` with another form than II.06a.
    """
    asked = period_named(period)
    if each:
        if name != "II.06a" or unit is not None or out is None:
            raise ConfigError(
                "--each",
                Bilingual("chỉ dùng cho II.06a toàn tỉnh, ghi ra tệp", "is for II.06a of the whole province, as a file"),
                Bilingual("report II.06a --each --out FILE.xlsx", "report II.06a --each --out FILE.xlsx"),
            )
        _show(agency_sheets(published_counters(policy_named(policy)), asked, structure), out)
        return
    if by is not None:
        if name != "II.06a":
            raise ConfigError(
                "--by",
                Bilingual("chỉ dùng cho II.06a", "is for II.06a"),
                Bilingual("report II.06a --by procedure", "report II.06a --by procedure"),
            )
        _show(bieu06a_by(published_counters(policy_named(policy)), asked, unit_named(unit), structure, by), out)
        return
    if name == LETTERS:
        _letters(published_counters(policy_named(policy)), asked, unit_named(unit), structure, out, register)
        return
    if register is not None:
        raise ConfigError(
            "--register",
            Bilingual("chỉ dùng cho letters", "is for letters"),
            Bilingual("report letters --register FILE.csv", "report letters --register FILE.csv"),
        )
    if name == OPEN_DATA:
        _release(asked, policy, whole=unit is None and structure == "then", out=out)
        return
    _show(NAMED_FORMS[name](published_counters(policy_named(policy)), asked, unit_named(unit), structure), out)


def _letters(
    counters: PublishedCounters, period: Period, unit: str | None, structure: Structure, out: str | None, register: str | None
) -> None:
    """Print the list of the letters, and write it, or the letters themselves, to a file."""
    from tasks.reports.forms.drafted_letters import draft_letters  # with what it loads only where it is asked for

    drafted = draft_letters(counters, period, unit, structure, None if register is None else read_letters(Path(register)))
    as_letters = out is not None and Path(out).suffix.lower() == ".docx"
    _show(drafted.listed, None if as_letters else out)
    if out is not None and as_letters:
        write_whole(Path(out), drafted.document())
        many = len(drafted.letters)
        said = translate(f"Đã ghi {out}: {many} thư", f"Written: {out}, {counted(many, 'letter', 'letters')}")
        _OUT.print(said, highlight=False, markup=False)


def _release(period: Period, policy: str | None, *, whole: bool, out: str | None) -> None:
    """Print what a release of open data would tell, or make it: from then on later ones reckon with it.

    It is kept when its file is complete and before it has its name: nobody gets a file that later releases do not know of, and a
    file that cannot be written releases nothing. Whoever was killed in between starts again and makes the same one.
    """
    if not whole:
        raise ConfigError(
            f"report {OPEN_DATA}",
            Bilingual("không dùng với --unit, --structure", "takes no --unit and no --structure"),
            Bilingual("công khai toàn tỉnh", "the whole province is released"),
        )
    counters = published_counters(policy_named(policy))
    release = open_release(counters, period, earlier_releases(), settings().open_data_threshold)
    if out is None:
        _OUT.print(translate("Xem trước; --out FILE mới công khai.", "A preview; --out FILE releases it."), highlight=False)
    _show(open_data(counters, release), out, written=lambda: keep_release(counters.publication, release))


def _show(form: Form, out: str | None, written: Callable[[], object] | None = None) -> None:
    for line in (form.title, *form.told):
        _OUT.print(line.shown(), highlight=False, markup=False)
    if out:
        write_form(form, Path(out), written=written)
        _OUT.print(translate(f"Đã ghi {out}", f"Written: {out}"), highlight=False, markup=False)
    else:
        _print_sheet(form)


def _print_sheet(form: Form) -> None:
    sheet = form.sheets[0]
    table = console_table()
    shown = [(at, column) for at, column in enumerate(sheet.columns) if column.number and column.name != "number"]
    for _, column in shown:
        if column.digits is None:
            table.add_column(column.heading.shown(), overflow="fold")
        else:
            add_figures(table, (column.number or column.heading.shown(),))
    for row in (*sheet.rows[:_FIRST], *([sheet.total] if sheet.total else [])):
        table.add_row(*(_cell(row[place], column) for place, column in shown))
    _OUT.print(table)
    if len(sheet.rows) > _FIRST:
        rest = len(sheet.rows) - _FIRST
        _OUT.print(translate(f"Còn {rest} dòng; dùng --out.", f"{rest} more rows; use --out."), highlight=False)


def _cell(cell: Cell, column: FormColumn) -> str:
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else decimal(f"{cell:.{column.digits or 0}f}")
