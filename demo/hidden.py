"""Causes of hidden lateness: the dossier was late, the record says on time."""

from __future__ import annotations

from demo.calendar import DAY, closing_of, first_worked_minute
from demo.desk import entry, show
from demo.model import Dossier, Supplement
from demo.oracle import Limit, Pause, due_with_pauses, plain_due, pushed
from demo.scene import Scene, UnfitError

_ROOM = "Phòng chuyên môn 1"


def due_moved_after_expiry(dossier: Dossier, scene: Scene) -> None:
    """The due date was moved once it had passed, under the name of a supplement."""
    ended, due = scene.overdue(dossier, 4, 20), scene.due(dossier)
    asked = scene.worked_between(due + 1, due + 2 * DAY)
    came = scene.worked_between(asked + 30, min(asked + 2 * DAY, ended - 1))
    moved = closing_of(pushed(ended // DAY + scene.rng.randint(0, 3)))
    scene.retell(dossier, ended)
    dossier.view.due = moved
    dossier.view.supplements = [Supplement(asked, came, due, moved)]


def closed_before_work_ended(dossier: Dossier, scene: Scene) -> None:
    """Closed in time for the figures; the log shows that the work went on."""
    early, ended = scene.timely(dossier), scene.overdue(dossier, 2, 20)
    scene.retell(dossier, ended)
    shown, due = dossier.view, scene.due(dossier)
    worked_on = scene.worked_between(due + 1, ended - 1)
    log = [each for each in shown.log if each.at < early]
    shown.log = [*log, entry(dossier, early, 9, _ROOM), entry(dossier, worked_on, 4, _ROOM), *shown.log[-1:]]
    shown.done = early


def no_due_date(dossier: Dossier, scene: Scene) -> None:
    """Row 5: no due date, so never late; some systems write the year 1 instead."""
    scene.retell(dossier, scene.overdue(dossier))
    if scene.rng.random() < 0.3:
        dossier.view.raw["NgayHenTra"] = "00010101000000"
    else:
        dossier.view.due = None


def pause_without_evidence(dossier: Dossier, scene: Scene) -> None:
    """The log says "waiting for a supplement"; nobody asked for one, yet the due date was moved."""
    due, ended = scene.due(dossier), scene.overdue(dossier, 1, 8)
    start = scene.worked_between(dossier.received + 120, due - (due - dossier.received) // 3)
    end = first_worked_minute(start + ended - due + DAY)
    claimed = due_with_pauses(dossier.limit, dossier.received, [Pause("supplement", start, end)], ended)
    if claimed is None or claimed < ended or end >= ended:
        raise UnfitError
    scene.retell(dossier, ended)
    shown = dossier.view
    shown.due = claimed
    shown.log = sorted(
        [*shown.log, entry(dossier, start, 5, _ROOM), entry(dossier, end, 4, _ROOM)], key=lambda each: (each.at, each.status)
    )


def due_too_generous(dossier: Dossier, scene: Scene) -> None:
    """A due date later than the law allows, from the first day on."""
    longer = plain_due(Limit(dossier.limit.amount * 8 // 5 + 2, dossier.limit.unit), dossier.received)
    if longer is None or longer >= scene.now:
        raise UnfitError
    scene.retell(dossier, scene.worked_between(scene.due(dossier) + 1, longer - 1))
    dossier.view.due = longer


def state_lost(dossier: Dossier, scene: Scene) -> None:
    """Row 11: asked for a supplement after it was due, and sent as finished by the synchronisation."""
    asked = scene.overdue(dossier, 1, 15)
    dossier.pauses = [Pause("supplement", asked)]
    scene.retell(dossier, None)
    dossier.view.status = "9"


def second_supplement(dossier: Dossier, scene: Scene) -> None:
    """A second request is waiting: late by the national formula, although the due date is ahead."""
    if scene.due(dossier) < scene.now:
        raise UnfitError
    first = scene.worked_between(dossier.received + 60, dossier.received + 3 * DAY)
    came = first_worked_minute(first + 2 * DAY)
    second = scene.worked_between(came + 60, came + 3 * DAY)
    if second >= scene.now - DAY:
        raise UnfitError
    dossier.pauses = [Pause("supplement", first, came), Pause("supplement", second)]
    dossier.ended = dossier.returned = None
    show(dossier, scene.directory, scene.now)


def limit_restarted(dossier: Dossier, scene: Scene) -> None:
    """Row 3 the other way round: the supplement came, and the system counted the limit anew from there."""
    asked = scene.worked_between(dossier.received + 120, scene.due(dossier) - (scene.due(dossier) - dossier.received) // 3)
    came = first_worked_minute(asked + scene.rng.randint(2, 6) * DAY)
    dossier.pauses = [Pause("supplement", asked, came)]
    true = due_with_pauses(dossier.limit, dossier.received, dossier.pauses, scene.now)
    anew = plain_due(dossier.limit, came)
    if true is None or anew is None or came >= true or anew >= scene.now:
        raise UnfitError
    scene.retell(dossier, scene.worked_between((true // DAY + 1) * DAY, anew - 1))
    dossier.view.due = anew
    for row in dossier.view.supplements:
        row.due_after = anew


def pause_before_due(dossier: Dossier, scene: Scene) -> None:
    """In the last hour before it was due a supplement was asked for.

    Nobody answered, and the work went on all the same.
    """
    due, ended = scene.due(dossier), scene.overdue(dossier, 2, 8)
    asked = due - scene.rng.randint(2, 55)
    resumed = scene.worked_between((ended // DAY - 1) * DAY, ended - 10)
    moved = due_with_pauses(dossier.limit, dossier.received, [Pause("supplement", asked, resumed)], ended)
    if moved is None or moved < ended or moved >= scene.now or resumed <= due:
        raise UnfitError
    scene.retell(dossier, ended)
    shown = dossier.view
    shown.due = moved
    shown.supplements = [Supplement(asked, None, due, moved)]
    told = [*shown.log, entry(dossier, asked, 5, _ROOM), entry(dossier, resumed, 4, _ROOM)]
    shown.log = sorted(told, key=lambda each: (each.at, each.status))
