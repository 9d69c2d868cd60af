"""Progress of a run: one artifact, moved stage by stage, and the run's tables at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from types import TracebackType

from prefect.logging import get_run_logger

from config.language import counted, decimal, translate, written_day
from config.settings import settings
from flows.runtime.silence_events import announce_silence
from tasks.reports.artifacts import write_artifacts, write_conspicuous
from tasks.reports.run_artifacts import show_progress, start_progress
from tasks.reports.silence import read_conspicuous
from tasks.reports.summary import Summary, read_summary

_SECONDS_A_STEP = 0.5  # between two looks of the bar
# Whoever shows a run of this process on a terminal puts itself here: called with percent and stage.
listeners: list[Callable[[float, str], None]] = []

_STAGES = {
    "pull": (0, "Lấy dữ liệu từ các hệ thống", "Pulling the sources"),
    "load": (20, "Làm sạch và nạp", "Cleaning and loading"),
    "match": (45, "Ghép hồ sơ giữa các hệ thống", "Matching dossiers across systems"),
    "judge": (50, "Kiểm tra và kết luận", "Checking and judging"),
    "measure": (85, "Tính chỉ tiêu", "Measuring"),
    "publish": (90, "Công bố", "Publishing"),
    "report": (97, "Lập bảng", "Writing the tables"),
    "done": (100, "Xong", "Done"),
}


class RunProgress:
    """The progress bar of a run; used in a ``with`` block around its stages."""

    def __init__(self, description: str) -> None:
        self._description = description

    def __enter__(self) -> RunProgress:
        self._artifact, self._shown = start_progress(self._description), time.monotonic()
        self._began = datetime.now(UTC)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None:
            self.at("done")

    def at(self, stage: str) -> None:
        """Say which stage begins; everything before it is done."""
        percent, *words = _STAGES[stage]
        get_run_logger().info(translate(words[0], words[1]))
        for listener in listeners:
            listener(percent, translate(words[0], words[1]))
        # Stages that take no time are not worth a request each.
        if percent and (percent == 100 or time.monotonic() - self._shown >= _SECONDS_A_STEP):
            show_progress(self._artifact, percent)
            self._shown = time.monotonic()

    def report(self, day: date, notes: list[str], *, news: bool = True) -> str:
        """Write the run's tables and return one sentence of counts, of the day that the run speaks for.

        Args:
            day: that day.
            notes: sentences about what went wrong.
            news: sources may have told something since the day was published before: who is silent, and which days are out of
                the ordinary, hangs on them alone.
        """
        self.at("report")
        summary = read_summary(settings().policy, day)
        write_artifacts(summary, notes, settings().data_docs)
        # Where nothing new was published nothing is out of the ordinary that was not so before.
        if news and summary.as_of is not None and summary.since is not None and summary.since >= self._began:
            found, silent = read_conspicuous(summary.as_of)
            write_conspicuous(found, silent)
            announce_silence(silent)
        return sentence(summary)


class PartsProgress:
    """Progress bar of a run of many parts, such as windows or days.

    Shows how many are done, and about how long the rest takes.

    Args:
        description: what the run does.
        total: how many parts.
    """

    def __init__(self, description: str, total: int) -> None:
        self._description, self._total, self._done = description, total, 0
        self._artifact, self._began = start_progress(description), time.monotonic()
        self._show()

    def part_done(self) -> None:
        """Say that one more part is done."""
        self._done += 1
        self._show()

    def _show(self) -> None:
        percent = 100.0 * self._done / self._total if self._total else 100.0
        said = f"{self._done}/{self._total}"
        if 0 < self._done < self._total:
            left = (time.monotonic() - self._began) / self._done * (self._total - self._done)
            said += translate(f", còn khoảng {time_left(left)}", f", about {time_left(left)} left")
        get_run_logger().info(f"{self._description}: {said}")
        for listener in listeners:
            listener(percent, f"{self._description}: {said}")
        show_progress(self._artifact, percent, f"{self._description}: {said}")


def time_left(seconds: float) -> str:
    """Say a time as roughly as it is known.

    >>> time_left(42), time_left(600), time_left(9000)
    ('42 s', '10 min', '2.5 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def sentence(summary: Summary) -> str:
    """Say in one sentence what is published for the summary's day."""
    if summary.publication is None:
        return translate(
            f"Chưa có số liệu đến hết {written_day(summary.as_of)}.", f"No figures to the end of {summary.as_of} are published."
        )
    verdicts = summary.verdicts
    rates = {basis: "-" if rate.value is None else decimal(f"{rate.value:.2f}") for basis, rate in summary.rates.items()}
    recorded, cleaned = rates.get("recorded", "-"), rates.get("cleaned", "-")
    return translate(
        f"Đến hết {written_day(summary.as_of)}: {sum(verdicts.values())} hồ sơ: {verdicts['phantom_late']} trễ ảo, {verdicts['hidden_late']} trễ ẩn, "
        f"{verdicts['late']} trễ thật, {verdicts['undetermined']} chưa đủ căn cứ; "
        f"đúng hạn {recorded} % theo hệ thống, {cleaned} % sau làm sạch.",
        f"To the end of {summary.as_of}: {counted(sum(verdicts.values()), 'dossier')}: {verdicts['phantom_late']} phantom late, {verdicts['hidden_late']} hidden late, "
        f"{verdicts['late']} late, {verdicts['undetermined']} undetermined; "
        f"on time {recorded} % as recorded, {cleaned} % after cleaning.",
    )
