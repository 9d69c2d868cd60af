"""Arguments of `motcua`: every command with its options, in the words of its ``--help``."""

from __future__ import annotations

import argparse
from datetime import date
from typing import NoReturn

DESCRIPTION = """Makes a government's deadline figures true: pulls dossiers from one-stop systems, checks and cleans
them, works out from the law which are really late, and publishes figures with their evidence."""

EPILOG = """Settings are MOTCUA_… variables (config/settings.py); systems are files in config/sources.
Exit codes: 0 done, 1 failed, 2 wrong arguments or configuration, 3 source, 4 network, 5 data at a gate, 6 warehouse, 7 a fault of the program, 128 + number stopped by a signal."""

DOSSIER_LISTS_OF_COMMAND = ("late", "soon", "ageing", "hidden", "phantom", "undetermined")
WATCH_LISTS_OF_COMMAND = ("letters", "extensions", "due-changes", "silent", "anomalies", "too-good", "resubmitted")


class Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line."""

    def error(self, message: str) -> NoReturn:
        """Print the line and leave with code 2."""
        self.exit(2, f"{self.prog}: {message}. See `{self.prog} --help`.\n")


def parser() -> argparse.ArgumentParser:
    """Build the parser of all commands."""
    top = Parser(prog="motcua", description=DESCRIPTION, epilog=EPILOG)
    commands = top.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, says: str) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = commands.add_parser(name, help=says, description=says.capitalize() + ".")
        added.set_defaults(command=name)
        return added

    command("up", "run the warehouse, the Prefect server with its UI and the scheduled runs, until stopped")
    refresh = command("refresh", "pull, check, judge and publish once, now")
    refresh.add_argument("--as-of", type=_day, metavar="DAY", help="day whose end the figures speak for (default: yesterday)")
    refresh.add_argument("--source", action="append", metavar="NAME", help="pull only this source; may be repeated")
    refresh.add_argument("--full", action="store_true", help="check and judge every dossier again, unchanged ones too")
    refresh.add_argument("--accept-shrinkage", action="append", metavar="NAME", help="accept once that it holds fewer records")
    refresh.add_argument("--anyway", action="store_true", help="also ask sources outside their hours or after failures")
    backfill = command("backfill", "pull a span of a source's past, window by window")
    backfill.add_argument("source", metavar="SOURCE", help="name of its file in config/sources")
    backfill.add_argument("--from", dest="since", type=_day, required=True, metavar="DAY", help="first day of modification")
    backfill.add_argument("--to", dest="until", type=_day, metavar="DAY", help="last day, included (default: up to the newest)")
    backfill.add_argument("--again", action="store_true", help="also read again what is done")
    windows = command("windows", "list the windows that sources were asked, and the gaps")
    windows.add_argument("source", nargs="?", metavar="SOURCE", help="of this source only")
    rerun = command("rerun", "judge and publish again what changed since, without pulling")
    rerun.add_argument("codes", nargs="*", metavar="CODE", help="also judge the whole months of these dossiers")
    rerun.add_argument("--as-of", type=_day, metavar="DAY", help="default: the day of the last publication")
    replay = command("replay", "rebuild the warehouse from the landing zone, without asking any source")
    replay.add_argument("--as-of", type=_day, metavar="DAY", help="default: the day of the last publication, else yesterday")
    replay.add_argument("--overwrite", action="store_true", help="empty what is derived in a warehouse that is not empty")
    publish = command("publish", "publish again what has been judged")
    publish.add_argument("--as-of", type=_day, metavar="DAY", help="default: the day of the last publication")
    correct = command("correct", "take in a file of corrections, and judge again what they touch")
    correct.add_argument("file", metavar="FILE", help="CSV: dossier, field, new value, evidence, who, approved by")
    proposals = command("proposals", "list corrections that the evidence speaks for, for an officer to approve")
    proposals.add_argument("--unit", metavar="CODE", help="of this agency only")
    proposals.add_argument("--out", metavar="FILE", help="write all of them; an existing folder gets a file an agency")
    corrections = command("corrections", "how corrections stand: applied, verified at the source, in conflict, taken back")
    corrections.add_argument("--all", action="store_true", help="list each approved one, not only conflicts")
    undo = command("undo", "take a correction or a whole package back; later ones stand")
    undo.add_argument("reference", metavar="ID_OR_PACKAGE", help="as `motcua corrections` and `motcua correct` name it")
    undo.add_argument("--by", required=True, metavar="WHO", help="account of who takes it back")
    command("waivers", "list what is waived, by whose word, why and until when")
    checks = command("checks", "list the checks, or try changed ones on all dossiers without writing anything")
    checks.add_argument("action", choices=("list", "try"))
    checks.add_argument("file", nargs="?", metavar="FILE", help="of `try`: like config/checks.yaml, whole or with some checks")
    checks.add_argument("--since", type=_day, metavar="DAY", help="only dossiers received from the month of this day on")
    checks.add_argument("--csv", metavar="FILE", help="write every dossier that would flip")
    quality = command("quality", "score agencies, procedures or sources by the share of dossiers with nothing to correct")
    quality.add_argument("--by", choices=("unit", "procedure", "source"), default="unit", help="whose score (default: unit)")
    quality.add_argument("--limit", type=int, default=30, metavar="N", help="the lowest so many (default: 30)")
    cleaned = command("cleaned", "count what cleaning changed, by source, field and rule")
    cleaned.add_argument("--source", metavar="NAME", help="of this source only")
    cleaned.add_argument("--rule", metavar="RULE", help="by this rule only, e.g. date_order")
    cleaned.add_argument("--csv", metavar="FILE", help="write every change: value as given, value kept, rule, confidence")
    differences = command("differences", "compare two systems dossier by dossier: why their totals are not the same")
    differences.add_argument("left", metavar="A", help="source that is compared")
    differences.add_argument("right", metavar="B", help="source that it is compared with")
    differences.add_argument("--shared", action="store_true", help="only procedures that both systems have")
    differences.add_argument("--as-of", type=_day, metavar="DAY", help="default: the day of the last publication")
    explain = command("explain", "say why a dossier got its verdict")
    explain.add_argument("code", metavar="CODE", help="dossier code, other code or receipt number")
    explain.add_argument("--lang", choices=("vi", "en"), help="language (default: MOTCUA_LANGUAGE)")
    explain.add_argument("--policy", metavar="POLICY", help="by whose definition (default: MOTCUA_POLICY)")
    explain.add_argument("--json", action="store_true", help="facts and codes instead of words")
    explain.add_argument("--page", metavar="FILE", help="write it as a page with the timeline drawn")
    holders = command("holders", "who held the dossiers for how long, by agency: every working minute has one holder")
    holders.add_argument("--unit", metavar="UNIT", help="dossiers of this agency only")
    holders.add_argument("--late", action="store_true", help="only those that are truly late")
    holders.add_argument("--steps", action="store_true", help="by room and status of the progress log, not by holder alone")
    holders.add_argument("--policy", metavar="POLICY", help="by whose due dates and pauses (default: MOTCUA_POLICY)")
    holders.add_argument("--out", metavar="FILE", help="write every dossier, holder and step, as CSV")
    lists = command("list", "list the dossiers that somebody has to see to")
    lists.add_argument("name", choices=(*DOSSIER_LISTS_OF_COMMAND, "reception", *WATCH_LISTS_OF_COMMAND))
    lists.add_argument("--policy", metavar="POLICY", help="by whose verdicts (default: MOTCUA_POLICY)")
    lists.add_argument("--csv", metavar="FILE", help="write all of them, not the first 20")
    lists.add_argument("--register", metavar="FILE", help="the office's register of letters (CSV: code, sent), for `letters`")
    tickets = command("tickets", "list what has to be mended, the cause of most false alarms first")
    tickets.add_argument("--policy", metavar="POLICY", help="by whose verdicts (default: MOTCUA_POLICY)")
    tickets.add_argument("--lang", choices=("vi", "en"), help="language (default: MOTCUA_LANGUAGE)")
    tickets.add_argument("--out", metavar="FILE", help="write every dossier of every ticket as CSV")
    table = command("table", "hold any CSV file against rules declared for it: wrong cells, rows that speak about one thing")
    table.add_argument("file", metavar="FILE", help="CSV in UTF-8 with a row of headings")
    table.add_argument("rules", metavar="RULES", help="YAML; tests/data/raha/*.yaml are examples")
    table.add_argument("--out", metavar="OUT", help="write every place as CSV; values are never written")
    compare = command("compare", "show where two policies disagree, and sum it up")
    compare.add_argument("one", metavar="POLICY", help="such as qd766")
    compare.add_argument("other", metavar="POLICY", help="such as bieu06")
    compare.add_argument("--csv", metavar="FILE", help="also write every dossier about which they differ")
    rehearse = command("rehearse", "try a draft policy, calendar, notice or limit on history, and write nothing")
    rehearse.add_argument("file", metavar="FILE", help="YAML (a notice also CSV); docs/runbook.md shows each kind")
    rehearse.add_argument("--policy", action="append", metavar="POLICY", help="under this policy; may be repeated")
    rehearse.add_argument("--csv", metavar="FILE", help="also write every dossier that comes out otherwise")
    _add_law(command("law", "which rules rest on which document, what ends with one, and legal cases that are judged"))
    calendar = command("calendar", "take in a notice about days off, or list where a calendar differs from a package")
    calendar.add_argument(
        "action",
        choices=("add", "differences"),
        help="add: whom a notice touches, and with --apply judge those again; differences: from the package holidays",
    )
    calendar.add_argument("file", nargs="?", metavar="FILE", help="the notice, YAML or CSV")
    calendar.add_argument("--calendar", default="vn", metavar="NAME", help="of a CSV notice, or the one compared (default: vn)")
    calendar.add_argument("--apply", action="store_true", help="put the notice in force")
    calendar.add_argument("--csv", metavar="FILE", help="also write every dossier that comes out otherwise")
    calendar.add_argument("--figures", metavar="FILE", help="also write every figure that comes out otherwise")
    rejected = command("rejected", "list records that could not be used, with the reason")
    rejected.add_argument("--source", metavar="NAME", help="of this source only")
    rejected.add_argument("--limit", type=int, default=50, metavar="N", help="at most so many (default: 50)")
    command("status", "what was pulled, judged and published last")
    command("doctor", "what is installed, reachable and migrated, and what to do where it isn't")
    source = command("source", "try a source, or tell what its times give away, and load nothing")
    source.add_argument(
        "action",
        choices=("check", "diagnose"),
        help="check: what would be read and what is doubtful; diagnose: what its own times say about its clock and calendar",
    )
    source.add_argument("name", metavar="NAME", help="name of its file in config/sources")
    command("version", "print the version")
    return top


def _add_law(law: argparse.ArgumentParser) -> None:
    document = "as the register names or cites it: nd-118-2025, 118/2025/NĐ-CP, 'NĐ 118/2025'"
    actions = law.add_subparsers(metavar="ACTION", title="actions (default: all documents with their dates)", dest="action")
    rules = actions.add_parser("list", help="what rests on each document, article by article")
    rules.add_argument("document", nargs="?", metavar="DOCUMENT", help=f"one only, {document}")
    rules.add_argument("--csv", metavar="FILE", help="also write a line for each rule and basis")
    ending = actions.add_parser("ending", help="what has to be dated anew if a document ends on a day; nothing is written")
    ending.add_argument("document", metavar="DOCUMENT", help=document)
    ending.add_argument("--on", type=_day, required=True, metavar="DAY", help="its last day")
    ending.add_argument("--csv", metavar="FILE", help="also write these lines")
    actions.add_parser("check", help="fail where a rule rests on what is not in force")
    test = actions.add_parser("test", help="judge legal cases: dossiers written down with the verdict that the law gives them")
    test.add_argument("files", nargs="+", metavar="FILE", help="YAML; docs/legal-cases.md tells how cases are written")
    test.add_argument("--policy", metavar="POLICY", help="for cases that name none (default: MOTCUA_POLICY)")
    test.add_argument("--lang", choices=("vi", "en"), help="language (default: MOTCUA_LANGUAGE)")
    test.add_argument("--failed", action="store_true", help="list only the cases that fail")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day such as 2026-03-31") from None
