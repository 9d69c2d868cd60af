"""Catalogue of formulas as a form: what each divides, its points, what answers it."""

from __future__ import annotations

from config.formulas import Formula, FormulaCatalogue, load_formulas
from config.language import Bilingual
from config.law import citations
from tasks.reports.forms.model import Cell, Form, FormColumn, FormSheet

_COLUMNS = (
    FormColumn("formula", Bilingual("Số", "No."), None, "(1)", 6, None),
    FormColumn("group", Bilingual("Nhóm", "Group"), None, "", 16, None),
    FormColumn("title", Bilingual("Chỉ tiêu", "Formula"), None, "(2)", 40, None),
    FormColumn("answer", Bilingual("Tính bởi, hoặc vì sao chưa tính", "Answered by, or why it is not"), None, "(3)", 44, None),
    FormColumn("numerator", Bilingual("Tử số", "Numerator"), None, "(4)", 36, None),
    FormColumn("denominator", Bilingual("Mẫu số", "Denominator"), None, "(5)", 36, None),
    FormColumn("digits", Bilingual("Làm tròn", "Decimals"), None, "(6)", 8),
    FormColumn("full_at", Bilingual("Đủ điểm từ, %", "All points from, %"), None, "(7)", 9),
    FormColumn("points", Bilingual("Điểm tối đa", "Most points"), None, "(8)", 9),
    FormColumn("fields", Bilingual("Trường đang đọc", "Fields that are read"), None, "(9)", 34, None),
    FormColumn("lacking", Bilingual("Trường còn thiếu", "Fields that are lacking"), None, "(10)", 34, None),
)


def catalogue() -> Form:
    """Return every formula of every catalogue, one sheet a document."""
    found = list(load_formulas().values())
    title = Bilingual("Danh mục công thức", "Catalogue of formulas")
    told = [_of(one) for one in found]
    return Form(", ".join(one.document for one in found), title, told, [_sheet(one) for one in found])


def _of(one: FormulaCatalogue) -> Bilingual:
    vi, en = (", ".join(citations(one.law, one.since, language)) for language in ("vi", "en"))
    covered = sum(formula.not_covered is None for formula in one.formulas.values())
    return Bilingual(
        f"{one.title.vi} ({vi}), từ {one.since:%d/%m/%Y}: tính được {covered} trong {len(one.formulas)}",
        f"{one.title.en} ({en}), since {one.since}: {covered} of {len(one.formulas)} are answered",
    )


def _sheet(one: FormulaCatalogue) -> FormSheet:
    groups = tuple(
        Bilingual(f"{group.title.vi}: {group.points} điểm", f"{group.title.en}: {group.points} points")
        for group in one.groups.values()
    )
    rows = [_row(number, formula, one) for number, formula in one.formulas.items()]
    return FormSheet(Bilingual(one.document, one.document), _COLUMNS, rows, (), groups)


def _row(number: str, formula: Formula, one: FormulaCatalogue) -> tuple[Cell, ...]:
    group = one.groups[formula.group].title
    return (
        number,
        Bilingual(group.vi, group.en).shown(),
        Bilingual(formula.title.vi, formula.title.en).shown(),
        answer(formula).shown(),
        Bilingual(formula.numerator.vi, formula.numerator.en).shown(),
        Bilingual(formula.denominator.vi, formula.denominator.en).shown(),
        formula.digits,
        formula.full_at,
        formula.points,
        ", ".join(formula.fields),
        ", ".join(formula.lacking),
    )


def answer(formula: Formula) -> Bilingual:
    """Say what answers a formula and what the answer leaves out, or why nothing does."""
    if formula.not_covered is not None:
        return Bilingual(f"Chưa tính, vì {formula.not_covered.vi}", f"Not covered, because {formula.not_covered.en}")
    vi, en = (formula.shown_in.vi, formula.shown_in.en) if formula.shown_in else (f"{formula.indicator}",) * 2
    but = formula.but
    return Bilingual(f"{vi}; {but.vi}", f"{en}; {but.en}") if but else Bilingual(vi, en)
