"""Anomalous days: far more or fewer receipts or closings than on such working days."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from config.language import translate
from config.watch import Incident, Watch, load_watch
from tasks.judging.judged_sources import source_named
from tasks.judging.offices import office_of
from tasks.reports.translation import ALL, or_all
from tasks.rules.clock.working_clock import OfficeHours
from tasks.rules.sources.volume import Unusual, expand, kind_of_days, unusual_days
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.partitions import every_source
from tasks.warehouse.statements import statements_of

Days = list[tuple[str | None, str, date, int]]
MEASURES: Final = {"received": ("tiếp nhận", "received"), "closed": ("kết thúc", "closed")}
"""What is counted, in Vietnamese and in English."""
ANOMALY_KINDS: Final = {
    "make_up": ("ngày làm bù", "make-up day"),
    "half": ("ngày làm nửa buổi", "half day"),
    "after_break": ("ngày đầu sau kỳ nghỉ dài", "first day after a long break"),
    "before_break": ("ngày cuối trước kỳ nghỉ dài", "last day before a long break"),
    "0": ("thứ Hai", "Monday"),
    "1": ("thứ Ba", "Tuesday"),
    "2": ("thứ Tư", "Wednesday"),
    "3": ("thứ Năm", "Thursday"),
    "4": ("thứ Sáu", "Friday"),
    "5": ("thứ Bảy", "Saturday"),
    "6": ("Chủ nhật", "Sunday"),
}
"""Kinds of working days, in Vietnamese and in English."""
_SPAN = 500  # calendar days that are looked at: twenty first days of a week, and some long breaks
_SQL = statements_of(__file__)
_COUNTS = _SQL["counts"]
_GONE = "SELECT unit_code, max(valid_to) FROM ref.units GROUP BY unit_code HAVING bool_and(valid_to IS NOT NULL)"


@dataclass(frozen=True)
class Anomaly:
    """A day out of the ordinary of a source or an agency.

    Attributes:
        unit_code: :data:`ALL` for the source as a whole.
        measure: a key of :data:`MEASURES`; day: what is unusual about it.
    """

    source: str
    unit_code: str
    measure: str
    day: Unusual

    def row(self) -> dict[str, object]:
        """Return it as a line of a list, in the language of the settings."""
        return {
            translate("ngày", "day"): self.day.day,
            translate("loại ngày", "kind of day"): translate(*ANOMALY_KINDS[self.day.kind]),
            translate("hệ thống", "source"): self.source,
            translate("cơ quan", "agency"): or_all(self.unit_code),
            translate("đếm", "counted"): translate(*MEASURES[self.measure]),
            translate("hồ sơ", "dossiers"): self.day.count,
            translate("thường", "usual"): f"{self.day.usual:g}",
            translate("số ngày đã so", "days compared"): self.day.compared,
        }


def read_anomalies(as_of: date, *, recent: bool = False) -> list[Anomaly]:
    """Return the days out of the ordinary, the latest first, of each day the furthest from what is usual first.

    Args:
        as_of: last day that is looked at.
        recent: only the last working days, as a run tells them (``recent`` of config/watch.yaml).
    """
    return out_of_the_ordinary(read_days(as_of), recent=recent)


def read_days(as_of: date) -> dict[str, Days]:
    """Count each source's dossiers by agency, time and day, over some 500 days."""
    since = as_of - timedelta(days=_SPAN)
    return {
        source: fetch_all(_COUNTS, {"source": source, "zone": source_named(source).zone, "as_of": as_of, "since": since})
        for source in every_source()
    }


def gone_agencies() -> dict[str, date]:
    """Return the agencies that were dissolved, each with its last day."""
    return dict(fetch_all(_GONE))


def out_of_the_ordinary(days: dict[str, Days], *, recent: bool = False) -> list[Anomaly]:
    """Return the anomalies among days that were read; see :func:`read_anomalies`."""
    watch, gone = load_watch(), gone_agencies()
    found: list[Anomaly] = []
    for source, rows in days.items():
        found += anomalies(source, rows, office_of(source).clock.hours, watch, gone, recent=recent)
    return sorted(
        found,
        key=lambda one: (-one.day.day.toordinal(), -abs(one.day.count - one.day.usual), one.source, one.unit_code, one.measure),
    )


def anomalies(
    source: str,
    rows: Days,
    hours: OfficeHours,
    watch: Watch,
    gone: dict[str, date] | None = None,
    *,
    recent: bool = False,
) -> Iterator[Anomaly]:
    """Yield the days out of the ordinary of a source and of its agencies.

    Args:
        source: its name.
        rows: agency (None where it is not known), measure, day and dossiers.
        hours: of the office.
        watch: thresholds and known incidents.
        gone: last day of agencies that are dissolved.
        recent: only the last working days. What comes after the source's last record is silence, not an anomaly.
    """
    if not rows:
        return
    counts: defaultdict[tuple[str, str], Counter[date]] = defaultdict(Counter)
    for unit, measure, day, count in rows:
        if measure not in MEASURES:
            continue
        for name in {unit or ALL, ALL}:
            counts[name, measure][day] += count
    first, last = min(row[2] for row in rows), max(row[2] for row in rows)
    kinds = kind_of_days(hours, first, last, watch.volume.break_days)
    shown = set(list(kinds)[-watch.volume.recent :] if recent else kinds)
    for (unit, measure), by_day in sorted(counts.items()):
        if not _worth_a_look(by_day, watch):
            continue
        until = (gone or {}).get(unit, last)
        mine = kinds if until >= last else {day: kind for day, kind in kinds.items() if day <= until}
        for one in unusual_days(by_day, mine, known_days(watch.incidents, source, unit), watch.volume):
            if one.day in shown:
                yield Anomaly(source, unit, measure, one)


def known_days(incidents: tuple[Incident, ...], source: str, unit: str | None) -> set[date]:
    """Return the days that are known to have been out of the ordinary for a source, or an agency in it."""
    return expand([(one.since, one.until) for one in incidents if one.about(source, unit)])


def _worth_a_look(by_day: Counter[date], watch: Watch) -> bool:
    """Tell whether any day reaches the least that is said something about; most agencies of a commune never do."""
    return max(by_day.values()) >= watch.volume.least_expected and len(by_day) >= watch.volume.least_days
