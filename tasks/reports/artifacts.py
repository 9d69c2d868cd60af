"""Artifacts of a run in the Prefect UI: tables of counts and a summary, never a dossier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.indicators import Indicator
from config.language import counted, decimal, grouped
from config.language import translate as _
from tasks.reports.corrections import Waiting
from tasks.reports.run_artifacts import show_markdown, show_table
from tasks.reports.summary import Rate, Summary
from tasks.reports.translation import GATE_WORDS, VERDICT_WORDS

if TYPE_CHECKING:
    from tasks.reports.anomalies import Anomaly
    from tasks.reports.silence import Silence

DriftRow = tuple[str, str, str, str | None, str | None, str, str]
CHANGE_WORDS = {
    "missing_field": ("trường mất", "field gone"),
    "renamed_heading": ("tên trường đổi", "field renamed"),
    "changed_type": ("kiểu giá trị đổi", "values of another kind"),
    "new_field": ("trường mới", "new field"),
    "moved_heading": ("dòng tiêu đề dời chỗ", "headings moved"),
    "displaced_cells": ("giá trị nằm sai cột", "values under other headings"),
}
POLICY_WORDS = {
    "accept": ("chấp nhận", "accepted"),
    "warn": ("cảnh báo", "warned"),
    "stop": ("dừng", "stopped"),
}
_BASIS_WORDS = {"recorded": ("theo hệ thống", "as recorded"), "cleaned": ("sau làm sạch", "after cleaning")}


def write_artifacts(summary: Summary, notes: Iterable[str], data_docs: Path) -> None:
    """Write the run's tables and its summary.

    Args:
        summary: counts of the run's publication.
        notes: sentences about what went wrong; masked and free of values already.
        data_docs: folder of what the gates found, a page a day.
    """
    show_table(source_table(summary), key="sources", description=_("Theo hệ thống", "By source"))
    show_table(unit_table(summary), key="agencies", description=_("Theo cơ quan", "By agency"))
    show_markdown(summary_markdown(summary, notes, data_docs), key="summary", description=_("Tóm tắt", "Summary"))


def write_conspicuous(found: list[Anomaly], silent: list[Silence]) -> None:
    """Write the tables of days out of the ordinary and of silent feeds, where there are any."""
    if found:
        words = _("Ngày có số lượng bất thường", "Days out of the ordinary")
        show_table(_listed(one.row() for one in found), key="anomalies", description=words)
    if silent:
        words = _("Nguồn, cơ quan im lặng", "Silent sources and agencies")
        show_table(_listed(one.row() for one in silent), key="silent", description=words)


def _listed(rows: Iterable[Mapping[str, object]]) -> list[dict[str, Any]]:
    """Return rows of a list as a table of the UI: days as people write them."""
    return [{name: f"{each:%d/%m/%Y}" if isinstance(each, date) else each for name, each in row.items()} for row in rows]


def write_drift(rows: Iterable[DriftRow]) -> None:
    """Write the table of what changed in the shape of the sources."""
    show_table(drift_table(rows), key="drift", description=_("Cấu trúc nguồn thay đổi", "Changes of sources"))


def drift_table(rows: Iterable[DriftRow]) -> list[dict[str, Any]]:
    """Return a row a change.

    Args:
        rows: source, field, change, before, now, policy, first landing file: as in ``quality.drift``.
    """
    heads = [_("hệ thống", "source"), _("trường", "field"), _("thay đổi", "change"), _("trước", "before"), _("nay", "now")]
    heads += [_("xử lý", "policy"), _("tệp gốc đầu tiên", "first landing file")]
    return [
        dict(
            zip(
                heads,
                (name, field, _(*CHANGE_WORDS[what]), before or "-", now or "-", _(*POLICY_WORDS[policy]), page[:12]),
                strict=True,
            )
        )
        for name, field, what, before, now, policy, page in rows
    ]


def source_table(summary: Summary) -> list[dict[str, Any]]:
    """Return a row a source: pulled, rejected, held, findings, verdicts."""
    return [
        {
            _("hệ thống", "source"): line.name,
            _("lần lấy", "last pull"): line.pull,
            _("bản ghi", "records"): line.records,
            _("bị loại", "rejected"): line.rejected,
            _("hồ sơ", "dossiers"): line.dossiers,
            _("lỗi dữ liệu", "findings"): line.findings,
        }
        | {_(*words): line.verdicts[verdict] for verdict, words in VERDICT_WORDS.items()}
        for line in summary.sources
    ]


def unit_table(summary: Summary) -> list[dict[str, Any]]:
    """Return a row an agency: verdicts, dossiers to correct, rates."""
    return [
        {_("mã", "code"): line.code, _("cơ quan", "agency"): line.name, _("phải đính chính", "to correct"): line.to_correct}
        | {_(*words): line.verdicts[verdict] for verdict, words in VERDICT_WORDS.items()}
        | {
            f"{_headline_words(summary)} % ({_(*words)})": _percent(line.rates[basis].value) if basis in line.rates else "-"
            for basis, words in _BASIS_WORDS.items()
        }
        for line in summary.units
    ]


def summary_markdown(summary: Summary, notes: Iterable[str], data_docs: Path) -> str:
    """Return the summary as Markdown, in the language of the settings."""
    as_of = f"{summary.as_of:%d/%m/%Y}" if summary.as_of else "-"
    blocks = [
        f"# {_('Số liệu đến hết ngày', 'Figures to the end of')} {as_of}",
        "\n".join(f"> **{_('Cảnh báo', 'Warning')}:** {note}" for note in notes),
        _rates_markdown(summary),
        _figures_markdown(summary),
        _verdicts_markdown(summary),
        _gates_markdown(summary, data_docs),
        waiting_sentence(summary.waiting),
        f"{_('Chính sách', 'Policy')} `{summary.policy}`, {_('bản công bố', 'publication')} `{(summary.publication or '-')[:12]}`.",
    ]
    return "\n\n".join(block for block in blocks if block)


def waiting_sentence(waiting: Waiting) -> str:
    """Say how much waits for a decision; empty where nothing does."""
    if not waiting.proposals and not waiting.unsigned:
        return ""
    return _(
        f"{grouped(waiting.proposals)} đề nghị đính chính cho {grouped(waiting.dossiers)} hồ sơ đang chờ quyết định, "
        f"trong đó {grouped(waiting.new)} mới; {grouped(waiting.unsigned)} dòng chờ người duyệt (`motcua proposals`).",
        f"{counted(waiting.proposals, 'proposal', number=grouped(waiting.proposals))} about {counted(waiting.dossiers, 'dossier', number=grouped(waiting.dossiers))} await a decision, "
        f"{grouped(waiting.new)} of them new; {counted(waiting.unsigned, 'line awaits', 'lines await', grouped(waiting.unsigned))} a signature (`motcua proposals`).",
    )


def _rates_markdown(summary: Summary) -> str:
    rates = summary.rates
    head = [_headline_words(summary), "%", _("tử số", "numerator"), _("mẫu số", "denominator")]
    rows = [[_(*words), *_rate_cells(rates[basis])] for basis, words in _BASIS_WORDS.items() if basis in rates]
    cleaned = rates.get("cleaned")
    if cleaned is not None:
        interval = f"{_percent(cleaned.lower)} – {_percent(cleaned.upper)}"
        rows.append([_("khoảng, vì hồ sơ chưa đủ căn cứ", "interval, for the undetermined"), interval, "", ""])
    return _table(head, rows)


def _headline_words(summary: Summary) -> str:
    words = _words(summary.headline) if summary.headline else _("tỷ lệ", "rate")
    return words[:1].upper() + words[1:]


def _words(declared: Indicator) -> str:
    return _(declared.words.vi, declared.words.en)


def _figures_markdown(summary: Summary) -> str:
    """Return a row for each indicator that is shown beside the headline."""
    rows = [
        [_words(one.declared), *(_figure(one.declared, one.values.get(basis)) for basis in _BASIS_WORDS)]
        for one in summary.figures
    ]
    return _table([_("Chỉ số khác", "Other indicators"), *(_(*words) for words in _BASIS_WORDS.values())], rows)


def _figure(declared: Indicator, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{_percent(value, declared.digits)} %" if declared.is_share else grouped(int(value))


def _rate_cells(rate: Rate) -> list[str]:
    return [_percent(rate.value), grouped(rate.numerator), grouped(rate.denominator)]


def _verdicts_markdown(summary: Summary) -> str:
    total = sum(summary.verdicts.values())
    rows = [
        [_(*words), grouped(summary.verdicts[verdict]), _percent(100 * summary.verdicts[verdict] / total if total else None)]
        for verdict, words in VERDICT_WORDS.items()
    ]
    return _table([_("Kết luận", "Verdict"), _("hồ sơ", "dossiers"), "%"], rows)


def _gates_markdown(summary: Summary, data_docs: Path) -> str:
    rows = [
        [_(*GATE_WORDS.get(gate, (gate, gate))), grouped(checked), grouped(failed)]
        for gate, (checked, failed) in summary.gates.items()
    ]
    table = _table([_("Cổng chất lượng", "Quality gate"), _("kỳ vọng", "expectations"), _("không đạt", "failed")], rows)
    where = f"`{data_docs / 'index.html'}`"
    return table and f"{table}\n\n{_('Từng kỳ vọng, mỗi ngày một trang', 'Each expectation, a page a day')}: {where}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    if not rows:
        return ""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _percent(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else decimal(f"{value:.{digits}f}")
