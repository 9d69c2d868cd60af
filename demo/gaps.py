"""Gaps: causes that leave the truth unknown, cases not counted, dates that read two ways."""

from __future__ import annotations

import copy

from demo.calendar import DAY, date_of, first_worked_minute, moment_of
from demo.desk import show
from demo.history import History
from demo.judge import VERDICTS, judge
from demo.model import Dossier, Person
from demo.scene import Scene, UnfitError

_SAME_SIDE = {"late": ("late", "hidden_late"), "on_time": ("on_time", "phantom_late")}
_INVENTED = ("TS_lop1.000.00.00.H99", "NB_2025.01", "LT-DK-KCB.H99")
_TESTERS = ("Hồ sơ test", "Người dùng thử nghiệm", "Khách hàng @test", "TEST cán bộ một cửa")


def receipt_unknown(dossier: Dossier, scene: Scene) -> None:
    """Rows 8, 9: no receipt on record, and a code that tells no date."""
    scene.retell(dossier, scene.timely(dossier) if scene.rng.random() < 0.6 else scene.overdue(dossier))
    dossier.code = f"{dossier.unit}-HS{dossier.number:06d}"
    shown = dossier.view
    shown.received = shown.submitted = None
    shown.log = shown.log[-1:]
    dossier.missing = "receipt"


def procedure_unknown(dossier: Dossier, scene: Scene) -> None:
    """Row 14: a procedure that was invented, or no longer in force on the day of receipt."""
    scene.retell(dossier, scene.timely(dossier) if scene.rng.random() < 0.6 else scene.overdue(dossier))
    expired = scene.catalogue.expired(date_of(dossier.received))
    invented = scene.rng.random() < 0.6 or not expired
    dossier.view.procedure = scene.rng.choice(_INVENTED if invented else expired)
    dossier.missing = "procedure"


def end_unknown(dossier: Dossier, scene: Scene) -> None:
    """Row 8: finished, with a result, and no time anywhere."""
    scene.retell(dossier, scene.timely(dossier) if scene.rng.random() < 0.6 else scene.overdue(dossier))
    shown = dossier.view
    shown.modified = scene.now - 60 - dossier.number % 9000
    shown.log = [each for each in shown.log if each.status not in (9, 10)]
    shown.done = None
    dossier.missing = "end"


def contradiction(dossier: Dossier, scene: Scene) -> None:
    """Row 8: the end lies before the receipt, and no log tells more."""
    scene.retell(dossier, scene.timely(dossier) if scene.rng.random() < 0.6 else scene.overdue(dossier))
    shown = dossier.view
    shown.log = []
    shown.done = dossier.received - scene.rng.randint(2, 25) * DAY
    dossier.missing = "contradiction"


def test_dossier(dossier: Dossier, scene: Scene) -> None:
    """Row 10: somebody tried the system out."""
    scene.retell(dossier, scene.timely(dossier) if scene.rng.random() < 0.3 else None)
    dossier.person = Person(scene.rng.choice(_TESTERS), scene.rng.choice(("000000001", "123456789")), "0123456789")
    dossier.view.summary = "Hồ sơ thử nghiệm phần mềm"
    dossier.counted = False


def duplicate_of(original: Dossier, scene: Scene, history: History, number: int) -> Dossier:
    """Row 9: the same application entered again an hour later, then left alone.

    Half of the copies name the first code as their other code; the rest are known only by applicant,
    procedure, agency and day.
    """
    twin = copy.copy(original)
    twin.number, twin.pauses, twin.planted = number, [], []
    twin.code = history.next_code(original.unit, date_of(original.received), original.number)
    twin.receipt_number = ""
    twin.received = original.received + scene.rng.randint(15, 60)
    if twin.received // DAY != original.received // DAY:
        raise UnfitError
    twin.submitted = min(twin.received, original.submitted + 5)
    twin.ended = twin.returned = None
    twin.by_post, twin.counted, twin.owner = False, False, "department"
    show(twin, scene.directory, scene.now)
    shown = twin.view
    shown.log = [each for each in shown.log if each.status in (1, 2)]
    shown.status = "2"
    shown.modified = twin.received
    shown.alias = original.code if number % 2 and twin.source == "province" else ""
    return twin


def ambiguous_date(dossier: Dossier, scene: Scene) -> None:
    """Row 17: an end that reads as two dates, one in time and one late."""
    first = dossier.received // DAY + 1
    days = list(range(first, scene.due(dossier) // DAY + 45))
    scene.rng.shuffle(days)
    for day in days:
        ended = first_worked_minute(day * DAY)
        if ended // DAY == day and ended < scene.now:
            scene.retell(dossier, ended + 30)
            if reads_two_ways(dossier, scene.now):
                dossier.missing = "ambiguous_date"
                return
    raise UnfitError


def reads_two_ways(dossier: Dossier, now: int) -> bool:
    """Answer whether exchanging day and month of the recorded end gives a possible date and the other side."""
    return read_otherwise(dossier, now) not in (None, *_SAME_SIDE[judge(dossier, now).actual])


def read_otherwise(dossier: Dossier, now: int, *, by_hand_over: bool = True) -> str | None:
    """Return the verdict with day and month of the recorded end exchanged, the recorded state with it.

    None where that is no possible date: before receipt, after the day spoken for, or after the hand-over beside it (unless
    that is left out: a reader may doubt whether it settles the order). The recorded due date may be right where the law's is
    not: then both readings are late, and one of them hides it.
    """
    done = dossier.view.done
    if done is None or not dossier.counted:
        return None
    moment = moment_of(done)
    if moment.day > 12 or moment.day == moment.month:
        return None
    swapped = done + (moment.replace(day=moment.month, month=moment.day).date() - moment.date()).days * DAY
    handed = dossier.view.returned if by_hand_over else None
    if swapped < dossier.received or swapped >= now or (handed is not None and swapped > handed):
        return None
    other = copy.copy(dossier)
    other.shown = copy.copy(dossier.view)
    other.ended = other.view.done = swapped
    truth = judge(other, now)
    return VERDICTS[truth.recorded, truth.actual == "late"]
