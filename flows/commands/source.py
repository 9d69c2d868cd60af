"""Output of `motcua source` about a source in plain words: names, codes and counts only.

Nothing is landed or loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from config.known_sources import known_sources
from config.language import counted, translate
from config.sources import Source
from schemas.raw import SHEET_STRIDE
from schemas.rejects import RejectReason, reject_words
from tasks.loading.schema_drift import SchemaDrift, compared
from tasks.preview.clock_diagnosis import Diagnosis, diagnose
from tasks.preview.forecast import Forecast, ForeseenBreach, forecast
from tasks.preview.source_check import MOST_PAGES, Look, look_at
from tasks.reports.artifacts import CHANGE_WORDS, POLICY_WORDS
from tasks.rules.marks import MARKS

_SHOWN_LINES = 10

_KEPT = {
    "dossiers": ("hồ sơ", "dossiers"),
    "events": ("bước xử lý", "log entries"),
    "pauses": ("lần tạm dừng", "pauses"),
    "procedures": ("thời hạn thủ tục", "limits of procedures"),
    "units": ("cơ quan", "agencies"),
}

_GATES = {
    "source": ("Cổng nguồn (source)", "Source gate"),
    "cleaned": ("Cổng dữ liệu đã làm sạch (cleaned)", "Gate of cleaned data"),
}


def named(name: str) -> Source:
    """Return a configured source; ConfigError where there is none of that name."""
    return known_sources().named(name)


def check_source(name: str) -> list[str]:
    """Look at a source and at what is known of it, and say it; lands and loads nothing.

    Raises:
        ConfigError: there is no such source.
        SourceError: it does not answer, or its answer cannot be used.
    """
    from flows.runtime.session import warehouse

    source = named(name)
    now = datetime.now(UTC)
    look = look_at(source, now)
    with warehouse():
        drift = compared(source, look.readings.shape)
        ahead = forecast(source, look, now)
    return [*look_lines(source, look), *foresight_lines(look, ahead), *drift_lines(drift)]


def diagnose_source(name: str) -> list[str]:
    """Read all that a source has and say what its times give away; lands and loads nothing."""
    return list(diagnosis_lines(name, diagnose(named(name))))


def look_lines(source: Source, look: Look) -> Iterator[str]:
    """Say what a look has shown."""
    kept = ", ".join(f"{count} {translate(*_KEPT[kind])}" for kind, count in look.kept.items()) or translate(
        "không gì", "nothing"
    )
    yield translate(
        f"{source.name}: đọc thử {look.pages} trang, {look.records} bản ghi; sẽ nạp: {kept}. Chưa nạp gì.",
        f"{source.name}: {counted(look.pages, 'page')} and {counted(look.records, 'record')} looked at; would load: {kept}. Nothing was loaded.",
    )
    if source.kind == "files":
        for one in look.looked_at:
            yield translate(
                f"  {one.name}: {one.readings.records} bản ghi", f"  {one.name}: {counted(one.readings.records, 'record')}"
            )
        if look.pages >= MOST_PAGES:
            yield translate(f"Chỉ xem {MOST_PAGES} tệp đầu.", f"Only the first {MOST_PAGES} files are looked at.")
    for name, fact in look.faults.items():
        yield translate(f"Không đọc được {name}: {fact}.", f"Cannot be read: {name}: {fact}.")
    yield from _lines(look)
    for reason, count in look.rejected.items():
        yield translate(
            f"Bị loại: {count} bản ghi: {reject_words(reason)[0]} ({reason}).",
            f"Rejected: {counted(count, 'record')}: {reject_words(reason)[1]} ({reason}).",
        )
    yield translate("Cột của nguồn → trường của kho:", "Column of the source → field of the warehouse:")
    yield from (f"  {name} → {meaning} ({count})" for name, meaning, count in look.mapping)
    if look.unmapped:
        yield translate(f"Cột không đọc: {', '.join(look.unmapped)}.", f"Columns not read: {', '.join(look.unmapped)}.")
    if look.lacking:
        yield translate(
            f"Trường không có cột nào: {', '.join(look.lacking)}.",
            f"Fields for which no column came: {', '.join(look.lacking)}.",
        )
    yield from _codes(look)
    yield from _dates(look)
    for mark, count in look.marks.items():
        yield f"  {count} × {translate(MARKS[mark].vi, MARKS[mark].en)} ({mark})"


def _lines(look: Look) -> Iterator[str]:
    """Say what would become of each line of the files, and what is odd in them."""
    lines = look.lines
    if lines.physical:
        yield translate(
            f"Dòng của tệp: {lines.physical} = {lines.above} tiêu đề + {lines.read} nạp + {lines.rejected} bị loại + {lines.blank} trống.",
            f"Lines of the files: {lines.physical} = {lines.above} of headings + {lines.read} loaded "
            f"+ {lines.rejected} rejected + {lines.blank} blank.",
        )
    for reason, position in _first_refused(look):
        sheet, line = divmod(position, SHEET_STRIDE)
        where = translate(f"trang tính {sheet + 1}, dòng {line + 1}", f"sheet {sheet + 1}, line {line + 1}") if sheet else ""
        yield f"  {where or translate(f'dòng {line + 1}', f'line {line + 1}')}: {reason}"
    for note in look.readings.notes:
        yield translate(*note.said())


def _first_refused(look: Look) -> Iterator[tuple[str, int]]:
    """Yield reason and place of the first rows of files that were refused because of their form."""
    if look.lines.physical:
        told = look.readings.rejected[look.readings.rejected["reason"] != RejectReason.NOT_A_RECORD.value].head(_SHOWN_LINES)
        yield from zip(told["reason"].tolist(), told["page_position"].tolist(), strict=True)


def _codes(look: Look) -> Iterator[str]:
    if not look.unknown:
        yield translate("Mọi mã đều có trong tệp cấu hình của nguồn.", "Every code is in the source's maps.")
    for found in look.unknown:
        shown = ", ".join(f"{code!r} × {count}" for code, count in found.counts.items())
        other = translate(
            f"{found.different} giá trị khác nhau, nên có lẽ đây không phải cột mã",
            f"{found.different} different values, so this is hardly a column of codes",
        )
        yield translate(f"Mã lạ ở {found.field}: {shown or other}.", f"Unknown codes in {found.field}: {shown or other}.")


def _dates(look: Look) -> Iterator[str]:
    for one in look.dates:
        if one.two_ways or one.unreadable or one.serial:
            yield translate(
                f"Ngày {one.field}: {one.given} giá trị; {one.two_ways} đọc được hai cách (ngày/tháng, tháng/ngày), "
                f"trong đó {one.unsettled} không có gì phân định; {one.unreadable} không đọc được; {one.serial} số sê-ri Excel.",
                f"Dates {one.field}: {counted(one.given, 'value')}; {one.two_ways} read two ways (day/month or month/day), "
                f"{one.unsettled} of them with nothing to settle it; {one.unreadable} unreadable; {one.serial} Excel serials.",
            )
    if look.dates and not any(one.two_ways or one.unreadable for one in look.dates):
        yield translate("Mọi ngày chỉ đọc được một cách.", "Every date reads one way only.")


def foresight_lines(look: Look, ahead: Forecast) -> Iterator[str]:
    """Say what a load would hold back, and what its gates would say."""
    for page, fields in ahead.displaced.items():
        shown = ", ".join(_from_where(look, field) for field in fields)
        yield translate(
            f"Lệch cột: {page}: {shown} chứa giá trị của cột khác; "
            + ("lần nạp sẽ giữ lại, không nạp gì của nó." if ahead.holds else "lần nạp vẫn nạp và ghi lại."),
            f"Displaced cells: {page}: {shown} hold values of another column; "
            + (
                "the load would hold it back and load nothing of it."
                if ahead.holds
                else "the load would take it and note this."
            ),
        )
    if ahead.asked and not ahead.displaced:
        yield translate("Không thấy giá trị nào nằm sai cột.", "No values were seen to stand in another column.")
    for gate, (vi, en) in _GATES.items():
        yield _gate_line(look, [one for one in ahead.broken if one.gate == gate], translate(vi, en), passed=bool(ahead.gated))


def _gate_line(look: Look, broken: list[ForeseenBreach], gate: str, *, passed: bool) -> str:
    """Say in one sentence what a gate would do."""
    if not passed:
        return translate(f"{gate}: không có gì để xét.", f"{gate}: nothing would reach it.")
    if not broken:
        return translate(f"{gate}: sẽ cho qua.", f"{gate}: would let it pass.")
    verdicts = []
    for stops, words in ((True, ("sẽ dừng lần nạp", "would stop the load")), (False, ("sẽ cảnh báo", "would warn"))):
        shown = ", ".join(
            f"{_from_where(look, one.field)} {one.promise} ({one.unexpected}/{one.checked})"
            for one in broken
            if one.stops == stops
        )
        verdicts += [f"{translate(*words)}: {shown}"] if shown else []
    return f"{gate}: {'; '.join(verdicts)}."


def _from_where(look: Look, field: str) -> str:
    """Name a field and what it is taken from."""
    names = [name for name, meaning, _ in look.mapping if field in meaning.split(", ")]
    return f"{field} ({', '.join(names)})" if names else field


def drift_lines(drift: SchemaDrift) -> Iterator[str]:
    """Say what differs from what the last accepted load showed."""
    if not drift.found:
        yield translate(
            "Cấu trúc như lần nạp trước, hoặc chưa nạp lần nào.", "Its shape is that of the last load, or it was never loaded."
        )
    for change, policy in drift.found:
        yield translate(
            f"Thay đổi: {change.field}: {CHANGE_WORDS[change.what][0]} ({change.before or '-'} → {change.now or '-'}); {POLICY_WORDS[policy][0]}.",
            f"Change: {change.field}: {CHANGE_WORDS[change.what][1]} ({change.before or '-'} → {change.now or '-'}); {policy}.",
        )


def diagnosis_lines(name: str, found: Diagnosis) -> Iterator[str]:
    """Say what a source's times give away."""
    yield translate(
        f"{name}: xem xét {found.dossiers} hồ sơ. Chưa nạp gì.",
        f"{name}: {counted(found.dossiers, 'dossier')} looked at. Nothing was loaded.",
    )
    for field, clock in found.clocks.items():
        gaps = ", ".join(f"{minutes / 60:+g} h × {count}" for minutes, count in clock.gaps.items())
        if clock.shifted:
            yield translate(
                f"Đồng hồ lệch ở {field}: lời ghi của chính nguồn muộn hơn {gaps} (trên {clock.stated} hồ sơ có lời ghi); "
                f"{clock.as_utc} khớp nếu lời ghi tính theo giờ UTC.",
                f"Shifted clock in {field}: the source's own words are later by {gaps} (of {counted(clock.stated, 'dossier')} with words); "
                f"{clock.as_utc} agree if the words are in UTC.",
            )
        else:
            yield translate(
                f"Đồng hồ ở {field}: {clock.agreed}/{clock.stated} khớp lời ghi.",
                f"Clock of {field}: {clock.agreed} of {clock.stated} agree with its words.",
            )
    for year in found.days_off:
        if year.unknown_to_source:
            yield translate(
                f"Năm {year.year}: hạn trả không tính ngày nghỉ: {year.on_days_off} hạn rơi vào ngày nghỉ, "
                f"{year.ignored} khoảng tính cả ngày nghỉ, {year.kept} khoảng đã trừ.",
                f"{year.year}: its due dates ignore the days off: {year.on_days_off} fall on one, "
                f"{counted(year.ignored, 'span counts', 'spans count')} them, {year.kept} leave them out.",
            )
    kept = [str(year.year) for year in found.days_off if not year.unknown_to_source]
    if kept:
        yield translate(
            f"Hạn trả có trừ ngày nghỉ: {', '.join(kept)}.", f"Due dates leave the days off out: {', '.join(kept)}."
        )
