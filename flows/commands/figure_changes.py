"""Changes of figures that a notice causes, shown before it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from config.indicators import indicators_in_force
from config.language import counted, translate
from config.settings import settings
from flows.commands.console_tables import ConsoleTable
from tasks.reports.list_files import write_rows
from tasks.reports.translation import ALL, or_all

if TYPE_CHECKING:
    from tasks.reports.affected_figures import FigureChange, Side
    from tasks.reports.rehearsal import Rehearsal

_OUT = Console()
_MOST = 12


def show_figures(found: Sequence[Rehearsal], path: str | None) -> None:
    """Print how the office's own figures move, and write those of every policy to a file if one is given."""
    from tasks.reports.affected_figures import affected_figures
    from tasks.warehouse.partitions import last_day_of

    moved = {one.before.policy: affected_figures(one, last_day_of()) for one in found}
    own = moved[settings().policy]
    if own is None:
        _OUT.print(
            translate(
                "Chưa tính số liệu cho ngày này: chạy `motcua refresh`.",
                "No figures were counted for that day: run `motcua refresh`.",
            )
        )
        return
    if own:
        _OUT.print(figures_table(own[:_MOST]))
    units = {one.unit_code for one in own} - {"*"}
    _OUT.print(
        translate(
            f"{len(own)} số liệu thay đổi, ở {len(units)} cơ quan ({settings().policy}).",
            f"{counted(len(own), 'figure changes', 'figures change')}, in {counted(len(units), 'agency')} ({settings().policy}).",
        )
    )
    if path:
        write_rows(Path(path), _figure_rows(moved))
        _OUT.print(translate(f"Từng số liệu: {path}", f"Each figure: {path}"), highlight=False, markup=False)


@contextmanager
def moved_figures() -> Iterator[None]:
    """Print, after a re-run, which of the published figures it moved."""
    from tasks.publishing.current import current_publication
    from tasks.reports.published_changes import published_changes

    policy = settings().policy
    before = current_publication(policy)
    yield
    after = current_publication(policy)
    if before is None or after is None:
        return
    moved = published_changes(before, after)
    if moved:
        _OUT.print(figures_table(moved[:_MOST]))
        return
    _OUT.print(
        translate(
            "Số liệu công bố không đổi: kết luận đã dựa trên chính bằng chứng đó.",
            "No published figure moves: the verdicts rested on that evidence already.",
        )
    )


def figures_table(changes: Sequence[FigureChange]) -> ConsoleTable:
    """Return a table of figures before and after."""
    titles = indicators_in_force(date.max)
    table = ConsoleTable(title=translate("Số liệu sau làm sạch", "Figures after cleaning"))
    for heading in (translate("chỉ tiêu", "indicator"), translate("cơ quan", "agency"), translate("kỳ", "period")):
        table.add_column(heading)
    table.add_column(translate("trước → sau", "before → after"), justify="right")
    for one in changes:
        title = titles[one.indicator].title if one.indicator in titles else None
        name = translate(title.vi, title.en) if title else one.indicator
        where = " ".join(part for part in (one.unit_code, one.field_code, one.channel) if part != ALL) or or_all(ALL)
        table.add_row(name, where, or_all(one.period), f"{_side(one.before)} → {_side(one.after)}")
    return table


def _side(side: Side) -> str:
    value = "-" if side.value is None else f"{side.value:g}"
    return value if side.denominator is None else f"{value} ({side.numerator}/{side.denominator})"


def _figure_rows(moved: Mapping[str, Sequence[FigureChange] | None]) -> list[tuple[object, ...]]:
    heads = [f"{what}_{side}" for what in ("value", "numerator", "denominator") for side in ("before", "after")]
    rows: list[tuple[object, ...]] = [("policy", "indicator", "unit_code", "field_code", "channel", "period", *heads)]
    for policy, changes in moved.items():
        for one in changes or ():
            where = (policy, one.indicator, one.unit_code, one.field_code, one.channel, one.period)
            pairs = ((getattr(one.before, name), getattr(one.after, name)) for name in ("value", "numerator", "denominator"))
            rows.append((*where, *("" if value is None else value for pair in pairs for value in pair)))
    return rows
