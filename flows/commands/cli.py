"""Entry point of `motcua`: it reads arguments and calls one function a command.

A command names its function as its default ``run`` beside its arguments, or it stands here by its name.
Imports wait until a command needs them, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from config.language import language, shown, translate, use_language
from config.settings import settings
from flows.commands.arguments import parser
from flows.commands.report_arguments import WATCH_LISTS_OF_COMMAND

if TYPE_CHECKING:
    from config.errors import MotcuaError


class StopRequestedError(KeyboardInterrupt):
    """A signal that asks for the end, as Ctrl-C does: what was started is stopped, what was begun is undone."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.exit_code = 128 + number


def _end_in_order() -> None:
    """Have the signals of `kill`, of a service manager and of a closed terminal end a command as Ctrl-C does."""

    def stop(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)  # told once is enough: the end is not to be broken off
        raise StopRequestedError(number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, stop)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    given = parser().parse_args(arguments)
    use_language(getattr(given, "lang", None))
    _end_in_order()
    from config.errors import MotcuaError
    from flows.commands.output import reader_may_leave
    from flows.commands.variables import telling_of_variables

    try:
        with reader_may_leave(), telling_of_variables(misspelt=given.command != "doctor"):  # whose report names them
            run = getattr(given, "run", None) or globals()[f"_{given.command.replace('-', '_')}"]
            return int(run(given) or 0)
    except MotcuaError as error:
        return _refused(error)
    except KeyboardInterrupt as told:
        print(translate("motcua: đã dừng.", "motcua: stopped."), file=sys.stderr)
        return told.exit_code if isinstance(told, StopRequestedError) else 128 + signal.SIGINT


def _refused(error: MotcuaError) -> int:
    from tasks.rules.privacy.masking import mask

    print(f"motcua: {mask(shown(error))}", file=sys.stderr)
    return error.exit_code


def _up(_given: argparse.Namespace) -> int:
    from flows.commands import runs

    return runs.up()


def _refresh(given: argparse.Namespace) -> int:
    from flows.commands import runs

    if given.accept_shrinkage:
        runs.accept_shrinkage(given.accept_shrinkage)
    anyway = ["hours"] if given.anyway else None
    asked = {"as_of": given.as_of, "sources": given.source, "full": given.full, "anyway": anyway}
    return runs.run_flow("flows.refresh.refresh", **asked)


def _backfill(given: argparse.Namespace) -> int:
    from flows.commands import runs

    what = "all" if given.again else given.what
    asked = {"source": given.source, "since": given.since, "until": given.until, "what": what}
    if given.dry_run:
        from flows.commands.foreseen import foresee_backfill

        return foresee_backfill(**asked)
    return runs.run_flow("flows.backfill.backfill", **asked)


def _windows(given: argparse.Namespace) -> int:
    return _print_lines("windows", given.source)


def _rerun(given: argparse.Namespace) -> int:
    from flows.commands import runs

    return runs.run_flow("flows.rerun.rerun", codes=given.codes or None, as_of=given.as_of)


def _restate(given: argparse.Namespace) -> int:
    asked = {"since": given.since, "until": given.until, "what": given.what}
    if given.dry_run:
        from flows.commands.foreseen import foresee_restate

        return foresee_restate(**asked)
    from flows.commands import runs

    return runs.run_flow("flows.restate.restate", **asked)


def _replay(given: argparse.Namespace) -> int:
    from flows.commands import runs

    return runs.run_flow(
        "flows.replay.replay", as_of=given.as_of, overwrite=given.overwrite, without_purged=given.without_purged
    )


def _publish(given: argparse.Namespace) -> int:
    from flows.commands import runs

    return runs.run_flow("flows.publish.publish", as_of=given.as_of)


def _check_figures(given: argparse.Namespace) -> int:
    from flows.commands.stated_figures import check_figures

    if given.period is None:
        return check_figures(given.file)
    from flows.runtime.session import warehouse

    with warehouse():
        return check_figures(given.file, given.period, given.unit, given.policy)


def _correct(given: argparse.Namespace) -> int:
    from flows.commands import runs

    return runs.correct(given.file)


def _proposals(given: argparse.Namespace) -> int:
    return _print_lines("proposals", given.unit, given.out, module="flows.commands.corrections")


def _packages(given: argparse.Namespace) -> int:
    return _print_lines("make", given.unit, given.out, module="flows.commands.work_packages")


def _corrections(given: argparse.Namespace) -> int:
    if given.action == "list":
        return _print_lines("standings", given.all, module="flows.commands.corrections")
    if given.action in ("waiting", "watch"):
        return _print_lines(given.action, module="flows.commands.approvals")
    if not given.references:
        parser().error(
            translate(
                f"corrections {given.action} cần tệp, gói hoặc tháng",
                f"corrections {given.action} needs a file, package or month",
            )
        )
    if given.action == "preview":
        return _print_lines("preview", given.references, module="flows.commands.approvals")
    if given.action == "audit" and len(given.references) == 1:
        return _print_lines("audit", given.references[0], given.csv, module="flows.commands.approvals")
    if not given.by:
        parser().error(translate(f"corrections {given.action} cần --by", f"corrections {given.action} needs --by"))
    if given.action == "audit":
        return _print_lines("record_audit", *given.references[:2], given.by, module="flows.commands.approvals")
    from flows.commands import runs

    return runs.decide(given.references, given.by, given.action == "approve", given.document, given.document_date)


def _quality(given: argparse.Namespace) -> int:
    return _print_lines("scores", given.by, given.limit, module="flows.commands.quality")


def _cleaned(given: argparse.Namespace) -> int:
    return _print_lines("cleaned", given.source, given.rule, given.csv, module="flows.commands.quality")


def _waivers(_given: argparse.Namespace) -> int:
    return _print_lines("waivers", module="flows.commands.checks")


def _checks(given: argparse.Namespace) -> int:
    if given.action == "list":
        return _print_lines("declared", module="flows.commands.checks")
    if not given.file:
        parser().error(
            translate(
                "checks try cần một TỆP dạng như config/checks.yaml", "checks try needs the FILE, one like config/checks.yaml"
            )
        )
    from flows.commands import runs

    return runs.try_checks(given.file, given.since, given.csv)


def _undo(given: argparse.Namespace) -> int:
    from flows.commands import runs

    return runs.undo(given.reference, given.by)


def _differences(given: argparse.Namespace) -> int:
    from flows.commands import runs

    return runs.differences(given.left, given.right, given.shared, given.as_of)


def _explain(given: argparse.Namespace) -> int:
    from flows.runtime.session import warehouse
    from tasks.reports.explanation.dossiers import explain, write_explanation

    policy = given.policy or settings().policy
    with warehouse():
        if given.page:
            print(write_explanation(given.code, Path(given.page), language(), policy=policy))
        else:
            print(explain(given.code, language(), as_json=given.json, policy=policy))
    return 0


def _holders(given: argparse.Namespace) -> int:
    return _print_lines(
        "print_holders",
        given.policy,
        given.unit,
        late=given.late,
        steps=given.steps,
        lines=given.out,
        module="flows.commands.holders",
    )


def _loop(given: argparse.Namespace) -> int:
    return _print_lines("print_loop", given.unit, given.csv, module="flows.commands.correction_loop")


def _list(given: argparse.Namespace) -> int:
    if given.name in WATCH_LISTS_OF_COMMAND:
        return _print_lines("show", given.name, given.policy, given.csv, given.register, module="flows.commands.lists")
    if given.name == "reception":
        return _print_lines("receptions", given.csv)
    return _print_lines("dossiers", given.name, given.policy, given.csv, given.unit, given.reason)


def _tickets(given: argparse.Namespace) -> int:
    return _print_lines("tickets", given.policy, given.lang, given.out)


def _report(given: argparse.Namespace) -> int:
    if given.form == "catalogue":
        from flows.commands.forms import show_catalogue

        show_catalogue(given.out)
        return 0
    if given.period is None:
        parser().error(translate(f"report {given.form} cần --period", f"report {given.form} needs --period"))
    asked = ("form", "period", "policy", "unit", "structure", "out", "each", "register", "by")
    return _print_lines("report", *(getattr(given, name) for name in asked), module="flows.commands.forms")


def _table(given: argparse.Namespace) -> int:
    from flows.commands.status import table

    table(given.file, given.rules, given.out)
    return 0


def _compare(given: argparse.Namespace) -> int:
    return _print_lines("comparison", given.one, given.other, given.csv)


def _rehearse(given: argparse.Namespace) -> int:
    return _print_lines("rehearse_file", Path(given.file), given.policy, given.csv, module="flows.commands.law")


def _calendar(given: argparse.Namespace) -> int:
    from flows.commands import law
    from flows.runtime.session import warehouse

    if given.action == "differences":
        law.show_differences(given.calendar)
        return 0
    if given.file is None:
        parser().error(translate("calendar add cần TỆP của thông báo", "calendar add needs the FILE of the notice"))
    with warehouse():
        law.add_notice(Path(given.file), given.calendar, given.apply, given.csv, given.figures)
    return 0


def _law(given: argparse.Namespace) -> int:
    if given.action == "test":
        from flows.commands.legal_cases import run_cases

        return run_cases([Path(name) for name in given.files], given.policy, given.lang, given.failed)
    from flows.commands import legal_register

    if given.action == "check":
        return legal_register.show_faults()
    if given.action == "ending":
        legal_register.show_ending(given.document, given.on, given.csv)
    elif given.action == "list":
        legal_register.show_rules(given.document, given.csv)
    else:
        legal_register.show_register()
    return 0


def _rejected(given: argparse.Namespace) -> int:
    return _print_lines("rejected", given.source, given.limit)


def _status(_given: argparse.Namespace) -> int:
    return _print_lines("status")


def _print_lines(name: str, *arguments: Any, module: str = "flows.commands.status", **options: Any) -> int:
    from importlib import import_module

    from flows.runtime.session import warehouse

    with warehouse():
        getattr(import_module(module), name)(*arguments, **options)
    return 0


def _verify(_given: argparse.Namespace) -> int:
    from flows.commands.verification import show_verification
    from flows.runtime.session import warehouse

    with warehouse():
        return show_verification()


def _psql(given: argparse.Namespace) -> int:
    from flows.commands.psql import run_psql
    from flows.runtime.session import warehouse

    with warehouse():
        return run_psql(given.sql)


def _backup(given: argparse.Namespace) -> int:
    from flows.commands.backups import back_up

    back_up(given.file)
    return 0


def _restore(given: argparse.Namespace) -> int:
    from flows.commands.backups import restore

    restore(given.file, given.replace, given.check)
    return 0


def _doctor(_given: argparse.Namespace) -> int:
    from flows.runtime.doctor import examine

    lines = examine()
    print(*lines, sep="\n")
    return 0 if all(line.well for line in lines) else 1


def _source(given: argparse.Namespace) -> int:
    from flows.commands.source import check_source, diagnose_source

    for line in (check_source if given.action == "check" else diagnose_source)(given.name):
        print(line)
    return 0


def _version(_given: argparse.Namespace) -> int:
    from importlib.metadata import version

    print(f"motcua {version('motcua')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
