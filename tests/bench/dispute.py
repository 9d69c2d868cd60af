"""Line of `make score` about the bridge: lists of another body held against published counts, and what is left unexplained.

The lists are drawn at random from the province's dossiers, with lines that stand twice and codes that nobody has; how many of
these there are is known here, and the published counts are read from the table.
"""

from __future__ import annotations

import random

from tasks.tracing.contributions import FigureName
from tasks.tracing.disputes import dispute
from tasks.warehouse.engine import fetch_all
from tests.bench.line import Measured, line
from tests.bench.province import home, run_demo
from tests.bench.second_engine import settled_in

SEED, DOSSIERS, LISTS = 1, 3_000, 100
_COUNTS = """
    SELECT publication_id, indicator, unit_code, period, field_code, channel, numerator FROM mart.current_indicators
    WHERE policy = 'qd766' AND basis = 'cleaned' AND numerator > 0
        AND indicator IN ('finished_late', 'finished_on_time', 'in_progress_overdue', 'withdrawn', 'carried_over')
    ORDER BY indicator, unit_code, period, field_code, channel
"""
_CODES = "SELECT source, code, unit_code, timeliness FROM judged.verdicts WHERE policy = 'qd766' ORDER BY source, code"


@line("bridge-without-remainder", other="lists of others", at_least=1.0)
def without_remainder() -> Measured:
    """Lists that the classes lead from to the published count with nothing left over, each planted line in its class."""
    dice = random.Random(SEED)  # noqa: S311 - the same every time
    with home() as folder:
        run_demo(folder, SEED, DOSSIERS)
        with settled_in(folder):
            figures = dice.sample(fetch_all(_COUNTS), LISTS)
            codes = fetch_all(_CODES)
            closed = sum(_closes(figure, codes, dice) for figure in figures)
    return Measured(closed, LISTS, unit="")


def _closes(figure: tuple[str, ...], codes: list[tuple[str, ...]], dice: random.Random) -> bool:
    publication, indicator, unit, period, field, channel, numerator = figure
    near = [code for _, code, of, timeliness in codes if unit in ("*", of) and (timeliness == "late" or dice.random() < 0.2)]
    listed = list(dict.fromkeys(dice.sample(near, min(len(near), dice.randint(1, 200)))))
    repeated = dice.choices(listed, k=dice.randint(0, 5))
    strange = [f"H99.99-260101-9{number:03}" for number in range(dice.randint(0, 5))]
    lines = [*listed, *repeated, *strange]
    dice.shuffle(lines)
    found = dispute(publication, FigureName(indicator, unit, period, field, channel), lines)
    bound = found.count("agreed") + found.count("missing_recorded") + found.count("missing_by_evidence")
    planted = (found.count("repeated"), found.count("unknown")) == (len(repeated), len(strange))
    return found.remainder == 0 and bound == found.published == numerator and found.theirs == len(lines) and planted
