"""Windows of a source's time: what has landed, where the gaps are, what to ask for next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from config.sources import Source
from tasks.sources.protocol import Window

BEGINNING = datetime.min.replace(tzinfo=UTC)
FAILED = ("failed", "refused")
"""States of a window whose last attempt did not end well; one that was cut off is still running by its row."""
# A window with an end is asked for only when that end is so long past that no clock can still write before it.
_SETTLED = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Span:
    """An interval of time.

    Attributes:
        since: beginning, included; ``BEGINNING`` where there is none.
        until: end, not included.
    """

    since: datetime
    until: datetime


@dataclass(frozen=True)
class RequestedWindow:
    """A window that was asked of a source: a row of ``raw.windows``.

    Attributes:
        window: as it was asked.
        complete_to: everything modified before has landed; None until it is done, and where the source states no times.
        mark: where to go on.
        newest_at: latest modification met in it.
        started_at: when it was first asked.
    """

    window_id: str
    window: Window
    state: str
    started_at: datetime
    complete_to: datetime | None = None
    mark: str | None = None
    newest_at: datetime | None = None


@dataclass(frozen=True)
class WindowPolicy:
    """What a source's file says about its windows.

    Attributes:
        beginning: of its records; None where it is not told.
        overlap: asked for again before the newest modification met.
        longest: length of a window of a long span.
    """

    beginning: datetime | None
    overlap: timedelta
    longest: timedelta


def window_policy_of(source: Source) -> WindowPolicy:
    """Return what a source's file says about its windows."""
    return WindowPolicy(source.beginning, source.overlap, timedelta(days=source.window_days))


def union(spans: Iterable[Span]) -> list[Span]:
    """Join spans that touch or overlap, in order.

    >>> a, b, c = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3))
    >>> union([Span(b, c), Span(a, b)]) == [Span(a, c)]
    True
    """
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.since <= joined[-1].until:
            joined[-1] = Span(joined[-1].since, max(joined[-1].until, span.until))
        elif span.since < span.until:
            joined.append(span)
    return joined


def without(whole: Span, taken: Iterable[Span]) -> list[Span]:
    """Return what of a span is not taken, in order."""
    left, since = [], whole.since
    for span in union(taken):
        if since < min(span.since, whole.until):
            left.append(Span(since, min(span.since, whole.until)))
        since = max(since, span.until)
    return left + ([Span(since, whole.until)] if since < whole.until else [])


def cut(span: Span, longest: timedelta) -> list[Window]:
    """Cut a span into windows that touch; what has no beginning is one window."""
    if span.since == BEGINNING:
        return [Window(None, span.until)]
    windows, since = [], span.since
    while since < span.until:
        until = min(since + longest, span.until)
        windows.append(Window(since, until))
        since = until
    return windows


def done(asked: Iterable[RequestedWindow]) -> list[Span]:
    """Return the spans that have landed whole."""
    return union(
        Span(each.window.since or BEGINNING, each.complete_to) for each in asked if each.state == "done" and each.complete_to
    )


def cursor(asked: Iterable[RequestedWindow]) -> datetime | None:
    """Return the latest modification met in windows that are done, never later than when they were first asked.

    A record dated in the future must not hide what comes before it.
    """
    return max((min(a.newest_at, a.started_at) for a in asked if a.state == "done" and a.newest_at), default=None)


def gaps(asked: Sequence[RequestedWindow], beginning: datetime | None) -> list[Span]:
    """Return what lies between the beginning and the newest modification met and has not landed."""
    reached = cursor(asked)
    return [] if reached is None else without(Span(beginning or BEGINNING, reached), done(asked))


def unfinished(asked: Iterable[RequestedWindow]) -> list[RequestedWindow]:
    """Return the windows to go on with, in order of time, those without an end last."""
    left = [each for each in asked if each.state != "done"]
    return sorted(left, key=lambda a: (a.window.until is None, a.window.since or BEGINNING, a.started_at))


def plan(asked: Sequence[RequestedWindow], habits: WindowPolicy, now: datetime) -> list[RequestedWindow | Window]:
    """Return what a pull asks for: what was left unfinished, then gaps, then what is new.

    Args:
        asked: all windows of the source.
        habits: what its file says about windows.
        now: when the pull begins.
    """
    going_on = unfinished(asked)
    taken = [Span(a.window.since or BEGINNING, a.window.until) for a in going_on if a.window.until]
    reached = cursor(asked)
    missing: list[Span] = []
    if reached is not None:
        missing = without(Span(habits.beginning or BEGINNING, reached), [*done(asked), *taken])
    old: list[RequestedWindow | Window] = [window for span in missing for window in cut(span, habits.longest)]
    closed = [a for a in going_on if a.window.until is not None]
    ahead = [a for a in going_on if a.window.until is None]
    since = habits.beginning if reached is None else reached - habits.overlap
    # A source that is merely quiet was asked lately: what is new fits one window, however old the last news.
    lately = any(a.state == "done" and a.window.until is None and now - a.started_at < habits.longest for a in asked)
    new = [Window(since, None)] if lately else onward(since, habits, now)
    return [*closed, *old, *(ahead or new)]


def onward(since: datetime | None, habits: WindowPolicy, now: datetime) -> list[Window]:
    """Return the windows from an instant up to the newest: those of a long span first, the last one without an end."""
    windows: list[Window] = []
    settled = now - max(_SETTLED, habits.overlap)
    while since is not None and since + habits.longest <= settled:
        windows.append(Window(since, since + habits.longest))
        since += habits.longest
    return [*windows, Window(since, None)]


@dataclass(frozen=True)
class Fill:
    """A back-fill of a span of the past.

    Attributes:
        span: what to fill; without an end, up to the newest.
        again: whether what has landed already is read again.
        begun: when a reading again began that is gone on with: what was asked since is not read a second time.
        failed: whether windows whose last attempt failed are gone on with; those that were cut off always are.
    """

    span: Window
    again: bool = False
    begun: datetime | None = None
    failed: bool = True

    def plan(self, asked: Sequence[RequestedWindow], habits: WindowPolicy, now: datetime) -> list[RequestedWindow | Window]:
        """Return what it asks for; see :func:`plan`."""
        counted = [a for a in asked if self.begun is not None and a.started_at >= self.begun] if self.again else list(asked)
        since = self.span.since or habits.beginning or BEGINNING
        if self.again and self.span.until is None:
            return _left_of(onward(self.span.since or habits.beginning, habits, now), counted)
        until = self.span.until or now
        whole = Span(since, until)
        inside = [a for a in unfinished(counted) if (a.window.since or BEGINNING) < until and (a.window.until or until) > since]
        taken = [*done(counted), *(Span(a.window.since or BEGINNING, a.window.until or until) for a in inside)]
        going_on = [a for a in inside if self.failed or a.state not in FAILED]
        return [*going_on, *(window for left in without(whole, taken) for window in cut(left, habits.longest))]


def _left_of(windows: Iterable[Window], asked: Sequence[RequestedWindow]) -> list[RequestedWindow | Window]:
    """Return windows without those that are done, and those that were cut off where they stopped."""
    finished = {a.window for a in asked if a.state == "done"}
    begun = {a.window: a for a in unfinished(asked)}
    return [begun.get(window, window) for window in windows if window not in finished]
