"""Open data: form II.06a of a period for everybody, with small counts kept back.

What a release tells cannot be taken back. So each is kept with what it kept back, and the next is held against all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from config.errors import ConfigError, UnreadableDataError
from config.language import Bilingual, counted
from tasks.reports.forms.bieu06a import COLUMNS, TITLE, told
from tasks.reports.forms.model import Cell, Form, FormColumn, FormSheet
from tasks.reports.forms.numbered import cell_name
from tasks.reports.forms.published import ONLINE, PublishedCounters
from tasks.rules.disclosure.linked_cells import Name, ReleasedTable, linked_cells
from tasks.rules.disclosure.released_counters import (
    PARTS,
    RELEASED_COLUMNS,
    Counts,
    released_rows,
    released_spans,
    released_table,
    row_counts,
)
from tasks.rules.disclosure.suppression import suppressed
from tasks.rules.indicators.interval import percent
from tasks.rules.indicators.periods import Period

_IN_TIME, _TIMED = ("finished_early", "finished_on_time"), ("finished_early", "finished_on_time", "finished_late")
_RATE = Bilingual("Trước hạn, đúng hạn, %", "Early or on time, %")
_RECEIVED = FormColumn("received", Bilingual("Trong kỳ", "In the period"), COLUMNS["handled"].group)


@dataclass(frozen=True)
class OpenRelease:
    """A release that is decided.

    Attributes:
        period: what it tells of.
        counts: of each agency and month.
        department: with which agency each is counted together.
        shown: cells that it tells.
        kept_back: how many of its cells it does not tell, and how many of these are small counts.
        threshold: smallest count that it tells, besides 0.
    """

    period: Period
    counts: Counts
    department: Mapping[str, str]
    shown: frozenset[Name]
    kept_back: tuple[int, int]
    threshold: int


def open_release(counters: PublishedCounters, period: Period, earlier: Iterable[ReleasedTable], threshold: int) -> OpenRelease:
    """Decide what a release of a period may tell.

    Args:
        counters: what is published.
        period: what is to be released.
        earlier: all releases made before: what they told cannot be taken back.
        threshold: smallest count that may be told, besides 0.

    Raises:
        ConfigError: a month of the period has not begun.
        UnreadableDataError: an identity does not hold, or a small count could be worked out, whatever else is kept back.
    """
    of = counters.publication
    if period.last > of.as_of:
        raise ConfigError(
            f"--period {period.name}",
            Bilingual(
                f"còn tháng chưa bắt đầu; số liệu đến hết {of.as_of:%d/%m/%Y}", f"has months that have not begun on {of.as_of}"
            ),
        )
    counters.agencies(period, together=False)  # raises where an identity does not hold
    counts = _counts(counters, period)
    department = {code: counters.structure.with_branches(code) for code, _ in counts}
    return decided_release(period, counts, department, earlier, threshold)


def decided_release(
    period: Period, counts: Counts, department: Mapping[str, str], earlier: Iterable[ReleasedTable], threshold: int
) -> OpenRelease:
    """Decide what a release tells, from its numbers; see :func:`open_release`.

    Raises:
        UnreadableDataError: a small count could be worked out, whatever else is kept back.
    """
    table = released_table(counts, period, department)
    cells = linked_cells([*earlier, table])
    found = suppressed(cells, threshold)
    if found.unprotected:
        many = len(found.unprotected)
        raise UnreadableDataError(
            f"mart.open_cells, {period.name}",
            Bilingual(f"{many} số nhỏ vẫn suy ra được", f"{counted(many, 'small count')} could be worked out"),
            Bilingual("Chưa công khai gì. Hãy chọn kỳ dài hơn.", "Nothing is released. Choose a longer period."),
        )
    place = {name: cells.place[name, count] for name, count in table.counts.items()}
    shown = frozenset(name for name, at in place.items() if not found.hidden[at])
    small = sum(0 < table.counts[name] < threshold for name in place.keys() - shown)
    return OpenRelease(period, counts, department, shown, (len(place) - len(shown), small), threshold)


def _counts(counters: PublishedCounters, period: Period) -> dict[tuple[str, str], dict[str, int]]:
    rows = counters.by_unit[(counters.by_unit["basis"] == "cleaned").to_numpy(dtype=bool)]
    months = rows["month"].to_numpy(dtype="datetime64[M]")
    inside = (months >= np.datetime64(period.first, "M")) & (months <= np.datetime64(period.last, "M"))
    rows = rows[inside].assign(received_online=rows[ONLINE], received_otherwise=rows["received"] - rows[ONLINE])
    return {
        (str(row["unit_code"]), str(month)): {name: int(row[name]) for name in PARTS}
        for row, month in zip(rows.to_dict("records"), months[inside], strict=True)
    }


def open_data(counters: PublishedCounters, release: OpenRelease) -> Form:
    """Return a release as a form: a row for each agency and span; an empty number is one that is kept back."""
    columns = (
        FormColumn("span", Bilingual("Kỳ", "Period"), None, "(1)", 12, None),
        FormColumn("scope", Bilingual("Phạm vi", "Scope"), None, "", 14, None),
        FormColumn("code", Bilingual("Mã", "Code"), None, "", 14, None),
        FormColumn("name", Bilingual("Cơ quan", "Agency"), None, "(2)", 44, None),
        *(replace(COLUMNS.get(name, _RECEIVED), number=f"({place})") for place, name in enumerate(RELEASED_COLUMNS, start=3)),
        FormColumn("finished_on_time_rate", _RATE, None, f"({3 + len(RELEASED_COLUMNS)})", 11, 2),
    )
    rows = [(span, scope, code, _name(code, counters), *cells) for span, scope, code, cells in open_rows(release)]
    hidden, small = release.kept_back
    notes = (
        Bilingual(
            f"Ô trống: không công khai ({hidden} số; {small} số từ 1 đến {release.threshold - 1}, còn lại để không ai suy ra được chúng).",
            f"An empty cell is kept back ({hidden}: {small} counts of 1 to {release.threshold - 1}, the others so that nobody can work them out).",
        ),
    )
    sheet = FormSheet(Bilingual("Dữ liệu mở", "Open data"), columns, rows, (), notes)
    title = Bilingual(f"Dữ liệu mở: {TITLE.vi.lower()}", f"Open data: {TITLE.en.lower()}")
    return Form("II.06a/VPCP/KSTT", title, told(counters, release.period, None), [sheet])


def open_rows(release: OpenRelease) -> list[tuple[str, str, str, tuple[Cell, ...]]]:
    """Return span, scope, code and numbers of every row.

    The last number is the rate: it is told only where all that it is made of stands beside it.
    """
    found: list[tuple[str, str, str, tuple[Cell, ...]]] = []
    for span in released_spans(release.period):
        for row in released_rows(release.department):
            counts = row_counts(row, span, release.counts)
            shown = {name: counts[name] for name in RELEASED_COLUMNS if row.cell(name, span) in release.shown}
            rate = _rate(shown) if shown.keys() >= set(_TIMED) else None
            found.append((span.name, row.scope, row.code, (*(shown.get(name) for name in RELEASED_COLUMNS), rate)))
    return found


def _rate(shown: Mapping[str, int]) -> float | None:
    part, whole = (sum(shown[name] for name in names) for names in (_IN_TIME, _TIMED))
    return float(percent(np.array([part]), np.array([whole]), 2)[0]) if whole else None


def _name(code: str, counters: PublishedCounters) -> str:
    return Bilingual("Toàn tỉnh", "Whole province").shown() if code == "*" else cell_name(code, counters.unit_names)
