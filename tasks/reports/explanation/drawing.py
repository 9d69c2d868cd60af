"""Drawing of one dossier's timeline: an SVG that any browser shows and that loads nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from config.language import translate
from tasks.reports.explanation import words
from tasks.reports.explanation.text import Entry

Draw = Callable[["Scale", float], Iterator[str]]

WIDTH, LEFT, RIGHT = 1000, 128, 24
LABEL_ROW, LANE, BAR = 19, 54, 24
LETTER = 6.9  # width of a letter of a label, on average
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Scale:
    """From a time to a place on the picture."""

    first: datetime
    last: datetime

    def __call__(self, at: datetime) -> float:
        """Return the place of a time; one that lies outside is put on the edge."""
        share = (at - self.first) / (self.last - self.first)
        return round(LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT), 1)

    def holds(self, at: datetime | None) -> bool:
        """Whether a time lies on the picture."""
        return at is not None and self.first <= at <= self.last


@dataclass(frozen=True)
class Moment:
    """A time that gets a line from top to bottom and a label; ``kind`` is its class in the style sheet."""

    at: datetime
    kind: str
    text: str


class Drawing:
    """Draws a dossier in one language.

    Args:
        fact: the facts of :func:`tasks.reports.explanation.dossiers.explanation`.
        language: ``vi`` or ``en``.
        name: distinguishes the drawings of one page.
    """

    def __init__(self, fact: Entry, language: str, name: str) -> None:
        self._fact, self._language, self._name = fact, language, name
        self._sides = {
            side: {key: time_of(fact[side][key]) for key in ("received", "due", "end")} for side in ("recorded", "derived")
        }
        self._first = {key: time_of((fact["first"] or {}).get(key)) for key in ("received", "withdrawn", "due")}
        self._now = datetime.fromisoformat(fact["as_of"]) + _DAY

    def svg(self) -> str | None:
        """Return the picture; None where it is not known when the dossier was received."""
        scale = self._scale()
        if scale is None:
            return None
        moments = self._moments(scale)
        labels, rows = placed_labels(moments, scale)
        top = 8 + rows * LABEL_ROW
        lanes = self._lanes()
        bottom = top + len(lanes) * LANE
        parts = [
            *closed(self._fact["closed_days"], scale, top, bottom),
            *ticks(scale, bottom),
            *(
                f'<line class="at {m.kind}" x1="{scale(m.at)}" x2="{scale(m.at)}" y1="{top - 4}" y2="{bottom}"/>'
                for m in moments
            ),
            *(
                shape
                for number, (key, draw) in enumerate(lanes)
                for shape in (*self._lane(key, top + number * LANE), *draw(scale, top + number * LANE))
            ),
            *labels,
        ]
        title = escape(f"{translate(*words.PAGE_WORDS['picture'], self._language)}: {self._fact['code']}")
        return (
            f'<svg viewBox="0 0 {WIDTH} {bottom + 30}" role="img" aria-label="{title}" xmlns="http://www.w3.org/2000/svg">'
            f'<defs><pattern id="wait-{self._name}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            '<rect class="wait-ground" width="7" height="7"/><rect class="wait-stripe" width="3" height="7"/></pattern></defs>'
            + "".join(parts)
            + "</svg>"
        )

    def _scale(self) -> Scale | None:
        derived = self._sides["derived"]
        start = derived["received"]
        if start is None:
            return None
        end = max(filter(None, (derived["due"], derived["end"] or self._now, start + _DAY)))
        reach = (end - start) * 0.6
        # A recorded date that lies far away would press all the others together; the table names it.
        others = [*self._sides["recorded"].values(), *self._first.values()]
        near = [at for at in others if at is not None and start - reach <= at <= end + reach]
        first, last = min([start, *near]), max([end, *near])
        margin = (last - first) * 0.015
        return Scale(first - margin, last + margin)

    def _moments(self, scale: Scale) -> list[Moment]:
        recorded, derived = self._sides["recorded"], self._sides["derived"]
        found = []
        for key in ("received", "due", "end"):
            if derived[key] is not None and derived[key] == recorded[key]:
                found.append((derived[key], f"{key} derived", words.PAGE_WORDS[f"{key}_both"]))
            else:
                found += [
                    (sides[key], f"{key} {side}", words.PAGE_WORDS[f"{key}_{side}"]) for side, sides in self._sides.items()
                ]
        known = [
            Moment(at, kind, f"{translate(*text, self._language)} {shown(at)}") for at, kind, text in found if at is not None
        ]
        if derived["end"] is None:
            known.append(
                Moment(self._now, "now", f"{translate(*words.PAGE_WORDS['now'], self._language)} {self._now - _DAY:%d/%m/%Y}")
            )
        return sorted((one for one in known if scale.holds(one.at)), key=lambda one: one.at)

    def _lanes(self) -> list[tuple[str, Draw]]:
        """Return what lies under one another: name of each lane, and who draws it."""
        lanes: list[tuple[str, Draw]] = [
            ("lane_recorded", self._recorded),
            ("lane_derived", self._derived),
            ("lane_held", self._held),
        ]
        return [("lane_first", self._first_filing), *lanes] if self._fact["first"] else lanes

    def _recorded(self, scale: Scale, top: float) -> Iterator[str]:
        yield from self._side("recorded", scale, top)
        yield from self._earlier_dues(scale, top)

    def _derived(self, scale: Scale, top: float) -> Iterator[str]:
        yield from self._side("derived", scale, top)
        yield from self._pauses(scale, top)

    def _first_filing(self, scale: Scale, top: float) -> Iterator[str]:
        """The withdrawn dossier by whose clock this one runs: from receipt to withdrawal, and when it was due."""
        start, end, due = self._first["received"], self._first["withdrawn"], self._first["due"]
        code = self._fact["first"]["code"]
        if start is not None and end is not None:
            yield bar(scale, start, end, top + (LANE - BAR) / 2, "first", f"{code}: {shown(start)} – {shown(end)}")
        if due is not None and scale.holds(due):
            said = f"{code}: {translate(*words.PAGE_WORDS['due_derived'], self._language)} {shown(due)}"
            yield diamond(scale(due), top + LANE / 2, "due derived", said)

    def _lane(self, key: str, top: float) -> Iterator[str]:
        lines = translate(*words.PAGE_WORDS[key], self._language).split("|")
        first = top + LANE / 2 + 4 - (len(lines) - 1) * 8
        for number, line in enumerate(lines):
            yield f'<text class="lane" x="4" y="{first + number * 16}">{escape(line)}</text>'

    def _side(self, side: str, scale: Scale, top: float) -> Iterator[str]:
        """One side: from receipt to end, what lies after the due date in another colour."""
        times = self._sides[side]
        start, due, end = times["received"], times["due"], times["end"] or self._now
        y = top + (LANE - BAR) / 2
        if start is not None and end > start and times["end"] is None and self._fact[side]["state"] != "in_progress":
            yield bar(scale, start, end, y, "no-end", translate(*words.PAGE_WORDS["no_end"], self._language))
        elif start is not None and end > start:
            split = min(max(due, start), end) if due is not None else end
            yield bar(scale, start, split, y, f"{side} in-time", translate(*words.PAGE_WORDS["in_time"], self._language))
            yield bar(scale, split, end, y, f"{side} over", translate(*words.PAGE_WORDS["over"], self._language))
            if times["end"] is None:
                x = scale(end)
                yield f'<path class="open" d="M{x} {y}l9 {BAR / 2}l-9 {BAR / 2}z"/>'
        if due is not None and scale.holds(due):
            yield diamond(
                scale(due),
                y + BAR / 2,
                f"due {side}",
                f"{translate(*words.PAGE_WORDS[f'due_{side}'], self._language)} {shown(due)}",
            )

    def _earlier_dues(self, scale: Scale, top: float) -> Iterator[str]:
        for change in self._fact["due_changes"]:
            old = time_of(change["old"])
            if old is not None and scale.holds(old):
                yield diamond(
                    scale(old),
                    top + LANE / 2,
                    "due earlier",
                    f"{translate(*words.PAGE_WORDS['due_earlier'], self._language)} {shown(old)}",
                )

    def _pauses(self, scale: Scale, top: float) -> Iterator[str]:
        end_of_all = self._sides["derived"]["end"] or self._now
        for pause in self._fact["pauses"]:
            start, end = time_of(pause["from"]), min(time_of(pause["to"]) or end_of_all, end_of_all)
            if start is None or end <= start or not (scale.holds(start) or scale.holds(end)):
                continue
            counts = pause["made_of_it"] == "pause_counted"
            text = f"{translate(*words.PAUSE[pause['kind']], self._language)}: {translate(*words.TEXT[pause['made_of_it']], self._language)}, {shown(start)} – {shown(end)}"
            style = f'style="fill:url(#wait-{self._name})"' if counts else ""
            yield bar(scale, start, end, top + (LANE - BAR) / 2, "pause" if counts else "pause refused", text, style)

    def _held(self, scale: Scale, top: float) -> Iterator[str]:
        for held in self._fact["held"]:
            start, end = time_of(held["from"]), time_of(held["to"])
            if start is None or end is None:
                continue
            name = translate(*words.HOLDER[held["holder"]], self._language)
            room = f" – {held['room']}" if held["room"] else ""
            yield bar(
                scale,
                start,
                end,
                top + (LANE - BAR) / 2,
                f"held {held['holder']}",
                f"{name}{room}: {shown(start)} – {shown(end)}",
            )


def placed_labels(moments: list[Moment], scale: Scale) -> tuple[list[str], int]:
    """Put the labels above the picture so that none covers another; returns them and the number of rows."""
    free: list[float] = []
    placed = []
    for one in moments:
        x, width = scale(one.at), len(one.text) * LETTER
        left = min(max(x - width / 2, 4), WIDTH - width - 4)
        row = next((number for number, end in enumerate(free) if end + 10 <= left), len(free))
        free[row : row + 1] = [left + width]
        placed.append((row, x, left, one))
    rows, lines, texts = len(free), [], []
    for row, x, left, one in placed:
        y, length = 8 + row * LABEL_ROW + 11, len(one.text) * LETTER - 4
        lines.append(f'<line class="at {one.kind}" x1="{x}" x2="{x}" y1="{y + 4}" y2="{8 + rows * LABEL_ROW - 4}"/>')
        place = f'x="{left:.1f}" y="{y}" textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"'
        texts.append(f'<text class="label {one.kind}" {place}>{escape(one.text)}</text>')
    return lines + texts, rows


def closed(spans: list[list[str]], scale: Scale, top: float, bottom: float) -> Iterator[str]:
    """Shade the days off."""
    for first, last in spans:
        start, end = datetime.fromisoformat(first), datetime.fromisoformat(last) + _DAY
        if end > scale.first and start < scale.last:
            yield f'<rect class="off" x="{scale(start)}" y="{top}" width="{scale(end) - scale(start):.1f}" height="{bottom - top}"/>'


def ticks(scale: Scale, bottom: float) -> Iterator[str]:
    """Mark days, Mondays or months below the picture, with the year where it changes."""
    year = None
    for at in tick_days(scale.first, scale.last):
        x = scale(at)
        yield f'<line class="tick" x1="{x}" x2="{x}" y1="{bottom}" y2="{bottom + 6}"/>'
        text = f"{at:%d/%m}" if at.year == year else f"{at:%d/%m/%Y}"
        year = at.year
        yield f'<text class="tick" x="{x}" y="{bottom + 21}" text-anchor="middle">{text}</text>'


def tick_days(first: datetime, last: datetime) -> list[datetime]:
    """Return at most some fourteen days to mark: every day, every Monday, every month, every so many months."""
    begin = datetime(first.year, first.month, first.day) + _DAY
    days = [begin + _DAY * number for number in range(min((last - begin).days + 1, 20_000))]
    inner = [day for day in days if first + (last - first) * 0.02 < day < last - (last - first) * 0.03]
    weeks = [day for day in inner if day.weekday() == 0]
    months = [day for day in inner if day.day == 1]
    for chosen in (inner, weeks, weeks[::2], months):
        if len(chosen) <= 14 and chosen:
            return chosen
    return months[:: len(months) // 14 + 1]


def bar(scale: Scale, start: datetime, end: datetime, y: float, kind: str, title: str, style: str = "") -> str:
    """Return a bar with the text that a pointer resting on it shows; nothing where it has no length."""
    width = scale(end) - scale(start)
    if end <= start or width <= 0:
        return ""
    return f'<rect class="{kind}" {style} x="{scale(start)}" y="{y}" width="{width:.1f}" height="{BAR}"><title>{escape(title)}</title></rect>'


def diamond(x: float, y: float, kind: str, title: str) -> str:
    """Return the mark of a due date."""
    return f'<path class="mark {kind}" d="M{x} {y - 9}l9 9l-9 9l-9 -9z"><title>{escape(title)}</title></path>'


def time_of(text: str | None) -> datetime | None:
    """Read a time of an explanation."""
    return None if text is None else datetime.fromisoformat(text)


def shown(at: datetime) -> str:
    """Write a time as officials do."""
    return f"{at:%d/%m/%Y %H:%M}"
