"""Re-statement of past days on real parts: chosen, foreseen, killed and gone on with; and the tags by which its run is found."""

from __future__ import annotations

import inspect
import signal
from datetime import date
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.flows import load_flow_from_entrypoint

from flows.publish import publish
from flows.refresh import refresh
from flows.restate import restate
from flows.runtime.deployments import read_deployments
from tests.flow.installation import Installation, moved
from tests.flow.test_refresh import of_run

SPAN = ("restate", "--from", "2026-03-28", "--to", "2026-03-31")
_DAYS = "SELECT as_of, count(*) FROM mart.publications GROUP BY 1 ORDER BY 1"


def said_by(installation: Installation, *arguments: str) -> str:
    return " ".join(installation.motcua(*arguments, MOTCUA_LANGUAGE="en").stdout.split())


def test_past_days_are_stated_again_and_the_newest_stays_in_force(refreshed: Installation) -> None:
    before = refreshed.figures()
    said = said_by(refreshed, *SPAN, "--what", "missing", "--dry-run")
    assert "3 days would be judged and published again (3 never published), from 2026-03-28 to 2026-03-30" in said
    assert refreshed.query(_DAYS) == [(date(2026, 3, 31), 1)], "a dry run does nothing"
    killed = refreshed.motcua(*SPAN, "--what", "missing", check=False, MOTCUA_KILL_AT="published:2")
    assert killed.returncode == -signal.SIGKILL
    assert refreshed.query(_DAYS) == [(date(2026, 3, 28), 1), (date(2026, 3, 31), 1)]
    said = said_by(refreshed, *SPAN, "--what", "missing", "--dry-run")
    assert "2 days would be judged and published again" in said, "what was done stays done"
    said = said_by(refreshed, *SPAN, "--what", "missing")
    assert "2 days judged and published again; the figures of 2 of them changed." in said
    assert refreshed.query(_DAYS) == [(date(2026, 3, day), 1) for day in range(28, 32)]
    assert not moved(before, refreshed.figures()), "verdicts and figures speak for the newest day as before"
    assert "no day is to be stated again" in said_by(refreshed, *SPAN, "--what", "missing", "--dry-run")
    state = restate(since=date(2026, 3, 30), return_state=True)
    assert state.message.startswith(("2 days judged", "Đã kết luận và công bố lại 2 ngày")), state.message
    assert refreshed.query(_DAYS) == [(date(2026, 3, day), 1) for day in range(28, 32)], "equal figures are one publication"


@pytest.mark.parametrize("arguments", [("--from", "2026-03-31", "--to", "2026-03-30"), ("--from", "2999-01-01")])
def test_a_span_that_cannot_be_is_refused(installation: Installation, arguments: tuple[str, ...]) -> None:
    for more in ((), ("--dry-run",)):
        assert installation.motcua("restate", *arguments, *more, check=False).returncode == 2


def test_runs_are_found_by_what_they_speak_for(installation: Installation) -> None:
    record, _, _ = of_run(refresh(as_of=date(2026, 3, 30), return_state=True))
    tags = {tag.partition(":")[0]: tag.partition(":")[2] for tag in record.tags}
    assert (tags["as-of"], tags["policy"], tags["data"]) == ("2026-03-30", "qd766", "..2026-03-30")
    assert len(tags["rules"]) == len(tags["calendar"]) == 8
    later, _, _ = of_run(refresh(as_of=date(2026, 3, 31), return_state=True))
    assert "data:2026-03-31..2026-03-31" in later.tags
    again, _, _ = of_run(publish(return_state=True))
    assert "as-of:2026-03-31" in again.tags
    told = [found_by(tag) for tag in record.tags]
    assert all(record.id in found for found in told), "each of its tags finds it"
    assert found_by("as-of:2026-03-31", f"rules:{tags['rules']}") >= {later.id, again.id}
    assert record.id not in found_by("as-of:2026-03-31") | found_by("policy:qd766", "as-of:2026-03-31")
    assert not found_by("policy:none")


def found_by(*tags: str) -> set[UUID]:
    """Ask the server for runs with all of some tags, as the page of runs in the UI does."""
    asked = {"flow_runs": {"operator": "and_", "tags": {"operator": "and_", "all_": tags}}, "page": 1, "limit": 200}
    with get_client(sync_client=True) as client:
        answer = client.request("POST", "/flow_runs/paginate", json=asked).json()
    return {UUID(run["id"]) for run in answer["results"]}


@pytest.mark.parametrize("entry", read_deployments(), ids=lambda entry: entry["name"])
def test_every_flow_tags_its_run(entry: dict[str, str]) -> None:
    flow = load_flow_from_entrypoint(entry["entrypoint"], use_placeholder_flow=False)
    assert "tag_run" in inspect.unwrap(flow.fn).__code__.co_names
