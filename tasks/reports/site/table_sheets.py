"""Sheets of dossiers by reason, of checks, quality, work packages, gates and sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from config.language import Bilingual, language
from tasks.reports.forms.model import FormColumn, FormSheet
from tasks.reports.site.sheet_words import SheetWords, count_column, filtered_sheet, page_word, share_column, text_column

_SOURCE = text_column("source", "source", 34)
_UNIT = (text_column("unit_code", Bilingual("Mã cơ quan", "Agency code"), 14), text_column("unit_name", "unit", 40))
_DOSSIERS = count_column("dossiers", "dossiers")
_SUBJECTS = {"unit": "quality_unit", "procedure": "quality_procedure", "source": "quality_source"}


def verdict_sheets(words: SheetWords, verdict: str, heading: str) -> Iterator[FormSheet]:
    """Return the sheet of a verdict: dossiers by source, agency and reason, or by what is missing.

    Args:
        words: names.
        verdict: which of them.
        heading: word that heads the reasons.
    """
    columns = (_SOURCE, *_UNIT, text_column("reason", heading, 60), _DOSSIERS, text_column("remedy", "remedy", 60))
    units, sources = words.units(), list(words.data["sources"])
    yield filtered_sheet(
        page_word(verdict),
        columns,
        (
            (words.source(sources[source]), units[unit], words.unit(units[unit]), reason, dossiers, remedy)
            for source, unit, one, code, dossiers, *_ in words.data["verdicts"]
            if one == verdict
            for reason, remedy in [words.reason(code)]
        ),
        ("dossiers",),
    )


def check_sheets(words: SheetWords) -> Iterator[FormSheet]:
    """Return the sheet of open findings by source, agency and check."""
    columns = (
        _SOURCE,
        *_UNIT,
        text_column("check", "check", 60),
        text_column("severity", "severity", 12),
        _DOSSIERS,
        count_column("waived", Bilingual("Được miễn", "Waived")),
        text_column("owner", "owner", 26),
        text_column("law", "basis", 44),
    )
    units, sources, checks = words.units(), list(words.data["sources"]), words.data["checks"]
    yield filtered_sheet(
        page_word("check"),
        columns,
        (
            (
                words.source(sources[source]),
                units[unit],
                words.unit(units[unit]),
                checks[check][language()] if check in checks else check,
                page_word(f"severity_{severity}").shown(),
                dossiers,
                waived,
                page_word(f"owner_{checks[check]['owner']}").shown() if check in checks else "",
                checks[check]["reference"][language()] if check in checks else "",
            )
            for source, unit, check, severity, dossiers, waived in words.data["findings"]
        ),
        ("dossiers", "waived"),
    )


def quality_sheets(words: SheetWords) -> Iterator[FormSheet]:
    """Return the sheets of the quality scores: by agency, procedure and source, with their months."""
    quality = words.data["quality"]
    months = [f"{month[5:]}/{month[:4]}" for month in quality["months"]]
    names = {
        "unit": words.unit,
        "procedure": lambda code: str(
            quality["procedures"].get(code, page_word("unknown_procedure").shown() if code == "?" else code)
        ),
        "source": words.source,
    }
    sound = Bilingual("Không phải sửa", "Nothing to correct")
    for subject, word in _SUBJECTS.items():
        columns = (
            text_column("code", Bilingual("Mã", "Code"), 16),
            text_column("name", word, 48),
            _DOSSIERS,
            count_column("right", sound),
            share_column("score", Bilingual("Điểm (%)", "Score (%)")),
            text_column("trend", "quality_trend", 16),
            *(column for month in months for column in _month_columns(month, sound)),
        )
        yield filtered_sheet(
            page_word(word),
            columns,
            (
                (
                    code,
                    names[subject](code),
                    held,
                    right,
                    round(100 * right / held, 2) if held else None,
                    page_word(f"trend_{trend}").shown(),
                    *(number for month in of_months for number in month),
                )
                for code, held, right, trend, of_months in quality[subject]
            ),
            ("dossiers", "right", *(column.name for month in months for column in _month_columns(month, sound))),
        )


def _month_columns(month: str, sound: Bilingual) -> tuple[FormColumn, FormColumn]:
    group = Bilingual(month, month)
    return (
        FormColumn(f"held {month}", page_word("dossiers"), group, "", 9),
        FormColumn(f"right {month}", sound, group, "", 9),
    )


def loop_sheets(words: SheetWords) -> Iterator[FormSheet]:
    """Return the sheet of what became of the work packages of each agency."""
    counts = ("asked", "answered", "in_time", "verified", "again")
    columns = (
        *_UNIT,
        *(count_column(name, f"loop_{name}") for name in counts),
        FormColumn("hours", page_word("loop_hours"), None, "", 14, 1),
    )
    yield filtered_sheet(
        page_word("loop_sheet"),
        columns,
        ((code, words.unit(code), *numbers) for code, *numbers in words.data["quality"]["loop"]),
        counts,
    )


def gate_sheets(words: SheetWords) -> Iterator[FormSheet]:
    """Return the sheet of the gates' conditions."""
    columns = (
        text_column("gate", "gate", 16),
        text_column("subject", "subject", 46),
        text_column("expectation", "expectation", 56),
        text_column("result", "result", 12),
        count_column("checked", "checked"),
        count_column("unexpected", "unexpected"),
        share_column("tolerance", Bilingual("Cho phép (%)", "Tolerance (%)")),
    )
    gates = words.data["gates"]
    yield filtered_sheet(
        page_word("gates_table"),
        columns,
        (
            (
                page_word(f"gate_{row['gate']}").shown(),
                gates["words"][row["subject"]][language()],
                gates["words"][row["expectation"]][language()],
                page_word("held" if row["success"] else "broken").shown(),
                row["checked"],
                row["unexpected"],
                100 * row["tolerance"],
            )
            for row in gates["rows"]
        ),
    )


def source_sheets(words: SheetWords) -> Iterator[FormSheet]:
    """Return the sheet of the sources: when each was pulled, and what came of it."""
    columns = (
        _SOURCE,
        text_column("good_at", "last_good", 28),
        text_column("state", "state", 18),
        text_column("error", Bilingual("Lỗi", "Error"), 18),
        count_column("records", "records"),
        count_column("rejected", "rejected"),
    )
    yield filtered_sheet(
        page_word("source"), columns, (_source_row(pull) for pull in words.data["pulls"]), ("records", "rejected")
    )


def _source_row(pull: dict[str, Any]) -> tuple[Any, ...]:
    state = page_word(f"state_{pull['state']}").shown()
    return pull["title"], pull["good_at"], state, pull["error"], pull["records"], pull["rejected"]
