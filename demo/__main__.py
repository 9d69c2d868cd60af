"""``python -m demo``: make, serve, take on, correct and score the made-up province."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from demo.land import load_land
from demo.score import Match, Score, compare, read_truth, read_verdicts
from demo.spoilt_score import judge_spoiling
from demo.spoilt_table import spoiling_text
from demo.world import AS_OF, advance, correct, make_world, read_world, write_world

COMMANDS = ("serve", "advance", "load-land", "correct", "score")
USER, PASSWORD = "motcua", "province-H99"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _command_parser() if given and given[0] in COMMANDS else _parser()
    options = parser.parse_args(given)
    try:
        return int(options.run(options) or 0)
    except (ValueError, KeyError, FileNotFoundError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2


def _make(options: argparse.Namespace) -> None:
    faults = {"clean": options.clean, "systemic": options.systemic, "spoilt": options.spoilt, "without": options.without}
    world = make_world(options.seed, options.dossiers, options.as_of, **faults)
    _report(write_world(world, options.out), options.out)


def _advance(options: argparse.Namespace) -> None:
    world = read_world(options.out)
    advance(world, options.days)
    _report(write_world(world, options.out), options.out)


def _serve(options: argparse.Namespace) -> None:
    from demo.serve import make_app, serve  # a second of imports that the other commands do without

    credentials = os.environ.get("DEMO_USER", USER), os.environ.get("DEMO_PASSWORD", PASSWORD)
    more = {"session_calls": options.session_calls, "until": options.until, "copies": options.copies}
    serve(make_app(options.out, credentials, **more), options.port)


def _load_land(options: argparse.Namespace) -> None:
    for table, rows in load_land(options.out / "land", options.url).items():
        print(f"{table}: {rows}")


def _correct(options: argparse.Namespace) -> None:
    print(correct(options.out, options.code, options.field, options.value))


def _score(options: argparse.Namespace) -> None:
    truth, verdicts = read_truth(options.out), read_verdicts(options.url, options.policy)
    if any(row["spoilt"] for row in truth):
        spoiling = judge_spoiling(truth, verdicts)
        print(json.dumps(spoiling.as_dict(), ensure_ascii=False) if options.json else spoiling_text(spoiling, options.examples))
        return
    score = compare(truth, verdicts)
    if options.json:
        print(json.dumps(score.as_dict(), ensure_ascii=False))
    else:
        _show(score)


def _report(counts: dict[str, int], out: Path) -> None:
    print(f"{out}: " + ", ".join(f"{verdict} {count}" for verdict, count in sorted(counts.items())))


def _show(score: Score) -> None:
    console = Console()
    console.print(
        f"{score.compared} dossiers compared, {score.lost} lost, {score.extra} extra; verdicts equal {score.accuracy:.2%}"
    )
    for title, matches in (("verdict", score.verdicts), ("strongest reason, or what is missing", score.reasons)):
        console.print(_table(title, matches))
    console.print(f"truly late but cleared: {score.false_clearances:.2%}")
    word = "inside" if score.inside else "OUTSIDE"
    console.print(f"true on-time rate {score.true_rate:.2%} lies {word} {score.lower:.2%} to {score.upper:.2%}")
    for truth, verdict, planted, count in score.wrong[:10]:
        console.print(f"  {count} × {truth} judged {verdict}  [{planted}]", markup=False)


def _table(title: str, matches: Sequence[Match]) -> Table:
    table = Table(title, "true", "found", "precision", "recall")
    for match in matches:
        shares = ("–" if share is None else f"{share:.1%}" for share in (match.precision, match.recall))
        table.add_row(match.name, str(match.true), str(match.found), *shares)
    return table


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description="A made-up province (H99) with the truth known.",
        epilog=f"Other commands: {', '.join(COMMANDS)}.",
    )
    parser.set_defaults(run=_make)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dossiers", type=int, default=20_000)
    parser.add_argument("--out", type=Path, required=True, help="folder of the province")
    parser.add_argument("--as-of", type=date.fromisoformat, default=AS_OF, help="day whose end it speaks for")
    parser.add_argument("--clean", action="store_true", help="true histories only, no faults")
    parser.add_argument("--systemic", action="store_true", help="faults of whole systems besides, for the tickets to find")
    parser.add_argument("--spoilt", type=float, default=0.0, help="share of the dossiers that are spoilt besides, e.g. 0.5")
    parser.add_argument("--without", nargs="*", default=(), metavar="KIND", help="kinds of spoiling to leave out")
    return parser


def _command_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo")
    commands = parser.add_subparsers(required=True)
    _serving(commands.add_parser("serve", help="serve the provincial system over HTTP"))
    _changing(commands)
    _scoring(commands.add_parser("score", help="compare judged.verdicts with the truth"))
    return parser


def _serving(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_serve)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--port", type=int, default=8600)
    parser.add_argument("--session-calls", type=int, default=20, help="calls after which a session ends")
    parser.add_argument(
        "--copies", type=int, default=1, help="tell each dossier so often, each time as another one of another person"
    )
    parser.add_argument("--until", default="", help="yyyyMMddHHmmss: records modified later do not exist yet")


def _changing(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    taking = commands.add_parser("advance", help="let days pass at the sources")
    taking.set_defaults(run=_advance)
    taking.add_argument("--out", type=Path, required=True)
    taking.add_argument("--days", type=int, default=1)
    loading = commands.add_parser("load-land", help="load the land software's tables into PostgreSQL")
    loading.set_defaults(run=_load_land)
    loading.add_argument("--out", type=Path, required=True)
    loading.add_argument("--url", required=True)
    correcting = commands.add_parser("correct", help="correct one field at the source")
    correcting.set_defaults(run=_correct)
    correcting.add_argument("--out", type=Path, required=True)
    correcting.add_argument("code")
    correcting.add_argument("field")
    correcting.add_argument("value")


def _scoring(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_score)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--url", required=True, help="PostgreSQL URL of the warehouse")
    parser.add_argument("--policy", default="qd766")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--examples", type=int, default=0, help="misjudged dossiers of each kind of a spoilt province to name")


if __name__ == "__main__":
    sys.exit(main())
