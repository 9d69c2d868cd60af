"""Artifact `today` of a refresh, written however the run ends: by itself, at a gate or with an error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from prefect.logging import get_run_logger

from config.errors import MotcuaError
from config.known_sources import known_sources
from config.language import shown, translate
from config.settings import settings
from flows.runs.outcome import RunFailures
from flows.runs.reporting_day import OFFICE_ZONE
from flows.runtime.page_server import page_address
from tasks.judging.judged_sources import office_today
from tasks.reports.run_artifacts import show_markdown
from tasks.reports.today import morning_markdown, read_morning
from tasks.rules.privacy.masking import mask

KEY = "today"


@contextmanager
def told_today(as_of: date, trouble: RunFailures) -> Iterator[None]:
    """Write the page of the day at the end of a run, and with its reason where an error ends it."""
    reason: list[str] = []
    try:
        yield
    except Exception as error:
        reason.append(mask(shown(error)) if isinstance(error, MotcuaError) else type(error).__name__)
        raise
    finally:
        _write(as_of, trouble, reason)


def _write(as_of: date, trouble: RunFailures, reason: list[str]) -> None:
    chosen = settings()
    try:
        morning = read_morning(
            as_of=as_of,
            today=office_today(),
            policy=chosen.policy,
            zone=OFFICE_ZONE.key,
            names=known_sources().usable,
            home=chosen.home,
            floor=chosen.free_space_floor_mb,
            links={
                translate("Trang công bố", "Published page"): page_address(chosen.served_page_port) or chosen.page,
                translate("Kết quả các cổng chất lượng", "Results of the quality gates"): chosen.data_docs / "index.html",
            },
            sentences=([*reason, *trouble.stops], trouble.failures, trouble.warnings),
        )
        show_markdown(morning_markdown(morning), key=KEY, description=translate("Hôm nay", "Today"))
    except Exception as error:  # the page tells of the run; the run does not hang on it
        told = shown(error) if isinstance(error, MotcuaError) else type(error).__name__
        get_run_logger().warning(
            translate(f"Không ghi được trang hôm nay: {told}", f"The page of today was not written: {told}")
        )
