"""Dispute file: the bridge from another body's number to ours, its dossiers, and the letter."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from config.calendar import OFFICE_ZONE_NAME
from config.language import Bilingual, translate
from tasks.reports.explanation.text import moment
from tasks.reports.explanation.words import STATE, TIMELINESS_WORDS
from tasks.reports.translation import VERDICT_WORDS
from tasks.rules.dates.instant_texts import instant_text
from tasks.rules.privacy.masking import mask
from tasks.rules.verdict.reasons import MISSING, REASONS
from tasks.tracing.disputes import ADDED, TAKEN_AWAY, Dispute, DisputedDossier

DISPUTE_WORDS: dict[str, tuple[Bilingual, Bilingual]] = {
    "agreed": (Bilingual("cả hai cùng tính", "both count it"), Bilingual("không tranh chấp", "not disputed")),
    "repeated": (
        Bilingual("nêu hai lần trong danh sách", "stands again in the list"),
        Bilingual("danh sách sai: một hồ sơ tính một lần", "the list is wrong: a dossier counts once"),
    ),
    "unknown": (
        Bilingual("không có trong các hệ thống một cửa", "in none of our one-stop systems"),
        Bilingual("chưa rõ: bên nêu cho biết mã lấy ở đâu", "open: whoever names it says where the code is from"),
    ),
    "not_counted": (
        Bilingual("hồ sơ trùng, hồ sơ thử hoặc chưa tiếp nhận", "a duplicate, a test, or not received"),
        Bilingual("không được tính; xem phát hiện của hồ sơ", "not to be counted; see the dossier's findings"),
    ),
    "by_evidence": (
        Bilingual("hệ thống ghi như vậy, bằng chứng nói khác", "recorded so, and the evidence says otherwise"),
        Bilingual("theo bằng chứng ở cột nguyên nhân và bản gốc", "the evidence decides: reasons and landing file"),
    ),
    "undetermined": (
        Bilingual("chưa đủ căn cứ", "undetermined"),
        Bilingual("chưa ai chứng minh được; xem cột còn thiếu", "nobody can prove it; see what is missing"),
    ),
    "elsewhere": (
        Bilingual("thuộc cơ quan, kỳ, lĩnh vực khác", "of another agency, period or field"),
        Bilingual("được tính ở nơi khác, không phải ở đây", "counted elsewhere, not here"),
    ),
    "otherwise": (
        Bilingual("cả hệ thống ghi lẫn bằng chứng đều nói khác", "neither recorded so nor by the evidence"),
        Bilingual("danh sách sai, trừ khi có chứng từ khác", "the list is wrong, unless another paper shows it"),
    ),
    "missing_recorded": (
        Bilingual("danh sách thiếu, hệ thống có ghi", "not in the list, and recorded so"),
        Bilingual("danh sách thiếu", "the list lacks it"),
    ),
    "missing_by_evidence": (
        Bilingual("danh sách thiếu, chỉ bằng chứng cho thấy", "not in the list, by the evidence alone"),
        Bilingual("theo bằng chứng; hệ thống ghi khác", "the evidence decides; it is recorded otherwise"),
    ),
}
"""Of each class what it is, and who is right by what."""
_COLUMNS = (
    ("dòng", "line", 7),
    ("mã hồ sơ", "dossier", 26),
    ("loại", "class", 40),
    ("ai đúng, theo căn cứ nào", "who is right by what", 40),
    ("cơ quan", "agency", 14),
    ("tiếp nhận", "received", 17),
    ("hẹn trả hệ thống ghi", "due as recorded", 17),
    ("kết thúc hệ thống ghi", "end as recorded", 17),
    ("hệ thống ghi", "as recorded", 26),
    ("hạn theo quy định", "due by law", 17),
    ("kết thúc theo bằng chứng", "end by the evidence", 17),
    ("tính lại", "derived", 26),
    ("kết luận", "verdict", 16),
    ("nguyên nhân, còn thiếu", "reasons, what is missing", 50),
    ("bản gốc", "landing file", 24),
)


def dispute_workbook(found: Dispute, of: Dispute | None = None) -> bytes:
    """Return the bridge and the dossiers as a workbook, the same bytes each time.

    Dossiers that both count are not listed.

    Args:
        found: the dispute; of a share: of those that it counts.
        of: of all dossiers of a share, on two further sheets.
    """
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        made = datetime.combine(found.moment.as_of, datetime.min.time())
        book.set_properties({"title": translate("Đối chiếu số liệu", "Dispute of a figure"), "created": made})
        plain = {"font_name": "Times New Roman", "font_size": 10, "border": 1, "border_color": "#BFBFBF", "valign": "top"}
        heading = book.add_format({**plain, "bold": True, "text_wrap": True, "bg_color": "#DDEBF7"})
        text = book.add_format({**plain, "text_wrap": True})
        for one, said in ((found, ""), (of, translate(" (tất cả)", " (all)"))):
            if one is not None:
                _sheets(book, one, said, heading, text)
    return buffer.getvalue()


def _sheets(book: xlsxwriter.Workbook, found: Dispute, said: str, heading: object, text: object) -> None:
    page = book.add_worksheet(translate("Cầu nối", "Bridge") + said)
    _table(page, (("", "", 60), ("hồ sơ", "dossiers", 12), ("ai đúng, theo căn cứ nào", "who is right by what", 60)), heading)
    for line, cells in enumerate(bridge_rows(found), start=1):
        _cells(page, line, cells, text)
    page = book.add_worksheet(translate("Hồ sơ", "Dossiers") + said)
    _table(page, _COLUMNS, heading)
    for line, one in enumerate((one for one in found.dossiers if one.kind != "agreed"), start=1):
        _cells(page, line, _dossier(one), text)


def bridge_rows(found: Dispute) -> list[tuple[str, int, str]]:
    """Return the bridge: their number, what goes and what comes by class, ours; what is left is 0."""
    rows = [(translate("Danh sách được đưa ra", "Their list"), found.theirs, "")]
    for sign, kinds in ((-1, TAKEN_AWAY), (1, ADDED)):
        rows += [(DISPUTE_WORDS[kind][0].shown(), sign * found.count(kind), DISPUTE_WORDS[kind][1].shown()) for kind in kinds]
    rows.append((translate("Số đã công bố của chúng tôi", "Ours, as published"), found.published, str(found.figure)))
    return [*rows, (translate("Còn lại không giải thích được", "Left unexplained"), found.remainder, "")]


def dispute_letter(found: Dispute) -> str:
    """Return the letter that goes with the file."""
    words = found.definition.words
    name = translate(*(re.sub(r" \(\d+\)$", "", title) for title in (words.vi, words.en)))  # the column of form II.06a
    lines = [f"- {label}: {count:+d}. {right}" for label, count, right in bridge_rows(found)[1:-2] if count]
    return translate(
        f"V/v đối chiếu số liệu {name} ({found.figure})\n\n"
        f"Kính gửi cơ quan nêu số liệu,\n\nDanh sách của quý cơ quan có {found.theirs} dòng. Số liệu chúng tôi công bố đến hết ngày "
        f"{found.moment.as_of:%d/%m/%Y} (lần công bố {found.moment.publication_id}) là {found.published}; {found.count('agreed')} hồ sơ hai bên "
        "cùng tính. Chênh lệch gồm:\n\n{lines}\n\nTừng hồ sơ kèm bằng chứng ở tệp gửi kèm. Đề nghị quý cơ quan xem lại các dòng thuộc phần của "
        "mình, và gửi chứng từ với hồ sơ mà quý cơ quan thấy khác.\n",
        f"Re: {name} ({found.figure})\n\n"
        f"To whoever named the figure,\n\nYour list has {found.theirs} lines. What we published up to the end of {found.moment.as_of} "
        f"(publication {found.moment.publication_id}) is {found.published}; {found.count('agreed')} dossiers are counted by both. "
        "The difference is:\n\n{lines}\n\nEach dossier stands with its evidence in the file that goes with this. Please look again at the lines "
        "that are yours, and send papers about each dossier that you see otherwise.\n",
    ).replace("{lines}", "\n".join(lines) or "-")


def _dossier(one: DisputedDossier) -> Sequence[str | int | None]:
    kind, right = DISPUTE_WORDS[one.kind]
    said = one.said
    if said is None:
        return (one.line, mask(one.code), kind.shown(), right.shown(), *[None] * (len(_COLUMNS) - 4))
    times = {name: moment(instant_text(said[name], OFFICE_ZONE_NAME)) for name in _TIMES}
    reasons = [(REASONS[code].vi, REASONS[code].en) for code in (said["reasons"] or "").split() if code in REASONS]
    lacks = [MISSING[code] for code in (said["missing"] or "").split() if code in MISSING]
    recorded, derived = (
        f"{translate(*STATE[said[f'{side}state']])}, {translate(*TIMELINESS_WORDS[said[f'{side}timeliness']])}"
        for side in ("recorded_", "")
    )
    return (
        one.line,
        said["code"],
        kind.shown(),
        right.shown(),
        said["unit_code"],
        times["received_at"],
        times["recorded_due_at"],
        times["recorded_end_at"],
        recorded,
        times["due_at"],
        times["end_at"],
        derived,
        translate(*VERDICT_WORDS[said["verdict"]]),
        "; ".join(translate(*words) for words in (*reasons, *lacks)) or None,
        said["page_digest"] and f"{said['page_digest'][:16]}, {said['page_position']}",
    )


_FITS = 48  # letters of the widest columns
_TIMES = ("received_at", "recorded_due_at", "recorded_end_at", "due_at", "end_at")


def _table(page: Worksheet, columns: Sequence[tuple[str, str, int]], heading: object) -> None:
    for place, (vi, en, width) in enumerate(columns):
        page.set_column(place, place, width)
        page.write_string(0, place, translate(vi, en), heading)
    page.set_row(0, 30)
    page.freeze_panes(1, 2)
    page.set_landscape()
    page.set_paper(8)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _cells(page: Worksheet, line: int, cells: Sequence[str | int | None], text: object) -> None:
    longest = max(len(cell) for cell in cells if isinstance(cell, str))
    page.set_row(line, 3 + 13 * (1 + longest // _FITS))  # not every program finds the height by itself
    for place, cell in enumerate(cells):
        if isinstance(cell, int):
            page.write_number(line, place, cell, text)
        else:
            page.write_string(line, place, cell or "", text)
