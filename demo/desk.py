"""Desk of the systems: what they show of a dossier on a day when nobody makes a mistake."""

from __future__ import annotations

from demo.calendar import DAY, date_of, first_worked_minute
from demo.model import PAUSE_STATUS, Dossier, Entry, LandRow, PostalRow, Shown, Supplement
from demo.oracle import Pause, due_with_pauses
from demo.people import officer
from demo.units import REORGANISED, Directory

DESK = "Bộ phận Tiếp nhận và Trả kết quả"
_TEXTS = {
    1: "Nộp hồ sơ",
    2: "Tiếp nhận hồ sơ",
    3: "Không tiếp nhận, trả hồ sơ",
    4: "Xử lý hồ sơ",
    5: "Yêu cầu bổ sung hồ sơ",
    6: "Chờ thực hiện nghĩa vụ tài chính",
    7: "Công dân rút hồ sơ",
    8: "Tạm dừng xử lý",
    9: "Đã xử lý xong",
    10: "Đã trả kết quả",
}
LAND_STATE = {9: 0, 8: 1, 3: 1, 7: 2}  # the land software's own integers
LAND_OPEN, LAND_PAUSED = 5, 9


def show(dossier: Dossier, directory: Directory, now: int) -> None:
    """Make the one-stop view and the evidence of the other systems, as of ``now``.

    Args:
        dossier: gets ``shown``, ``land`` and ``postal``.
        directory: for the names of agencies.
        now: minute after the last one that is spoken for.
    """
    log = [entry for entry in true_log(dossier) if entry.at < now]
    dossier.shown = shown_from(dossier, log, directory, now)
    dossier.land = _land(dossier, now) if dossier.owner == "land" and not dossier.before_receipt else None
    dossier.postal = _postal(dossier, now)


def true_log(dossier: Dossier) -> list[Entry]:
    """Return every entry that an honest log would ever hold, future ones included."""
    at_desk = dossier.before_receipt or 2
    steps = [(dossier.submitted, 1, DESK)] if dossier.channel == "online" else []
    if at_desk == 2:
        steps += [(dossier.received, 2, DESK), *_work(dossier)]
    elif at_desk == 3:
        steps += [(dossier.submitted + 60, 3, DESK)]
    return [entry(dossier, at, status, room) for at, status, room in steps]


def _work(dossier: Dossier) -> list[tuple[int, int, str]]:
    room = f"Phòng chuyên môn {dossier.number % 4 + 1}"
    stop = dossier.ended if dossier.ended is not None else 10**9
    first = first_worked_minute(dossier.received + 10 + dossier.number % 90)
    steps = [(first, 4, room)] if first < min([stop, *(pause.start for pause in dossier.pauses)]) else []
    for pause in dossier.pauses:
        steps.append((pause.start, PAUSE_STATUS[pause.kind], room))
        if pause.end is not None:
            steps.append((pause.end, 4, room))
    if dossier.ended is not None:
        steps.append((dossier.ended, dossier.end_status, room))
    if dossier.returned is not None:
        steps.append((dossier.returned, 10, DESK))
    return steps


def entry(dossier: Dossier, at: int, status: int, room: str) -> Entry:
    """Return a log entry with an officer and a text."""
    return Entry(at, status, room, officer(dossier.number % 211 + status), _TEXTS[status])


def shown_from(dossier: Dossier, log: list[Entry], directory: Directory, now: int) -> Shown:
    """Return the one-stop view that follows from a log and the true facts known by ``now``."""
    closed = [pause for pause in dossier.pauses if pause.end is not None and pause.end < now]
    statuses = {each.status: each.at for each in log}
    ended = dossier.ended if dossier.ended is not None and dossier.ended < now else None
    status = log[-1].status if log else 1
    received = None if dossier.before_receipt else dossier.received
    return Shown(
        status=str(status),
        unit=dossier.unit,
        unit_name=unit_name(dossier, directory, log[-1].at if log else dossier.submitted),
        procedure=dossier.procedure,
        channel=dossier.channel,
        received=received,
        submitted=dossier.submitted,
        due=None if received is None else due_by(dossier, closed, now),
        done=ended,
        returned=statuses.get(10),
        refused=statuses.get(3, statuses.get(8) if ended is not None and dossier.end_status == 8 else None),
        log=log,
        supplements=_supplements(dossier, now),
        has_result=ended is not None and dossier.end_status == 9,
        level="4" if dossier.channel == "online" else "3",
        modified=modified(log, dossier),
    )


def modified(log: list[Entry], dossier: Dossier) -> int:
    """Return when a record was last touched: with its last entry."""
    return log[-1].at if log else dossier.submitted


def due_by(dossier: Dossier, pauses: list[Pause], now: int) -> int | None:
    """Return the due time that an honest desk has on record once those pauses are over."""
    return due_with_pauses(dossier.limit, dossier.received, pauses, now, dossier.appointment)


def unit_name(dossier: Dossier, directory: Directory, at: int) -> str:
    """Return the name of the agency that holds a dossier: the heir's, once its own was abolished."""
    day = date_of(at)
    if day >= REORGANISED and date_of(dossier.received) < REORGANISED:
        return directory.at(directory.heir(dossier.unit), day).name
    return directory.at(dossier.unit, date_of(dossier.received)).name


def _supplements(dossier: Dossier, now: int) -> list[Supplement]:
    rows: list[Supplement] = []
    past: list[Pause] = []
    for pause in dossier.pauses:
        if pause.kind == "supplement" and pause.start < now:
            came = pause.end if pause.end is not None and pause.end < now else None
            after = due_by(dossier, [*past, pause], now) if came is not None else None
            rows.append(Supplement(pause.start, came, due_by(dossier, past, now), after))
        past.append(pause)
    return rows


def _land(dossier: Dossier, now: int) -> LandRow:
    pauses = [
        Pause(pause.kind, pause.start, pause.end if pause.end is not None and pause.end < now else None)
        for pause in dossier.pauses
        if pause.start < now
    ]
    ended = dossier.ended if dossier.ended is not None and dossier.ended < now else None
    waiting = any(pause.end is None for pause in pauses)
    state = LAND_STATE[dossier.end_status] if ended is not None else LAND_PAUSED if waiting else LAND_OPEN
    seen = [dossier.received, ended or 0, *(pause.end or pause.start for pause in pauses)]
    return LandRow(dossier.received, dossier.view.due, ended, state, pauses, max(seen))


def _postal(dossier: Dossier, now: int) -> PostalRow | None:
    if not dossier.by_post or dossier.returned is None or dossier.returned >= now:
        return None
    delivered = dossier.returned + (1 + dossier.number % 3) * DAY
    return PostalRow(dossier.returned, delivered if delivered < now else None)
