"""Messages about loop events: codes, counts and due dates, in the language of who reads them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from config.calendar import OFFICE_ZONE_NAME
from config.language import Bilingual, counted
from config.subscriptions import Subscription

_MOST = 200  # events that a message names; it counts the rest


@dataclass(frozen=True)
class ToldEvent:
    """An event as it is told; see ``quality.loop_events``."""

    event_id: str
    kind: str
    unit_code: str | None
    about_unit: str | None
    package: str
    items: int
    due_at: datetime | None
    at: datetime


@dataclass(frozen=True)
class Message:
    """Events that one subscription is told together.

    Attributes:
        number: the same each time that it is sent, so that whoever gets it twice can tell.
        attempts: how often it has been tried, this time included.
        staged: its file was made ready by an earlier attempt.
    """

    number: str
    subscription: Subscription
    events: Sequence[ToldEvent]
    attempts: int = 1
    staged: bool = False

    @property
    def title(self) -> str:
        """What stands in the subject."""
        many = len(self.events)
        title = Bilingual(f"motcua: {many} tin về gói việc", f"motcua: {counted(many, 'event')} of work packages")
        return f"{self._in_language(title)} [{self.number[:8]}]"

    @property
    def body(self) -> str:
        """A line an event, then how a repetition is known."""
        lines = [self._in_language(sentence(event)) for event in self.events[:_MOST]]
        if rest := len(self.events) - _MOST:
            lines += [self._in_language(Bilingual(f"Và {rest} tin khác.", f"And {rest} more."))] if rest > 0 else []
        lines.append(self._in_language(Bilingual(f"Mã tin: {self.number}", f"Message: {self.number}")))
        if self.attempts > 1 and self.subscription.channel != "file":
            lines.append(self._in_language(_PERHAPS_AGAIN))
        return "\n".join(lines) + "\n"

    def _in_language(self, said: Bilingual) -> str:
        return said.en if self.subscription.language == "en" else said.vi


_PERHAPS_AGAIN = Bilingual(
    "Lần gửi trước có thể đã tới; nếu đã nhận tin cùng mã thì bỏ qua tin này.",
    "An earlier attempt may have arrived; if you have a message of this number, pass this one over.",
)


def message_number(subscription: str, events: Sequence[str]) -> str:
    """Return the number of a message: of the subscription and the events in it."""
    return hashlib.sha256("\x1f".join((subscription, *events)).encode()).hexdigest()[:32]


def sentence(event: ToldEvent) -> Bilingual:
    """Say an event in both languages."""
    unit, package, items = event.about_unit or "?", event.package, event.items
    vi, en = _due(event)
    several = counted(items, "question")
    corrections = counted(items, "correction")
    said = {
        "package_made": (f"có gói việc mới, {items} câu hỏi{vi}", f"a new work package, {several}{en}"),
        "due_soon": (f"sắp đến hạn, còn {items} câu chưa trả lời{vi}", f"due soon, {several} not answered{en}"),
        "overdue": (f"quá hạn, còn {items} câu chưa trả lời{vi}", f"overdue, {several} not answered{en}"),
        "escalated": (
            f"quá hạn lâu, {items} câu chưa trả lời, báo cấp trên{vi}",
            f"long overdue, put before you: {several}{en}",
        ),
        "answered": (f"cơ quan đã trả lời {items} câu", f"the agency answered {several}"),
        "approved": (f"{items} đính chính được duyệt", f"{corrections} approved"),
        "rejected": (f"{items} đính chính bị bác", f"{corrections} turned down"),
        "undone": (f"{items} đính chính được rút lại", f"{corrections} taken back"),
        "verified": (f"hệ thống nguồn đã ghi đúng {items} điểm", f"the source now states {several} as asked"),
        "reopened": (f"{items} điểm mở lại vì hệ thống nguồn vẫn ghi khác", f"{several} open again: the source says otherwise"),
    }[event.kind]
    return Bilingual(f"{unit}, {package}: {said[0]}.", f"{unit}, {package}: {said[1]}.")


def _due(event: ToldEvent) -> tuple[str, str]:
    if event.due_at is None:
        return "", ""
    day = f"{event.due_at.astimezone(ZoneInfo(OFFICE_ZONE_NAME)):%d/%m/%Y}"
    return f", hạn {day}", f", due {day}"
