"""Days on real parts: what no run may speak for, what a run tells of a day of the past, and a day of which nobody was heard."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import psycopg2
import pytest

from config.read_once import forget
from config.settings import settings
from flows.differences import differences
from flows.publish import publish
from flows.refresh import refresh
from flows.replay import replay
from flows.rerun import rerun
from tests.flow.installation import AS_OF, Installation, moved
from tests.flow.test_refresh import of_run, run

FUTURE = date(2131, 1, 1)
BEFORE = AS_OF - timedelta(days=11)


def summary_of(state: Any) -> str:
    """The summary that a run wrote for the operator."""
    return next(artifact["data"] for artifact in of_run(state)[2] if artifact["key"] == "summary")


def write(installation: Installation, statement: str) -> None:
    connection = psycopg2.connect(installation.cluster.url("motcua", ""))
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def test_no_flow_speaks_for_a_day_that_has_not_ended_or_that_its_rules_do_not_govern(
    refreshed: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    forget()
    entries, figures = refreshed.query("SELECT max(entry) FROM audit.ledger"), refreshed.figures()
    for day, why in ((FUTURE, "has not ended"), (date(2019, 6, 1), "begins on 2022-08-01")):
        for flow, given in (
            (refresh, {}),
            (rerun, {}),
            (publish, {}),
            (replay, {"overwrite": True}),
            (differences, {"left": "province", "right": "land"}),
        ):
            state = flow(as_of=day, return_state=True, **given)
            assert state.type.value == "FAILED", flow.name
            assert why in state.message, flow.name
    assert refreshed.query("SELECT max(entry) FROM audit.ledger") == entries, "nothing was written"
    assert not moved(figures, refreshed.figures())
    state = publish(as_of=BEFORE, return_state=True)
    assert f"the verdicts speak for {AS_OF}, not for {BEFORE}" in state.message


def test_a_run_for_a_day_of_the_past_tells_its_own_figures_and_the_next_is_named_by_the_day_that_it_speaks_for(
    installation: Installation,
) -> None:
    first = run()
    assert f"{AS_OF:%d/%m/%Y}" in first.message
    past = rerun(as_of=BEFORE, return_state=True)
    assert past.name == "Completed", past.message
    assert of_run(past)[0].name == f"rerun-{BEFORE}-all that changed"
    assert f"Đến hết {BEFORE:%d/%m/%Y}" in past.message
    assert f"{BEFORE:%d/%m/%Y}" in summary_of(past)
    assert past.message.split(": ", 1)[1] != first.message.split(": ", 1)[1]
    assert [day for _, day, _ in installation.figures()["published"]] == [AS_OF], "the page stays at the last day"
    again = rerun(return_state=True)
    assert of_run(again)[0].name == f"rerun-{AS_OF}-all that changed"
    assert again.message == first.message, "back at the last day, the same figures"
    published = publish(return_state=True)
    assert of_run(published)[0].name == f"publish-{AS_OF}"


def test_the_offices_policy_publishes_a_second_run_of_a_day_whichever_it_is(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_POLICY", "recorded")
    forget()
    assert run().name == "Completed"
    known = "SELECT publication_id FROM mart.publications WHERE policy = 'recorded'"
    assert len(installation.query(known)) == 1
    # The source states other due dates: as a later pull would bring them.
    write(
        installation,
        "UPDATE core.dossiers SET due_at = due_at - interval '400 days', changed_in = nextval('audit.change_seq') "
        "WHERE source = 'province' AND due_at IS NOT NULL",
    )
    assert rerun(as_of=AS_OF, return_state=True).name == "Completed"
    assert len(installation.query(known)) == 2


def test_a_new_day_of_which_no_one_stop_system_was_heard_is_not_published(
    refreshed: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(refreshed, "UPDATE raw.windows SET started_at = '2026-04-01 05:00+07'")
    write(refreshed, "UPDATE raw.pulls SET started_at = '2026-04-01 05:00+07'")
    for name in ("DEMO_HTTP", "DEMO_COMMUNES"):
        monkeypatch.delenv(name)
    figures, day = refreshed.figures()["published"], AS_OF + timedelta(days=14)
    state = refresh(as_of=day, return_state=True)
    assert state.type.value == "FAILED", state.message
    assert "01/04/2026" in state.message
    assert f"{day:%d/%m/%Y}" in state.message
    assert refreshed.figures()["published"] == figures
    assert '"silent_since":"2026-04-01"' not in settings().page.read_text(encoding="utf-8"), "31 March had ended by then"
    late = "SELECT count(*) FROM judged.verdicts WHERE policy = 'qd766' AND missing LIKE '%no_news%'"
    assert refreshed.query(late) != [(0,)]
    again = refresh(as_of=AS_OF, return_state=True)
    assert again.name == "PublishedWithFailures", "a day that was published before is no new one"
    assert refreshed.query(late) == [(0,)]
    monkeypatch.setenv("DEMO_COMMUNES", refreshed.environment["DEMO_COMMUNES"])
    one = refresh(as_of=day, return_state=True)
    assert one.name == "PublishedWithFailures", "one of them was heard"
    assert f"Đến hết {day:%d/%m/%Y}" in one.message
    assert '"silent_since":"2026-04-01"' in settings().page.read_text(encoding="utf-8")
