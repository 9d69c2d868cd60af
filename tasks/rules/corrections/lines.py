"""Lines of a correction file: headings in either language, each line accepted or refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pyarrow as pa

from config.language import Bilingual, bilingual
from config.small_tables import SmallTable, TableRow, text_table
from schemas.dossiers import DOSSIERS
from schemas.quality import CORRECTABLE
from schemas.table import Kind, OneOf
from tasks.rules.corrections.known_times import ApprovedValues, KnownTimes, why_impossible
from tasks.rules.corrections.value_texts import CLOSING, same_value
from tasks.rules.dates.file_dates import read_file_dates
from tasks.rules.dates.reading import NO_OFFSET, read_dates
from tasks.rules.privacy.masking import looks_personal, names_somebody, personal_code_or_text
from tasks.rules.text.codes import fold_codes
from tasks.rules.text.normal_form import fold
from tasks.rules.text.spelling import may_be_one

MAX_CORRECTIONS_BYTES = 10_000_000
EMPTY = frozenset({"trong", "empty", "null"})
UNDECIDED_LINE = "undecided"  # the reason of a line that goes on waiting: it is none of those refused
PROPOSER = "motcua"  # who proposes what follows from the evidence alone
_YES = frozenset({"co", "duyet", "dong y", "yes", "y", "x", "approve", "approved"})
_NO = frozenset({"khong", "khong duyet", "tu choi", "no", "n", "reject", "rejected"})

_HEADINGS = {
    "code": ("dossier", "dossier code", "code", "ma ho so", "mahoso", "so ho so"),
    "field": ("field", "truong", "truong du lieu", "noi dung dinh chinh"),
    "new_value": ("new value", "value", "gia tri moi", "gia tri dung", "gia tri"),
    "evidence": ("evidence", "can cu", "minh chung", "bang chung", "tai lieu chung minh"),
    "proposed_by": ("who", "proposed by", "nguoi de nghi", "nguoi de xuat", "nguoi lap"),
    "approved_by": ("approved by", "nguoi duyet", "nguoi phe duyet"),
    "source": ("source", "nguon", "he thong"),
    "old_value": ("old value", "gia tri cu", "gia tri hien tai"),
    "decision": ("decision", "duyet (co/khong)", "duyet", "quyet dinh"),
    "document": ("document", "document number", "so van ban", "so hieu van ban", "so, ky hieu van ban"),
    "document_date": ("document date", "date of document", "ngay van ban", "ngay ky", "ngay ban hanh"),
    "attachment": ("attachment", "attached file", "tep dinh kem", "tep kem theo"),
}
_REQUIRED = ("code", "field", "new_value", "evidence", "proposed_by")
_FIELDS = {
    "procedure_code": ("ma thu tuc", "ma tthc", "matthc", "thu tuc"),
    "unit_code": ("ma don vi", "ma co quan", "don vi", "co quan"),
    "channel": ("kenh", "kenh thuc hien", "hinh thuc nop", "kenhthuchien"),
    "status": ("trang thai", "trang thai ho so", "trangthaihoso"),
    "received_at": ("ngay tiep nhan", "ngaytiepnhan"),
    "due_at": ("ngay hen tra", "ngayhentra"),
    "done_at": ("ngay ket thuc xu ly", "ngayketthucxuly", "ngay xu ly xong"),
    "returned_at": ("ngay tra", "ngay tra ket qua", "ngaytra"),
    "refused_at": ("ngay tu choi", "ngaytuchoi"),
    "receipt_number": ("so bien nhan", "sobiennhan"),
    "alias_code": ("ma ho so khac", "mahosokhac"),
}
_FIELD_OF = {fold(word): name for name in CORRECTABLE for word in (name, *_FIELDS[name])}
_HEADING_OF = {fold(word): name for name, words in _HEADINGS.items() for word in (name, *words)}
_HOUR_SAID = re.compile(r"(?i)\d ?[:hg]|T\d")
_SLASHED = re.compile(r"\d{1,2}/\d{1,2}/\d{4}(?: \d{1,2}:\d{2}(?::\d{2})?)?")
_TIMES = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y")


@dataclass(frozen=True)
class CorrectionLine:
    """One line as given.

    Attributes:
        number: line in the file, the heading being 1.
        code: dossier code, folded.
        old_value: what stood when the line was written; empty where it does not say.
        decision: what the second person decided; empty: a name in ``approved_by`` approves.
        document, document_date: number and day of the document that proves it, where columns of their own give them.
        attachment: name of a file beside this one that holds the document, or its SHA-256.
        fault: why it cannot be read as a line, a key of ``REFUSAL_REASONS``; empty for a sound one.
    """

    number: int
    code: str
    field: str
    new_value: str
    evidence: str
    proposed_by: str
    approved_by: str
    source: str
    old_value: str = ""
    decision: str = ""
    document: str = ""
    document_date: str = ""
    attachment: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Known:
    """What lines are held against.

    Attributes:
        sources_of: primary sources that hold each dossier code.
        zones: IANA zone of each source.
        allowed: values that a field may take, where a directory lists them.
        stated: what each source states now of a field of a dossier, keyed by source, code and field; None where it
            states nothing. Lines about a field that is not there are not held against it.
        laid_over: the approved correction that stands over a field, by the same keys.
        proposed: values that the evidence speaks for, by the same keys: what ``motcua`` may be said to propose.
        held: clock and log, against which corrected times are held.
    """

    sources_of: Mapping[str, tuple[str, ...]]
    zones: Mapping[str, str]
    allowed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    stated: Mapping[tuple[str, str, str], str | None] = field(default_factory=dict)
    laid_over: Mapping[tuple[str, str, str], str | None] = field(default_factory=dict)
    proposed: Mapping[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)
    held: KnownTimes = field(default_factory=KnownTimes)


@dataclass(frozen=True)
class Accepted:
    """A line that can be applied.

    Attributes:
        new_value: ISO 8601 with an offset for instants, else as the table writes it; None empties the field.
        state: approved or rejected where a second person signed it, else proposed.
        waits: why it waits although it is signed, a key of ``WAITING_REASONS``; empty for any other.
    """

    line: CorrectionLine
    source: str
    field: str
    new_value: str | None
    state: str
    waits: str = ""


@dataclass(frozen=True)
class Refused:
    """A line that cannot; ``reason`` is one of ``REFUSAL_REASONS``."""

    line: CorrectionLine
    reason: str


class UnreadableFileError(ValueError):
    """The file as a whole cannot be read as corrections; the message says why."""


def read_lines(body: bytes) -> list[CorrectionLine]:
    """Read a correction file: UTF-8 or UTF-16 text, divided by commas, semicolons, tabs or vertical bars.

    Raises:
        UnreadableFileError: it is too long, no text, or lacks a heading.
    """
    require_short(body)
    try:
        return lines_of(text_table(body, is_heading))
    except ValueError as error:
        raise UnreadableFileError(bilingual(error)) from None


def require_short(body: bytes) -> None:
    """Refuse a file that is too long."""
    if len(body) > MAX_CORRECTIONS_BYTES:
        raise UnreadableFileError(Bilingual("tệp lớn hơn 10 MB", "longer than 10 MB"))


def is_heading(cells: Sequence[str]) -> bool:
    """Tell whether cells are the headings of a correction file."""
    return set(_REQUIRED) <= {_HEADING_OF.get(fold(cell), "") for cell in cells}


def lines_of(table: SmallTable) -> list[CorrectionLine]:
    """Return the lines of a table.

    Raises:
        UnreadableFileError: it lacks a heading.
    """
    return list(_lines(table.rows, _places(table.headings)))


def sort_lines(lines: list[CorrectionLine], known: Known) -> list[Accepted | Refused]:
    """Accept or refuse every line, in the order given."""
    answers: list[Accepted | Refused] = []
    lines = _in_one_order(lines)
    said: dict[tuple[str, str, str], tuple[str | None, bool]] = {}
    for line in lines:
        answer = _examine_one(line, known)
        if isinstance(answer, Accepted):
            about = (answer.source, line.code, answer.field)
            says = (answer.new_value, answer.state == "rejected")
            if said.setdefault(about, says) != says:
                answer = Refused(line, "contradicts")
        answers.append(answer)
    standing = {**known.stated, **known.laid_over, **{key: value for key, (value, no) in said.items() if not no}}
    return [_possible(answer, known, standing) for answer in answers]


def _possible(answer: Accepted | Refused, known: Known, standing: ApprovedValues) -> Accepted | Refused:
    """Refuse a time that cannot be true beside the others of the dossier: those of the same file, else those that stand."""
    if isinstance(answer, Refused) or answer.state == "rejected":
        return answer
    about, zone = (answer.source, answer.line.code), known.zones[answer.source]
    # What motcua proposes follows from evidence that was weighed against the log, whoever agrees to it.
    follows = any(
        same_value(answer.field, answer.new_value, one, zone) for one in known.proposed.get((*about, answer.field), ())
    )
    held = replace(known.held, weighed=True) if follows or fold(answer.line.proposed_by) == PROPOSER else known.held
    reason = why_impossible(answer.field, answer.new_value, standing, held, about, zone)
    return Refused(answer.line, reason) if reason else answer


def _places(headings: Sequence[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        name = _HEADING_OF.get(fold(heading))
        if name is not None:
            places.setdefault(name, place)
    lacks = ", ".join(f"{name} ({_HEADINGS[name][3 if name == 'code' else -1]})" for name in _REQUIRED if name not in places)
    if lacks:
        raise UnreadableFileError(Bilingual(f"dòng đầu thiếu {lacks}", f"the first line lacks {lacks}"))
    return places


def _lines(rows: Sequence[TableRow], places: Mapping[str, int]) -> Iterator[CorrectionLine]:
    def cell(row: TableRow, name: str) -> str:
        place = places.get(name)
        return row.cells[place].strip() if place is not None and place < len(row.cells) else ""

    codes = fold_codes(pa.array([cell(row, "code") for row in rows], pa.string())).to_pylist()
    for row, code in zip(rows, codes, strict=True):
        given = {name: cell(row, name) for name in _HEADINGS if name != "code"}
        yield CorrectionLine(number=row.line, code=code or "", fault=row.fault, **given)


def _in_one_order(lines: list[CorrectionLine]) -> list[CorrectionLine]:
    """Write dates whose month stands first, as the file shows, year first; those that may be either are at fault."""
    texts = [text for line in lines for text in (_slashed(line, line.new_value), _slashed(line, line.old_value))]
    read = read_file_dates(pa.array(texts, pa.string()))
    written = [
        text if text is None or not first else str(time.astype("datetime64[s]" if ":" in text else "datetime64[D]"))
        for text, first, time in zip(texts, read.month_first, read.times, strict=True)
    ]
    return [
        replace(
            line,
            new_value=written[2 * place] or line.new_value,
            old_value=written[2 * place + 1] or line.old_value,
            fault=line.fault or ("date_two_ways" if read.doubtful[2 * place : 2 * place + 2].any() else ""),
        )
        for place, line in enumerate(lines)
    ]


def _slashed(line: CorrectionLine, text: str) -> str | None:
    """Return a value that is a date as people write it, day or month first; None for any other."""
    name = _FIELD_OF.get(fold(line.field))
    is_date = name is not None and DOSSIERS[name].kind is Kind.INSTANT and _SLASHED.fullmatch(text)
    return text if is_date else None


def _examine_one(line: CorrectionLine, known: Known) -> Accepted | Refused:
    reason = _wrong_form(line) or _wrong_dossier(line, known)
    if reason:
        return Refused(line, reason)
    name = _FIELD_OF[fold(line.field)]
    source = line.source or known.sources_of[line.code][0]
    value, reason = _value(line.new_value, name, known, source)
    if not reason and _moved(line, name, value, known, source):
        reason = "source_moved"
    if not reason and not _proposed(line, name, value, known, source):
        reason = "not_proposed"
    if reason:
        return Refused(line, reason)
    return Accepted(line, source, name, value, _state(line))


def _state(line: CorrectionLine) -> str:
    if fold(line.decision) in _NO:
        return "rejected"
    return "approved" if line.approved_by else "proposed"


def _proposed(line: CorrectionLine, name: str, value: str | None, known: Known, source: str) -> bool:
    """Tell whether somebody proposes the line: a person, or the evidence. Else one person could do it alone."""
    if fold(line.proposed_by) != PROPOSER:
        return True
    zone = known.zones[source]
    return any(same_value(name, value, one, zone) for one in known.proposed.get((source, line.code, name), ()))


def _moved(line: CorrectionLine, name: str, value: str | None, known: Known, source: str) -> bool:
    """Tell whether neither the value that the line calls the old one stands nor the new one."""
    about = (source, line.code, name)
    if not line.old_value or about not in known.stated:
        return False
    old, reason = _value(line.old_value, name, known, source, listed=False)
    standing = [known.stated[about], *([known.laid_over[about]] if about in known.laid_over else [])]
    zone = known.zones[source]
    return bool(reason) or not any(same_value(name, now, one, zone) for now in standing for one in (old, value))


def _wrong_form(line: CorrectionLine) -> str:
    """Answer what is wrong with the line by itself, or an empty text."""
    if line.fault:
        return line.fault
    checks = {
        "no_code": not line.code,
        "unknown_field": fold(line.field) not in _FIELD_OF,
        "no_value": not line.new_value,
        "no_evidence": not (line.evidence or line.document),
        "no_proposer": not line.proposed_by,
        "same_person": bool(line.approved_by) and may_be_one(line.approved_by, line.proposed_by),
        "personal_value": any(map(names_somebody, (line.evidence, line.document)))
        or any(map(looks_personal, (line.proposed_by, line.approved_by, line.document_date))),
        "unclear_decision": bool(line.decision) and fold(line.decision) not in _YES | _NO,
        "no_approver": bool(line.decision) and not line.approved_by,
        UNDECIDED_LINE: fold(line.proposed_by) == PROPOSER and not line.approved_by,
    }
    return next((reason for reason, wrong in checks.items() if wrong), "")


def _wrong_dossier(line: CorrectionLine, known: Known) -> str:
    sources = known.sources_of.get(line.code, ())
    if not sources or (line.source and line.source not in sources):
        return "unknown_dossier"
    return "several_sources" if len(sources) > 1 and not line.source else ""


def _value(text: str, name: str, known: Known, source: str, *, listed: bool = True) -> tuple[str | None, str]:
    """Read a value as its field; a value and no reason, or a reason. ``listed``: directories have to know it."""
    if fold(text) in EMPTY:
        return None, ""
    if DOSSIERS[name].kind is Kind.INSTANT:
        moment = _instant(text, ZoneInfo(known.zones[source]), closing=name == "due_at")
        return (moment, "") if moment else (None, "bad_value")
    if DOSSIERS[name].kind is Kind.INTEGER and not (text.isascii() and text.isdigit()):
        return None, "bad_value"
    if DOSSIERS[name].kind is Kind.INTEGER:
        text = str(int(text))
    closed = [c.values for c in DOSSIERS[name].constraints if isinstance(c, OneOf)]
    directory = known.allowed.get(name) if listed else None
    if closed and text not in {str(value) for value in closed[0]}:
        return None, "not_allowed"
    if directory is not None and text not in directory:
        return None, "not_allowed"
    return (None, "personal_value") if looks_personal(text) or personal_code_or_text(text) else (text, "")


def _instant(text: str, zone: ZoneInfo, *, closing: bool) -> str | None:
    """Read a time, day before month; a day alone begins at midnight, a due day ends at closing."""
    moment = _read_time(text)
    if moment is None or not 1900 <= moment.year <= 2100:
        return None
    if closing and moment.time() == time(0, 0) and not _HOUR_SAID.search(text):
        moment = datetime.combine(moment.date(), CLOSING, moment.tzinfo)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()


def _read_time(text: str) -> datetime | None:
    for form in _TIMES:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return _as_sources_write(text)


def _as_sources_write(text: str) -> datetime | None:
    read = read_dates(pa.array([text]))
    moment: datetime | None = read.dmy[0].item() if read.offset[0] == NO_OFFSET else None
    return moment
