"""Reference series: a small file of what other bodies published, read, checked and kept."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.errors import ConfigError, UnreadableDataError
from config.language import Bilingual, bilingual, counted
from config.text_bytes import read_given
from schemas.reference_codes import SERIES, SERIES_MEASURES
from schemas.reference_series import REFERENCE_SERIES
from tasks.recovery.manifests import keep_reference_series
from tasks.rules.privacy.masking import looks_personal
from tasks.rules.text.normal_form import fold
from tasks.sources.tables.small_tables import small_table
from tasks.warehouse.load import load

SERIES_HEADINGS = {
    "series": ("chuỗi", "series"),
    "published_by": ("nguồn", "source"),
    "year": ("năm", "year"),
    "measure": ("đơn vị tính", "unit"),
    "value": ("giá trị", "value"),
    "remarks": ("ghi chú", "remarks"),
    "unit_code": ("cơ quan", "agency"),
    "indicator": ("chỉ tiêu của ta", "indicator"),
}
"""Headings of the file, in Vietnamese and English; the last two may be left out."""
_NEEDED = ("series", "published_by", "year", "measure", "value", "remarks")
_MEASURES = {"%": "percent", "phần trăm": "percent", "điểm": "points", "hạng": "rank"}
_BY_HEADING = {fold(word): name for name, words in SERIES_HEADINGS.items() for word in words}
_NUMBER = re.compile(r"\d{1,6}([.,]\d{1,6})?")
_MOST_TOLD = 5
_LONGEST = 300  # letters of a source or remark
_WANTED = Bilingual("tệp chuỗi tham chiếu (.csv, .xlsx)", "a file of reference series (.csv, .xlsx)")
_SAME = "SELECT count(*) FROM mart.reference_series WHERE file_digest = %(digest)s"


@dataclass(frozen=True)
class TakenSeries:
    """What became of a file.

    Attributes:
        rows: lines of it; changed: rows of the warehouse that are new or others by now.
    """

    rows: int
    changed: int


def take_reference_series(path: Path, by: str, indicators: Sequence[str]) -> TakenSeries:
    """Keep the values of a file, all or none.

    A value of the same series, agency, year and publisher replaces the one before.

    Args:
        path: a table with the columns of :data:`SERIES_HEADINGS`, in any order.
        by: account of who enters it.
        indicators: names of ours that a line may ask to stand beside it.

    Raises:
        ConfigError: there is no such file, or ``by`` names nobody.
        UnreadableDataError: it is no such table, or a line of it cannot be right; nothing is kept.
    """
    if not by.strip() or looks_personal(by):
        raise ConfigError(
            "motcua reference --by",
            Bilingual("không nêu ai, hoặc nêu bằng số cá nhân", "names nobody, or by a personal number"),
            Bilingual("một tài khoản, ví dụ van.phong", "an account such as van.phong"),
        )
    body = read_given(path, _WANTED)
    digest = hashlib.sha256(body).hexdigest()
    rows = [{**row, "entered_by": by.strip(), "file_digest": digest} for row in _checked(path, body, indicators)]
    with load("reference", "series", digest=digest) as current:
        if current.read_one(_SAME, {"digest": digest}) == len(rows):
            current.abandon()
            return TakenSeries(len(rows), 0)
        frame = REFERENCE_SERIES.frame(rows).drop(columns=list(REFERENCE_SERIES.managed))
        merged = current.merge(REFERENCE_SERIES, frame)
        keep_reference_series(current, digest)
    return TakenSeries(len(rows), merged.inserted + merged.updated)


def _checked(path: Path, body: bytes, indicators: Sequence[str]) -> list[dict[str, Any]]:
    try:
        table = small_table(body, _is_heading, code_pages=True)
    except ValueError as error:
        raise _refused(path, bilingual(error)) from None
    if not table.found:
        names = ", ".join(SERIES_HEADINGS[name][0] for name in _NEEDED), ", ".join(SERIES_HEADINGS[name][1] for name in _NEEDED)
        raise _refused(path, Bilingual(f"thiếu cột; cần có {names[0]}", f"lacks columns; {names[1]} are needed"))
    at = {_BY_HEADING[fold(cell)]: place for place, cell in enumerate(table.headings) if fold(cell) in _BY_HEADING}
    rows: list[dict[str, Any]] = []
    wrong: list[Bilingual] = []
    seen: dict[tuple[Any, ...], int] = {}
    for row in table.rows:
        number = row.line
        cells = [*row.cells, *[""] * len(table.headings)]
        said = {name: cells[place].strip() for name, place in at.items()}
        if not any(said.values()):
            continue
        faults = list(_faults(said, indicators))
        one = _row(said) if not faults else {}
        key = tuple(one.get(name) for name in REFERENCE_SERIES.key)
        if one and key in seen:
            faults = [Bilingual(f"nêu lại dòng {seen[key]}", f"says again what line {seen[key]} says")]
        wrong += [Bilingual(f"dòng {number}: {fault.vi}", f"line {number}: {fault.en}") for fault in faults]
        seen.setdefault(key, number)
        rows.append(one)
    if wrong or not rows:
        raise _refused(path, _together(wrong) if wrong else Bilingual("không có dòng nào", "has no line"))
    return rows


def _is_heading(cells: Sequence[str]) -> bool:
    return {_BY_HEADING.get(fold(cell)) for cell in cells} >= set(_NEEDED)


def _faults(said: dict[str, str], indicators: Sequence[str]) -> Iterator[Bilingual]:
    """Yield what cannot be right about a line."""
    measure = _MEASURES.get(said["measure"].lower(), said["measure"])
    if said["series"] not in SERIES:
        yield Bilingual(f"chuỗi phải là một trong {', '.join(SERIES)}", f"the series is one of {', '.join(SERIES)}")
    if not re.fullmatch(r"20\d\d", said["year"]):
        yield Bilingual("năm phải là bốn chữ số, từ 2000", "the year has four figures, from 2000 on")
    if measure not in SERIES_MEASURES:
        yield Bilingual("đơn vị tính phải là %, điểm hoặc hạng", f"the unit is one of {', '.join(SERIES_MEASURES)}")
    if not _NUMBER.fullmatch(said["value"]):
        yield Bilingual("giá trị phải là một số như 87,5", "the value is a number such as 87.5")
    elif measure == "percent" and _number(said["value"]) > 100:
        yield Bilingual("tỷ lệ lớn hơn 100 %", "a share of more than 100 %")
    if not said["published_by"]:
        yield Bilingual("thiếu nguồn: ai công bố, ở đâu", "lacks its source: who published it, and where")
    if any(
        len(said.get(name, "")) > _LONGEST or looks_personal(said.get(name, ""))
        for name in ("published_by", "remarks", "unit_code")
    ):
        yield Bilingual("có ô quá dài, hoặc giống số cá nhân", "has a cell that is too long, or looks like a personal number")
    if said.get("indicator") and said["indicator"] not in indicators:
        yield Bilingual("chỉ tiêu không có trong config/indicators", "its indicator is none of config/indicators")


def _row(said: dict[str, str]) -> dict[str, Any]:
    return {
        **{"series": said["series"], "unit_code": said.get("unit_code") or "*", "year": int(said["year"])},
        **{"published_by": said["published_by"], "value": _number(said["value"])},
        "measure": _MEASURES.get(said["measure"].lower(), said["measure"]),
        **{name: said.get(name) or None for name in ("indicator", "remarks")},
    }


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _together(wrong: list[Bilingual]) -> Bilingual:
    told, more = wrong[:_MOST_TOLD], len(wrong) - _MOST_TOLD
    vi, en = ("; ".join(getattr(one, side) for one in told) for side in ("vi", "en"))
    return Bilingual(f"{vi}; và {more} lỗi nữa", f"{en}; and {counted(more, 'fault')} more") if more > 0 else Bilingual(vi, en)


def _refused(path: Path, fact: Bilingual) -> UnreadableDataError:
    return UnreadableDataError(
        path.name,
        fact,
        Bilingual(
            "Không nhận dòng nào. Hãy sửa tệp theo config/example-reference-series.csv rồi nhập lại.",
            "No line was taken. Mend the file after config/example-reference-series.csv and enter it again.",
        ),
    )
