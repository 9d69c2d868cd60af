"""All checks over a million dossiers, a third of which breaks each promise, against Great Expectations in COMPLETE mode."""

from __future__ import annotations

from datetime import date

import pandas as pd

from config.calendar import load_calendars
from config.checks import load_checks
from schemas.expectations import Expectation
from tasks import gates
from tasks.clocks import clock_for
from tasks.rules.checks import Findings, run_checks
from tasks.rules.codes import NATIONAL
from tasks.rules.frames import DossierFrames
from tests.bench.line import Measured, line, timed
from tests.bench.many_dossiers import many_dossiers

AS_OF = date(2026, 3, 31)
ZONE = "Asia/Ho_Chi_Minh"
_FORM = NATIONAL.replace("?P<unit>", "?:").replace("?P<date>", "?:").replace("?P<sequence>", "?:").strip("^$")
# Checks that another tool can put as one plain promise; ours puts all the others on top of them.
SHARED = {
    "dossier_code_malformed": Expectation("pattern", ("code",), regex=_FORM),
    "procedure_code_missing": Expectation("given", ("procedure_code",)),
    "procedure_code_malformed": Expectation("pattern", ("procedure_code",), regex=r"[1-3]\.\d{6}"),
    "agency_unknown": Expectation("given", ("unit_code",)),
    "status_missing": Expectation("given", ("status",)),
    "received_after_done": Expectation("not_before", ("done_at", "received_at")),
    "received_after_returned": Expectation("not_before", ("returned_at", "received_at")),
    "due_before_received": Expectation("not_before", ("due_at", "received_at")),
    "fee_implausible": Expectation("between", ("fee_amount",), high=1_000_000_000),
}
# The other tool takes longer than a minute for a million rows; its time grows in proportion, so it is given fewer.
ROWS, THEIR_ROWS = 1_000_000, 200_000


def ours(frames: DossierFrames) -> Findings:
    """Run every check."""
    calendar = load_calendars()["vn"]
    return run_checks(frames, load_checks(), AS_OF, ZONE, clock_for(calendar), clock_for(calendar, plain=True))


def plain(frames: DossierFrames) -> pd.DataFrame:
    """Return the columns as numpy's, on which the other tool is thirty times as fast as on Arrow's."""
    names = sorted({name for expectation in SHARED.values() for name in expectation.columns})
    return pd.DataFrame({name: gates.plain_column(frames.dossiers[name]) for name in names})


def theirs(frame: pd.DataFrame) -> dict[str, gates.Outcome]:
    """Let Great Expectations look for the shared promises and list the rows that break them."""
    return dict(zip(SHARED, gates.evaluate_plain(frame, tuple(SHARED.values()), "COMPLETE"), strict=True))


@line("checks", other="Great Expectations COMPLETE", times_faster=20)
def checks() -> Measured:
    """All checks over a million dossiers, a third of those that each shared promise speaks about failing."""
    few, many = many_dossiers(THEIR_ROWS, 1 / 3), many_dossiers(ROWS, 1 / 3)
    counted = ours(few).counts()
    frame = plain(few)
    other = timed(lambda: theirs(frame))
    assert {name: outcome.unexpected for name, outcome in other.result.items()} == {name: counted[name] for name in SHARED}
    assert all(0.3 < outcome.unexpected / outcome.checked < 0.36 for outcome in other.result.values()), "not a third fails"
    mine = timed(lambda: list(ours(many).by_check()), repeats=3)
    return Measured(mine.seconds, other.seconds * ROWS / THEIR_ROWS)
