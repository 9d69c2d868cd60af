"""Stages that several flows share, from pending pages to published figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from prefect.logging import get_run_logger
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from config.errors import MotcuaError, SourceError
from config.known_sources import known_sources
from config.language import shown, translate
from config.policies import policies_of_a_run
from config.settings import demonstration_day, settings
from flows.runs.outcome import RunFailures, results
from tasks.approving.states import newest_step
from tasks.auditing.second_engine import difference_sentence
from tasks.check import check
from tasks.clock_faults import find_clock_faults
from tasks.gates.data_docs import write_data_docs
from tasks.judge import judge
from tasks.judging.rules_digest import figures_digest, rules_digest
from tasks.match import match
from tasks.measure import measure, uncounted
from tasks.publish import publish
from tasks.recovery.run_history import keep_run
from tasks.reports.site.build import write_page
from tasks.runtime.step_result import StepResult
from tasks.second_look import second_look
from tasks.warehouse.batches import batched
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.freshness import all_heard
from tasks.warehouse.partitions import Partition, every_partition, pending
from tasks.warehouse.rows import fetch_as, fetch_value

_PUBLISHED = """
    SELECT publication_id FROM mart.current_publications
    WHERE policy = %(policy)s AND as_of = %(as_of)s AND rules_digest = %(rules)s
        AND (SELECT (action, subject) = ('publish', %(subject)s) FROM audit.ledger
            WHERE action NOT IN ('pull', 'prove', 'propose', 'keep', 'audit') ORDER BY entry DESC LIMIT 1)
"""

_CLOCKS = """
    SELECT source, unit_code, CASE WHEN receipt_minutes <> 0 THEN receipt_minutes ELSE end_minutes END AS minutes,
        sum(receipts_outside + ends_outside)::bigint AS outside, sum(receipts + ends)::bigint AS times
    FROM quality.clock_faults GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""

_KNOWN = "SELECT publication_id FROM mart.publications WHERE policy = %(policy)s AND as_of = %(as_of)s LIMIT 1"


def task_runner() -> TaskRunner[Any]:
    """Return what partitions run on: two threads, or the Dask cluster that the settings name."""
    address = settings().dask_address
    if not address:
        # More threads than cores wait for each other: the work is in pandas and in PostgreSQL, half and half.
        return ThreadPoolTaskRunner(max_workers=2)
    from prefect_dask.task_runners import DaskTaskRunner

    return DaskTaskRunner(address=address)


def match_and_look(as_of: date) -> None:
    """Find what no dossier shows by itself: which records speak about one, and whose clock is off."""
    match(as_of)
    find_clock_faults(as_of)


def warn_of_clocks(trouble: RunFailures) -> None:
    """Say whose clock is off: their hours decide nothing until somebody sets it right."""
    for row in fetch_as(dict[str, Any], _CLOCKS):
        source, unit, minutes = row["source"], row["unit_code"], row["minutes"]
        outside, times = row["outside"], row["times"]
        hours = f"{abs(minutes) / 60:g}"
        trouble.warn(
            translate(
                f"{source}: đồng hồ của {unit or 'hệ thống'} {'chậm' if minutes > 0 else 'nhanh'} {hours} giờ "
                f"({outside} trong {times} giờ tiếp nhận, kết thúc ngoài giờ làm việc); thời hạn tính bằng giờ chưa kết luận được. "
                "Sửa múi giờ ở nguồn.",
                f"{source}: the clock of {unit or 'the system'} is {hours} {'hour' if hours == '1' else 'hours'} {'slow' if minutes > 0 else 'fast'} "
                f"({outside} of {times} times of receipt and end lie outside office hours); limits in hours are not relied on. "
                "Set the time zone right at the source.",
            )
        )


def check_and_judge(as_of: date, full: bool = False, sources: Sequence[str] | None = None) -> StepResult:
    """Check and judge every partition that may be out of date; all of them where ``full``."""
    if full:
        every = every_partition(sources)
        return check_and_judge_these(every, every, as_of, full)
    to_check, to_judge = (pending(step, as_of, rules_digest(), sources) for step in ("check", "judge"))
    return check_and_judge_these(to_check, to_judge, as_of)


def check_and_judge_these(to_check: list[Partition], to_judge: list[Partition], as_of: date, full: bool = False) -> StepResult:
    """Check and judge the given partitions, small ones together, a task a batch."""
    digest = rules_digest()
    futures = [check.submit(batch, as_of, full) for batch in batched("check", to_check, digest)]
    futures += [judge.submit(batch, as_of, full) for batch in batched("judge", to_judge, digest)]
    return sum(results(futures), StepResult("judge", "*"))


def compare_engines(as_of: date, trouble: RunFailures) -> None:
    """Hold a random sample of verdicts against a second derivation of their lateness.

    A difference is an alarm that names the dossiers; where there are many, nothing is published.
    """
    found = second_look(as_of)
    if found.differing:
        (trouble.stop if found.is_broken else trouble.warn)(shown(difference_sentence(found)))


def measure_all(as_of: date, full: bool = False) -> StepResult:
    """Bring the counters of every policy up to date.

    To ask Prefect for a step that has nothing to do costs more than to look.
    """
    policies = policies_of_a_run() if full else uncounted(policies_of_a_run(), as_of)
    return sum((measure(policy, as_of, full=full) for policy in policies), StepResult("measure", "*"))


def publish_own(as_of: date, trouble: RunFailures) -> str | None:
    """Publish the office's policy (MOTCUA_POLICY) unless nothing was written since it was; return the publication.

    The other policies are judged and counted for comparison in every run; ``motcua publish`` freezes them too.

    Returns:
        None where a gate stopped the run, or nobody was heard of the day: nothing is published.
    """
    require_news(as_of, trouble)
    if trouble.stops:
        return None
    found = published_already(as_of) or publish(settings().policy, as_of)
    warn_of_draft(found, trouble)
    return found


def warn_of_draft(publication_id: str, trouble: RunFailures) -> None:
    """Say that figures wait for approval, where they do: readers still see those before."""
    if newest_step(publication_id).stands:
        return
    short = publication_id[:12]
    trouble.warn(
        translate(
            f"Số liệu là dự thảo {short}, chờ duyệt: xem `motcua publications show {short}`.",
            f"The figures are draft {short} and wait for approval: see `motcua publications show {short}`.",
        )
    )


def require_news(as_of: date, trouble: RunFailures) -> None:
    """Stop publication of a new day that no one-stop system has reported anything about.

    Its figures would be those of the day before.

    The page is written anew, so that it says how old its sources are.
    """
    primary = [source for source in known_sources().judged.values() if source.role == "primary"]
    if not primary or demonstration_day() is not None:
        return
    heard = all_heard()
    days = [heard[source.name].astimezone(source.timezone).date() for source in primary if source.name in heard]
    if any(day > as_of for day in days) or fetch_all(_KNOWN, {"policy": settings().policy, "as_of": as_of}):
        return
    since = max(days, default=None)
    trouble.stop(
        translate(
            f"Không hệ thống một cửa nào có tin {f'từ {since:%d/%m/%Y}' if since else 'lần nào'}, nên chưa công bố ngày {as_of:%d/%m/%Y}.",
            f"No one-stop system was heard {f'since {since}' if since else 'yet'}, so {as_of} is not published.",
        )
    )
    if settings().page.exists():
        write_page(settings().policy, settings().page, settings().page_options)


def published_already(as_of: date) -> str | None:
    """Return the current publication if it is of this day and these rules.

    None if the ledger has had another entry since.

    What was measured and not published since is such an entry, whichever policy it was.
    """
    if not settings().page.exists():
        return None
    policy = settings().policy
    given = {"policy": policy, "as_of": as_of, "rules": figures_digest(), "subject": f"figures/{policy}"}
    published: str | None = fetch_value(_PUBLISHED, given)
    return published


def keep_history(trouble: RunFailures) -> None:
    """Land what a run found, so that a replay has it again; where that fails, the next run lands it too."""
    try:
        keep_run()
    except SourceError as error:
        trouble.warn(shown(error))
    except OSError as error:
        trouble.warn(
            translate(
                f"Không ghi được vào vùng lưu bản gốc ({type(error).__name__}); lần chạy sau ghi bù.",
                f"The landing zone takes no file ({type(error).__name__}); the next run makes up for it.",
            )
        )


@contextmanager
def gates_shown(as_of: date) -> Iterator[None]:
    """Draw what the gates of a day found when a run ends, and above all where it ends because of what they found."""
    try:
        yield
    finally:
        try:
            write_data_docs(as_of, settings().data_docs, may_wait=True)
        except Exception as error:  # the page tells of the run; the run does not hang on it
            told = shown(error) if isinstance(error, MotcuaError) else type(error).__name__
            get_run_logger().warning(
                translate(f"Không ghi được trang các cổng: {told}", f"The page of the gates was not written: {told}")
            )


def publish_all(as_of: date, trouble: RunFailures) -> dict[str, str]:
    """Publish every policy; return the publication of each, of none where nobody was heard of the day."""
    require_news(as_of, trouble)
    if trouble.stops:
        return {}
    made = {policy: publish(policy, as_of) for policy in policies_of_a_run()}
    for publication_id in made.values():
        warn_of_draft(publication_id, trouble)
    return made
