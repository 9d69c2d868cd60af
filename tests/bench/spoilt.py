"""Lines of `make score` about provinces of which half of the dossiers are spoilt: a line a kind, and what the product may say.

The kinds are those that people report of one-stop systems (:mod:`demo.spoilt`); ten seeds as a rule.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from config.checks import load_checks
from demo.score import read_truth
from demo.spoilt import spoilt_rates
from tasks.warehouse.cluster import ensure_cluster
from tests.bench.line import Measured, line
from tests.bench.province import ROOT, fetch, home, run_demo

SEEDS = list(range(1, 11))
DOSSIERS = 1_500
SHARE = "0.5"
NOT_WRONG = 0.97  # of a kind; what is doubted is counted in lines of its own
EXAMPLES = 3
# Where a verdict's evidence names what a check of severity fail is about (config/checks.yaml), its finding stands against it.
_PLACES = {"pauses": "core.pauses.", "events": "core.events.", "status": "open", "procedure_code": "ref.procedures."}
ABOUT = {
    check.id: tuple(_PLACES.get(name, f"core.dossiers.{name}") for name in check.about)
    for check in load_checks().each()
    if check.severity == "fail"
}
AGAINST = """select v.source, v.code, v.verdict, v.evidence, f.check_id
    from judged.verdicts v join quality.findings f using (source, code)
    where v.policy = 'qd766' and v.counted and v.verdict in ('late', 'hidden_late')
      and f.resolved_on is null and f.severity = 'fail'"""
READ = """select p.source || '/' || p.name, coalesce(sum(p.records), 0)::int, bool_or(p.loaded_at is null or exists(
        select from raw.rejected r where r.page_digest = p.page_digest and r.reason = 'unreadable_page'))
    from raw.pages p group by 1"""


@dataclass(frozen=True)
class Province:
    """One spoilt province that the whole product ran over.

    Attributes:
        score: :mod:`demo.spoilt_score` as plain data.
        against: accusations that quote what an open finding of severity fail speaks about, and that not every plausible reading
            of the evidence gives: source, code, verdict, check.
        accusations: how many dossiers were accused.
        rows: of each text table, how many rows it has and how many were read, those kept as rejects with them.
    """

    seed: int
    score: dict[str, Any]
    against: list[tuple[str, str, str, str]]
    rows: dict[str, tuple[int, int]]

    @property
    def accusations(self) -> int:
        """How many dossiers were accused."""
        return sum(int(self.score["shares"][f"{verdict}-precision"][1]) for verdict in ("late", "hidden_late"))


def provinces() -> list[Province]:
    """Return one province a seed, made, run and scored once; what stopped it is raised for each line."""
    found = _outcome()
    if isinstance(found, Exception):
        raise RuntimeError(f"the spoilt provinces could not be scored: {found!r}") from None
    return found


@cache
def _outcome() -> list[Province] | Exception:
    try:
        return [_province(seed) for seed in SEEDS]
    except Exception as error:
        return error


def _province(seed: int) -> Province:
    with home() as folder:
        stopped = None
        try:
            run_demo(folder, seed, DOSSIERS, "--spoilt", SHARE)
        except RuntimeError as error:  # a source that a gate stopped ends the run badly; its dossiers are missing in the score
            stopped = error
        score = _score(folder)
        if stopped is not None and not score["shares"]["undetermined"][1]:
            raise stopped  # nothing was judged at all
        beside = fetch(folder, "motcua", AGAINST)
        founded = {(row["source"], row["code"]): row["accepts"].split() for row in read_truth(folder / "province")}
        against = {
            (source, code, verdict, check)
            for source, code, verdict, told, check in beside
            if quotes(check, told or {}) and verdict not in founded.get((source, code), ())
        }
        return Province(seed, score, sorted(against), _rows(folder))


def _rows(folder: Path) -> dict[str, tuple[int, int]]:
    written = json.loads((folder / "province" / "truth" / "rows.json").read_text(encoding="utf-8"))
    read = {name: (records, refused) for name, records, refused in fetch(folder, "motcua", READ)}
    found = {name: read.get(name, (0, False)) for name in written}
    return {name: (rows, rows if found[name][1] else int(found[name][0])) for name, rows in written.items()}


def _score(folder: Path) -> dict[str, Any]:
    url = ensure_cluster(folder).url("motcua", "")
    command = [sys.executable, "-m", "demo", "score", "--out", str(folder / "province"), "--url", url, "--json"]
    done = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def quotes(check: str, told: Mapping[str, Any]) -> bool:
    """Answer whether the evidence of a verdict quotes what a finding speaks about; a check that nobody listed counts."""
    places = [str(fact.get("from", "")) for fact in told.values() if isinstance(fact, dict)]
    places += [] if "end" in told else ["open"]
    return any(place.startswith(ABOUT[check]) and " of " not in place for place in places)


def kinds() -> list[str]:
    """Return the names of all kinds, in the order of the file of rates."""
    rates = spoilt_rates()
    single = ("same_form_dates", "number_reused", "limit_wording", "plain")
    return list(dict.fromkeys([*rates["facts"], *rates["hub"], *rates["registers"], *single]))


def share(name: str) -> Callable[[], Measured]:
    """Add up one share over the seeds."""

    def measure() -> Measured:
        both = [province.score["shares"][name] for province in provinces()]
        return Measured(sum(hit for hit, _ in both), sum(of for _, of in both), unit="")

    return measure


def of_kind(name: str) -> Callable[[], Measured]:
    """Add up over the seeds how many dossiers of a kind were not judged wrongly."""

    def measure() -> Measured:
        found = [province.score["kinds"][name] for province in provinces() if name in province.score["kinds"]]
        whole = sum(kind["dossiers"] for kind in found)
        return Measured(whole - sum(kind["wrong"] for kind in found), whole, unit="")

    return measure


@line("spoilt-accused-without-evidence", other="accused", at_most=0.0)
def without_evidence() -> Measured:
    """Late or hidden late said of dossiers of which nobody can know it."""
    return Measured(sum(one.score["unfounded"] for one in provinces()), sum(one.accusations for one in provinces()), unit="")


@line("spoilt-against-own-findings", other="accused", at_most=0.0)
def against_findings() -> Measured:
    """Late or hidden late on a fact that an open finding of severity fail doubts, where not every plausible reading gives it."""
    return Measured(sum(len(one.against) for one in provinces()), sum(one.accusations for one in provinces()), unit="")


@line("spoilt-truth-in-interval", other="provinces", at_least=1.0)
def truth_in_interval() -> Measured:
    """The true on-time rate lies inside the published interval."""
    return Measured(sum(one.score["inside"] for one in provinces()), len(SEEDS), unit="")


@line("spoilt-rows-accounted-for", other="text tables", at_least=1.0)
def rows_accounted_for() -> Measured:
    """Text tables of which every row was loaded or kept as a reject; or all of which was refused or held back by a gate, aloud."""
    both = [rows for one in provinces() for rows in one.rows.values()]
    return Measured(sum(written == read for written, read in both), len(both), unit="")


@line("spoilt-dossiers-that-are-none", other="dossiers", at_most=0.0)
def none_made_up() -> Measured:
    """Verdicts about dossiers that do not exist: rows that were misread."""
    whole = sum(kind["dossiers"] for one in provinces() for kind in one.score["kinds"].values())
    return Measured(sum(len(one.score["extra"]) for one in provinces()), whole, unit="")


def _register() -> None:
    shares = {"late-precision": 0.99, "hidden_late-precision": 0.98, "phantom_late-precision": 0.97, "late-recall": 0.95}
    for name, target in shares.items():
        line(f"spoilt-{name}", other="true" if name == "late-recall" else "found", at_least=target)(share(name))
    line("spoilt-undetermined", other="counted", at_most=0.10)(share("undetermined"))
    for kind in kinds():
        line(f"spoilt-{kind.replace('_', '-')}", other="not wrong, of", at_least=NOT_WRONG)(of_kind(kind))


_register()


def table() -> Iterator[str]:
    """Return how each kind was judged over all seeds, then misjudged dossiers of each."""
    row = "{:<30}{:>9}{:>8}{:>9}{:>8}{:>11}"
    yield row.format("spoilt kind", "dossiers", "right", "doubted", "wrong", "unfounded")
    for name in kinds():
        found = [province.score["kinds"][name] for province in provinces() if name in province.score["kinds"]]
        names = ("dossiers", "right", "doubted", "wrong", "unfounded")
        yield row.format(name, *(sum(kind[each] for kind in found) for each in names))
    yield ""
    for name in kinds():
        wrong = [(one.seed, each) for one in provinces() for each in one.score["misjudged"] if each["kind"] == name]
        for seed, each in sorted(wrong, key=lambda pair: pair[1]["found"] == "undetermined")[:EXAMPLES]:
            said = f"may be {each['accepts']}, judged {each['found']} [{each['why']}]"
            yield f"{name}: seed {seed}, {each['source']} {each['code']} {said}"
    for one in provinces():
        for name, (written, read) in one.rows.items():
            if written != read:
                yield f"seed {one.seed}: {name} has {written} rows, {read} were loaded or rejected"
        for source, code, verdict, check in one.against[:EXAMPLES]:
            yield f"seed {one.seed}: {source} {code} is {verdict} beside an open {check}"
