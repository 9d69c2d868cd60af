"""Legal register on the screen: documents, what rests on each, and what has to be dated anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from rich.console import Console

from config.language import counted, language, translate, written_day
from config.law import Basis, Document, load_register, named
from config.legal_basis import Fault, LegalRule, RuleKind, faults, rules, to_date_anew
from flows.commands.console_tables import console_table
from tasks.reports.list_files import write_rows

_OUT = Console()
_KINDS: dict[RuleKind, tuple[str, str]] = {
    "check": ("phép kiểm tra", "check"),
    "policy": ("cách tính", "policy"),
    "indicator": ("chỉ số", "indicator"),
    "reception": ("thời hạn tiếp nhận", "limit of reception"),
    "area": ("thời hạn theo khu vực", "limit of an area"),
    "calendar": ("lịch làm việc", "calendar"),
    "days": ("ngày trong lịch", "days of a calendar"),
    "privacy": ("bảo vệ dữ liệu cá nhân", "privacy"),
}


def show_register() -> None:
    """Print every document with its dates, its successor and how many rules rest on it.

    Raises:
        ConfigError: the register or a file of rules cannot be read.
    """
    register, held = load_register(), list(rules())
    table = console_table(translate("Sổ đăng ký văn bản (config/law)", "Legal register (config/law)"))
    for heading in (
        translate("tên", "name"),
        translate("văn bản", "document"),
        translate("từ ngày", "from"),
        translate("đến hết", "until"),
        translate("thay bằng", "replaced by"),
    ):
        table.add_column(heading, overflow="fold")
    table.add_column(translate("quy tắc", "rules"), justify="right")
    table.add_column(translate("đối chiếu", "verified"))
    for name, document in register.items():
        resting = sum(any(basis.document == name for basis in rule.law) for rule in held)
        verified = translate("rồi", "yes") if document.verified else translate("chưa", "no")
        successors = ", ".join(document.replaced_by)
        table.add_row(name, document.short, *_span(document), successors, str(resting), verified)
    _OUT.print(table)
    _sum_up(register, held)


def show_rules(text: str | None, file: str | None) -> None:
    """Print what rests on each document, or on one, article by article, with the days for which it does.

    Args:
        text: a document by its name, number or short form; None: all.
        file: CSV that gets a line for each rule and basis; None: none.

    Raises:
        ConfigError: there is no such document, or the file cannot be written.
    """
    register, held = load_register(), list(rules())
    wanted = [named(text)] if text else list(register)
    if file:
        write_rows(Path(file), _lines(wanted, register, held))
    for name in wanted:
        _print_document(name, register[name], held)
    _sum_up({name: register[name] for name in wanted}, held)
    if file:
        _print(f"Từng căn cứ: {file}", f"Each basis: {file}")


def show_ending(text: str, on: date, file: str | None) -> None:
    """Print what has to be dated anew if a document, and what amends it, is in force for the last time on a day.

    Args:
        text: the document by its name, number or short form.
        on: its last day.
        file: CSV that gets the same lines; None: none.

    Raises:
        ConfigError: there is no such document, or the file cannot be written.
    """
    register, held = load_register(), list(rules())
    name = named(text)
    document = register[name]
    found = to_date_anew(register, name, on, held)
    if file:
        given = [(one.rule, one.basis) for one in found if one.basis]
        write_rows(Path(file), [_HEADINGS, *(_row(rule, basis, register[basis.document]) for rule, basis in given)])
    if document.until and document.until < on:
        _print(
            f"{document.short} đã hết hiệu lực sau ngày {document.until:%d/%m/%Y}.",
            f"{document.short} ended on {document.until} already.",
        )
    _print_ending(found, document, on)
    meant = {(one.rule.kind, one.rule.name) for one in found if one.basis and one.basis.document == name}
    dated = sum(any(basis.document == name for basis in rule.law) and (rule.kind, rule.name) not in meant for rule in held)
    if dated:
        _print(
            f"{dated} quy tắc có căn cứ ở văn bản này chỉ đến ngày đó hoặc sớm hơn: `motcua law list {name}`.",
            f"{counted(dated, 'rule rests', 'rules rest')} on it until that day or an earlier one: `motcua law list {name}`.",
        )


def show_faults() -> int:
    """Print every rule whose dates contradict those of what it rests on.

    Returns:
        2 where there is one, else 0.

    Raises:
        ConfigError: the register or a file of rules cannot be read.
    """
    register = load_register()
    found = faults(register, rules())
    for fault in found:
        _OUT.print(_told(fault, register), highlight=False, markup=False, soft_wrap=True)
    if not found:
        _print("Mọi quy tắc đều có căn cứ còn hiệu lực.", "Every rule rests on what is in force.")
    return 2 if found else 0


def _print_document(name: str, document: Document, held: Sequence[LegalRule]) -> None:
    first, last = _span(document)
    ends = translate(f"đến hết {last}", f"until {last}") if document.until else translate("chưa hết hiệu lực", "in force")
    since = translate(f"từ {first}", f"from {first}") if first else translate("chưa rõ ngày hiệu lực", "first day unknown")
    replaced = ", ".join(document.replaced_by)
    parts = [f"{name}: {document.short}", translate(document.title.vi, document.title.en), since, ends]
    parts += [translate(f"thay bằng {replaced}", f"replaced by {replaced}")] if replaced else []
    parts += [] if document.verified else [translate("chưa đối chiếu", "not verified")]
    _OUT.print("; ".join(parts), style="bold", highlight=False, markup=False, soft_wrap=True)
    for article in (*document.articles, None):
        resting = [(rule, basis) for rule in held for basis in rule.law if (basis.document, basis.article) == (name, article)]
        if resting and article is not None:
            known = document.articles[article]
            about = f"  {document.cited(article, language())}"
            words = translate(known.vi, known.en)
            about += "" if about.endswith(words) else f": {words}"
            unread = "" if known.verified else translate(" (chưa đối chiếu)", " (not verified)")
            _OUT.print(about + unread, highlight=False, markup=False, soft_wrap=True)
        for rule, basis in resting:
            _OUT.print(f"    {_named(rule)}{_when(basis)}", highlight=False, markup=False, soft_wrap=True)


def _print_ending(found: Sequence[Fault], document: Document, on: date) -> None:
    if not found:
        _print(
            f"Không có gì phải ghi lại ngày nếu {document.short} hết hiệu lực sau ngày {on:%d/%m/%Y}.",
            f"Nothing has to be dated anew if {document.short} ends on {on}.",
        )
        return
    _print(
        f"Nếu {document.short} hết hiệu lực sau ngày {on:%d/%m/%Y}, phải ghi lại ngày ở {len(found)} chỗ:",
        f"If {document.short} ends on {on}, these {len(found)} have to be dated anew:",
    )
    register = load_register()
    for one in found:
        if one.basis:
            cited = register[one.basis.document].cited(one.basis.article, language())
            line = f"  config/{one.rule.where}: {_named(one.rule)}: {cited}{_when(one.basis)}"
            _OUT.print(line, highlight=False, markup=False, soft_wrap=True)
    _print(
        f"Ghi until: {on} (hoặc sớm hơn) vào từng căn cứ, rồi thêm văn bản thay thế vào config/law và vào khóa law.",
        f"Give each basis until {on} or earlier, enter the successor in config/law, and name it under law.",
    )


def _told(fault: Fault, register: dict[str, Document]) -> str:
    where, rule = f"config/{fault.rule.where}", _named(fault.rule)
    cited = register[fault.basis.document].cited(fault.basis.article, language()) if fault.basis else ""
    sentences = {
        "ended": (
            f"căn cứ {cited} đã hết hiệu lực sau ngày {written_day(fault.day)}; ghi ngày cuối và nêu văn bản thay thế",
            f"rests on {cited}, which ended on {fault.day}; give the basis a last day and name the successor",
        ),
        "early": (
            f"căn cứ {cited} chưa có hiệu lực trước ngày {written_day(fault.day)}; sửa ngày đầu",
            f"rests on {cited} before its first day, {fault.day}; correct the first day",
        ),
        "nothing": (
            f"từ ngày {written_day(fault.day)} không còn căn cứ pháp lý nào; nêu văn bản có hiệu lực",
            f"rests on no law from {fault.day} on; name what is in force then",
        ),
        "unnamed": ("chưa nêu căn cứ; thêm khóa law", "names nothing that it rests on; add the key law"),
    }
    return f"{where}: {rule}: {translate(*sentences[fault.what])}"


_HEADINGS = ("document", "short", "article", "kind", "rule", "title", "file", "since", "until", "document_until", "verified")


def _lines(wanted: Iterable[str], register: dict[str, Document], held: Sequence[LegalRule]) -> Iterator[tuple[object, ...]]:
    yield _HEADINGS
    for name in wanted:
        for rule in held:
            yield from (_row(rule, basis, register[name]) for basis in rule.law if basis.document == name)


def _row(rule: LegalRule, basis: Basis, document: Document) -> tuple[object, ...]:
    article = document.articles[basis.article] if basis.article else None
    verified = document.verified and (article is None or article.verified)
    days = (basis.since or "", basis.until or "", document.until or "")
    cells = (basis.document, document.short, basis.article or "", rule.kind, rule.name, translate(*rule.title), rule.where)
    return (*cells, *map(str, days), "yes" if verified else "no")


def _sum_up(register: dict[str, Document], held: Sequence[LegalRule]) -> None:
    resting = sum(any(basis.document in register for basis in rule.law) for rule in held)
    unverified = sum(not document.verified for document in register.values())
    unread = sum(not article.verified for document in register.values() for article in document.articles.values())
    _print(
        f"{len(register)} văn bản, {resting} quy tắc; chưa đối chiếu {unverified} văn bản và {unread} điều.",
        f"{counted(len(register), 'document')}, {counted(resting, 'rule')}; {counted(unverified, 'document')} and {counted(unread, 'article')} are not verified.",
    )


def _named(rule: LegalRule) -> str:
    return f"{translate(*_KINDS[rule.kind])} {rule.name}"


def _when(basis: Basis) -> str:
    since = translate(f" từ {basis.since:%d/%m/%Y}", f" from {basis.since}") if basis.since else ""
    return since + (translate(f" đến hết {basis.until:%d/%m/%Y}", f" until {basis.until}") if basis.until else "")


def _span(document: Document) -> tuple[str, str]:
    return str(document.since or ""), str(document.until or "")


def _print(vi: str, en: str) -> None:
    _OUT.print(translate(vi, en), highlight=False, markup=False, soft_wrap=True)
