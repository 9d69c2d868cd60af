"""The whole flow: what an immediate second refresh costs when nothing has changed at the sources."""

from __future__ import annotations

from pathlib import Path

from tests.bench.line import Measured, line
from tests.bench.province import fetch, home, run_demo

DOSSIERS = 20_000
RUNS = "select extract(epoch from end_time - start_time) from flow_run where state_name = 'Completed' order by start_time"
FIGURES = """select (select count(*) from mart.publications), (select max(changed_in) from judged.verdicts),
    (select max(changed_in) from core.dossiers), (select count(*) from judged.verdicts)"""


@line("refresh-unchanged", other="first refresh", at_most=0.10)
def refresh_unchanged() -> Measured:
    """The second refresh of the made-up province against the first, by the times that Prefect recorded."""
    with home() as folder:
        run_demo(folder, seed=1, dossiers=DOSSIERS)
        before = _figures(folder)
        run_demo(folder, seed=1, dossiers=DOSSIERS)
        assert _figures(folder) == before, "a second refresh with nothing new changed something"
        first, second = [float(seconds) for (seconds,) in fetch(folder, "prefect", RUNS)]
    return Measured(second, first)


def _figures(folder: Path) -> list[tuple[int, ...]]:
    """Publications made, newest changes, and number of verdicts: equal exactly where nothing was written."""
    return fetch(folder, "motcua", FIGURES)
