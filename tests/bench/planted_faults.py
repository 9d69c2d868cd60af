"""Faults to be planted in either engine of lateness: each a slip that somebody could make, in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One slip.

    Attributes:
        right: text as it stands, which is there just once; several times where ``times`` says so.
        wrong: text in its place.
        file: module of the rules, from the root; empty for the statement of the second engine.
    """

    right: str
    wrong: str
    file: str = ""
    times: int = 1

    def planted_in(self, text: str) -> str:
        """Return a text with the slip in it.

        Raises:
            ValueError: what the fault changes is not there as often as it says.
        """
        if text.count(self.right) != self.times:
            raise ValueError(f"{self} fits {text.count(self.right)} places")
        return text.replace(self.right, self.wrong)


IN_SQL = (
    Fault("WHEN d.day::date = ANY(%(made_up)s::date[]) THEN 7", "WHEN false THEN 7"),
    Fault("WHEN d.day::date = ANY(%(off)s::date[]) THEN -1", "WHEN false THEN -1"),
    Fault("THEN e_done WHEN s.kind IS NULL", "THEN s.at WHEN s.kind IS NULL"),
    Fault("WHERE seq > coalesce(last_seq, -1)", "WHERE seq >= 0"),
    Fault("coalesce(c.received::time, time '07:30')", "coalesce(c.received::time, time '07:30') + interval '1 day'"),
    Fault(
        "w.closes[width_bucket(begun_at::date, w.days) + amount::int]",
        "w.closes[width_bucket(begun_at::date, w.days) + amount::int - 1]",
    ),
    Fault("CASE unit WHEN 'hour' THEN 60 ELSE 480 END", "CASE unit WHEN 'hour' THEN 50 ELSE 480 END"),
    Fault("'calendar_day' THEN begun_at::date + amount::int", "'calendar_day' THEN begun_at::date + amount::int - 1"),
    Fault(">= %(cut_off)s::time THEN 1 ELSE 0", ">= %(cut_off)s::time THEN 0 ELSE 0"),
    Fault("ORDER BY p.channel = r.channel DESC, p.valid_from DESC", "ORDER BY p.channel = r.channel, p.valid_from DESC"),
    Fault("p.valid_from <= case_of.receipt::date AND", "true AND"),
    Fault("make_interval(months => amount::int)", "make_interval(months => amount::int + 1)"),
    Fault("(3, 10, l_returned, 'log')", "(0, 10, l_returned, 'log')"),
    Fault("WHEN unit = 'none' AND appointed >= begun_at THEN appointed", "WHEN unit = 'none' THEN NULL"),
    Fault("WHEN end_kind = 7 THEN 'withdrawn'", "WHEN end_kind = 7 THEN 'finished'"),
    Fault("date_trunc('minute', b.until_end) > d.due", "date_trunc('minute', b.until_end) < d.due"),
    Fault("span.stop - span.start ELSE", "interval '0' ELSE"),
    Fault("coalesce(span.start < m.due, true) AS moves", "false AS moves"),
    Fault("m.minutes + CASE WHEN counted.moves", "CASE WHEN counted.moves"),
    Fault("greatest(p.start, m.covered) AS start", "p.start AS start"),
    Fault("AND NOT (%(keeps_requests)s AND supplement AND NOT requested)", "AND true"),
    Fault("b.until_end::date > d.due::date", "b.until_end::date >= d.due::date"),
    Fault("coalesce(d.due < b.day_end AND", "coalesce(d.due > b.day_end AND"),
    Fault("b.now = 5 AND coalesce(r.times, 0) > 1", "b.now = 5 AND coalesce(r.times, 0) > 2"),
    Fault("least(p.stop, m.stops) AS stop", "p.stop AS stop"),
)
_CLOCK, _DUE, _PAUSES = "tasks/rules/clock/working_clock.py", "tasks/rules/clock/due_dates.py", "tasks/rules/clock/pauses.py"
_ENDS, _FACTS, _TIMELINE = "tasks/rules/verdict/ends.py", "tasks/rules/verdict/facts.py", "tasks/rules/verdict/timeline.py"
_JUDGED, _RECEIPT = "tasks/rules/verdict/judgement.py", "tasks/rules/verdict/receipt.py"
IN_RULES = (
    Fault("np.asarray(days, dtype=np.int64) - 1", "np.asarray(days, dtype=np.int64)", _CLOCK),
    Fault("if day in self.off:", "if False:", _CLOCK),
    Fault("return self.worked_sessions", "return ()", _CLOCK),
    Fault(
        "moment = self._minute_of[np.where(known, target - 1, 0)].astype(np.int64) + 1",
        "moment = self._minute_of[np.where(known, target - 1, 0)].astype(np.int64)",
        _CLOCK,
    ),
    Fault("too_late, day + _DAY, day", "too_late, day, day", _CLOCK),
    Fault("np.asarray(days, dtype=np.int64) * _DAY", "(np.asarray(days, dtype=np.int64) + 1) * _DAY", _CLOCK),
    Fault("limits.amount[hours] * 60", "limits.amount[hours] * 50", _DUE),
    Fault(
        "free = np.flatnonzero((limits.unit == NONE) & (appointment >= receipt.at))",
        "free = np.flatnonzero((limits.unit == NONE) & (appointment < receipt.at))",
        _DUE,
    ),
    Fault("np.where(unit == HOUR, by_minutes, to_close)", "np.where(unit == HOUR, by_minutes, by_minutes)", _DUE),
    Fault("by_calendar = np.isin(unit, (CALENDAR_DAY, MONTH))", "by_calendar = np.isin(unit, (MONTH,))", _DUE),
    Fault("counts = real & ((start < moved[rows]) | np.isnat(moved[rows]))", "counts = real", _PAUSES),
    Fault("minutes[rows] += np.where(counts, lost, 0)", "minutes[rows] = np.where(counts, lost, 0)", _PAUSES),
    Fault("start = np.fmax(table.start[place], covered[rows])", "start = table.start[place]", _PAUSES),
    Fault("np.where(counts, end - start, _NOTHING)", "np.where(counts, end - end, _NOTHING)", _PAUSES),
    Fault("if need_record:", "if not need_record:", _PAUSES),
    Fault("& (requests > 1)", "& (requests > 0)", _PAUSES),
    Fault("(minutes >= 0) & (minutes <= lag)", "(minutes >= 0) & (minutes > lag)", _ENDS),
    Fault('"withdrawn": WITHDRAWN}', '"withdrawn": REFUSED}', _ENDS),
    Fault('"returned": facts.returned,', '"returned": facts.done,', _ENDS),
    Fault(
        "at = np.where(shifted | lagged, facts.evidence.done_at, at)",
        "at = np.where(lagged, facts.evidence.done_at, at)",
        _ENDS,
    ),
    Fault("after = (status == code) & (np.arange(len(rows)) > last_open[rows])", "after = (status == code)", _FACTS),
    Fault("np.where(self.in_days, days(end) > days(due), by_minute)", "by_minute", _TIMELINE),
    Fault("open_late = (due < self.as_of_end) & ~resting", "open_late = (due > self.as_of_end) & ~resting", _TIMELINE),
    Fault("early = ~open_ & (days(end) < days(due))", "early = ~open_ & (days(end) <= days(due))", _JUDGED),
    Fault("np.abs(stated_day - code_day) > YEARS_APART", "np.abs(stated_day - code_day) < YEARS_APART", _RECEIPT),
)
