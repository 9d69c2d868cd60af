"""Spoilt facts of single dossiers, as people report them of one-stop systems.

They are written from the formats and the law alone. Each function gives a dossier a true history, then spoils what its
system shows. ``decidable`` says whether what is left lets anybody know the truth; UnfitError where this dossier cannot
carry it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from demo.calendar import DAY, DAY_IS_WORKED, date_of, first_worked_minute, moment_of
from demo.model import Dossier, PostalRow
from demo.oracle import Pause, due_with_pauses
from demo.scene import Scene, UnfitError

Spoil = Callable[[Dossier, Scene], None]
LATE_SHARE = 0.35
_UNKNOWN_WORDS = ("Hoàn tất", "Đã xong", "Trả rồi", "Xong, đã giao dân", "OK", "Kết thúc hồ sơ")


def live(dossier: Dossier, scene: Scene, *, late: bool | None = None, handed: bool = True) -> bool:
    """Give a dossier an end in time or late, and a hand-over soon after; return whether it is late."""
    late = scene.rng.random() < LATE_SHARE if late is None else late
    ended = scene.overdue(dossier) if late else scene.timely(dossier)
    returned = None
    if handed:
        latest = scene.now - 1 if late else scene.due(dossier) - 1
        returned = scene.worked_between(ended + 1, min(ended + 2 * DAY, latest))
    scene.retell(dossier, ended, returned=returned)
    return late


def by_years(minute: int | None, years: int) -> int:
    """Return the same day of another year; UnfitError on 29 February, or before the calendar begins."""
    if minute is None:
        raise UnfitError
    day = date_of(minute)
    if (day.month, day.day) == (2, 29):
        raise UnfitError
    moved = minute + (day.replace(year=day.year + years) - day).days * DAY
    if moved < 0:
        raise UnfitError
    return moved


def night_batch(dossier: Dossier, scene: Scene) -> None:
    """Handed over on the due day, closed by a batch after midnight; a quarter is truly late by days."""
    late = scene.rng.random() < 0.25
    day = scene.due(dossier) // DAY
    if late:
        ended = scene.overdue(dossier, 2, 9)
        day = ended // DAY
    else:
        ended = scene.worked_between(day * DAY + 8 * 60, day * DAY + 15 * 60)
    handed = scene.worked_between(ended + 1, day * DAY + 17 * 60 - 1)
    _close_by_batch(dossier, scene, ended, handed, day + 1)


def night_batch_alone(dossier: Dossier, scene: Scene) -> None:
    """Closed by the batch in the night after the due day, and nothing tells when the work was done."""
    day = scene.due(dossier) // DAY
    ended = scene.worked_between(day * DAY + 8 * 60, day * DAY + 16 * 60)
    _close_by_batch(dossier, scene, ended, None, day + 1)
    dossier.decidable, dossier.also = False, ("phantom_late",)


def _close_by_batch(dossier: Dossier, scene: Scene, ended: int, handed: int | None, day: int) -> None:
    batch = day * DAY + scene.rng.randint(5, 150)
    if batch >= scene.now:
        raise UnfitError
    scene.retell(dossier, ended, returned=handed)
    shown = dossier.view
    for entry in shown.log:
        entry.at = batch if entry.status == 9 else entry.at
    shown.log.sort(key=lambda entry: entry.at)
    shown.done = shown.modified = batch
    dossier.known_end = ended if handed is None else handed


def end_year_slipped(dossier: Dossier, scene: Scene) -> None:
    """The end typed with the year before; the hand-over is right."""
    late = live(dossier, scene)
    shown = dossier.view
    shown.done = by_years(shown.done, -1)
    if dossier.source == "province" and dossier.owner != "land":
        for entry in shown.log:
            entry.at = shown.done if entry.status == 9 else entry.at
    if late:
        dossier.also = ("undetermined",)


def end_year_slipped_handed_late(dossier: Dossier, scene: Scene) -> None:
    """The end in time, typed with the year before; fetched by the citizen when the due day was over."""
    ended, handed = scene.timely(dossier), scene.overdue(dossier)
    scene.retell(dossier, ended, returned=handed)
    shown = dossier.view
    shown.done = by_years(shown.done, -1)
    for entry in shown.log:
        entry.at = shown.done if entry.status == 9 else entry.at
    dossier.also = ("undetermined",)


def end_year_ahead(dossier: Dossier, scene: Scene) -> None:
    """The end typed with the year after, before the day spoken for; the log is right."""
    live(dossier, scene)
    shown = dossier.view
    shown.done = by_years(shown.done, 1)
    if shown.done >= scene.now:
        raise UnfitError


def receipt_year_slipped(dossier: Dossier, scene: Scene) -> None:
    """The receipt typed with another year; code, due date and the log are right."""
    live(dossier, scene)
    shown = dossier.view
    shown.received = by_years(shown.received, scene.rng.choice((-1, 1)))
    shown.submitted = None


def due_year_slipped(dossier: Dossier, scene: Scene) -> None:
    """The due date typed with another year: the law gives the right one."""
    live(dossier, scene)
    dossier.view.due = by_years(dossier.view.due, scene.rng.choice((-1, 1)))


def end_after_day(dossier: Dossier, scene: Scene) -> None:
    """An end after the day spoken for, and nothing else tells when it ended."""
    live(dossier, scene, handed=False)
    shown = dossier.view
    shown.done = scene.now + scene.rng.randint(1, 300) * DAY + 600
    shown.log = [entry for entry in shown.log if entry.status not in (9, 10)]
    shown.modified = scene.now - 60 - dossier.number % 9000
    dossier.decidable = False


def end_after_day_handed(dossier: Dossier, scene: Scene) -> None:
    """An end after the day spoken for, and a hand-over before it."""
    live(dossier, scene)
    shown = dossier.view
    shown.done = by_years(shown.done, 1 + (scene.now - dossier.received) // (365 * DAY))
    if shown.done < scene.now:
        raise UnfitError
    shown.log = [entry for entry in shown.log if entry.status != 9]
    dossier.also = ("undetermined",)


def month_first_receipt(dossier: Dossier, scene: Scene) -> None:
    """The receipt alone is written month first, and read day first it is another day.

    The due date can only be day first.
    """
    live(dossier, scene)
    received, due = moment_of(dossier.received), moment_of(dossier.view.due or 0)
    if received.day > 12 or received.day == received.month or due.day <= 12:
        raise UnfitError
    dossier.view.raw |= {"received_order": "mdy", "row_text": "yes"}
    dossier.also = ("undetermined",)


def month_first_end(dossier: Dossier, scene: Scene) -> None:
    """The end alone is written month first, and can be nothing else; the due date can only be day first."""
    live(dossier, scene)
    shown = dossier.view
    done, due, received = (moment_of(at or 0) for at in (shown.done, shown.due, shown.received))
    if done.day <= 12 or due.day <= 12 or received.day > 12 or received.day == received.month:
        raise UnfitError
    shown.raw |= {"done_order": "mdy", "row_text": "yes"}


def weekend_receipt(dossier: Dossier, scene: Scene) -> None:
    """Sent on Friday evening or at the weekend, which its code tells; received on Monday, from when the time runs."""
    day = dossier.received // DAY
    if day < 4 or DAY_IS_WORKED[day - 1]:
        raise UnfitError
    sent_on = scene.rng.choice([each for each in (day - 3, day - 2, day - 1) if not DAY_IS_WORKED[each] or each == day - 3])
    dossier.submitted = sent_on * DAY + scene.rng.randint(17 * 60 + 5, 22 * 60)
    due = scene.due(dossier) // DAY
    late = scene.rng.random() < LATE_SHARE
    ended = scene.overdue(dossier, 1, 4) if late else scene.worked_between(due * DAY + 8 * 60, due * DAY + 16 * 60)
    scene.retell(dossier, ended)


def post_in_time(dossier: Dossier, scene: Scene) -> None:
    """Taken over by the post in time, delivered later; a few were taken over too late."""
    late = scene.rng.random() < 0.25
    ended = scene.overdue(dossier, 1, 8) if late else scene.timely(dossier)
    taken = scene.worked_between(ended + 1, min(ended + DAY, scene.now - 1 if late else scene.due(dossier) - 1))
    delivered = first_worked_minute(max(taken, scene.due(dossier)) + scene.rng.randint(1, 5) * DAY)
    if delivered >= scene.now:
        raise UnfitError
    scene.retell(dossier, ended, returned=delivered)
    shown = dossier.view
    if scene.rng.random() < 0.6:
        scene.leave_open(dossier)
    else:
        shown.done = None
        shown.log = [entry for entry in shown.log if entry.status != 9]
    dossier.by_post, dossier.known_end = True, taken
    dossier.postal = PostalRow(taken, delivered)


def land_lag_days(dossier: Dossier, scene: Scene) -> None:
    """Ended in the land software in time, closed at the desk days later."""
    ended = scene.timely(dossier)
    told = scene.overdue(dossier, 2, 9)
    scene.retell(dossier, ended)
    shown = dossier.view
    shown.done = shown.log[-1].at = shown.modified = told
    dossier.decidable, dossier.also = False, ("phantom_late",)


def unknown_status(dossier: Dossier, scene: Scene) -> None:
    """A status in words that nobody listed, with end and hand-over beside it."""
    live(dossier, scene)
    dossier.view.raw["TrangThai"] = scene.rng.choice(_UNKNOWN_WORDS)


def eth_in_status(dossier: Dossier, scene: Scene) -> None:
    """The capital letter Ð of another alphabet in the word of the status."""
    live(dossier, scene)
    dossier.view.raw["eth"] = "yes"


def full_width_code(dossier: Dossier, scene: Scene) -> None:
    """Full-width digits in the dossier code."""
    live(dossier, scene)
    head, _, tail = dossier.code.rpartition("-")
    dossier.view.raw["MaHoSo"] = f"{head}-" + "".join(chr(ord(digit) + 0xFEE0) for digit in tail)


def nul_in_name(dossier: Dossier, scene: Scene) -> None:
    """A NUL inside the applicant's name."""
    live(dossier, scene)
    dossier.view.raw["ChuHoSo"] = dossier.person.name.replace(" ", "\x00 ", 1)
    dossier.also = ("absent",)


def several_pauses(dossier: Dossier, scene: Scene) -> None:
    """Two or three short waits under a limit in days or months: their time is added, then rounded once."""
    if dossier.limit.unit not in ("calendar_day", "month"):
        raise UnfitError
    due, start = scene.due(dossier), dossier.received + DAY
    pauses: list[Pause] = []
    for kind in ("supplement", "financial", "stop")[: scene.rng.choice((2, 2, 3))]:
        began = scene.worked_between(start, start + 2 * DAY)
        ended = first_worked_minute(began + scene.rng.randint(200, DAY + 500))
        pauses.append(Pause(kind, began, ended))
        start = ended + 60
    if start >= due:
        raise UnfitError
    dossier.pauses = pauses
    moved = due_with_pauses(dossier.limit, dossier.received, pauses, scene.now)
    late = scene.rng.random() < 0.5
    if moved is None:
        raise UnfitError
    day = moved // DAY + late
    end = scene.worked_between(day * DAY, (day + 3 * late) * DAY + 16 * 60)
    if end >= scene.now:
        raise UnfitError
    scene.retell(dossier, end)
    if scene.rng.random() < 0.5:
        dossier.view.due = due
        for row in dossier.view.supplements:
            row.due_before = row.due_after = None


def zero_pause_end(dossier: Dossier, scene: Scene) -> None:
    """The end of a wait reads 0000-00-00; the log tells when the work went on."""
    due = scene.due(dossier)
    began = scene.worked_between(dossier.received + 120, due - (due - dossier.received) // 3)
    back = first_worked_minute(began + scene.rng.randint(2, 6) * DAY)
    dossier.pauses = [Pause("supplement", began, back)]
    moved = due_with_pauses(dossier.limit, dossier.received, dossier.pauses, scene.now)
    if moved is None or moved >= scene.now - DAY:
        raise UnfitError
    scene.retell(dossier, scene.worked_between(max(back, due) + 1, moved - 1))
    dossier.view.raw["came"] = "0000-00-00 00:00:00"
    dossier.also = ("undetermined",)


def told(dossier: Dossier, scene: Scene) -> None:
    """Nothing wrong: told to the ministry's hub in several statements."""
    live(dossier, scene)


def told_last_first(dossier: Dossier, scene: Scene) -> None:
    """The statements lie in the file with the last one first; each states when it was made."""
    live(dossier, scene)
    dossier.view.raw["told"] = "last first"


def request_told_twice(dossier: Dossier, scene: Scene) -> None:
    """Waits for its first supplement; the request is told by two statements, the second with more about it."""
    began = scene.worked_between(dossier.received + 120, scene.due(dossier) - 120)
    dossier.pauses = [Pause("supplement", began, None)]
    scene.retell(dossier, None)
    dossier.view.raw["told"] = "request twice"


ON_PROVINCE: Sequence[Spoil] = (
    night_batch,
    night_batch_alone,
    end_year_slipped,
    end_year_slipped_handed_late,
    end_year_ahead,
    receipt_year_slipped,
    due_year_slipped,
    end_after_day,
    end_after_day_handed,
    weekend_receipt,
    post_in_time,
    full_width_code,
    nul_in_name,
    several_pauses,
    zero_pause_end,
)
ON_COMMUNES: Sequence[Spoil] = (
    end_year_slipped,
    receipt_year_slipped,
    due_year_slipped,
    end_after_day,
    end_after_day_handed,
    month_first_receipt,
    month_first_end,
    weekend_receipt,
    unknown_status,
    eth_in_status,
    full_width_code,
)
ON_LAND: Sequence[Spoil] = (land_lag_days, due_year_slipped, end_year_slipped, end_year_ahead, end_after_day_handed)
ON_HUB: Sequence[Spoil] = (told, told_last_first, request_told_twice)
