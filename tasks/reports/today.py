"""Today on one page: what ran, what did not and what to do, with two grids of the last fortnight.

Read from the warehouse when a run ends, so that it also tells of a run that published nothing. Counts and names of sources and
agencies only.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

from config.language import counted, decimal
from config.language import translate as _
from tasks.publishing.current import published_day
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.partitions import PARTITIONS_SQL

DAYS = 14
_MOST_ROWS = 40  # agencies of the grid; those with a gap come first, so that none of these is left out before another
_LONGEST_NAME = 36
ARRIVED, LATE, PARTIAL, MISSING, NOTHING = "✓", "▲", "◐", "✗", "·"
_GOOD = ("landed", "loaded", "unchanged")

_PULLS = """
    SELECT source, (started_at AT TIME ZONE %(zone)s)::date,
        (array_agg(state = ANY(%(good)s) ORDER BY started_at DESC) FILTER (WHERE state <> 'running'))[1] IS TRUE, sum(rejected)::bigint
    FROM raw.pulls WHERE shrinkage_accepted IS NOT TRUE GROUP BY 1, 2
"""
_GAPS = """
    SELECT unit, day, stated, held FROM quality.completeness WHERE unit IS NOT NULL AND day BETWEEN %(first)s AND %(last)s
"""
# By the months in which dossiers of these days lie, one day more at both ends: those of a source are months of its own zone.
_RECEIVED = f"""
    {PARTITIONS_SQL}
    SELECT d.unit_code, (d.received_at AT TIME ZONE %(zone)s)::date, count(*)
    FROM slot AS s JOIN core.dossiers AS d ON d.source = s.source AND d.partition_month = s.month
    WHERE s.month BETWEEN date_trunc('month', %(first)s::date - 1)::date AND %(last)s::date + 1
        AND d.role = 'primary' AND d.unit_code IS NOT NULL AND (d.received_at AT TIME ZONE %(zone)s)::date BETWEEN %(first)s AND %(last)s
    GROUP BY 1, 2
"""
_NAMES = "SELECT DISTINCT ON (unit_code) unit_code, name FROM ref.units ORDER BY unit_code, valid_from DESC"
_GATES = """
    SELECT gate, subject, count(*) FILTER (WHERE NOT success), count(*) FROM quality.gate_results
    WHERE as_of = %(as_of)s GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""

Grid = Mapping[str, Mapping[date, str]]


@dataclass(frozen=True)
class Morning:
    """What a run found, in counts.

    Attributes:
        as_of: day that the run speaks for; published: day that the current figures speak for.
        today: day on which the run ended, the last column of ``sources``.
        stops, failures, warnings: sentences, masked and without values.
        sources: source × day of pull to a sign.
        agencies: agency × day of receipt to a sign, or to the number of dossiers that are missing, as ``-2``.
        gates: subject of a gate to its failed expectations and all of them.
        free: megabytes free on the disk of the home, and of how many; floor: what a run asks for.
        links: what to open: its file, or its address where it is served.
    """

    as_of: date
    today: date
    published: date | None
    stops: Sequence[str]
    failures: Sequence[str]
    warnings: Sequence[str]
    sources: Grid
    agencies: Grid
    names: Mapping[str, str] = field(default_factory=dict)
    gates: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    free: tuple[int, int] = (0, 0)
    floor: int = 0
    links: Mapping[str, Path | str] = field(default_factory=dict)


def last_days(last: date) -> list[date]:
    """Return the columns of a grid, the oldest first."""
    return [last - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]


def source_grid(pulls: Iterable[tuple[str, date, bool, int]], names: Iterable[str], today: date) -> dict[str, dict[date, str]]:
    """Return the grid of the sources.

    A day whose pull failed and whose news came with a later one is late.

    Args:
        pulls: source, day, whether the last pull of that day ended well, and records that its pulls rejected.
        names: sources that are asked; others are shown where they were asked within the fortnight.
        today: the last column.
    """
    asked: dict[str, dict[date, tuple[bool, bool]]] = defaultdict(dict)
    for source, day, arrived, refused in pulls:
        asked[source][day] = (arrived, bool(refused))
    days = last_days(today)
    every = sorted({*names, *(name for name, on in asked.items() if on.keys() & set(days))})
    return {name: {day: _arrival(day, asked.get(name, {})) for day in days} for name in every}


def _arrival(day: date, asked: Mapping[date, tuple[bool, bool]]) -> str:
    if not asked or day < min(asked):
        return NOTHING
    arrived, refused = asked.get(day, (False, False))
    if arrived:
        return PARTIAL if refused else ARRIVED
    return LATE if any(later > day and well for later, (well, _refused) in asked.items()) else MISSING


def agency_grid(
    received: Iterable[tuple[str, date, int]], compared: Iterable[tuple[str, date, int, int]], as_of: date
) -> dict[str, dict[date, str]]:
    """Return the grid of the agencies.

    What the sources count of a day is held against what came of it; where they do not count, anything that came is enough.

    Args:
        received: agency, day of receipt, dossiers held.
        compared: agency, day, dossiers by the source's own count, dossiers held of them; once for each source that counts.
        as_of: the last column.
    """
    came = {(unit, day): count for unit, day, count in received}
    lacking: dict[tuple[str, date], tuple[int, int]] = {}
    for unit, day, stated, held in compared:
        missing, had = lacking.get((unit, day), (0, 0))
        lacking[unit, day] = (missing + max(stated - held, 0), had + held)
    return {
        unit: {day: _held(came.get((unit, day), 0), lacking.get((unit, day), (0, 0))) for day in last_days(as_of)}
        for unit in sorted({unit for unit, _day in (*came, *lacking)})
    }


def _held(received: int, compared: tuple[int, int]) -> str:
    missing, held = compared
    if missing:
        return f"-{missing}" if held else f"{MISSING}{missing}"
    return ARRIVED if received or held else NOTHING


def read_morning(
    as_of: date,
    today: date,
    policy: str,
    zone: str,
    names: Iterable[str],
    home: Path,
    floor: int,
    links: Mapping[str, Path | str],
    sentences: tuple[Sequence[str], Sequence[str], Sequence[str]],
) -> Morning:
    """Read everything that the page tells.

    Args:
        as_of: day that the run speaks for.
        today: day on which it ended, in the office's zone.
        policy: whose figures are published.
        zone: the office's.
        names: sources that are asked.
        home: folder whose disk is looked at.
        floor: megabytes that a run asks for.
        links: what to open: its file, or its address where it is served.
        sentences: of what stopped the run, of what failed, of what is to be looked at.
    """
    span = {"first": last_days(as_of)[0], "last": as_of, "zone": zone}
    disk = shutil.disk_usage(home)
    return Morning(
        as_of=as_of,
        today=today,
        published=published_day(policy),
        stops=sentences[0],
        failures=sentences[1],
        warnings=sentences[2],
        sources=source_grid(cast("list[Any]", fetch_all(_PULLS, {"zone": zone, "good": list(_GOOD)})), names, today),
        agencies=agency_grid(cast("list[Any]", fetch_all(_RECEIVED, span)), cast("list[Any]", fetch_all(_GAPS, span)), as_of),
        names=dict(fetch_all(_NAMES)),
        gates={f"{gate} · {subject}": (failed, of) for gate, subject, failed, of in fetch_all(_GATES, {"as_of": as_of})},
        free=(disk.free // 1_000_000, disk.total // 1_000_000),
        floor=floor,
        links=links,
    )


def morning_markdown(morning: Morning) -> str:
    """Return the page as Markdown, in the language of the settings."""
    blocks = [
        f"# {_('Hôm nay', 'Today')} {morning.today:%d/%m/%Y}: {_headline(morning)}",
        _listed(_("Việc cần làm", "What to do"), to_do(morning)),
        f"## {_('Đã chạy', 'What ran')}\n\n{_ran(morning)}",
        _listed(_("Chưa chạy được", "What did not"), [*morning.stops, *morning.failures]),
        _listed(_("Cần xem", "To look at"), morning.warnings),
        f"## {_('Nguồn × ngày lấy', 'Source × day of pull')}\n\n{_grid(_('nguồn', 'source'), morning.sources, {})}\n\n{_legend()}",
        f"## {_('Cơ quan × ngày tiếp nhận', 'Agency × day of receipt')}\n\n{_agencies(morning)}",
        f"## {_('Cổng chất lượng', 'Quality gates')}\n\n{_gates(morning)}",
        f"## {_('Đĩa và thời hạn lưu', 'Disk and retention')}\n\n{_disk(morning)}",
        f"## {_('Mở xem', 'Open')}\n\n" + "\n".join(f"* {name}: {_link(path)}" for name, path in morning.links.items()),
    ]
    return "\n\n".join(block for block in blocks if block)


def _headline(morning: Morning) -> str:
    if morning.stops:
        return _("✗ chưa công bố", "✗ nothing was published")
    if morning.failures:
        return _("✗ đã công bố, thiếu tin của nguồn bị lỗi", "✗ published, without the news of what failed")
    if morning.warnings:
        return _("▲ đã công bố, có điều cần xem", "▲ published, something to look at")
    return _("✓ mọi việc tốt", "✓ all is well")


def to_do(morning: Morning) -> list[str]:
    """Say what to do, the most urgent first; one line that there is nothing where there is nothing."""
    lines = []
    if morning.stops:
        lines.append(
            _(
                "Mở trang các cổng (dưới cùng), sửa nguồn hoặc tệp của nguồn, rồi chạy `motcua refresh`. Người đọc vẫn thấy lần công bố trước.",
                "Open the page of the gates (below), correct the source or its file, then run `motcua refresh`. Readers still see the figures before.",
            )
        )
    silent = [name for name, days in morning.sources.items() if days.get(morning.today) == MISSING]
    lines += [
        _(
            f"`motcua source check {name}` cho biết vì sao nguồn {name} không trả lời; khi đã sửa: `motcua refresh --source {name}`.",
            f"`motcua source check {name}` says why source {name} does not answer; once mended: `motcua refresh --source {name}`.",
        )
        for name in silent
    ]
    if morning.failures and not silent:
        lines.append(
            _("Đọc mục “Chưa chạy được”: mỗi câu nêu cách xử lý.", "Read “What did not”: each sentence says what to do.")
        )
    if morning.free[0] < 5 * morning.floor:
        lines.append(_(f"Đĩa sắp đầy: còn {morning.free[0]} MB.", f"The disk is nearly full: {morning.free[0]} MB are left."))
    return lines or [_("Không có việc gì.", "Nothing.")]


def _ran(morning: Morning) -> str:
    arrived = sum(days.get(morning.today) in (ARRIVED, PARTIAL) for days in morning.sources.values())
    figures = f"{morning.published:%d/%m/%Y}" if morning.published else "-"
    return "\n".join(
        [
            _(
                f"* {arrived} trong {len(morning.sources)} nguồn trả lời hôm nay.",
                f"* {arrived} of {counted(len(morning.sources), 'source')} answered today.",
            ),
            _(
                f"* Lượt chạy nói đến hết {morning.as_of:%d/%m/%Y}; số liệu đang công bố tính đến hết {figures}.",
                f"* The run speaks for the end of {morning.as_of:%d/%m/%Y}; the published figures for the end of {figures}.",
            ),
        ]
    )


def _listed(title: str, lines: Sequence[str]) -> str:
    return f"## {title}\n\n" + "\n".join(f"* {line}" for line in lines) if lines else ""


def _grid(head: str, rows: Grid, names: Mapping[str, str]) -> str:
    if not rows:
        return _("Chưa có gì.", "Nothing yet.")
    # The newest first: the page is narrower than a fortnight, and what is cut off is to be the past.
    days = sorted({day for cells in rows.values() for day in cells}, reverse=True)
    lines = [
        f"| {head} | " + " | ".join(f"{day:%d/%m}" for day in days) + " |",
        "|:---|" + ":---:|" * len(days),
    ]
    for key, cells in rows.items():
        name = names.get(key, key).replace("|", "/")
        shown = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
        lines.append(f"| {shown} | " + " | ".join(cells.get(day, NOTHING) for day in days) + " |")
    return "\n".join(lines)


def _legend() -> str:
    return _(
        f"{ARRIVED} đã đến · {LATE} đến muộn, cùng lần lấy sau · {PARTIAL} đến một phần, có bản ghi bị loại · {MISSING} thiếu · "
        f"{NOTHING} chưa hỏi",
        f"{ARRIVED} arrived · {LATE} late, with a later pull · {PARTIAL} partial, records were rejected · {MISSING} missing · "
        f"{NOTHING} not asked yet",
    )


def _agencies(morning: Morning) -> str:
    rows = sorted(morning.agencies.items(), key=lambda row: (not _lacks(row[1]), row[0]))
    more = len(rows) - _MOST_ROWS
    said = [
        _grid(_("cơ quan", "agency"), dict(rows[:_MOST_ROWS]), morning.names),
        _(
            f"{ARRIVED} đủ · -2 thiếu 2 hồ sơ so với số nguồn tự đếm · {MISSING}2 thiếu cả 2 · {NOTHING} không có hồ sơ",
            f"{ARRIVED} complete · -2 lacks 2 dossiers by the source's own count · {MISSING}2 lacks both · {NOTHING} no dossier",
        ),
    ]
    if more > 0:
        lack = sum(_lacks(cells) for _name, cells in rows[_MOST_ROWS:])
        said.append(
            _(f"Còn {more} cơ quan nữa, {lack} trong đó thiếu hồ sơ.", f"{more} more agencies, {lack} of which lack dossiers.")
        )
    return "\n\n".join(said)


def _lacks(cells: Mapping[date, str]) -> bool:
    return any(sign not in (ARRIVED, NOTHING) for sign in cells.values())


def _gates(morning: Morning) -> str:
    if not morning.gates:
        return _("Hôm nay không cổng nào có việc.", "No gate had anything to do today.")
    failed = {name: counts for name, counts in morning.gates.items() if counts[0]}
    every = sum(of for _failed, of in morning.gates.values())
    if not failed:
        return _(f"Đạt cả {every} kỳ vọng.", f"All {counted(every, 'expectation holds', 'expectations hold')}.")
    return "\n".join(
        _(f"* **{name}**: {bad} trong {of} kỳ vọng không đạt", f"* **{name}**: {bad} of {counted(of, 'expectation')} failed")
        for name, (bad, of) in failed.items()
    )


def _disk(morning: Morning) -> str:
    free, of = morning.free
    left = decimal(f"{free / 1000:.1f}")
    return "\n".join(
        [
            _(
                f"* Còn trống {left} trong {of / 1000:.0f} GB; dưới {morning.floor} MB thì không lượt nào bắt đầu.",
                f"* {left} of {of / 1000:.0f} GB are free; below {morning.floor} MB no run begins.",
            ),
            _(
                "* Bản gốc và nhật ký giữ mãi; kết quả các cổng 400 ngày; lượt chạy và sự kiện của Prefect 90 ngày.",
                "* Landing files and ledger are kept for good; results of gates 400 days; runs and events of Prefect 90 days.",
            ),
        ]
    )


def _link(place: Path | str) -> str:
    """Return a link whose text is the address too: browsers do not follow one from a server to a file, it is copied."""
    address = place if isinstance(place, str) else place.absolute().as_uri()
    return f"[{address}]({address})"
