"""Letters of apology of a period, drafted from verdicts: one for each late dossier of its list.

Form 04 of TT 03/2025 says sorry, says why, and names a new day. Dossier, agency, days and reason are drafted; what only the office knows
it fills in: the applicant's name, who is not in the warehouse, and the new day. The letter is a paper of the Vietnamese state, so its
text has one language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from config.language import Bilingual
from tasks.reports.forms.bieu06a import told
from tasks.reports.forms.late_dossiers import late_dossiers
from tasks.reports.forms.model import Cell, Form, FormColumn, FormSheet
from tasks.reports.forms.published import PublishedCounters, procedure_names
from tasks.reports.letters import LetterRegister, letter_list
from tasks.reports.lists import in_office_time
from tasks.rules.indicators.periods import Period
from tasks.rules.indicators.structure import Structure

_TITLE = Bilingual("Thư xin lỗi và hẹn lại ngày trả kết quả", "Letters of apology with a new date")
_REASONS = {
    "agency": "hồ sơ nằm ở khâu giải quyết của cơ quan lâu hơn thời hạn quy định",
    "tax_office": "việc xác định nghĩa vụ tài chính ở cơ quan thuế kéo dài",
    "other_agency": "việc lấy ý kiến của cơ quan phối hợp kéo dài",
    "citizen": "thời gian chờ bổ sung hồ sơ vượt quá phần được trừ theo quy định",
    "finance": "thời gian thực hiện nghĩa vụ tài chính kéo dài",
    "posting": "thời gian niêm yết công khai kéo dài",
    "stopped": "hồ sơ tạm dừng giải quyết",
    "unknown": "(cơ quan ghi lý do)",
}
_COLUMNS = (
    FormColumn("number", Bilingual("STT", "No."), None, "(1)", 5),
    FormColumn("code", Bilingual("Mã hồ sơ", "Code"), None, "(2)", 24, None),
    FormColumn("agency", Bilingual("Cơ quan gửi thư", "Agency that writes"), None, "(3)", 36, None),
    FormColumn("procedure", Bilingual("Thủ tục", "Procedure"), None, "(4)", 44, None),
    FormColumn("received", Bilingual("Tiếp nhận", "Received"), None, "(5)", 12, None),
    FormColumn("due", Bilingual("Hạn theo quy định", "Due by law"), None, "(6)", 12, None),
    FormColumn("ended", Bilingual("Kết thúc", "Ended"), None, "(7)", 12, None),
    FormColumn("days_over", Bilingual("Quá hạn, ngày làm việc", "Working days over"), None, "(8)", 11, 2),
    FormColumn("reason", Bilingual("Lý do dự thảo", "Reason as drafted"), None, "(9)", 44, None),
)


@dataclass(frozen=True)
class Apology:
    """What one letter says; days are those of the office.

    Attributes:
        above: the agency above the one that writes; empty where the directory has none.
        ended: None while the dossier is in progress.
        finished: it ended with a result, not by a refusal or a withdrawal.
        until: day whose end the letter speaks for.
    """

    code: str
    agency: str
    above: str
    procedure: str
    received: date | None
    due: date | None
    ended: date | None
    finished: bool
    days_over: float | None
    reason: str
    until: date


def apologies(
    counters: PublishedCounters,
    period: Period,
    unit: str | None,
    structure: Structure,
    register: LetterRegister | None = None,
) -> list[Apology]:
    """Return the letters of a period, the longest over first; errors as of ``late_dossiers``.

    Args:
        counters: what is published.
        period: its months.
        unit: this agency and those below it; None: all.
        structure: agencies as they counted the dossiers, or as they stand today.
        register: the office's letters; dossiers that have one get no other.
    """
    rows = in_office_time(late_dossiers(counters, period, unit, structure))
    names, of = procedure_names(), counters.publication
    found = [(str(row["source"]), _apology(row, counters, names)) for row in rows.to_dict("records")]
    if register is None:
        return [one for _, one in found]
    without = {(line.source, line.code) for line in letter_list(register, of.policy) if line.kind == "missing"}
    return [one for source, one in found if (source, one.code) in without]


def apology_form(letters: list[Apology], counters: PublishedCounters, period: Period, unit: str | None) -> Form:
    """Return the list of the letters as a table."""
    rows: list[tuple[Cell, ...]] = [
        (
            *(place, one.code, one.agency, one.procedure),
            *(None if day is None else f"{day:%d/%m/%Y}" for day in (one.received, one.due, one.ended)),
            *(one.days_over, one.reason),
        )
        for place, one in enumerate(letters, start=1)
    ]
    note = Bilingual(f"{len(rows)} thư; ghi ra .docx: mỗi thư một trang.", f"{len(rows)} letters; as .docx a page each.")
    sheet = FormSheet(Bilingual("Thư xin lỗi", "Letters"), _COLUMNS, rows, (), (note,))
    return Form("Mẫu số 04, TT 03/2025", _TITLE, told(counters, period, unit), [sheet], signed=True)


def _apology(row: Mapping[Any, Any], counters: PublishedCounters, procedures: Mapping[str, str]) -> Apology:
    unit = row["unit_code"] if isinstance(row["unit_code"], str) else "?"
    code = row["procedure_code"] if isinstance(row["procedure_code"], str) else None
    name = procedures.get(code or "")
    above = counters.structure.parent.get(unit, "")
    days = [_day(row[column]) for column in ("received_at", "due_at", "end_at")]
    going = row["state"] == "in_progress"
    return Apology(
        code=str(row["code"]),
        agency=counters.unit_names.get(unit, "(cơ quan)" if unit == "?" else unit),
        above=counters.unit_names.get(above, above),
        procedure=" – ".join(filter(None, (code, name))) or "(thủ tục)",
        received=days[0],
        due=days[1],
        ended=None if going else days[2],
        finished=row["state"] == "finished",
        days_over=None if pd.isna(row["days_over"]) else float(row["days_over"]),
        reason=_REASONS[str(row["holder"])],
        until=counters.publication.as_of,
    )


def _day(text: object) -> date | None:
    return datetime.fromisoformat(text).date() if isinstance(text, str) else None
