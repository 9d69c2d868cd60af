"""Commands that run a flow: start what it needs, run it here, tell how it ended."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from config.errors import DataError, MotcuaError, SourceError
from config.language import Bilingual, counted, translate
from config.settings import settings
from flows.runs.reporting_day import require_ended
from flows.runtime.server import log_path
from flows.runtime.session import RunningServices, revived, session
from flows.runtime.state_names import NOT_PUBLISHED, SOURCE_FAILED

if TYPE_CHECKING:
    from tasks.correcting.packages import Package

_OUT = Console()
_ERR = Console(stderr=True)


def up() -> int:
    """Run everything until stopped."""
    from flows.runtime import up as keeper
    from flows.runtime.keys import key_path

    def ready(current: RunningServices, changed: list[str], cancelled: int) -> None:
        address, key = current.server.address, key_path(current.server.home)
        _OUT.print(translate(f"Giao diện Prefect: {address}", f"Prefect UI: {address}"))
        _OUT.print(translate(f"Người dùng và mật khẩu: {key}", f"User and password: {key}"))
        page = f"{current.page or translate('không phục vụ', 'not served')} ({settings().page})"
        _OUT.print(translate(f"Trang công bố: {page}", f"Published page: {page}"))
        gates = settings().data_docs / "index.html"
        _OUT.print(translate(f"Kết quả các cổng chất lượng: {gates}", f"Results of the quality gates: {gates}"))
        if changed:
            _OUT.print(translate(f"Đã cập nhật lịch chạy: {', '.join(changed)}", f"Deployments updated: {', '.join(changed)}"))
        if cancelled:
            _OUT.print(
                translate(
                    f"{cancelled} lượt bị lỡ gộp vào một lượt chạy bù.",
                    f"{counted(cancelled, 'missed run')} joined into one that catches up.",
                )
            )
        _OUT.print(translate("Dừng bằng Ctrl-C.", "Stop with Ctrl-C."))

    with _spinner(translate("Đang khởi động", "Starting")) as done:

        def started(current: RunningServices, changed: list[str], cancelled: int) -> None:
            done()
            ready(current, changed, cancelled)

        keeper.run(started)
    return 0


def run_flow(name: str, **parameters: Any) -> int:
    """Run a flow in this process, recorded by the server, and tell how it ended.

    Args:
        name: module and name of the flow.
        parameters: its parameters.

    Returns:
        The exit code.
    """
    for given in ("as_of", "since", "until"):
        require_ended(parameters.get(given), given)  # before anything is started
    with _session(lambda: warm_up(name)):
        return run_here(name, **parameters)


def accept_shrinkage(names: list[str]) -> None:
    """Note that these sources may hold fewer records than before, once.

    Raises:
        ConfigError: there is no such source.
    """
    from flows.refresh import choose
    from flows.runtime.session import warehouse
    from tasks.pulling.shrinkage import accept

    with warehouse():
        for name in choose(names):
            accept(name)


def warm_up(name: str) -> None:
    """Import a flow, and before the very first load the gates' engine too: seconds, spent while the server starts.

    Later runs import the engine when a gate has something to look at; most have nothing new, and it costs more than they.
    """
    from tasks.warehouse.rows import fetch_value

    _load(name)
    if fetch_value("SELECT NOT EXISTS (SELECT FROM raw.pulls)"):
        importlib.import_module("tasks.gates.engine").warm_up()


def _load(name: str) -> Any:
    module, _, function = name.rpartition(".")
    return getattr(importlib.import_module(module), function)


def run_here(name: str, **parameters: Any) -> int:
    """Run a flow within a session that is there already; see :func:`run_flow`."""
    from httpx import HTTPError

    with stage_bar():
        try:
            state = _load(name)(**parameters, return_state=True)
        except HTTPError as error:
            raise _unheard() from error
    return tell(state)


def _unheard() -> MotcuaError:
    """Return the error for a run that the Prefect server left alone for longer than a run waits."""
    from tasks.runtime.safe_errors import full_disk

    home = settings().home
    return full_disk(home) or MotcuaError(
        Bilingual(
            f"Máy chủ Prefect không trả lời nữa. Lượt chạy dừng lại; phần đã ghi giữ nguyên. Hãy chạy lại; nếu lặp lại, xem {log_path(home)}.",
            "The Prefect server answers no more. The run was broken off; what was committed stays. Run it again; if it recurs, read "
            f"{log_path(home)}.",
        )
    )


def tell(state: Any) -> int:
    """Print the message of a flow's last state and return the exit code that goes with it."""
    from httpx import HTTPError

    outcome = state.result(raise_on_failure=False) if state.is_failed() or state.is_crashed() else None
    if isinstance(outcome, MotcuaError):
        raise outcome
    if isinstance(outcome, HTTPError):
        raise _unheard()
    if state.is_completed():
        warned = state.name != "Completed"
        _OUT.print(state.message or state.name, style="yellow" if warned else "", highlight=False, markup=False)
        return 0
    _ERR.print(f"motcua: {state.message or state.name}", style="red", highlight=False, markup=False)
    if state.name == SOURCE_FAILED or (state.is_failed() and outcome is None and state.name != NOT_PUBLISHED):
        return SourceError.exit_code
    return DataError.exit_code if state.name == NOT_PUBLISHED else 1


def differences(left: str, right: str, shared: bool, as_of: date | None) -> int:
    """Compare two systems and print the bridge between their totals."""
    from flows.commands.status import bridge

    require_ended(as_of)
    with _session(lambda: warm_up("flows.differences.differences")):
        code = run_here("flows.differences.differences", left=left, right=right, shared=shared, as_of=as_of)
        bridge(left, right)
    return code


def try_checks(file: str, since: date | None, lines: str | None) -> int:
    """Try changed checks on the dossiers received from the month of a day on.

    See :func:`flows.commands.checks.trial`.
    """
    from flows.commands.checks import trial
    from flows.runtime.session import warehouse

    require_ended(since, "since")
    with warehouse():
        trial(file, since, lines)
    return 0


def correct(file: str) -> int:
    """Take in a correction file, print the answer to each refused line, and have the touched dossiers judged again."""
    from tasks.correcting.packages import receive_corrections

    with _session(lambda: warm_up("flows.rerun.rerun")) as current:
        package = receive_corrections(Path(file), settings().home / "corrections")
        _tell_package(package)
        return _judge_again(current, package.name, package.approved, package.proposed)


def decide(references: list[str], by: str, approves: bool, document: str, document_date: str) -> int:
    """Approve or turn down lines that wait, and have the touched dossiers judged again."""
    from tasks.correcting.decisions import Decision
    from tasks.correcting.decisions import decide as settle

    with _session(lambda: warm_up("flows.rerun.rerun")) as current:
        decision = Decision(by, approves, document, document_date)
        package = settle(references, decision, settings().home / "corrections")
        _tell_package(package)
        return _judge_again(current, package.name, package.approved, package.proposed)


def undo(reference: str, by: str) -> int:
    """Take corrections back and have the dossiers that they had touched judged again."""
    from tasks.correcting.undo import undo as take_back

    with _session(lambda: warm_up("flows.rerun.rerun")) as current:
        undone = take_back(reference, by)
        _OUT.print(
            translate(
                f"{undone.changed} đính chính được hủy ({undone.applied} đã áp dụng), {undone.already} vốn không có hiệu lực.",
                f"{counted(undone.changed, 'correction')} taken back ({undone.applied} had been applied), {undone.already} were not standing.",
            ),
            highlight=False,
        )
        return _judge_again(current, undone.packages[0], undone.applied)


def _judge_again(current: RunningServices, package: str, approved: int, proposed: int = 0) -> int:
    """Run again what a package touches, here or by the worker of `motcua up`; nothing where nothing counts."""
    from flows.runtime.correction_events import announce

    if not approved:
        return 0
    if _somebody_else_runs_it(current):
        announce(package, approved, proposed)
        _OUT.print(translate("Lượt chạy lại sẽ tự bắt đầu.", "The re-run starts by itself."))
        return 0
    from flows.commands.figure_changes import moved_figures

    with moved_figures():
        return run_here("flows.rerun.rerun", package=package)


def _somebody_else_runs_it(current: RunningServices) -> bool:
    """Tell whether `motcua up` runs elsewhere, so that its worker takes what the event starts."""
    from prefect.client.orchestration import get_client

    from flows.runtime.pool import worker_online

    if current.server.process is not None:
        return False
    with get_client(sync_client=True) as client:
        return worker_online(client)


def _tell_package(package: Package) -> None:
    from tasks.rules.corrections.refusals import REFUSAL_REASONS

    _OUT.print(
        translate(
            f"{package.approved} được duyệt, {package.proposed} chờ duyệt, {package.rejected} không được duyệt, "
            f"{len(package.refused)} dòng bị từ chối; {package.new} mới.",
            f"{package.approved} approved, {package.proposed} waiting for approval, {package.rejected} turned down, "
            f"lines refused: {len(package.refused)}; {package.new} new.",
        )
    )
    if package.noted:
        _OUT.print(
            translate(
                f"{package.noted} trả lời được ghi nhận, không đổi giá trị nào.",
                f"{counted(package.noted, 'answer')} noted, by which no value changes.",
            )
        )
    if package.undecided:
        _OUT.print(
            translate(
                f"{package.undecided} dòng chưa quyết định, vẫn chờ.",
                f"{counted(package.undecided, 'line is undecided and goes', 'lines are undecided and go')} on waiting.",
            )
        )
    if package.undone:
        _OUT.print(
            translate(
                f"{package.undone} dòng của tệp này đã bị hủy trước đó, nên không được áp dụng lại. Nếu vẫn muốn áp dụng, hãy gửi dưới một tên tệp khác.",
                f"{counted(package.undone, 'line of this file was', 'lines of this file were')} taken back before and not applied again. "
                "To apply it after all, send it under another file name.",
            ),
            style="yellow",
            highlight=False,
        )
    for number, reason in (*package.refused, *package.waits):
        _OUT.print(
            f"  {translate('dòng', 'line')} {number}: {translate(*REFUSAL_REASONS[reason])}", markup=False, highlight=False
        )
    _OUT.print(translate(f"Kết quả từng dòng: {package.result}", f"Answer to each line: {package.result}"), soft_wrap=True)


@contextmanager
def _session(meanwhile: Callable[[], object]) -> Iterator[RunningServices]:
    with (
        _spinner(translate("Khởi động kho và máy chủ", "Starting warehouse and server")) as done,
        session(meanwhile) as current,
    ):
        done()
        with revived(current):
            yield current


@contextmanager
def _spinner(text: str) -> Iterator[Any]:
    """Show that something is going on until ``done`` is called; nothing where no terminal looks."""
    status = _ERR.status(text)
    if _ERR.is_terminal:
        status.start()
    try:
        yield status.stop
    finally:
        status.stop()


@contextmanager
def stage_bar() -> Iterator[None]:
    """Show the stages of a flow of this process as a bar."""
    from flows.runs.progress import listeners

    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=_ERR,
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        shown = bar.add_task(translate("Bắt đầu", "Starting"), total=100)

        def move(percent: float, stage: str) -> None:
            bar.update(shown, completed=percent, description=stage)

        listeners.append(move)
        try:
            yield
        finally:
            listeners.remove(move)
