"""Report of a period as a step: a form of what is published, written to a file beside the warehouse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from prefect import task
from prefect.cache_policies import NO_CACHE

from config.errors import ConfigError
from config.language import Bilingual
from config.settings import settings
from tasks.reports.forms.agency_sheets import agency_sheets
from tasks.reports.forms.files import write_form
from tasks.reports.forms.model import Form
from tasks.reports.forms.named import LETTERS, NAMED_FORMS
from tasks.reports.forms.pdf import can_be_printed
from tasks.reports.forms.published import PublishedCounters, published_counters
from tasks.reports.list_files import write_whole
from tasks.reports.run_artifacts import show_markdown
from tasks.rules.indicators.periods import Period, period_named
from tasks.rules.indicators.structure import Structure
from tasks.runtime.safe_errors import with_safe_errors

FormName = Literal["II.06a", "II.06a-each", "II.07", "late", "letters", "QD766", "OpenCPS"]
"""What can be asked for: the forms, and II.06a with a sheet of each agency."""
_EACH = "II.06a-each"


@dataclass(frozen=True)
class WrittenReport:
    """A report that was written.

    Attributes:
        title: what it says it is.
        files: where it is: a workbook, the same as a PDF, and of letters the letters.
        rows: rows of its first sheet.
        printed: there is a PDF; one that nobody could print is left out.
    """

    title: Bilingual
    files: tuple[Path, ...]
    rows: int
    printed: bool


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="write-report")
@with_safe_errors
def write_report(name: FormName, period: str | None, unit: str | None, structure: Structure, folder: Path) -> WrittenReport:
    """Write a form of the office's current publication as an Excel file and as a PDF.

    The run shows where it is, and no row of it.

    Args:
        name: the form.
        period: name of the period; None: the last month that had ended when the publication was made.
        unit: this agency and those below it; None: all.
        structure: agencies as they counted the dossiers, or as they stand today.
        folder: where it is written; only its owner reads it.

    Raises:
        NothingYetError: nothing is published.
        ConfigError: the period is none, or has not begun; a sheet of each agency with one agency.
        UnreadableDataError: the publication breaks an identity; no form is made of it.
    """
    counters = published_counters(settings().policy)
    asked = period_named(period) if period else last_month(counters.publication.as_of)
    if name == _EACH and unit is not None:
        raise ConfigError(_EACH, Bilingual("dùng cho toàn tỉnh", "is for the whole province"), Bilingual("II.06a", "II.06a"))
    path = folder / f"{'_'.join(part for part in (name, asked.name, unit) if part)}.xlsx"
    if name == LETTERS:
        written = _write_letters(counters, asked, unit, structure, path)
    else:
        form = (
            agency_sheets(counters, asked, structure) if name == _EACH else NAMED_FORMS[name](counters, asked, unit, structure)
        )
        written = _written(form, path)
    show_markdown(_told(written), key="report", description=written.title.shown())
    return written


def last_month(as_of: date) -> Period:
    """Return the last month that has ended with a day.

    >>> last_month(date(2026, 3, 31)).name, last_month(date(2026, 3, 30)).name
    ('2026-03', '2026-02')
    """
    begun = (as_of + timedelta(days=1)).replace(day=1)
    return period_named(f"{begun - timedelta(days=1):%Y-%m}")


def _write_letters(
    counters: PublishedCounters, period: Period, unit: str | None, structure: Structure, path: Path
) -> WrittenReport:
    from tasks.reports.forms.drafted_letters import draft_letters  # with what it loads only where it is asked for

    drafted = draft_letters(counters, period, unit, structure, None)
    listed = _written(drafted.listed, path)
    document = write_whole(path.with_suffix(".docx"), drafted.document(), private=True)
    return replace(listed, files=(*listed.files, document))


def _written(form: Form, path: Path) -> WrittenReport:
    printed = can_be_printed(form)
    paths = (path, path.with_suffix(".pdf")) if printed else (path,)
    if not printed:
        path.with_suffix(".pdf").unlink(missing_ok=True)  # of an earlier run: it would say other figures than the workbook
    files = tuple(write_form(form, each, private=True) for each in paths)
    return WrittenReport(form.title, files, len(form.sheets[0].rows), printed)


def _told(written: WrittenReport) -> str:
    files = "\n".join(f"* `{path}`" for path in written.files)
    rows = Bilingual(f"{written.rows} dòng", f"{written.rows} rows").shown()
    lacking = Bilingual("Không ghi PDF: biểu quá dài để in.", "No PDF: it is too long to be printed.").shown()
    return f"# {written.title.shown()}\n\n{rows}\n\n{files}" + ("" if written.printed else f"\n\n{lacking}")
