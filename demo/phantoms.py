"""Causes of phantom lateness: the dossier was on time, the record says late.

Each function gives the dossier a true history that suits, then spoils what the systems show. The
evidence that lets the truth be found always stays somewhere.
"""

from __future__ import annotations

from datetime import datetime, time

from demo.calendar import DAY, closing_of, date_of, first_worked_minute, minute_of
from demo.desk import entry
from demo.history import month_of
from demo.model import Dossier, Entry, PostalRow
from demo.oracle import Limit, Pause, due_in_plain_weeks, due_with_pauses, plain_due
from demo.scene import Scene, UnfitError
from demo.units import REORGANISED

_MOVED = minute_of(datetime.combine(REORGANISED, time(8, 0)))


def ended_elsewhere(dossier: Dossier, scene: Scene) -> None:
    """Row 2: ended in the land software, open at the desk."""
    scene.retell(dossier, scene.timely(dossier))
    scene.leave_open(dossier)


def handed_over_not_closed(dossier: Dossier, scene: Scene) -> None:
    """Row 1: the result was handed over or taken by the post; the record was never closed."""
    due = scene.due(dossier)
    ended = scene.worked_between(dossier.received + 60, due - 2)
    handed = scene.worked_between(ended + 1, due - 1)
    scene.retell(dossier, ended, returned=handed)
    scene.leave_open(dossier)
    dossier.known_end = handed
    if scene.rng.random() < 0.5 and handed - ended > 2 * DAY:
        dossier.postal = PostalRow(first_worked_minute(ended + 5), handed)
    else:
        dossier.view.returned = dossier.view.modified = handed


def clock_shifted(dossier: Dossier, scene: Scene) -> None:
    """Rows 2, 16: the end went through a clock that adds seven hours."""
    day = scene.due(dossier) // DAY
    ended = scene.worked_between(day * DAY + 10 * 60 + 5, day * DAY + 17 * 60 - 1)
    scene.retell(dossier, ended)
    shown = dossier.view
    shown.done = shown.log[-1].at = shown.modified = ended + 7 * 60


def lag_between_systems(dossier: Dossier, scene: Scene) -> None:
    """Row 2: ended in the land software on the due day.

    It reached the one-stop desk with the next morning's synchronisation.
    """
    day = scene.due(dossier) // DAY
    ended = scene.worked_between(day * DAY + 10 * 60, day * DAY + 17 * 60 - 1)
    told = first_worked_minute((day + 1) * DAY) + scene.rng.randint(0, 140)
    if told >= scene.now:
        raise UnfitError
    scene.retell(dossier, ended)
    shown = dossier.view
    shown.done = shown.log[-1].at = shown.modified = told


def pause_not_subtracted(dossier: Dossier, scene: Scene) -> None:
    """Row 3: the wait is on record, the due date was not moved."""
    _pause(dossier, scene, "supplement" if scene.rng.random() < 0.7 else "financial")
    shown = dossier.view
    shown.due = scene.due(dossier)
    for row in shown.supplements:
        row.due_after = None


def pause_recorded_elsewhere(dossier: Dossier, scene: Scene) -> None:
    """Row 3: only the land software knows of the wait for the tax office or of the posting."""
    _pause(dossier, scene, "financial" if scene.rng.random() < 0.7 else "posting")
    shown, pause = dossier.view, dossier.pauses[0]
    shown.due = scene.due(dossier)
    shown.log = [each for each in shown.log if each.at not in (pause.start, pause.end)]


def _pause(dossier: Dossier, scene: Scene, kind: str) -> None:
    """Interrupt the true history so that it ends after the bare due date and before the moved one."""
    due = scene.due(dossier)
    start = scene.worked_between(dossier.received + 120, due - (due - dossier.received) // 3)
    end = first_worked_minute(start + scene.rng.randint(4, 16) * DAY)
    dossier.pauses = [Pause(kind, start, end)]
    moved = due_with_pauses(dossier.limit, dossier.received, dossier.pauses, scene.now)
    if moved is None or moved >= scene.now:
        raise UnfitError
    scene.retell(dossier, scene.worked_between(max(end, due) + 1, moved - 1))


def due_wrong_calendar(dossier: Dossier, scene: Scene) -> None:
    """Row 4: the system counts Monday to Friday and knows no holiday."""
    wrong, due = due_in_plain_weeks(dossier.limit, dossier.received), scene.due(dossier)
    if wrong is None or wrong >= due:
        raise UnfitError
    scene.retell(dossier, scene.worked_between(max(wrong, dossier.received) + 1, due - 1))
    dossier.view.due = wrong


def due_wrong_limit(dossier: Dossier, scene: Scene) -> None:
    """Rows 4, 21: a shorter limit stands in the system's configuration."""
    short = Limit(max(1, dossier.limit.amount * 6 // 10), dossier.limit.unit)
    wrong, due = plain_due(short, dossier.received), scene.due(dossier)
    if wrong is None or wrong == due_in_plain_weeks(dossier.limit, dossier.received) or wrong // DAY >= due // DAY:
        raise UnfitError
    scene.retell(dossier, scene.worked_between(wrong + 1, due - 1))
    dossier.view.due = wrong


def due_impossible(dossier: Dossier, scene: Scene) -> None:
    """Rows 4, 8: a default of two hours, or a due date before the receipt."""
    due = scene.due(dossier)
    scene.retell(dossier, scene.worked_between((dossier.received // DAY + 1) * DAY, due - 1))
    before = closing_of(dossier.received // DAY - scene.rng.randint(1, 20))
    dossier.view.due = dossier.received + 120 if scene.rng.random() < 0.7 else before


def receipt_wrong(dossier: Dossier, scene: Scene) -> None:
    """Row 20: in January the old year is still in the fingers; the due date follows from it."""
    day = date_of(dossier.received)
    if month_of(dossier.received) != 1:
        raise UnfitError
    wrong = dossier.received - (day - day.replace(year=day.year - 1)).days * DAY
    scene.retell(dossier, scene.timely(dossier))
    dossier.view.received, dossier.view.submitted = wrong, None
    dossier.view.due = plain_due(dossier.limit, wrong)


def compared_by_instant(dossier: Dossier, scene: Scene) -> None:
    """Row 7: done on the due day, after hours."""
    day = scene.due(dossier) // DAY
    scene.retell(dossier, day * DAY + scene.rng.randint(17 * 60 + 2, 19 * 60 + 30))


def counted_by_return(dossier: Dossier, scene: Scene) -> None:
    """Row 6: the end of processing is missing, so the day on which the citizen came is counted."""
    scene.retell(dossier, scene.timely(dossier), returned=scene.overdue(dossier))
    dossier.view.done = None


def withdrawn_open(dossier: Dossier, scene: Scene) -> None:
    """Row 1: the citizen withdrew; the record stayed open."""
    scene.retell(dossier, scene.timely(dossier), status=7)
    dossier.view.status, dossier.view.done = "4", None


def unit_moved(dossier: Dossier, scene: Scene) -> None:
    """Row 15: the heir finished it; the abolished agency's record stayed open."""
    scene.retell(dossier, scene.worked_between(max(_MOVED, dossier.received) + 60, scene.due(dossier) - 1))
    shown = dossier.view
    heir = scene.directory.at(scene.directory.heir(dossier.unit), REORGANISED).name
    handed = entry(dossier, _MOVED, 4, heir)
    handed.text = "Chuyển hồ sơ theo sắp xếp đơn vị hành chính"
    done: Entry = shown.log[-1]
    done.room = heir
    shown.log = sorted([*shown.log, handed], key=lambda each: each.at)
    shown.status, shown.done, shown.has_result = "4", None, False
