"""Nothing lost over outages, gaps, shrinkage, records that go and come back: on a real warehouse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.errors import ShrinkageError, SourceError, TransientError
from config.sources import Shrinkage, Source
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.pulling.pull_log import requested_of
from tasks.pulling.shrinkage import accept
from tasks.pulling.windows import Fill, Span, gaps
from tasks.sources.protocol import Window
from tasks.warehouse.engine import fetch_all
from tests.sources.desk import Desk, dossier

Make = Callable[..., Source]
pytestmark = pytest.mark.usefixtures("warehouse")
LOCAL = timedelta(hours=7)
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def daily(count: int, first: int = 0) -> list[dict[str, Any]]:
    """Return records of which each was modified at noon, a day after the one before; the last one ten days ago."""
    days = [TODAY - timedelta(days=10 + count - n) + timedelta(hours=5) for n in range(count)]
    return [dossier(n, NgayCapNhat=f"{day + LOCAL:%Y%m%d%H%M%S}") for n, day in enumerate(days) if n >= first]


def cut_in_days(source: Source, days: int, length: int) -> Source:
    """Let a source begin so many days before its records end, in windows of a length."""
    begins = (TODAY - timedelta(days=10 + days)).date()
    return source.model_copy(update={"begins": begins, "window_days": length})


def refresh(source: Source, fill: Fill | None = None) -> str | None:
    try:
        return pull_source(source, fill)
    finally:
        load_source(source)


def held() -> set[str]:
    return {code for (code,) in fetch_all("SELECT code FROM core.dossiers")}


def all_codes(numbers: range) -> set[str]:
    return {dossier(n)["MaHoSo"] for n in numbers}


def test_a_window_that_fails_keeps_no_other_from_landing_and_is_filled_first(desk: Desk, source_of: Make) -> None:
    desk.records, source = daily(20), cut_in_days(source_of(page_size=50), 20, 5)
    third = f"{datetime.combine(source.begins, datetime.min.time()) + timedelta(days=10):%Y%m%d%H%M%S}"  # type: ignore[arg-type]
    desk.script = lambda _: (404, {}, b"") if desk.calls[-1]["data"]["tuThoiDiem"] == third else None
    with pytest.raises(SourceError, match="404"):
        refresh(source)
    assert len(held()) == 15
    (gap,) = gaps(requested_of("desk"), source.beginning)
    assert gap.until - gap.since == timedelta(days=5)
    desk.script = lambda _: None
    before = len(desk.calls)
    refresh(source)
    assert desk.calls[before]["data"]["tuThoiDiem"] == third
    assert held() == all_codes(range(20))
    assert gaps(requested_of("desk"), source.beginning) == []


def test_a_source_that_is_away_is_asked_twice_and_not_for_every_window(desk: Desk, source_of: Make) -> None:
    desk.records, source = daily(20), cut_in_days(source_of(tries=1), 20, 2)
    desk.script = lambda _: (503, {}, b"")
    with pytest.raises(TransientError):
        refresh(source)
    assert len(desk.calls) == 2
    assert fetch_all("SELECT state FROM raw.windows") == [("failed",)] * 2


def test_an_outage_longer_than_the_overlap_loses_nothing(desk: Desk, source_of: Make) -> None:
    everything, source = daily(40), source_of(page_size=50)
    desk.records = everything[:10]
    refresh(source)
    desk.records = everything
    desk.script = lambda _: (503, {}, b"")
    for _ in range(2):
        with pytest.raises(TransientError):
            refresh(source)
    desk.script = lambda _: None
    refresh(source)
    assert held() == all_codes(range(40))


def test_a_span_is_filled_window_by_window_and_read_again_only_when_told_to(desk: Desk, source_of: Make) -> None:
    desk.records, source = daily(30), source_of(page_size=50).model_copy(update={"window_days": 7})
    since = TODAY - timedelta(days=40)
    span = Window(since, since + timedelta(days=14))
    refresh(source, Fill(span))
    assert held() == all_codes(range(14))
    calls = len(desk.calls)
    assert refresh(source, Fill(span)) is None
    assert len(desk.calls) == calls
    refresh(source, Fill(span, again=True))
    assert len(desk.calls) == calls + 2
    refresh(source)
    assert held() == all_codes(range(30))
    assert gaps(requested_of("desk"), None) == []


def test_a_source_that_shrinks_is_not_believed_until_somebody_accepts_it_once(desk: Desk, source_of: Make) -> None:
    desk.records, source = daily(60), source_of(page_size=50)
    refresh(source)
    mark = fetch_all("SELECT cursor FROM audit.progress WHERE step = 'pull'")
    desk.records = daily(61, first=30)
    for _ in range(2):
        with pytest.raises(ShrinkageError, match="31 records in all where 60 are known") as caught:
            refresh(source)
    assert "--accept-shrinkage desk" in str(caught.value)
    assert held() == all_codes(range(60))
    assert fetch_all("SELECT cursor FROM audit.progress WHERE step = 'pull'") == mark
    accept("desk")
    refresh(source)
    assert held() == all_codes(range(61))
    assert refresh(source) is None


def test_many_small_losses_add_up(desk: Desk, source_of: Make) -> None:
    source = source_of(page_size=50)
    for first in (0, 12, 22):
        desk.records = daily(100, first)
        if first < 22:
            refresh(source)
        else:
            with pytest.raises(ShrinkageError, match="78 records in all where 100 are known"):
                refresh(source)


def test_an_emptied_list_without_times_is_not_believed_and_not_loaded(desk: Desk, source_of: Make) -> None:
    desk.records = [{k: v for k, v in dossier(n).items() if k != "NgayCapNhat"} for n in range(60)]
    source = source_of(page_size=50)
    refresh(source)
    desk.records = [{**desk.records[0], "TrangThaiHoSo": "9"}]
    with pytest.raises(ShrinkageError):
        refresh(source)
    assert fetch_all("SELECT DISTINCT status FROM core.dossiers") == [(4,)]
    assert fetch_all("SELECT state FROM raw.windows ORDER BY started_at") == [("done",), ("refused",)]
    accept("desk")
    refresh(source)
    assert fetch_all("SELECT count(*) FROM core.dossiers WHERE status = 9") == [(1,)]
    assert len(held()) == 60


def test_a_window_read_again_that_lost_its_records_is_not_believed_but_one_that_moved_on_is(
    desk: Desk, source_of: Make
) -> None:
    desk.records, source = daily(100), source_of(page_size=50)
    source = source.model_copy(update={"shrinkage": Shrinkage(share=0.2, least=10)})
    refresh(source)
    since = TODAY - timedelta(days=110)
    fill = Fill(Window(since, since + timedelta(days=15)), again=True)
    stamp = f"{TODAY - timedelta(days=2):%Y%m%d}080000"
    desk.records = [*daily(100, first=15), *(dossier(n, NgayCapNhat=stamp) for n in range(15))]
    refresh(source, fill)
    desk.records = desk.records[:-15]
    with pytest.raises(ShrinkageError, match="in a window of time"):
        refresh(source, fill)


def test_no_limit_lets_everything_go(desk: Desk, source_of: Make) -> None:
    source = source_of(page_size=50).model_copy(update={"shrinkage": Shrinkage(share=None)})
    desk.records = daily(60)
    refresh(source)
    desk.records = []
    assert refresh(source) is None
    assert len(held()) == 60


@pytest.mark.parametrize("stamped", [True, False])
def test_a_record_withdrawn_and_restored_is_what_the_source_says_last(desk: Desk, source_of: Make, stamped: bool) -> None:
    def edition(status: str, day: int) -> list[dict[str, Any]]:
        record = dossier(1, TrangThaiHoSo=status, NgayCapNhat=f"202601{day:02d}080000")
        return [record if stamped else {key: value for key, value in record.items() if key != "NgayCapNhat"}]

    source, seen = source_of(), []
    for status, day in (("4", 10), ("7", 11), ("4", 12), ("", 0), ("4", 12)):
        desk.records = edition(status, day) if status else []
        refresh(source)
        seen += fetch_all("SELECT status FROM core.dossiers")
    assert seen == [(4,), (7,), (4,), (4,), (4,)]
    assert refresh(source) is None
    assert fetch_all("SELECT count(*) FROM raw.pages WHERE loaded_at IS NULL") == [(0,)]


def test_the_same_page_in_two_windows_is_there_once(desk: Desk, source_of: Make) -> None:
    desk.records, source = daily(3), source_of(page_size=50)
    refresh(source)
    before = fetch_all("SELECT page_digest, loaded_at FROM raw.pages ORDER BY 1")
    assert refresh(source) is None
    assert refresh(source, Fill(Window(TODAY - timedelta(days=30), None), again=True)) is None
    assert fetch_all("SELECT page_digest, loaded_at FROM raw.pages ORDER BY 1") == before
    assert [span for span in gaps(requested_of("desk"), None) if isinstance(span, Span)] == []
