"""Notices about days off and make-up days: read, compared with the calendar, kept beside it.

Each is a file of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ValidationError

from config.atomic_files import write_whole_file
from config.calendar import NOTICES, Calendar, CalendarDay, Notice
from config.errors import ConfigError
from config.files import read_model
from config.language import Bilingual, bilingual
from config.model_errors import faults
from config.settings import settings
from config.small_tables import text_table

_KINDS = {"off": "off", "nghỉ": "off", "worked": "worked", "làm bù": "worked", "làm việc": "worked"}
_SLASHED, _MONTHS = re.compile(r"(\d{1,2})/(\d{1,2})/\d{4}"), 12
_SAME = ("calendar", "document", "announced_on")  # what every line of a CSV file repeats


@dataclass(frozen=True)
class Remark:
    """What there is to say about a day of a notice that is no error.

    Attributes:
        what: known: the calendar has this row; superseded: a later announcement holds; no_change: the day is that already.
    """

    day: date
    what: Literal["known", "superseded", "no_change"]


def read_notice(path: Path, calendar: str = "vn") -> Notice:
    """Read a notice from YAML, or from CSV with the columns day, kind, document, announced_on and, if wanted, note.

    Args:
        path: the file.
        calendar: calendar of a CSV file that names none.

    Raises:
        ConfigError: the file cannot be read or does not follow the model; names file and key.
    """
    if path.suffix.lower() != ".csv":
        return read_model(path, Notice)
    rows = _csv_rows(path)
    common: dict[str, Any] = {"calendar": calendar}
    for name in _SAME:
        values = {row[name] for row in rows if row.get(name)}
        if len(values) > 1:
            raise ConfigError(
                path.name,
                Bilingual(f"cột {name} khác nhau giữa các dòng", f"column {name} differs from line to line"),
                Bilingual("mỗi tệp một văn bản", "one document a file"),
            )
        common |= {name: values.pop()} if values else {}
    form = _day_form(row.get(name, "") for row in rows for name in ("day", "announced_on"))
    days = [{"day": _day(row.get("day"), form), "kind": _kind(row.get("kind")), "note": row.get("note") or ""} for row in rows]
    if "announced_on" in common:
        common["announced_on"] = _day(common["announced_on"], form)
    try:
        return Notice.model_validate({**common, "days": days})
    except ValidationError as error:
        raise ConfigError(
            path.name, faults(error, Bilingual("tệp", "file")), "day, kind, document, announced_on, note"
        ) from None


def check_notice(notice: Notice, calendar: Calendar) -> list[Remark]:
    """Hold a notice against the calendar as it stands.

    Returns:
        What the office should know of it, by day; a notice without any remark changes every day that it names.

    Raises:
        ConfigError: a day is named twice, lies outside the years kept, or contradicts a document of the same day.
    """
    days = [each.day for each in notice.days]
    twice = sorted({day for day in days if days.count(day) > 1})
    outside = [day for day in days if not calendar.covers[0] <= day <= calendar.covers[1]]
    if twice or outside:
        fact = (
            Bilingual(f"{', '.join(map(str, twice))} ghi hai lần", f"{', '.join(map(str, twice))} stands twice")
            if twice
            else Bilingual(
                f"{', '.join(map(str, outside))} nằm ngoài các năm của lịch", f"{', '.join(map(str, outside))} is not covered"
            )
        )
        raise ConfigError(
            f"{notice.document}: days",
            fact,
            Bilingual(
                f"mỗi ngày một lần, từ {calendar.covers[0]} đến {calendar.covers[1]}",
                f"each day once, {calendar.covers[0]} to {calendar.covers[1]}",
            ),
        )
    return [remark for row in notice.rows() if (remark := _remark(row, calendar)) is not None]


def _remark(row: CalendarDay, calendar: Calendar) -> Remark | None:
    held = [other for other in calendar.all_days() if other.day == row.day]
    if any(row.model_copy(update={"note": other.note}) == other for other in held):  # what a day is called changes nothing
        return Remark(row.day, "known")
    for other in held:
        if other.announced_on == row.announced_on and other.kind != row.kind:
            fact = Bilingual(
                f"{other.document}, công bố cùng ngày, ghi {other.kind}",
                f"{other.document}, announced on the same day, says {other.kind}",
            )
            raise ConfigError(f"{row.document}: {row.day}", fact, Bilingual("một trong hai", "one of the two"))
    if any(other.announced_on > row.announced_on for other in held):
        return Remark(row.day, "superseded")
    now = calendar.in_force().get(row.day)
    worked = now.kind == "worked" if now else bool(calendar.week_of(None).get(row.day.weekday()))
    return Remark(row.day, "no_change") if worked == (row.kind == "worked") else None


def keep_notice(notice: Notice, folder: Path | None = None) -> Path:
    """Write a notice into the configured calendar folder, whole or not at all; one that is there already stays.

    Raises:
        ConfigError: another notice has its name, or the folder cannot be written.
    """
    place = (folder or settings().config_dir / "calendar") / NOTICES
    path = place / f"{notice.announced_on}-{notice.calendar}-{_plain(notice.document)}.yaml"
    text = yaml.safe_dump(notice.model_dump(mode="json"), allow_unicode=True, sort_keys=False)
    try:
        if path.exists():
            if read_model(path, Notice) == notice:
                return path
            raise ConfigError(
                str(path.name),
                Bilingual("đã có với những ngày khác", "is there with other days"),
                Bilingual("một văn bản mới: không sửa văn bản đã có", "a new document: nothing is edited"),
            )
        place.mkdir(exist_ok=True)
        return write_whole_file(path, text.encode())
    except OSError as error:
        raise ConfigError(
            str(place), Bilingual(f"không ghi được: {error.strerror}", f"cannot be written: {error.strerror}")
        ) from None


def _csv_rows(path: Path) -> list[dict[str, str]]:
    try:
        table = text_table(path.read_bytes(), lambda cells: {"day", "kind"} <= {cell.strip("\ufeff ") for cell in cells})
    except (OSError, ValueError) as error:
        raise ConfigError(
            path.name,
            Bilingual(
                f"không đọc được: {' '.join(bilingual(error).vi.split())}", f"cannot be read: {' '.join(str(error).split())}"
            ),
        ) from None
    broken = [str(row.line) for row in table.rows if row.fault]
    if broken:
        raise ConfigError(
            f"{path.name}: line {', '.join(broken[:5])}",
            Bilingual(
                "có số ô khác số cột tiêu đề, hoặc ký tự hỏng", "has more or fewer cells than headings, or damaged letters"
            ),
            Bilingual("các dòng đầy đủ", "whole lines"),
        )
    headings = [cell.strip("\ufeff ") for cell in table.headings]
    return [dict(zip(headings, map(str.strip, row.cells), strict=False)) for row in table.rows]


def _day_form(texts: Iterable[str]) -> str:
    """Return how days with slashes are written: the day first, unless those that read one way only have the month first."""
    pairs = [(int(found[1]), int(found[2])) for text in texts if (found := _SLASHED.fullmatch(text))]
    month_first = any(second > _MONTHS for _, second in pairs) and not any(first > _MONTHS for first, _ in pairs)
    return "%m/%d/%Y" if month_first else "%d/%m/%Y"


def _day(text: str | None, form: str) -> str:
    """Turn 02/01/2026 into 2026-01-02; anything else is left to the model to judge."""
    try:
        return datetime.strptime(text or "", form).date().isoformat()
    except ValueError:
        return text or ""


def _kind(text: str | None) -> str:
    folded = unicodedata.normalize("NFC", text or "").lower()
    return _KINDS.get(folded, folded)


def _plain(text: str) -> str:
    """Make a file name of a document's number: 12729/VPCP-KGVX becomes 12729-vpcp-kgvx."""
    letters = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return re.sub(r"[^a-z0-9]+", "-", letters.encode("ascii", "ignore").decode()).strip("-")[:80] or "notice"
