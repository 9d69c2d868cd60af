"""Re-statement of past days: judged, measured and published again.

After corrections, or under new rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from config.errors import ConfigError, DataError
from config.language import Bilingual, counted, shown, translate
from config.settings import settings
from flows.rerun import last_published_day
from flows.runs.outcome import RunFailures
from flows.runs.progress import PartsProgress
from flows.runs.reporting_day import day_of_run, last_finished_day, require_ended
from flows.runs.sentence import ends_in_a_sentence
from flows.runs.stages import check_and_judge, keep_history, match_and_look, measure_all, publish_own, task_runner
from flows.runs.tags import tag_run
from tasks.publishing.past_days import DayChoice, PastDay, note_reached, past_days, publication_of, reached
from tasks.reports.past_days import STANDING_WORDS, show_days


def run_name() -> str:
    """Name the run by its span."""
    given = flow_run.parameters
    return f"restate-{given['since']}..{given.get('until') or ''}"


@flow(name="restate", flow_run_name=run_name, task_runner=task_runner(), persist_result=False, log_prints=False)
@ends_in_a_sentence
def restate(since: date, until: date | None = None, what: DayChoice = "all", dry_run: bool = False) -> State[Any]:
    """Kết luận và công bố lại các ngày đã qua, sau đính chính hoặc khi quy định thay đổi.

    Judge and publish past days again, one after the other, after corrections or under new rules. Nothing is pulled.
    A run that is cut off is gone on with by the next; at the end the verdicts speak for the newest day again.

    Args:
        since: Ngày đầu.
            First day.
        until: Ngày cuối, tính cả ngày đó; để trống: ngày công bố gần nhất.
            Last day, included; empty: the day of the last publication.
        what: missing: chỉ những ngày chưa công bố. missing-and-failed: cả những ngày không qua cổng kiểm soát. all: mọi ngày.
            missing: only days without figures. missing-and-failed: those on which a gate failed, too. all: every day.
        dry_run: Chỉ cho biết sẽ làm gì, không ghi gì.
            Only say what would be done: nothing is written.
    """
    newest, last = last_published_day(), last_day(until)
    days = days_to_state(since, last, what)
    tag_run(last, since, last)
    show_days(days)
    if dry_run:
        return Completed(message=foreseen(since, last, days))
    trouble, changed = RunFailures(), 0
    order = order_name(since, last, what)
    progress = PartsProgress(translate("Số ngày đã công bố lại", "Days stated again"), len(days))
    for each in days:
        changed += state_again(each.day, trouble)
        note_reached(order, each.day)
        progress.part_done()
    if newest is not None and days and days[-1].day != newest:
        state_again(newest, trouble)
    note_reached(order, None)
    keep_history(trouble)
    return trouble.state(
        translate(
            f"Đã kết luận và công bố lại {len(days)} ngày; số liệu của {changed} ngày thay đổi.",
            f"{counted(len(days), 'day')} judged and published again; the figures of {changed} of them changed.",
        )
    )


def last_day(until: date | None) -> date:
    """Return the last day of a span: the one that was asked for, else that of the last publication, else yesterday."""
    return until or last_published_day() or last_finished_day()


def days_to_state(since: date, until: date, what: DayChoice) -> list[PastDay]:
    """Return the days that a choice takes and that an order which was cut off has not done yet.

    Raises:
        ConfigError: the span ends before it begins or has not ended, or no rule holds on one of its days.
    """
    require_ended(since, "since")
    require_ended(until, "until")
    if until < since:
        raise ConfigError(
            "restate",
            Bilingual(f"{until:%d/%m/%Y} trước {since:%d/%m/%Y}", f"{until} is before {since}"),
            Bilingual("--from NGÀY --to NGÀY, đúng thứ tự", "--from DAY --to DAY, in order"),
        )
    done = reached(order_name(since, until, what))
    chosen = [each for each in past_days(settings().policy, since, until) if each.is_chosen(what)]
    for end in chosen[:1] + chosen[-1:]:
        day_of_run(end.day)
    return [each for each in chosen if done is None or each.day > done]


def order_name(since: date, until: date, what: DayChoice) -> str:
    """Name the same order in a later run."""
    return f"{settings().policy}/{since}..{until}/{what}"


def state_again(day: date, trouble: RunFailures) -> bool:
    """Judge, measure and publish a day; return whether its figures are others now.

    A gate that stops it stops no other day.
    """
    before, of_day = publication_of(settings().policy, day), RunFailures()
    try:
        match_and_look(day)
        check_and_judge(day)
        measure_all(day)
        publish_own(day, of_day)
    except DataError as error:
        of_day.stop(shown(error))
    trouble.stops += [f"{day}: {note}" for note in of_day.stops]
    trouble.failures += [f"{day}: {note}" for note in of_day.failures]
    trouble.warnings += [f"{day}: {note}" for note in of_day.warnings]
    return publication_of(settings().policy, day) != before


def foreseen(since: date, until: date, days: Sequence[PastDay]) -> str:
    """Say what a re-statement would do: how many days, and how they stand now."""
    if not days:
        return translate(
            f"{since:%d/%m/%Y} – {until:%d/%m/%Y}: không có ngày nào phải công bố lại.",
            f"{since}..{until}: no day is to be stated again.",
        )
    standings = Counter(each.standing for each in days)
    stand = ", ".join(f"{count} {translate(*STANDING_WORDS[one])}" for one, count in standings.items())
    return translate(
        f"{since:%d/%m/%Y} – {until:%d/%m/%Y}: sẽ kết luận và công bố lại {len(days)} ngày ({stand}), từ {days[0].day:%d/%m/%Y} đến {days[-1].day:%d/%m/%Y}; sau đó kết luận trở về "
        "ngày công bố gần nhất. Chưa làm gì.",
        f"{since}..{until}: {counted(len(days), 'day')} would be judged and published again ({stand}), from {days[0].day} to {days[-1].day}; afterwards "
        "the verdicts speak for the newest day again. Nothing was done.",
    )
