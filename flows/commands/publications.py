"""Commands about publications: what there is, what became of it, and decisions about it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from config.errors import DataError
from config.language import shown as shown_in
from config.language import translate
from config.settings import settings
from flows.commands.console_tables import console_table
from flows.runs.reporting_day import OFFICE_ZONE

if TYPE_CHECKING:
    from tasks.approving.states import PublicationStep

_OUT = Console()
_MOST = 30
_SHORT = 12  # characters of an id on the screen
_WORDS = {
    "draft": ("dự thảo", "draft"),
    "review": ("chờ duyệt", "in review"),
    "approved": ("đã duyệt", "approved"),
    "published": ("đã công bố", "published"),
    "withdrawn": ("đã rút", "withdrawn"),
}


def run_action(action: str, ids: Sequence[str], options: Namespace) -> int:
    """Do what was asked for; return the exit code.

    Args:
        action: as in the arguments.
        ids: of publications, or their first characters.
        options: ``policy``, ``by``, ``reason``, ``unit`` and ``csv``.

    Raises:
        ConfigError: no publication or several are called so, or the account may not.
        DataError: something sealed was edited.
    """
    from tasks.approving.states import publication_named

    named = [publication_named(one) for one in ids]
    if action == "list":
        _list(options.policy or settings().policy)
    elif action == "show":
        _show(named[0])
    elif action == "compare":
        _compare(named[0], named[1])
    elif action == "explain":
        _explain(named[0], named[1], options.unit or "*", options.csv)
    elif action == "reproduce":
        return _reproduce(named[0])
    else:
        _decide(action, named[0], options.by, options.reason or "")
    return 0


def _list(policy: str) -> None:
    from tasks.approving.states import newest_steps
    from tasks.publishing.current import current_publication

    found, now = newest_steps(policy), current_publication(policy)
    if not found:
        _OUT.print(translate("Chưa có lần công bố nào.", "There is no publication yet."))
        return
    table = console_table(translate(f"Các lần công bố theo {policy}", f"Publications under {policy}"))
    for heading in (translate("mã", "id"), translate("ngày", "day"), translate("trạng thái", "state")):
        table.add_column(heading, no_wrap=True)
    table.add_column(translate("từ", "since"))
    table.add_column(translate("người, lý do", "who, why"), overflow="fold")
    for one in found[:_MOST]:
        mark = translate(" (hiện hành)", " (current)") if one.publication_id == now else ""
        table.add_row(one.publication_id[:_SHORT], f"{one.as_of:%d/%m/%Y}", _state(one) + mark, _at(one), _why(one))
    _OUT.print(table)
    if len(found) > _MOST:
        _OUT.print(translate(f"… và {len(found) - _MOST} lần nữa", f"… and {len(found) - _MOST} more"))


def _show(publication_id: str) -> None:
    from tasks.approving.states import steps_of
    from tasks.publishing.current import current_publication

    steps = steps_of(publication_id)
    last = steps[-1]
    _say(f"{publication_id} · {last.policy} · {last.as_of:%d/%m/%Y}")
    for one in steps:
        _say(f"  {_at(one)}  {_state(one)}  {_why(one)}".rstrip())
    now = current_publication(last.policy)
    if now == publication_id:
        _say(translate("Đây là số liệu mà người đọc đang thấy.", "These are the figures that readers see."))
    elif now is None:
        _say(translate("Người đọc chưa thấy số liệu nào.", "Readers see no figures yet."))
    else:
        _say(translate(f"Người đọc đang thấy {now[:_SHORT]}; khác ở:", f"Readers see {now[:_SHORT]}; it differs in:"))
        _compare(now, publication_id)


def _compare(before: str, after: str) -> None:
    from flows.commands.figure_changes import figures_table
    from tasks.reports.published_changes import told_changes

    moved = told_changes(before, after)
    if not moved:
        _say(translate("Số liệu toàn kỳ sau làm sạch như nhau.", "The figures of whole spans after cleaning are the same."))
        return
    _OUT.print(figures_table(moved[:_MOST]))
    if len(moved) > _MOST:
        _say(translate(f"… và {len(moved) - _MOST} số liệu nữa", f"… and {len(moved) - _MOST} more figures"))


def _explain(before: str, after: str, unit: str, path: str | None) -> None:
    from pathlib import Path

    from config.indicators import indicators_in_force
    from tasks.reports.list_files import write_rows
    from tasks.tracing.moments import moment_of
    from tasks.tracing.revision_words import revision_sentence
    from tasks.tracing.revisions import as_row, revisions

    one, other = sorted((moment_of(before), moment_of(after)), key=lambda each: each.at)
    found = revisions(one.publication_id, other.publication_id)
    definitions = indicators_in_force(other.as_of)
    shown = [each for each in found if each.cell[1:5] == ("cleaned", unit, "*", "*") and each.change is not None]
    headlines = {name for name, each in definitions.items() if each.shown == "headline"}
    shown.sort(key=lambda each: (each.cell[0] not in headlines, each.cell[0], each.cell[5]))
    for each in shown[:_MOST]:
        _say(shown_in(revision_sentence(each, definitions.get(each.cell[0]))))
    if not shown:
        _say(translate("Không số liệu nào đổi.", "No figure changed."))
    elif len(shown) > _MOST:
        _say(translate(f"… và {len(shown) - _MOST} số liệu nữa", f"… and {len(shown) - _MOST} more figures"))
    if path and found:
        rows = [as_row(each) for each in found]
        write_rows(Path(path), [tuple(rows[0]), *(tuple("" if v is None else v for v in row.values()) for row in rows)])
        _say(translate(f"Từng số liệu: {path}", f"Each figure: {path}"))


def _reproduce(publication_id: str) -> int:
    from tasks.tracing.reproduction import reproduce

    found = reproduce(publication_id)
    _say(shown_in(found.said))
    return 0 if found.is_equal and found.edits is None else DataError.exit_code


def _decide(action: str, publication_id: str, by: str, reason: str) -> None:
    from tasks.approving import decisions

    if action == "withdraw":
        step = decisions.withdraw(publication_id, by, reason)
    else:
        step = {"review": decisions.review, "approve": decisions.approve}[action](publication_id, by)
    _say(f"{publication_id[:_SHORT]}: {_state(step)}")
    if step.policy == settings().policy and action != "review":
        _show_page(step.policy)


def _show_page(policy: str) -> None:
    """Write the page of what stands now; where nothing does, there is no page."""
    from tasks.publishing.current import current_publication
    from tasks.reports.site.build import remove_page, write_page

    now, page = current_publication(policy), settings().page
    if now is None:
        remove_page(page)
        _say(translate("Không còn lần công bố nào có hiệu lực; trang đã gỡ.", "No publication stands; the page was removed."))
        return
    write_page(policy, page, settings().page_options)
    _say(translate(f"Người đọc thấy {now[:_SHORT]}: {page}", f"Readers see {now[:_SHORT]}: {page}"))


def _state(step: PublicationStep) -> str:
    return translate(*_WORDS[step.state])


def _at(step: PublicationStep) -> str:
    return f"{step.at.astimezone(OFFICE_ZONE):%d/%m/%Y %H:%M}"


def _why(step: PublicationStep) -> str:
    return ": ".join(part for part in (step.decided_by, step.reason) if part)


def _say(text: str) -> None:
    _OUT.print(text, markup=False, highlight=False, soft_wrap=True)
